"""The problems and alerts that began in a period, for how long they took."""

import datetime as dt

from django.db.models import QuerySet

from guides.models import Problem, ProblemKind, Supervised
from guides.queries.shifts import moment_of
from guides.queries.supervision import read_times_allowed
from guides.response_times import Lasting
from households.models import Community
from sorting.models import Alert, AlertKind


def lasting_in(*, communities: QuerySet[Community], first: dt.date, last: dt.date) -> list[Lasting]:
    """Those that began on these local days in these communities, kinds in words. Three queries."""
    times = read_times_allowed()
    begins, ends = moment_of(on=first, at=dt.time()), moment_of(on=last + dt.timedelta(days=1), at=dt.time())
    problems = Problem.objects.filter(found_at__gte=begins, found_at__lt=ends, point__community__in=communities)
    alerts = Alert.objects.filter(opened_at__gte=begins, opened_at__lt=ends, bin__point__community__in=communities)
    return [
        Lasting(Supervised.PROBLEM.label, ProblemKind(kind).label, community, began_at, due_at, ended_at)
        for kind, community, began_at, due_at, ended_at in problems.order_by("pk").values_list(
            "kind", "point__community__name", "found_at", "due_at", "rectified_at"
        )
    ] + [
        Lasting(
            Supervised.ALERT.label,
            AlertKind(kind).label,
            community,
            began_at,
            times.due_at(subject=Supervised.ALERT, kind=kind, moment=began_at),
            ended_at,
        )
        for kind, community, began_at, ended_at in alerts.order_by("pk").values_list(
            "kind", "bin__point__community__name", "opened_at", "closed_at"
        )
    ]
