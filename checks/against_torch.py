"""The stacked network against torch.nn with the same weights."""

import torch
from torch import Tensor, nn

from checks._cells import normal, stepped, with_gradients
from checks._check import Cases, check
from checks._measures import relative
from checks._subjects import CELLS
from explorer.config import RunConfig
from explorer.model import Model
from explorer.texts import Text

INPUTS, HIDDEN = 3, 7
PEERS = {
    ("rnn", "tanh"): nn.RNN,
    ("rnn", "relu"): lambda *sizes: nn.RNN(*sizes, nonlinearity="relu"),
    ("lstm", "tanh"): nn.LSTM,
    ("gru", "tanh"): nn.GRU,
}
LAYERS = (1, 2, 3)


def pair(cell: str, activation: str, num_layers: int) -> tuple[Model, nn.Module]:
    """Return our model and torch's network with the same weights, float64."""
    ours = Model(
        RunConfig(
            task="flip_flop",
            cell=cell,
            activation=activation,
            num_layers=num_layers,
            hidden_size=HIDDEN,
            init="default",
            seed=3,
        )
    ).double()
    peer = PEERS[cell, activation](INPUTS, HIDDEN, num_layers).double()
    with torch.no_grad():
        for index, layer in enumerate(ours.cells):
            for name, parameter in layer.named_parameters():
                getattr(peer, f"{name}_l{index}").copy_(parameter)
    return ours, peer


def _both(cell: str, activation: str, num_layers: int) -> tuple[list, list]:
    """Return the outputs and all gradients, ours and torch's, in one order."""
    ours, peer = pair(cell, activation, num_layers)
    x = normal(20, 5, INPUTS, seed=4)
    found = with_gradients(ours.layers, lambda x: _through(ours, x), x)
    expected = with_gradients(peer, lambda x: peer(x)[0], x)
    return found, expected


def _through(ours: Model, x: Tensor) -> Tensor:
    for cell in ours.cells:
        x = stepped(cell, x)  # not `sequence`, which may call torch's own kernel
    return x


@check(
    CELLS,
    quantity=Text(
        en="Hidden states of RNN, LSTM and GRU, 1–3 layers",
        zh="RNN、LSTM、GRU 的隐藏状态（1–3 层）",
    ),
    reference=Text(en="torch.nn, same weights", zh="torch.nn，相同权重"),
    where=Text(en="all pictures", zh="全部图"),
    tolerance=1e-9,
)
def values() -> Cases:
    """Compare h of the top layer at every time step."""
    for cell, activation in PEERS:
        for count in LAYERS:
            found, expected = _both(cell, activation, count)
            yield f"{cell}, {activation}, {count}", relative(found[0], expected[0])


@check(
    CELLS,
    quantity=Text(
        en="All gradients of RNN, LSTM and GRU, 1–3 layers",
        zh="RNN、LSTM、GRU 的全部梯度（1–3 层）",
    ),
    reference=Text(en="torch.nn, same weights", zh="torch.nn，相同权重"),
    where=Text(en="training, the gradient picture", zh="训练、梯度图"),
    tolerance=1e-9,
)
def gradients() -> Cases:
    """Compare the gradient of a random sum of all outputs."""
    for cell, activation in PEERS:
        for count in LAYERS:
            found, expected = _both(cell, activation, count)
            errors = map(relative, found[1:], expected[1:])
            yield f"{cell}, {activation}, {count}", max(errors)


@check(
    CELLS,
    quantity=Text(
        en="One step from any state: h and c", zh="从任意状态出发的一步：h 与 c"
    ),
    reference=Text(en="torch.nn, same weights", zh="torch.nn，相同权重"),
    where=Text(en="all pictures", zh="全部图"),
    tolerance=1e-12,
)
def one_step() -> Cases:
    """Compare `step` from random states; training always begins at zero."""
    for cell, activation in PEERS:
        ours, peer = pair(cell, activation, 1)
        layer, x = ours.cells[0], normal(5, INPUTS, seed=5)
        names = layer.states
        state = {s: normal(5, HIDDEN, seed=6 + i) for i, s in enumerate(names)}
        given = tuple(value[None] for value in state.values())
        _, after = peer(x[None], given if len(given) > 1 else given[0])
        expected = after if isinstance(after, tuple) else (after,)
        found, _ = layer.step(x, state)
        errors = [
            relative(found[s], e[0]) for s, e in zip(names, expected, strict=True)
        ]
        yield f"{cell}, {activation}", max(errors)
