"""coRNN, LEM, LRU, minGRU, minLSTM and sLSTM against torchrecurrent or closed forms."""

import math

import pytest
import torch
from torch import Tensor
from torchrecurrent import LEMCell, coRNNCell

from explorer.cells import CELLS, Cell, uniform
from explorer.cells._scan import scan
from explorer.cells.cornn import CoRNN
from explorer.cells.lru import LRU

TIME, BATCH, INPUT, HIDDEN = 15, 4, 3, 7
MODERN = ("cornn", "lem", "lru", "mingru", "minlstm", "slstm")
WITH_SCAN = ("lru", "mingru", "minlstm")


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def built(name: str, activation: str = "tanh", bound: float = 1.0) -> Cell:
    """Return a cell with all parameters from U(-bound, bound), float64."""
    cell = CELLS[name](INPUT, HIDDEN, activation).double()
    uniform(cell, bound**-2, generator(1))
    return cell


def inputs(time: int = TIME) -> Tensor:
    return torch.randn(time, BATCH, INPUT, dtype=torch.float64, generator=generator(2))


def zeros() -> Tensor:
    return torch.zeros(BATCH, HIDDEN, dtype=torch.float64)


def linear(cell: Cell, x: Tensor, h: Tensor | None = None) -> list[Tensor]:
    """Return W x + U h + b of a cell with one bias, by block."""
    a = torch.einsum("ki,...i->...k", cell.weight_ih, x) + cell.bias
    if h is not None:
        a = a + torch.einsum("kj,...j->...k", cell.weight_hh, h)
    return list(a.split(HIDDEN, dim=-1))


def weighted_sums(keep: Tensor, write: Tensor) -> Tensor:
    """Return the sum over k of write_k times all keep from k + 1 to t, for every t."""
    return torch.stack(
        [
            sum(keep[k + 1 : t + 1].prod(0) * write[k] for k in range(t + 1))
            for t in range(len(keep))
        ]
    )


def mingru(cell: Cell, x: Tensor) -> Tensor:
    z, n = linear(cell, x)
    return weighted_sums(torch.sigmoid(-z), torch.sigmoid(z) * torch.tanh(n))


def minlstm(cell: Cell, x: Tensor) -> Tensor:
    i, f, g = linear(cell, x)
    i, f = torch.sigmoid(i), torch.sigmoid(f)
    return weighted_sums(f / (f + i), i / (f + i) * torch.tanh(g))


def slstm(cell: Cell, x: Tensor) -> Tensor:
    """Return h from gates that are not stabilised: sums over all times before t."""
    h, hidden, forget, gains, candidates = zeros(), [], [], [], []
    for x_t in x:
        i, f, g, o = linear(cell, x_t, h)
        forget.append(torch.sigmoid(f))
        gains.append(torch.exp(i))
        candidates.append(torch.tanh(g))
        keep, gain = torch.stack(forget), torch.stack(gains)
        c = weighted_sums(keep, gain * torch.stack(candidates))[-1]
        h = torch.sigmoid(o) * c / weighted_sums(keep, gain)[-1]
        hidden.append(h)
    return torch.stack(hidden)


def lru(cell: Cell, x: Tensor) -> Tensor:
    """Return h from powers of the full complex matrix, a matrix exponential each."""
    generating = torch.diag(torch.complex(-cell.nu.exp(), cell.theta.exp()))
    b, c = (torch.complex(part[0], part[1]) for part in (cell.B, cell.C))
    b = b * cell.gamma.exp()[:, None]
    driven = torch.einsum("hi,tbi->tbh", b, x.to(b.dtype))
    powers = [torch.linalg.matrix_exp(generating * k) for k in range(len(x))]
    states = [
        sum(driven[k] @ powers[t - k].T for k in range(t + 1)) for t in range(len(x))
    ]
    return torch.tanh((torch.stack(states) @ c.T).real + x @ cell.D.T)


def cornn(cell: Cell, x: Tensor) -> Tensor:
    constants = {"dt": CoRNN.dt, "gamma": CoRNN.gamma, "epsilon": CoRNN.epsilon}
    peer = coRNNCell(INPUT, HIDDEN, **constants).double()
    given = {
        "weight_ih": cell.weight_ih,
        "weight_hh": cell.weight_hh,
        "weight_ch": cell.weight_zh,
        "bias_ih": cell.bias,
        "bias_hh": torch.zeros_like(cell.bias),
        "bias_ch": torch.zeros_like(cell.bias),
    }
    h, z, hidden = zeros(), zeros(), []
    for x_t in x:
        h, z = torch.func.functional_call(peer, given, (x_t, (h, z)))
        hidden.append(h)
    return torch.stack(hidden)


def lem(cell: Cell, x: Tensor) -> Tensor:
    """Return h by torchrecurrent, whose h follows the z before; the paper's, the new.

    So its cell is asked twice: for the new z, and with that for h.
    """
    peer, h, z, hidden = LEMCell(INPUT, HIDDEN, dt=cell.dt).double(), *[zeros()] * 2, []
    order = [cell.rows(block) for block in "edmn"]
    given = {
        "weight_ih": torch.cat([cell.weight_ih[rows] for rows in order]),
        "bias_ih": torch.cat([cell.bias_ih[rows] for rows in order]),
        "weight_hh": torch.cat([cell.weight_hh[rows] for rows in order[:3]]),
        "bias_hh": torch.cat([cell.bias_hh[rows] for rows in order[:3]]),
        "weight_ch": cell.weight_hh[cell.rows("n")],
        "bias_ch": cell.bias_hh[cell.rows("n")],
    }
    for x_t in x:
        _, z = torch.func.functional_call(peer, given, (x_t, (h, z)))
        h, _ = torch.func.functional_call(peer, given, (x_t, (h, z)))
        hidden.append(h)
    return torch.stack(hidden)


REFERENCES = {
    "cornn": cornn,
    "lem": lem,
    "lru": lru,
    "mingru": mingru,
    "minlstm": minlstm,
    "slstm": slstm,
}


@pytest.mark.parametrize("name", MODERN)
def test_values_and_all_gradients_equal_an_independent_computation(name):
    cell, x = built(name), inputs().requires_grad_()
    by = [x, *cell.parameters()]
    weights = torch.randn(TIME, BATCH, HIDDEN, generator=generator(3)).double()
    found, expected = (way(x) for way in (cell.sequence, _bound(name, cell)))
    torch.testing.assert_close(found, expected, atol=1e-9, rtol=1e-9)
    one, other = (
        torch.autograd.grad((h * weights).sum(), by) for h in (found, expected)
    )
    assert all(gradient.abs().max() > 0 for gradient in other)
    torch.testing.assert_close(one, other, atol=1e-9, rtol=1e-9)


def _bound(name: str, cell: Cell):
    return lambda x: REFERENCES[name](cell, x)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("cornn", HIDDEN * (INPUT + 2 * HIDDEN + 1)),
        ("lem", 4 * HIDDEN * INPUT + 4 * HIDDEN**2 + 8 * HIDDEN),
        ("lru", 3 * HIDDEN * INPUT + 2 * HIDDEN**2 + 3 * HIDDEN),
        ("mingru", 2 * HIDDEN * INPUT + 2 * HIDDEN),
        ("minlstm", 3 * HIDDEN * INPUT + 3 * HIDDEN),
        ("slstm", 4 * HIDDEN * (INPUT + HIDDEN + 1)),
    ],
)
def test_there_are_as_many_parameters_as_the_formula_counts(name, count):
    assert sum(parameter.numel() for parameter in built(name).parameters()) == count


def looped(a: Tensor, b: Tensor) -> Tensor:
    h, hidden = torch.zeros_like(b[0]), []
    for a_t, b_t in zip(a, b, strict=True):
        h = a_t * h + b_t
        hidden.append(h)
    return torch.stack(hidden)


def pair(time: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    draws = [
        torch.randn(time, 2, 3, dtype=dtype, generator=generator(s)) for s in (4, 5)
    ]
    return draws[0].requires_grad_(), draws[1].requires_grad_()


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize("time", [1, 2, 3, 7, 8, 9, 33])
def test_the_scan_equals_the_loop_in_values_and_gradients(time, dtype):
    a, b = pair(time, dtype)
    found, expected = scan(a, b), looped(a, b)
    torch.testing.assert_close(found, expected, atol=1e-9, rtol=1e-9)
    one, other = (
        torch.autograd.grad(h.abs().square().sum(), [a, b]) for h in (found, expected)
    )
    torch.testing.assert_close(one, other, atol=1e-9, rtol=1e-9)


def test_the_scan_takes_factors_that_all_sequences_share():
    a, b = pair(6, torch.complex128)
    shared = a[:, :1].detach().requires_grad_()
    found, expected = scan(shared, b), looped(shared, b)
    torch.testing.assert_close(found, expected, atol=1e-9, rtol=1e-9)
    one, other = (
        torch.autograd.grad(h.abs().square().sum(), [shared, b])
        for h in (found, expected)
    )
    torch.testing.assert_close(one, other, atol=1e-9, rtol=1e-9)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_the_scan_can_be_differentiated_twice(dtype):
    assert torch.autograd.gradcheck(scan, pair(3, dtype))
    assert torch.autograd.gradgradcheck(scan, pair(3, dtype))


def test_the_scan_leaves_what_it_is_given_alone():
    a, b = (tensor.detach() for tensor in pair(1, torch.float64))
    before = a.clone(), b.clone()
    scan(a, b).zero_()
    assert torch.equal(a, before[0]) and torch.equal(b, before[1])


@pytest.mark.parametrize("name", WITH_SCAN)
@pytest.mark.parametrize("bound", [1.0, 10.0])
def test_a_thousand_steps_in_float32_stay_with_float64(name, bound):
    cell, x = built(name, bound=min(bound, 1.0)), inputs(1000) * bound
    exact = cell.sequence(x)
    rounded = cell.float().sequence(x.float())
    torch.testing.assert_close(rounded.double(), exact, atol=1e-3, rtol=1e-3)
    gradients = torch.autograd.grad(rounded.square().mean(), list(cell.parameters()))
    assert all(gradient.isfinite().all() for gradient in gradients)


# What these gates see does not depend on the state that they keep.
@pytest.mark.parametrize("name", ["lem", "mingru", "minlstm", "slstm"])
def test_the_kept_share_is_the_derivative_of_the_state_by_itself(name):
    cell, x = built(name), inputs()[0]
    kept = cell.states[-1]
    state = {s: torch.rand(BATCH, HIDDEN).double() + 0.5 for s in cell.states}
    state[kept].requires_grad_()
    after, internals = cell.step(x, state)
    (derivative,) = torch.autograd.grad(after[kept].sum(), state[kept])
    torch.testing.assert_close(cell.keep(internals), derivative, atol=1e-12, rtol=0)


def test_no_weights_push_a_cornn_further_than_its_largest_force_does():
    """|h| <= dt times the sum of |response of h to one push|, as |tanh| <= 1."""
    gamma, epsilon, dt = CoRNN.gamma, CoRNN.epsilon, CoRNN.dt
    slowed, pulled = 1 - dt * epsilon, -dt * gamma
    free = torch.tensor(
        [[slowed, pulled], [dt * slowed, 1 + dt * pulled]], dtype=torch.float64
    )
    assert torch.linalg.eigvals(free).abs().max() < 1, "a free oscillator comes to rest"
    response, reach = torch.tensor([1.0, dt], dtype=torch.float64), 0.0
    for _ in range(2000):
        reach += dt * response[1].abs().item()
        response = free @ response
    hidden = built("cornn", bound=100.0).sequence(inputs(500))
    assert 0.3 * reach < hidden.abs().max() <= reach * (1 + 1e-9)


@pytest.mark.parametrize("name", ["lem", "mingru", "minlstm", "slstm"])
def test_means_of_bounded_candidates_stay_bounded_for_any_weights(name):
    hidden = built(name, bound=1000.0).sequence(inputs(100))
    assert hidden.isfinite().all()
    assert 0.5 < hidden.abs().max() <= 1 + 1e-9


@pytest.mark.parametrize("name", ["minlstm", "slstm"])
@pytest.mark.parametrize("bias", [-1000.0, 1000.0])
def test_both_gates_may_be_shut_or_wide_open_together(name, bias):
    cell, x = built(name).float(), inputs().float()
    with torch.no_grad():
        for block in ("i", "f"):
            cell.set_bias(block, bias)
    hidden = cell.sequence(x)
    assert hidden.isfinite().all() and hidden.abs().max() > 0.1
    gradients = torch.autograd.grad(hidden.sum(), list(cell.parameters()))
    assert all(gradient.isfinite().all() for gradient in gradients)


def test_a_slstm_can_outweigh_whatever_it_has_written():
    """An input gate e^30 times as wide leaves the last candidate alone in c / n."""
    cell = built("slstm")
    *earlier, last = inputs()
    state = cell.initial_state(BATCH)
    for x in earlier:
        state, _ = cell.step(x, state)
    with torch.no_grad():
        cell.set_bias("i", 30.0)
    after, internals = cell.step(last, state)
    written = after["c"] / after["n"]
    torch.testing.assert_close(written, internals["g"], atol=1e-6, rtol=0)


def test_the_slstm_counts_at_least_one_candidate():
    cell, state = built("slstm", bound=30.0), built("slstm").initial_state(BATCH)
    for x in inputs(50):
        state, _ = cell.step(x, state)
        assert (state["n"] >= 1).all()


def lru_at_birth(hidden_size: int) -> LRU:
    cell = LRU(INPUT, hidden_size, "identity")
    cell.reset(generator(6))
    return cell.double()


def test_the_lru_begins_evenly_spread_over_the_ring():
    cell = lru_at_birth(1000)
    modulus, angle = torch.exp(-cell.nu.exp()), cell.theta.exp()
    assert LRU.r_min - 1e-6 <= modulus.min() and modulus.max() <= LRU.r_max + 1e-6
    inner, outer = LRU.r_min**2, LRU.r_max**2
    for share in (0.25, 0.5, 0.75):
        radius = math.sqrt(inner + share * (outer - inner))
        assert (modulus < radius).double().mean().item() == pytest.approx(
            share, abs=0.04
        )
        turned = (angle < 2 * math.pi * share).double().mean().item()
        assert turned == pytest.approx(share, abs=0.04)


def test_noise_gives_every_state_of_a_new_lru_the_same_variance():
    """The variance of s is e^(2 gamma) |B|^2 / (1 - |lambda|^2) with white noise in."""
    cell = lru_at_birth(1000)
    square = torch.exp(-2 * cell.nu.exp())
    from_one = (2 * cell.gamma).exp() / (1 - square)
    torch.testing.assert_close(from_one, torch.ones_like(from_one), atol=1e-3, rtol=0)
    assert cell.B.square().sum((0, 2)).mean().item() == pytest.approx(1, rel=0.05)


@pytest.mark.parametrize("nu", [-20.0, 0.0, 5.0])
def test_no_state_of_an_lru_grows_by_itself(nu):
    cell = built("lru", "identity")
    with torch.no_grad():
        cell.nu.fill_(nu)
    state = {name: torch.ones(BATCH, HIDDEN).double() for name in cell.states}
    after, _ = cell.step(torch.zeros(BATCH, INPUT).double(), state)
    assert (torch.hypot(after["re"], after["im"]) <= math.sqrt(2) + 1e-12).all()
