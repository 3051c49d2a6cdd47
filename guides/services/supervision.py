"""Deadlines of problems and alerts: reminded of, then handed up to the subdistrict and the district, each step once."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from guides.deadlines import steps_reached
from guides.models import Problem, Step, Supervised, SupervisionStep
from guides.queries.supervision import OpenCase, open_cases, steps_taken, watchers
from people.models import StaffNoticeKind
from people.services.staff_notices import notify_staff
from sorting.models import Alert

_KINDS = {Supervised.PROBLEM: StaffNoticeKind.PROBLEM, Supervised.ALERT: StaffNoticeKind.ALERT}
_STILL_OPEN = {
    Supervised.PROBLEM: Problem.objects.filter(rectified_at__isnull=True),
    Supervised.ALERT: Alert.objects.filter(closed_at__isnull=True),
}


def supervise(*, now: dt.datetime) -> int:
    """Take every step that a deadline has reached and nobody has taken; how many. Any number may do so at once."""
    cases = open_cases()
    taken = steps_taken(cases=cases)
    watching = watchers(on=timezone.localdate(now))
    count = 0
    for case in cases:
        for step in steps_reached(due_at=case.due_at, hours=case.hours, now=now):
            if step.value not in taken.get((case.subject, case.subject_id), set()):
                count += _take(case=case, step=step, user_ids=watching.to_tell(step=step, case=case), now=now)
    return count


def _take(*, case: OpenCase, step: Step, user_ids: set[int], now: dt.datetime) -> bool:
    """Put the step on record and tell; False where somebody else has, or the case is over since it was read.

    That a step is taken once is a constraint: of two at once the second waits for the first, and tells nobody.
    """
    try:
        with transaction.atomic():
            if not _STILL_OPEN[case.subject].filter(pk=case.subject_id).select_for_update().exists():
                return False
            SupervisionStep.objects.create(
                subject=case.subject, subject_id=case.subject_id, step=step, told_count=len(user_ids), at=now
            )
            notify_staff(
                user_ids=user_ids,
                kind=_KINDS[case.subject],
                text=_words(case=case, step=step, now=now),
                subject_id=case.subject_id,
                reference=f"{case.subject.lower()}/{case.subject_id}/{step}",
                now=now,
            )
    except IntegrityError:
        if not SupervisionStep.objects.filter(subject=case.subject, subject_id=case.subject_id, step=step).exists():
            raise
        return False
    return True


def _words(*, case: OpenCase, step: Step, now: dt.datetime) -> str:
    due = timezone.localtime(case.due_at)
    by = f"{due.month}月{due.day}日 {due:%H:%M}"
    what = f"{case.place} {case.what}"
    if step == Step.SOON:
        return f"快到期:{what},请在 {by} 前处理好。"
    late_h = int((now - case.due_at).total_seconds() // 3600)
    late = f"(期限 {by}" + (f",已超 {late_h} 小时)" if late_h else ")")
    if step == Step.DUE:
        return f"到期没有处理好:{what}{late}。请尽快处理。"
    return f"超期督办:{what}{late},请督促处理。"
