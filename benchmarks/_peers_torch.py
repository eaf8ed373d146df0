"""torch.nn's fused layers, with torch.optim's Adam as it comes and fused."""

from collections.abc import Callable

import torch
from torch import nn

from benchmarks._peers import INPUTS, Work

LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def version() -> str:
    """Return which torch it is."""
    return f"torch {torch.__version__}"


def ways(work: Work) -> dict[str, Callable[[], float]]:
    """Return the update with either Adam."""
    chosen = {"nonlinearity": work.activation} if work.cell == "rnn" else {}

    def layer() -> nn.Module:
        return LAYERS[work.cell](INPUTS, work.hidden, **chosen)

    return {
        "torch.nn": update_of(layer(), work),
        "torch.nn, fused Adam": update_of(layer(), work, fused=True),
    }


def update_of(
    layer: nn.Module, work: Work, fused: bool | None = None
) -> Callable[[], float]:
    """Return one update of a recurrent layer and a readout of its last h."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    readout = nn.Linear(work.hidden, 1)
    parameters = [*layer.parameters(), *readout.parameters()]
    optimiser = torch.optim.Adam(parameters, fused=fused)
    inputs = torch.randn(work.time, work.batch, INPUTS)
    targets = torch.randn(work.batch, 1)

    def update() -> float:
        optimiser.zero_grad()
        loss = nn.functional.mse_loss(readout(layer(inputs)[0][-1]), targets)
        loss.backward()
        optimiser.step()
        return loss.item()

    return update
