"""The activation functions: value, bound on the slope (gamma) and formula.

gamma is the largest |f'(a)|: it enters the ceiling (gamma * sigma_max(W_hh))^k on how
much of a gradient can pass k steps back (Pascanu, Mikolov & Bengio 2013).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import pi, sqrt

import torch
from torch import Tensor
from torch.nn import functional

from explorer.texts import Text


@dataclass(frozen=True)
class Activation:
    """One activation function.

    Attributes:
        function: elementwise, any shape to the same shape.
        into: the same without autograd, its result written to `out`.
        slope: the derivative by a, given a and the value y there, without autograd.
        gamma: the largest absolute slope.
        latex: the name as it stands in a cell's formula.
        definition: the function of a, in LaTeX.
        bounded: whether its values stay in a finite range.
    """

    function: Callable[[Tensor], Tensor]
    into: Callable[..., Tensor]
    slope: Callable[[Tensor, Tensor], Tensor]
    gamma: float
    latex: str
    definition: str
    title: Text
    bounded: bool


aten = torch._C._nn  # functional's own, which take `out`


def _gelu_slope(a: Tensor, y: Tensor) -> Tensor:
    """Phi(a) + a phi(a), with the normal distribution's Phi and its density phi."""
    bell = torch.exp(a * a / -2).mul_(1 / sqrt(2 * pi))
    return torch.special.ndtr(a).addcmul_(a, bell)


def _silu_slope(a: Tensor, y: Tensor) -> Tensor:
    """sigma(a) + y (1 - sigma(a))."""
    return torch.lerp(torch.sigmoid(a), torch.ones_like(a), y)


ACTIVATIONS: dict[str, Activation] = {
    "tanh": Activation(
        torch.tanh,
        torch.tanh,
        lambda a, y: torch.mul(y, y).neg_().add_(1),
        1.0,
        r"\tanh",
        r"(e^{a} - e^{-a}) / (e^{a} + e^{-a})",
        Text(en="tanh", zh="tanh"),
        True,
    ),
    "relu": Activation(
        torch.relu,
        lambda a, out: torch.clamp_min(a, 0, out=out),
        lambda a, y: (y > 0).to(y.dtype),
        1.0,
        r"\operatorname{ReLU}",
        r"\max(0, a)",
        Text(en="ReLU", zh="ReLU"),
        False,
    ),
    "sigmoid": Activation(
        torch.sigmoid,
        torch.sigmoid,
        lambda a, y: torch.addcmul(y, y, y, value=-1),
        0.25,
        r"\sigma",
        r"1 / (1 + e^{-a})",
        Text(en="sigmoid", zh="sigmoid"),
        True,
    ),
    "identity": Activation(
        lambda a: a,
        lambda a, out: out.copy_(a),
        lambda a, y: torch.ones_like(y),
        1.0,
        r"\operatorname{id}",
        "a",
        Text(en="identity (linear)", zh="恒等（线性）"),
        False,
    ),
    "leaky_relu": Activation(
        lambda a: functional.leaky_relu(a, 0.01),
        partial(aten.leaky_relu, negative_slope=0.01),
        lambda a, y: (y > 0).to(y.dtype).mul_(0.99).add_(0.01),
        1.0,
        r"\operatorname{LReLU}",
        r"\max(a, 0.01\,a)",
        Text(en="leaky ReLU", zh="Leaky ReLU"),
        False,
    ),
    "softsign": Activation(
        functional.softsign,
        lambda a, out: torch.div(a, a.abs().add_(1), out=out),
        lambda a, y: y.abs().sub_(1).square_(),
        1.0,
        r"\operatorname{softsign}",
        r"a / (1 + |a|)",
        Text(en="softsign", zh="softsign"),
        True,
    ),
    "elu": Activation(
        functional.elu,
        aten.elu,
        lambda a, y: torch.clamp_max(y, 0).add_(1),
        1.0,
        r"\operatorname{ELU}",
        r"\begin{cases} a & a > 0 \\ e^{a} - 1 & a \le 0 \end{cases}",
        Text(en="ELU", zh="ELU"),
        False,
    ),
    "gelu": Activation(
        functional.gelu,
        aten.gelu,
        _gelu_slope,
        1.12891,
        r"\operatorname{GELU}",
        r"a\,\Phi(a)",
        Text(en="GELU", zh="GELU"),
        False,
    ),
    "silu": Activation(
        functional.silu,
        aten.silu,
        _silu_slope,
        1.09985,
        r"\operatorname{SiLU}",
        r"a\,\sigma(a)",
        Text(en="SiLU", zh="SiLU"),
        False,
    ),
}
