"""What is measured on states, against scikit-learn."""

import numpy as np
import torch

from checks._cells import built, normal
from checks._check import Cases, check
from checks._measures import absolute, relative
from checks._subjects import MEASUREMENTS
from explorer.batches import traced_batch
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.model import Model, trace
from explorer.probes.gates import saturation
from explorer.probes.gradients import input_gradients
from explorer.probes.memory import memory_curve
from explorer.probes.ranking import unit_ranking
from explorer.probes.recurrence import recurrence
from explorer.probes.trajectories import COMPONENTS, principal_components
from explorer.texts import Text


def _hidden(cell: str) -> np.ndarray:
    """Return the states of an untrained network, (time, batch, hidden)."""
    config = RunConfig(task="sine", seq_len=40, cell=cell, hidden_size=9)
    weights = Model(config).state_dict()
    return trace(config, weights, traced_batch(config)).states["h"][0]


@check(
    MEASUREMENTS,
    quantity=Text(
        en="Paths in the first three principal components",
        zh="前三个主成分中的轨迹",
    ),
    reference=Text(
        en="scikit-learn's PCA, up to the sign of each axis",
        zh="scikit-learn 的 PCA（各轴正负号除外）",
    ),
    where=Text(en="the trajectories", zh="状态轨迹图"),
    tolerance=1e-9,
)
def principal_paths() -> Cases:
    """Compare the points, each component with scikit-learn's sign."""
    from sklearn.decomposition import PCA

    for cell in CELLS:
        hidden = _hidden(cell)
        flat = hidden.reshape(-1, hidden.shape[-1])
        expected = PCA(COMPONENTS, svd_solver="full").fit_transform(flat)
        found = principal_components(hidden).points.reshape(-1, COMPONENTS)
        yield cell, relative(found * np.sign((found * expected).sum(0)), expected)


@check(
    MEASUREMENTS,
    quantity=Text(
        en="Share of the variance along each component", zh="各主成分所占的方差"
    ),
    reference=Text(
        en="scikit-learn's explained_variance_ratio_",
        zh="scikit-learn 的 explained_variance_ratio_",
    ),
    where=Text(en="the trajectories' caption", zh="状态轨迹图的说明"),
    tolerance=1e-9,
    kind="absolute",
)
def explained_variance() -> Cases:
    """Compare the three shares."""
    from sklearn.decomposition import PCA

    for cell in CELLS:
        hidden = _hidden(cell)
        pca = PCA(COMPONENTS, svd_solver="full").fit(hidden.reshape(-1, 9))
        found = principal_components(hidden).explained
        yield cell, absolute(found, pca.explained_variance_ratio_)


@check(
    MEASUREMENTS,
    quantity=Text(
        en="|∂L/∂xₜ|: which input mattered, every cell",
        zh="|∂L/∂xₜ|：哪个输入重要（每种单元）",
    ),
    reference=Text(
        en="central differences: every input nudged by ±1e-6",
        zh="中心差分：每个输入各推动 ±1e-6",
    ),
    where=Text(en="the input-gradient picture", zh="输入梯度图"),
    tolerance=1e-6,
)
def inputs_that_mattered() -> Cases:
    """Compare the derivative of each sequence's loss by each of its inputs."""
    for cell in CELLS:
        config = RunConfig(task="adding", seq_len=6, cell=cell, hidden_size=4)
        model, task = Model(config).double(), config.build_task()
        batch = traced_batch(config)
        found = input_gradients(config, model.state_dict(), batch)
        inputs, targets = batch.inputs.double(), batch.targets.double()
        expected = np.zeros(found.shape)
        for t, channel in np.ndindex(inputs.shape[0], inputs.shape[2]):
            sides = []
            for nudge in (1e-6, -1e-6):
                moved = inputs.clone()
                moved[t, :, channel] += nudge
                with torch.no_grad():
                    sides.append(task.losses(model(moved), targets).numpy())
            expected[t, :, channel] = (sides[0] - sides[1]) / 2e-6
        yield cell, relative(found, expected)


@check(
    MEASUREMENTS,
    quantity=Text(
        en="Memory of a delay line: R² of the input k steps ago",
        zh="延迟线的记忆：k 步之前输入的 R²",
    ),
    reference=Text(en="1 for k < N units, 0 beyond", zh="k < N 个单元时为 1，之后为 0"),
    where=Text(en="the memory curve", zh="记忆曲线"),
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
    where=Text(en="the memory curve", zh="记忆曲线"),
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
    where=Text(en="the gates' pictures", zh="门的图"),
    tolerance=4,
    kind="sigma",
)
def saturation_of_uniform_gates() -> Cases:
    """Count in gates that are drawn from U(0, 1)."""
    values = np.random.default_rng(43).random((400, 25, 6))
    found, error = saturation(values), np.sqrt(0.1 * 0.9 / 10_000)
    for side in ("left", "right"):
        yield side, absolute(getattr(found, side), np.full(6, 0.1)) / error


@check(
    MEASUREMENTS,
    quantity=Text(
        en="What a unit is worth: the loss without it",
        zh="一个单元的价值：去掉它后的损失",
    ),
    reference=Text(
        en="the readout applied by numpy, scored by scikit-learn",
        zh="用 numpy 计算读出，用 scikit-learn 评分",
    ),
    where=Text(en="the unit ranking", zh="单元排名"),
    tolerance=1e-9,
)
def unit_costs() -> Cases:
    """Fix the unit at its mean by hand, one after the other."""
    from sklearn.metrics import mean_squared_error

    for cell in CELLS:
        config = RunConfig(task="sine", seq_len=12, cell=cell, hidden_size=5)
        weights = {n: p.double() for n, p in Model(config).state_dict().items()}
        batch = traced_batch(config)
        whole = trace(config, weights, batch)
        readout, bias = weights["readout.weight"], weights["readout.bias"]
        found = unit_ranking(config, readout.numpy(), whole).costs
        expected = []
        for unit in range(5):
            fixed = whole.states["h"][-1].copy()
            fixed[..., unit] = fixed[..., unit].mean()
            said = fixed @ readout.numpy().T + bias.numpy()
            error = mean_squared_error(whole.targets.ravel(), said.ravel())
            expected.append(error - whole.losses.mean())
        yield cell, relative(found, expected)


@check(
    MEASUREMENTS,
    quantity=Text(
        en="Distances between all states of a path", zh="轨迹上任意两个状态的距离"
    ),
    reference=Text(en="scipy's pdist", zh="scipy 的 pdist"),
    where=Text(en="the recurrence plot", zh="递归图"),
    tolerance=1e-12,
)
def distances() -> Cases:
    """Compare the whole matrix."""
    from scipy.spatial.distance import pdist, squareform

    for cell in CELLS:
        hidden = _hidden(cell)[:, 0]
        yield cell, relative(recurrence(hidden), squareform(pdist(hidden)))
