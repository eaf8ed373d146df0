"""Equations: what a cell's lines say is what its `step` does, term by term."""

import pytest
import torch
from layers import random_cell, random_inputs

from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS
from explorer.probes._equations import Equations, one_step, state_symbol
from explorer.probes._latex import F, definitions, tokens

TIME = 7


def unrolled(name, activation=None, hidden=4):
    """Return a cell, x, the states before and after, and the gates, by `step` alone."""
    cell = random_cell(name, activation, hidden).requires_grad_(False)
    x = torch.tensor(random_inputs(TIME))
    state, before, after, gates = cell.initial_state(1), [], [], []
    for x_t in x:
        before.append(state)
        state, opened = cell.step(x_t[None], state)
        after.append(state)
        gates.append(opened)

    def joined(steps):
        return {key: torch.cat([step[key] for step in steps]) for key in steps[0]}

    return cell, x, joined(before), joined(after) | joined(gates)


FIRST = torch.arange(TIME) == 0


@pytest.mark.parametrize("hidden", [1, 4])
@pytest.mark.parametrize("name", list(CELLS))
def test_the_equations_on_screen_are_what_step_computes(name, hidden):
    cell, x, before, after = unrolled(name, hidden=hidden)
    equations = Equations(cell, x, before, FIRST)
    for quantity, expected in after.items():
        found = equations.defined[state_symbol(cell, quantity)]
        torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_the_equations_hold_with_every_activation(activation):
    cell, x, before, after = unrolled("gru", activation)
    found = Equations(cell, x, before, FIRST).state("h")
    torch.testing.assert_close(found, after["h"], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", list(CELLS))
def test_every_line_is_made_up_of_the_terms_below_it(name):
    """Each sum and product is recomputed here from its parts' values."""
    cell, x, before, _ = unrolled(name)
    equations = Equations(cell, x, before, FIRST)
    seen = 0
    for node, value in equations.values.items():
        parts = [equations.values[part] for part in node.parts if node.kind != "call"]
        if node.kind == "sum":
            expected = sum(
                p if sign == "+" else -p
                for p, sign in zip(parts, node.signs, strict=True)
            )
        elif equations.is_applied(node):
            expected = torch.einsum("ij,tj->ti", *parts)
        else:
            continue
        seen += 1
        torch.testing.assert_close(value, expected, rtol=1e-12, atol=1e-12)
    assert seen


@pytest.mark.parametrize("name", [n for n in CELLS if CELLS[n].gates])
def test_a_gate_that_is_held_where_it_is_changes_nothing(name):
    cell, x, before, after = unrolled(name)
    for t in (0, 3):
        state = {key: value[t : t + 1] for key, value in before.items()}
        for gate in cell.gates:
            held = {gate: after[gate][t : t + 1]}
            same = one_step(cell, x[t : t + 1], state, t == 0, held)
            for key in same:
                torch.testing.assert_close(
                    same[key], after[key][t : t + 1], rtol=0, atol=1e-14
                )


def test_an_lstm_whose_forget_gate_is_shut_keeps_only_what_is_written():
    cell, x, before, after = unrolled("lstm")
    state = {key: value[3:4] for key, value in before.items()}
    shut = one_step(cell, x[3:4], state, False, {"f": torch.zeros(1, 4)})
    torch.testing.assert_close(shut["c"], (after["i"] * after["g"])[3:4])


def test_symbols_are_read_with_their_scripts():
    assert tokens(r"\Re C\, \mathrm{re}_t - b'_n") == [
        r"\Re C",
        r"\mathrm{re}_t",
        "-",
        "b'_n",
    ]


def test_a_line_that_cannot_be_read_is_an_error():
    with pytest.raises(ValueError, match="cannot be read"):
        definitions(["h_t &= x_t )"])


def test_lines_that_go_on_are_one_equation():
    names = [d.names for d in definitions(CELLS["layer_norm_lstm"].latex(F))]
    assert names[0] == ("a^i_t", "a^f_t", "a^g_t", "a^o_t") and len(names) == 7
