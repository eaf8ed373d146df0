"""What a variant is called: its settings in words, where they differ."""

from collections.abc import Callable, Sequence

from explorer.activations import ACTIVATIONS
from explorer.cells import CELLS
from explorer.config import RunConfig
from explorer.duels._duel import MAY_DIFFER, Duel
from explorer.initialisations import INITIALISATIONS
from explorer.optimisers import OPTIMISERS
from explorer.texts import Text

VALUED = Text(en="{title} {value:g}", zh="{title} {value:g}")
GAIN = Text(en="{title}, gain {value:g}", zh="{title}，增益 {value:g}")
LAYERS = Text(en="{count} layers", zh="{count} 层")
LAYER = Text(en="1 layer", zh="1 层")
UNITS = Text(en="H = {units}", zh="H = {units}")
RATE = Text(en="learning rate {rate:g}", zh="学习率 {rate:g}")
CLIPPED = Text(en="clipped to norm {norm:g}", zh="裁剪到范数 {norm:g}")
UNCHANGED = Text(en="no change in mid-run", zh="中途不改变")
UNCLIPPED = Text(en="not clipped", zh="不裁剪")


def bare(title: Text) -> Text:
    """Return a title alone, without the words that explain it in Chinese."""
    return Text(en=title.en, zh=title.zh.partition("（")[0])


def _beginning(config: RunConfig) -> Text:
    title = bare(INITIALISATIONS[config.init].title)
    if config.init_value is None:
        return title
    said = GAIN if config.init == "orthogonal" else VALUED
    return said.format(title=title, value=config.init_value)


def _layers(config: RunConfig) -> Text:
    return LAYER if config.num_layers == 1 else LAYERS.format(count=config.num_layers)


def _clipping(config: RunConfig) -> Text:
    norm = config.clip_norm
    return UNCLIPPED if norm is None else CLIPPED.format(norm=norm)


WORDS: dict[str, Callable[[RunConfig], Text]] = {
    "cell": lambda config: bare(CELLS[config.cell].title),
    "activation": lambda config: bare(ACTIVATIONS[config.activation].title),
    "init": _beginning,
    "init_value": _beginning,
    "num_layers": _layers,
    "hidden_size": lambda config: UNITS.format(units=config.hidden_size),
    "optimiser": lambda config: OPTIMISERS[config.optimiser].title,
    "learning_rate": lambda config: RATE.format(rate=config.learning_rate),
    "clip_norm": _clipping,
}
"""How each setting in which variants may differ is said."""


def differences(base: RunConfig, config: RunConfig) -> list[Text]:
    """Return in words where a run differs from the base; nothing where it is it."""
    words = _said(config, _differing([base, config]))
    return words if config.changes == base.changes else [*words, UNCHANGED]


def label(text: Sequence[Text]) -> Text:
    """Return several words as one."""
    return Text(en=", ".join(t.en for t in text), zh="，".join(t.zh for t in text))


def names(duel: Duel) -> list[Text]:
    """Return what each variant is called: all in which any two of them differ."""
    fields = _differing(duel.settings)
    return [label(_said(config, fields)) for config in duel.settings]


def short_names(duel: Duel) -> list[Text]:
    """Return what each variant is called in a legend: no more than tells them apart."""
    fields = _differing(duel.settings)
    for count in range(1, len(fields)):
        short = [label(_said(config, fields[:count])) for config in duel.settings]
        if len(set(short)) == len(short):
            return short
    return names(duel)


def _differing(configs: Sequence[RunConfig]) -> list[str]:
    first, *rest = configs
    return [
        name
        for name in MAY_DIFFER
        if any(getattr(first, name) != getattr(other, name) for other in rest)
    ]


def _said(config: RunConfig, fields: Sequence[str]) -> list[Text]:
    words = [WORDS[name](config) for name in fields]
    return list(dict.fromkeys(words))  # a beginning and its value are said as one
