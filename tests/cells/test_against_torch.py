"""The cells, stacked in a model, against torch.nn with the same weights."""

import pytest
import torch
from torch import nn

from explorer.config import RunConfig
from explorer.model import Model

LAYERS = (1, 2, 3)
PEERS = {
    ("rnn", "tanh"): lambda *sizes: nn.RNN(*sizes, nonlinearity="tanh"),
    ("rnn", "relu"): lambda *sizes: nn.RNN(*sizes, nonlinearity="relu"),
    ("lstm", "tanh"): nn.LSTM,
    ("gru", "tanh"): nn.GRU,
}


def pair(cell: str, activation: str, num_layers: int) -> tuple[Model, nn.Module]:
    """Return our model and torch's network with the same weights, float64."""
    config = RunConfig(
        task="flip_flop",
        cell=cell,
        activation=activation,
        num_layers=num_layers,
        hidden_size=7,
        init="default",
        seed=3,
    )
    ours = Model(config).double()
    peer = PEERS[cell, activation](3, 7, num_layers).double()
    with torch.no_grad():
        for index, layer in enumerate(ours.cells):
            for name, parameter in layer.named_parameters():
                getattr(peer, f"{name}_l{index}").copy_(parameter)
    return ours, peer


@pytest.mark.parametrize("num_layers", LAYERS)
@pytest.mark.parametrize(("cell", "activation"), PEERS)
def test_values_and_all_gradients_equal_those_of_torch(cell, activation, num_layers):
    ours, peer = pair(cell, activation, num_layers)
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(20, 5, 3, dtype=torch.float64, generator=generator)
    x_ours, x_peer = x.clone().requires_grad_(), x.clone().requires_grad_()
    outputs, expected = ours(x_ours), ours.readout(peer(x_peer)[0])
    torch.testing.assert_close(outputs, expected, atol=1e-9, rtol=1e-9)

    weights = torch.randn(outputs.shape, generator=generator)
    mine = [x_ours, *ours.layers.parameters()]
    theirs = [x_peer] + [
        getattr(peer, f"{name}_l{index}")
        for index, layer in enumerate(ours.cells)
        for name, _ in layer.named_parameters()
    ]
    gradients = zip(
        torch.autograd.grad((outputs * weights).sum(), mine),
        torch.autograd.grad((expected * weights).sum(), theirs),
        strict=True,
    )
    for one, other in gradients:
        assert one.abs().max() > 0
        torch.testing.assert_close(one, other, atol=1e-9, rtol=1e-9)


@pytest.mark.parametrize(("cell", "activation"), PEERS)
def test_one_step_equals_torch_from_any_state(cell, activation):
    ours, peer = pair(cell, activation, 1)
    generator = torch.Generator().manual_seed(1)
    layer = ours.cells[0]
    state = {
        name: torch.randn(5, 7, dtype=torch.float64, generator=generator)
        for name in layer.states
    }
    x = torch.randn(5, 3, dtype=torch.float64, generator=generator)
    given = tuple(value[None] for value in state.values())
    _, expected = peer(x[None], given if len(given) > 1 else given[0])
    expected = expected if isinstance(expected, tuple) else (expected,)
    after, _ = layer.step(x, state)
    for name, value in zip(layer.states, expected, strict=True):
        torch.testing.assert_close(after[name], value[0], atol=1e-12, rtol=1e-12)
