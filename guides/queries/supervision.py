"""What is open and by when it is due, how far its deadline has come, and who watches over a community."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from guides.deadlines import Hours, TimesAllowed, times_allowed
from guides.models import GuideAssignment, Problem, Step, Supervised, SupervisionStep, TimeAllowed
from households.models import Community
from people.models import Role, RoleGrant, ScopeKind
from sorting.models import Alert


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A problem or an alert that is not over. `place` and `what` say it in words."""

    subject: Supervised
    subject_id: int
    kind: str
    community_id: int
    subdistrict_id: int
    place: str
    what: str
    began_at: dt.datetime
    due_at: dt.datetime
    hours: Hours


@dataclass(frozen=True, slots=True)
class Watchers:
    """User keys: guides by community; officers by community, by subdistrict, and of the whole district."""

    guides: dict[int, set[int]]
    officers_of_community: dict[int, set[int]]
    officers_of_subdistrict: dict[int, set[int]]
    officers_of_district: set[int]

    def to_tell(self, *, step: Step, case: OpenCase) -> set[int]:
        """Who is told of a step. Where a subdistrict has no officer, the district's are told in their place."""
        if step in (Step.SOON, Step.DUE):
            return self.guides.get(case.community_id, set())
        of_street = self.officers_of_subdistrict.get(case.subdistrict_id, set()) | self.officers_of_community.get(
            case.community_id, set()
        )
        return of_street if step == Step.STREET and of_street else self.officers_of_district


def read_times_allowed() -> TimesAllowed:
    """Every time allowed that was set. One query."""
    return times_allowed(
        TimeAllowed.objects.order_by("set_at", "pk").values_list(
            "subject", "kind", "set_at", "due_h", "remind_h", "street_h", "district_h"
        )
    )


def open_cases(*, communities: QuerySet[Community] | None = None) -> list[OpenCase]:
    """What is open in these communities (None: everywhere), by deadline. Three queries."""
    times = read_times_allowed()
    mine = Q() if communities is None else Q(point__community__in=communities)
    problems = Problem.objects.filter(mine, rectified_at__isnull=True).select_related("point__community", "bin")
    mine = Q() if communities is None else Q(bin__point__community__in=communities)
    alerts = Alert.objects.filter(mine, closed_at__isnull=True).select_related("bin__point__community")
    found = [
        _case(
            subject=Supervised.PROBLEM,
            row=problem,
            community=problem.point.community,
            place=f"{problem.point.community.name} {problem.point.name}" + (f" {problem.bin}" if problem.bin else ""),
            began_at=problem.found_at,
            times=times,
            due_at=problem.due_at,
        )
        for problem in problems
    ] + [
        _case(
            subject=Supervised.ALERT,
            row=alert,
            community=alert.bin.point.community,
            place=f"{alert.bin.point.community.name} {alert.bin.point.name} {alert.bin}",
            began_at=alert.opened_at,
            times=times,
        )
        for alert in alerts
    ]
    return sorted(found, key=lambda case: (case.due_at, case.subject, case.subject_id))


def steps_taken(*, cases: Iterable[OpenCase]) -> dict[tuple[str, int], set[str]]:
    """The steps that were taken for each (subject, key). One query for each subject."""
    taken: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    keys: defaultdict[str, list[int]] = defaultdict(list)
    for case in cases:
        keys[case.subject].append(case.subject_id)
    for subject, ids in keys.items():
        rows = SupervisionStep.objects.filter(subject=subject, subject_id__in=ids)
        for subject_id, step in rows.values_list("subject_id", "step"):
            taken[subject, subject_id].add(step)
    return taken


def watchers(*, on: dt.date) -> Watchers:
    """Who watches over which community on a local day. Two queries."""
    still = Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    guides: defaultdict[int, set[int]] = defaultdict(set)
    given = GuideAssignment.objects.filter(still, starts_on__lte=on, guide__is_active=True)
    for community_id, guide_id in given.values_list("community_id", "guide_id"):
        guides[community_id].add(guide_id)
    officers: dict[str, defaultdict[int, set[int]]] = {kind: defaultdict(set) for kind in ScopeKind.values}
    grants = RoleGrant.objects.filter(still, role=Role.OFFICER, starts_on__lte=on, user__is_active=True)
    for scope_kind, scope_id, user_id in grants.values_list("scope_kind", "scope_id", "user_id"):
        officers[scope_kind][scope_id].add(user_id)
    return Watchers(
        guides=guides,
        officers_of_community=officers[ScopeKind.COMMUNITY],
        officers_of_subdistrict=officers[ScopeKind.SUBDISTRICT],
        officers_of_district=officers[ScopeKind.DISTRICT][0],
    )


def _case(
    *,
    subject: Supervised,
    row: Problem | Alert,
    community: Community,
    place: str,
    began_at: dt.datetime,
    times: TimesAllowed,
    due_at: dt.datetime | None = None,
) -> OpenCase:
    hours = times.at(subject=subject, kind=row.kind, moment=began_at)
    return OpenCase(
        subject=subject,
        subject_id=row.pk,
        kind=row.kind,
        community_id=community.pk,
        subdistrict_id=community.subdistrict_id,
        place=place,
        what=row.get_kind_display(),
        began_at=began_at,
        due_at=due_at or began_at + dt.timedelta(hours=hours.due_h),
        hours=hours,
    )
