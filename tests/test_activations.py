"""The activation functions against NumPy, and their bound on the slope."""

import math

import numpy as np
import pytest
import torch

from explorer.activations import ACTIVATIONS

REFERENCES = {
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0),
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "identity": lambda a: a,
    "leaky_relu": lambda a: np.where(a > 0, a, 0.01 * a),
    "softsign": lambda a: a / (1 + np.abs(a)),
    "elu": lambda a: np.where(a > 0, a, np.exp(np.minimum(a, 0)) - 1),
    "gelu": lambda a: a * (1 + np.vectorize(math.erf)(a / math.sqrt(2))) / 2,
    "silu": lambda a: a / (1 + np.exp(-a)),
}

each = pytest.mark.parametrize("name", ACTIVATIONS)


def grid() -> torch.Tensor:
    return torch.linspace(-12, 12, 240_001, dtype=torch.float64)


@each
def test_values_equal_the_textbook_formula(name):
    a = grid()
    values = ACTIVATIONS[name].function(a).numpy()
    np.testing.assert_allclose(values, REFERENCES[name](a.numpy()), rtol=0, atol=1e-12)


@each
def test_gamma_is_the_least_four_digit_bound_on_the_slope(name):
    a = grid().numpy()
    slopes = np.abs(np.diff(REFERENCES[name](a)) / np.diff(a))
    gamma = ACTIVATIONS[name].gamma
    assert slopes.max() <= gamma + 1e-9
    assert slopes.max() >= gamma - 1e-4


@each
def test_bounded_functions_and_only_those_stay_within_one(name):
    far = torch.tensor([-1e6, 1e6], dtype=torch.float64)
    largest = ACTIVATIONS[name].function(far).abs().max()
    assert (largest <= 1) == ACTIVATIONS[name].bounded


@each
def test_the_function_is_elementwise_and_keeps_shape_and_type(name):
    a = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0))
    values = ACTIVATIONS[name].function(a)
    assert values.shape == a.shape and values.dtype == a.dtype
    alone = ACTIVATIONS[name].function(a[1, 2, 3])
    torch.testing.assert_close(values[1, 2, 3], alone)


@each
def test_the_formula_is_a_function_of_a(name):
    activation = ACTIVATIONS[name]
    assert activation.latex
    assert "a" in activation.definition.replace(r"\tanh", "").replace(r"\max", "")
