"""Publishing a month: one officer proposes, another confirms, the figures are frozen behind the chain."""

import calendar
import datetime as dt

from django.db import transaction
from django.utils import timezone

from indicators.facts import Period
from indicators.models import Publication, PublicationProposal, PublishedFigure, Stage
from indicators.published import FIRST_PREVIOUS_DIGEST, figure_digest, frozen_figure, publication_digest
from indicators.queries.report import figures_everywhere
from indicators.queries.staleness import is_anything_untallied
from lib.dialect import snapshot, wait_in_line
from lib.errors import DomainError
from people.models import User
from points.models import Programme
from points.queries.programmes import programme_holding

FINAL_AFTER_DAYS = 45  # by then no bin's late data can still come
PUBLICATION_LINE = 0x7075626C6973  # one for the whole chain: publications follow one another
FIGURES_AT_ONCE = 1_000


class MonthNotOver(DomainError):
    """The month has not ended."""

    code = "month_not_over"
    message = "这个月还没有结束,月末之后才能发布"


class TooEarlyForFinal(DomainError):
    """Late data may still come."""

    code = "too_early_for_final"
    message = f"月末之后满 {FINAL_AFTER_DAYS} 天才能发布最终数据,在此之前可以发布初步数据"


class PublicationProposed(DomainError):
    """Somebody has proposed the month at this stage."""

    code = "publication_proposed"
    message = "这个月的这一阶段已经有人提议发布,请等另一位同事确认"


class AlreadyPublished(DomainError):
    """The month is out at this stage, or as final."""

    code = "already_published"
    message = "这个月已经发布,已发布的数据不再改动"


class ProposerMayNotConfirm(DomainError):
    """Whoever proposed it does not confirm it."""

    code = "proposer_may_not_confirm"
    message = "提议发布的人不能自己确认,请另一位同事确认"


def month_of(*, day: dt.date) -> Period:
    """The calendar month of a day."""
    last = calendar.monthrange(day.year, day.month)[1]
    return Period(starts_on=day.replace(day=1), ends_on=day.replace(day=last))


def earliest_day(*, month: Period, stage: str) -> dt.date:
    """The first local day on which the month may be published."""
    return month.ends_on + dt.timedelta(days=FINAL_AFTER_DAYS if stage == Stage.FINAL else 1)


@transaction.atomic
def propose_publication(*, month: Period, stage: Stage, officer: User, now: dt.datetime) -> PublicationProposal:
    """Propose to publish a calendar month (see `month_of`). Nothing is out before another officer confirms.

    :raises MonthNotOver: it has not ended.
    :raises TooEarlyForFinal: as final, before 45 days have passed.
    :raises AlreadyPublished: it is out at this stage, or as final.
    :raises PublicationProposed: it is proposed and waits.
    """
    wait_in_line(key=PUBLICATION_LINE)
    _check_day(month=month, stage=stage, now=now)
    _check_not_out(month=month, stage=stage)
    if PublicationProposal.objects.filter(starts_on=month.starts_on, stage=stage).exists():
        raise PublicationProposed
    return PublicationProposal.objects.create(
        starts_on=month.starts_on, stage=stage, proposed_by=officer, proposed_at=now
    )


def confirm_publication(*, proposal: PublicationProposal, officer: User, now: dt.datetime) -> Publication:
    """Publish: freeze every computed figure of the district and of each community as it is now.

    :raises ProposerMayNotConfirm: the officer proposed it.
    :raises AlreadyPublished: it is out at this stage, or as final.
    """
    if proposal.proposed_by_id == officer.pk:
        raise ProposerMayNotConfirm
    month = month_of(day=proposal.starts_on)
    _check_day(month=month, stage=proposal.stage, now=now)
    # One view of all tallies; what is tallied meanwhile belongs to a later publication.
    with snapshot():
        is_stale = is_anything_untallied(period=month)
        figures = [
            frozen_figure(computed=computed, community_id=place.community_id if place else None, figure=figure)
            for computed, place, figure in figures_everywhere(period=month)
        ]
    with transaction.atomic():
        wait_in_line(key=PUBLICATION_LINE)
        _check_not_out(month=month, stage=proposal.stage)
        before = Publication.objects.order_by("-number").first()
        publication = Publication(
            number=before.number + 1 if before else 1,
            proposal=proposal,
            starts_on=month.starts_on,
            ends_on=month.ends_on,
            stage=proposal.stage,
            earliest_on=earliest_day(month=month, stage=proposal.stage),
            proposed_by_id=proposal.proposed_by_id,
            confirmed_by=officer,
            confirmed_on=timezone.localdate(now),
            confirmed_at=now,
            programme=_programme(on=month.ends_on),
            is_stale=is_stale,
            figure_count=len(figures),
            previous_digest=bytes(before.digest) if before else FIRST_PREVIOUS_DIGEST,
        )
        for figure in figures:
            figure.digest = figure_digest(figure=figure, number=publication.number)
        # Insert-only: the digest is known before the first row is written, and the figures go in in its order.
        publication.digest = publication_digest(
            publication=publication, figure_digests=[bytes(figure.digest) for figure in figures]
        )
        publication.save(force_insert=True)
        for figure in figures:
            figure.publication = publication
        PublishedFigure.objects.bulk_create(figures, batch_size=FIGURES_AT_ONCE)
    return publication


def _check_day(*, month: Period, stage: str, now: dt.datetime) -> None:
    today = timezone.localdate(now)
    if today <= month.ends_on:
        raise MonthNotOver
    if today < earliest_day(month=month, stage=stage):
        raise TooEarlyForFinal


def _check_not_out(*, month: Period, stage: str) -> None:
    if Publication.objects.filter(starts_on=month.starts_on, stage__in=[stage, Stage.FINAL]).exists():
        raise AlreadyPublished


def _programme(*, on: dt.date) -> Programme | None:
    try:
        return programme_holding(community=None, on=on)
    except Programme.DoesNotExist:
        return None
