"""What a state remembers and how its gates stand, against scikit-learn."""

import numpy as np

from checks._cells import built, normal
from checks._check import Cases, check
from checks._measures import absolute
from checks._subjects import MEASUREMENTS
from explorer.cells import CELLS
from explorer.probes.gates import saturation
from explorer.probes.memory import memory_curve
from explorer.texts import Text


@check(
    MEASUREMENTS,
    quantity=Text(
        en="Memory of a delay line: R² of the input k steps ago",
        zh="延迟线的记忆：k 步之前输入的 R²",
    ),
    reference=Text(en="1 for k < N units, 0 beyond", zh="k < N 个单元时为 1，之后为 0"),
    where=Text(
        en="Python: explorer.probes.memory", zh="Python：explorer.probes.memory"
    ),
    tolerance=0.01,
    kind="absolute",
)
def delay_line() -> Cases:
    """Read a shift register, which forgets all at once."""
    for units in (1, 4, 9):
        inputs = normal(200, 100, 1, seed=41).numpy()
        padded = np.concatenate([np.zeros((units, 100, 1)), inputs])
        hidden = np.concatenate(
            [padded[units - k : len(padded) - k] for k in range(units)], axis=2
        )
        found = memory_curve(inputs, hidden, 12).r2[:, 0]
        yield f"{units} units", absolute(found, np.arange(13) < units)


@check(
    MEASUREMENTS,
    quantity=Text(
        en="Memory of every cell: R² over the lag",
        zh="每种单元的记忆：R² 随滞后的变化",
    ),
    reference=Text(
        en="scikit-learn's Ridge, held-out sequences",
        zh="scikit-learn 的 Ridge（留出序列）",
    ),
    where=Text(
        en="Python: explorer.probes.memory", zh="Python：explorer.probes.memory"
    ),
    tolerance=1e-6,
    kind="absolute",
)
def memory() -> Cases:
    """Compare held-out scores with the same penalty."""
    from sklearn.linear_model import Ridge

    inputs, most, penalty = normal(40, 30, 1, seed=42), 5, 1e-4
    for name in CELLS:
        cell = built(name, inputs=1, hidden=6)
        hidden = cell.sequence(inputs).detach().numpy()
        found = memory_curve(inputs.numpy(), hidden, most, penalty).r2[:, 0]
        states, expected = hidden[most:], []
        known = states[:, ::2].reshape(-1, 6)
        centred = np.square(known - known.mean(0)).sum() / 6
        for lag in range(most + 1):
            past = inputs.numpy()[most - lag : len(inputs) - lag]
            ridge = Ridge(penalty * centred).fit(known, past[:, ::2].ravel())
            asked = past[:, 1::2].ravel()
            missed = asked - ridge.predict(states[:, 1::2].reshape(-1, 6))
            spread = asked - past[:, ::2].mean()
            expected.append(1 - np.square(missed).sum() / np.square(spread).sum())
        yield name, absolute(found, expected)


@check(
    MEASUREMENTS,
    quantity=Text(
        en="How often a gate is nearly shut or open", zh="门几乎关闭或全开的比例"
    ),
    reference=Text(
        en="the shares of a uniform gate, 10 % and 10 %",
        zh="均匀分布的门：两者各 10 %",
    ),
    where=Text(en="Python: explorer.probes.gates", zh="Python：explorer.probes.gates"),
    tolerance=4,
    kind="sigma",
)
def saturation_of_uniform_gates() -> Cases:
    """Count in gates that are drawn from U(0, 1)."""
    values = np.random.default_rng(43).random((400, 25, 6))
    found, error = saturation(values), np.sqrt(0.1 * 0.9 / 10_000)
    for side in ("left", "right"):
        yield side, absolute(getattr(found, side), np.full(6, 0.1)) / error
