"""Nets of the same make as one model: every parameter has them as its first axis.

One batched product then does the work of all: small products cost more to start than to
compute. No net sees another: each has its own weights, sequences, gradient norm and
learning rate, and descends as it would alone, up to rounding.
"""

import copy
import sys
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from explorer.batches import training_batch
from explorer.model import Model
from explorer.optimisers import OPTIMISERS
from explorer.tasks import Batch
from explorer.training import Training

STATES = 1_000_000
"""How many states nets on a CPU may have together, hidden x layers x length x batch.

Beyond, what one net computes no longer lies in the CPU's caches when it is needed again
after the others' turn: one model is then slower than one net after another.
"""
KERNEL_STATES = 130_000
"""The same where a net alone has torch's kernel or our own, which is hard to beat."""
NEAR_ZERO = 1e-6
"""What torch adds to a norm before it divides by it, in `clip_grads_with_norm_`."""


def joined_at_most(training: Training) -> int:
    """Return how many nets of this make one model should hold."""
    if training.device.type != "cpu":
        return sys.maxsize  # a GPU waits for work
    config = training.config
    states = config.hidden_size * config.num_layers * config.seq_len * config.batch_size
    kernel = any(cell.way in ("fused", "compiled") for cell in training.model.cells)
    return max(1, (KERNEL_STATES if kernel else STATES) // states)


class Joined:
    """Some trainings as one model and one optimiser; a single one as it is.

    Attributes:
        trainings: the members; `part` brings them up to date.
        model: the nets together.
    """

    def __init__(self, trainings: Sequence[Training]) -> None:
        self.trainings = list(trainings)
        first = self.trainings[0]
        self.config, self.task, self.device = first.config, first.task, first.device
        self.model, self.optimiser = first.model, first.optimiser
        if len(self.trainings) > 1:
            self._stack()

    @torch.no_grad()
    def _stack(self) -> None:
        self.model = _with_room([training.model for training in self.trainings])
        rates = [training.config.learning_rate for training in self.trainings]
        self.optimiser = OPTIMISERS[self.config.optimiser](
            list(self.model.parameters()), rates[0] if len(set(rates)) == 1 else rates
        )
        for together, own in self._tensors():
            torch.stack(own, out=together)

    @torch.no_grad()
    def part(self) -> None:
        """Give every member what it has become here."""
        if len(self.trainings) > 1:
            for together, own in self._tensors():
                for one, row in zip(own, together, strict=True):
                    one.copy_(row)

    def _tensors(self) -> Iterator[tuple[Tensor, list[Tensor]]]:
        """Yield each tensor of the nets together beside those of the members alone."""
        models = [self.model, *(training.model for training in self.trainings)]
        for together, *own in zip(*(m.parameters() for m in models), strict=True):
            yield together, own
        for slot, kept in self.optimiser.state.items():
            states = (training.optimiser.state[slot] for training in self.trainings)
            for together, *own in zip(kept, *states, strict=True):
                yield together, own

    def measure(self, step: int) -> list[tuple[float, float]]:
        """Compute the next gradients; return each member's loss and gradient norm."""
        self.optimiser.zero_grad()
        losses = self._losses(step).mean(1)
        losses.sum().backward()
        both = torch.stack([losses.detach(), self._norms()], 1)
        return [(loss, norm) for loss, norm in both.tolist()]

    def _losses(self, step: int) -> Tensor:
        """Return the losses of each member's next sequences, (members, batch)."""
        own = [training_batch(t.config, self.task, step) for t in self.trainings]
        if len(own) == 1:
            batch = Batch(*(tensor.to(self.device) for tensor in own[0]))
            return self.task.losses(self.model(batch.inputs), batch.targets)[None]
        # A member's sequences lie together in memory, as its products want them.
        inputs = torch.stack([batch.inputs for batch in own]).to(self.device)
        # The members one after another, as if they were further sequences: a task's
        # losses know no other axis.
        axis = self.task.sequences_axis
        targets = torch.cat([batch.targets for batch in own], axis).to(self.device)
        outputs = read_out(self.model, inputs.transpose(0, 1)).flatten(1, 2)
        return self.task.losses(outputs, targets).unflatten(0, (len(own), -1))

    def _norms(self) -> Tensor:
        """Return the Euclidean norm of each member's gradient, (members,)."""
        norms = [torch.linalg.vector_norm(g, dim=1) for g in self._gradients()]
        return torch.linalg.vector_norm(torch.stack(norms), dim=0)

    def _gradients(self) -> Iterator[Tensor]:
        """Yield each parameter's gradient, (members, numbers)."""
        for parameter in self.model.parameters():
            assert parameter.grad is not None
            yield parameter.grad.view(len(self.trainings), -1)

    @torch.no_grad()
    def update(self, number: int, norms: list[float]) -> None:
        """Clip each member's gradient to the wanted norm and descend.

        Args:
            number: which update it is, counted from 1.
            norms: what `measure` returned.
        """
        change = self.config.in_force(number - 1)
        if change.step:  # from then on, the learning rate is all members' alike
            self.optimiser.rate = change.learning_rate
        if change.clip_norm is not None:
            norm = torch.tensor(norms, device=self.device)[:, None]
            scale = (change.clip_norm / (norm + NEAR_ZERO)).clamp(max=1.0)
            for gradient in self._gradients():
                gradient.mul_(scale)
        self.optimiser.step(number)


def read_out(model: Model, inputs: Tensor) -> Tensor:
    """Return what each member's readout says at the time steps that count.

    Args:
        model: one whose parameters have the axis of members first.
        inputs: (time, members, batch, input).

    Returns:
        (time, members, batch, output); time is 1 where it is asked at the end.
    """
    hidden = inputs
    for cell in model.cells:
        hidden = cell.sequence(hidden)
    hidden = hidden[-1:] if model.asked_at_end else hidden
    # One product for each member over all its time steps.
    rows = hidden.transpose(0, 1).flatten(1, 2)
    weight, bias = model.readout.weight, model.readout.bias
    said = torch.baddbmm(bias[:, None], rows, weight.mT)
    return said.unflatten(1, (len(hidden), -1)).transpose(0, 1)


def _with_room(models: Sequence[Model]) -> Model:
    """Return a model whose parameters have room for those of all, as a first axis."""
    together = copy.deepcopy(models[0])
    for name, parameter in list(together.named_parameters()):
        owner, _, own = name.rpartition(".")
        room = parameter.new_empty(len(models), *parameter.shape)
        setattr(together.get_submodule(owner), own, nn.Parameter(room))
    return together
