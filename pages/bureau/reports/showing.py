"""Duties, values and attempts as plain values for the templates."""

import datetime as dt

from django.utils import timezone

from indicators.duties import DutyState
from indicators.models import IndicatorValue, ReportDeadline
from indicators.queries.reports import Duty
from pages.bureau.units import value_text
from people.models import User

STATE_WORDS = {
    DutyState.MISSING: "未填报",
    DutyState.RETURNED: "已退回,待重填",
    DutyState.WAITING: "待审核",
    DutyState.ACCEPTED: "✓ 已通过",
}


def who(user: User | None) -> str:
    """A colleague's name; who entered a value before there was a review is not known."""
    return (user.display_name or user.get_username()) if user else "后台录入"


def duty_row(*, duty: Duty, may_enter: bool) -> dict[str, object]:
    """A line of what is due."""
    standing = duty.standing
    words = STATE_WORDS[standing.state]
    if standing.overdue_days:
        words = f"✗ 逾期 {standing.overdue_days} 天 · {words}"
    elif standing.entered_late_days:
        words = f"{words} · 晚报 {standing.entered_late_days} 天"
    is_open = standing.state in (DutyState.MISSING, DutyState.RETURNED)
    return {
        "due_on": f"{duty.due_on}",
        "number": duty.measure.indicator.number,
        "name": duty.measure.name,
        "period": period_text(starts_on=duty.starts_on, ends_on=duty.ends_on),
        "departments": "、".join(duty.measure.indicator.departments),
        "words": words,
        "state": "missed" if standing.overdue_days else "met" if standing.state == DutyState.ACCEPTED else "",
        "value_id": duty.last.pk if duty.last else None,
        "measure_id": duty.measure.pk if may_enter and is_open else None,
        "from": f"{duty.starts_on}",
        "to": f"{duty.ends_on}",
    }


def value_row(*, value: IndicatorValue) -> dict[str, object]:
    """A line of what was entered."""
    review = getattr(value, "review", None)
    return {
        "value_id": value.pk,
        "number": value.measure.indicator.number,
        "name": value.measure.name,
        "period": period_text(starts_on=value.starts_on, ends_on=value.ends_on),
        "value": value_text(value=value, unit=value.measure.unit),
        "entered": f"{value.department or '—'} {who(value.reported_by)} {moment_text(value.recorded_at)}",
        "attempt": value.attempt or "—",
        "words": review.get_verdict_display() if review else "待审核",
        "state": "" if review is None else "met" if review.verdict == "ACCEPTED" else "missed",
        "reviewed": f"{who(review.reviewed_by)} {moment_text(review.reviewed_at)}" if review else "",
        "reason": review.reason if review else "",
    }


def deadline_row(*, deadline: ReportDeadline) -> dict[str, str]:
    """A line of the deadlines as they were set."""
    return {
        "indicator": f"{deadline.indicator}" if deadline.indicator else "所有由部门填报的指标",
        "period": period_text(starts_on=deadline.starts_on, ends_on=deadline.ends_on),
        "due_on": f"{deadline.due_on}",
        "by": f"{who(deadline.set_by)} {moment_text(deadline.set_at)}",
    }


def period_text(*, starts_on: dt.date, ends_on: dt.date) -> str:
    """A whole year by its number, anything else by its days."""
    if (starts_on.month, starts_on.day, ends_on.month, ends_on.day) == (
        1,
        1,
        12,
        31,
    ) and starts_on.year == ends_on.year:
        return f"{starts_on.year} 年"
    return f"{starts_on} 至 {ends_on}"


def moment_text(moment: dt.datetime) -> str:
    """A local moment to the minute."""
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
