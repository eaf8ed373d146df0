"""A logarithmic axis: its range, and labels that a low panel has room for."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures._theme import SUPERSCRIPTS, axis, number


def log_range(values: NDArray[np.float64], least: float, snap: float) -> list[float]:
    """Return the decades [low, high] that hold positive values.

    The ends sit on multiples of `snap` decades, so that a moving curve seldom moves
    its axis, and are at least `least` decades apart, so that a constant has a place.
    """
    if not values.size:
        return [-1.0, 1.0]
    logs = np.log10(values)
    low = np.floor((logs.min() - 0.04 * least) / snap) * snap
    high = np.ceil((logs.max() + 0.04 * least) / snap) * snap
    missing = max(0.0, least - (high - low)) / 2
    return [round(float(low - missing), 4), round(float(high + missing), 4)]


def log_axis(
    decades: Sequence[float], title: str = "", most: int = 6
) -> dict[str, Any]:
    """Return a logarithmic axis over decades [low, high], with `most` labels at most.

    Plotly's own labels of a short log axis are too many for a low panel.
    """
    ticks = log_ticks(decades[0], decades[1], most)
    return axis(
        title,
        type="log",
        range=list(decades),
        tickvals=ticks,
        ticktext=[number(tick) for tick in ticks],
    )


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round numbers from 10^low to 10^high: as many as there are up to `most`.

    They are those of the first of these that are few enough: 1, 1.5, 2, 3, 5, 7 in
    each decade; 1, 2, 3, 5; 1, 2, 5; 1, 3; every n-th power of ten.
    """
    powers = range(int(np.floor(low)), int(np.floor(high)) + 1)
    for mantissas in ((1, 1.5, 2, 3, 5, 7), (1, 2, 3, 5), (1, 2, 5), (1, 3)):
        ticks = [float(f"{m}e{power}") for power in powers for m in mantissas]
        ticks = [t for t in ticks if low - 1e-9 <= np.log10(t) <= high + 1e-9]
        if len(ticks) <= most:
            return ticks
    stride = next(
        n for n in (1, 2, 3, 5, 10, 20, 50, 100, 200) if len(powers) <= most * n
    )
    whole = [power for power in powers if power >= low - 1e-9]
    return [float(f"1e{power}") for power in whole if power % stride == 0]


def exponent_axis(
    low: float, high: float, title: str = "", most: int = 6, **more: Any
) -> dict[str, Any]:
    """Return a linear axis for logarithms to base 10, labelled as powers of ten.

    For what leaves the range of floating-point numbers, such as 10⁻⁴⁰⁰.

    Args:
        low: where the axis begins, a logarithm.
        high: where it ends.
        title: what the axis shows.
        most: how many labels there may be.
        more: Plotly's keys.
    """
    ticks = exponent_ticks(low, high, most)
    return axis(
        title,
        range=[low, high],
        tickvals=ticks,
        ticktext=[power_of_ten(tick) for tick in ticks],
        **more,
    )


def exponent_ticks(low: float, high: float, most: int) -> list[int]:
    """Return whole exponents from low to high, every n-th, `most` at most."""
    first, last = int(np.ceil(low - 1e-9)), int(np.floor(high + 1e-9))
    strides = (n * 10**power for power in range(9) for n in (1, 2, 5))
    stride = next(n for n in strides if last // n - -(-first // n) < most)
    return list(range(-(-first // stride) * stride, last + 1, stride))


def power_of_ten(exponent: float) -> str:
    """Write 10 to a whole power for people, or 1."""
    whole = round(exponent)
    return f"10{str(whole).translate(SUPERSCRIPTS)}" if whole else "1"
