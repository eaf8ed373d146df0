"""The checks' machinery: what passes, what fails, and the table that the page shows.

The checks themselves run through `python -m checks`, which `make test` calls.
"""

import json
import math
import re

import pytest
import torch

import checks.rouge
from checks.__main__ import TABLE, main, table
from checks._check import CHECKS, Check, Outcome, check, every_check, run
from checks._dates import iso_date
from checks._exact import anbn, conditional_entropy, dyck
from checks._measures import absolute, different, relative, worst
from checks._subjects import SUBJECTS
from explorer.cells import CELLS
from explorer.optimisers import Adam
from explorer.probes.trajectories import Trajectories
from explorer.tasks import TASKS, Batch
from explorer.texts import LANGUAGES, Text

HAN = re.compile("[\u4e00-\u9fff]")
WORD = Text(en="word", zh="词")


def made(*cases: tuple[str, float], tolerance: float = 1e-9) -> Check:
    """Return a check with these cases, which is entered nowhere."""
    return Check(
        "some.check",
        SUBJECTS[0],
        WORD,
        WORD,
        WORD,
        "absolute",
        tolerance,
        lambda: iter(cases),
    )


def test_the_largest_error_decides_and_its_case_is_named():
    outcome = run(made(("a", 1e-12), ("b", 3e-10), ("c", 0.0)))
    assert outcome == Outcome(3e-10, 3, "b", True)
    outcome = run(made(("a", 1e-12), ("b", 3e-9)))
    assert outcome == Outcome(3e-9, 2, "b", False)


def test_an_error_of_exactly_the_tolerance_passes_and_zero_needs_equality():
    assert run(made(("a", 1e-9))).passed
    assert run(made(("a", 0.0), tolerance=0)).passed
    assert not run(made(("a", 1.0), tolerance=0)).passed


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_is_not_a_number_does_not_pass_wherever_it_comes(place):
    cases = [("a", 0.0), ("b", 0.0)]
    cases.insert(place, ("lost", math.nan))
    outcome = run(made(*cases))
    assert not outcome.passed and outcome.worst == "lost"


def test_a_check_without_a_case_does_not_pass():
    assert not run(made()).passed


def test_a_check_that_raises_does_not_pass_and_says_why():
    def cases():
        yield "fine", 0.0
        raise KeyError("new_cell")

    broken = made()
    outcome = run(Check(*[*vars(broken).values()][:-1], cases))
    assert outcome == Outcome(math.inf, 1, "KeyError: 'new_cell'", False)


def test_two_checks_cannot_have_one_name():
    existing = every_check()[0]
    with pytest.raises(ValueError, match="there are two checks named"):
        check(SUBJECTS[0], quantity=WORD, reference=WORD, where=WORD, tolerance=0)(
            existing.cases
        )


def test_measures_stretch_nothing_and_accept_no_empty_reference():
    assert absolute([1, 2], [1, 4]) == 2.0
    assert relative([1, 2], [1, 4]) == 0.5
    assert different([1, 2, 3], [1, 0, 0]) == 2
    assert math.isnan(absolute([math.nan], [1.0]))
    assert math.isnan(worst(0.0, math.nan))
    for measure in (absolute, relative, different):
        with pytest.raises(ValueError, match="shapes"):
            measure([1.0], [[1.0]])
    with pytest.raises(ValueError, match="zero everywhere"):
        relative([1.0], [0.0])


def double_h(step):
    def wrong(self, x, state):
        after, internals = step(self, x, state)
        return after | {"h": after["h"] * 1.001}, internals

    return wrong


def shifted(sample):
    def wrong(self, batch_size, generator):
        inputs, targets = sample(self, batch_size, generator)
        return Batch(inputs, targets.roll(1, 0))

    return wrong


def break_a_step(patch):
    patch.setattr(CELLS["mgu"], "step", double_h(CELLS["mgu"].step))


def break_a_scan(patch):
    through = CELLS["mingru"].through

    def wrong(self, x, solve):
        return through(self, x, solve) + 1e-6

    patch.setattr(CELLS["mingru"], "through", wrong)


def break_a_size(patch):
    build = CELLS["gru"].__init__

    def wrong(self, *sizes):
        build(self, *sizes)
        self.spare = torch.nn.Parameter(torch.zeros(1))

    patch.setattr(CELLS["gru"], "__init__", wrong)


def break_adam(patch):
    update = Adam._update
    patch.setattr(
        Adam,
        "_update",
        lambda self, ps, gs, state, rate, n: update(self, ps, gs, state, rate, n + 1),
    )


def break_rouge(patch):
    patch.setattr(checks.rouge, "rouge_l", lambda said, wanted: 0.5)


def break_parity(patch):
    patch.setattr(TASKS["parity"], "sample", shifted(TASKS["parity"].sample))


def break_accuracy(patch):
    patch.setattr(TASKS["parity"], "metric", lambda self, outputs, targets: 0.5)


def break_pca(patch):
    def wrong(hidden):
        return Trajectories(hidden[..., :3], torch.zeros(3).numpy())

    patch.setattr("checks.paths.principal_components", wrong)


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("equations.hidden_states", break_a_step),
        ("scans.sequence_equals_step", break_a_scan),
        ("parameters.of_every_cell", break_a_size),
        ("updates.optimisers", break_adam),
        ("rouge.f_measures", break_rouge),
        ("targets.of_symbols", break_parity),
        ("losses.accuracies", break_accuracy),
        ("paths.principal_paths", break_pca),
    ],
)
def test_what_is_broken_in_the_app_makes_its_check_fail(name, broken, monkeypatch):
    every_check()
    broken(monkeypatch)
    outcome = run(CHECKS[name])
    assert not outcome.passed
    assert math.isfinite(outcome.error), "it failed by its numbers"


@pytest.mark.parametrize("each", every_check(), ids=lambda each: each.name)
def test_every_check_is_described_in_both_languages(each):
    for text in (each.quantity, each.reference, each.where):
        assert text.en.strip() == text.en != "" and not HAN.search(text.en)
        assert text.zh.strip() == text.zh != ""
    assert HAN.search(each.quantity.zh)
    assert HAN.search(each.where.zh) or each.where.zh.startswith("Python：explorer.")
    assert 0 <= each.tolerance <= (5 if each.kind == "sigma" else 0.05)
    assert (each.kind == "exact") == (each.tolerance == 0)
    assert each.cases.__doc__


def test_no_two_rows_of_the_table_read_alike():
    for language in LANGUAGES:
        rows = [each.quantity.to(language) for each in every_check()]
        assert len(set(rows)) == len(rows)


def test_every_subject_has_checks_and_they_stand_together():
    subjects = [each.subject for each in every_check()]
    assert set(map(SUBJECTS.index, subjects)) == set(range(len(SUBJECTS)))
    places = [SUBJECTS.index(subject) for subject in subjects]
    assert places == sorted(places)


def test_the_table_of_the_page_lists_exactly_the_checks_that_there_are():
    """Where this fails, `python -m checks --write` makes the table anew."""
    kept = json.loads(TABLE.read_text(encoding="utf-8"))
    rows = [row for subject in kept["subjects"] for row in subject["checks"]]
    now = every_check()
    about = [Text(**subject["about"]) for subject in kept["subjects"]]
    assert about == [subject.about for subject in SUBJECTS]
    assert [row["name"] for row in rows] == [each.name for each in now]
    for row, each in zip(rows, now, strict=True):
        assert row["quantity"] == {"en": each.quantity.en, "zh": each.quantity.zh}
        assert row["reference"] == {"en": each.reference.en, "zh": each.reference.zh}
        assert row["where"] == {"en": each.where.en, "zh": each.where.zh}
        assert (row["kind"], row["tolerance"]) == (each.kind, each.tolerance)
        assert row["passed"] and row["cases"] > 0
        assert row["error"] <= row["tolerance"]


def test_the_table_tells_an_error_that_could_not_be_computed():
    lost = Outcome(math.inf, 0, "ValueError: x", False)
    first = every_check()[0]
    kept = table([first], [lost], 1.4)
    json.dumps(kept, allow_nan=False)
    (row,) = [row for subject in kept["subjects"] for row in subject["checks"]]
    assert row["error"] is None and row["passed"] is False
    nan = table([first], [lost._replace(error=math.nan)], 1.4)
    assert json.loads(json.dumps(nan, allow_nan=False))


def test_the_command_prints_a_row_a_check_and_the_number_of_all(capsys):
    assert main(["parameters", "scans"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("pass  ") == 3
    assert "3 checks over " in printed and "all passed" in printed


def test_the_command_fails_with_a_check_and_names_the_case(capsys, monkeypatch):
    break_a_step(monkeypatch)
    assert main(["equations"]) == 1
    printed = capsys.readouterr().out
    assert "FAIL  " in printed and "equations.hidden_states: mgu, " in printed
    assert "1 FAILED" in printed


def test_the_command_does_not_pass_where_no_check_has_the_name(capsys):
    assert main(["no such check"]) == 1


def test_a_part_of_the_checks_is_never_written(capsys):
    before = TABLE.read_bytes()
    with pytest.raises(SystemExit):
        main(["--write", "rouge"])
    assert TABLE.read_bytes() == before
    assert "needs every check" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("3 May 2021", "2021-05-03"),
        ("December 31, 1950", "1950-12-31"),
        ("22nd of August 1999", "1999-08-22"),
        ("the thirty-first of March 2040", "2040-03-31"),
        ("the twelfth of June 2001", "2001-06-12"),
        ("the thirteenth of June 2001", "2001-06-13"),
        ("the twentieth of June 2001", "2001-06-20"),
        ("二〇二一年十二月三十一日", "2021-12-31"),
        ("1987年5月20日", "1987-05-20"),
    ],
)
def test_dates_are_read_as_a_person_reads_them(written, meant):
    assert iso_date(written) == meant


def test_enumerated_languages_are_whole_and_their_entropies_known():
    for strings in (dyck(5, 2, 3), anbn(6, 2)):
        assert sum(chance for _, chance in strings) == pytest.approx(1)
        assert len({text for text, _ in strings}) == len(strings)
    assert conditional_entropy([("xa", 0.5), ("xb", 0.5)], 0) == pytest.approx(
        math.log(2)
    )
    assert conditional_entropy([("xay", 0.5), ("xbz", 0.5)], 9) == pytest.approx(
        math.log(2) / 2
    )
