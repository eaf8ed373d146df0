"""As many parameters for all: hidden sizes at which no variant is merely larger."""

from bisect import bisect_left

from pydantic import ValidationError

from explorer.config import RunConfig
from explorer.duels._duel import Duel
from explorer.fields import numbers
from explorer.history import parameter_counts

TOO_MANY = 2**62


def parameters(config: RunConfig) -> int:
    """Return how many weights and biases a run has, the readout's among them."""
    return sum(parameter_counts(config))


def equal_parameters(duel: Duel) -> Duel:
    """Return the duel with hidden sizes at which all come closest to the base's count.

    A variant that has to be narrower than one unit, or wider than the bounds allow,
    keeps the nearest size there is.
    """
    target = parameters(duel.base)
    variants = []
    for own, config in zip(duel.variants, duel.settings, strict=True):
        size = _size(config, target)
        kept = tuple(pair for pair in own if pair[0] != "hidden_size")
        same = size == duel.base.hidden_size
        variants.append(kept if same else (*kept, ("hidden_size", str(size))))
    return Duel(duel.base, tuple(variants), duel.seeds)


def _size(config: RunConfig, target: int) -> int:
    """Return the hidden size at which a run comes closest to a count of parameters."""
    bounds = numbers(RunConfig)["hidden_size"]
    sizes = range(int(bounds.minimum), int(bounds.maximum) + 1)
    first = bisect_left(sizes, target, key=lambda size: _count(config, size))
    near = sizes[max(first - 1, 0) : first + 1]
    fits = [size for size in near if _count(config, size) < TOO_MANY]
    return min(fits, key=lambda size: abs(_count(config, size) - target), default=1)


def _count(config: RunConfig, size: int) -> int:
    """Return the parameters at a hidden size; more than any has beyond the budget."""
    try:
        wider = RunConfig(**config.model_dump() | {"hidden_size": size})
    except ValidationError:
        return TOO_MANY
    return parameters(wider)
