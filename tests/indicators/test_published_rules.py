"""A published month names the versions behind it: of each formula, and of each programme on its days."""

import datetime as dt
import hashlib

import pytest
from django.db import IntegrityError, transaction

from households.models import Community
from indicators.catalogue import COMPUTED
from indicators.models import Publication, PublicationProposal, PublishedRule, Stage
from indicators.queries.published import published_faults
from people.models import User
from points.models import Programme
from points.queries.programme_spans import programme_spans
from tests.indicators.test_publishing import copied
from tests.publishing import OCTOBER, confirm, on_day, propose

pytestmark = pytest.mark.django_db
HOUR_S = 3_600


def make_programme(*, name: str, holds_from: dt.date, community: Community | None = None) -> Programme:
    """An approved programme that pays nothing."""
    return Programme.objects.create(
        name=name, community=community, holds_from=holds_from, checking_window_s=48 * HOUR_S
    )


def test_every_programme_that_held_in_october_is_kept_with_its_days(
    october: None, east_lake: Community, west_park: Community, zhao: User, qian: User
) -> None:
    first = Programme.objects.get()
    make_programme(name="西园十一月", holds_from=dt.date(2026, 11, 1), community=west_park)
    later = make_programme(name="全区新方案", holds_from=dt.date(2026, 10, 20))
    own = make_programme(name="东湖自己的", holds_from=dt.date(2026, 10, 10), community=east_lake)
    proposal = propose(month=OCTOBER, stage=Stage.PROVISIONAL, officer=zhao, now=on_day(11, 1))
    published = confirm(proposal=proposal, officer=qian, now=on_day(11, 2))
    kept = PublishedRule.objects.filter(publication=published).order_by("pk")
    assert list(kept.values_list("community__name", "programme", "starts_on", "ends_on")) == [
        (None, first.pk, dt.date(2026, 10, 1), dt.date(2026, 10, 19)),
        (None, later.pk, dt.date(2026, 10, 20), dt.date(2026, 10, 31)),
        ("东湖花园", first.pk, dt.date(2026, 10, 1), dt.date(2026, 10, 9)),
        ("东湖花园", own.pk, dt.date(2026, 10, 10), dt.date(2026, 10, 31)),
    ]
    versions = set(published.figures.values_list("code", "measure", "formula_version"))
    assert versions == {(each.code, each.measure or "", 1) for each in COMPUTED}
    assert (published.rule_count, published.programme, published_faults()) == (4, later, [])


def test_a_programme_that_ended_before_the_month_is_not_of_it(db: None) -> None:
    later = make_programme(name="九月起", holds_from=dt.date(2026, 9, 30))
    spans = programme_spans(starts_on=OCTOBER.starts_on, ends_on=OCTOBER.ends_on)
    assert [(span.programme, span.starts_on, span.ends_on) for span in spans] == [
        (later, OCTOBER.starts_on, OCTOBER.ends_on)
    ]


def words_of_the_first_format(publication: Publication) -> bytes:
    """What a publication said before there were rules, as it was hashed then."""
    moments = [
        each.astimezone(dt.UTC).isoformat() for each in (publication.proposal.proposed_at, publication.confirmed_at)
    ]
    words = [
        *(publication.number, publication.proposal_id, publication.starts_on, publication.ends_on, publication.stage),
        *(publication.earliest_on, publication.proposed_by_id, publication.confirmed_by_id, publication.confirmed_on),
        *(*moments, publication.programme_id, publication.is_stale, publication.figure_count),
    ]
    return hashlib.sha256("|".join(map(str, words)).encode()).digest()


def test_a_chain_that_began_before_there_were_rules_goes_on_and_is_proved(
    october: None, zhao: User, qian: User
) -> None:
    proposal = PublicationProposal.objects.create(
        starts_on=dt.date(2026, 9, 1), stage=Stage.FINAL, proposed_by=zhao, proposed_at=on_day(10, 31)
    )
    old = Publication(
        number=1,
        proposal=proposal,
        starts_on=dt.date(2026, 9, 1),
        ends_on=dt.date(2026, 9, 30),
        stage=Stage.FINAL,
        earliest_on=dt.date(2026, 10, 1),
        proposed_by=zhao,
        confirmed_by=qian,
        confirmed_on=dt.date(2026, 10, 31),
        confirmed_at=on_day(10, 31),
        programme=Programme.objects.get(),
        is_stale=True,
        figure_count=0,
        previous_digest=bytes(32),
    )
    old.digest = hashlib.sha256(bytes(32) + words_of_the_first_format(old)).digest()
    old.save(force_insert=True)
    proposal = propose(month=OCTOBER, stage=Stage.PROVISIONAL, officer=zhao, now=on_day(11, 1))
    new = confirm(proposal=proposal, officer=qian, now=on_day(11, 2))
    assert (old.digest_format, new.digest_format, bytes(new.previous_digest)) == (1, 2, old.digest)
    assert published_faults() == []
    assert published_faults(last_count=1) == []


def test_the_database_wants_a_reason_where_records_waited(provisional: Publication) -> None:
    with pytest.raises(IntegrityError, match="publication_stale_with_a_reason"), transaction.atomic():
        copied(provisional, is_stale=True, stale_reason="", confirmed_on=dt.date(2026, 12, 16)).save(force_insert=True)
