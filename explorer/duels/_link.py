"""A duel as a link: the base's settings as always, `duel=` and `seeds=` beside them.

Variants are separated by ";", the settings that one changes by ",", a name and its
value by ":". `duel=;clip_norm:none` is the base against the base without clipping.
"""

from collections.abc import Callable, Iterable, Mapping

from explorer.config import RunConfig
from explorer.duels._duel import (
    LARGEST,
    MAY_DIFFER,
    SEEDS,
    Duel,
    Overrides,
    resolved,
    same_data,
)
from explorer.fields import numbers
from explorer.link import from_query, no_texts
from explorer.link import to_query as run_query
from explorer.problems import NO_SETTING, NOT_WHOLE, OUT_OF_BOUNDS, Problem, shorten
from explorer.tasks import TASKS
from explorer.texts import Text

DUEL, NUMBER = "duel", "seeds"
"""The names of what a duel adds to a link."""
USUAL_SEEDS = 3
USUAL_CELLS = ("rnn", "lstm", "gru")
LONGEST = 2000
"""The most characters of a link's variants that are read."""
NO_PAIR = Text(en="is not of the form name:value", zh="不是“名称:值”的形式")
SHARED = Text(
    en="is the same for all in a duel: set it for the base run",
    zh="在对决中各方必须相同：请在基准运行中设置",
)
TOO_MANY = Text(en=f"has more than {LARGEST} variants", zh=f"超过了 {LARGEST} 组设置")
TOO_FEW = Text(en="has fewer than two different variants", zh="不同的设置少于两组")
TWICE = Text(en="is the same as an earlier variant", zh="与前面的一组设置相同")
TOO_MUCH = Text(
    en="is too much for a shared server together with the other settings",
    zh="与其他设置合在一起，对共享服务器来说太大",
)


def duel_from_query(
    query: Mapping[str, str],
    devices: Iterable[str] = ("cpu", "cuda"),
    texts: Callable[[str], str | None] = no_texts,
) -> tuple[Duel, list[Problem]]:
    """Return the duel that a link means, and what in it could not be used.

    Args:
        query: name=value pairs; anything may stand in them.
        devices: the devices that this machine has.
        texts: finds the text that a key stands for; None where nobody has it.
    """
    plain = {n: v for n, v in query.items() if n not in (DUEL, NUMBER)}
    base, problems = from_query(plain, devices, texts)
    variants, misfits = read_variants(base, query.get(DUEL))
    seeds, wrong = read_seeds(query.get(NUMBER))
    return Duel(base, variants, seeds), [*problems, *misfits, *wrong]


def to_query(duel: Duel) -> dict[str, str]:
    """Return a duel as the name=value pairs of a link."""
    own = {DUEL: variants_text(duel.variants), NUMBER: str(duel.seeds)}
    return run_query(duel.base) | own


def variants_text(variants: Iterable[Overrides]) -> str:
    """Return variants as they stand in a link."""
    return ";".join(
        ",".join(f"{name}:{value}" for name, value in own) for own in variants
    )


def usual_variants(base: RunConfig) -> tuple[Overrides, ...]:
    """Return what a base is set against where nobody said: the three classic cells."""
    others = [name for name in USUAL_CELLS if name != base.cell]
    if base.cell not in USUAL_CELLS:
        return ((), *((("cell", name),) for name in others[:2]))
    return tuple(() if name == base.cell else (("cell", name),) for name in USUAL_CELLS)


def read_variants(
    base: RunConfig, text: str | None
) -> tuple[tuple[Overrides, ...], list[Problem]]:
    """Return the variants that a link means, and what in them could not be used.

    Args:
        base: the run that they start from.
        text: what stands behind `duel=`; None where the link says nothing.
    """
    if text is None:
        return usual_variants(base), []
    parts = text[:LONGEST].split(";")
    problems: list[Problem] = []
    found: dict[str, Overrides] = {}
    for place, part in enumerate(parts[:LARGEST], 1):
        own, config, wrong = _read(base, part, place)
        problems += wrong
        if config.key in found:
            problems.append(_problem(place, part, TWICE))
        else:
            found[config.key] = own
    variants = tuple(found.values()) if len(found) > 1 else _filled(base, found)
    for wrong_number, reason in (
        (len(parts) > LARGEST, TOO_MANY),
        (len(found) < 2, TOO_FEW),
    ):
        if wrong_number:
            used = variants_text(variants)
            problems.append(Problem(DUEL, shorten(text), reason, used))
    return variants, problems


def _filled(base: RunConfig, found: dict[str, Overrides]) -> tuple[Overrides, ...]:
    """Return two variants where a link has one at most."""
    usual = {resolved(base, own)[0].key: own for own in usual_variants(base)}
    both = [*found.values(), *(own for key, own in usual.items() if key not in found)]
    return tuple(both[:2])


def _read(
    base: RunConfig, part: str, place: int
) -> tuple[Overrides, RunConfig, list[Problem]]:
    """Return one variant, its run, and what in it could not be used."""
    given, problems = _pairs(base, part, place)
    config, wrong = resolved(base, tuple(given.items()))
    if not same_data(base, config):  # mending it would have changed what all see
        return (), base, [*problems, _problem(place, part, TOO_MUCH)]
    told = [problem for problem in wrong if problem.field in given]
    problems += [
        Problem(_named(place, p.field), p.value, p.reason, p.used) for p in told
    ]
    used = run_query(config)
    return tuple((n, used[n]) for n in given if n in used), config, problems


def _pairs(
    base: RunConfig, part: str, place: int
) -> tuple[dict[str, str], list[Problem]]:
    """Return the settings that a variant names, and what cannot be one."""
    given: dict[str, str] = {}
    problems: list[Problem] = []
    shared = {*RunConfig.model_fields, *numbers(TASKS[base.task])}
    for pair in filter(None, (each.strip() for each in part.split(","))):
        name, colon, value = (each.strip() for each in pair.partition(":"))
        if not colon or not name or not value:
            problems.append(_problem(place, pair, NO_PAIR))
        elif name not in MAY_DIFFER:
            reason = SHARED if name in shared else NO_SETTING
            problems.append(_problem(place, pair, reason))
        else:
            given[name] = value
    return given, problems


def _problem(place: int, value: str, reason: Text) -> Problem:
    return Problem(_named(place), shorten(value), reason, None)


def _named(place: int, field: str = "") -> str:
    """Return how a sentence names a variant's setting: by its place, from 1 on."""
    return f"{DUEL} {place} {shorten(field)}".strip()


def read_seeds(text: str | None) -> tuple[int, list[Problem]]:
    """Return how many seeds a link means, and what is wrong with it if anything."""
    if text is None or not text.strip():
        return USUAL_SEEDS, []
    low, high = SEEDS
    word = text.strip()
    if not word.lstrip("-").isdecimal() or not word.isascii() or len(word) > 9:
        problem = Problem(NUMBER, shorten(text), NOT_WHOLE, str(USUAL_SEEDS))
        return USUAL_SEEDS, [problem]
    try:
        wanted = int(word)
    except ValueError:  # "--1"
        return USUAL_SEEDS, [Problem(NUMBER, word, NOT_WHOLE, str(USUAL_SEEDS))]
    seeds = min(max(wanted, low), high)
    if seeds == wanted:
        return seeds, []
    reason = OUT_OF_BOUNDS.format(minimum=low, maximum=high)
    return seeds, [Problem(NUMBER, word, reason, str(seeds))]
