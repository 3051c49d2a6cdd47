"""积分明细 of a month as a file to keep: every transfer in order of time, with the balances that each left behind."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from households.models import Household
from lib.documents import Document, DocumentTable
from pages.my.access import Resident, for_residents
from pages.my.months import month_asked
from pages.my.shell import short_name
from pages.my.words import month_text
from pages.registers import document_file
from points.queries.statements import LINES_A_PAGE_MAX, Statement, StatementLine, statement_of

LINES_MAX = 5_000  # of a file: five transfers an hour, day and night
HEADINGS = (
    gettext_noop("时间"),
    gettext_noop("事项"),
    gettext_noop("可用变动"),
    gettext_noop("可用余额"),
    gettext_noop("待核验变动"),
    gettext_noop("待核验余额"),
)
WIDTHS = (8, 24, 5, 5, 6, 6)


@require_safe
@for_residents
def statement_file(request: HttpRequest, resident: Resident, file_format: str) -> HttpResponse:
    """The transfers of `?month=2026-11`, this month where none is asked for, as xlsx or PDF."""
    now = timezone.now()
    month = month_asked(text=request.GET.get("month", ""), today=timezone.localdate(now))
    document = statement_document(household=resident.household, month=month, now=now)
    return document_file(
        document=document,
        name=gettext("积分明细{month}").format(month=f"{month:%Y%m}"),
        file_format=file_format,
        now=now,
    )


def statement_document(*, household: Household, month: dt.date, now: dt.datetime) -> Document:
    """The month's statement, the oldest transfer first."""
    lines, is_cut = _lines_of_month(household=household, month=month)
    document = Document(
        title=gettext("{month}积分明细").format(month=month_text(month=month)),
        lines=(
            gettext("{community} {home} · 户码 {code}").format(
                community=household.community.name, home=short_name(household=household), code=household.code
            ),
            gettext("{at} 导出。“可用”可以兑换；“待核验”过了核验期转为可用。").format(
                at=f"{timezone.localtime(now):%Y-%m-%d %H:%M}"
            ),
            *((gettext("这个月的往来太多，只列最近 {count} 笔。").format(count=f"{LINES_MAX:,}"),) if is_cut else ()),
        ),
    )
    rows = [
        (
            timezone.localtime(line.posted_at),
            line.sentence,
            line.available_change,
            line.available_after,
            line.pending_change,
            line.pending_after,
        )
        for line in lines
    ]
    totals = (
        gettext("合计"),
        None,
        sum(line.available_change for line in lines),
        None,
        sum(line.pending_change for line in lines),
        None,
    )
    document.tables.append(
        DocumentTable(
            title=gettext("积分明细"),
            headings=tuple(gettext(each) for each in HEADINGS),
            widths=WIDTHS,
            rows=rows,
            totals=totals if rows else (),
        )
    )
    return document


def _lines_of_month(*, household: Household, month: dt.date) -> tuple[list[StatementLine], bool]:
    """The newest LINES_MAX lines in order of time, and whether there are more."""
    newest_first: list[StatementLine] = []
    before_id: int | None = None
    while len(newest_first) < LINES_MAX:
        page: Statement = statement_of(
            household=household, before_id=before_id, month=month, line_count=LINES_A_PAGE_MAX
        )
        newest_first += page.lines
        before_id = page.next_before_id
        if before_id is None:
            break
    return newest_first[::-1], before_id is not None
