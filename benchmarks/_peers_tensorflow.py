"""Keras on TensorFlow, with `train_on_batch` and with steps of its own.

The latter are how Keras's guide “Writing a training loop from scratch in TensorFlow”
does it, as a graph and compiled by XLA.
"""

from collections.abc import Callable

import keras
import tensorflow as tf

from benchmarks._peers import Work
from benchmarks._peers_keras import data, network, on_batch

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)


def version() -> str:
    """Return which Keras and TensorFlow they are."""
    return f"Keras {keras.__version__} on TensorFlow {tf.__version__}"


def ways(work: Work) -> dict[str, Callable[[], float]]:
    """Return all three."""
    keras.utils.clear_session()
    return {
        "Keras/TensorFlow, train_on_batch": on_batch(work),
        "Keras/TensorFlow, tf.function": _step(work, compiled=False),
        "Keras/TensorFlow, tf.function by XLA": _step(work, compiled=True),
    }


def _step(work: Work, compiled: bool) -> Callable[[], float]:
    model, loss_of = network(work), keras.losses.MeanSquaredError()
    model.optimizer.build(model.trainable_variables)

    @tf.function(jit_compile=compiled)
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_weights)
        model.optimizer.apply(gradients, model.trainable_weights)
        return loss

    x, y = (tf.constant(each) for each in data(work))
    return lambda: float(step(x, y))
