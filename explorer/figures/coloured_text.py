"""A text whose words wear the value that a unit had while reading them.

For `ui/static/live/drawings/text.js`, which draws it: the words flow as text does.
The idea is A. Karpathy, J. Johnson & L. Fei-Fei's, "Visualizing and understanding
recurrent networks" (2015).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from explorer.figures._missing import BLOWN_UP
from explorer.figures._theme import BLUE, VERMILLION, number, round_up, rounded
from explorer.texts import Language, Text

KEY = Text(en="h of unit {unit}", zh="单元 {unit} 的 h")
SPELLED = 1  # letters: the words of a text that is spelled stand without a space


def coloured_text(
    words: Sequence[str], values: ArrayLike, *, unit: int, language: Language
) -> dict[str, Any]:
    """Return what the drawing takes: words, values from -1 to 1, and the key.

    Args:
        words: What was read at each time step, (T,); anybody's: it is shown as it is.
        values: The unit's value at each time step, (T,).
        unit: Its number.
        language: "en" or "zh".
    """
    array = np.asarray(values, dtype=np.float64)
    known = array[np.isfinite(array)]
    limit = round_up(float(np.abs(known).max(initial=0.0)))
    return {
        "words": list(words),
        "values": rounded(array / limit, 2),
        "told": [number(v) if np.isfinite(v) else "–" for v in array.tolist()],
        "spelled": all(len(word) <= SPELLED for word in words),
        "title": KEY.format(unit=unit).to(language),
        "ends": [number(-limit), "0", number(limit)],
        "colours": [BLUE, VERMILLION],
        "sentence": "" if known.size else BLOWN_UP.to(language).replace("<br>", " "),
    }
