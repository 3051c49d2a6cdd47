"""The monthly report: asked for by an officer, made by a worker step by step, cleared after thirty days."""

import datetime as dt
from collections.abc import Callable

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from indicators.facts import Period
from indicators.models import MonthlyReport, ReportState
from indicators.monthly_document import monthly_document
from indicators.queries.monthly import read_month
from indicators.services.publishing import MonthNotOver, month_of
from lib.dialect import snapshot
from lib.document_pdf import make_pdf
from lib.document_xlsx import make_xlsx
from lib.errors import DomainError
from people.models import User

KEPT_FOR = dt.timedelta(days=30)
STALLED_AFTER = dt.timedelta(minutes=10)  # a report takes seconds: whoever holds one for longer is gone
ATTEMPTS_MAX = 3  # one that ends its worker every time is not tried for ever
ERROR_LENGTH_MAX = 200

log = structlog.get_logger(__name__)


class ReportUnderWay(DomainError):
    """The month's report waits or is being made."""

    code = "report_under_way"
    message = "这个月的月报正在排队或生成,请等它完成"


def request_report(*, month: Period, officer: User, now: dt.datetime) -> MonthlyReport:
    """Ask for the report of a calendar month; a worker makes it. Asked again, it is made again, in a row of its own.

    :raises MonthNotOver: it has not ended.
    :raises ReportUnderWay: it waits or is being made.
    """
    if timezone.localdate(now) <= month.ends_on:
        raise MonthNotOver
    try:
        with transaction.atomic():
            return MonthlyReport.objects.create(starts_on=month.starts_on, requested_by=officer, requested_at=now)
    except IntegrityError:
        raise ReportUnderWay from None


def make_next_report(*, clock: Callable[[], dt.datetime]) -> MonthlyReport | None:
    """Make the report that has waited longest, or whose worker is gone; None where none waits.

    What goes wrong is kept in the row in words: the report is FAILED, and the others are made all the same.
    """
    report = _claim(now=clock())
    if report is None:
        return None
    try:
        _make(report=report, clock=clock)
    except Exception as error:  # whatever it is, the officer who waits is told
        log.exception("monthly_report_failed", report=report.pk)
        words = f"{type(error).__name__}:{error}"[:ERROR_LENGTH_MAX]
        _held(report=report).update(state=ReportState.FAILED, error=words, finished_at=clock())
    report.refresh_from_db()
    return report


def clear_old_reports(*, now: dt.datetime) -> int:
    """Empty the files of reports that were finished more than KEPT_FOR ago; how many."""
    old = MonthlyReport.objects.filter(state=ReportState.DONE, finished_at__lt=now - KEPT_FOR)
    return old.update(state=ReportState.CLEARED, xlsx=b"", pdf=b"")


@transaction.atomic
def _claim(*, now: dt.datetime) -> MonthlyReport | None:
    """The next report, MAKING from now on; committed before the work, so that the screen shows it."""
    is_stalled = Q(state=ReportState.MAKING, started_at__lt=now - STALLED_AFTER)
    MonthlyReport.objects.filter(is_stalled, attempt_count__gte=ATTEMPTS_MAX).update(
        state=ReportState.FAILED, finished_at=now, error=f"{ATTEMPTS_MAX} 次都没有生成完(后台进程中断)"
    )
    waiting = MonthlyReport.objects.filter(Q(state=ReportState.WAITING) | is_stalled)
    # One row and no more is locked: what another worker holds is passed by, and the next is left to it.
    locked = waiting.select_for_update(skip_locked=True).defer("xlsx", "pdf")
    report = locked.order_by("requested_at", "pk").first()
    if report is not None:
        report.state, report.percent, report.started_at = ReportState.MAKING, 0, now
        report.attempt_count += 1
        report.save(update_fields=["state", "percent", "attempt_count", "started_at"])
    return report


def _make(*, report: MonthlyReport, clock: Callable[[], dt.datetime]) -> None:
    with snapshot():  # one view of all tallies: the parts of the report agree
        month = read_month(month=month_of(day=report.starts_on), now=clock())
    _say(report=report, percent=40)
    document, made_at = monthly_document(month=month), clock()
    xlsx = make_xlsx(document=document, made_at=made_at)
    _say(report=report, percent=60)
    pdf = make_pdf(document=document, made_at=made_at)
    _held(report=report).update(state=ReportState.DONE, percent=100, xlsx=xlsx, pdf=pdf, finished_at=clock())


def _say(*, report: MonthlyReport, percent: int) -> None:
    _held(report=report).update(percent=percent)


def _held(*, report: MonthlyReport) -> QuerySet[MonthlyReport]:
    """The row while this attempt holds it: one that was taken for gone and comes back changes nothing."""
    return MonthlyReport.objects.filter(
        pk=report.pk, state=ReportState.MAKING, started_at=report.started_at, attempt_count=report.attempt_count
    )
