"""开放数据: published months for everybody, a CSV each. What is not published is not here."""

import datetime as dt
from fractions import Fraction

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from indicators.open_data import PARTICIPANTS_MIN
from indicators.queries.open_data import OpenRow, open_month
from indicators.queries.restated import latest_publications
from lib.documents import Cell
from pages.table_file import CSV, table_file

HEADINGS = (
    *("month", "stage", "publication", "community", "indicator", "measure", "name", "unit"),
    *("value", "numerator", "denominator", "sample", "formula_version"),
)
CACHE_S = 3_600


@require_safe
@cache_control(public=True, max_age=CACHE_S)
def open_data(request: HttpRequest) -> HttpResponse:
    """Which months there are, what stands in a file, and what is left out of it and why."""
    months = [
        {
            "month": f"{publication.starts_on:%Y-%m}",
            "stage": publication.get_stage_display(),
            "number": publication.number,
            "confirmed_on": f"{publication.confirmed_on}",
        }
        for publication in reversed(latest_publications())
    ]
    context = {"months": months, "headings": HEADINGS, "participants_min": PARTICIPANTS_MIN}
    return render(request, "pages/open_data.html", context)


@require_safe
@cache_control(public=True, max_age=CACHE_S)
def open_month_file(request: HttpRequest, month: str) -> HttpResponse:
    """A published month as CSV: the district's figures with an empty community, then each community's."""
    try:
        starts_on = dt.date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Http404 from None
    publication = next((each for each in latest_publications() if each.starts_on == starts_on), None)
    if publication is None:
        raise Http404
    found = open_month(publication=publication)
    head = (f"{starts_on:%Y-%m}", publication.stage, publication.number)
    rows = [(*head, *_cells(row=row)) for row in found.rows]
    return table_file(name=f"fenfen-{month}", title="开放数据", headings=HEADINGS, rows=rows, file_format=CSV)


def _cells(*, row: OpenRow) -> tuple[Cell, ...]:
    return (
        *(row.community, row.code, row.measure, row.name, row.unit),
        *(_number(each) for each in (row.value, row.numerator, row.denominator)),
        row.sample_count,
        row.formula_version,
    )


def _number(number: Fraction | None) -> int | float | None:
    if number is None:
        return None
    return int(number) if number == int(number) else round(float(number), 6)
