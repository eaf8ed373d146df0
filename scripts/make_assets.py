"""Make the data sets that are stored as arrays under assets/, from their sources.

    python scripts/make_assets.py FOLDER

FOLDER holds JapaneseVowels_TRAIN.ts and JapaneseVowels_TEST.ts, as the Python packages
aeon and sktime ship them; the digits are taken from the installed scikit-learn.
"""

import sys
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

ASSETS = Path(__file__).parents[1] / "assets"


def make_digits() -> None:
    """Write images (1797, 8, 8) of 0 to 16 and labels (1797,), in their given order."""
    images, labels = load_digits(return_X_y=True)
    np.savez_compressed(
        ASSETS / "digits.npz",
        images=images.reshape(-1, 8, 8).astype(np.uint8),
        labels=labels.astype(np.uint8),
    )


def make_japanese_vowels(folder: Path) -> None:
    """Write the frames of all utterances one after another, lengths and speakers."""
    arrays = {}
    for part in ("train", "test"):
        utterances, speakers = read_ts(folder / f"JapaneseVowels_{part.upper()}.ts")
        millionths = np.round(np.concatenate(utterances) * 1e6)  # six decimals: exact
        arrays[f"{part}_frames"] = millionths.astype(np.int32)
        arrays[f"{part}_lengths"] = np.array([len(u) for u in utterances], np.uint8)
        arrays[f"{part}_speakers"] = np.array(speakers, np.uint8)
    np.savez_compressed(ASSETS / "japanese_vowels.npz", **arrays)


def read_ts(path: Path) -> tuple[list[np.ndarray], list[int]]:
    """Return the series of a .ts file, each (time, channel), and their classes."""
    series, classes = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and line[0] not in "#@":
            *channels, label = line.split(":")
            values = [[float(v) for v in channel.split(",")] for channel in channels]
            series.append(np.array(values).T)
            classes.append(int(label))
    return series, classes


if __name__ == "__main__":
    make_digits()
    make_japanese_vowels(Path(sys.argv[1]))
