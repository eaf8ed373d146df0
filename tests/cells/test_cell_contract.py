"""What holds for every cell, with every activation."""

import re

import pytest
import torch

from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS, Cell, uniform
from explorer.initialisations import INITIALISATIONS
from explorer.kernels import available

INPUT, HIDDEN, TIME, BATCH = 3, 4, 6, 2
CELL_NAMES = CELLS.names()

every_cell = pytest.mark.parametrize("name", CELL_NAMES)
every_activation = pytest.mark.parametrize(
    ("name", "activation"),
    [
        (name, activation)
        for name in CELL_NAMES
        for activation in CELLS[name].activations
    ],
)


def _compiles(name: str) -> bool:
    return getattr(CELLS[name], "kernel", None) is not None


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def built(name: str, activation: str | None = None) -> Cell:
    cell = CELLS[name](INPUT, HIDDEN, activation or CELLS[name].activations[0])
    uniform(cell, 1, generator(1))
    return cell.double()


def sequences() -> torch.Tensor:
    shape = (TIME, BATCH, INPUT)
    return torch.randn(shape, dtype=torch.float64, generator=generator(2))


def stepped(cell: Cell, x: torch.Tensor) -> torch.Tensor:
    """Return h at every time step by nothing but `step`."""
    state, hidden = cell.initial_state(*x.shape[1:-1]), []
    for t in range(len(x)):
        state, _ = cell.step(x[t], state)
        hidden.append(state["h"])
    return torch.stack(hidden)


def values_and_gradients(cell: Cell, through, x=None) -> list[torch.Tensor]:
    x = (sequences() if x is None else x).requires_grad_()
    hidden = through(x)
    loss = (hidden * torch.randn(hidden.shape, generator=generator(3))).sum()
    return [hidden, *torch.autograd.grad(loss, [x, *cell.parameters()])]


@every_activation
def test_every_way_equals_repeated_steps_in_values_and_gradients(name, activation):
    cell = built(name, activation)
    slow = values_and_gradients(cell, lambda x: stepped(cell, x))
    for way in (cell.sequence, *cell.ways().values()):
        for one, other in zip(values_and_gradients(cell, way), slow, strict=True):
            close(one, other)


@pytest.mark.skipif(not available(), reason="numba is missing")
@pytest.mark.parametrize("shape", [(37, 5, 3, 7), (1, 1, 1, 1), (9, 3, 2, 33)])
@pytest.mark.parametrize("members", [(), (3,)])
@pytest.mark.parametrize(
    ("name", "activation"),
    [(n, f) for n in CELL_NAMES for f in CELLS[n].activations if _compiles(n)],
)
def test_machine_code_equals_repeated_steps(name, activation, members, shape):
    time, batch, inputs, hidden = shape
    cell = CELLS[name](inputs, hidden, activation)
    for key, parameter in cell.named_parameters():
        size = (*members, *parameter.shape)
        draw = torch.rand(size, generator=generator(len(key))) - 0.5
        parameter.data = draw / hidden**0.5
    assert cell.way == "compiled"
    x = torch.randn(time, *members, batch, inputs, generator=generator(2))
    found = values_and_gradients(cell, cell.sequence, x)
    cell.double()
    slow = values_and_gradients(cell, lambda x: stepped(cell, x), x.double())
    for one, other in zip(found, slow, strict=True):
        assert one.dtype == torch.float32
        scale = max(1.0, other.abs().max().item())
        torch.testing.assert_close(one.double(), other, atol=2e-6 * scale, rtol=0)


@every_activation
def test_members_are_each_what_they_would_be_alone(name, activation):
    alone = [built(name, activation) for _ in range(3)]
    with torch.no_grad():
        for number, cell in enumerate(alone):
            for parameter in cell.parameters():
                parameter.mul_(1 - number / 4)
    together = CELLS[name](INPUT, HIDDEN, activation)
    for key, parameter in together.named_parameters():
        parameter.data = torch.stack([cell.get_parameter(key) for cell in alone]).data
    x = sequences().unsqueeze(1) * torch.tensor([1.0, -0.5, 2.0]).view(3, 1, 1)
    for way in together.ways().values():
        together.zero_grad()
        hidden = way(x)
        hidden.square().sum().backward()
        for number, cell in enumerate(alone):
            cell.zero_grad()
            expected = stepped(cell, x[:, number])
            expected.square().sum().backward()
            close(hidden[:, number], expected)
            for key, parameter in cell.named_parameters():
                close(together.get_parameter(key).grad[number], parameter.grad)


def close(one: torch.Tensor, other: torch.Tensor) -> None:
    torch.testing.assert_close(one, other, atol=1e-9, rtol=1e-9)


@every_cell
def test_a_sequence_can_be_differentiated_twice_in_a_row(name):
    cell = built(name)
    loss = cell.sequence(sequences()).square().sum()
    first = torch.autograd.grad(loss, list(cell.parameters()), retain_graph=True)
    again = torch.autograd.grad(loss, list(cell.parameters()))
    for one, other in zip(first, again, strict=True):
        assert torch.equal(one, other)


@every_activation
def test_the_gradient_of_a_sequence_equals_finite_differences(name, activation):
    cell = built(name, activation)
    names, weights = zip(*cell.named_parameters(), strict=True)

    def hidden(x, *parameters):
        given = dict(zip(names, parameters, strict=True))
        return torch.func.functional_call(_Through(cell), _under("cell", given), (x,))

    inputs = (sequences()[:3].requires_grad_(), *weights)
    assert torch.autograd.gradcheck(hidden, inputs, eps=1e-6, atol=1e-7)


class _Through(torch.nn.Module):
    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.cell.sequence(x)


def _under(prefix: str, tensors: dict) -> dict:
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


@every_cell
def test_states_begin_at_zero_and_keep_names_and_shapes(name):
    cell = built(name)
    before = cell.initial_state(BATCH)
    after, _ = cell.step(sequences()[0], before)
    assert list(before) == list(after) == list(cell.states)
    assert "h" in cell.states
    for state in (before, after):
        assert all(value.shape == (BATCH, HIDDEN) for value in state.values())
    assert not any(value.any() for value in before.values())
    assert all(value.any() for value in after.values())


@every_cell
def test_gates_open_between_shut_and_wide(name):
    cell = built(name)
    _, internals = cell.step(sequences()[0], cell.initial_state(BATCH))
    assert set(cell.gates) <= set(internals)
    assert {cell.keep_block, cell.write_block} - {None} <= set(cell.gates)
    assert all(value.shape == (BATCH, HIDDEN) for value in internals.values())
    for gate in cell.gates:
        assert ((internals[gate] >= 0) & (internals[gate] <= 1)).all()


@pytest.mark.parametrize("name", [n for n in CELL_NAMES if CELLS[n].keep_block])
def test_a_wide_open_keep_gate_holds_the_state(name):
    cell = built(name)
    with torch.no_grad():
        cell.set_bias(cell.keep_block, cell.keep_sign * 60.0)
        if cell.write_block is not None:
            cell.set_bias(cell.write_block, -60.0)
    kept = cell.states[-1]
    state = {s: torch.randn(BATCH, HIDDEN).double() for s in cell.states}
    after, internals = cell.step(sequences()[0], state)
    torch.testing.assert_close(after[kept], state[kept], atol=1e-12, rtol=0)
    assert (cell.keep(internals) > 1 - 1e-12).all()


@every_cell
def test_the_rows_of_the_blocks_part_the_weights(name):
    rows = [
        row for b in CELLS[name].blocks for row in range(10**6)[built(name).rows(b)]
    ]
    assert rows == list(range(len(CELLS[name].blocks) * HIDDEN))


@every_activation
def test_the_formula_shows_the_chosen_activation(name, activation):
    f = ACTIVATIONS[activation].latex
    lines = CELLS[name].latex(f)
    assert any(f in line for line in lines)
    assert not any("{f}" in line or "{{" in line for line in lines)
    assert all(line.count("&") == 1 for line in lines), "aligned once"
    assert all(line.count("{") == line.count("}") for line in lines)


@every_cell
def test_the_formula_defines_every_state_and_every_gate(name):
    cell = built(name)
    _, gates = cell.step(sequences()[0], cell.initial_state(1))
    defined = [line for line in cell.latex("f") if "&=" in line]
    upright = [re.sub(r"\\mathrm\{(\w+)\}", r"\1", line) for line in defined]
    left = {line.partition("_t")[0] for line in upright}
    assert len(left) == len(defined)
    assert left == set(gates) | set(cell.states)


@every_cell
def test_the_initialisations_are_known_and_fit_the_cell(name):
    cell = CELLS[name]
    assert set(cell.initialisations) <= set(INITIALISATIONS)
    assert len(set(cell.initialisations)) == len(cell.initialisations)
    assert {cell.keep_block, cell.write_block} - {None} <= set(cell.blocks)
    assert cell.keep_block or not {"forget", "chrono"} & set(cell.initialisations)
    assert set(cell.activations) <= set(ACTIVATIONS) and cell.activations
    assert "identity" not in cell.initialisations or len(cell.blocks) == 1


def test_every_initialisation_fits_some_cell():
    offered = {init for name in CELL_NAMES for init in CELLS[name].initialisations}
    assert offered == set(INITIALISATIONS)
