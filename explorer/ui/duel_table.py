"""What came of a duel, in a table: parameters, solved or not, when, at what cost."""

from collections.abc import Sequence
from html import escape
from statistics import median

from explorer.duels import Duel, names, parameters, solved_at
from explorer.figures._theme import PALETTE, number
from explorer.texts import Language, Text
from explorer.ui.duel_runs import Standing

HEADS = {
    "parameters": Text(en="parameters", zh="参数个数"),
    "solved": Text(en="solved", zh="解决"),
    "updates": Text(en="updates to solve", zh="解决所需更新"),
    "to_solve": Text(en="seconds to solve", zh="解决用时（秒）"),
    "trained": Text(en="updates made", zh="已更新"),
    "seconds": Text(en="seconds so far", zh="共用时（秒）"),
}
NAME = Text(en="setting", zh="设置")
OF = Text(en="{solved} of {seeds}", zh="{solved} / {seeds}")
DIVERGED = Text(en="{count} diverged", zh="{count} 个发散")
MARK = Text(
    en="Solved: {metric} {sign} {mark:g}, when recorded, on sequences apart from "
    "training. Of several seeds: the median, and in brackets the lowest and the "
    "highest.",
    zh="“解决”指{metric} {sign} {mark:g}（记录时，在与训练分开抽取的序列上）。"
    "多个种子时给出中位数，括号中为最低与最高。",
)
NO_MARK = Text(
    en="This task has no mark at which it counts as solved. Of several seeds: the "
    "median, and in brackets the lowest and the highest.",
    zh="此任务没有“解决”的标准。多个种子时给出中位数，括号中为最低与最高。",
)


def swatch(place: int) -> str:
    """Return a square of a variant's colour."""
    colour = PALETTE[place % len(PALETTE)]
    return f'<i class="duel-swatch" style="background:{colour}"></i>'


def table_html(
    duel: Duel, found: Sequence[Sequence[Standing]], language: Language
) -> str:
    """Return the table, a row for each variant."""
    metric = duel.base.build_task().metric_title
    heads = [NAME, *HEADS.values(), metric]
    top = "".join(f'<th scope="col">{escape(h.to(language))}</th>' for h in heads)
    rows = "".join(
        _row(place, name, parameters(config), seeds, language)
        for place, (name, config, seeds) in enumerate(
            zip(names(duel), duel.settings, found, strict=True)
        )
    )
    return (
        '<div class="duel-frame" tabindex="0"><table class="duel-table">'
        f"<thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(
    place: int, name: Text, count: int, seeds: Sequence[Standing], language: Language
) -> str:
    known = [each for each in seeds if each.records is not None]
    solved = [
        found
        for each in known
        if each.records is not None and (found := solved_at(each.config, each.records))
    ]
    task = seeds[0].config.build_task()
    marked, metric = task.mark is not None, task.metric_title
    fields = [
        f"{count:,}",
        _counted(seeds, len(solved), marked).to(language),
        _spread([each.step for each in solved]),
        _spread([each.seconds for each in solved]),
        _spread([each.step for each in known]),
        _spread([each.run.seconds for each in known if each.run is not None]),
        _spread([float(e.records.metric[-1]) for e in known if e.records is not None]),
    ]
    heads = [head.to(language) for head in (*HEADS.values(), metric)]
    cells = "".join(
        f'<td data-head="{escape(head)}">{escape(field)}</td>'
        for head, field in zip(heads, fields, strict=True)
    )
    words = escape(name.to(language))
    return f'<tr><th scope="row">{swatch(place)}{words}</th>{cells}</tr>'


def _counted(seeds: Sequence[Standing], solved: int, marked: bool) -> Text:
    """Return how many seeds have solved the task, and how many went astray."""
    diverged = sum(each.diverged for each in seeds)
    told = [OF.format(solved=solved, seeds=len(seeds))] if marked else []
    told += [DIVERGED.format(count=diverged)] if diverged else []
    return Text(
        en=", ".join(t.en for t in told) or "–", zh="，".join(t.zh for t in told) or "–"
    )


def _spread(values: Sequence[float]) -> str:
    """Return the median and, where they differ, the extremes in brackets."""
    if not values:
        return "–"
    low, high = number(min(values)), number(max(values))
    middle = number(median(values))
    return middle if low == high else f"{middle} ({low}–{high})"


def mark_words(duel: Duel) -> Text:
    """Return when the task counts as solved."""
    task = duel.base.build_task()
    if task.mark is None:
        return NO_MARK
    sign = "≥" if task.higher_is_better else "<"
    return MARK.format(metric=task.metric_title, sign=sign, mark=task.mark)
