"""torchrecurrent's layers: the rarer cells, step by step in torch.

Its LEM reads the old c where the paper has the new one: the same work, other values.
"""

from collections.abc import Callable
from importlib.metadata import version as version_of

import torchrecurrent

from benchmarks._peers import INPUTS, KNOWN, Work
from benchmarks._peers_torch import update_of

LAYERS = {
    "peephole_lstm": "PeepholeLSTM",
    "mgu": "MGU",
    "ugrnn": "UGRNN",
    "antisymmetric": "AntisymmetricRNN",
    "cornn": "coRNN",
    "lem": "LEM",
}


def version() -> str:
    """Return which torchrecurrent it is."""
    return f"torchrecurrent {version_of('torchrecurrent')}"


def ways(work: Work) -> dict[str, Callable[[], float]]:
    """Return the update, with the Adam that is the faster one for small nets."""
    several = len(KNOWN["torchrecurrent"][work.cell]) > 1
    chosen = {"nonlinearity": work.activation} if several else {}
    layer = getattr(torchrecurrent, LAYERS[work.cell])(INPUTS, work.hidden, **chosen)
    return {"torchrecurrent, fused Adam": update_of(layer, work, fused=True)}
