"""What both of Keras's backends here share: the network, the data, `train_on_batch`."""

from collections.abc import Callable

import keras
import numpy as np

from benchmarks._peers import INPUTS, Work

NAMES = {"identity": "linear"}


def network(work: Work) -> keras.Model:
    """Return the network, which reads (batch, time, input), compiled as usual."""
    kinds = {
        "rnn": keras.layers.SimpleRNN,
        "lstm": keras.layers.LSTM,
        "gru": keras.layers.GRU,
    }
    layer = kinds[work.cell](work.hidden, activation=_activation(work.activation))
    layers = [keras.Input((work.time, INPUTS)), layer, keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(), keras.losses.MeanSquaredError())
    return model


def data(work: Work) -> tuple[np.ndarray, np.ndarray]:
    """Return one batch of inputs and targets, float32."""
    random = np.random.default_rng(0)
    inputs = random.standard_normal((work.batch, work.time, INPUTS), np.float32)
    return inputs, random.standard_normal((work.batch, 1), np.float32)


def on_batch(work: Work) -> Callable[[], float]:
    """Return the update by Keras's own method."""
    model, (inputs, targets) = network(work), data(work)
    return lambda: float(model.train_on_batch(inputs, targets))


def _activation(name: str) -> str | Callable:
    if name == "leaky_relu":
        return lambda a: keras.activations.leaky_relu(a, negative_slope=0.01)
    return NAMES.get(name, name)
