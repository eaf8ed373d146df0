"""Duels: a few settings side by side, on the same data, batches and seeds.

A duel is nothing but runs: its curves, its table and its memory horizon are read off
the runs that its settings name, so that they are shared, kept and gone on with.
"""

from explorer.duels._bands import Band, band_over_seconds, band_over_steps
from explorer.duels._duel import LARGEST, MAY_DIFFER, SEEDS, Duel, Overrides
from explorer.duels._equal import equal_parameters, parameters
from explorer.duels._horizon import (
    FRACTION,
    LENGTHS,
    STEPS,
    TOO_LARGE,
    Outcome,
    Trials,
    outcome,
    predicted_lag,
    reached,
    trial,
    trials_due,
    trials_of,
)
from explorer.duels._link import (
    duel_from_query,
    read_seeds,
    read_variants,
    to_query,
    usual_variants,
    variants_text,
)
from explorer.duels._ready import READY, Ready, ready_of
from explorer.duels._results import Solved, solved_at
from explorer.duels._words import differences, label, names, short_names

__all__ = [
    "FRACTION",
    "LARGEST",
    "LENGTHS",
    "MAY_DIFFER",
    "READY",
    "SEEDS",
    "STEPS",
    "TOO_LARGE",
    "Band",
    "Duel",
    "Outcome",
    "Overrides",
    "Ready",
    "Solved",
    "Trials",
    "band_over_seconds",
    "band_over_steps",
    "differences",
    "duel_from_query",
    "equal_parameters",
    "label",
    "names",
    "parameters",
    "outcome",
    "predicted_lag",
    "reached",
    "read_seeds",
    "ready_of",
    "read_variants",
    "short_names",
    "solved_at",
    "to_query",
    "trial",
    "trials_due",
    "trials_of",
    "usual_variants",
    "variants_text",
]
