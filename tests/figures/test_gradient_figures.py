"""The pictures of the gradients' page: valid, small, and true to their numbers."""

import json
from collections.abc import Callable
from functools import partial

import numpy as np
import plotly.graph_objects as go
import pytest

from explorer.figures._log_axis import exponent_ticks, power_of_ten
from explorer.figures._theme import Figure
from explorer.figures.cliff import cliff
from explorer.figures.clipping import clipping, scales
from explorer.figures.gradient_history import gradient_history
from explorer.figures.input_saliency import input_saliency
from explorer.figures.jacobian_lags import jacobian_lags
from explorer.figures.singular_lags import MOST_LINES, singular_lags
from explorer.texts import LANGUAGES, Language

RNG = np.random.default_rng(0)
LARGEST = 60_000  # bytes of JSON
LAGS = np.arange(0, 101, 5)
GRID = np.linspace(0.0, 1.0, 61)
WAY = (GRID * 2, GRID, GRID**2)

HISTORY = partial(
    gradient_history,
    steps=np.arange(40) * 7,
    times=np.linspace(0, 999, 150).astype(int),
    length=1000,
    shown_step=70,
    missing=0,
)
SALIENCY = partial(
    input_saliency, np.eye(30)[RNG.integers(0, 30, 1000)], input_kind="symbols"
)
PRODUCT = partial(jacobian_lags, LAGS, -0.3 * LAGS, length=100, states="h")
DIRECT = (-0.2 * LAGS, -0.1 * LAGS, -0.01 * LAGS)

FIGURES: dict[str, Callable[..., Figure]] = {
    "history": partial(HISTORY, RNG.uniform(-30, 1, (40, 150))),
    "history filling up": partial(HISTORY, RNG.random((40, 150)), missing=9),
    "history untrained": partial(
        HISTORY, np.full((1, 150), -3.0), steps=[0], shown_step=0
    ),
    "history not finite": partial(HISTORY, np.full((40, 150), np.nan)),
    "history of zeros": partial(HISTORY, np.full((40, 150), -np.inf)),
    "product": partial(PRODUCT, ceiling=None, direct=None),
    "product beneath its ceiling": partial(PRODUCT, ceiling=0.1 * LAGS, direct=None),
    "product beside the gates": partial(
        PRODUCT, ceiling=None, direct=DIRECT, states="(h, c)"
    ),
    "product not finite": partial(
        jacobian_lags,
        LAGS,
        np.full(len(LAGS), np.nan),
        ceiling=np.full(len(LAGS), np.nan),
        direct=(np.full(len(LAGS), -np.inf),) * 3,
        length=100,
        states="h",
    ),
    "singular values": partial(
        singular_lags,
        LAGS,
        -np.sort(RNG.random((21, 64)) * LAGS[:, None], axis=1),
        length=100,
        states="h",
    ),
    "singular value of one unit": partial(
        singular_lags, [0, 1], [[0.0], [-np.inf]], length=1, states="h"
    ),
    "saliency": partial(
        SALIENCY,
        RNG.standard_normal((1000, 30)),
        input_names=[f"s{n}" for n in range(30)],
        log=True,
        message=[3, 700],
    ),
    "saliency of nothing": partial(
        SALIENCY,
        np.zeros((1000, 30)),
        input_names=[f"s{n}" for n in range(30)],
        log=True,
    ),
    "saliency of curves": partial(
        input_saliency,
        RNG.random((500, 2)),
        RNG.standard_normal((500, 2)),
        input_names=["value", "mark"],
        input_kind="values",
        log=False,
    ),
    "clipping": partial(
        clipping,
        range(20_000),
        np.exp(RNG.standard_normal(20_000)),
        clip_norm=1.0,
        total_steps=20_000,
        shown_step=70,
    ),
    "clipping of nothing": partial(
        clipping, [], [], clip_norm=None, total_steps=10, shown_step=0
    ),
    "cliff": partial(
        cliff,
        GRID,
        GRID,
        RNG.random((61, 61)),
        without=WAY,
        clipped=WAY,
        clip_norm=0.1,
        rate=1.0,
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_a_picture_is_valid_small_and_plain(name: str, language: Language) -> None:
    figure = FIGURES[name](language=language)
    assert len(json.dumps(figure, allow_nan=False)) < LARGEST
    go.Figure(figure)


def test_a_row_of_the_history_is_its_step_and_colour_its_logarithm() -> None:
    logs = np.array([[-8.0, -2.0], [-np.inf, -1.0]])
    figure = gradient_history(
        logs,
        steps=[0, 30],
        times=[0, 9],
        length=10,
        shown_step=30,
        missing=2,
        language="en",
    )
    rows, shown = figure["data"][:2]
    assert rows["y"] == [0, 30] and rows["x"] == [0, 9]
    assert rows["z"] == [[-8.0, -2.0], [None, -1.0]]
    assert shown["y"] == [30, 30]
    said = [note["text"] for note in figure["layout"]["annotations"]]
    assert "2 of 4 rows so far" in said


def test_rows_that_are_no_numbers_are_blank_and_said_to_be() -> None:
    logs = np.array([[-3.0, -2.0], [np.nan, np.nan], [-np.inf, -np.inf]])
    figure = gradient_history(
        logs,
        steps=[0, 1, 2],
        times=[0, 1],
        length=2,
        shown_step=1,
        missing=0,
        language="en",
    )
    assert figure["data"][0]["z"][1:] == [[None, None], [None, None]]
    said = [note["text"] for note in figure["layout"]["annotations"]]
    assert "blank rows: not finite" in said
    assert figure["layout"]["yaxis"]["dtick"] == 1


def test_the_cursor_of_a_lag_stands_k_steps_before_the_end() -> None:
    times = PRODUCT(ceiling=None, direct=None, language="en")["layout"]["meta"]["times"]
    assert times[99] == 0 and times[0] == 99


def test_the_ceiling_s_ground_begins_at_the_ceiling() -> None:
    top = 0.1 * LAGS
    shade, line, _ = PRODUCT(ceiling=top, direct=None, language="en")["data"]
    np.testing.assert_allclose(line["y"], top)
    high = shade["y"][-1]
    np.testing.assert_allclose(shade["y"][: len(LAGS)], np.minimum(top, high))


def test_of_many_singular_values_the_ends_are_drawn() -> None:
    values = -np.arange(64.0) * LAGS[:, None]
    data = singular_lags(LAGS, values, length=100, states="h", language="en")["data"]
    assert len(data) == MOST_LINES
    assert data[-1]["y"] == [0.0] * len(LAGS)
    assert data[-2]["y"][-1] == -6300.0


def test_thinning_hides_no_input_that_mattered() -> None:
    gradient = np.zeros((1000, 30))
    gradient[501, 7] = -3.0
    names = [f"s{n}" for n in range(30)]
    figure = SALIENCY(gradient, input_names=names, log=False, language="en")
    (heat,) = (trace for trace in figure["data"] if trace["type"] == "heatmap")
    drawn = np.array(heat["z"], dtype=float)
    assert drawn.max() == 3.0 and len(drawn) == 24
    assert abs(heat["x"][drawn.max(axis=0).argmax()] - 501) < 7


def test_the_colours_of_a_log_scale_reach_as_far_as_the_gradients() -> None:
    gradient = np.full((1000, 30), 2e-5)
    gradient[3, 3] = 0.5
    names = [f"s{n}" for n in range(30)]
    figure = SALIENCY(gradient, input_names=names, log=True, language="en")
    (heat,) = (trace for trace in figure["data"] if trace["type"] == "heatmap")
    assert (heat["zmin"], heat["zmax"]) == (-5.0, 0.0)


def test_a_gradient_is_scaled_by_the_clipping_norm_over_its_own() -> None:
    np.testing.assert_allclose(scales([0.5, 1, 4, np.nan], 1.0), [1, 1, 0.25, np.nan])
    np.testing.assert_allclose(scales([0.5, 4], None), [1, 1])


def test_the_words_say_how_many_gradients_were_clipped() -> None:
    figure = clipping(
        [0, 1, 2, 3],
        [0.5, 3, 4, np.nan],
        clip_norm=1.0,
        total_steps=3,
        shown_step=3,
        language="en",
    )
    said = [note["text"] for note in figure["layout"]["annotations"]]
    assert "2 of 3 clipped (67%)" in said


def test_a_way_that_leaves_the_landscape_ends_at_its_edge() -> None:
    out = ([0.5, 0.75, 2.75], [0.5, 0.5, 0.5], [0.1, 0.1, 0.1])
    figure = cliff(
        GRID,
        GRID,
        np.zeros((61, 61)),
        without=out,
        clipped=WAY,
        clip_norm=0.1,
        rate=1.0,
        language="en",
    )
    way, mark = figure["data"][1:3]
    assert way["x"] == [0.5, 0.75, 1.0] and mark["x"] == [1.0]


def test_exponents_are_labelled_by_round_ones_far_beyond_float64() -> None:
    assert exponent_ticks(-640, 3, 6) == [-600, -400, -200, 0]
    assert exponent_ticks(-2.5, 1.2, 6) == [-2, -1, 0, 1]
    assert power_of_ten(-400) == "10⁻⁴⁰⁰" and power_of_ten(0) == "1"
