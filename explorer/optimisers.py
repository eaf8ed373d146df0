"""Gradient descent and its three refinements, as they stand in their papers.

Our own, because torch.optim loads torch's compiler on first use: a second of every
start and 70 MB of a small server's memory, for four formulas.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor

from explorer.texts import Text

State = dict[str, list[Tensor]]
"""What is remembered: slot -> one tensor for each parameter, of its shape."""


class Optimiser(ABC):
    """Changes parameters in place, along their gradients g.

    Args:
        parameters: the tensors to change.
        learning_rate: one for all; or one for each member of nets trained together,
            which then are the first axis of every parameter.

    Attributes:
        slots: the names of what is remembered of each parameter, from zero on.
        state: slot -> one tensor for each parameter, of its shape.
    """

    title: ClassVar[Text]
    slots: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, parameters: Sequence[Tensor], learning_rate: float | Sequence[float]
    ) -> None:
        self.parameters = list(parameters)
        self.rate = learning_rate
        self.state: State = {
            slot: [torch.zeros_like(p.detach()) for p in self.parameters]
            for slot in self.slots
        }

    def zero_grad(self) -> None:
        """Forget all gradients; a module would look for its parameters each time."""
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self, number: int) -> None:
        """Make one update.

        Args:
            number: which one it is, counted from 1.
        """
        gradients = [p.grad for p in self.parameters if p.grad is not None]
        assert len(gradients) == len(self.parameters)
        if not isinstance(self.rate, Sequence):
            self._update(self.parameters, gradients, self.state, self.rate, number)
            return
        for member, rate in enumerate(self.rate):
            parameters, own = (
                [t[member] for t in ts] for ts in (self.parameters, gradients)
            )
            state = {
                slot: [t[member] for t in kept] for slot, kept in self.state.items()
            }
            self._update(parameters, own, state, rate, number)

    @abstractmethod
    def _update(
        self,
        parameters: list[Tensor],
        gradients: list[Tensor],
        state: State,
        rate: float,
        number: int,
    ) -> None:
        """Apply the formula to all parameters."""


class SGD(Optimiser):
    """Gradient descent: w <- w - rate g."""

    title = Text(en="SGD", zh="SGD")

    def _update(
        self,
        parameters: list[Tensor],
        gradients: list[Tensor],
        state: State,
        rate: float,
        number: int,
    ) -> None:
        torch._foreach_add_(parameters, gradients, alpha=-rate)


class Momentum(Optimiser):
    """v <- 0.9 v + g, w <- w - rate v (B. T. Polyak 1964)."""

    title = Text(en="SGD with momentum 0.9", zh="SGD + 动量 0.9")
    slots = ("velocity",)

    def _update(
        self,
        parameters: list[Tensor],
        gradients: list[Tensor],
        state: State,
        rate: float,
        number: int,
    ) -> None:
        velocity = state["velocity"]
        torch._foreach_mul_(velocity, 0.9)
        torch._foreach_add_(velocity, gradients)
        torch._foreach_add_(parameters, velocity, alpha=-rate)


class RMSprop(Optimiser):
    """s <- 0.99 s + 0.01 g^2, w <- w - rate g / (sqrt(s) + 1e-8).

    G. Hinton's lecture 6e (2012), with torch's constants.
    """

    title = Text(en="RMSprop", zh="RMSprop")
    slots = ("square",)

    def _update(
        self,
        parameters: list[Tensor],
        gradients: list[Tensor],
        state: State,
        rate: float,
        number: int,
    ) -> None:
        square = state["square"]
        torch._foreach_mul_(square, 0.99)
        torch._foreach_addcmul_(square, gradients, gradients, 0.01)
        scale = torch._foreach_sqrt(square)
        torch._foreach_add_(scale, 1e-8)
        torch._foreach_addcdiv_(parameters, gradients, scale, -rate)


class Adam(Optimiser):
    """m <- 0.9 m + 0.1 g, s <- 0.999 s + 0.001 g^2, both corrected for their start.

    w <- w - rate m' / (sqrt(s') + 1e-8), with m' = m / (1 - 0.9^n) and
    s' = s / (1 - 0.999^n) at update n (D. P. Kingma & J. Ba 2015).
    """

    title = Text(en="Adam", zh="Adam")
    slots = ("mean", "square")

    def _update(
        self,
        parameters: list[Tensor],
        gradients: list[Tensor],
        state: State,
        rate: float,
        number: int,
    ) -> None:
        # torch's kernel reads each number once, where formulas take one pass a term.
        count = torch.full((), float(number), device=parameters[0].device)
        torch._fused_adam_(
            parameters,
            gradients,
            state["mean"],
            state["square"],
            [],
            [count] * len(parameters),
            lr=rate,
            beta1=0.9,
            beta2=0.999,
            weight_decay=0.0,
            eps=1e-8,
            amsgrad=False,
            maximize=False,
        )


OPTIMISERS: dict[str, type[Optimiser]] = {
    "adam": Adam,
    "rmsprop": RMSprop,
    "momentum": Momentum,
    "sgd": SGD,
}
