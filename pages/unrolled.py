"""Unrolled · 展开: forward the states, backward the gradient, one cell a time step."""

from explorer.texts import Text
from explorer.ui.run_page import run_page

run_page(
    "unrolled",
    Text(en="Unrolled", zh="展开"),
    Text(
        en="One cell a time step: watch the states go forward and the gradient come "
        "back.",
        zh="每个时间步一个循环单元：看状态向前传，看梯度往回走。",
    ),
)
