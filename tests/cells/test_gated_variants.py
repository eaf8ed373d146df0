"""The LSTM's relatives and the antisymmetric RNN against other implementations."""

from collections.abc import Sequence

import jax
import pytest
import torch
from flax import linen
from torch import Tensor, nn
from torchrecurrent import AntisymmetricRNNCell, MGUCell, PeepholeLSTMCell, UGRNNCell

from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS, Cell, uniform
from explorer.cells.antisymmetric import AntisymmetricRNN
from explorer.config import RunConfig
from explorer.initialisations import initialise
from explorer.model import Model

TIME, BATCH, INPUT, HIDDEN = 15, 4, 3, 7


def built(name: str, activation: str = "tanh", seed: int = 1) -> Cell:
    """Return a cell with all parameters from U(-1, 1), float64."""
    cell = CELLS[name](INPUT, HIDDEN, activation).double()
    uniform(cell, 1, torch.Generator().manual_seed(seed))
    return cell


def inputs() -> Tensor:
    generator = torch.Generator().manual_seed(2)
    return torch.randn(TIME, BATCH, INPUT, dtype=torch.float64, generator=generator)


def zeros() -> Tensor:
    return torch.zeros(BATCH, HIDDEN, dtype=torch.float64)


def gradients(hidden: Tensor, by: list[Tensor]) -> tuple[Tensor, ...]:
    """Return the derivatives of a random weighted sum of all h."""
    generator = torch.Generator().manual_seed(3)
    weights = torch.randn(hidden.shape, dtype=torch.float64, generator=generator)
    return torch.autograd.grad((hidden * weights).sum(), by)


def assert_equal(found: Sequence[Tensor], expected: Sequence[Tensor]) -> None:
    torch.testing.assert_close(found, expected, atol=1e-9, rtol=1e-9)
    assert all(one.abs().max() > 0 for one in expected)


# Ours, theirs, their names for our parameters where they differ, their state's parts,
# and their order of the blocks where it is not ours.
PEERS = {
    "peephole_lstm": (PeepholeLSTMCell, {"weight_ch": "weight_ph"}, 2, (0, 1, 2, 3)),
    "mgu": (MGUCell, {}, 1, (0, 1)),
    "ugrnn": (UGRNNCell, {}, 1, (1, 0)),
    "antisymmetric": (
        lambda *sizes: AntisymmetricRNNCell(
            *sizes, epsilon=AntisymmetricRNN.epsilon, gamma=AntisymmetricRNN.gamma
        ),
        {},
        1,
        (0,),
    ),
}


@pytest.mark.parametrize("name", PEERS)
def test_values_and_all_gradients_equal_those_of_torchrecurrent(name):
    cell, (make, renamed, parts, order) = built(name), PEERS[name]
    peer = make(INPUT, HIDDEN).double()
    reorder = torch.cat([torch.arange(HIDDEN) + HIDDEN * block for block in order])
    theirs = {n: getattr(peer, renamed.get(n, n)) for n, _ in cell.named_parameters()}
    with torch.no_grad():
        for n, parameter in cell.named_parameters():
            whole = n == "weight_ch"
            theirs[n].copy_(parameter if whole else parameter[reorder])
    assert len(theirs) == len(list(peer.parameters()))

    x, y = inputs().requires_grad_(), inputs().requires_grad_()
    state, hidden = (zeros(), zeros()) if parts == 2 else zeros(), []
    for y_t in y:
        state = peer(y_t, state)
        hidden.append(state[0] if parts == 2 else state)
    ours, expected = cell.sequence(x), torch.stack(hidden)
    names = ["x", *theirs]
    found = dict(zip(names, gradients(ours, [x, *cell.parameters()]), strict=True))
    for n in set(names) - {"x", "weight_ch"}:
        found[n] = found[n][reorder]
    wanted = gradients(expected, [y, *theirs.values()])
    assert_equal([ours, *found.values()], [expected, *wanted])


def test_flax_has_the_mgus_gate_with_the_other_sign():
    # Its candidate gates the product U_n h with that sign too, so U_n is 0 here.
    cell = built("mgu")
    with torch.no_grad():
        cell.weight_hh[cell.rows("n")] = 0.0
        w, u = cell.weight_ih.numpy(), cell.weight_hh.numpy()
        b = (cell.bias_ih + cell.bias_hh).numpy()
    f, n = cell.rows("f"), cell.rows("n")
    parameters = {
        "if": {"kernel": -w[f].T, "bias": -b[f]},
        "hf": {"kernel": -u[f].T},
        "in": {"kernel": w[n].T, "bias": b[n]},
        "hn": {"kernel": u[n].T},
    }
    with jax.enable_x64(True), jax.default_device(jax.devices("cpu")[0]):
        peer, h, expected = linen.MGUCell(HIDDEN, reset_gate=False), zeros().numpy(), []
        for x_t in inputs().numpy():
            h, _ = peer.apply({"params": parameters}, h, x_t)
            expected.append(torch.tensor(h.tolist(), dtype=torch.float64))
    assert_equal([cell.sequence(inputs())], [torch.stack(expected)])


def test_the_coupled_lstm_is_torchs_lstm_whose_input_gate_mirrors_the_forget_gate():
    cell = built("coupled_lstm")
    x, y = inputs().requires_grad_(), inputs().requires_grad_()
    peer = nn.LSTM(INPUT, HIDDEN).double()
    mine = dict(cell.named_parameters())
    with torch.no_grad():
        for n, parameter in mine.items():
            f, g, o = parameter.chunk(3)  # sigmoid(-a) = 1 - sigmoid(a)
            getattr(peer, f"{n}_l0").copy_(torch.cat([-f, f, g, o]))
    hidden, expected = cell.sequence(x), peer(y)[0]
    found = gradients(hidden, [x, *mine.values()])
    by_x, *theirs = gradients(expected, [y] + [getattr(peer, f"{n}_l0") for n in mine])
    wanted = [by_x]
    for i, f, g, o in (gradient.chunk(4) for gradient in theirs):
        wanted.append(torch.cat([f - i, g, o]))
    assert_equal([hidden, *found], [expected, *wanted])


def test_the_coupled_lstms_c_stays_within_what_was_written():
    cell = built("coupled_lstm")
    state = cell.initial_state(BATCH)
    for x_t in 5 * inputs():
        state, _ = cell.step(x_t, state)
        assert state["c"].abs().max() <= 1


def normalised(values: Tensor, gain: Tensor, shift: Tensor) -> Tensor:
    """Return the normalised values of one sequence, by sums over its units."""
    count = values.numel()
    mean = values.sum() / count
    variance = (values * values).sum() / count - mean * mean
    return gain * (values - mean) * (variance + 1e-5) ** -0.5 + shift


def by_the_papers_equations(cell: Cell, x: Tensor) -> Tensor:
    """Return the layer-norm LSTM's h for one sequence (time, input)."""
    p, h, c = dict(cell.named_parameters()), zeros()[0], zeros()[0]
    hidden = []
    for x_t in x:
        a = p["bias_ih"] + p["bias_hh"]
        for side, product in (("ih", p["weight_ih"] @ x_t), ("hh", p["weight_hh"] @ h)):
            gain, shift = p[f"norm_{side}.weight"], p[f"norm_{side}.bias"]
            a = a + normalised(product, gain, shift)
        i, f, g, o = a.split(HIDDEN)
        c = c / (1 + (-f).exp()) + g.tanh() / (1 + (-i).exp())
        shown = normalised(c, p["norm_c.weight"], p["norm_c.bias"])
        h = shown.tanh() / (1 + (-o).exp())
        hidden.append(h)
    return torch.stack(hidden)


def test_the_layer_norm_lstm_equals_the_papers_equations_written_out():
    cell, x, y = built("layer_norm_lstm"), inputs(), inputs()
    x.requires_grad_(), y.requires_grad_()
    each = [by_the_papers_equations(cell, y[:, b]) for b in range(BATCH)]
    parameters = list(cell.parameters())
    hidden, expected = cell.sequence(x), torch.stack(each, dim=1)
    found = gradients(hidden, [x, *parameters])
    assert_equal([hidden, *found], [expected, *gradients(expected, [y, *parameters])])


def test_the_layer_norm_lstm_does_not_see_the_scale_of_input_and_weights():
    cell = CELLS["layer_norm_lstm"](INPUT, HIDDEN, "tanh")
    initialise(cell, "default", None, TIME, torch.Generator().manual_seed(0))
    cell.double()
    hidden = cell.sequence(100 * inputs())
    with torch.no_grad():
        cell.weight_ih *= 100
        cell.weight_hh *= 100
    torch.testing.assert_close(cell.sequence(inputs()), hidden, atol=2e-3, rtol=0)


def test_the_layer_norm_lstm_begins_with_gains_of_one_and_shifts_of_zero():
    cell = CELLS["layer_norm_lstm"](INPUT, HIDDEN, "tanh")
    uniform(cell, 1, torch.Generator().manual_seed(0))
    initialise(cell, "chrono", None, TIME, torch.Generator().manual_seed(0))
    for norm in (cell.norm_ih, cell.norm_hh, cell.norm_c):
        assert (norm.weight == 1).all() and (norm.bias == 0).all()


@pytest.mark.parametrize("activation", AntisymmetricRNN.activations)
def test_the_antisymmetric_rnns_equation_neither_grows_nor_fades_fast(activation):
    # Its derivative is (dh_t/dh_{t-1} - I) / epsilon.
    cell = built("antisymmetric", activation)
    generator = torch.Generator().manual_seed(4)
    for x_t in inputs():
        h = 2 * torch.randn(HIDDEN, dtype=torch.float64, generator=generator)
        jacobian = torch.autograd.functional.jacobian(
            lambda h, x=x_t: cell.step(x[:1], {"h": h[None]})[0]["h"][0], h
        )
        slope = (jacobian - torch.eye(HIDDEN)) / cell.epsilon
        real = torch.linalg.eigvals(slope).real
        assert real.min() >= -cell.gamma - 1e-9 and real.max() <= 1e-9


def test_the_antisymmetric_rnn_leaves_out_the_activations_whose_slope_turns_negative():
    points = torch.linspace(-6, 6, 2001, dtype=torch.float64, requires_grad=True)
    rising = set()
    for name, activation in ACTIVATIONS.items():
        values = activation.function(points)
        if (torch.autograd.grad(values.sum(), points)[0] >= 0).all():
            rising.add(name)
    assert set(AntisymmetricRNN.activations) == rising


@pytest.mark.parametrize(("size", "hidden"), [(1, 1), (2, 32), (10, 5)])
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("peephole_lstm", lambda d, h: 4 * h * (d + h + 2) + 3 * h),
        ("coupled_lstm", lambda d, h: 3 * h * (d + h + 2)),
        ("layer_norm_lstm", lambda d, h: 4 * h * (d + h + 2) + 18 * h),
        ("mgu", lambda d, h: 2 * h * (d + h + 2)),
        ("ugrnn", lambda d, h: 2 * h * (d + h + 2)),
        ("antisymmetric", lambda d, h: h * (d + h + 2)),
    ],
)
def test_parameters_are_as_many_as_the_formula_says(name, expected, size, hidden):
    cell = CELLS[name](size, hidden, "tanh")
    assert sum(p.numel() for p in cell.parameters()) == expected(size, hidden)


@pytest.mark.parametrize("name", [*PEERS, "coupled_lstm", "layer_norm_lstm"])
def test_a_default_run_of_the_cell_stacks_even_with_one_unit(name):
    model = Model(RunConfig(cell=name, num_layers=2, hidden_size=1))
    outputs = model(torch.randn(5, 3, 2))
    assert outputs.shape == (1, 3, 1) and outputs.isfinite().all()
