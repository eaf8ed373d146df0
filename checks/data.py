"""Real and simulated data, against the packages and solvers that they come from."""

import numpy as np
import torch

from checks._cells import seeded
from checks._check import Cases, check
from checks._measures import different, relative
from checks._subjects import TASKS
from explorer.config import RunConfig
from explorer.tasks import TASKS as REGISTRY
from explorer.tasks import _digits, lorenz, mackey_glass, narma
from explorer.tasks import sunspots as sunspot_data
from explorer.texts import Text

WHERE = Text(en="the answer picture", zh="答案图")


@check(
    TASKS,
    quantity=Text(
        en="Handwritten digits: all pixels and labels", zh="手写数字：全部像素与标签"
    ),
    reference=Text(en="scikit-learn's load_digits", zh="scikit-learn 的 load_digits"),
    where=WHERE,
    tolerance=0,
    kind="exact",
)
def digits() -> Cases:
    """Count the pixels and labels that differ."""
    from sklearn.datasets import load_digits

    given, (ink, labels) = load_digits(), _digits.pictures()
    yield "pixels", different(ink * 16, given.images)
    yield "labels", different(labels, given.target)


@check(
    TASKS,
    quantity=Text(en="Sunspot numbers, 1700–2008", zh="1700–2008 年的太阳黑子数"),
    reference=Text(en="the table in statsmodels", zh="statsmodels 中的数据表"),
    where=WHERE,
    tolerance=0,
    kind="exact",
)
def sunspots() -> Cases:
    """Count the years and numbers that differ."""
    from statsmodels.datasets import sunspots as theirs

    table = theirs.load_pandas().data
    years, counts = sunspot_data.years_and_counts()
    yield "years", different(years, table["YEAR"])
    yield "counts", different(counts, table["SUNACTIVITY"])


@check(
    TASKS,
    quantity=Text(
        en="Test examples that are also trained on, real data and dates",
        zh="同时出现在训练中的测试样本（真实数据与日期）",
    ),
    reference=Text(en="none: both sets searched", zh="没有：逐一查找两个集合"),
    where=Text(en="every score", zh="每个得分"),
    tolerance=0,
    kind="exact",
)
def held_out() -> Cases:
    """Look for each test sequence among all that training can show.

    Pictures that somebody wrote twice alike would be found here as well.
    """
    for name in ("digits_by_row", "digits_by_pixel", "spoken_vowels", "summarisation"):
        task = RunConfig(task=name).build_task()
        known, asked = task.examples(), task.evaluation(10_000, seeded(1))
        seen = {x.numpy().tobytes() for x in known.inputs.unbind(1)}
        found = sum(x.numpy().tobytes() in seen for x in asked.inputs.unbind(1))
        yield name, float(found)
    task = RunConfig(task="translation").build_task()
    known, asked = (
        {x.tobytes() for x in batch.targets[-10:].T.numpy()}
        for batch in (task.sample(20_000, seeded(2)), task.evaluation(4000, seeded(3)))
    )
    yield "translation", float(len(known & asked))


@check(
    TASKS,
    quantity=Text(en="The Lorenz flow, one value ahead", zh="洛伦兹流：向前一个值"),
    reference=Text(
        en="scipy's DOP853 at a tolerance of 1e-12", zh="scipy 的 DOP853，容差 1e-12"
    ),
    where=WHERE,
    tolerance=1e-5,
)
def lorenz_flow() -> Cases:
    """Compare three steps of 0.01 with an integrator of higher order."""
    from scipy.integrate import solve_ivp

    def velocity(t: float, s: np.ndarray) -> list[float]:
        x, y, z = s
        return [10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z]

    for seed in range(20):
        chance = np.random.default_rng(seed)
        start = chance.normal(0, 8, 3) + [0, 0, 25]
        state = start[:, None]
        for _ in range(3):
            state = lorenz.step(state)
        exact = solve_ivp(
            velocity, (0, 0.03), start, method="DOP853", rtol=1e-12, atol=1e-12
        )
        yield f"start {seed}", relative(state[:, 0], exact.y[:, -1])


@check(
    TASKS,
    quantity=Text(en="Mackey–Glass, one value ahead", zh="Mackey–Glass：向前一个值"),
    reference=Text(
        en="the exact solution while the delayed value stands still",
        zh="延迟值保持不变时的精确解",
    ),
    where=WHERE,
    tolerance=1e-5,
)
def mackey_glass_step() -> Cases:
    """Compare with x' = g - x/10, whose solution decays towards 10 g."""
    x, delayed = np.meshgrid(np.linspace(0.2, 1.4, 25), np.linspace(0.2, 1.4, 25))
    rest = 10 * 0.2 * delayed / (1 + delayed**10)
    expected = rest + (x - rest) * np.exp(-0.1)
    found = mackey_glass.step(torch.from_numpy(x), torch.from_numpy(delayed))
    yield "625 states", relative(found, expected)


@check(
    TASKS,
    quantity=Text(en="The NARMA-10 system", zh="NARMA-10 系统"),
    reference=Text(en="its formula, a number at a time", zh="按公式逐数计算"),
    where=WHERE,
    tolerance=1e-12,
)
def narma_system() -> Cases:
    """Follow y and u through plain lists."""
    for seed in range(5):
        u = (np.random.default_rng(seed).random(200) / 2).tolist()
        y = [0.0] * 10
        for t in range(200):
            earlier = u[t - 9] if t >= 9 else 0.0
            recent = sum(y[-10:])
            y.append(0.3 * y[-1] + 0.05 * y[-1] * recent + 1.5 * earlier * u[t] + 0.1)
        found = narma.answers(torch.tensor([u], dtype=torch.float64))[0]
        yield f"input {seed}", relative(found, y[10:])


@check(
    TASKS,
    quantity=Text(
        en="Mean and spread of the standardised series", zh="标准化序列的均值与离散"
    ),
    reference=Text(en="0 and 1 on what is trained on", zh="训练部分上为 0 与 1"),
    where=WHERE,
    tolerance=1e-5,
    kind="absolute",
)
def standardised() -> Cases:
    """Compare over the 64 series to train on."""
    for name in ("mackey_glass", "lorenz", "narma"):
        task = REGISTRY[name]()
        inputs, _ = task.series()
        whole = lorenz.simulated() if name == "lorenz" else inputs
        whole = mackey_glass.simulated() if name == "mackey_glass" else whole
        known = whole[:64].double()
        spread = known.std(correction=0).item()
        yield name, max(abs(known.mean().item()), abs(spread - 1))
