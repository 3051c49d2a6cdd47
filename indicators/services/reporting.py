"""Reported values: a department enters one with evidence, another person accepts or returns it; deadlines."""

import datetime as dt
import hashlib
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from indicators.models import (
    Department,
    Direction,
    Evidence,
    Indicator,
    IndicatorMeasure,
    IndicatorValue,
    ReportDeadline,
    Source,
    ValueReview,
)
from lib.dialect import wait_in_line
from lib.errors import DomainError
from lib.evidence import EVIDENCE_BYTES_MAX, kind_of, safe_file_name
from people.models import User

REPORTING_LINE = 0x7265706F7274  # attempts are numbered and reviewed one after the other


class NotReported(DomainError):
    """The platform computes it."""

    code = "not_reported"
    message = "这一项由平台计算,不用填报"


class NotOfDepartment(DomainError):
    """The plan makes others answer for it."""

    code = "not_of_department"
    message = "这一项不由您的部门负责,请与责任部门核对"


class PeriodWrong(DomainError):
    """Its last day is before its first, or has not passed."""

    code = "period_wrong"
    message = "期间不对"


class ValueMissing(DomainError):
    """Neither number nor words, or words where the target is a number."""

    code = "value_missing"
    message = "请填数值"


class EvidenceMissing(DomainError):
    """No file."""

    code = "evidence_missing"
    message = "请附上佐证材料"


class EvidenceTooLarge(DomainError):
    """More bytes than are kept."""

    code = "evidence_too_large"
    message = f"文件超过 {EVIDENCE_BYTES_MAX // 1024 // 1024} MB,没有保存。请压缩,或只交相关的几页。"


class EvidenceRefused(DomainError):
    """A kind of file that is not taken."""

    code = "evidence_refused"
    message = "只收 PDF、Word(docx)、Excel(xlsx)、JPG 和 PNG 文件,不收带宏的。旧格式请另存为这些格式再交。"


class AwaitingReview(DomainError):
    """The last attempt has not been reviewed."""

    code = "awaiting_review"
    message = "这一期已经填报,正在等审核,审核后才能再填"


class ReporterMayNotReview(DomainError):
    """Nobody reviews what they entered."""

    code = "reporter_may_not_review"
    message = "填报的人不能审核自己填的数,请另一位审核员审核"


class AlreadyReviewed(DomainError):
    """Somebody else was first."""

    code = "already_reviewed"
    message = "这个数已经审核过了,结论不再改动"


class ReturnReasonMissing(DomainError):
    """A department is told why."""

    code = "return_reason_missing"
    message = "退回要写明理由,部门才知道怎么改"


class DeadlineTooEarly(DomainError):
    """Before the period is over."""

    code = "deadline_too_early"
    message = "截止日期不能早于期间的最后一天"


@transaction.atomic
def report_value(
    *,
    measure: IndicatorMeasure,
    department: Department,
    starts_on: dt.date,
    ends_on: dt.date,
    value: Decimal | None,
    value_text: str,
    note: str,
    file_name: str,
    data: bytes,
    reporter: User,
    now: dt.datetime,
) -> IndicatorValue:
    """Enter what a measure was in a period, in its own unit, with the file that proves it. It waits for a reviewer.

    An accepted value may be entered again: what was accepted last holds, and the one before stays on record.

    :raises NotReported: the platform computes the indicator.
    :raises NotOfDepartment: another department answers for it.
    :raises PeriodWrong: the period is empty or not over.
    :raises ValueMissing: no number where the target is one; nothing at all elsewhere.
    :raises EvidenceMissing: no file.
    :raises EvidenceTooLarge: it has more than EVIDENCE_BYTES_MAX bytes.
    :raises EvidenceRefused: it is of no kind that is taken.
    :raises AwaitingReview: the attempt before has not been reviewed.
    """
    _check_measure(measure=measure, department=department)
    _check_period(starts_on=starts_on, ends_on=ends_on, today=timezone.localdate(now))
    value_text = value_text.strip()
    if value is None and (measure.direction != Direction.QUALITATIVE or not value_text):
        raise ValueMissing(None if measure.direction != Direction.QUALITATIVE else "请写明完成情况")
    evidence = _evidence(file_name=file_name, data=data)
    wait_in_line(key=REPORTING_LINE)
    before = (
        IndicatorValue.objects.filter(measure=measure, starts_on=starts_on, ends_on=ends_on, attempt__isnull=False)
        .select_related("review")
        .order_by("-attempt")
        .first()
    )
    if before is not None and not hasattr(before, "review"):
        raise AwaitingReview
    evidence.save(force_insert=True)
    return IndicatorValue.objects.create(
        measure=measure,
        starts_on=starts_on,
        ends_on=ends_on,
        value=value,
        value_text=value_text,
        department=department.name,
        recorded_at=now,
        attempt=(before.attempt or 0) + 1 if before else 1,
        note=note.strip(),
        reported_by=reporter,
        evidence=evidence,
    )


@transaction.atomic
def review_value(
    *, value: IndicatorValue, is_accepted: bool, reason: str, reviewer: User, now: dt.datetime
) -> ValueReview:
    """Accept a reported value, which then counts, or return it with a reason, upon which it can be entered again.

    :raises ReporterMayNotReview: the reviewer entered it.
    :raises ReturnReasonMissing: returned without a word.
    :raises AlreadyReviewed: there is a verdict.
    """
    if value.reported_by_id == reviewer.pk:
        raise ReporterMayNotReview
    if not is_accepted and not reason.strip():
        raise ReturnReasonMissing
    wait_in_line(key=REPORTING_LINE)
    if ValueReview.objects.filter(value=value).exists():
        raise AlreadyReviewed
    return ValueReview.objects.create(
        value=value,
        verdict=ValueReview.Verdict.ACCEPTED if is_accepted else ValueReview.Verdict.RETURNED,
        reason=reason.strip(),
        reported_by_id=value.reported_by_id,
        reviewed_by=reviewer,
        reviewed_at=now,
    )


def set_deadline(
    *,
    indicator: Indicator | None,
    starts_on: dt.date,
    ends_on: dt.date,
    due_on: dt.date,
    officer: User,
    now: dt.datetime,
) -> ReportDeadline:
    """Say until when a period is due, for one indicator or (None) for all that departments report. Again: to move it.

    :raises NotReported: the platform computes the indicator.
    :raises PeriodWrong: its last day is before its first.
    :raises DeadlineTooEarly: it is due before it is over.
    """
    if indicator is not None and indicator.source != Source.REPORTED:
        raise NotReported
    if ends_on < starts_on:
        raise PeriodWrong("期间的最后一天不能早于第一天")
    if due_on < ends_on:
        raise DeadlineTooEarly
    return ReportDeadline.objects.create(
        indicator=indicator, starts_on=starts_on, ends_on=ends_on, due_on=due_on, set_by=officer, set_at=now
    )


def _check_measure(*, measure: IndicatorMeasure, department: Department) -> None:
    if measure.indicator.source != Source.REPORTED:
        raise NotReported
    if not set(department.spellings) & set(measure.indicator.departments):
        raise NotOfDepartment


def _check_period(*, starts_on: dt.date, ends_on: dt.date, today: dt.date) -> None:
    if ends_on < starts_on:
        raise PeriodWrong("期间的最后一天不能早于第一天")
    if ends_on > today:
        raise PeriodWrong("这一期还没有结束,结束后再填报")


def _evidence(*, file_name: str, data: bytes) -> Evidence:
    if not data:
        raise EvidenceMissing
    if len(data) > EVIDENCE_BYTES_MAX:
        raise EvidenceTooLarge
    kind = kind_of(data=data)
    if kind is None:
        raise EvidenceRefused
    return Evidence(
        file_name=safe_file_name(name=file_name, kind=kind),
        kind=kind.value,
        byte_count=len(data),
        digest=hashlib.sha256(data).hexdigest(),
        data=data,
    )
