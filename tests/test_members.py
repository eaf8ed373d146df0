"""Nets trained as one: each is what it would be alone, whatever happens beside it."""

import math

import pytest
import torch
from runs import exploding, small

from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.members import Members, _joined, train_together
from explorer.optimisers import OPTIMISERS
from explorer.tasks import TASKS, Batch
from explorer.training import Diverged, Snapshot, Training, train

PRECISE = {"rel": 1e-8, "abs": 1e-10}
SINGLE = {"rel": 1e-6, "abs": 1e-6}


@pytest.fixture
def _double_precision(monkeypatch):
    """Train in float64, on these two tasks: next to nothing is left to rounding."""
    for task in (TASKS["adding"], TASKS["flip_flop"]):
        monkeypatch.setattr(task, "sample", in_doubles(task.sample))
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def in_doubles(sample):
    def sample_doubles(self, batch_size, generator):
        return Batch(*(t.double() for t in sample(self, batch_size, generator)))

    return sample_doubles


def seeds(count: int = 3, **settings) -> list[RunConfig]:
    return [small(**{"steps": 12, **settings, "seed": s}) for s in range(count)]


def rates(config: RunConfig, *chosen: float) -> list[RunConfig]:
    return [config.model_copy(update={"learning_rate": rate}) for rate in chosen]


def told_alone(config: RunConfig) -> list[Snapshot | Diverged]:
    """Return what training alone tells, its divergence last."""
    told: list[Snapshot | Diverged] = []
    try:
        told.extend(train(config))
    except Diverged as diverged:
        told.append(diverged)
    return told


def assert_same(one: Snapshot, other: Snapshot, close: dict[str, float]) -> None:
    assert (one.config, one.step) == (other.config, other.step)
    for name in ("loss", "metric"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), **close)
    # Its terms are sums over all time steps, in another order.
    assert one.grad_norm == pytest.approx(other.grad_norm, rel=100 * close["rel"])
    assert one.weights.keys() == other.weights.keys()
    for name, weights in one.weights.items():
        torch.testing.assert_close(
            weights, other.weights[name], rtol=close["rel"], atol=close["abs"]
        )


def assert_each_as_alone(configs: list[RunConfig], close: dict[str, float]) -> None:
    together = list(train_together(configs))
    for i, config in enumerate(configs):
        alone = told_alone(config)
        assert len(together) == len(alone)
        for told, expected in zip(together, alone, strict=True):
            assert_same(told[i], expected, close)


@pytest.mark.usefixtures("_double_precision")
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", list(CELLS))
def test_every_cell_learns_in_company_what_it_learns_alone(cell, layers):
    first, second = seeds(2, cell=cell, num_layers=layers, clip_norm=0.1, steps=8)
    configs = [first, *rates(second, 0.003, 0.03)]
    assert_each_as_alone(configs, PRECISE)


@pytest.mark.parametrize("cell", list(CELLS))
def test_in_single_precision_a_few_updates_agree_to_a_millionth(cell):
    assert_each_as_alone(seeds(cell=cell, optimiser="sgd", steps=5), SINGLE)


@pytest.mark.usefixtures("_double_precision")
@pytest.mark.parametrize("clip_norm", [None, 0.05])
@pytest.mark.parametrize("optimiser", list(OPTIMISERS))
def test_every_optimiser_takes_one_rate_or_each_member_its_own(optimiser, clip_norm):
    configs = seeds(cell="gru", optimiser=optimiser, clip_norm=clip_norm)
    assert_each_as_alone(configs, PRECISE)
    assert_each_as_alone(rates(configs[0], 1e-4, 3e-3, 0.1), PRECISE)


@pytest.mark.usefixtures("_double_precision")
def test_members_that_are_changed_alike_in_mid_run_are_each_as_alone():
    changes = [(4, 0.1, 0.05), (8, 0.001, None)]
    first, second = seeds(2, optimiser="momentum", changes=changes)
    assert_each_as_alone([first, *rates(second, 0.003, 0.03)], PRECISE)


def test_members_that_are_changed_otherwise_are_refused():
    config = small(changes=[(4, 0.1, 0.05)])
    with pytest.raises(ValueError, match="not in changes"):
        Members([config, config.parent])


@pytest.mark.parametrize("task", list(TASKS))
def test_every_task_asks_each_member_what_it_asks_alone(task):
    configs = [
        RunConfig(task=task, cell="gru", hidden_size=4, batch_size=5, steps=1, seed=s)
        for s in (0, 1)
    ]
    first = next(train_together(configs))
    for told, config in zip(first, configs, strict=True):
        expected = next(train(config))
        assert told.loss == pytest.approx(expected.loss, rel=1e-5)
        assert told.grad_norm == pytest.approx(expected.grad_norm, rel=1e-4)
        assert told.metric == pytest.approx(expected.metric, rel=1e-6)


def test_an_epoch_s_short_last_batch_is_shared_by_nobody():
    vowels = RunConfig(task="spoken_vowels")
    count = vowels.build_task().examples().inputs.shape[1]
    configs = seeds(
        task=vowels.task,
        seq_len=vowels.seq_len,
        cell="rnn",
        optimiser="sgd",
        batch_size=250,
        steps=count // 250 + 3,
    )
    assert count % 250
    assert_each_as_alone(configs, SINGLE)


@pytest.mark.usefixtures("_double_precision")
def test_a_member_that_diverges_leaves_the_others_as_they_would_be_alone():
    configs = rates(exploding().model_copy(update={"steps": 40}), 1e-3, 10.0, 2e-3)
    together = list(train_together(configs))
    first, bad, third = (told_alone(config) for config in configs)
    ended = bad[-1]
    assert isinstance(ended, Diverged) and 0 < ended.step < 40
    assert [told[0].step for told in together] == list(range(41))
    for step, (one, other, another) in enumerate(together):
        assert_same(one, first[step], PRECISE)
        assert_same(another, third[step], PRECISE)
        if step < ended.step:
            assert other.step == step
        else:
            assert (other.step, other.quantity) == (ended.step, ended.quantity)
            assert other.last_grad_norm == pytest.approx(ended.last_grad_norm)


def test_weights_of_a_member_that_diverged_stay_finite():
    members = Members(rates(exploding(), 1e-3, 10.0))
    *_, (one, other) = members.run(30)
    assert isinstance(one, Snapshot) and isinstance(other, Diverged)
    assert members.diverged == {1: other}
    assert members.alone[1].step == other.step < members.alone[0].step == 30
    for parameter in members.alone[1].model.parameters():
        assert parameter.isfinite().all()
    assert [group.trainings for group in members.groups] == [members.alone[:1]]


def test_where_every_member_diverges_that_is_the_last_that_is_told():
    together = list(train_together(rates(exploding(), 10.0, 9.0)))
    assert all(isinstance(told, Diverged) for told in together[-1])
    assert not any(isinstance(t, Diverged) for t in together[0])
    assert sum(all(isinstance(t, Diverged) for t in told) for told in together) == 1


@pytest.mark.parametrize(
    ("readout", "quantity"), [(1e25, "loss"), (1e18, "grad_norm"), (math.nan, "loss")]
)
def test_the_quantity_that_overflowed_is_named(readout, quantity):
    members = Members(seeds(2))
    with torch.no_grad():
        members.groups[0].model.readout.weight[1] = readout
        members.groups[0].model.readout.bias[1] = readout
    one, other = next(members.run(3))
    assert isinstance(one, Snapshot) and math.isfinite(one.loss)
    assert (other.step, other.quantity) == (0, quantity)
    assert math.isnan(other.last_grad_norm)


@pytest.mark.usefixtures("_double_precision")
@pytest.mark.parametrize("optimiser", list(OPTIMISERS))
def test_members_part_and_meet_again(optimiser):
    configs = seeds(cell="lstm", optimiser=optimiser)
    *_, whole = train_together(configs)
    halfway = Members(configs)
    *_, _half = halfway.run(6)
    checkpoints = halfway.checkpoints()
    again = Members(configs, checkpoints)
    assert again.step == 6 and again.seconds == halfway.seconds
    *_, resumed = again.run(12)
    for config, checkpoint, one, other in zip(
        configs, checkpoints, whole, resumed, strict=True
    ):
        *_, alone = train(config, checkpoint)
        assert_same(one, other, PRECISE)
        assert_same(one, alone, PRECISE)


def test_a_stretch_out_of_time_still_tells_something():
    members = Members(seeds(2, steps=600))
    *_, told = members.run(3)
    assert [t.step for t in told] == [3, 3]
    (told,) = members.run(600, lambda: members.step >= 6)
    assert told[0].step == 4 and members.step == 6
    (told,) = members.run(600, lambda: members.step > 6)
    assert told[1].step == members.step == 7


def test_earlier_snapshots_keep_their_weights_while_training_goes_on():
    configs = seeds(2)
    together = list(train_together(configs))
    for i, config in enumerate(configs):
        begun = Training(config).model.state_dict()
        for name, weights in together[0][i].weights.items():
            assert torch.equal(weights, begun[name])
        assert not torch.equal(
            together[1][i].weights["readout.weight"], begun["readout.weight"]
        )


def test_what_all_waited_for_is_each_member_s_time():
    told = list(train_together(seeds(2)))
    waited = [one.seconds for one, _ in told]
    assert waited == [other.seconds for _, other in told]
    assert waited == sorted(waited) and waited[0] > 0


def test_one_member_is_a_run():
    assert_each_as_alone(seeds(1, optimiser="sgd", steps=5), SINGLE)


@pytest.mark.usefixtures("_double_precision")
@pytest.mark.parametrize("at_most", [1, 2, 3])
def test_nets_too_big_for_one_model_are_parted_into_groups(at_most, monkeypatch):
    configs = seeds(5, cell="gru")
    for bound in ("STATES", "KERNEL_STATES"):
        monkeypatch.setattr(_joined, bound, at_most * 5 * 4 * 3 + 1)
    members = Members(configs)
    sizes = [len(group.trainings) for group in members.groups]
    assert max(sizes) <= at_most and sum(sizes) == 5 and max(sizes) - min(sizes) <= 1
    assert_each_as_alone(configs, PRECISE)


def test_a_net_that_has_a_kernel_of_its_own_has_fewer_beside_it():
    quick = Training(small(cell="lstm", seq_len=100, hidden_size=64, batch_size=32))
    other = Training(small(cell="mgu", seq_len=100, hidden_size=32, batch_size=32))
    assert quick.model.cells[0].way in ("compiled", "fused")
    assert other.model.cells[0].way == "loop"
    assert (_joined.joined_at_most(quick), _joined.joined_at_most(other)) == (1, 9)


def test_runs_that_differ_in_more_than_seed_and_rate_are_refused():
    different = [small(seed=1), small(seed=2, hidden_size=5, clip_norm=None)]
    with pytest.raises(ValueError, match="not in clip_norm, hidden_size$"):
        train_together(different)


def test_training_nobody_is_refused():
    with pytest.raises(ValueError, match="at least one run"):
        train_together([])


def test_members_at_different_steps_are_refused():
    configs = seeds(2)
    members = Members(configs)
    *_, _told = members.run(4)
    with pytest.raises(ValueError, match="same step"):
        Members(configs, [members.checkpoints()[0], None])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
def test_a_gpu_trains_members_as_it_trains_them_alone():
    for cell in CELLS:
        configs = seeds(cell=cell, optimiser="sgd", steps=5, device="cuda")
        assert_each_as_alone(configs, {"rel": 1e-4, "abs": 1e-4})
