"""RNN Explorer: recurrent networks that train before your eyes.

In a notebook::

    from explorer import RunConfig, train
    for snapshot in train(RunConfig(task="adding", cell="lstm", seq_len=100)):
        print(snapshot.step, snapshot.loss)
    trace = snapshot.trace()
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explorer.config import RunConfig
    from explorer.training import train

__all__ = ["RunConfig", "train"]


def __getattr__(name: str) -> Any:
    """Import on first use, so that rooms without torch do not load it."""
    if name == "RunConfig":
        from explorer.config import RunConfig

        return RunConfig
    if name == "train":
        from explorer.training import train

        return train
    raise AttributeError(name)
