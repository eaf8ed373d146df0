"""What needs no recurrent memory: the commonest class, and a linear read-out."""

import torch
from torch import Tensor
from torch.nn import functional

from explorer.tasks._task import Baseline
from explorer.texts import Text


def commonest_class(known: Tensor, asked: Tensor, classes: int) -> Baseline:
    """Return what always answering the commonest class of the training set reaches.

    The loss is that of answering with the training set's shares: their entropy in nats.

    Args:
        known: (examples,) int64, the classes trained on.
        asked: (tests,) int64, the classes of the test set.
        classes: how many there are.
    """
    counts = torch.bincount(known, minlength=classes).double()
    shares = counts / len(known)
    right = (asked == counts.argmax()).double().mean().item()
    title = Text(en="always the commonest class", zh="总答最常见的类")
    return Baseline(-torch.xlogy(shares, shares).sum().item(), right, title)


def linear_read_out(
    known: Tensor, labels: Tensor, asked: Tensor, wanted: Tensor
) -> float:
    """Return the test accuracy of a linear read-out with a bias.

    It is fitted to one-hot classes by least squares, of least norm where several fit
    (C. M. Bishop, "Pattern Recognition and Machine Learning", 2006, 4.1.3), and
    answers the class with the largest output.

    Args:
        known: (examples, features), what it is fitted on.
        labels: (examples,) int64, their classes.
        asked: (tests, features).
        wanted: (tests,) int64.
    """
    targets = functional.one_hot(labels).double()
    # gelsd, by singular values: pixels that are always blank make the rank deficient.
    fitted = torch.linalg.lstsq(_with_bias(known), targets, driver="gelsd").solution
    answers = (_with_bias(asked) @ fitted).argmax(1)
    return (answers == wanted).double().mean().item()


def _with_bias(features: Tensor) -> Tensor:
    return functional.pad(features.double(), (0, 1), value=1.0)
