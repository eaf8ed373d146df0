"""What was changed in mid-run: an upright line at each step, and the key to them."""

from collections.abc import Sequence
from typing import Any

from explorer.figures._rivals import Line, packed
from explorer.figures._theme import COLON, GREY
from explorer.texts import Language, Text

Changed = tuple[int, str]  # the step of a change, and what was changed, in words
GLYPH = "┊"
TOLD = 3  # changes in the key, the newest; all have their line
EARLIER = Text(en="{count} earlier", zh="更早的 {count} 处")


def change_marks(
    changes: Sequence[Changed], panels: Sequence[tuple[float, float]]
) -> dict[str, Any]:
    """Return the part of the layout with a line through each panel at each change.

    Args:
        changes: those that were made.
        panels: the part of the height that each panel takes; titles lie between them.
    """
    return {
        "shapes": [
            {
                "type": "line",
                "xref": "x",
                "yref": "paper",
                "x0": step,
                "x1": step,
                "y0": bottom,
                "y1": top,
                "layer": "below",
                "line": {"color": GREY, "width": 1, "dash": "dot"},
            }
            for step, _ in changes
            for bottom, top in panels
        ]
    }


def change_words(changes: Sequence[Changed], language: Language) -> list[Line]:
    """Return lines of words that say what was changed at which step."""
    colon, hidden = COLON.to(language), len(changes) - TOLD
    entries = [EARLIER.format(count=hidden).to(language)] * (hidden > 0)
    entries += [f"{step}{colon}{words}" for step, words in changes[-TOLD:]]
    return packed([(GREY, GLYPH, words) for words in entries])
