"""The cells against torch.nn: the checks that the page "How we know" shows."""

import pytest

from checks._check import CHECKS, every_check, run
from checks.against_torch import LAYERS, PEERS

EXPECTED = {
    "against_torch.values": len(PEERS) * len(LAYERS),
    "against_torch.gradients": len(PEERS) * len(LAYERS),
    "against_torch.one_step": len(PEERS),
}


@pytest.mark.parametrize(("name", "cases"), EXPECTED.items())
def test_a_cell_that_torch_has_equals_torch_s(name, cases):
    every_check()
    outcome = run(CHECKS[name])
    assert outcome.passed, outcome.worst
    assert outcome.cases == cases
