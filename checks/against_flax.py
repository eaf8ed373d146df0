"""RNN, LSTM and GRU against flax: another array library, another way to differentiate.

flax keeps each gate's weights under a name of its own, as (input, units), and has one
bias where torch has two.
"""

import numpy as np
import torch

from checks._cells import built, normal, with_gradients
from checks._check import Cases, check
from checks._measures import relative
from checks._subjects import CELLS
from explorer.cells import Cell
from explorer.texts import Text

INPUTS, HIDDEN = 3, 5


def _flax():
    """Import jax and flax on first use, in float64."""
    import jax
    from flax import linen

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_platforms", "cpu")
    return jax, linen


def _numbers(cell: Cell, block: str) -> dict[str, np.ndarray]:
    rows = cell.rows(block)
    return {
        "x": cell.weight_ih[rows].detach().numpy().T,
        "h": cell.weight_hh[rows].detach().numpy().T,
        "b": cell.bias_ih[rows].detach().numpy(),
        "b_h": cell.bias_hh[rows].detach().numpy(),
    }


def _rnn(cell: Cell) -> dict:
    n = _numbers(cell, "h")
    return {"i": {"kernel": n["x"], "bias": n["b"] + n["b_h"]}, "h": {"kernel": n["h"]}}


def _lstm(cell: Cell) -> dict:
    given = {}
    for block in "ifgo":
        n = _numbers(cell, block)
        given[f"i{block}"] = {"kernel": n["x"]}
        given[f"h{block}"] = {"kernel": n["h"], "bias": n["b"] + n["b_h"]}
    return given


def _gru(cell: Cell) -> dict:
    given = {}
    for block in "rzn":
        n = _numbers(cell, block)
        apart = block == "n"  # its two biases lie on either side of the reset gate
        bias = n["b"] if apart else n["b"] + n["b_h"]
        given[f"i{block}"] = {"kernel": n["x"], "bias": bias}
        given[f"h{block}"] = {"kernel": n["h"]} | ({"bias": n["b_h"]} if apart else {})
    return given


CONVERTED = {
    "rnn": ("SimpleCell", _rnn),
    "lstm": ("LSTMCell", _lstm),
    "gru": ("GRUCell", _gru),
}


def _theirs(name: str, cell: Cell, x: np.ndarray, weights: np.ndarray):
    """Return h (time, batch, hidden) and the gradient of sum(weights h) by x."""
    jax, linen = _flax()
    kind, convert = CONVERTED[name]
    peer, given = getattr(linen, kind)(HIDDEN), {"params": convert(cell)}
    zeros = jax.numpy.zeros((x.shape[1], HIDDEN))
    start = (zeros, zeros) if name == "lstm" else zeros

    def hidden(x):
        def step(carry, x_t):
            return peer.apply(given, carry, x_t)

        return jax.lax.scan(step, start, x)[1]

    by_x = jax.grad(lambda x: (hidden(x) * weights).sum())
    return np.asarray(hidden(x)), np.asarray(by_x(x))


@check(
    CELLS,
    quantity=Text(
        en="Hidden states and input gradients of RNN, LSTM and GRU",
        zh="RNN、LSTM、GRU 的隐藏状态与输入梯度",
    ),
    reference=Text(
        en="flax on jax, weights converted", zh="基于 jax 的 flax，权重经转换"
    ),
    where=Text(en="all pictures", zh="全部图"),
    tolerance=1e-9,
)
def values() -> Cases:
    """Compare h and the gradient by the inputs."""
    for name in CONVERTED:
        for seed in (1, 2, 3):
            cell = built(name, "tanh", inputs=INPUTS, hidden=HIDDEN, seed=seed)
            x = normal(9, 4, INPUTS, seed=seed + 10)
            found = with_gradients(cell, cell.sequence, x)
            weights = normal(*found[0].shape, seed=9)  # as in with_gradients
            expected = _theirs(name, cell, x.numpy(), weights.numpy())
            errors = map(relative, found[:2], map(torch.tensor, expected))
            yield f"{name}, seed {seed}", max(errors)
