"""Where a run can be computed on this machine."""

from functools import cache

import torch


@cache
def devices() -> tuple[str, ...]:
    """Return "cpu", and "cuda" where there is a GPU."""
    return ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",)


def device_name(device: str) -> str:
    """Return what a device is called, such as "CPU" or "NVIDIA H100"."""
    return torch.cuda.get_device_name() if device == "cuda" else "CPU"
