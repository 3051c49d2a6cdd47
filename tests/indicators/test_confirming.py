"""Zhao proposes what Zhao saw, Qian confirms what Qian saw; what changes in between is shown again, never published."""

import datetime as dt

import pytest

from households.models import Community, Household
from indicators.models import ProposalWithdrawal, Publication, PublicationProposal, Stage
from indicators.queries.drafts import read_draft
from indicators.queries.publications import closed_proposals, offers, open_proposals
from indicators.services.publishing import (
    FiguresChanged,
    ProposalClosed,
    PublicationProposed,
    WaitingNeedsReason,
    WithdrawalNeedsReason,
    confirm_publication,
    earliest_day,
    propose_publication,
    withdraw_proposal,
)
from people.models import User
from sorting.models import SmartBin
from sorting.services.events import EventRejected, clock_at, read_event
from tests.builders import make_drop_off, make_load
from tests.conftest import SHANGHAI
from tests.publishing import A_DAY_OF_OCTOBER, OCTOBER, confirm, on_day, propose

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposal(east_lake: Community, zhao: User) -> PublicationProposal:
    """October as Zhao proposes it on 1 November, with 300 kg to recycling."""
    make_load(
        community=east_lake, category="RECYCLABLE", destination="RECYCLING", weight_g=300_000, on=A_DAY_OF_OCTOBER
    )
    return propose(month=OCTOBER, stage=Stage.PROVISIONAL, officer=zhao, now=on_day(11, 1))


def more_waste(*, community: Community) -> None:
    """Another 100 kg of October."""
    make_load(community=community, category="RESIDUAL", destination="LANDFILL", weight_g=100_000, on=A_DAY_OF_OCTOBER)


def test_what_changed_after_qian_looked_is_not_published(
    proposal: PublicationProposal, east_lake: Community, qian: User
) -> None:
    seen = read_draft(month=OCTOBER).digest
    assert seen == proposal.shown_digest, "nothing moved since Zhao looked"
    more_waste(community=east_lake)
    with pytest.raises(FiguresChanged):
        confirm_publication(proposal=proposal, shown_digest=seen, officer=qian, now=on_day(11, 2))
    assert not Publication.objects.exists()
    published = confirm(proposal=proposal, officer=qian, now=on_day(11, 2))
    assert published.figures.get(code="landfill_kg", community=None).value == "100"


def test_what_changed_after_zhao_looked_is_not_proposed(east_lake: Community, zhao: User) -> None:
    seen = read_draft(month=OCTOBER).digest
    more_waste(community=east_lake)
    with pytest.raises(FiguresChanged):
        propose_publication(month=OCTOBER, stage=Stage.PROVISIONAL, shown_digest=seen, officer=zhao, now=on_day(11, 1))
    assert not PublicationProposal.objects.exists()


def test_a_month_that_is_not_settled_goes_out_with_a_reason_and_the_count_of_what_waits(
    proposal: PublicationProposal, zhang: Household, bin_07: SmartBin, qian: User
) -> None:
    for hour in (7, 8):
        at = dt.datetime(2026, 10, 30, hour, tzinfo=SHANGHAI)
        make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at, is_tallied=False)
    for reason in ("", "  "):
        with pytest.raises(WaitingNeedsReason):
            confirm(proposal=proposal, officer=qian, now=on_day(11, 2), stale_reason=reason)
    published = confirm(proposal=proposal, officer=qian, now=on_day(11, 2), stale_reason="会议今天要用")
    assert (published.is_stale, published.waiting_count, published.stale_reason) == (True, 2, "会议今天要用")


def test_a_withdrawn_proposal_is_not_confirmed_and_makes_room_for_another(
    proposal: PublicationProposal, zhao: User, qian: User
) -> None:
    with pytest.raises(WithdrawalNeedsReason):
        withdraw_proposal(proposal=proposal, reason=" ", officer=zhao, now=on_day(11, 2))
    withdraw_proposal(proposal=proposal, reason="清运单还没齐", officer=zhao, now=on_day(11, 2))
    assert [each.withdrawal.reason for each in closed_proposals()] == ["清运单还没齐"]
    with pytest.raises(ProposalClosed):
        confirm(proposal=proposal, officer=qian, now=on_day(11, 2))
    with pytest.raises(ProposalClosed):
        withdraw_proposal(proposal=proposal, reason="再撤一次", officer=qian, now=on_day(11, 2))
    assert ProposalWithdrawal.objects.count() == 1
    assert (OCTOBER, Stage.PROVISIONAL) in [(each.month, each.stage) for each in offers(now=on_day(11, 2))]
    again = propose(month=OCTOBER, stage=Stage.PROVISIONAL, officer=qian, now=on_day(11, 3))
    assert again.attempt == 2
    with pytest.raises(PublicationProposed):
        propose(month=OCTOBER, stage=Stage.PROVISIONAL, officer=zhao, now=on_day(11, 3))


def test_a_published_proposal_is_not_withdrawn(proposal: PublicationProposal, zhao: User, qian: User) -> None:
    confirm(proposal=proposal, officer=qian, now=on_day(11, 2))
    with pytest.raises(ProposalClosed):
        withdraw_proposal(proposal=proposal, reason="反悔", officer=zhao, now=on_day(11, 3))


def test_nothing_of_a_month_that_is_out_as_final_waits_for_ever(
    proposal: PublicationProposal, zhao: User, qian: User
) -> None:
    assert list(open_proposals()) == [proposal]
    final = propose(month=OCTOBER, stage=Stage.FINAL, officer=zhao, now=on_day(12, 16))
    confirm(proposal=final, officer=qian, now=on_day(12, 16))
    assert list(open_proposals()) == []
    assert list(closed_proposals()) == [proposal]
    assert OCTOBER not in [each.month for each in offers(now=on_day(12, 16))]


def test_on_the_first_day_of_the_final_figures_no_bin_s_event_of_the_month_comes_in(db: None) -> None:
    event = {"event_id": "e-1", "category": "FOOD", "weight_g": 900, "occurred_at": "2026-10-31T23:59:59+08:00"}
    final_at = dt.datetime.combine(earliest_day(month=OCTOBER, stage=Stage.FINAL), dt.time(), tzinfo=SHANGHAI)
    with pytest.raises(EventRejected, match="occurred_too_long_ago"):
        read_event(event, clock_at(judged_at=final_at, zone=SHANGHAI, has_age_limit=True))
    the_last_second = final_at - dt.timedelta(seconds=1)
    assert read_event(event, clock_at(judged_at=the_last_second, zone=SHANGHAI, has_age_limit=True)).weight_g == 900
