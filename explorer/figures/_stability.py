"""Kinds of fixed points: their names, colours and symbols, and time constants."""

import numpy as np
from numpy.typing import NDArray

from explorer.figures._theme import BLUE, GREEN, ORANGE, PURPLE, VERMILLION, number
from explorer.texts import Text

STABLE, SADDLE, SADDLES, UNSTABLE, SLOW = range(5)
KINDS = {
    STABLE: (Text(en="stable", zh="稳定"), GREEN, "circle"),
    SADDLE: (Text(en="saddle, k = 1", zh="鞍点 k = 1"), ORANGE, "diamond"),
    SADDLES: (Text(en="saddle, k ≥ 2", zh="鞍点 k ≥ 2"), VERMILLION, "square"),
    UNSTABLE: (Text(en="unstable", zh="不稳定"), PURPLE, "x"),
    SLOW: (Text(en="slow point", zh="慢点"), BLUE, "circle-open"),
}
"""Kind -> its name, colour, and a symbol that 3-D has, too."""


def kinds(fixed: NDArray[np.bool_], unstable: NDArray[np.int_], size: int) -> list[int]:
    """Return the kind of each point.

    Args:
        fixed: Whether it is a fixed point, (P,); else a slow one.
        unstable: How many directions grow there, (P,).
        size: How many directions there are.
    """

    def kind(still: bool, ways: int) -> int:
        if not still:
            return SLOW
        if ways == 0:
            return STABLE
        if ways == size:
            return UNSTABLE
        return SADDLE if ways == 1 else SADDLES

    pairs = zip(fixed.tolist(), unstable.tolist(), strict=True)
    return [kind(still, ways) for still, ways in pairs]


def pace(modulus: float) -> Text:
    """Say what an eigenvalue of some modulus does to a small distance, in steps."""
    if modulus == 0:
        return Text(en="gone in one step", zh="一步即消失")
    rate = float(np.log(modulus))
    if abs(rate) < 1e-6:
        return Text(en="neither grows nor fades", zh="不增不减")
    steps = number(float(f"{1 / abs(rate):.2g}"))
    if rate < 0:
        return Text(en="fades to 1/e in {n} steps", zh="{n} 步衰减到 1/e").format(
            n=steps
        )
    return Text(en="grows e-fold in {n} steps", zh="{n} 步增长到 e 倍").format(n=steps)


def turn(angle: float) -> Text:
    """Say how far an eigenvalue of some angle, in radians, turns in a step."""
    degrees = abs(round(float(np.degrees(angle))))
    if degrees == 0:
        return Text(en="no turn", zh="不旋转")
    if degrees == 180:
        return Text(en="changes sign each step", zh="每步变号")
    return Text(en="turns {n}° a step", zh="每步转 {n}°").format(n=degrees)
