"""When a run counts as solved, through the store and the jobs."""

import pytest

from benchmarks.solve import EXERCISES, Solved, solve, told
from explorer.config import RunConfig
from explorer.presets import PRESETS
from explorer.tasks import TASKS


def run(**settings):
    return RunConfig(
        seq_len=10, hidden_size=2, batch_size=2, init="default", **settings
    )


def test_a_run_is_solved_at_the_first_record_that_passes(tmp_path):
    found = solve(run(steps=20), 1e9, tmp_path)
    assert found.step == 0
    assert found.seconds > 0


def test_a_run_that_never_passes_is_not_solved(tmp_path):
    assert solve(run(steps=3), -1.0, tmp_path) is None


def test_where_more_is_better_the_mark_is_passed_from_below(tmp_path):
    config = run(task="temporal_order", steps=3)
    assert solve(config, 1.5, tmp_path) is None
    assert solve(config.model_copy(update={"seed": 1}), 0.0, tmp_path).step == 0


def test_a_row_says_how_many_and_the_median():
    found = [Solved(50, 3.0), None, Solved(20, 1.0)]
    assert told(found) == "2 of 3 | 2.0 | 3.0, 1.0 | 50, 20"
    assert told([None]) == "0 of 1 | | |"


@pytest.mark.parametrize("preset", EXERCISES.values())
def test_an_exercise_is_a_ready_experiment_with_a_mark(preset):
    assert TASKS[PRESETS[preset].query["task"]].mark is not None
