"""Cells with weights in which nothing is zero, small enough to try everything."""

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from explorer.cells import CELLS, Cell, State

INPUT, HIDDEN, TIME, BATCH = 2, 3, 5, 2


def seeded(seed: int) -> Generator:
    """Return a generator of our own for each purpose."""
    return Generator().manual_seed(seed)


def normal(*shape: int, seed: int = 1) -> Tensor:
    """Return standard normal numbers, float64."""
    return torch.randn(*shape, dtype=torch.float64, generator=seeded(seed))


@torch.no_grad()
def built(
    name: str,
    activation: str | None = None,
    *,
    inputs: int = INPUT,
    hidden: int = HIDDEN,
    seed: int = 1,
) -> Cell:
    """Return a cell in float64, each parameter a little off from where it begins.

    Args:
        name: a cell of the registry.
        activation: one that the cell takes; its first where none is given.
        inputs: how many inputs there are.
        hidden: how many units there are.
        seed: of the weights.
    """
    kind = CELLS[name]
    cell = kind(inputs, hidden, activation or kind.activations[0])
    generator = seeded(seed)
    cell.reset(generator)
    cell.double()
    for parameter in cell.parameters():
        noise = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        parameter += 0.2 * noise
    return cell


def every_cell_and_activation() -> Iterator[tuple[str, str]]:
    """Yield the name of every cell with every activation that it takes."""
    for name in CELLS:
        for activation in CELLS[name].activations:
            yield name, activation


def stepped(cell: Cell, x: Tensor, state: State | None = None) -> Tensor:
    """Return h at every time step, (time, batch, hidden), by nothing but `step`."""
    state = cell.initial_state(x.shape[1]) if state is None else state
    hidden = []
    for x_t in x:
        state, _ = cell.step(x_t, state)
        hidden.append(state["h"])
    return torch.stack(hidden)


def with_gradients(
    cell: torch.nn.Module, through: Callable[[Tensor], Tensor], x: Tensor
) -> list[Tensor]:
    """Return the outputs and, of a random sum of them, the gradient by x and weights.

    Weights that the outputs do not depend on have the gradient zero.
    """
    x = x.clone().requires_grad_()
    outputs = through(x)
    total = (outputs * normal(*outputs.shape, seed=9)).sum()
    by = [x, *cell.parameters()]
    found = torch.autograd.grad(total, by, allow_unused=True)
    filled = [
        torch.zeros_like(w) if g is None else g for w, g in zip(by, found, strict=True)
    ]
    return [outputs, *filled]


def autonomous(
    weight: Tensor, bias: Tensor | None = None, activation: str = "tanh"
) -> Cell:
    """Return the RNN h_t = f(W h_{t-1} + b) without inputs, float64."""
    cell = CELLS["rnn"](1, len(weight), activation).double()
    with torch.no_grad():
        cell.weight_hh.copy_(weight)
        if bias is not None:
            cell.bias_hh.copy_(bias)
    return cell


def one_step(cell: Cell, names: tuple[str, ...], state: Tensor, x: Tensor) -> Tensor:
    """Return the whole state one step later, from (S,) to (S,)."""
    parts = dict(zip(names, state.chunk(len(names)), strict=True))
    before = cell.initial_state(1) | {n: p[None] for n, p in parts.items()}
    after, _ = cell.step(x[None], before)
    return torch.cat([after[name][0] for name in names])
