"""Random valid runs, for tests that must hold for all of them."""

from hypothesis import strategies as st

from explorer.cells import CELLS
from explorer.changes import CLIP_NORM, LEARNING_RATE, Change
from explorer.config import (
    STATES_PER_RUN,
    STATES_PER_UPDATE,
    RunConfig,
)
from explorer.fields import Number, numbers
from explorer.initialisations import INITIALISATIONS
from explorer.optimisers import OPTIMISERS
from explorer.tasks import TASKS


def within(number: Number, maximum: int | None = None) -> st.SearchStrategy:
    """Return the values that a field takes, to a lower maximum where one is given."""
    if number.integer:
        highest = int(number.maximum)
        return st.integers(int(number.minimum), min(highest, maximum or highest))
    return st.floats(number.minimum, number.maximum, allow_subnormal=False)


@st.composite
def changed(draw: st.DrawFn, config: RunConfig) -> RunConfig:
    """Draw a run that is changed in mid-run, at no step or up to three times."""
    changes = []
    later = st.integers(1, max(1, config.steps - 1))
    for step in sorted(draw(st.sets(later, max_size=min(3, config.steps - 1)))):
        rate = draw(st.floats(*LEARNING_RATE))
        before = config.in_force(step) if not changes else changes[-1]
        clip_norm = draw(st.none() | st.floats(*CLIP_NORM))
        if (rate, clip_norm) != before[1:]:
            changes.append(Change(step, rate, clip_norm))
    return config.model_validate(config.model_dump() | {"changes": changes})


@st.composite
def configs(draw: st.DrawFn) -> RunConfig:
    """Draw any valid run on a CPU, up to the edges of all bounds and of the budget."""
    task, cell = (draw(st.sampled_from(r.names())) for r in (TASKS, CELLS))
    init = draw(st.sampled_from(CELLS[cell].initialisations))
    parameter, own = INITIALISATIONS[init].parameter, numbers(TASKS[task])
    general = numbers(RunConfig)
    chosen = {
        name: draw(within(general[name]))
        for name in ("num_layers", "hidden_size", "learning_rate", "seed")
    }
    seq_len = draw(within(own.pop("seq_len")))
    states = chosen["hidden_size"] * chosen["num_layers"] * seq_len
    batch = draw(within(general["batch_size"], STATES_PER_UPDATE // states))
    steps = within(general["steps"], STATES_PER_RUN // (states * batch))
    value = st.floats(parameter.minimum, parameter.maximum) if parameter else st.none()
    config = RunConfig(
        **chosen,
        task=task,
        task_params={name: draw(within(number)) for name, number in own.items()},
        cell=cell,
        init=init,
        init_value=draw(value),
        activation=draw(st.sampled_from(CELLS[cell].activations)),
        optimiser=draw(st.sampled_from(list(OPTIMISERS))),
        clip_norm=draw(st.none() | st.floats(*CLIP_NORM)),
        seq_len=seq_len,
        batch_size=batch,
        steps=draw(steps),
    )
    return draw(changed(config))
