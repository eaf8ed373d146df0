"""Keras on JAX, with `train_on_batch` and with a compiled step of its own.

The latter is how Keras's guide “Writing a training loop from scratch in JAX” does it.
"""

from collections.abc import Callable

import jax
import keras

from benchmarks._peers import Work
from benchmarks._peers_keras import data, network, on_batch


def version() -> str:
    """Return which Keras and JAX they are."""
    return f"Keras {keras.__version__} on JAX {jax.__version__}"


def ways(work: Work) -> dict[str, Callable[[], float]]:
    """Return both."""
    keras.utils.clear_session()
    jax.clear_caches()
    return {
        "Keras/JAX, train_on_batch": on_batch(work),
        "Keras/JAX, jitted step": _jitted(work),
    }


def _jitted(work: Work) -> Callable[[], float]:
    model, loss_of = network(work), keras.losses.MeanSquaredError()
    optimiser = model.optimizer
    optimiser.build(model.trainable_variables)

    def objective(trained, fixed, x, y):
        answers, fixed = model.stateless_call(trained, fixed, x, training=True)
        return loss_of(y, answers), fixed

    def step(state, x, y):
        trained, fixed, moments = state
        graded = jax.value_and_grad(objective, has_aux=True)
        (loss, fixed), gradients = graded(trained, fixed, x, y)
        trained, moments = optimiser.stateless_apply(moments, gradients, trained)
        return loss, (trained, fixed, moments)

    compiled = jax.jit(step, donate_argnums=0)
    x, y = (jax.device_put(each) for each in data(work))
    variables = (
        model.trainable_variables,
        model.non_trainable_variables,
        optimiser.variables,
    )
    state = tuple([jax.numpy.array(v.value) for v in group] for group in variables)

    def update() -> float:
        nonlocal state
        loss, state = compiled(state, x, y)
        return float(loss)

    return update
