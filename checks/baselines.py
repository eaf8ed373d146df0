"""The guesses and rivals to beat, against formulas, enumeration and statsmodels."""

import math
from collections.abc import Iterator

import numpy as np
import torch

from checks._check import Cases, check
from checks._exact import anbn, conditional_entropy, dyck
from checks._measures import absolute, relative
from checks._subjects import TASKS
from explorer.config import RunConfig
from explorer.tasks import TASKS as REGISTRY
from explorer.tasks import Task
from explorer.texts import Text

LINE = Text(en="the reference lines of the loss curve", zh="损失曲线的参考线")
Closed = tuple[str, dict, float | None, float | None]


def closed_form_cases() -> Iterator[Closed]:
    """Yield a task, its parameters, and the loss and metric of its blind guess."""
    for length in (4, 50, 500):
        yield "adding", {"seq_len": length}, 1 / 6, 1 / 6
    for k in (2, 5, 8):
        yield "delayed_recall", {"symbols": k}, math.log(k), 1 / k
    for s, k, length in ((10, 8, 120), (3, 4, 30)):
        size = {"copied": s, "symbols": k, "seq_len": length}
        yield "copying", size, s * math.log(k) / length, 1 / k
    for bits in (1, 2, 3):
        yield "flip_flop", {"bits": bits}, 1.0, 1.0
    yield "temporal_order", {}, math.log(4), 1 / 4
    yield "temporal_order_3", {}, math.log(8), 1 / 8
    yield "parity", {}, math.log(2), 1 / 2
    yield "parity_final", {}, math.log(2), 1 / 2
    yield "narma", {}, 1.0, None


@check(
    TASKS,
    quantity=Text(en="Blind guesses with a closed form", zh="有闭式的盲猜"),
    reference=Text(
        en="the formula by hand: 1/6, ln K, S ln K / T and so on",
        zh="手写公式：1/6、ln K、S ln K / T 等",
    ),
    where=LINE,
    tolerance=1e-6,
)
def closed_forms() -> Cases:
    """Compare loss and metric; NARMA's, standardised in float32, set the tolerance."""
    for name, settings, loss, metric in closed_form_cases():
        baseline = RunConfig(task=name).build_task().model_copy(update=settings)
        found = baseline.baseline()
        for said, expected in ((found.loss, loss), (found.metric, metric)):
            if expected is not None:
                yield f"{name} {settings}", relative(said, expected)


@check(
    TASKS,
    quantity=Text(
        en="Entropies of brackets and of aⁿbⁿ: frequencies, last symbol, all",
        zh="括号语言与 aⁿbⁿ 的熵：频率、前一符号、全部",
    ),
    reference=Text(
        en="every possible string enumerated with its probability",
        zh="枚举所有可能的串及其概率",
    ),
    where=LINE,
    tolerance=1e-9,
)
def entropies() -> Cases:
    """Compare the losses of guess and rivals with exact conditional entropies."""
    for kinds, deepest in ((2, 2), (2, 3), (3, 5)):
        size = {"seq_len": 6, "kinds": kinds, "deepest": deepest}
        task, strings = REGISTRY["dyck"](**size), dyck(6, kinds, deepest)
        last, best = task.rivals()
        for found, known in ((task.baseline(), 0), (last, 1), (best, 99)):
            expected = conditional_entropy(strings, known)
            yield f"dyck {size}, {known}", absolute(found.loss, expected)
    task, strings = REGISTRY["anbn"](seq_len=40, longest=2), anbn(40, 2)
    for found, known in ((task.baseline(), 1), (task.rivals()[0], 99)):
        expected = conditional_entropy(strings, known)
        yield f"anbn, {known}", absolute(found.loss, expected)


@check(
    TASKS,
    quantity=Text(
        en="Linear autoregression of the sunspots, its error after 1920",
        zh="太阳黑子的线性自回归及其 1920 年后的误差",
    ),
    reference=Text(
        en="statsmodels' AutoReg, its own data and fit",
        zh="statsmodels 的 AutoReg，自带数据与拟合",
    ),
    where=LINE,
    tolerance=1e-5,
)
def sunspots() -> Cases:
    """Fit nine lags to the years to 1920 and foresee each later year from true ones."""
    from statsmodels.datasets import sunspots as data
    from statsmodels.tsa.ar_model import AutoReg

    table = data.load_pandas().data
    years, counts = table["YEAR"].to_numpy(), table["SUNACTIVITY"].to_numpy()
    known = int((years <= 1920).sum())
    fitted = AutoReg(counts[:known], lags=9, trend="c").fit().params
    said = [
        fitted[0] + fitted[1:] @ counts[t - 9 : t][::-1]
        for t in range(known, len(counts))
    ]
    asked = counts[known:]
    expected = np.sqrt(np.mean((said - asked) ** 2)) / asked.std()
    rivals = REGISTRY["sunspots"]().rivals()
    found = next(rival.metric for rival in rivals if "9" in rival.title.en)
    yield "9 lags", relative(found, expected)


@check(
    TASKS,
    quantity=Text(en="Linear rivals of the forecasts", zh="预测任务的线性对手"),
    reference=Text(
        en="scikit-learn's LinearRegression on the same windows",
        zh="scikit-learn 的 LinearRegression，相同窗口",
    ),
    where=LINE,
    tolerance=1e-5,
)
def linear_rivals() -> Cases:
    """Fit the last 20 values on the series trained on; score it on the others."""
    from sklearn.linear_model import LinearRegression

    for name in ("mackey_glass", "lorenz", "narma"):
        task = RunConfig(task=name).build_task()
        inputs, targets = (each.double().numpy() for each in task.series())
        windows = np.lib.stride_tricks.sliding_window_view(inputs, 20, axis=1)
        answers = targets[:, 19:]
        fit = LinearRegression(tol=1e-12).fit(
            windows[:64].reshape(-1, 20), answers[:64].ravel()
        )
        missed = fit.predict(windows[64:].reshape(-1, 20)) - answers[64:].ravel()
        expected = np.sqrt(np.mean(missed**2)) / answers[64:].std()
        yield name, relative(task.rivals()[0].metric, expected)


@check(
    TASKS,
    quantity=Text(
        en="Summaries: the grammar alone, lead-k and keep-all",
        zh="摘要：只懂句式、lead-k 与全部保留",
    ),
    reference=Text(
        en="1000 texts summarised so, scored by scikit-learn's f1_score",
        zh="这样摘要 1000 篇文本，用 scikit-learn 的 f1_score 评分",
    ),
    where=LINE,
    tolerance=0.03,
)
def summaries() -> Cases:
    """Compare expected F-measures and the least loss with a large sample's."""
    from sklearn.metrics import f1_score, log_loss

    for entities, topics in ((12, 2), (6, 1)):
        size = {"entities": entities, "topics": topics}
        task = RunConfig(task="summarisation").build_task().model_copy(update=size)
        _, keep = task.examples()
        place, begin = torch.arange(len(keep)), len(keep) - 5 * task.plan.sentences
        body, sentence = place >= begin, (place - begin) // 5
        no_adverb = body & ((place - begin) % 5 != 3)
        guess, (lead, whole) = task.baseline(), task.rivals()
        first = int(lead.title.en.partition("-")[2].partition(":")[0])
        for rival, said in (
            (guess, no_adverb),
            (lead, body & (sentence < first)),
            (whole, place >= 0),
        ):
            answer = said[:, None].expand_as(keep).flatten()
            expected = f1_score(keep.flatten(), answer)
            yield rival.title.en, relative(rival.metric, expected)
        q = keep[no_adverb].double().mean().item()
        chances = (q * no_adverb.double())[:, None].expand_as(keep).flatten()
        loss = log_loss(keep.flatten(), chances.clamp(1e-12, 1 - 1e-12))
        yield f"loss, {entities} entities", relative(guess.loss, loss)


def _pieces(task: Task, part: str) -> tuple[np.ndarray, np.ndarray]:
    batch = task.examples() if part == "train" else task.evaluation(10_000, None)
    inputs = batch.inputs.transpose(0, 1).double().numpy()
    return inputs, batch.targets.numpy()


@check(
    TASKS,
    quantity=Text(
        en="Linear read-outs of digits and of speech", zh="手写数字与语音的线性读出"
    ),
    reference=Text(
        en="numpy's pseudo-inverse on the same examples",
        zh="numpy 的伪逆，相同样本",
    ),
    where=LINE,
    tolerance=1e-9,
    kind="absolute",
)
def read_outs() -> Cases:
    """Compare the test accuracies of one-hot least squares of least norm."""
    for name in ("digits_by_row", "digits_by_pixel"):
        task = RunConfig(task=name).build_task()
        known, labels = _pieces(task, "train")
        asked, wanted = _pieces(task, "test")
        expected = _accuracy(known, labels, asked, wanted)
        yield name, absolute(task.rivals()[0].metric, expected)
    task = RunConfig(task="spoken_vowels").build_task()
    known, labels = _pieces(task, "train")
    asked, wanted = _pieces(task, "test")
    mean, last = task.rivals()
    spoken = [x.sum(1) / (x != 0).any(2).sum(1)[:, None] for x in (known, asked)]
    expected = _accuracy(spoken[0], labels, spoken[1], wanted)
    yield "spoken_vowels, mean", absolute(mean.metric, expected)
    expected = _accuracy(known[:, -1], labels, asked[:, -1], wanted)
    yield "spoken_vowels, last", absolute(last.metric, expected)


def _accuracy(
    known: np.ndarray, labels: np.ndarray, asked: np.ndarray, wanted: np.ndarray
) -> float:
    rows, tests = (
        np.c_[x.reshape(len(x), -1), np.ones(len(x))] for x in (known, asked)
    )
    weights = np.linalg.pinv(rows) @ np.eye(labels.max() + 1)[labels]
    return float(((tests @ weights).argmax(1) == wanted).mean())
