"""A cell's equations with one unit's numbers, for `static/live/drawings/equations.js`.

All time steps are sent, so that the time slider needs no server; of long sequences of
wide cells a window of them, and of wide vectors the entries that count for most.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures._theme import Figure, rounded
from explorer.texts import Language, Text

MOST_NUMBERS, MOST_ENTRIES = 14_000, 40
"""Numbers that are sent at most, and entries of one vector."""

_WORDS = {
    "unit": Text(en="unit", zh="隐藏单元"),
    "sorted": Text(en="those that vary most first", zh="变化大的在前"),
    "previous": Text(en="previous unit", zh="上一个单元"),
    "next": Text(en="next unit", zh="下一个单元"),
    "back": Text(en="one time step back", zh="后退一个时间步"),
    "forth": Text(en="one time step forward", zh="前进一个时间步"),
    "where": Text(en="Where it came from", zh="它从哪里来"),
    "goes": Text(en="Where its gradient goes", zh="它的梯度到哪里去"),
    "slope": Text(
        en="moved up by a little ε, the loss changes by {slope} ε",
        zh="它增加一点点 ε，损失就变化 {slope} ε",
    ),
    "unknown": Text(
        en="given, not learned: its gradient is not followed",
        zh="这是给定的，不追踪它的梯度",
    ),
    "weights": Text(
        en="dL/d of each weight is summed over this sequence. Press a name to change "
        "that entry.",
        zh="每个权重的 dL/d 对整个序列求和。点一个名字就可以改动它。",
    ),
    "others": Text(en="all others", zh="其余合计"),
    "line": Text(en="see its line", zh="看它的那一行"),
    "earlier": Text(en="see it one step earlier", zh="看它在上一步的来历"),
    "edit": Text(en="What if {name} were changed?", zh="假如改动 {name}？"),
    "undo": Text(en="undo the change", zh="撤销改动"),
    "with": Text(
        en="with the change: {what} at t = {t}", zh="改动之后：t = {t} 处的 {what}"
    ),
    "press": Text(
        en="Press a number to see where it came from and where its gradient goes.",
        zh="点一个数字，看它从哪里来、它的梯度到哪里去。",
    ),
    "fetching": Text(en="fetching this time step …", zh="正在取这个时间步的数……"),
    "fetched": Text(
        en="time steps {first} to {last} are here", zh="已取到时间步 {first} 到 {last}"
    ),
}
BROKEN = Text(
    en="This network's weights are no longer finite numbers: there is nothing to add.",
    zh="这个网络的权重已不是有限的数，没有什么可以相加的了。",
)


def cell_equations(
    rows: Sequence[Any],
    numbers: Sequence[Any],
    *,
    unit: int,
    units: Sequence[int],
    hidden_size: int,
    layer: int,
    input_names: Sequence[str],
    around: int,
    language: Language,
    changed: Sequence[NDArray[np.float64]] = (),
    change: dict[str, Any] | None = None,
) -> Figure:
    """Return what the drawing takes.

    Args:
        rows: the lines, with `left`, `right`, `chain`, `first` and `value`.
        numbers: what they refer to, with `label`, `values` and `slopes` (time,),
            `parts`, `product`, `state` and `before`.
        unit: the one that is shown, from 0.
        units: those that can be picked from a list, those that vary most first.
        hidden_size: H, so that one can step to each.
        layer: from 0.
        input_names: of the channels of x.
        around: a time step that is sent whatever else is.
        language: "en" or "zh".
        changed: the values once more with something changed, in the same order.
        change: what that is: `when`, and `what` in words.
    """
    vectors, keys = _vectors(numbers)
    length = len(numbers[0].values)
    a_step = 2 * len(numbers) + len(changed) + sum(len(v["kept"]) for v in vectors)
    span = _window(length, max(1, MOST_NUMBERS // a_step), around)
    return {
        "words": {name: text.to(language) for name, text in _WORDS.items()},
        "broken": "" if _finite(numbers) else BROKEN.to(language),
        "unit": unit,
        "units": list(units),
        "hidden": hidden_size,
        "layer": layer,
        "length": length,
        "from": span.start,
        "to": span.stop - 1,
        "change": change,
        "rows": [row._asdict() for row in rows],
        "numbers": [
            _number(number, span, keys, vectors)
            | ({"w": _values(changed[i][span])} if len(changed) else {})
            for i, number in enumerate(numbers)
        ],
        "vectors": [_vector(v, span, input_names, layer) for v in vectors],
    }


def _finite(numbers: Sequence[Any]) -> bool:
    return all(np.isfinite(number.values).all() for number in numbers)


def _window(length: int, most: int, around: int) -> slice:
    """Return at most so many time steps, `around` in their midst where it can be."""
    begin = min(max(around - most // 2, 0), max(length - most, 0))
    return slice(begin, min(begin + most, length))


def _vectors(numbers: Sequence[Any]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Return what matrices are applied to, each once, with the entries to be sent."""
    found: dict[str, dict[str, Any]] = {}
    for number in numbers:
        product = number.product
        if product is None:
            continue
        entry = found.setdefault(
            repr(product.vector),
            {
                "entries": product.entries,
                "of": product.of,
                "size": 0.0,
                "now": product.now,
            },
        )
        share = np.abs(product.weights) * np.abs(product.entries).mean(axis=0)
        entry["size"] = np.maximum(entry["size"], np.nan_to_num(share))
    for entry in found.values():
        largest = np.argsort(-entry["size"], kind="stable")[:MOST_ENTRIES]
        entry["kept"] = np.sort(largest)
    return list(found.values()), {key: i for i, key in enumerate(found)}


def _vector(
    vector: dict[str, Any], span: slice, input_names: Sequence[str], layer: int
) -> dict[str, Any]:
    kept, of = vector["kept"], vector["of"]
    names: list[Any] = [[of or "·", str(j), ""] for j in kept]
    if of == "x" and layer:  # what comes in is h of the layer below
        names = [["h", str(j), f"({layer})"] for j in kept]
    elif of == "x":
        names = [input_names[j] if j < len(input_names) else f"x{j}" for j in kept]
    return {
        "of": of,
        "now": int(vector["now"]),
        "kept": kept.tolist(),
        "names": names,
        "v": [rounded(step[kept], 3) for step in vector["entries"][span]],
        "all": len(kept) == vector["entries"].shape[1],
    }


def _number(
    number: Any, span: slice, keys: dict[str, int], vectors: list[dict[str, Any]]
) -> dict[str, Any]:
    made = {
        "l": number.label,
        "v": _values(number.values[span]),
        "d": _values(number.slopes[span]),
        "p": number.parts,
        "s": number.state,
        "b": int(number.before),
    }
    if number.product is not None:
        which = keys[repr(number.product.vector)]
        kept = vectors[which]["kept"]
        made["m"] = {
            "l": number.product.matrix,
            "v": number.product.vector,
            "of": which,
            "w": rounded(number.product.weights[kept]),
            "d": rounded(number.product.slopes[kept], 3),
        }
    return made


def _values(values: NDArray[np.float64]) -> list[float | None]:
    """Return one value where all are the same, as a bias's are."""
    return rounded(values[:1] if (values == values[:1]).all() else values)
