"""Publishing a month: one officer proposes, another confirms just what was on the screen, and it is frozen."""

import calendar
import datetime as dt

from django.db import transaction
from django.utils import timezone

from indicators.facts import Period
from indicators.models import (
    ProposalWithdrawal,
    Publication,
    PublicationProposal,
    PublishedFigure,
    PublishedRule,
    Stage,
)
from indicators.published import (
    DIGEST_FORMAT,
    FIRST_PREVIOUS_DIGEST,
    figure_digest,
    publication_digest,
    rule_digest,
)
from indicators.queries.drafts import MonthDraft, read_draft
from lib.dialect import wait_in_line
from lib.errors import DomainError
from people.models import User
from sorting.services.events import AGE_DAYS_MAX

# A bin's event is accepted until so many days after it happened, to the second: that of the month's last evening comes
# in during the whole of the last of these days, and the day after that is the first on which none can come.
FINAL_AFTER_DAYS = AGE_DAYS_MAX
PUBLICATION_LINE = 0x7075626C6973  # one for the whole chain: publications follow one another
ROWS_AT_ONCE = 1_000
REASON_LENGTH_MAX = 200


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


class FiguresChanged(DomainError):
    """The figures are not those that the officer looked at."""

    code = "figures_changed"
    message = "您查看之后数据有了变动,没有提交;请看过下面的新数据再决定"


class WaitingNeedsReason(DomainError):
    """Records of the month wait for the tally, and nobody said why it is to go out all the same."""

    code = "waiting_needs_reason"
    message = "这个月还有没结算的记录;请等结算完,或写明为什么现在就要发布"


class ProposalClosed(DomainError):
    """The proposal was withdrawn, or the month is out."""

    code = "proposal_closed"
    message = "这条提议已经撤回或已经发布,不能再办理"


class WithdrawalNeedsReason(DomainError):
    """A proposal is taken back with a reason."""

    code = "withdrawal_needs_reason"
    message = "请写明为什么撤回"


def month_of(*, day: dt.date) -> Period:
    """The calendar month of a day."""
    last = calendar.monthrange(day.year, day.month)[1]
    return Period(starts_on=day.replace(day=1), ends_on=day.replace(day=last))


def earliest_day(*, month: Period, stage: str) -> dt.date:
    """The first local day on which the month may be published."""
    return month.ends_on + dt.timedelta(days=1 + (FINAL_AFTER_DAYS if stage == Stage.FINAL else 0))


def propose_publication(
    *, month: Period, stage: Stage, shown_digest: str, officer: User, now: dt.datetime
) -> PublicationProposal:
    """Propose to publish a calendar month (see `month_of`). Nothing is out before another officer confirms.

    `shown_digest` is that of the draft that the officer looked at (indicators.queries.drafts).

    :raises MonthNotOver: it has not ended.
    :raises TooEarlyForFinal: as final, before 45 days have passed.
    :raises FiguresChanged: the draft is another by now.
    :raises AlreadyPublished: it is out at this stage, or as final.
    :raises PublicationProposed: it is proposed and waits.
    """
    _check_day(month=month, stage=stage, now=now)
    if read_draft(month=month).digest != shown_digest:
        raise FiguresChanged
    with transaction.atomic():
        wait_in_line(key=PUBLICATION_LINE)
        _check_not_out(month=month, stage=stage)
        earlier = PublicationProposal.objects.filter(starts_on=month.starts_on, stage=stage)
        if earlier.filter(withdrawal__isnull=True).exists():
            raise PublicationProposed
        return PublicationProposal.objects.create(
            starts_on=month.starts_on,
            stage=stage,
            attempt=earlier.count() + 1,
            shown_digest=shown_digest,
            proposed_by=officer,
            proposed_at=now,
        )


@transaction.atomic
def withdraw_proposal(
    *, proposal: PublicationProposal, reason: str, officer: User, now: dt.datetime
) -> ProposalWithdrawal:
    """Take a proposal out of what waits, the own or a colleague's. The month may be proposed anew.

    :raises WithdrawalNeedsReason: there is none.
    :raises ProposalClosed: it is withdrawn or published.
    """
    wait_in_line(key=PUBLICATION_LINE)
    if not reason.strip():
        raise WithdrawalNeedsReason
    if _is_withdrawn(proposal=proposal) or Publication.objects.filter(proposal=proposal).exists():
        raise ProposalClosed
    return ProposalWithdrawal.objects.create(
        proposal=proposal, withdrawn_by=officer, withdrawn_at=now, reason=reason.strip()[:REASON_LENGTH_MAX]
    )


def confirm_publication(
    *, proposal: PublicationProposal, shown_digest: str, officer: User, now: dt.datetime, stale_reason: str = ""
) -> Publication:
    """Publish: freeze exactly the figures and rules that the officer looked at (`shown_digest`).

    While records of the month wait for the tally it takes a `stale_reason`, which is published with it.

    :raises ProposerMayNotConfirm: the officer proposed it.
    :raises FiguresChanged: the draft is another by now.
    :raises WaitingNeedsReason: something is untallied and there is no reason.
    :raises ProposalClosed: it was withdrawn.
    :raises AlreadyPublished: it is out at this stage, or as final.
    """
    if proposal.proposed_by_id == officer.pk:
        raise ProposerMayNotConfirm
    month = month_of(day=proposal.starts_on)
    _check_day(month=month, stage=proposal.stage, now=now)
    draft = read_draft(month=month)
    if draft.digest != shown_digest:
        raise FiguresChanged
    if draft.is_stale and not stale_reason.strip():
        raise WaitingNeedsReason
    with transaction.atomic():
        wait_in_line(key=PUBLICATION_LINE)
        _check_not_out(month=month, stage=proposal.stage)
        if _is_withdrawn(proposal=proposal):
            raise ProposalClosed
        return _publish(
            proposal=proposal,
            draft=draft,
            stale_reason=stale_reason.strip()[:REASON_LENGTH_MAX] if draft.is_stale else "",
            officer=officer,
            now=now,
        )


def _publish(
    *, proposal: PublicationProposal, draft: MonthDraft, stale_reason: str, officer: User, now: dt.datetime
) -> Publication:
    before = Publication.objects.order_by("-number").first()
    figures, rules = draft.figures, draft.rules
    of_district = [rule for rule in rules if rule.community_id is None]
    publication = Publication(
        number=before.number + 1 if before else 1,
        proposal=proposal,
        starts_on=draft.month.starts_on,
        ends_on=draft.month.ends_on,
        stage=proposal.stage,
        earliest_on=earliest_day(month=draft.month, stage=proposal.stage),
        proposed_by_id=proposal.proposed_by_id,
        confirmed_by=officer,
        confirmed_on=timezone.localdate(now),
        confirmed_at=now,
        programme=of_district[-1].programme if of_district else None,
        is_stale=draft.is_stale,
        waiting_count=draft.waiting_count,
        stale_reason=stale_reason,
        digest_format=DIGEST_FORMAT,
        rule_count=len(rules),
        figure_count=len(figures),
        previous_digest=bytes(before.digest) if before else FIRST_PREVIOUS_DIGEST,
    )
    for figure in figures:
        figure.digest = figure_digest(figure=figure, number=publication.number)
    for rule in rules:
        rule.digest = rule_digest(rule=rule, number=publication.number)
    # Insert-only: the digest is known before the first row is written, and the rows go in in its order.
    publication.digest = publication_digest(
        publication=publication,
        figure_digests=[bytes(figure.digest) for figure in figures],
        rule_digests=[bytes(rule.digest) for rule in rules],
    )
    publication.save(force_insert=True)
    for figure in figures:
        figure.publication = publication
    for rule in rules:
        rule.publication = publication
    PublishedFigure.objects.bulk_create(figures, batch_size=ROWS_AT_ONCE)
    PublishedRule.objects.bulk_create(rules, batch_size=ROWS_AT_ONCE)
    return publication


def _is_withdrawn(*, proposal: PublicationProposal) -> bool:
    return ProposalWithdrawal.objects.filter(proposal=proposal).exists()


def _check_day(*, month: Period, stage: str, now: dt.datetime) -> None:
    today = timezone.localdate(now)
    if today <= month.ends_on:
        raise MonthNotOver
    if today < earliest_day(month=month, stage=stage):
        raise TooEarlyForFinal


def _check_not_out(*, month: Period, stage: str) -> None:
    if Publication.objects.filter(starts_on=month.starts_on, stage__in=[stage, Stage.FINAL]).exists():
        raise AlreadyPublished
