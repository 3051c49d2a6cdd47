"""Reads whether anything of a period still waits to be tallied."""

from django.db.models import Exists, OuterRef, Q

from households.models import Card
from indicators.facts import Period
from sorting.models import Attribution, DropOff, DropOffBatch, SetAside, Verification


def is_anything_untallied(*, period: Period) -> bool:
    """Whether the figures of a period may still move without anything new arriving.

    So it is while an untallied batch brought drop-offs, attributions or verdicts of the period's days, while a
    drop-off of the period is set aside, and while a newly bound card may own an unknown drop-off of the period.
    """
    days = (period.starts_on, period.ends_on)
    waiting = DropOffBatch.objects.filter(
        Exists(DropOff.objects.filter(batch_id=OuterRef("pk"), occurred_on__range=days))
        | Exists(Attribution.objects.filter(batch_id=OuterRef("pk"), occurred_on__range=days))
        | Exists(Verification.objects.filter(batch_id=OuterRef("pk"), drop_off__occurred_on__range=days)),
        tallied_at__isnull=True,
    )
    if waiting.exists() or SetAside.objects.filter(drop_off__occurred_on__range=days).exists():
        return True
    unknown = DropOff.objects.filter(
        household__isnull=True, attribution__isnull=True, card_key=OuterRef("number_key"), occurred_on__range=days
    ).exclude(card_key="")
    return Card.objects.filter(Exists(unknown), is_searched=False).exists()


def waiting_drop_off_count(*, period: Period) -> int:
    """How many drop-offs of a period count nowhere yet: untallied, or set aside with a fault."""
    of_period = DropOff.objects.filter(occurred_on__range=(period.starts_on, period.ends_on))
    set_aside = Exists(SetAside.objects.filter(drop_off=OuterRef("pk")))
    untallied = DropOffBatch.objects.filter(tallied_at__isnull=True).values("pk")
    return of_period.filter(Q(batch__in=untallied) | set_aside).count()
