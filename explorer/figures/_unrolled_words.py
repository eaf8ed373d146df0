"""The words on the stage of the unrolled network."""

from explorer.texts import Text

WORDS = {
    "play": Text(en="Play the unrolled network", zh="播放展开的网络"),
    "pause": Text(en="Pause the unrolled network", zh="暂停展开的网络"),
    "back": Text(en="One step back", zh="后退一步"),
    "on": Text(en="One step on", zh="前进一步"),
    "place": Text(en="Place in the two passes", zh="在两趟中的位置"),
    "speed": Text(en="Speed", zh="速度"),
    "pass": Text(en="Pass", zh="方向"),
    "forward": Text(en="forward", zh="前向"),
    "backward": Text(en="backward", zh="反向"),
    "loss": Text(en="loss", zh="损失"),
    "open": Text(en="Open this time step", zh="打开这一时间步"),
    "close": Text(en="Close", zh="关闭"),
    "input": Text(en="input", zh="输入"),
    "answer": Text(en="answer", zh="回答"),
    "target": Text(en="target", zh="目标"),
    "network": Text(en="network", zh="网络"),
    "gates": Text(en="gates", zh="门"),
    "gate_key": Text(
        en="gate: mean openness, whisker 10–90 % of units",
        zh="门：平均开度，细线为 10–90% 的单元",
    ),
    "unit_key": Text(en="a unit's state", zh="单元的状态"),
    "gradient_key": Text(en="gradient (log scale)", zh="梯度（对数刻度）"),
    "floor_key": Text(
        en="thin line: below {floor}; no line: exactly 0",
        zh="细线：低于 {floor}；没有线：恰为 0",
    ),
    "zero": Text(en="exactly 0", zh="恰为 0"),
    "nan": Text(en="not a number", zh="不是数"),
    "units": Text(en="units", zh="单元"),
    "nothing": Text(en="nothing asked", zh="此处不提问"),
    "step": Text(en="time step", zh="时间步"),
}
FEWER = Text(
    en="drawn: {units} of {all_units} units, {times} of {all_times} time steps",
    zh="图中画出 {all_units} 个单元中的 {units} 个、"
    "{all_times} 个时间步中的 {times} 个",
)
ABOVE = Text(
    en="{n} more above this layer, then the loss",
    zh="这一层之上还有 {n} 层，然后才是损失",
)
BROKEN = Text(
    en="The run blew up: some of its numbers are not finite, and are hatched.",
    zh="该运行已发散：有些数不再是有限值，以斜线标出。",
)
