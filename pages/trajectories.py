"""Trajectories · 轨迹: where the hidden state goes, and which units take it there."""

from explorer.texts import Text
from explorer.ui.run_page import run_page

run_page(
    "trajectories",
    Text(en="Trajectories", zh="轨迹"),
    Text(
        en="Where the hidden state goes, which units take it there, and when it has "
        "been there before.",
        zh="隐藏状态往哪里走，由哪些单元带路，又在何时回到旧处。",
    ),
)
