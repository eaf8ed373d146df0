"""Paths of states, their distances and what a unit is worth."""

import numpy as np

from checks._check import Cases, check
from checks._measures import absolute, relative
from checks._subjects import MEASUREMENTS
from explorer.batches import traced_batch
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.model import Model, trace
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
        en="Distances between all states of a path", zh="轨迹上任意两个状态的距离"
    ),
    reference=Text(en="scipy's pdist", zh="scipy 的 pdist"),
    where=Text(
        en="Python: explorer.probes.recurrence", zh="Python：explorer.probes.recurrence"
    ),
    tolerance=1e-12,
)
def distances() -> Cases:
    """Compare the whole matrix."""
    from scipy.spatial.distance import pdist, squareform

    for cell in CELLS:
        hidden = _hidden(cell)[:, 0]
        yield cell, relative(recurrence(hidden), squareform(pdist(hidden)))


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
    where=Text(
        en="Python: explorer.probes.ranking", zh="Python：explorer.probes.ranking"
    ),
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
