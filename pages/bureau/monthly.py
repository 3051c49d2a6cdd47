"""月报: asked for here, made by a worker, kept here for thirty days."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from indicators.facts import Period
from indicators.models import MonthlyReport, ReportState
from indicators.models.monthly import OPEN_STATES
from indicators.queries.monthly import reports_latest_first
from indicators.services.monthly import KEPT_FOR, request_report
from indicators.services.publishing import month_of
from lib.errors import DomainError
from pages.access import for_roles
from pages.bureau.shell import render_bureau
from pages.registers import CONTENT_TYPES
from people.models import Role, User
from people.standing import Standing

MONTHS_OFFERED = 24
ROWS_MAX = 50
# The worker looks every few seconds; who waits for so long is told that it may be away.
AWAY_AFTER = dt.timedelta(minutes=1)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.OFFICER)
def monthly(request: HttpRequest, standing: Standing) -> HttpResponse:
    """A row a request; whoever looks after the whole district asks for reports and reads them."""
    now = timezone.now()
    may_act = standing.is_district_wide(Role.OFFICER)
    if request.method == "POST" and isinstance(request.user, User):
        if not may_act:
            raise PermissionDenied
        _ask(request=request, officer=request.user, now=now)
        return redirect("bureau-monthly")
    reports = list(reports_latest_first()[:ROWS_MAX]) if may_act else []
    context = {
        "heading": "月报",
        "may_act": may_act,
        "months": [f"{month.starts_on:%Y-%m}" for month in _months(today=timezone.localdate(now))],
        "rows": [_row(report=report, now=now) for report in reports],
        "is_open": any(report.state in OPEN_STATES for report in reports),
        "kept_days": KEPT_FOR.days,
    }
    return render_bureau(request, "pages/bureau/monthly.html", context, current="bureau-monthly")


@require_safe
@for_roles(Role.OFFICER)
def monthly_file(request: HttpRequest, standing: Standing, report_id: int, file_format: str) -> HttpResponse:
    """The xlsx or PDF of a report that is done."""
    if file_format not in CONTENT_TYPES or not standing.is_district_wide(Role.OFFICER):
        raise Http404
    report = MonthlyReport.objects.filter(pk=report_id, state=ReportState.DONE).only("starts_on", file_format).first()
    if report is None:
        raise Http404
    response = HttpResponse(bytes(getattr(report, file_format)), content_type=CONTENT_TYPES[file_format])
    name = f"月报{report.starts_on:%Y%m}.{file_format}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


def _ask(*, request: HttpRequest, officer: User, now: dt.datetime) -> None:
    chosen = request.POST.get("month", "")
    month = next((each for each in _months(today=timezone.localdate(now)) if f"{each.starts_on:%Y-%m}" == chosen), None)
    if month is None:
        messages.error(request, "这个月现在不能生成月报,请从列表中重新选择。")
        return
    try:
        request_report(month=month, officer=officer, now=now)
    except DomainError as refused:
        messages.error(request, refused.text)
    else:
        messages.success(request, f"已申请 {chosen} 月报,生成后可以在这里下载。")


def _months(*, today: dt.date) -> list[Period]:
    """The months that have ended, the last first."""
    months: list[Period] = []
    first = today.replace(day=1)
    for _ in range(MONTHS_OFFERED):
        months.append(month_of(day=first - dt.timedelta(days=1)))
        first = months[-1].starts_on
    return months


def _row(*, report: MonthlyReport, now: dt.datetime) -> dict[str, object]:
    is_open = report.state in OPEN_STATES
    return {
        "pk": report.pk,
        "month": f"{report.starts_on:%Y-%m}",
        "state": report.get_state_display(),
        "percent": report.percent if is_open else None,
        "note": _note(report=report, now=now),
        "is_failed": report.state == ReportState.FAILED,
        "is_done": report.state == ReportState.DONE,
        "is_open": is_open,
        "by": report.requested_by.display_name or report.requested_by.get_username(),
        "at": f"{timezone.localtime(report.requested_at):%Y-%m-%d %H:%M}",
    }


def _note(*, report: MonthlyReport, now: dt.datetime) -> str:
    if report.state == ReportState.FAILED:
        return f"{report.error}。可以重新生成;还是失败请联系管理员。"
    if report.state == ReportState.DONE and report.finished_at is not None:
        return f"保留到 {timezone.localdate(report.finished_at + KEPT_FOR)}"
    if report.state == ReportState.CLEARED:
        return f"超过 {KEPT_FOR.days} 天,需要时请重新生成"
    since = report.requested_at if report.state == ReportState.WAITING else report.started_at
    if since is not None and now - since > AWAY_AFTER:
        return "后台进程暂时没有响应,恢复后会接着生成,不用重新申请"
    return ""
