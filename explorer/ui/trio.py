"""RNN, LSTM and GRU beside each other: one button trains or pauses them."""

import streamlit as st

from explorer.config import RunConfig
from explorer.texts import Language, Text
from explorer.ui.playground import acting, pause, train
from explorer.ui.run_page import Company
from explorer.ui.services import Services
from explorer.views.gradient_trio import TRAIN, trio

PAUSE = {
    3: Text(en="Pause all three", zh="三个一起暂停"),
    4: Text(en="Pause all four", zh="四个一起暂停"),
}
HELP = Text(
    en="RNN, LSTM and GRU on the same batches, with the same seed and settings",
    zh="RNN、LSTM、GRU 用同样的批次、种子和设置",
)


def together(config: RunConfig) -> list[RunConfig]:
    """Return the run with each of the three cells, and itself if it has another."""
    return list(trio(config).values())


def button(shared: Services, config: RunConfig, language: Language) -> None:
    """Draw the button: it pauses them while any of them advances."""
    every = together(config)
    runs = [shared.store.run(each.key) for each in every]
    active = any(run is not None and run.active for run in runs)
    over = all(run is not None and run.status in ("done", "diverged") for run in runs)
    st.button(
        (PAUSE if active else TRAIN)[len(every)].to(language),
        icon=":material/pause:" if active else ":material/stacked_line_chart:",
        key="button_trio",
        help=HELP.to(language),
        disabled=over and not active,
        on_click=acting,
        args=(_pause if active else _train, shared, config),
    )


def _train(shared: Services, config: RunConfig) -> None:
    for each in together(config):
        train(shared, each)


def _pause(shared: Services, config: RunConfig) -> None:
    for each in together(config):
        if shared.store.run(each.key) is not None:
            pause(shared, each)


TRIO = Company(together, button)
