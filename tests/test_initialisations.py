"""What each initialisation puts into the weights."""

import math

import pytest
import torch

from explorer.cells import CELLS, Cell
from explorer.initialisations import INITIALISATIONS, initialise

INPUT, HIDDEN, SEQ_LEN = 5, 64, 200
PAIRS = [(cell, init) for cell in CELLS for init in CELLS[cell].initialisations]


def offering(init: str) -> list[str]:
    return [cell for cell, offered in PAIRS if offered == init]


def built(cell: str, init: str, value: float | None = None, seed: int = 0) -> Cell:
    layer = CELLS[cell](INPUT, HIDDEN, "tanh")
    generator = torch.Generator().manual_seed(seed)
    parameter = INITIALISATIONS[init].parameter
    if value is None and parameter is not None:
        value = parameter.default
    initialise(layer, init, value, SEQ_LEN, generator)
    return layer


def bias(layer: Cell, block: str) -> torch.Tensor:
    """Return what is added to a block's preactivation, from all biases it has."""
    biases = [p for name, p in layer.named_parameters() if name.startswith("bias")]
    return sum(biases)[layer.rows(block)].detach()


@pytest.mark.parametrize(("cell", "init"), PAIRS)
def test_the_same_seed_gives_the_same_weights_and_another_seed_others(cell, init):
    first, again, other = (built(cell, init, seed=seed) for seed in (7, 7, 8))
    for p, q in zip(first.parameters(), again.parameters(), strict=True):
        assert torch.equal(p, q)
    assert not torch.equal(next(first.parameters()), next(other.parameters()))


@pytest.mark.parametrize("cell", offering("default"))
def test_the_default_is_uniform_within_one_over_root_hidden(cell):
    bound = 1 / math.sqrt(HIDDEN)
    named = dict(built(cell, "default").named_parameters())
    drawn = [p for name, p in named.items() if not name.startswith("norm")]
    for parameter in drawn:
        assert parameter.abs().max() <= bound
        assert parameter.max() > 0.8 * bound and parameter.min() < -0.8 * bound
    together = torch.cat([parameter.flatten() for parameter in drawn])
    assert together.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.03)
    assert abs(together.mean().item()) < 0.05 * bound


@pytest.mark.parametrize(("cell", "init"), PAIRS)
def test_what_an_initialisation_is_not_about_stays_at_the_default(cell, init):
    touched = {
        "default": (),
        "paper": (),
        "orthogonal": ("weight_hh",),
        "identity": ("weight_ih", "weight_hh", "bias"),
        "forget": ("bias",),
        "chrono": ("bias",),
    }[init]
    reset = CELLS[cell](INPUT, HIDDEN, "tanh")
    reset.reset(torch.Generator().manual_seed(0))
    before = dict(reset.named_parameters())
    for name, parameter in built(cell, init).named_parameters():
        assert torch.equal(parameter, before[name]) != name.startswith(touched)


@pytest.mark.parametrize("gain", [0.1, 1.0, 3.0])
@pytest.mark.parametrize("cell", offering("orthogonal"))
def test_every_orthogonal_block_keeps_lengths_up_to_the_gain(cell, gain):
    layer = built(cell, "orthogonal", gain)
    blocks = [layer.weight_hh[layer.rows(block)] for block in layer.blocks]
    for block in blocks:
        expected = gain**2 * torch.eye(HIDDEN)
        torch.testing.assert_close(block.T @ block, expected, atol=2e-5, rtol=0)
    assert len({block.sum().item() for block in blocks}) == len(blocks)


def test_the_identity_rnn_copies_its_state():
    layer = built("rnn", "identity")
    assert torch.equal(layer.weight_hh, torch.eye(HIDDEN))
    assert not layer.bias_ih.any() and not layer.bias_hh.any()
    assert layer.weight_ih.std().item() == pytest.approx(0.001, rel=0.15)


@pytest.mark.parametrize("value", [-5.0, 0.0, 1.0, 10.0])
@pytest.mark.parametrize("cell", offering("forget"))
def test_the_forget_bias_is_the_sum_of_all_biases_of_the_gate_that_keeps(cell, value):
    layer, default = built(cell, "forget", value), built(cell, "default")
    kept = layer.keep_sign * bias(layer, layer.keep_block)
    assert torch.equal(kept, torch.full((HIDDEN,), value))
    for other in set(layer.blocks) - {layer.keep_block}:
        assert torch.equal(bias(layer, other), bias(default, other))


@pytest.mark.parametrize("cell", offering("chrono"))
def test_chrono_spreads_memories_from_one_step_to_the_sequence(cell):
    layer = built(cell, "chrono")
    memory = (layer.keep_sign * bias(layer, layer.keep_block)).exp()
    assert memory.min() >= 1 - 1e-4 and memory.max() <= SEQ_LEN - 1 + 1e-2
    assert memory.min() < 0.1 * SEQ_LEN and memory.max() > 0.9 * SEQ_LEN
    assert memory.mean().item() == pytest.approx(SEQ_LEN / 2, rel=0.15)


@pytest.mark.parametrize(
    "cell", [c for c in offering("chrono") if CELLS[c].write_block]
)
def test_chrono_writes_as_rarely_as_it_forgets(cell):
    layer = built(cell, "chrono")
    kept = layer.keep_sign * bias(layer, layer.keep_block)
    assert torch.equal(bias(layer, layer.write_block), -kept)


@pytest.mark.parametrize("cell", offering("chrono"))
def test_chrono_of_the_shortest_sequences_is_finite(cell):
    for seq_len in (1, 2, 3):
        layer = CELLS[cell](INPUT, HIDDEN, "tanh")
        initialise(layer, "chrono", None, seq_len, torch.Generator().manual_seed(0))
        assert bias(layer, layer.keep_block).abs().max() <= math.log(2)
