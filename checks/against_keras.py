"""RNN, LSTM and GRU with every activation against Keras, weights converted.

Keras stands on torch here, but its cells are its own. It keeps weights as (input,
units), the LSTM's gates as i, f, g, o and the GRU's as z, r, n. Its matrix products are
float32 whatever it is given, which sets the tolerance.
"""

import os

import numpy as np
import torch

from checks._cells import built, normal, with_gradients
from checks._check import Cases, check
from checks._measures import relative
from checks._subjects import CELLS
from explorer.cells import CELLS as REGISTRY
from explorer.cells import Cell
from explorer.texts import Text

INPUTS, HIDDEN = 3, 5
WIDE_OPEN = 60.0
"""A bias at which a sigmoid is 1 to the last bit of float64."""
ORDER = {"rnn": "h", "lstm": "ifgo", "gru": "zrn"}
"""The blocks in Keras's order."""
NAMES = {"identity": "linear"}


def _keras():
    """Import Keras on first use: to list the checks it is not needed."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    keras.config.set_floatx("float64")
    return keras


def _activation(name: str):
    if name == "leaky_relu":
        return lambda a: _keras().activations.leaky_relu(a, negative_slope=0.01)
    return NAMES.get(name, name)


def peer(name: str, activation: str, **options):
    """Return Keras's cell, without weights."""
    layers = _keras().layers
    kind = {
        "rnn": layers.SimpleRNNCell,
        "lstm": layers.LSTMCell,
        "gru": layers.GRUCell,
    }
    cell = kind[name](
        HIDDEN, activation=_activation(activation), dtype="float64", **options
    )
    cell.build((None, INPUTS))
    return cell


def _blocks(cell: Cell, values: torch.Tensor, order: str) -> np.ndarray:
    """Return a weight's row blocks in Keras's order, transposed if a matrix."""
    parts = [values[cell.rows(block)] for block in order]
    return torch.cat(parts).detach().numpy().T


def convert(cell: Cell, name: str, *, summed: bool) -> list[np.ndarray]:
    """Return our weights as Keras takes them; `summed` adds the two biases up."""
    order = ORDER[name]
    biases = [_blocks(cell, b, order) for b in (cell.bias_ih, cell.bias_hh)]
    bias = biases[0] + biases[1] if summed else np.stack(biases)
    weights = [_blocks(cell, w, order) for w in (cell.weight_ih, cell.weight_hh)]
    return [*weights, bias]


def through(cell, x: torch.Tensor) -> torch.Tensor:
    """Return Keras's h at every time step, (time, batch, hidden)."""
    count = len(np.atleast_1d(cell.state_size))
    state = [torch.zeros(x.shape[1], HIDDEN, dtype=x.dtype)] * count
    hidden = []
    for x_t in x:
        h, state = cell(x_t, state)
        hidden.append(h)
    return torch.stack(hidden)


@check(
    CELLS,
    quantity=Text(
        en="RNN, LSTM and GRU with every activation",
        zh="RNN、LSTM、GRU × 全部激活函数",
    ),
    reference=Text(
        en="Keras 3 (float32 products): states and input gradients",
        zh="Keras 3（乘积为 float32）：状态与输入梯度",
    ),
    where=Text(en="all pictures", zh="全部图"),
    tolerance=5e-6,
)
def values() -> Cases:
    """Compare h and the gradient by the inputs."""
    for name in ORDER:
        for activation in REGISTRY[name].activations:
            options = {"reset_after": True} if name == "gru" else {}
            theirs = peer(name, activation, **options)
            ours = built(name, activation, inputs=INPUTS, hidden=HIDDEN)
            theirs.set_weights(convert(ours, name, summed=name != "gru"))
            x = normal(9, 4, INPUTS, seed=3)
            found = with_gradients(ours, ours.sequence, x)
            expected = with_gradients(ours, lambda x, c=theirs: through(c, x), x)
            yield f"{name}, {activation}", max(map(relative, found[:2], expected[:2]))


@check(
    CELLS,
    quantity=Text(
        en="GRU: where its two published variants agree (reset gate open)",
        zh="GRU：两种已发表变体一致之处（重置门全开）",
    ),
    reference=Text(
        en="Keras 3 (float32 products), reset_after=False",
        zh="Keras 3（乘积为 float32），reset_after=False",
    ),
    where=Text(en="all pictures", zh="全部图"),
    tolerance=5e-6,
)
def other_gru() -> Cases:
    """Compare with the variant that resets h before the product, where r is 1."""
    for activation in REGISTRY["gru"].activations:
        ours = built("gru", activation, inputs=INPUTS, hidden=HIDDEN)
        with torch.no_grad():
            ours.bias_ih[ours.rows("r")] = WIDE_OPEN
        theirs = peer("gru", activation, reset_after=False)
        theirs.set_weights(convert(ours, "gru", summed=True))
        x = normal(9, 4, INPUTS, seed=3)
        yield activation, relative(ours.sequence(x), through(theirs, x))
