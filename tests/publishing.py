"""An officer who looks at a month and proposes or confirms just what is there."""

import datetime as dt

from indicators.facts import Period
from indicators.models import Publication, PublicationProposal, Stage
from indicators.queries.drafts import read_draft
from indicators.services.publishing import confirm_publication, month_of, propose_publication
from people.models import User
from tests.conftest import NOON, SHANGHAI

OCTOBER = Period(starts_on=dt.date(2026, 10, 1), ends_on=dt.date(2026, 10, 31))
A_DAY_OF_OCTOBER = dt.date(2026, 10, 12)


def on_day(month: int, day: int) -> dt.datetime:
    """Early in the morning in Shanghai, when it is still the day before in UTC."""
    return dt.datetime(2026, month, day, 0, 30, tzinfo=SHANGHAI)


def propose(*, month: Period, stage: Stage, officer: User, now: dt.datetime) -> PublicationProposal:
    """The officer looks, and proposes."""
    shown = read_draft(month=month).digest
    return propose_publication(month=month, stage=stage, shown_digest=shown, officer=officer, now=now)


def confirm(*, proposal: PublicationProposal, officer: User, now: dt.datetime, stale_reason: str = "") -> Publication:
    """The officer looks, and confirms."""
    shown = read_draft(month=month_of(day=proposal.starts_on)).digest
    return confirm_publication(
        proposal=proposal, shown_digest=shown, stale_reason=stale_reason, officer=officer, now=now
    )


def a_waiting_proposal() -> PublicationProposal:
    """September, proposed by somebody and not confirmed."""
    september = month_of(day=dt.date(2026, 9, 1))
    found = PublicationProposal.objects.filter(starts_on=september.starts_on).first()
    return found or propose(month=september, stage=Stage.PROVISIONAL, officer=_somebody("sun"), now=NOON)


def a_published_month() -> Publication:
    """August, as two officers put it out."""
    august = month_of(day=dt.date(2026, 8, 1))
    if found := Publication.objects.filter(starts_on=august.starts_on).first():
        return found
    proposal = propose(month=august, stage=Stage.PROVISIONAL, officer=_somebody("sun"), now=NOON)
    return confirm(proposal=proposal, officer=_somebody("zhou"), now=NOON, stale_reason="等不及")


def _somebody(name: str) -> User:
    return User.objects.get_or_create(username=name)[0]
