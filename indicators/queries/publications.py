"""Which months are out, which wait for a second officer, and which could be proposed."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
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
    """What waits for a second officer, the oldest first. Once the month is out as final, nothing of it waits."""
    waiting = PublicationProposal.objects.filter(publication__isnull=True, withdrawal__isnull=True)
    is_final = Exists(Publication.objects.filter(starts_on=OuterRef("starts_on"), stage=Stage.FINAL))
    return waiting.exclude(is_final).select_related("proposed_by").order_by("proposed_at", "pk")


def closed_proposals() -> QuerySet[PublicationProposal]:
    """What nobody will confirm: withdrawn, or of a month that went out as final meanwhile. The last first."""
    unpublished = PublicationProposal.objects.filter(publication__isnull=True)
    closed = unpublished.exclude(pk__in=open_proposals().values("pk"))
    return closed.select_related("proposed_by", "withdrawal__withdrawn_by").order_by("-proposed_at", "-pk")


def offers(*, now: dt.datetime) -> list[Offer]:
    """What may be proposed: of the last six months, what does not wait and is not out at that stage or as final."""
    today = timezone.localdate(now)
    waiting = set(open_proposals().values_list("starts_on", "stage"))
    out = set(Publication.objects.values_list("starts_on", "stage"))
    found: list[Offer] = []
    month = month_of(day=today)
    for _ in range(MONTHS_OFFERED):
        month = month_of(day=month.starts_on - dt.timedelta(days=1))
        found += [
            Offer(month=month, stage=stage)
            for stage in Stage
            if today >= earliest_day(month=month, stage=stage)
            and (month.starts_on, stage) not in waiting | out
            and (month.starts_on, Stage.FINAL) not in out
        ]
    return found
