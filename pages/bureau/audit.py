"""操作记录: who changed, opened or decided what, by day; whose household it was shows as a number only."""

import datetime as dt
from collections.abc import Mapping
from itertools import groupby
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from indicators.facts import Period
from indicators.queries.audit import Act, ActKind, people_who_act, read_acts
from pages.access import for_roles
from pages.bureau.shell import render_bureau
from pages.numbers import whole_number
from pages.table_file import asked_format, table_file
from people.models import Role
from people.standing import Standing

DAYS_SHOWN = 30
DAYS_MAX = 366
PAGE_ROWS = 50
PAGES_MAX = 200  # whoever wants more narrows it down
FILE_ROWS_MAX = 10_000
KINDS = {ActKind.OFFICE: "后台修改", ActKind.LOOK: "查阅", ActKind.DECISION: "办理"}
HEADINGS = ("时间", "谁", "种类", "对象", "做了什么")
SUBJECTS = {
    "household": "住户",
    "photo": "照片",
    "programme": "积分方案",
    "user": "用户",
    "pointcorrection": "积分更正",
    "publication": "月度发布",
    "weighing": "磅单",
    "indicatorvalue": "指标填报",
    "community": "小区",
    "subdistrict": "街道/乡镇",
    "collectionpoint": "投放点",
    "smartbin": "智能桶",
    "shop": "兑换点",
    "reward": "奖品",
}


@require_safe
@for_roles(Role.OFFICER)
def audit(request: HttpRequest, standing: Standing) -> HttpResponse:
    """`?from=&to=&who=&kind=&page=`; for whoever looks after the whole district. `format=` gives it as a file."""
    if not standing.is_district_wide(Role.OFFICER):
        raise PermissionDenied
    asked = request.GET
    period = _period(asked=asked)
    who = whole_number(text=asked.get("who", ""))
    kind = next((each for each in ActKind if each.value == asked.get("kind")), None)
    page = min(PAGES_MAX, max(1, whole_number(text=asked.get("page", "")) or 1))
    query = {"from": f"{period.starts_on}", "to": f"{period.ends_on}", "who": who or "", "kind": kind or ""}
    if file_format := asked_format(request):
        acts = read_acts(period=period, user_id=who, kind=kind, limit=FILE_ROWS_MAX)
        return table_file(
            name=f"audit-{period.starts_on}-{period.ends_on}",
            title="操作记录",
            headings=HEADINGS,
            rows=[_cells(act=act) for act in acts],
            file_format=file_format,
        )
    acts = read_acts(period=period, user_id=who, kind=kind, offset=(page - 1) * PAGE_ROWS, limit=PAGE_ROWS + 1)
    context = {
        "heading": "操作记录",
        "period": period,
        "people": [(key, name, key == who) for key, name in people_who_act()],
        "kinds": [(each.value, word, each == kind) for each, word in KINDS.items()],
        "days": [
            (day, [(*_cells(act=act)[1:], _moment(act)[11:]) for act in of_day])
            for day, of_day in groupby(acts[:PAGE_ROWS], key=lambda act: _moment(act)[:10])
        ],
        "file_query": urlencode(query),
        "newer": urlencode(query | {"page": page - 1}) if page > 1 else "",
        "older": urlencode(query | {"page": page + 1}) if len(acts) > PAGE_ROWS and page < PAGES_MAX else "",
        "file_rows_max": FILE_ROWS_MAX,
    }
    return render_bureau(request, "pages/bureau/audit.html", context, current="bureau-audit")


def _cells(*, act: Act) -> tuple[str, str, str, str, str]:
    """In the order of HEADINGS."""
    subject = SUBJECTS.get(act.subject, act.subject)
    named = f" {act.name}" if act.name else ""
    key = act.subject_key[:7] if act.subject == "publication" else f"第 {act.subject_key} 号"
    return _moment(act), act.who, KINDS[act.kind], f"{subject} {key}{named}".strip(), act.words


def _moment(act: Act) -> str:
    return f"{timezone.localtime(act.at):%Y-%m-%d %H:%M}"


def _period(*, asked: Mapping[str, str]) -> Period:
    """The days asked for, at most a year of them; without any, or with what is none, the last ones."""
    ends_on = _day(asked.get("to", "")) or timezone.localdate()
    starts_on = _day(asked.get("from", "")) or ends_on - dt.timedelta(days=DAYS_SHOWN - 1)
    return Period(starts_on=max(min(starts_on, ends_on), ends_on - dt.timedelta(days=DAYS_MAX - 1)), ends_on=ends_on)


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None
