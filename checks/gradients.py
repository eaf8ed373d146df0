"""Derivatives against central differences in float64."""

import numpy as np
import torch
from torch import Tensor

from checks._cells import (
    BATCH,
    INPUT,
    TIME,
    built,
    every_cell_and_activation,
    normal,
    with_gradients,
)
from checks._check import Cases, check
from checks._measures import relative
from checks._subjects import GRADIENTS
from explorer.activations import ACTIVATIONS
from explorer.batches import traced_batch
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.model import Model, trace
from explorer.probes.gradients import input_gradients, state_gradient_norms
from explorer.texts import Text

NUDGE = 1e-6
DIFFERENCES = Text(
    en="central differences: every number nudged by ±1e-6",
    zh="中心差分：每个数各推动 ±1e-6",
)


def nudged(total, tensor: Tensor) -> Tensor:
    """Return the central differences of a function by each number of a tensor."""
    flat, slopes = tensor.data.view(-1), []
    for i in range(len(flat)):
        kept, values = flat[i].item(), []
        for nudge in (NUDGE, -NUDGE):
            flat[i] = kept + nudge
            values.append(total().item())
        flat[i] = kept
        slopes.append((values[0] - values[1]) / (2 * NUDGE))
    return torch.tensor(slopes, dtype=torch.float64).view(tensor.shape)


@check(
    GRADIENTS,
    quantity=Text(
        en="Gradient by every weight and input: every cell × activation",
        zh="对每个权重与输入的梯度：每种单元 × 激活函数",
    ),
    reference=DIFFERENCES,
    where=Text(en="training, all pictures", zh="训练与全部图"),
    tolerance=1e-6,
)
def finite_differences() -> Cases:
    """Compare backpropagation through `sequence` with nudging each number."""
    for name, activation in every_cell_and_activation():
        cell, x = built(name, activation), normal(TIME, BATCH, INPUT, seed=2)
        outputs, *found = with_gradients(cell, cell.sequence, x)
        weights = normal(*outputs.shape, seed=9)

        def total(cell=cell, x=x, weights=weights) -> Tensor:
            with torch.no_grad():
                return (cell.sequence(x) * weights).sum()

        expected = [nudged(total, tensor) for tensor in [x, *cell.parameters()]]
        scale = max(each.abs().max().item() for each in expected)
        errors = [(a - b).abs().max() for a, b in zip(found, expected, strict=True)]
        yield f"{name}, {activation}", max(errors).item() / scale


@check(
    GRADIENTS,
    quantity=Text(en="|∂L/∂hₜ| at every time step t", zh="每个时间步 t 的 |∂L/∂hₜ|"),
    reference=Text(
        en="central differences: the state after step t nudged, the rest run on",
        zh="中心差分：推动第 t 步后的状态，再运行其余各步",
    ),
    where=Text(en="the gradient picture", zh="梯度图"),
    tolerance=1e-6,
)
def state_gradients() -> Cases:
    """Compare a trace's gradient norms of h with nudging h at each time step."""
    for name in CELLS:
        config = RunConfig(task="sine", seq_len=6, cell=name, hidden_size=3)
        model = Model(config).double()
        batch = traced_batch(config)
        whole = trace(config, model.state_dict(), batch)
        found = state_gradient_norms(whole)["h"][0]
        yield name, relative(found, _by_nudging(config, model, batch))


def _by_nudging(config: RunConfig, model: Model, batch) -> Tensor:
    """Return the mean over sequences of |dL/dh_t|, (time,)."""
    task, cell = config.build_task(), model.cells[0]
    inputs, targets = batch.inputs.double(), batch.targets.double()

    def losses(at: int, unit: int, nudge: float) -> Tensor:
        state, outputs = cell.initial_state(inputs.shape[1]), []
        for t, x in enumerate(inputs):
            state, _ = cell.step(x, state)
            if t == at:
                moved = state["h"].clone()
                moved[:, unit] += nudge
                state = state | {"h": moved}
            outputs.append(model.readout(state["h"]))
        return task.losses(torch.stack(outputs), targets)

    with torch.no_grad():
        slopes = [
            [
                (losses(t, unit, NUDGE) - losses(t, unit, -NUDGE)) / (2 * NUDGE)
                for unit in range(cell.hidden_size)
            ]
            for t in range(len(inputs))
        ]
    return torch.stack([torch.stack(row).norm(dim=0).mean() for row in slopes])


@check(
    GRADIENTS,
    quantity=Text(
        en="Steepest slope γ of every activation", zh="每个激活函数的最大斜率 γ"
    ),
    reference=Text(
        en="the steepest of 200,001 chords on [−10, 10]",
        zh="[−10, 10] 上 200,001 条割线中最陡的一条",
    ),
    where=Text(en="the formula's caption", zh="公式说明"),
    tolerance=1e-4,
)
def steepest_slopes() -> Cases:
    """Compare gamma with the steepest chord of a fine grid."""
    a = torch.linspace(-10, 10, 200_002, dtype=torch.float64)
    for name, activation in ACTIVATIONS.items():
        values = activation.function(a)
        steepest = (values.diff() / a.diff()).abs().max()
        yield name, relative(activation.gamma, steepest)


@check(
    GRADIENTS,
    quantity=Text(
        en="|∂L/∂xₜ|: which input mattered, every cell",
        zh="|∂L/∂xₜ|：哪个输入重要（每种单元）",
    ),
    reference=Text(
        en="central differences: every input nudged by ±1e-6",
        zh="中心差分：每个输入各推动 ±1e-6",
    ),
    where=Text(
        en="Python: explorer.probes.gradients", zh="Python：explorer.probes.gradients"
    ),
    tolerance=1e-6,
)
def inputs_that_mattered() -> Cases:
    """Compare the derivative of each sequence's loss by each of its inputs."""
    for cell in CELLS:
        config = RunConfig(task="adding", seq_len=6, cell=cell, hidden_size=4)
        model, task = Model(config).double(), config.build_task()
        batch = traced_batch(config)
        found = input_gradients(config, model.state_dict(), batch)
        inputs, targets = batch.inputs.double(), batch.targets.double()
        expected = np.zeros(found.shape)
        for t, channel in np.ndindex(inputs.shape[0], inputs.shape[2]):
            sides = []
            for nudge in (1e-6, -1e-6):
                moved = inputs.clone()
                moved[t, :, channel] += nudge
                with torch.no_grad():
                    sides.append(task.losses(model(moved), targets).numpy())
            expected[t, :, channel] = (sides[0] - sides[1]) / 2e-6
        yield cell, relative(found, expected)
