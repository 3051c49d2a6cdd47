"""记录: every drop-off of a month with its photos, what it earned and why; every transfer with the balance it left."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from pages.my.access import Resident, for_residents
from pages.my.months import month_after, month_asked, month_before, month_key
from pages.my.shell import render_my
from pages.my.words import day_lines, moment_text, month_text, points_text, signed_points
from points.explaining.queries import explained_days
from points.queries.statements import LINES_A_PAGE, statement_of
from sorting.queries.photos import photo_ids_by_key


@require_safe
@for_residents
def records(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The drop-offs of one month (`?month=2026-11`), the newest day first."""
    now = timezone.now()
    today = timezone.localdate(now)
    month = month_asked(text=request.GET.get("month", ""), today=today)
    last_on = min(today, month_after(month=month) - dt.timedelta(days=1))
    days = explained_days(household_ids=[resident.household.pk], first_on=month, last_on=last_on, now=now)
    photo_ids = photo_ids_by_key(drop_off_ids=[each.drop_off_id for day in days.values() for each in day.drop_offs])
    context = {
        "heading": gettext("{month}的投放").format(month=month_text(month=month)),
        "year": month.year,
        "days": [day_lines(day=day, photo_ids=photo_ids) for day in reversed(days.values())],
        "total": signed_points(points=sum(day.points for day in days.values())),
        **_neighbours(month=month, today=today),
    }
    return render_my(request, resident, "pages/my/records.html", context, current="my-records")


@require_safe
@for_residents
def statement(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The transfers, newest first: of a month, or all, a page at a time (`?before=` a transfer's key)."""
    today = timezone.localdate()
    asked = request.GET.get("month", "")
    month = month_asked(text=asked, today=today) if asked else None
    before = request.GET.get("before", "")
    read = statement_of(
        household=resident.household,
        before_id=int(before) if before.isdecimal() and len(before) < 19 else None,
        month=month,
        line_count=LINES_A_PAGE,
    )
    lines = [
        {
            "sentence": line.sentence,
            "at": moment_text(at=line.posted_at),
            "change": signed_points(points=line.available_change) if line.available_change else "",
            "pending_change": signed_points(points=line.pending_change) if line.pending_change else "",
            "available_after": f"{line.available_after:,}",
            "pending_after": f"{line.pending_after:,}",
        }
        for line in read.lines
    ]
    context = {
        "heading": gettext("积分明细"),
        "available_points": points_text(points=read.available_points),
        "pending_points": points_text(points=read.pending_points),
        "lines": lines,
        "older_before": read.next_before_id,
        "month": month_key(month=month) if month else "",
        "month_text": month_text(month=month) if month else gettext("全部"),
        "this_month": month_key(month=today.replace(day=1)),
        **_neighbours(month=month or today.replace(day=1), today=today),
    }
    return render_my(request, resident, "pages/my/statement.html", context, current="my-records")


def _neighbours(*, month: dt.date, today: dt.date) -> dict[str, str]:
    """The keys of the months before and after, "" where there is none to show."""
    after = month_after(month=month)
    return {
        "month_before": month_key(month=month_before(month=month)),
        "month_after": month_key(month=after) if after <= today else "",
    }
