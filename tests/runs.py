"""Small runs that several tests train."""

from explorer.config import RunConfig


def small(**given) -> RunConfig:
    defaults = {
        "task": "adding",
        "seq_len": 5,
        "hidden_size": 4,
        "batch_size": 3,
        "steps": 30,
        "learning_rate": 0.01,
    }
    return RunConfig(**defaults | given)


def exploding() -> RunConfig:
    return small(
        task="flip_flop",
        cell="rnn",
        activation="identity",
        optimiser="sgd",
        learning_rate=10.0,
        clip_norm=None,
        seq_len=30,
        steps=200,
    )
