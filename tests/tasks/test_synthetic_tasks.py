"""The generated tasks' samples against their definitions, worked out by other means."""

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp

from explorer.tasks import IGNORE, TASKS
from explorer.tasks._forecast import LENGTH, TEST, TRAINING
from tests.tasks import oracles

COUNT = 300


def drawn(name: str, count: int = COUNT, **parameters):
    """Return a task, its symbols or values (time, batch) and its targets."""
    task = TASKS[name](**parameters)
    inputs, targets = task.sample(count, torch.Generator().manual_seed(0))
    symbols = task.input_kind == "symbols"
    read = inputs.argmax(2) if symbols else inputs[..., 0]
    return task, read.numpy(), targets.numpy()


def names(task) -> np.ndarray:
    return np.array([text.en for text in task.input_names])


@pytest.mark.parametrize(("seq_len", "copied", "count"), [(21, 10, 8), (50, 1, 2)])
def test_copying_shows_symbols_then_blanks_and_asks_for_them_after_the_signal(
    seq_len, copied, count
):
    task, read, targets = drawn(
        "copying", seq_len=seq_len, copied=copied, symbols=count
    )
    letters = names(task)[read]
    delay = seq_len - 2 * copied  # as the paper counts it
    assert set(letters[:copied].ravel()) == set("ABCDEFGH"[:count])
    assert (letters[copied : copied + delay - 1] == "blank").all()
    assert (letters[copied + delay - 1] == "signal").all()
    assert (letters[-copied:] == "blank").all()
    wanted = np.array([text.en for text in task.output_names])[targets]
    assert (wanted[:-copied] == "blank").all()
    assert (wanted[-copied:] == letters[:copied]).all()


def test_copying_with_ten_of_eight_symbols_has_the_published_baseline():
    # Arjovsky et al. 2016: 10 ln 8 / (T + 20) for a delay of T.
    task = TASKS["copying"](seq_len=120, copied=10, symbols=8)
    assert task.baseline().loss == pytest.approx(10 * np.log(8) / (100 + 20))


def test_the_copys_accuracy_counts_the_copied_symbols_alone():
    task = TASKS["copying"]()
    targets = task.sample(8, torch.Generator().manual_seed(0)).targets
    outputs = 9 * torch.eye(task.symbols + 1)[targets]
    outputs[: -task.copied] = 0
    assert task.metric(outputs, targets) == 1
    outputs[-1] = -outputs[-1]
    assert task.metric(outputs, targets) == pytest.approx(1 - 1 / task.copied)


def test_the_copy_can_be_read_beside_what_was_to_be_copied():
    task = TASKS["copying"](copied=3)
    inputs, targets = task.sample(1, torch.Generator().manual_seed(0))
    outputs = 9 * torch.eye(task.symbols + 1)[targets[:, 0]]
    outputs[-1, task.symbols] = 99.0
    wanted, copy = task.readings(inputs[:, 0], targets[:, 0], outputs)
    shown = [names(task)[symbol] for symbol in inputs[:3, 0].argmax(1)]
    assert [word for word, _ in wanted.words] == shown
    assert copy.words == [(shown[0], "right"), (shown[1], "right"), ("·", "wrong")]


@pytest.mark.parametrize("seq_len", [10, 57, 100, 200])
def test_three_marks_stand_in_their_own_tenths_and_name_the_class(seq_len):
    task, read, targets = drawn("temporal_order_3", seq_len=seq_len)
    letters, width = names(task)[read], seq_len // 10
    places = [set(), set(), set()]
    for column, target in zip(letters.T, targets, strict=True):
        assert column[0] == "E" and column[-1] == "B"
        marked = np.flatnonzero(np.isin(column, ["X", "Y"]))
        assert len(marked) == 3
        for place, found in zip(marked, places, strict=True):
            found.add(int(place))
        assert set(np.delete(column, [0, *marked, seq_len - 1])) <= set("abcd")
        assert task.output_names[target].en == "".join(column[marked])
    for found, percent in zip(places, (10, 33, 66), strict=True):
        start = int(percent / 100 * seq_len + 1e-9)
        assert found == set(range(start, start + width))
    assert set(targets) == set(range(8))


def test_parity_is_the_exclusive_or_of_the_bits_so_far():
    task, bits, targets = drawn("parity", seq_len=20)
    assert abs(bits.mean() - 0.5) < 0.03
    parity = np.zeros(COUNT, dtype=int)
    for t in range(20):
        parity ^= bits[t]
        assert (targets[t] == parity).all()
    assert [text.en for text in task.output_names] == ["even", "odd"]


def test_parity_at_the_end_is_that_of_all_bits_of_sequences_of_every_length():
    _, read, targets = drawn("parity_final", count=4000, seq_len=5)
    lengths = (read != 2).sum(0)
    for t in range(4):
        assert ((read[t] == 2) | (read[t + 1] != 2)).all(), "padding stands in front"
    assert (np.bitwise_xor.reduce(np.where(read == 2, 0, read)) == targets).all()
    for length in range(1, 6):
        assert abs((lengths == length).mean() - 0.2) < 0.03
    assert abs(read[4].mean() - 0.5) < 0.04


@pytest.mark.parametrize("seq_len", [8, 20, 100])
def test_reber_strings_follow_the_diagram_and_come_back_to_their_outer_letter(seq_len):
    task, read, targets = drawn("embedded_reber", seq_len=seq_len)
    letters, lengths = names(task)[read], set()
    for b, column in enumerate(letters.T):
        padding = (column == "padding").sum()
        assert (column[:padding] == "padding").all(), "padding stands in front"
        last = task.output_names[targets[-1, b]].en
        string = [*column[padding:], last]
        assert string[0] == "B" and last == "E"
        assert string[1] in "TP" and string[1] == string[-2]
        node = "start"
        for letter in string[2:-2]:
            node = oracles.REBER[node][letter]
        assert node == "over"
        asked = [task.output_names[k].en for k in targets[padding:, b]]
        assert asked == string[1:] and (targets[:padding, b] == IGNORE).all()
        lengths.add(len(string))
    assert min(lengths) == 9 and max(lengths) <= seq_len + 1


def test_reber_strings_are_as_likely_as_the_grammar_makes_them():
    _, read, _ = drawn("embedded_reber", count=4000, seq_len=12)
    # Given at most 12 letters read: the shortest inner strings have 2^-3 each.
    made = {j: oracles.ways("start", j + 2) / 2**j for j in range(3, 8)}
    lengths = (read != 7).sum(0) - 5
    for j, chance in made.items():
        share = chance / sum(made.values())
        spread = np.sqrt(share * (1 - share) / 4000)
        assert abs((lengths == j).mean() - share) < 5 * spread
    inner = read[-7:, lengths == 3]  # of B TXSE or PVVE, then T or P
    for first in (1, 2):
        assert abs((inner[2] == first).mean() - 0.5) < 0.06


@pytest.mark.parametrize(("kinds", "deepest"), [(2, 2), (3, 5), (4, 8)])
def test_brackets_close_what_is_open_and_are_never_too_deep(kinds, deepest):
    task, read, targets = drawn("dyck", seq_len=80, kinds=kinds, deepest=deepest)
    letters = [text.en for text in task.output_names]
    pairs, seen = dict(zip(")]}>", "([{<", strict=True)), set()
    coloured = task.classes(task.sample(COUNT, torch.Generator().manual_seed(0)))
    assert (names(task)[read[0]] == "start").all()
    assert (read[1:] == targets[:-1]).all()
    for b in range(COUNT):
        stack: list[str] = []
        for t, letter in enumerate(letters[k] for k in targets[:, b]):
            assert coloured[t, b] == len(stack)
            if letter in pairs:
                assert stack.pop() == pairs[letter]
            else:
                stack.append(letter)
            seen.add(len(stack))
    assert seen == set(range(deepest + 1))


def test_a_bracket_opens_by_a_fair_coin_where_it_may_also_close():
    task, _, targets = drawn("dyck", seq_len=80, kinds=2, deepest=3)
    depth = task.classes(task.sample(COUNT, torch.Generator().manual_seed(0))).numpy()
    for level, share in enumerate([1.0, 0.5, 0.5, 0.0]):
        opens = targets[depth == level] < 2
        assert abs(opens.mean() - share) <= 2.5 / np.sqrt(len(opens)) * (0 < share < 1)
    opened = targets[targets < 2]
    assert abs((opened == 0).mean() - 0.5) < 2.5 / np.sqrt(len(opened))


def test_the_brackets_metric_asks_for_the_kind_of_what_closes():
    task = TASKS["dyck"](kinds=2)
    targets = torch.tensor([[0], [1], [3], [2]])  # ( [ ] )
    outputs = torch.zeros(4, 1, 4)
    outputs[..., 0] = 9.0  # that it opens is likelier does not matter
    outputs[2, 0, 3] = outputs[3, 0, 3] = 1.0
    assert task.metric(outputs, targets) == 0.5


@pytest.mark.parametrize(("seq_len", "longest"), [(40, 20), (61, 2), (200, 7)])
def test_as_many_bs_follow_as_there_were_as(seq_len, longest):
    task, read, targets = drawn("anbn", seq_len=seq_len, longest=longest)
    assert (read[1:] == targets[:-1]).all() and (read[0] == 0).all()
    found, first = set(), []
    coloured = task.classes(task.sample(COUNT, torch.Generator().manual_seed(0)))
    for b in range(COUNT):
        text = "".join("ab"[k] for k in [*read[:, b], targets[-1, b]])
        turns = text.replace("ba", "b|a").split("|")
        for string in turns[:-1]:
            n = len(string) // 2
            assert string == "a" * n + "b" * n
            found.add(n)
        first.append(len(turns[0]) // 2)
        waiting = np.cumsum([1 if letter == "a" else -1 for letter in text[:-1]])
        assert (coloured[:, b].numpy() == waiting).all()
    assert found <= set(range(1, longest + 1)) and max(first) == longest
    spread = np.sqrt((longest**2 - 1) / 12 / COUNT)
    assert abs(np.mean(first) - (longest + 1) / 2) < 4 * spread


def test_the_counting_metric_looks_at_what_follows_a_b():
    task = TASKS["anbn"]()
    targets = torch.tensor([[1], [0], [0], [1], [1], [0]])  # after a: b a a b b a
    outputs = torch.zeros(6, 1, 2)
    outputs[:, 0, 1] = 1.0  # always b
    assert task.metric(outputs, targets) == pytest.approx(1 / 3)


def test_a_b_is_foretold_as_surely_as_the_ends_of_strings_allow():
    # In a long run a string of 2n letters costs ln N: one of N lengths, all else known.
    best = TASKS["anbn"](seq_len=1000, longest=4).rivals()[0].loss
    assert best == pytest.approx(np.log(4) / 5, rel=0.01)


def window(task, series: torch.Tensor, answers: torch.Tensor, inputs, targets):
    """Return which series holds a window, and check that the answers lie beside it."""
    x, y = series.numpy(), answers.numpy()
    for row, start in np.argwhere(x[:, : 1 - len(inputs)] == inputs[0]):
        if (x[row, start : start + len(inputs)] == inputs).all():
            assert (y[row, start : start + len(inputs)] == targets).all()
            return row
    raise AssertionError("no series holds this window")


@pytest.mark.parametrize("name", ["mackey_glass", "lorenz", "narma"])
def test_a_forecasts_windows_come_from_series_that_it_is_not_tested_on(name):
    task = TASKS[name](seq_len=40)
    series = task.series()
    for method, rows in (
        ("sample", range(TRAINING)),
        ("evaluation", range(TRAINING, TRAINING + TEST)),
    ):
        batch = getattr(task, method)(40, torch.Generator().manual_seed(0))
        found = {
            window(task, *series, *(part[:, b, 0].numpy() for part in batch))
            for b in range(40)
        }
        assert found <= set(rows) and len(found) > 10
    pairs = series[0].unfold(1, 2, 1).double().numpy() @ [1, 1j]
    shared = np.intersect1d(pairs[:TRAINING], pairs[TRAINING:])
    assert shared.size == 0, "not even two values in a row are the same"


@pytest.mark.parametrize("name", ["mackey_glass", "lorenz", "narma"])
def test_series_are_in_standard_deviations_of_those_trained_on(name):
    for series in TASKS[name]().series():
        known = series[:TRAINING].double()
        assert known.mean().item() == pytest.approx(0, abs=0.01)
        assert known.std().item() == pytest.approx(1, abs=0.01)
        assert series.abs().max() < 10


def test_mackey_glass_steps_as_the_delayed_equation_says():
    from explorer.tasks.mackey_glass import simulated, step

    def equation(x: float, delayed: float) -> float:
        return 0.2 * delayed / (1 + delayed**10) - 0.1 * x

    rng = np.random.default_rng(0)
    history = list(1.2 + 0.2 * (rng.random(17) - 0.5))
    x = 1.2
    for _ in range(200):
        delayed = history.pop(0)
        history.append(x)
        k1 = equation(x, delayed)
        k2 = equation(x + k1 / 2, delayed)
        k3 = equation(x + k2 / 2, delayed)
        k4 = equation(x + k3, delayed)
        after = x + k1 / 6 + k2 / 3 + k3 / 3 + k4 / 6
        mine = step(*torch.tensor([x, delayed], dtype=torch.float64)).item()
        assert mine == pytest.approx(after, rel=1e-12)
        x = after
    # The stored series obeys it, too: x_{t+1} is a mixture of x_t and f(x_{t-17}).
    series = simulated().double().numpy()
    assert series.shape == (TRAINING + TEST, LENGTH)
    decay = 1 - 0.1 + 0.1**2 / 2 - 0.1**3 / 6 + 0.1**4 / 24
    growth = series[:, 18:] - decay * series[:, 17:-1]
    by_delayed = np.stack([series[:, :-18].ravel(), growth.ravel()], 1)
    by_delayed = by_delayed[by_delayed[:, 0].argsort()]
    jumps = np.abs(np.diff(by_delayed[:, 1]))
    assert np.quantile(jumps, 0.999) < 1e-3, "one answer for one delayed value"


def test_lorenz_steps_along_the_flow_that_scipy_integrates():
    from explorer.tasks.lorenz import STEP, STEPS_A_VALUE, simulated, step

    def velocity(_, state):
        x, y, z = state
        return [10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z]

    state = np.array([[1.0], [2.0], [20.0]])
    true = solve_ivp(velocity, (0, 1), state[:, 0], rtol=1e-10, atol=1e-10).y[:, -1]
    for _ in range(100):
        state = step(state)
    assert state[:, 0] == pytest.approx(true, rel=1e-3)
    assert pytest.approx(0.03) == STEP * STEPS_A_VALUE
    x = simulated()
    assert x.shape == (TRAINING + TEST, LENGTH)
    assert 0.4 < (x > 0).double().mean() < 0.6, "both wings are visited"


def test_narma_feeds_back_its_last_ten_answers():
    from explorer.tasks.narma import answers

    u = np.random.default_rng(0).random(60) / 2
    y = [0.0]
    for t in range(60):
        recent = sum(y[t - i] for i in range(10) if t - i >= 0)
        earlier = u[t - 9] if t >= 9 else 0.0
        y.append(0.3 * y[t] + 0.05 * y[t] * recent + 1.5 * earlier * u[t] + 0.1)
    mine = answers(torch.from_numpy(u)[None])[0].numpy()
    np.testing.assert_allclose(mine, y[1:], rtol=1e-12)


def test_a_forecast_is_scored_where_half_of_the_window_has_been_read():
    task = TASKS["lorenz"](seq_len=50)
    targets = task.evaluation(9, torch.Generator().manual_seed(0)).targets
    outputs = targets.clone()
    outputs[:25] += 5.0
    assert task.metric(outputs, targets) == 0
    outputs[25:] += 1.0
    spread = targets[25:].double().numpy().std()
    assert task.metric(outputs, targets) == pytest.approx(1 / spread, rel=1e-5)
