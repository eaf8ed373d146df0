"""Every cell's equations, written out once more in plain numpy from its paper.

One sequence at a time, one time step after the other, each weight block by its own
name. What is linear in time (LRU, minGRU, minLSTM) is written as the closed sum over
the past, and the sLSTM without its stabiliser, as its paper begins.
"""

from collections.abc import Callable

import numpy as np

from explorer.cells import Cell

Array = np.ndarray
Function = Callable[[Array], Array]


def _gelu(a: Array) -> Array:
    from scipy.special import erf

    return a * (1 + erf(a / np.sqrt(2))) / 2


FUNCTIONS: dict[str, Function] = {
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0),
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "identity": lambda a: a,
    "leaky_relu": lambda a: np.where(a > 0, a, 0.01 * a),
    "softsign": lambda a: a / (1 + np.abs(a)),
    "elu": lambda a: np.where(a > 0, a, np.exp(np.minimum(a, 0)) - 1),
    "gelu": _gelu,
    "silu": lambda a: a / (1 + np.exp(-a)),
}
sigma = FUNCTIONS["sigmoid"]


class Weights:
    """A cell's numbers as the papers name them: W of x, U of h, b, by gate."""

    def __init__(self, cell: Cell) -> None:
        self.given = {n: p.detach().numpy() for n, p in cell.named_parameters()}
        self.rows = {block: cell.rows(block) for block in cell.blocks}
        self.hidden = cell.hidden_size

    def __getitem__(self, name: str) -> Array:
        """Return a parameter by its own name."""
        return self.given[name]

    def a(self, block: str, x: Array, h: Array | None = None) -> Array:
        """Return W x + U h + b of one block; without U where h is not given."""
        rows = self.rows[block]
        total = self["weight_ih"][rows] @ x
        for bias in self.given.keys() & {"bias", "bias_ih", "bias_hh"}:
            total = total + self[bias][rows]
        return total if h is None else total + self["weight_hh"][rows] @ h


def rnn(w: Weights, xs: Array, f: Function) -> list[Array]:
    """Elman 1990."""
    h, seen = np.zeros(w.hidden), []
    for x in xs:
        h = f(w.a("h", x, h))
        seen.append(h)
    return seen


def lstm(w: Weights, xs: Array, f: Function) -> list[Array]:
    """Gers et al. 2000."""
    h, c, seen = np.zeros(w.hidden), np.zeros(w.hidden), []
    for x in xs:
        i, forget, o = (sigma(w.a(gate, x, h)) for gate in "ifo")
        c = forget * c + i * f(w.a("g", x, h))
        h = o * f(c)
        seen.append(h)
    return seen


def gru(w: Weights, xs: Array, f: Function) -> list[Array]:
    """Cho et al. 2014 in cuDNN's variant: r gates U_n h + b' as a whole."""
    h, seen, n = np.zeros(w.hidden), [], w.rows["n"]
    for x in xs:
        r, z = sigma(w.a("r", x, h)), sigma(w.a("z", x, h))
        from_x = w["weight_ih"][n] @ x + w["bias_ih"][n]
        from_h = w["weight_hh"][n] @ h + w["bias_hh"][n]
        h = (1 - z) * f(from_x + r * from_h) + z * h
        seen.append(h)
    return seen


def peephole_lstm(w: Weights, xs: Array, f: Function) -> list[Array]:
    """Gers et al. 2002."""
    h, c, seen = np.zeros(w.hidden), np.zeros(w.hidden), []
    p_i, p_f, p_o = np.split(w["weight_ch"], 3)
    for x in xs:
        i = sigma(w.a("i", x, h) + p_i * c)
        forget = sigma(w.a("f", x, h) + p_f * c)
        c = forget * c + i * f(w.a("g", x, h))
        h = sigma(w.a("o", x, h) + p_o * c) * f(c)
        seen.append(h)
    return seen


def coupled_lstm(w: Weights, xs: Array, f: Function) -> list[Array]:
    """Greff et al. 2015, CIFG."""
    h, c, seen = np.zeros(w.hidden), np.zeros(w.hidden), []
    for x in xs:
        forget, o = sigma(w.a("f", x, h)), sigma(w.a("o", x, h))
        c = forget * c + (1 - forget) * f(w.a("g", x, h))
        h = o * f(c)
        seen.append(h)
    return seen


def layer_norm_lstm(w: Weights, xs: Array, f: Function) -> list[Array]:
    """Ba et al. 2016, the supplement's LSTM."""

    def normalised(a: Array, name: str) -> Array:
        spread = np.sqrt(np.mean((a - a.mean()) ** 2) + 1e-5)
        return (a - a.mean()) / spread * w[f"{name}.weight"] + w[f"{name}.bias"]

    h, c, seen = np.zeros(w.hidden), np.zeros(w.hidden), []
    for x in xs:
        a = normalised(w["weight_ih"] @ x, "norm_ih")
        a = a + normalised(w["weight_hh"] @ h, "norm_hh")
        a = a + w["bias_ih"] + w["bias_hh"]
        i, forget, o = (sigma(a[w.rows[gate]]) for gate in "ifo")
        c = forget * c + i * f(a[w.rows["g"]])
        h = o * f(normalised(c, "norm_c"))
        seen.append(h)
    return seen


def mgu(w: Weights, xs: Array, f: Function) -> list[Array]:
    """Zhou et al. 2016."""
    h, seen = np.zeros(w.hidden), []
    for x in xs:
        forget = sigma(w.a("f", x, h))
        h = (1 - forget) * h + forget * f(w.a("n", x, forget * h))
        seen.append(h)
    return seen


def ugrnn(w: Weights, xs: Array, f: Function) -> list[Array]:
    """Collins et al. 2017."""
    h, seen = np.zeros(w.hidden), []
    for x in xs:
        z = sigma(w.a("z", x, h))
        h = z * h + (1 - z) * f(w.a("n", x, h))
        seen.append(h)
    return seen


def antisymmetric(w: Weights, xs: Array, f: Function) -> list[Array]:
    """Return h (Chang et al. 2019), with the constants that the app shows."""
    h, seen, bias = np.zeros(w.hidden), [], w["bias_ih"] + w["bias_hh"]
    turn = w["weight_hh"] - w["weight_hh"].T - 0.1 * np.eye(w.hidden)
    for x in xs:
        h = h + 0.1 * f(turn @ h + w["weight_ih"] @ x + bias)
        seen.append(h)
    return seen


def cornn(w: Weights, xs: Array, f: Function) -> list[Array]:
    """Rusch & Mishra 2021, with the constants of their code for adding."""
    h, z, seen = np.zeros(w.hidden), np.zeros(w.hidden), []
    for x in xs:
        force = f(
            w["weight_ih"] @ x + w["weight_zh"] @ z + w["weight_hh"] @ h + w["bias"]
        )
        z = z + 0.06 * (force - 66.0 * h - 15.0 * z)
        h = h + 0.06 * z
        seen.append(h)
    return seen


def lem(w: Weights, xs: Array, f: Function) -> list[Array]:
    """Rusch et al. 2022, with the longest time step 1: h reads the new z."""
    h, z, seen = np.zeros(w.hidden), np.zeros(w.hidden), []
    for x in xs:
        slow, fast = sigma(w.a("d", x, h)), sigma(w.a("e", x, h))
        z = (1 - slow) * z + slow * f(w.a("m", x, h))
        h = (1 - fast) * h + fast * f(w.a("n", x, z))
        seen.append(h)
    return seen


def lru(w: Weights, xs: Array, f: Function) -> list[Array]:
    """Orvieto et al. 2023: s_t is the sum over k of lambda^(t-k) e^gamma B x_k."""
    turn = np.exp(-np.exp(w["nu"]) + 1j * np.exp(w["theta"]))
    into = np.exp(w["gamma"])[:, None] * (w["B"][0] + 1j * w["B"][1])
    out, seen = w["C"][0] + 1j * w["C"][1], []
    for t, x in enumerate(xs):
        s = sum(turn ** (t - k) * (into @ xs[k]) for k in range(t + 1))
        seen.append(f((out @ s).real + w["D"] @ x))
    return seen


def _weighted_past(keep: list[Array], write: list[Array]) -> list[Array]:
    """Return, for each t, the sum over k of write_k times all keep after it."""
    return [
        sum(write[k] * np.prod(keep[k + 1 : t + 1], axis=0) for k in range(t + 1))
        for t in range(len(write))
    ]


def mingru(w: Weights, xs: Array, f: Function) -> list[Array]:
    """Feng et al. 2024."""
    z = [sigma(w.a("z", x)) for x in xs]
    written = [gate * f(w.a("n", x)) for gate, x in zip(z, xs, strict=True)]
    return _weighted_past([1 - gate for gate in z], written)


def minlstm(w: Weights, xs: Array, f: Function) -> list[Array]:
    """Feng et al. 2024, both gates divided by their sum."""
    forget = [sigma(w.a("f", x)) for x in xs]
    enter = [sigma(w.a("i", x)) for x in xs]
    whole = [a + b for a, b in zip(forget, enter, strict=True)]
    written = [i / s * f(w.a("g", x)) for i, s, x in zip(enter, whole, xs, strict=True)]
    return _weighted_past([a / s for a, s in zip(forget, whole, strict=True)], written)


def slstm(w: Weights, xs: Array, f: Function) -> list[Array]:
    """Beck et al. 2024, without the stabiliser, which must not change h."""
    h, c, n = np.zeros((3, w.hidden))
    seen = []
    for x in xs:
        i, forget = np.exp(w.a("i", x, h)), sigma(w.a("f", x, h))
        c = forget * c + i * f(w.a("g", x, h))
        n = forget * n + i
        h = sigma(w.a("o", x, h)) * c / n
        seen.append(h)
    return seen


EQUATIONS: dict[str, Callable[[Weights, Array, Function], list[Array]]] = {
    each.__name__: each
    for each in (
        rnn,
        lstm,
        gru,
        peephole_lstm,
        coupled_lstm,
        layer_norm_lstm,
        mgu,
        ugrnn,
        antisymmetric,
        cornn,
        lem,
        lru,
        mingru,
        minlstm,
        slstm,
    )
}
