"""Each task's samples against its definition, worked out slowly and by other means."""

import math

import numpy as np
import pytest
import torch

from explorer.tasks import TASKS

COUNT = 200


def drawn(name: str, count: int = COUNT, **parameters):
    """Return a task and a batch as NumPy arrays, inputs (time, batch, input)."""
    task = TASKS[name](**parameters)
    batch = task.sample(count, torch.Generator().manual_seed(0))
    return task, batch.inputs.numpy(), batch.targets.numpy()


@pytest.mark.parametrize("seq_len", [4, 5, 11, 100])
def test_adding_marks_one_number_in_each_half_and_asks_for_their_sum(seq_len):
    _, inputs, targets = drawn("adding", seq_len=seq_len)
    values, marks = inputs[..., 0], inputs[..., 1]
    half = seq_len // 2
    assert set(np.unique(marks)) == {0.0, 1.0}
    assert (marks[:half].sum(0) == 1).all() and (marks[half:].sum(0) == 1).all()
    for b in range(COUNT):
        first, second = np.flatnonzero(marks[:, b])
        assert targets[b, 0] == pytest.approx(values[first, b] + values[second, b])
    assert (marks[0] == 1).any() and (marks[-1] == 1).any()
    assert 0 <= values.min() < 0.05 and 0.95 < values.max() < 1


@pytest.mark.parametrize("seq_len", [10, 57, 100, 200])
def test_temporal_order_stands_in_its_tenths_and_asks_for_the_order(seq_len):
    task, inputs, targets = drawn("temporal_order", seq_len=seq_len)
    alphabet = np.array([text.en for text in task.input_names])
    symbols = alphabet[inputs.argmax(2)]
    tenth = seq_len // 10
    places = [set(), set()]
    for b in range(COUNT):
        column = symbols[:, b]
        assert column[0] == "E" and column[-1] == "B"
        marked = np.flatnonzero(np.isin(column, ["X", "Y"]))
        assert len(marked) == 2
        places[0].add(marked[0])
        places[1].add(marked[1])
        others = np.delete(column, [0, *marked, seq_len - 1])
        assert set(others) <= set("abcd")
        answer = task.output_names[targets[b]].en
        assert answer == column[marked[0]] + column[marked[1]]
    assert min(places[0]) == tenth and max(places[0]) == 2 * tenth - 1
    assert min(places[1]) == 5 * tenth and max(places[1]) == 6 * tenth - 1
    assert set(targets) == {0, 1, 2, 3}


@pytest.mark.parametrize(("seq_len", "count"), [(3, 2), (20, 8)])
def test_delayed_recall_shows_the_answer_first_and_only_then(seq_len, count):
    task, inputs, targets = drawn("delayed_recall", seq_len=seq_len, symbols=count)
    names = np.array([text.en for text in task.input_names])
    symbols = names[inputs.argmax(2)]
    answers = [text.en for text in task.output_names]
    assert len(answers) == count
    assert [answers[k] for k in targets] == list(symbols[0])
    assert set(symbols[0]) == set(answers)
    assert set(symbols[1:-1].ravel()) == {"noise 1", "noise 2"}
    assert set(symbols[-1]) == {"cue"}


@pytest.mark.parametrize(("bits", "pulse"), [(1, 0.01), (2, 0.5), (3, 0.1)])
def test_the_flip_flop_holds_the_last_pulse_of_every_channel(bits, pulse):
    _, inputs, targets = drawn("flip_flop", seq_len=50, bits=bits, pulse=pulse)
    assert set(np.unique(inputs)) <= {-1.0, 0.0, 1.0}
    for b in range(COUNT):
        for channel in range(bits):
            held = 0.0
            for t in range(50):
                if inputs[t, b, channel] != 0:
                    held = inputs[t, b, channel]
                assert targets[t, b, channel] == held != 0
    rate = np.mean(inputs[1:] != 0)
    spread = math.sqrt(pulse * (1 - pulse) / inputs[1:].size)
    assert abs(rate - pulse) < 5 * spread


def test_the_flip_flop_is_coloured_by_the_bits_it_holds():
    task = TASKS["flip_flop"](seq_len=30, bits=3)
    batch = task.sample(20, torch.Generator().manual_seed(0))
    names = [text.en for text in task.class_names()]
    assert len(names) == 8
    classes = task.classes(batch)
    for t in range(30):
        for b in range(20):
            bits = ["1" if bit > 0 else "0" for bit in batch.targets[t, b]]
            assert names[classes[t, b]] == " ".join(bits)


@pytest.mark.parametrize("horizon", [1, 4, 20])
def test_the_sine_goes_on_as_the_wave_that_was_read(horizon):
    _, inputs, targets = drawn("sine", seq_len=60, horizon=horizon)
    x, y = inputs[..., 0].astype(float), targets[..., 0].astype(float)
    np.testing.assert_array_equal(targets[:-horizon], inputs[horizon:])
    # Every sine obeys x[t+1] + x[t-1] = 2 cos(w) x[t]; least squares finds its w.
    cosine = ((x[2:] + x[:-2]) * x[1:-1]).sum(0) / (2 * (x[1:-1] ** 2).sum(0))
    periods = 2 * math.pi / np.arccos(cosine)
    assert 8 - 1e-3 < periods.min() < 8.5 and 28 < periods.max() < 32 + 1e-2
    going_on = np.concatenate([x, y[-horizon:]])
    error = going_on[2:] + going_on[:-2] - 2 * cosine * going_on[1:-1]
    assert np.abs(error).max() < 1e-4


def test_noise_is_added_to_what_is_read_and_not_to_the_answer():
    _, clean, answer = drawn("sine", seq_len=60, noise=0.0)
    _, noisy, same = drawn("sine", seq_len=60, noise=0.3)
    np.testing.assert_array_equal(answer, same)
    difference = noisy - clean
    assert difference.std() == pytest.approx(0.3, rel=0.03)
    assert abs(difference.mean()) < 0.02
