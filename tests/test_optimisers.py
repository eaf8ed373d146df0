"""The optimisers' formulas against torch.optim, over many updates."""

import pytest
import torch

from explorer.optimisers import OPTIMISERS

REFERENCES = {
    "adam": torch.optim.Adam,
    "rmsprop": torch.optim.RMSprop,
    "momentum": lambda ps, rate: torch.optim.SGD(ps, rate, momentum=0.9),
    "sgd": torch.optim.SGD,
}


def parameters() -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    shapes = ((3, 4), (5,), (2, 2))
    return [
        torch.randn(s, generator=generator, dtype=torch.float64).requires_grad_()
        for s in shapes
    ]


def descend(values: list[torch.Tensor]) -> None:
    """Give all values the gradient of one bumpy function."""
    for value in values:
        value.grad = None
    hills = [(v.square() + (3 * v).sin()).sum() for v in values]
    (hills[0] + 2 * hills[1] + 3 * hills[2]).backward()


@pytest.mark.parametrize("name", OPTIMISERS)
def test_an_optimiser_moves_as_torch_s_does(name):
    ours, theirs = parameters(), parameters()
    optimiser, reference = OPTIMISERS[name](ours, 0.03), REFERENCES[name](theirs, 0.03)
    for number in range(1, 60):
        descend(ours)
        descend(theirs)
        optimiser.step(number)
        reference.step()
        for mine, other in zip(ours, theirs, strict=True):
            torch.testing.assert_close(mine, other, rtol=1e-12, atol=1e-12)
    for mine, begun in zip(ours, parameters(), strict=True):
        assert (mine - begun).abs().max() > 0.1


@pytest.mark.parametrize("name", OPTIMISERS)
def test_what_is_remembered_begins_at_zero_and_has_the_parameters_shapes(name):
    values = parameters()
    optimiser = OPTIMISERS[name](values, 0.1)
    assert set(optimiser.state) == set(optimiser.slots)
    for kept in optimiser.state.values():
        assert [t.shape for t in kept] == [v.shape for v in values]
        assert not any(t.any() for t in kept)
