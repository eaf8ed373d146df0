"""Cures for what ails a run: other settings, as a link names them, that it can take."""

from explorer.cells import CELLS
from explorer.changes import LEARNING_RATE
from explorer.config import RunConfig
from explorer.link import from_query, to_query
from explorer.probes.diagnosis import Exploded, Finding, Stalled, Units, Vanished
from explorer.problems import to_text

Cure = dict[str, str]
"""Settings that replace a run's own, as name=value pairs of a link."""

LEAP = 10.0
"""How many times its usual a gradient has to be for clipping to change anything."""
USUAL_RATE = RunConfig().learning_rate
WORSE = 2.0
"""How many times the guess's loss a run has to have, to blame its learning rate."""

CLIP, ORTHOGONAL, IDENTITY = (
    {"clip_norm": "1"},
    {"init": "orthogonal"},
    {"init": "identity", "activation": "relu"},  # IRNN (Le et al. 2015)
)
CHRONO, FORGET, DEFAULT = (
    {"init": "chrono"},
    {"init": "forget"},
    {"init": "default"},
)
TANH, LEAKY = {"activation": "tanh"}, {"activation": "leaky_relu"}
GATED = {"cell": "lstm", "activation": "tanh", "init": "chrono"}


def cures(config: RunConfig, finding: Finding) -> list[Cure]:
    """Return what may help against a finding, the likeliest first.

    Each leads to another run that `cured` can make of this one.
    """
    tenth = float(f"{config.learning_rate / 10:.3g}")
    rate = max(LEARNING_RATE[0], min(tenth, USUAL_RATE))
    slower = {"learning_rate": to_text(rate)}
    gated = {} if CELLS[config.cell].keep_block else GATED
    if isinstance(finding, Exploded):
        tried = [slower, ORTHOGONAL, TANH]
        if finding.factor >= LEAP:
            tried.insert(0, CLIP)
    elif isinstance(finding, Stalled | Vanished):
        tried = [CHRONO, FORGET, gated, ORTHOGONAL, IDENTITY]
        if isinstance(finding, Stalled) and finding.loss > WORSE * finding.guess:
            tried.insert(0, slower)
    elif isinstance(finding, Units) and finding.kind == "dead":
        tried = [LEAKY, slower, TANH] if config.activation == "relu" else [slower]
    else:
        tried = [slower, CLIP, ORTHOGONAL, DEFAULT]
    return [cure for cure in tried if cure and cured(config, cure) is not None]


def cured(config: RunConfig, cure: Cure) -> RunConfig | None:
    """Return the run with a cure's settings, from its beginning and without changes.

    None where its cell does not take them, or has them already.
    """
    own = to_query(config.model_copy(update={"changes": ()}))
    before, _ = from_query(own)
    if "init" in cure:
        own.pop("init_value", None)
    other, problems = from_query(own | cure)
    return None if problems or other == before else other
