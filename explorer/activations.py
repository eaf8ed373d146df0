"""The activation functions: value, bound on the slope (gamma) and formula.

gamma is the largest |f'(a)|: it enters the ceiling (gamma * sigma_max(W_hh))^k on how
much of a gradient can pass k steps back (Pascanu, Mikolov & Bengio 2013).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from explorer.texts import Text


@dataclass(frozen=True)
class Activation:
    """One activation function.

    Attributes:
        function: elementwise, any shape to the same shape.
        gamma: the largest absolute slope.
        latex: the name as it stands in a cell's formula.
        definition: the function of a, in LaTeX.
        bounded: whether its values stay in a finite range.
    """

    function: Callable[[Tensor], Tensor]
    gamma: float
    latex: str
    definition: str
    title: Text
    bounded: bool


ACTIVATIONS: dict[str, Activation] = {
    "tanh": Activation(
        torch.tanh,
        1.0,
        r"\tanh",
        r"(e^{a} - e^{-a}) / (e^{a} + e^{-a})",
        Text(en="tanh", zh="tanh"),
        True,
    ),
    "relu": Activation(
        torch.relu,
        1.0,
        r"\operatorname{ReLU}",
        r"\max(0, a)",
        Text(en="ReLU", zh="ReLU"),
        False,
    ),
    "sigmoid": Activation(
        torch.sigmoid,
        0.25,
        r"\sigma",
        r"1 / (1 + e^{-a})",
        Text(en="sigmoid", zh="sigmoid"),
        True,
    ),
    "identity": Activation(
        lambda a: a,
        1.0,
        r"\operatorname{id}",
        "a",
        Text(en="identity (linear)", zh="恒等（线性）"),
        False,
    ),
    "leaky_relu": Activation(
        lambda a: functional.leaky_relu(a, 0.01),
        1.0,
        r"\operatorname{LReLU}",
        r"\max(a, 0.01\,a)",
        Text(en="leaky ReLU", zh="Leaky ReLU"),
        False,
    ),
    "softsign": Activation(
        functional.softsign,
        1.0,
        r"\operatorname{softsign}",
        r"a / (1 + |a|)",
        Text(en="softsign", zh="softsign"),
        True,
    ),
    "elu": Activation(
        functional.elu,
        1.0,
        r"\operatorname{ELU}",
        r"\begin{cases} a & a > 0 \\ e^{a} - 1 & a \le 0 \end{cases}",
        Text(en="ELU", zh="ELU"),
        False,
    ),
    "gelu": Activation(
        functional.gelu,
        1.12891,
        r"\operatorname{GELU}",
        r"a\,\Phi(a)",
        Text(en="GELU", zh="GELU"),
        False,
    ),
    "silu": Activation(
        functional.silu,
        1.09985,
        r"\operatorname{SiLU}",
        r"a\,\sigma(a)",
        Text(en="SiLU", zh="SiLU"),
        False,
    ),
}
