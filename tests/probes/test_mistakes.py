"""Right and wrong answers, against the task's own metric."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from explorer.config import RunConfig
from explorer.history import initial_snapshot
from explorer.probes.mistakes import correctness
from explorer.tasks import IGNORE


@pytest.mark.parametrize("name", ["temporal_order", "delayed_recall", "parity", "dyck"])
def test_the_share_of_right_answers_is_the_metric(name: str) -> None:
    config = RunConfig(task=name, seq_len=12, hidden_size=5)
    trace, task = initial_snapshot(config).trace(), config.build_task()
    judged = correctness(task, trace)
    assert judged is not None and judged.shape == trace.inputs.shape[:2]
    outputs, targets = torch.from_numpy(trace.outputs), torch.from_numpy(trace.targets)
    share = (judged == 0).sum() / (judged >= 0).sum()
    if name != "dyck":  # counts a bracket's closing only
        assert share == pytest.approx(task.metric(outputs, targets))
    elsewhere = trace.targets == IGNORE
    assert (judged[np.broadcast_to(elsewhere, judged.shape)] == -1).all()


def test_a_network_that_says_nothing_finite_is_never_right() -> None:
    for name in ("temporal_order", "parity"):
        config = RunConfig(task=name, seq_len=12, hidden_size=5)
        trace = initial_snapshot(config).trace()
        lost = replace(trace, outputs=np.full_like(trace.outputs, np.nan))
        judged = correctness(config.build_task(), lost)
        assert judged is not None and (judged != 0).all()


@pytest.mark.parametrize("name", ["adding", "sine"])
def test_values_are_neither_right_nor_wrong(name: str) -> None:
    config = RunConfig(task=name, seq_len=12, hidden_size=5)
    trace = initial_snapshot(config).trace()
    assert correctness(config.build_task(), trace) is None
