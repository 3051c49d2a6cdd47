"""Reporters are reminded of what is due, and reviewers of what waits: each of the same thing once."""

import datetime as dt
from collections import defaultdict

from django.db.models import Q, QuerySet
from django.utils import timezone

from indicators.duties import reminder_step
from indicators.models import Department
from indicators.queries.reports import Duty, duties, waiting_values
from people.models import Role, RoleGrant, ScopeKind, StaffNoticeKind
from people.services.staff_notices import notify_staff


def remind_of_reports(*, now: dt.datetime) -> None:
    """Tell the reporters of each department seven days and one day before a deadline and when it is over, and every
    reviewer of each value that waits. Safe to repeat: nobody is told twice, unless a deadline was moved.
    """
    today = timezone.localdate(now)
    reporters = _reporters_by_spelling(on=today)
    for duty in duties(departments=None, today=today):
        step = reminder_step(standing=duty.standing, due_on=duty.due_on, today=today)
        if step is None:
            continue
        notify_staff(
            user_ids={user for name in duty.measure.indicator.departments for user in reporters[name]},
            kind=StaffNoticeKind.REPORT,
            text=_due_words(duty=duty, today=today),
            subject_id=duty.measure.pk,
            reference=f"report/{duty.measure.pk}/{duty.starts_on}/{duty.ends_on}/{duty.due_on}/{step}",
            now=now,
        )
    reviewers = set(_holding(role=Role.REVIEWER, on=today).values_list("user", flat=True))
    for value in waiting_values():
        notify_staff(
            user_ids=reviewers - {value.reported_by_id},  # nobody reviews what they entered
            kind=StaffNoticeKind.REVIEW,
            text=f"等审核:{value.measure.indicator.number}. {value.measure.name}"
            f"({value.starts_on} 至 {value.ends_on},{value.department})。",
            subject_id=value.pk,
            reference=f"review/{value.pk}",
            now=now,
        )


def _reporters_by_spelling(*, on: dt.date) -> defaultdict[str, set[int]]:
    """User keys by every way in which the plan writes their department."""
    ways = dict(Department.objects.values_list("pk", "spellings"))
    found: defaultdict[str, set[int]] = defaultdict(set)
    held = _holding(role=Role.REPORTER, on=on).filter(scope_kind=ScopeKind.DEPARTMENT)
    for department_id, user_id in held.values_list("scope_id", "user"):
        for way in ways.get(department_id, []):
            found[way].add(user_id)
    return found


def _holding(*, role: Role, on: dt.date) -> QuerySet[RoleGrant]:
    still = Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    return RoleGrant.objects.filter(still, role=role, starts_on__lte=on, user__is_active=True)


def _due_words(*, duty: Duty, today: dt.date) -> str:
    what = f"{duty.measure.indicator.number}. {duty.measure.name}({duty.starts_on} 至 {duty.ends_on})"
    days = (duty.due_on - today).days
    if days < 0:
        return f"填报超期 {-days} 天:{what},截止日是 {duty.due_on}。请尽快填报。"
    when = "今天截止" if days == 0 else f"还有 {days} 天截止({duty.due_on})"
    return f"请填报:{what},{when}。"
