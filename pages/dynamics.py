"""Dynamics · 动力学: where a network rests, what grows, when it is chaotic."""

from explorer.texts import Text
from explorer.ui.run_page import run_page

run_page(
    "dynamics",
    Text(en="Dynamics", zh="动力学"),
    Text(
        en="The trained network as a map from state to state: where it rests, what "
        "grows and fades, when it turns chaotic.",
        zh="把训练好的网络看作状态到状态的映射：停在哪里，什么增长、什么衰减，何时混沌。",
    ),
)
