"""督办时效: what is overdue now, and how long problems and alerts took, by kind and community."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from fractions import Fraction

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from guides.models import Step, Supervised
from guides.queries.response_times import lasting_in
from guides.queries.supervision import OpenCase, open_cases, steps_taken
from guides.response_times import Lasting, ResponseTimes, response_times
from households.models import Community
from lib.csv_output import csv_text
from pages.access import for_roles
from pages.bureau.asked import AskedWrongly, read_asked
from pages.bureau.overview import asked_context, render_asked_wrongly
from pages.bureau.shell import render_bureau
from pages.reading_out import NO_DATA
from people.models import Role
from people.standing import Standing

ROWS_MAX = 100
FIGURES = ("发生", "已办结", "中位(小时)", "90% 在几小时内", "按时", "已有结论", "按时率(%)")
Key = tuple[str, ...]


@require_safe
@for_roles(Role.OFFICER)
def supervision(request: HttpRequest, standing: Standing) -> HttpResponse:
    """The overdue ones first, then the times of the period and scope asked for; `?format=csv` as a file."""
    now = timezone.now()
    try:
        asked = read_asked(parameters=request.GET.dict(), standing=standing, today=timezone.localdate(now))
    except AskedWrongly as error:
        return render_asked_wrongly(request, error=error, current="bureau-supervision")
    communities = Community.objects.filter(pk__in=[place.community_id for place in asked.places])
    lasting = lasting_in(communities=communities, first=asked.period.starts_on, last=asked.period.ends_on)
    if request.GET.get("format") == "csv":
        rows = _rows(lasting, by=lambda row: (row.subject, row.kind, row.community), now=now)
        return HttpResponse(
            # The mark lets spreadsheets read Chinese without asking.
            "\ufeff" + csv_text(headings=("对象", "种类", "小区", *FIGURES), rows=rows),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="response-times.csv"'},
        )
    cases = open_cases(communities=communities)
    overdue = [case for case in cases if case.due_at <= now]
    taken = steps_taken(cases=overdue[:ROWS_MAX])
    by_community = _rows(lasting, by=lambda row: (row.community, row.subject), now=now)
    context = {
        "heading": "督办时效",
        "open_count": len(cases),
        "overdue_count": len(overdue),
        "overdue": [
            _overdue(case=case, steps=taken.get((case.subject, case.subject_id), set()), now=now)
            for case in overdue[:ROWS_MAX]
        ],
        "rows_max": ROWS_MAX,
        "figures": FIGURES,
        "by_kind": _rows(lasting, by=lambda row: (row.subject, row.kind), now=now),
        "by_community": by_community[:ROWS_MAX],
        "left_out_count": max(0, len(by_community) - ROWS_MAX),
        "csv_query": asked.query(format="csv"),
    }
    return render_bureau(
        request, "pages/bureau/supervision.html", context | asked_context(asked=asked), current="bureau-supervision"
    )


def _rows(lasting: Iterable[Lasting], *, by: Callable[[Lasting], Key], now: dt.datetime) -> list[tuple[str, ...]]:
    groups: defaultdict[Key, list[Lasting]] = defaultdict(list)
    for row in lasting:
        groups[by(row)].append(row)
    return [(*key, *_cells(response_times(groups[key], now=now))) for key in sorted(groups)]


def _cells(times: ResponseTimes) -> tuple[str, ...]:
    rate = times.in_time_rate
    return (
        f"{times.begun_count}",
        f"{times.ended_count}",
        _number(times.median_h),
        _number(times.ninetieth_h),
        f"{times.in_time_count}",
        f"{times.known_count}",
        _number(None if rate is None else 100 * rate),
    )


def _number(value: Fraction | None) -> str:
    return NO_DATA if value is None else f"{float(value):.1f}"


def _overdue(*, case: OpenCase, steps: set[str], now: dt.datetime) -> dict[str, object]:
    about = "problem" if case.subject == Supervised.PROBLEM else "alert"
    last = [step.label for step in Step if step.value in steps]
    return {
        "place": case.place,
        "what": f"{case.subject.label} {case.what}",
        "due_at": case.due_at,
        "late_h": f"{(now - case.due_at).total_seconds() / 3600:.1f}",
        "step": last[-1] if last else NO_DATA,
        "task_address": f"{reverse('bureau-tasks')}?{about}={case.subject_id}#give",
    }
