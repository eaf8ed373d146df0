"""The bytes that autograd keeps from a forward pass for the backward pass."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor


class _Kept:
    """A tensor that autograd keeps; its storage counts as long as anything holds it."""

    def __init__(self, tensor: Tensor, ledger: "_Ledger") -> None:
        self.tensor, self.ledger = tensor, ledger
        ledger.enter(tensor)

    def __del__(self) -> None:
        self.ledger.leave(self.tensor)


class _Ledger:
    """The bytes of the storages that are kept: now, and at most so far."""

    def __init__(self, besides: Iterable[Tensor]) -> None:
        self.besides = {_place(tensor) for tensor in besides}
        self.holders: Counter[int] = Counter()
        self.now = self.most = 0

    def enter(self, tensor: Tensor) -> None:
        place = _place(tensor)
        if not self.holders[place] and place not in self.besides:
            self.now += tensor.untyped_storage().nbytes()
            self.most = max(self.most, self.now)
        self.holders[place] += 1

    def leave(self, tensor: Tensor) -> None:
        place = _place(tensor)
        self.holders[place] -= 1
        if not self.holders[place] and place not in self.besides:
            self.now -= tensor.untyped_storage().nbytes()


def _place(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


def kept_bytes(step: Callable[[], Any], besides: Iterable[Tensor] = ()) -> int:
    """Return the most bytes that autograd holds at a time for backward passes.

    Args:
        step: a forward pass, or a forward and a backward pass, which frees what was
            kept and may compute something anew.
        besides: tensors that do not count, such as weights and inputs.
    """
    ledger = _Ledger(besides)
    # Detached, or a node that keeps its own output would never be freed.
    hooks = torch.autograd.graph.saved_tensors_hooks(
        lambda tensor: _Kept(tensor.detach(), ledger), lambda kept: kept.tensor
    )
    with hooks:
        _result = step()  # held until all is counted
    return ledger.most
