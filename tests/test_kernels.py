"""Our own machine code: its activations, and what happens where there is none."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from explorer import kernels
from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS

ROOT = Path(__file__).parents[1]
each = pytest.mark.parametrize("name", ACTIVATIONS)
needs_compiler = pytest.mark.skipif(not kernels.available(), reason="numba is missing")


def computed(name: str, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    y, slope = np.empty_like(a), np.empty_like(a)
    activate = import_module("explorer.kernels.activations").activate
    activate(kernels.CODES[name], a, y, slope)
    return y, slope


def expected(name: str, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    exact = torch.from_numpy(a).double().requires_grad_()
    y = ACTIVATIONS[name].function(exact)
    (slope,) = torch.autograd.grad(y.sum(), exact)
    return y.detach().numpy(), slope.numpy()


def grid() -> np.ndarray:
    powers = 10.0 ** np.linspace(-30, 3, 20_000)
    straight = np.linspace(-110, 110, 400_001)
    return np.concatenate([straight, powers, -powers]).astype(np.float32)


def test_every_activation_has_its_machine_code():
    assert set(kernels.CODES) == set(ACTIVATIONS)
    assert len(set(kernels.CODES.values())) == len(kernels.CODES)


@needs_compiler
@each
def test_values_and_slopes_are_those_of_float64_to_a_few_roundings(name):
    a = grid()
    (y, slope), (exact, exact_slope) = computed(name, a), expected(name, a)
    np.testing.assert_allclose(y, exact, rtol=4e-7, atol=2e-7)
    np.testing.assert_allclose(slope, exact_slope, rtol=4e-7, atol=2e-6)
    near_zero = np.abs(a) < 0.01
    np.testing.assert_allclose(y[near_zero], exact[near_zero], rtol=4e-7)


@needs_compiler
@each
@pytest.mark.parametrize("count", [1, 8, 37, 1000])
def test_no_value_depends_on_how_many_are_computed_together(name, count):
    a = np.linspace(-5, 5, 1000, dtype=np.float32)
    for one, other in zip(computed(name, a), computed(name, a[:count]), strict=True):
        np.testing.assert_array_equal(one[:count], other)


@needs_compiler
@each
def test_what_is_no_number_stays_none(name):
    y, _ = computed(name, np.full(33, np.nan, np.float32))
    assert np.isnan(y).all(), "or a run that diverges would not be noticed"


@needs_compiler
def test_relu_lets_a_gradient_through_where_there_is_no_number_as_torch_does():
    lost = np.full(33, np.nan, np.float32)
    np.testing.assert_array_equal(computed("relu", lost)[1], expected("relu", lost)[1])


@needs_compiler
@pytest.mark.parametrize("hidden", [3, 20])
@pytest.mark.parametrize("name", ["relu", "elu"])
@pytest.mark.parametrize("parameter", ["weight_hh", "weight_ih", "bias_ih"])
def test_no_gradient_is_finite_that_is_not_in_the_loop(name, parameter, hidden):
    cell = CELLS["rnn"](2, hidden, name)
    generator = torch.Generator().manual_seed(0)
    cell.reset(generator)
    with torch.no_grad():
        cell.get_parameter(parameter).view(hidden, -1)[1, 0] = torch.nan
    x, found = torch.randn(6, 2, 2, generator=generator), {}
    for way in ("loop", "compiled"):
        cell.zero_grad()
        cell.ways()[way](x).sum().backward()
        grads = [p.grad for p in cell.parameters() if p.grad is not None]
        found[way] = torch.cat([g.flatten().isfinite() for g in grads])
    assert not found["loop"].all()
    assert not (found["compiled"] & ~found["loop"]).any()


@needs_compiler
@pytest.mark.parametrize(
    "x", [torch.ones(4, 2, 2, dtype=torch.float64), torch.ones(0, 2, 2)]
)
def test_what_machine_code_cannot_take_is_left_to_torch(x):
    cell = CELLS["rnn"](2, 3, "tanh")
    assert cell.way == "compiled"
    with pytest.raises(RuntimeError):
        cell.loop(x)
    with pytest.raises(RuntimeError):
        cell.sequence(x)


@needs_compiler
@each
def test_no_bounded_activation_leaves_its_bounds(name):
    y, _ = computed(name, np.append(grid(), np.float32([3e38, -3e38])))
    assert (np.abs(y).max() <= 1) == ACTIVATIONS[name].bounded


CELL = """
import os, sys
{before}
import torch
from explorer import kernels
from explorer.cells import CELLS
cell = CELLS["rnn"](2, 3, "tanh")
cell.sequence(torch.ones(4, 2, 2)).sum().backward()
if kernels.available():
    from explorer.kernels.machine import CACHE
else:
    CACHE = None
print(cell.way, CACHE)
"""


def said(before: str) -> list[str]:
    """Return the way that a new process takes and where it keeps code."""
    run = [sys.executable, "-c", CELL.format(before=before)]
    told = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=570)
    assert told.returncode == 0, told.stderr
    return told.stdout.split()


def test_without_a_compiler_torch_does_it():
    assert said('sys.modules["numba"] = None') == ["unrolled", "None"]


@needs_compiler
@pytest.mark.timeout(600)  # it compiles, while other tests do as well
def test_where_nothing_can_be_written_code_is_compiled_anew():
    assert said("os.access = lambda *_: False") == ["compiled", "None"]


@needs_compiler
def test_a_user_without_a_home_has_the_code_compiled_all_the_same(monkeypatch):
    def homeless(path: Path) -> Path:
        if str(path).startswith("~"):
            raise RuntimeError("Could not determine home directory.")
        return path

    monkeypatch.setattr(Path, "expanduser", homeless)
    monkeypatch.setattr("os.access", lambda *_: False)
    machine = import_module("explorer.kernels.machine")
    assert machine._cache() is None


LOOKS = """
import sys
from explorer.config import RunConfig
from explorer.history import initial_snapshot
from explorer.training import Training
drawn = initial_snapshot(RunConfig(seq_len=10))
assert "numba" not in sys.modules
trained = Training(RunConfig(seq_len=10)).snapshot()
assert "numba" in sys.modules
assert abs(drawn.loss - trained.loss) < 1e-6 * trained.loss
"""


@needs_compiler
def test_what_only_draws_loads_no_compiler():
    subprocess.run([sys.executable, "-c", LOOKS], cwd=ROOT, check=True)


@needs_compiler
def test_a_cache_that_fails_costs_time_alone():
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    def cut_short(*_: object) -> None:
        raise EOFError

    kept = SimpleNamespace(load_overload=cut_short, save_overload=full)
    import_module("explorer.kernels.machine").forgive(kept)
    assert kept.load_overload("a signature", "a target") is None
    kept.save_overload("a signature", "code")
