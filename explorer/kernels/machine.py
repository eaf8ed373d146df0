"""The compiler, as all of ours is compiled.

The functions are written so that it can vectorise them, which it cannot do with a call
of the C library's `exp`; NaN stays NaN.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

import numba
import numpy as np
import scipy.linalg.cython_blas  # noqa: F401  whose products numba calls
from threadpoolctl import ThreadpoolController

Array = np.ndarray
F = np.float32
_CACHE_LOCK = Lock()

# A time step's product is too small to be shared. numpy's products are its own.
_libraries = [each["filepath"] for each in ThreadpoolController().info()]
_ours = [path for path in _libraries if "scipy" in Path(path).parent.name]
ThreadpoolController().select(filepath=_ours).limit(limits=1)


def _cache() -> Path | None:
    """Return where compiled code is kept, a folder for each state of our sources.

    numba by itself would only see a change in a function's own file, not in what it
    calls. None where nothing can be written.
    """
    here = Path(__file__).parent
    sources = sorted(here.glob("*.py"))
    stamp = sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    for parent in (here / "__pycache__", Path("~/.cache/rnn-explorer")):
        # A user of whom the system knows nothing has no home: a RuntimeError.
        with suppress(OSError, RuntimeError):
            folder = parent.expanduser() / f"compiled-{stamp[:16]}"
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder
    return None


def compiled(function: Callable[..., Any], inline: bool = False) -> Callable[..., Any]:
    """Have a function compiled on its first call, or loaded if it has been before.

    Args:
        function: what takes and returns arrays and numbers, in numba's Python.
        inline: whether it becomes part of whoever calls it, as a loop's body has to
            be vectorised.
    """
    # Only a * b + c may become one operation: all that assumes finite numbers, or
    # orders sums anew, would hide a run that diverges.
    options = {"nogil": True, "fastmath": {"contract"}, "error_model": "numpy"}
    options |= {"forceinline": inline, "cache": CACHE is not None}
    with _CACHE_LOCK:
        before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(CACHE or "")
        try:
            made = numba.njit(**options)(function)
        finally:
            numba.config.CACHE_DIR = before
    if CACHE is not None:
        forgive(made._cache)
    return made


def forgive(kept: Any) -> None:
    """Have numba compile anew what it cannot read, and do without what it cannot keep.

    By itself it raises, on a full disk or a file cut short, and nothing is trained.
    """
    load, save = kept.load_overload, kept.save_overload

    def loaded(*asked: Any) -> Any:
        with suppress(Exception):
            return load(*asked)
        return None

    def saved(*made: Any) -> None:
        with suppress(OSError):
            save(*made)

    kept.load_overload, kept.save_overload = loaded, saved


CACHE = _cache()
inlined = partial(compiled, inline=True)
