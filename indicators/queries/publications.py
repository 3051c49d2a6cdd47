"""Which months are out, which wait for a second officer, and which could be proposed."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from indicators.facts import Period
from indicators.models import Publication, PublicationProposal, Stage
from indicators.services.publishing import earliest_day, month_of

MONTHS_OFFERED = 6


@dataclass(frozen=True, slots=True)
class Offer:
    """A month that may be proposed at a stage now."""

    month: Period
    stage: Stage


def publications() -> QuerySet[Publication]:
    """What is out, the last first."""
    return Publication.objects.select_related("proposed_by", "confirmed_by").order_by("-number")


def open_proposals() -> QuerySet[PublicationProposal]:
    """What waits for a second officer, the oldest first."""
    waiting = PublicationProposal.objects.filter(publication__isnull=True)
    return waiting.select_related("proposed_by").order_by("proposed_at", "pk")


def offers(*, now: dt.datetime) -> list[Offer]:
    """What may be proposed: of the last six months, not proposed at that stage and not out as final."""
    today = timezone.localdate(now)
    proposed = set(PublicationProposal.objects.values_list("starts_on", "stage"))
    final = set(Publication.objects.filter(stage=Stage.FINAL).values_list("starts_on", flat=True))
    found: list[Offer] = []
    month = month_of(day=today)
    for _ in range(MONTHS_OFFERED):
        month = month_of(day=month.starts_on - dt.timedelta(days=1))
        found += [
            Offer(month=month, stage=stage)
            for stage in Stage
            if today >= earliest_day(month=month, stage=stage)
            and (month.starts_on, stage) not in proposed
            and month.starts_on not in final
        ]
    return found
