"""A sequence with and without a change, for `static/live/drawings/perturb.js`.

Three panels over one time axis: what the readout says, how far the states are apart,
and which units moved.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures._theme import Figure, round_up, rounded, thinned
from explorer.texts import Language, Text

MOST_LINES, MOST_UNITS, MOST_COLUMNS = 4, 12, 150
LARGEST = 1e30
"""A number beyond is that of a run that blew up: a picture of it tells nothing."""

_WORDS = {
    "what": Text(en="change", zh="改动"),
    "which": Text(en="which", zh="哪一个"),
    "how": Text(en="how", zh="怎么改"),
    "when": Text(en="at t =", zh="在 t ="),
    "here": Text(en="at the slider's t", zh="改在滑块的 t 处"),
    "open": Text(en="1 (open)", zh="1（开）"),
    "shut": Text(en="0 (shut)", zh="0（关）"),
    "set": Text(en="set to {a}", zh="设为 {a}"),
    "readout": Text(en="the readout", zh="读出值"),
    "few": Text(
        en="{few} of {all} outputs: those that change most",
        zh="{all} 个输出中变化最大的 {few} 个",
    ),
    "without": Text(en="without", zh="不改"),
    "with": Text(en="with the change", zh="改动后"),
    "distance": Text(
        en="distance |h′ₜ − hₜ| (log scale)", zh="距离 |h′ₜ − hₜ|（对数刻度）"
    ),
    "linear": Text(en="linear prediction", zh="线性预测"),
    "units": Text(
        en="units that moved most: h′ − h, from {low} to {high}",
        zh="变化最大的单元：h′ − h，从 {low} 到 {high}",
    ),
    "time": Text(en="time step t", zh="时间步 t"),
    "layer": Text(en="layer {n}", zh="第 {n} 层"),
    "press": Text(
        en="Press into the picture to make the change there.",
        zh="在图上点一下，就改在那里。",
    ),
    "nothing": Text(en="nothing moves", zh="没有任何变化"),
}
BROKEN = Text(
    en="The states have blown up, to numbers that are not finite or beyond 10³⁰: there "
    "are no futures to compare.",
    zh="状态已发散，数值不再有限或超过 10³⁰，两个未来无从比较。",
)


def blown_up(*arrays: NDArray[np.float64]) -> bool:
    """Return whether there are numbers that are not finite or beyond all measure."""
    return any(not (np.abs(array) <= LARGEST).all() for array in arrays)


def perturbation(
    *,
    change: Mapping[str, Any],
    kinds: Mapping[str, Mapping[str, Any]],
    outputs: NDArray[np.float64],
    output_names: Sequence[str],
    hidden: NDArray[np.float64],
    predicted: NDArray[np.float64],
    said: str,
    language: Language,
) -> Figure:
    """Return what the drawing takes.

    Args:
        change: its fields, as they were asked for.
        kinds: what can be changed -> `label`, the `names` of its entries and `gate`.
        outputs: (2, time, output), without the change and with it.
        output_names: of the outputs.
        hidden: (2, layer, time, hidden), the same of h.
        predicted: (layer, time), the distance that is expected.
        said: what the change was and made, in words.
        language: "en" or "zh".
    """
    length = outputs.shape[1]
    lost = blown_up(outputs, hidden)
    if lost:  # the controls stay, and there is nothing below them
        outputs, hidden = np.zeros_like(outputs), np.zeros_like(hidden)
        predicted, said = np.zeros_like(predicted), ""
    keep = np.unique(np.append(thinned(length, 298), change["when"]))
    gaps = hidden[1] - hidden[0]
    apart = np.linalg.norm(gaps, axis=-1)
    moved = np.abs(outputs[1] - outputs[0]).max(axis=0)
    shown = np.sort(_largest(moved, MOST_LINES))
    counts = {"few": len(shown), "all": len(moved)}
    words = {name: text.to(language) for name, text in _WORDS.items()}
    return {
        "words": words | {"few": _WORDS["few"].format(**counts).to(language)},
        "broken": BROKEN.to(language) if lost else "",
        "change": dict(change),
        "kinds": kinds,
        "length": length,
        "said": said,
        "times": keep.tolist(),
        "some": len(shown) < len(moved),
        "outputs": [_line(output_names[k], outputs[:, keep, k]) for k in shown],
        "distances": [
            {
                "name": _WORDS["layer"].format(n=layer + 1).to(language),
                "real": _logs(apart[layer, keep], hidden),
                "linear": _logs(predicted[layer, keep]),
            }
            for layer in range(len(apart))
        ],
        "units": _units(gaps[change["layer"]], change["when"]),
    }


def _line(name: str, both: NDArray[np.float64]) -> dict[str, Any]:
    """Return an output without the change and with it, (2, times)."""
    return {"name": name, "without": rounded(both[0]), "with": rounded(both[1])}


def _largest(sizes: NDArray[np.float64], most: int) -> NDArray[np.intp]:
    return np.argsort(-np.nan_to_num(sizes), kind="stable")[:most]


def _logs(
    values: NDArray[np.float64], beside: NDArray[np.float64] | None = None
) -> list[float | None]:
    """Return log10; None for 0 and for what is rounding beside the values themselves.

    None, too, for what is beyond all measure, as a linear prediction may be.
    Two states of size 1 that agree to sixteen digits do not differ by 1e-17.
    """
    floor = 0.0
    if beside is not None:
        known = beside[np.isfinite(beside)]
        floor = 1e-15 * float(np.abs(known).max(initial=0.0))
    shown = (values > floor) & (values <= LARGEST)
    with np.errstate(divide="ignore", invalid="ignore"):
        return rounded(np.where(shown, np.log10(values), np.nan))


def _units(gaps: NDArray[np.float64], when: int) -> dict[str, Any]:
    """Return the units that moved most as a map, the first one on top."""
    size = np.abs(np.nan_to_num(gaps))
    order = _largest(size.max(axis=0), MOST_UNITS)
    keep = np.unique(np.append(thinned(len(gaps), MOST_COLUMNS - 2), when))
    reach = float(size.max(initial=0.0))
    limit = round_up(reach) if reach else 1.0
    shares = np.round(np.nan_to_num(gaps[keep][:, order].T) / limit, 3) + 0.0
    return {
        "units": order.tolist(),
        "times": keep.tolist(),
        "limit": limit,
        "shares": shares.tolist(),
    }
