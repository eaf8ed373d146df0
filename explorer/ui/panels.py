"""The live picture's data: each view drawn from what is known of a run."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache, partial

from explorer.config import RunConfig
from explorer.history import History, history, scores_at, trace_at, weights_at
from explorer.store import Store
from explorer.tasks import Score
from explorer.texts import Language
from explorer.ui.live import LiveData, Option, Panel, live_words
from explorer.ui.navigation import HOME
from explorer.views import VIEWS, Scene, View, brings

Options = Mapping[str, Mapping[str, str]]
"""View's name -> choice's name -> what the reader chose."""
MOST_LETTERS = 200
"""How much of a choice is read."""


def live_data(
    store: Store,
    config: RunConfig,
    wanted: int | None,
    options: object,
    language: Language,
    page: str = HOME,
) -> LiveData:
    """Return all panels of a run at a recorded training step.

    Args:
        store: where the run is.
        config: the run.
        wanted: the step that the reader chose; None for the newest.
        options: what the reader chose in the panels' corners, `Options` as far as it
            can be read; it comes from a browser, and may be anything.
        language: the reader's.
        page: the stem of the page whose views are shown.
    """
    options = _sound(options)
    known = history(store, config)
    following = wanted not in known.weight_steps[:-1]
    step = known.weight_steps[-1] if following or wanted is None else wanted
    scene = _scene(store, config, known, step)
    scene = replace(scene, scores=_scores(store, config, scene.step))
    views = views_of(config, page)
    shared = _shared(views, config, options)
    return {
        "run": config.key,
        "page": page,
        "language": language,
        "words": live_words(language),
        "steps": known.weight_steps,
        "step": scene.step,
        "following": following,
        "length": config.seq_len,
        "panels": [
            _panel(name, view, scene, {**shared, **options.get(name, {})}, language)
            for name, view in views.items()
        ],
        "complete": all(view.complete(scene) for view in views.values()),
    }


def _sound(options: object) -> Options:
    """Return what of the browser's options are words for a view's choices."""
    every = options.items() if isinstance(options, dict) else ()
    return {
        name: {
            choice: value[:MOST_LETTERS]
            for choice, value in chosen.items()
            if isinstance(choice, str) and isinstance(value, str)
        }
        for name, chosen in every
        if isinstance(name, str) and isinstance(chosen, dict)
    }


def views_of(config: RunConfig, page: str = HOME) -> dict[str, View]:
    """Return a page's views that have something to show of a run, by name."""
    every = {name: VIEWS[name]() for name in VIEWS if VIEWS[name].page == page}
    return {name: view for name, view in every.items() if view.applies(config)}


def _shared(
    views: Mapping[str, View], config: RunConfig, options: Options
) -> dict[str, str]:
    """Return what drawings have chosen by themselves: all cards of the page know it."""
    offered = {
        name: {choice.name for choice in view.choices(config)}
        for name, view in views.items()
    }
    return {
        choice: value
        for name in views
        for choice, value in options.get(name, {}).items()
        if choice not in offered[name]
    }


def _scene(store: Store, config: RunConfig, known: History, step: int) -> Scene:
    """Return what there is to see at a step, or at the last one kept before it.

    The newest step has only its checkpoint, which may have moved on by now.
    """
    records = known.records
    for kept in [step, *(k for k in reversed(known.weight_steps) if k < step), 0]:
        try:
            trace = _trace(store, config, kept)
            weights = _weights(store, config, kept)
        except LookupError:
            continue
        return Scene(
            config=config,
            steps=records.step,
            loss=records.loss,
            metric=records.metric,
            step=kept,
            trace=trace,
            grad_norm=records.grad_norm,
            weights=weights,
            weight_steps=known.weight_steps,
            visit=partial(_visit, store),
        )
    raise AssertionError("step 0 is always there")


def _visit(store: Store, config: RunConfig, step: int) -> Scene:
    """Return a run at its last recorded step that is not after `step`."""
    known = history(store, config)
    before = [kept for kept in known.weight_steps if kept <= step]
    return _scene(store, config, known, before[-1] if before else 0)


# Many may look at the same step of the same run; some step back and forth.
_trace = lru_cache(maxsize=4)(trace_at)
_weights = lru_cache(maxsize=16)(weights_at)


@lru_cache(maxsize=4)
def _scores(store: Store, config: RunConfig, step: int) -> list[Score]:
    return scores_at(store, config, step) if brings(config, "scores") else []


def _panel(
    name: str, view: View, scene: Scene, chosen: Mapping[str, str], language: Language
) -> Panel:
    choices: list[Option] = [
        {
            "name": choice.name,
            "label": choice.title.to(language),
            "choices": [(v, text.to(language)) for v, text in choice.values.items()],
            "value": choice.of(chosen),
        }
        for choice in view.choices(scene.config)
    ]
    return {
        "name": name,
        "title": view.title.to(language),
        "caption": view.how_to_read(scene).to(language),
        "alt": view.describe(scene, chosen).to(language),
        "options": choices,
        "size": view.size,
        "drawing": view.drawing,
        "figure": view.figure(scene, language, chosen),
    }
