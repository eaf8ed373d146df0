"""Stacked cells and a readout; unrolled through time into a Trace of arrays."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Generator, Tensor, nn

from explorer.cells import CELLS, Cell, State, uniform
from explorer.config import RunConfig
from explorer.initialisations import initialise
from explorer.tasks import Batch

INITIAL_WEIGHTS, TRAINING_BATCHES, EVALUATION, EPOCHS = range(4)


def seeded(seed: int, stream: int, step: int = 0) -> Generator:
    """Return a CPU generator for one purpose at one step, independent of all others."""
    state = np.random.SeedSequence((seed, stream, step)).generate_state(1, np.uint64)
    return Generator().manual_seed(int(state[0]))


class Model(nn.Module):
    """The network of a run: num_layers cells and a linear readout of the last h.

    The same configuration gives the same initial weights.
    """

    def __init__(self, config: RunConfig) -> None:
        super().__init__()
        task, hidden = config.build_task(), config.hidden_size
        generator = seeded(config.seed, INITIAL_WEIGHTS)
        sizes = [len(task.input_names)] + [hidden] * (config.num_layers - 1)
        self.layers = nn.ModuleList(
            CELLS[config.cell](size, hidden, config.activation) for size in sizes
        )
        for layer in self.cells:
            initialise(layer, config.init, config.init_value, config.seq_len, generator)
        self.asked_at_end = task.asked_at_end
        self.readout = nn.Linear(hidden, len(task.output_names))
        uniform(self.readout, hidden, generator)

    @property
    def cells(self) -> list[Cell]:
        """The layers, from the input up."""
        return [cast(Cell, layer) for layer in self.layers]

    def forward(self, inputs: Tensor) -> Tensor:
        """Return what the readout says at the time steps that count, the fast way.

        Args:
            inputs: (time, batch, input).

        Returns:
            (time, batch, output); of the last time step alone, (1, batch, output),
            where the task asks for nothing before.
        """
        hidden = inputs
        for cell in self.cells:
            hidden = cell.sequence(hidden)
        return self.readout(hidden[-1:] if self.asked_at_end else hidden)


@dataclass(frozen=True)
class Trace:
    """Everything that happened in a network over some sequences, float64.

    Attributes:
        inputs: (time, batch, input).
        targets: as in `Batch`.
        outputs: (time, batch, output), what the readout says.
        losses: (batch,), the loss of each sequence.
        states: name -> (layer, time, batch, hidden), after each time step.
        gates: name -> (layer, time, batch, hidden).
        gradients: state's name -> (layer, time, batch, hidden), the derivative of each
            sequence's own loss by its state at each time step, along all paths.
        classes: (time, batch), what the task colours each state by; None if nothing.
    """

    inputs: np.ndarray
    targets: np.ndarray
    outputs: np.ndarray
    losses: np.ndarray
    states: dict[str, np.ndarray]
    gates: dict[str, np.ndarray]
    gradients: dict[str, np.ndarray]
    classes: np.ndarray | None


def trace(config: RunConfig, weights: dict[str, Tensor], batch: Batch) -> Trace:
    """Run sequences step by step and backpropagate each one's loss, in float64.

    Args:
        config: the run.
        weights: the model's parameters by name, any float type.
        batch: the sequences.
    """
    model = Model(config)
    model.load_state_dict(weights)
    model.double()
    inputs = batch.inputs.double()
    targets = batch.targets
    targets = targets.double() if targets.is_floating_point() else targets
    states, gates = _unroll(model, inputs)
    top = torch.stack([state["h"] for state in states[-1]])
    outputs = model.readout(top)
    task = config.build_task()
    losses, classes = task.losses(outputs, targets), task.classes(batch)
    return Trace(
        inputs=inputs.numpy(),
        targets=targets.numpy(),
        outputs=outputs.detach().numpy(),
        losses=losses.detach().numpy(),
        states=_stack(states),
        gates=_stack(gates),
        gradients=_gradients(losses.sum(), states),
        classes=None if classes is None else classes.numpy(),
    )


def _unroll(
    model: Model, inputs: Tensor
) -> tuple[list[list[State]], list[list[State]]]:
    """Return states and gates by layer and time step, in one graph."""
    states: list[list[State]] = []
    gates: list[list[State]] = []
    sequence = list(inputs.unbind(0))
    for cell in model.cells:
        state = cell.initial_state(inputs.shape[1])
        steps = []
        for x in sequence:
            state, opened = cell.step(x, state)
            steps.append((state, opened))
        states.append([state for state, _ in steps])
        gates.append([opened for _, opened in steps])
        sequence = [state["h"] for state in states[-1]]
    return states, gates


def _stack(layers: list[list[State]]) -> dict[str, np.ndarray]:
    """Return name -> (layer, time, batch, hidden)."""
    return {
        name: np.stack(
            [torch.stack([step[name] for step in layer]).detach() for layer in layers]
        )
        for name in layers[0][0]
    }


def _gradients(loss: Tensor, layers: list[list[State]]) -> dict[str, np.ndarray]:
    """Return the loss's derivative by every state; zero where it does not depend."""
    names = list(layers[0][0])
    flat = [step[name] for layer in layers for step in layer for name in names]
    found = torch.autograd.grad(loss, flat, allow_unused=True)
    filled = [
        torch.zeros_like(state) if gradient is None else gradient
        for state, gradient in zip(flat, found, strict=True)
    ]
    shape = (len(layers), len(layers[0]), len(names), *flat[0].shape)
    together = torch.stack(filled).reshape(shape).numpy()
    return {name: together[:, :, i] for i, name in enumerate(names)}
