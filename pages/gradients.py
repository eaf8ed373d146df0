"""Gradients · 梯度: what comes back through time, in this run and in others."""

from explorer.texts import Text
from explorer.ui.run_page import run_page
from explorer.ui.trio import TRIO

run_page(
    "gradients",
    Text(en="Gradients", zh="梯度"),
    Text(
        en="What the loss says on its way back through time: who still hears it, and "
        "what to do where it shouts.",
        zh="损失沿时间反向传播时还剩多少：谁还能收到，又在哪里大得离谱。",
    ),
    TRIO,
)
