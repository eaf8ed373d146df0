"""The rarer cells against the package torchrecurrent, with the same weights.

Its classes name the parameters as ours do, apart from what PEERS says. Its LEM reads
the old c where the paper has the new one, so it is no reference for that cell, which is
held to its written-out equations instead.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from checks._cells import built, normal, with_gradients
from checks._check import Cases, check
from checks._measures import relative
from checks._subjects import CELLS
from explorer.cells import CELLS as REGISTRY
from explorer.cells import Cell
from explorer.texts import Text

INPUTS, HIDDEN = 3, 5


@dataclass(frozen=True)
class Peer:
    """The class in torchrecurrent that is the same cell.

    Attributes:
        kind: its name.
        blocks: our blocks in its order, where that differs.
        names: its names of parameters -> ours, where they differ.
        options: the constants that it is built with, given our cell.
        activations: which of ours it can be given, by its own names.
    """

    kind: str
    blocks: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    options: Callable[[Cell], dict] = lambda cell: {}
    activations: tuple[str, ...] = ("tanh",)


KNOWN = ("tanh", "relu", "sigmoid", "identity", "leaky_relu", "elu", "gelu", "silu")
PEERS = {
    "peephole_lstm": Peer(
        "PeepholeLSTMCell", names={"weight_ph": "weight_ch"}, activations=KNOWN
    ),
    "mgu": Peer("MGUCell", activations=KNOWN),
    "ugrnn": Peer("UGRNNCell", blocks=("n", "z")),
    "antisymmetric": Peer(
        "AntisymmetricRNNCell",
        options=lambda cell: {"epsilon": cell.epsilon, "gamma": cell.gamma},
        activations=KNOWN,
    ),
    "cornn": Peer(
        "coRNNCell",
        names={"weight_ch": "weight_zh", "bias_ih": "bias"},
        options=lambda cell: {
            "dt": cell.dt,
            "gamma": cell.gamma,
            "epsilon": cell.epsilon,
            "recurrent_bias": False,
            "cell_bias": False,
        },
    ),
}


def pair(name: str, activation: str) -> tuple[Cell, nn.Module]:
    """Return our cell and torchrecurrent's with the same weights, float64."""
    import torchrecurrent

    peer, ours = PEERS[name], built(name, activation, inputs=INPUTS, hidden=HIDDEN)
    options = peer.options(ours)
    if len(peer.activations) > 1:
        options["nonlinearity"] = activation
    kind = getattr(torchrecurrent, peer.kind)
    theirs = kind(INPUTS, HIDDEN, dtype=torch.float64, **options)
    with torch.no_grad():
        for each, parameter in theirs.named_parameters():
            given = getattr(ours, peer.names.get(each, each))
            if peer.blocks:
                given = torch.cat([given[ours.rows(b)] for b in peer.blocks])
            parameter.copy_(given)
    return ours, theirs


def through(peer: nn.Module, names: tuple[str, ...], x: Tensor) -> Tensor:
    """Return the peer's h at every time step."""
    zeros = torch.zeros(x.shape[1], HIDDEN, dtype=x.dtype)
    state, hidden = zeros if len(names) == 1 else (zeros, zeros), []
    for x_t in x:
        state = peer(x_t, state)
        hidden.append(state if len(names) == 1 else state[0])
    return torch.stack(hidden)


@check(
    CELLS,
    quantity=Text(
        en="Peephole LSTM, MGU, UGRNN, antisymmetric RNN, coRNN",
        zh="窥孔 LSTM、MGU、UGRNN、反对称 RNN、coRNN",
    ),
    reference=Text(
        en="torchrecurrent, same weights: states and input gradients",
        zh="torchrecurrent，相同权重：状态与输入梯度",
    ),
    where=Text(en="all pictures", zh="全部图"),
    tolerance=1e-9,
)
def values() -> Cases:
    """Compare h and the gradient by the inputs."""
    for name, peer in PEERS.items():
        for activation in peer.activations:
            if activation not in REGISTRY[name].activations:
                continue
            ours, theirs = pair(name, activation)
            x = normal(9, 4, INPUTS, seed=3)
            found = with_gradients(ours, ours.sequence, x)
            expected = with_gradients(
                ours, lambda x, c=theirs, s=ours.states: through(c, s, x), x
            )
            yield f"{name}, {activation}", max(map(relative, found[:2], expected[:2]))
