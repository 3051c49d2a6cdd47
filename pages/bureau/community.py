"""A community under its figures: its days, the drop-offs of one, its loads; each table as a file too."""

import datetime as dt
from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from collection.models import Load
from households.models import Community
from households.reach import communities_in_reach
from indicators.models import CommunityDay
from indicators.queries.community_rows import (
    DropOffLine,
    days_of_community,
    drop_offs_of_day,
    loads_of_community,
)
from lib.documents import Cell
from pages.access import for_roles
from pages.bureau.asked import Asked, AskedWrongly, read_asked
from pages.bureau.overview import asked_context, render_asked_wrongly
from pages.bureau.shell import render_bureau
from pages.table_file import asked_format, table_file
from people.models import Role
from people.standing import Standing
from sorting.categories import WasteCategory

ROWS_MAX = 500  # of a table on the screen: more is said, and in the file
FILE_ROWS_MAX = 100_000  # of a file
DAY_HEADINGS = ("日期", "类别", "次数", "千克", "户数")
LOAD_HEADINGS = ("日期", "单号", "类别", "去向", "千克")
LINE_HEADINGS = ("时间", "智能桶", "类别", "千克", "住户")


@require_safe
@for_roles(Role.OFFICER)
def community(request: HttpRequest, standing: Standing, community_id: int) -> HttpResponse:
    """Its days and loads in the period; with `?on=` the drop-offs of that day, whose is not said.

    `?format=` with `table=days`, `loads` or `lines` gives one of them as a file.
    """
    place = communities_in_reach(standing=standing, role=Role.OFFICER).filter(pk=community_id).first()
    if place is None:
        raise Http404
    try:
        asked = read_asked(parameters=request.GET.dict(), standing=standing, today=timezone.localdate())
        on = _day(text=request.GET.get("on", ""), asked=asked)
    except AskedWrongly as error:
        return render_asked_wrongly(request, error=error, current="bureau")
    if file_format := asked_format(request):
        return _file(place=place, asked=asked, on=on, table=request.GET.get("table", ""), file_format=file_format)
    lines = [] if on is None else drop_offs_of_day(community_id=community_id, on=on, limit=ROWS_MAX + 1)
    loads = list(loads_of_community(community_id=community_id, period=asked.period)[: ROWS_MAX + 1])
    context = {
        "heading": place.name,
        "community_id": community_id,
        "on": on,
        "line_query": "" if on is None else asked.query(on=on.isoformat()),
        "lines": _shown_lines(lines=lines[:ROWS_MAX]),
        "has_more_lines": len(lines) > ROWS_MAX,
        "rows_max": ROWS_MAX,
        "days": [_shown_day(day) for day in days_of_community(community_id=community_id, period=asked.period)],
        "loads": [_shown_load(load) for load in loads[:ROWS_MAX]],
        "has_more_loads": len(loads) > ROWS_MAX,
    }
    return render_bureau(request, "pages/bureau/community.html", context | asked_context(asked=asked), current="bureau")


def _file(*, place: Community, asked: Asked, on: dt.date | None, table: str, file_format: str) -> HttpResponse:
    rows: list[list[Cell]]
    match table:
        case "days":
            headings: Sequence[str] = DAY_HEADINGS
            rows = [_day_cells(day) for day in days_of_community(community_id=place.pk, period=asked.period)]
        case "loads":
            headings = LOAD_HEADINGS
            found = loads_of_community(community_id=place.pk, period=asked.period)[:FILE_ROWS_MAX]
            rows = [_load_cells(load) for load in found]
        case "lines" if on is not None:
            headings = LINE_HEADINGS
            lines = drop_offs_of_day(community_id=place.pk, on=on, limit=FILE_ROWS_MAX)
            rows = [
                [f"{timezone.localtime(line.at):%H:%M}", line.bin_code, _word(line), line.weight_g / 1_000, masked]
                for line, masked in zip(lines, _masks(lines=lines), strict=True)
            ]
        case _:
            raise Http404
    period = f"{on}" if table == "lines" else f"{asked.period.starts_on}-{asked.period.ends_on}"
    return table_file(
        name=f"community-{place.pk}-{table}-{period}",
        title=f"{place.name} {period}",
        headings=headings,
        rows=rows,
        file_format=file_format,
    )


def _day(*, text: str, asked: Asked) -> dt.date | None:
    if not text:
        return None
    try:
        on = dt.date.fromisoformat(text)
    except ValueError:
        raise AskedWrongly(f"“{text[:20]}”不是日期,请写成 2026-11-23 这样") from None
    if not asked.period.starts_on <= on <= asked.period.ends_on:
        raise AskedWrongly(f"{on} 不在 {asked.period.starts_on} 至 {asked.period.ends_on} 里")
    return on


def _day_cells(day: CommunityDay) -> list[Cell]:
    return [
        day.occurred_on,
        str(WasteCategory(day.category).label),
        day.drop_off_count,
        day.weight_g / 1_000,
        day.household_count,
    ]


def _shown_day(day: CommunityDay) -> tuple[object, ...]:
    return (
        day.occurred_on,
        WasteCategory(day.category).label,
        f"{day.drop_off_count:,}",
        f"{day.weight_g / 1_000:,.1f}",
        f"{day.household_count:,}",
    )


def _load_cells(load: Load) -> list[Cell]:
    return [
        load.collected_on,
        load.load_id,
        str(load.get_category_display()),
        str(load.get_destination_display()),
        load.weight_g / 1_000,
    ]


def _shown_load(load: Load) -> tuple[object, ...]:
    on, load_id, category, destination, kilograms = _load_cells(load)
    return on, load_id, category, destination, f"{kilograms:,.3f}", load.pk


def _shown_lines(*, lines: Sequence[DropOffLine]) -> list[dict[str, object]]:
    return [
        {
            "at": f"{timezone.localtime(line.at):%H:%M}",
            "bin_code": line.bin_code,
            "category": _word(line),
            "weight": f"{line.weight_g / 1_000:,.3f}",
            "household": masked,
            "household_id": line.household_id,
        }
        for line, masked in zip(lines, _masks(lines=lines), strict=True)
    ]


def _masks(*, lines: Sequence[DropOffLine]) -> list[str]:
    """A number for each household, of this page alone: the same household of another day cannot be told by it."""
    numbers: dict[int, int] = {}
    return [
        "未识别" if line.household_id is None else f"第 {numbers.setdefault(line.household_id, len(numbers) + 1)} 户"
        for line in lines
    ]


def _word(line: DropOffLine) -> str:
    return str(WasteCategory(line.category).label)
