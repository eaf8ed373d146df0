"""What a duel is: a base run, what its variants change, and how many seeds each has."""

from dataclasses import dataclass
from functools import cached_property

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.link import from_query
from explorer.link import to_query as run_query
from explorer.problems import Problem

MAY_DIFFER = (
    "cell",
    "activation",
    "init",
    "init_value",
    "num_layers",
    "hidden_size",
    "optimiser",
    "learning_rate",
    "clip_norm",
)
"""The settings in which variants may differ: none decides which data they see."""
LARGEST = 6
"""The most variants of a duel."""
SEEDS = (1, 5)
"""The fewest and the most seeds."""
SEED_LIMIT = 2**31

Overrides = tuple[tuple[str, str], ...]
"""What a variant changes: (name, value) pairs as in a link; () is the base as it is."""


@dataclass(frozen=True)
class Duel:
    """Two to six settings on the same data, batches and seeds.

    Attributes:
        base: the run that all variants start from.
        variants: what each changes; `read_variants` sees to it that all can be run.
        seeds: with how many seeds each is trained, the base's and those after it.
    """

    base: RunConfig
    variants: tuple[Overrides, ...]
    seeds: int = 3

    @cached_property
    def settings(self) -> tuple[RunConfig, ...]:
        """Each variant's run with the base's own seed."""
        return tuple(resolved(self.base, own)[0] for own in self.variants)

    @cached_property
    def runs(self) -> tuple[tuple[RunConfig, ...], ...]:
        """Each variant's runs, one a seed."""
        return tuple(self.configs(variant) for variant in range(len(self.variants)))

    def configs(self, variant: int) -> tuple[RunConfig, ...]:
        """Return a variant's runs, one for each seed."""
        settings = self.settings[variant].model_dump()
        return tuple(
            RunConfig(**settings | {"seed": (self.base.seed + i) % SEED_LIMIT})
            for i in range(self.seeds)
        )


def resolved(base: RunConfig, overrides: Overrides) -> tuple[RunConfig, list[Problem]]:
    """Return the base with some settings changed, and what could not be changed.

    Where the base's own activation or initialisation does not go with another cell,
    the cell's usual one takes its place, as in the controls.
    """
    own = dict(overrides)
    query = {**_inherited(base, own), **own}
    return from_query(query, texts=lambda key: base.text or None)


def _inherited(base: RunConfig, own: dict[str, str]) -> dict[str, str]:
    """Return the base's settings that a variant keeps."""
    kept = run_query(base)
    name = own.get("cell", "")
    cell = CELLS[name] if name in CELLS else None
    if cell is not None and cell is not CELLS[base.cell]:
        usual = base.activation == CELLS[base.cell].activations[0]
        if usual or base.activation not in cell.activations:
            del kept["activation"]
        if base.init not in cell.initialisations:
            del kept["init"]
    if "init" in own or "init" not in kept:
        kept.pop("init_value", None)
    return kept


def same_data(base: RunConfig, config: RunConfig) -> bool:
    """Return whether a run sees what the base sees, for as many updates.

    A change in mid-run that would change nothing in a variant is left out there.
    """
    fields = set(RunConfig.model_fields) - {*MAY_DIFFER, "changes"}
    return all(getattr(base, name) == getattr(config, name) for name in fields)
