"""Every figure, in both languages: valid, small, and made of plain values."""

import json
from collections.abc import Callable
from functools import partial

import numpy as np
import plotly.graph_objects as go
import pytest

from explorer.figures._span_rows import Row
from explorer.figures._theme import Figure
from explorer.figures.class_answer import class_answer
from explorer.figures.classes_answer import classes_answer
from explorer.figures.gradient_profile import gradient_profile
from explorer.figures.labels_answer import labels_answer
from explorer.figures.loss_curves import loss_curves
from explorer.figures.readings import readings
from explorer.figures.recurrence_map import recurrence_map
from explorer.figures.scores import scores
from explorer.figures.series_answer import series_answer
from explorer.figures.span_matches import span_matches
from explorer.figures.state_heatmap import state_heatmap
from explorer.figures.state_trajectories import state_trajectories
from explorer.figures.unit_lines import unit_lines
from explorer.figures.value_answer import value_answer
from explorer.texts import LANGUAGES, Language

RNG = np.random.default_rng(0)
LARGEST = 112_000  # bytes of JSON; 1,600 states in 3-D need the most

LOSS = partial(
    loss_curves,
    loss_baseline=0.167,
    metric_baseline=0.167,
    baseline_label="guessing",
    metric_label="MSE",
    total_steps=20_000,
    shown_step=700,
)
PATHS = partial(
    state_trajectories,
    RNG.standard_normal((100, 16, 3)).cumsum(0),
    label_names=list("ABCDEFGH"),
    explained=[0.63, 0.2, 0.1],
)
CLASSES = RNG.integers(0, 8, (100, 16))
SYMBOLS = np.eye(6)[RNG.integers(0, 6, 500)]
PULSES = RNG.choice([-1, 0, 0, 0, 1], (500, 3))
ADDING = np.stack([RNG.random(500), np.arange(500) % 250 == 7], axis=1)
NAMES = [*"abcdXY"]
CLASSES_100 = [f"class {k}" for k in range(100)]
FOUND = [Row(k, 9 * k, 1 / k, SYMBOLS[:40], RNG.random(40)) for k in range(1, 7)]
MARKS = ("", "right", "wrong", "kept", "dropped", "missed")

Make = Callable[..., Figure]
FIGURES: dict[str, Make] = {
    "loss": partial(
        LOSS, range(20_000), np.exp(RNG.random(20_000)), RNG.random(20_000)
    ),
    "loss untrained": partial(LOSS, [0], [0.2], [0.3], shown_step=0),
    "loss without baselines": partial(
        LOSS, [0, 1], [-1, 2], [0.1, 1], loss_baseline=None, metric_baseline=None
    ),
    "loss beside rivals": partial(
        LOSS,
        [0, 1, 2],
        [0.3, 0.2, 0.1],
        [0.3, 0.2, 0.1],
        rivals=[("linear", 0.2, 0.1), ("ceiling", None, 0.9), ("none", None, None)],
    ),
    "loss changed in mid-run": partial(
        LOSS,
        [0, 1, 2],
        [0.3, 0.2, 0.1],
        [0.3, 0.2, 0.1],
        changes=[(100 * n, f"learning rate 0.{n}") for n in range(1, 9)],
    ),
    "gradients": partial(gradient_profile, {"h": RNG.random(500), "c": np.ones(500)}),
    "gradients all zero": partial(gradient_profile, {"h": np.zeros(30)}),
    "gradients of one step": partial(gradient_profile, {"h": [1e-3]}),
    "heatmap": partial(state_heatmap, RNG.uniform(-1, 1, (300, 64)), bound=1.0),
    "heatmap unbounded": partial(
        state_heatmap, 1e3 * RNG.standard_normal((50, 8)), bound=None, note="8 of 9"
    ),
    "heatmap of one zero": partial(state_heatmap, [[0.0]], bound=None),
    "heatmap in order": partial(
        state_heatmap, RNG.random((9, 3)), bound=1.0, units=[7, 2, 40]
    ),
    "recurrence": partial(
        recurrence_map, RNG.random((100, 100)), times=range(0, 1000, 10)
    ),
    "recurrence of nothing": partial(recurrence_map, [[np.nan]], times=[0]),
    "unit": partial(
        unit_lines,
        RNG.standard_normal((1000, 8)),
        unit=7,
        state="hₜ",
        gates={name: RNG.random(1000) for name in "ifgo"},
        labels=[0, 1] * 4,
        label_names=["X", "Y"],
    ),
    "unit without gates": partial(unit_lines, [[np.nan]], unit=0, state="hₜ", gates={}),
    "spans of symbols": partial(
        span_matches,
        SYMBOLS,
        [Row(0, 20, None, SYMBOLS[10:50], RNG.random(40)), *FOUND],
        span=(20, 39),
        before=10,
        input_names=["<b>", *"bcd$Y"],
        input_kind="symbols",
        highlight=[5],
        note="3 of 5 units",
    ),
    "spans of values": partial(
        span_matches,
        ADDING,
        [Row(3, 0, 0.5, ADDING[:300], np.full(300, np.nan))],
        span=(0, 299),
        before=0,
        input_names=["value", "mark"],
        input_kind="values",
    ),
    "paths 2d class": partial(PATHS, labels=CLASSES, dims="2d", colour="class"),
    "paths 3d class": partial(PATHS, labels=CLASSES - 1, dims="3d", colour="class"),
    "paths 2d time": partial(PATHS, labels=None, dims="2d", colour="time"),
    "paths 3d time": partial(PATHS, labels=CLASSES, dims="3d", colour="time"),
    "paths without classes": partial(PATHS, labels=None, dims="2d", colour="class"),
    "class": partial(
        class_answer,
        SYMBOLS,
        input_names=NAMES,
        input_kind="symbols",
        target=1,
        probabilities=[0.2, 0.8],
        class_names=["X", "Y"],
    ),
    "class unanswered": partial(
        class_answer,
        SYMBOLS[:1],
        input_names=NAMES,
        input_kind="symbols",
        target=0,
        probabilities=None,
        class_names=["X", "Y"],
    ),
    "classes": partial(
        classes_answer,
        SYMBOLS[:200],
        input_names=NAMES,
        input_kind="symbols",
        targets=RNG.integers(0, 100, 200),
        probabilities=RNG.dirichlet(np.ones(100), 200),
        class_names=CLASSES_100,
    ),
    "classes asked at the end": partial(
        classes_answer,
        SYMBOLS,
        input_names=NAMES,
        input_kind="symbols",
        targets=[-100] * 499 + [1],
        probabilities=RNG.dirichlet(np.ones(2), 500),
        class_names=["X", "Y"],
    ),
    "classes never asked": partial(
        classes_answer,
        ADDING[:1],
        input_names=["value", "mark"],
        input_kind="values",
        targets=[-100],
        probabilities=np.full((1, 100), np.nan),
        class_names=CLASSES_100,
    ),
    "labels": partial(
        labels_answer,
        SYMBOLS,
        input_names=NAMES,
        input_kind="symbols",
        targets=RNG.choice([-100, 0, 1], 500),
        probabilities=RNG.random(500),
    ),
    "labels of one step": partial(
        labels_answer,
        ADDING[:1],
        input_names=["value", "mark"],
        input_kind="values",
        targets=[1],
        probabilities=[np.nan],
    ),
    "readings": partial(
        readings,
        [
            (f"row {row}", [(f"word{i}", MARKS[i * row % 6]) for i in range(500)])
            for row in range(4)
        ],
    ),
    "readings of nothing": partial(readings, []),
    "scores": partial(
        scores,
        ["ROUGE-1", "ROUGE-2", "ROUGE-L", "token F1", "kept/total"],
        [("network", [0.9, 0.8, 0.9, None, 0.3]), ("keep all", [0.5] * 5)],
    ),
    "scores of nobody": partial(scores, ["ROUGE-1"], []),
    "value": partial(
        value_answer,
        ADDING,
        input_names=["value", "mark"],
        input_kind="values",
        target=0.7,
        answer=-0.3,
    ),
    "value of one step": partial(
        value_answer,
        ADDING[7:8],
        input_names=["value", "mark"],
        input_kind="values",
        target=0.7,
        answer=None,
    ),
    "series": partial(
        series_answer,
        PULSES,
        input_names=["a", "b", "c"],
        input_kind="values",
        targets=PULSES,
        answers=PULSES * 0.9,
        output_names=["a", "b", "c"],
    ),
    "series by year": partial(
        series_answer,
        RNG.random((500, 1)),
        input_names=["spots"],
        input_kind="values",
        targets=RNG.random((500, 1)),
        answers=None,
        output_names=["spots"],
        times=1749 + np.arange(500) / 12,
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_plotly_accepts_the_figure_and_its_json_is_small(
    name: str, language: Language
) -> None:
    figure = FIGURES[name](language=language)
    sent = json.dumps(figure, allow_nan=False, separators=(",", ":"))
    assert len(sent) < LARGEST
    go.Figure(figure)


@pytest.mark.parametrize("name", FIGURES)
def test_no_curve_has_more_points_than_a_card_has_pixels(name: str) -> None:
    for trace in FIGURES[name](language="en")["data"]:
        if trace.get("mode") == "lines" and "meta" not in trace:
            assert len(trace["x"]) == len(trace["y"]) <= 300


@pytest.mark.parametrize("name", FIGURES)
def test_what_follows_the_time_slider_names_a_time_for_every_point(name: str) -> None:
    for trace in FIGURES[name](language="en")["data"]:
        meta = trace.get("meta", {})
        for times in (meta.get("until"), meta.get("at")):
            assert times is None or len(times) == len(trace["x"])


@pytest.mark.parametrize("name", FIGURES)
def test_ground_and_text_colours_are_left_to_the_page(name: str) -> None:
    layout = FIGURES[name](language="en")["layout"]
    assert not {"template", "paper_bgcolor", "plot_bgcolor"} & layout.keys()
    assert "color" not in layout["font"]


def test_chinese_figures_speak_chinese() -> None:
    for make in FIGURES.values():
        english, chinese = make(language="en"), make(language="zh")
        assert english != chinese
