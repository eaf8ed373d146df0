"""What a duel is: its link, its words, its runs, and what is read off them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer import duels
from explorer.batches import evaluation_batch, training_batch
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.duels import (
    LARGEST,
    LENGTHS,
    MAY_DIFFER,
    READY,
    TOO_LARGE,
    Duel,
    band_over_seconds,
    band_over_steps,
    differences,
    duel_from_query,
    equal_parameters,
    names,
    outcome,
    parameters,
    predicted_lag,
    reached,
    ready_of,
    short_names,
    solved_at,
    to_query,
    trial,
    trials_due,
    trials_of,
)
from explorer.model import Model
from explorer.store import Records, Run
from tests.test_presets import HAN

BASE = {"seq_len": "10", "hidden_size": "6", "batch_size": "4", "steps": "20"}


def duel(variants: str, **given: str) -> Duel:
    """Return a duel of a link with nothing to mend."""
    found, problems = duel_from_query(BASE | given | {"duel": variants})
    assert not problems
    return found


def mended(variants: str | None, **given: str) -> tuple[Duel, str]:
    """Return a duel, and all that was said about its link."""
    query = BASE | given | ({} if variants is None else {"duel": variants})
    found, problems = duel_from_query(query)
    return found, " ".join(problem.sentence.en for problem in problems)


def test_the_links_that_others_write_mean_what_they_say() -> None:
    cells = duel("cell:rnn,init:default;cell:lstm;cell:gru", seeds="3")
    assert [c.cell for c in cells.settings] == ["rnn", "lstm", "gru"]
    assert cells.settings[0].init == "default" and cells.seeds == 3
    clip = duel(";clip_norm:none")
    assert [c.clip_norm for c in clip.settings] == [1.0, None]
    assert clip.settings[0] == clip.base


def test_a_link_leads_back_to_its_duel() -> None:
    for variants in ("cell:rnn,init:default;;cell:gru", ";learning_rate:0.001"):
        once = duel(variants, seeds="2", seed="7")
        again, problems = duel_from_query(to_query(once))
        assert again == once and not problems and to_query(once)["duel"] == variants


def test_a_link_without_variants_sets_three_cells_against_each_other() -> None:
    usual, said = mended(None)
    assert [c.cell for c in usual.settings] == ["rnn", "lstm", "gru"] and not said
    other, _ = mended(None, cell="mingru")
    assert other.settings[0] == other.base and len(other.settings) == 3


@pytest.mark.parametrize(
    ("variants", "used", "said"),
    [
        ("cell:nobody;cell:gru", "cell:lstm;cell:gru", "duel 1 cell = nobody"),
        (";learning_rate:99", ";learning_rate:10", "between 0.000001 and 10"),
        (";seq_len:5;cell:rnn", ";cell:rnn", "is the same for all in a duel"),
        (";batch_size:5;cell:rnn", ";cell:rnn", "is the same for all in a duel"),
        (";colour:red;cell:rnn", ";cell:rnn", "is not a setting"),
        (";foo;cell:rnn", ";cell:rnn", "not of the form name:value"),
        (";;cell:rnn", ";cell:rnn", "same as an earlier variant"),
        ("cell:gru", "cell:gru;cell:rnn", "fewer than two"),
        ("", ";cell:rnn", "fewer than two"),
    ],
)
def test_what_a_link_gets_wrong_is_mended_and_said(
    variants: str, used: str, said: str
) -> None:
    found, sentences = mended(variants)
    assert to_query(found)["duel"] == used
    assert said.replace("0.000001", "1e-06") in sentences


def test_more_variants_than_fit_are_cut() -> None:
    many = ";".join(f"hidden_size:{size}" for size in range(1, 12))
    found, said = mended(many)
    assert len(found.variants) == LARGEST and "more than 6" in said


def test_a_variant_over_the_budget_does_not_change_the_batches_of_all() -> None:
    found, said = mended(
        ";cell:rnn;hidden_size:256", seq_len="200", batch_size="128", steps="10"
    )
    assert len(found.variants) == 2 and "too much for a shared server" in said


@pytest.mark.parametrize(
    ("text", "seeds"), [("9", 5), ("0", 1), ("-3", 1), ("x", 3), ("--1", 3), ("", 3)]
)
def test_a_number_of_seeds_is_brought_within_its_bounds(text: str, seeds: int) -> None:
    found, said = mended(";cell:rnn", seeds=text)
    assert found.seeds == seeds and bool(said) == bool(text)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="celrnitdfau:;,0159.-é中 ", max_size=60))
def test_any_text_makes_a_duel_that_its_own_link_makes_again(text: str) -> None:
    found, _ = duel_from_query(BASE | {"duel": text, "seeds": text})
    assert 2 <= len(found.variants) <= LARGEST
    assert len({config.key for config in found.settings}) == len(found.variants)
    again, problems = duel_from_query(to_query(found))
    assert again == found and not problems


def test_all_see_the_same_sequences_and_differ_in_nothing_else() -> None:
    both = duel("cell:rnn,hidden_size:5;clip_norm:none", seeds="2", seed="3")
    for ours, theirs in zip(*both.runs, strict=True):
        assert ours.seed == theirs.seed
        task = ours.build_task()
        for step in (0, 7):
            one, other = (training_batch(c, task, step) for c in (ours, theirs))
            assert one.inputs.equal(other.inputs) and one.targets.equal(other.targets)
        assert evaluation_batch(ours).inputs.equal(evaluation_batch(theirs).inputs)
    assert [c.seed for c in both.runs[0]] == [3, 4]
    assert both.runs[0][0].key != both.runs[0][1].key


def test_what_goes_with_no_other_cell_gives_way_without_a_word() -> None:
    found = duel(";cell:rnn;cell:mingru;cell:lru")
    inits = [config.init for config in found.settings]
    assert inits == ["chrono", "default", "chrono", "paper"]
    assert found.settings[2].activation == CELLS["mingru"].activations[0]


def test_a_change_in_mid_run_goes_with_all_in_whom_it_changes_something() -> None:
    found = duel(";cell:rnn;learning_rate:0.001", changes="5:0.001:1")
    assert [len(config.changes) for config in found.settings] == [1, 1, 0]
    assert differences(found.base, found.settings[2])[-1].en == "no change in mid-run"
    assert not trials_of(found)[0][0][0].changes


def test_only_what_does_not_decide_the_data_may_differ() -> None:
    fixed = {"task", "seq_len", "task_params", "text", "batch_size", "seed", "steps"}
    assert not fixed & set(MAY_DIFFER)


def test_variants_are_called_by_all_in_which_they_differ() -> None:
    found = duel("init:forget,init_value:0;init:forget,init_value:1;;clip_norm:none")
    assert [name.en for name in names(found)] == [
        "forget bias 0, clipped to norm 1",
        "forget bias 1, clipped to norm 1",
        "chrono, clipped to norm 1",
        "chrono, not clipped",
    ]
    assert short_names(found) == names(found)
    assert [name.en for name in short_names(duel(";cell:rnn"))] == ["LSTM", "RNN"]
    words = differences(found.base, found.settings[0])
    assert [w.zh for w in words] == ["遗忘偏置 0"]
    assert not differences(found.base, found.base)


@pytest.mark.parametrize("cell", CELLS.names())
def test_equal_parameters_come_as_near_as_a_hidden_size_can(cell: str) -> None:
    found = equal_parameters(duel(f";cell:{'gru' if cell == 'lstm' else cell}"))
    base, other = found.settings
    assert base == found.base
    target = sum(p.numel() for p in Model(base).parameters())
    count = [
        sum(p.numel() for p in Model(RunConfig(**dump)).parameters())
        for size in range(other.hidden_size - 1, other.hidden_size + 2)
        for dump in [other.model_dump() | {"hidden_size": max(size, 1)}]
    ]
    assert abs(count[1] - target) == min(abs(each - target) for each in count)
    assert parameters(other) == count[1]


def test_equal_parameters_keep_what_else_a_variant_changes() -> None:
    found = equal_parameters(duel("cell:rnn,init:orthogonal;;hidden_size:40"))
    assert found.settings[0].init == "orthogonal"
    assert len(found.settings) == 3 and found.settings[2].hidden_size == 6


@pytest.mark.parametrize("name", list(READY))
def test_a_ready_duel_is_one_as_it_stands_and_is_told_in_both_languages(
    name: str,
) -> None:
    ready = READY[name]
    found, problems = duel_from_query(
        ready.query | {"duel": ready.variants, "seeds": "1", "seed": "5"}
    )
    assert not problems and ready_of(found) == name
    assert to_query(ready.duel)["duel"] == ready.variants
    for text in (ready.title, ready.purpose):
        assert HAN.search(text.zh) and not HAN.search(text.en)


def test_a_band_is_the_median_between_the_extremes_where_all_are_recorded() -> None:
    short = np.array([0.0, 1, 2, 4]), np.array([5.0, 1, 9, 0])
    long = np.array([0.0, 1, 3, 4, 5]), np.array([3.0, 2, 7, 8, 1])
    last = np.array([0.0, 1, 4]), np.array([1.0, 6, 4])
    band = band_over_steps([short, long, last])
    assert band.x.tolist() == [0, 1, 4]
    assert band.low.tolist() == [1, 1, 0] and band.high.tolist() == [5, 6, 8]
    assert band.middle.tolist() == [3, 2, 4]


def test_over_seconds_a_band_lies_between_what_was_recorded() -> None:
    fast = np.array([0.0, 1.0]), np.array([0.0, 10.0])
    slow = np.array([0.0, 4.0]), np.array([2.0, 2.0])
    band = band_over_seconds([fast, slow], points=3)
    assert band.x.tolist() == [0, 0.5, 1]
    assert band.low.tolist() == [0, 2, 2] and band.high.tolist() == [2, 5, 10]
    assert not len(band_over_seconds([]).x) and not len(band_over_steps([]).x)


def records(metric: list[float]) -> Records:
    count = len(metric)
    steps = np.arange(count) * 10
    others = [np.ones(count)] * 2
    return Records(steps, others[0], np.array(metric), others[1], steps / 4)


def test_a_run_is_solved_at_its_first_record_beyond_the_mark() -> None:
    error = RunConfig(task="adding")
    assert solved_at(error, records([0.2, 0.009, 0.5])) == (10, 2.5)
    assert solved_at(error, records([0.2, 0.01, np.nan])) is None
    accuracy = RunConfig(task="delayed_recall")
    assert solved_at(accuracy, records([0.1, 0.98, 0.99])) == (20, 5.0)
    assert solved_at(RunConfig(task="characters"), records([0.0])) is None


def test_trials_are_runs_on_recall_that_keep_what_the_variants_are() -> None:
    found = duel("cell:rnn;clip_norm:none", seeds="2", batch_size="200")
    trials = trials_of(found)
    assert [len(trials), len(trials[0]), len(trials[0][0])] == [2, len(LENGTHS), 2]
    for variant, config in enumerate(found.settings):
        for place, length in enumerate(LENGTHS):
            one = trials[variant][place][1]
            assert (one.task, one.seq_len, one.steps) == ("delayed_recall", length, 600)
            assert one.seed == found.base.seed + 1 and one.batch_size == 32
            for name in MAY_DIFFER:
                assert getattr(one, name) == getattr(config, name)


def test_the_widest_run_has_trials_within_the_budget() -> None:
    wide = RunConfig(hidden_size=256, num_layers=3, batch_size=50, seq_len=10, steps=9)
    assert trial(wide, LENGTHS[-1]).hidden_size == 256


def test_longer_lengths_wait_and_end_where_all_seeds_failed() -> None:
    assert trials_due([["open", "open"]]) == 0
    assert trials_due([["solved", "failed"], ["open", "open"]]) == 1
    assert trials_due([["failed", "failed"], ["open", "open"]]) is None
    assert trials_due([["solved"]] * len(LENGTHS)) is None
    half = [["solved", "solved"], ["solved", "failed"]]
    assert reached(half) == LENGTHS[0]
    assert reached([["failed"]]) is None


def test_a_trial_is_open_until_it_solves_or_ends() -> None:
    config = trial(RunConfig(), 10)

    def run(status: str) -> Run:
        return Run(config.key, 600, status, 20, 600, 1.0, None)  # type: ignore[arg-type]

    assert outcome(config, None, None) == "open"
    assert outcome(config, run("training"), records([0.1])) == "open"
    assert outcome(config, run("training"), records([0.1, 1.0])) == "solved"
    for status in ("done", "diverged", "failed"):
        assert outcome(config, run(status), records([0.1])) == "failed"


def test_a_gradient_is_predicted_to_go_where_a_linear_net_loses_it() -> None:
    linear = RunConfig(
        cell="rnn", activation="identity", init="orthogonal", init_value=0.5
    )
    # |dh_T/dh_{T-k}| is 0.5^k: below 1e-3 from the tenth step on.
    assert predicted_lag(trial(linear, 40)) == 10
    kept = RunConfig(**linear.model_dump() | {"init_value": 1.0})
    assert predicted_lag(trial(kept, 40)) is None


def test_of_a_large_net_only_the_last_steps_are_followed_and_nothing_is_claimed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def measured(*_: object) -> None:
        raise AssertionError("a prediction takes weights, not an evaluation")

    monkeypatch.setattr("explorer.history.Training", measured)
    large = RunConfig(cell="lstm", hidden_size=256, num_layers=3, batch_size=1)
    assert predicted_lag(trial(large, 160)) == TOO_LARGE


def test_all_that_is_offered_is_there() -> None:
    assert all(hasattr(duels, name) for name in duels.__all__)
