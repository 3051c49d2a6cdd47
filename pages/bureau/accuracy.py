"""核验准确率: the random sample's rate with its interval and what nobody judged; the other looks apart from it."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from guides.queries.accuracy import (
    CommunityAccuracy,
    Judged,
    SampleAccuracy,
    accuracy_by_community,
    district_sample,
)
from guides.sample import Interval
from lib.documents import Cell
from pages.access import for_roles
from pages.bureau.asked import Asked, AskedWrongly, read_asked
from pages.bureau.overview import asked_context, render_asked_wrongly
from pages.bureau.shell import render_bureau
from pages.reading_out import NO_DATA, value_number
from pages.table_file import asked_format, table_file
from people.models import Role
from people.standing import Standing

SAMPLE_HEADINGS = ("小区", "抽中", "已核验", "合格", "准确率(%)", "95% 区间(%)", "未核验", "未核验:有人值班时")
OTHER_HEADINGS = (
    *("小区", "建议核验", "建议核验合格", "建议核验合格率(%)", "自选核验", "自选核验合格", "自选核验合格率(%)"),
    *("抽查(袋)", "抽查合格(袋)", "抽查合格率(%)"),
)


@require_safe
@for_roles(Role.OFFICER)
def accuracy(request: HttpRequest, standing: Standing) -> HttpResponse:
    """`?from=&to=&scope=` say what, as on the first screen; `format=` with `table=sample` or `others` gives a file."""
    try:
        asked = read_asked(parameters=request.GET.dict(), standing=standing, today=timezone.localdate())
    except AskedWrongly as error:
        return render_asked_wrongly(request, error=error, current="bureau-accuracy")
    found = _rows(asked=asked)
    sample = [_sample_cells(name=row.name, sample=row.sample) for row in found]
    others = [_other_cells(row=row) for row in found]
    if file_format := asked_format(request):
        is_others = request.GET.get("table") == "others"
        return table_file(
            name=f"accuracy-{'others' if is_others else 'sample'}-{asked.period.starts_on}-{asked.period.ends_on}",
            title="其他核验(不是准确率)" if is_others else "核验准确率(随机抽样)",
            headings=OTHER_HEADINGS if is_others else SAMPLE_HEADINGS,
            rows=others if is_others else sample,
            file_format=file_format,
        )
    total = district_sample(rows=found)
    context = {
        "heading": "核验准确率",
        "sample_headings": SAMPLE_HEADINGS,
        "other_headings": OTHER_HEADINGS,
        "sample": [_words(cells) for cells in sample],
        "others": [_words(cells) for cells in others],
        "sums": _sums(sample=total),
    } | asked_context(asked=asked)
    return render_bureau(request, "pages/bureau/accuracy.html", context, current="bureau-accuracy")


def _rows(*, asked: Asked) -> list[CommunityAccuracy]:
    within = {place.community_id for place in asked.places}
    rows = accuracy_by_community(starts_on=asked.period.starts_on, ends_on=asked.period.ends_on)
    return [row for row in rows if row.community_id in within]


def _sums(*, sample: SampleAccuracy) -> list[tuple[str, str]]:
    """The first line of the screen, in the order in which it is to be read: the rate never without its non-response."""
    rate, interval = _rate(sample.judged), _interval(sample.interval)
    return [
        ("准确率(随机抽样)", NO_DATA if rate is None else f"{rate:.1f} %"),
        ("95% 区间", NO_DATA if interval is None else f"{interval} %"),
        ("抽中", f"{sample.drawn_count:,} 次"),
        ("已核验", f"{sample.judged.judged_count:,} 次"),
        ("未核验", f"{sample.unjudged_count:,} 次"),
        ("其中有人值班时", f"{sample.unjudged_staffed_count:,} 次"),
    ]


def _sample_cells(*, name: str, sample: SampleAccuracy) -> list[Cell]:
    judged = sample.judged
    return [
        name,
        sample.drawn_count,
        judged.judged_count,
        judged.right_count,
        _rate(judged),
        _interval(sample.interval),
        sample.unjudged_count,
        sample.unjudged_staffed_count,
    ]


def _other_cells(*, row: CommunityAccuracy) -> list[Cell]:
    cells: list[Cell] = [row.name]
    for judged in (row.suggested, row.free, row.spot_checks):
        cells += [judged.judged_count, judged.right_count, _rate(judged)]
    return cells


def _rate(judged: Judged) -> float | None:
    value = value_number(value=judged.rate, unit="rate")
    return None if value is None else round(value, 1)


def _interval(interval: Interval | None) -> str | None:
    return None if interval is None else f"{100 * interval.low:.1f}–{100 * interval.high:.1f}"


def _words(cells: Sequence[Cell]) -> list[str]:
    """The same for the screen: — where nothing was judged."""
    return [NO_DATA if cell is None else f"{cell:,}" if isinstance(cell, int | float) else str(cell) for cell in cells]
