"""A month is published by two officers, frozen behind a chain; late data stands beside it as a restatement."""

import datetime as dt
import io
import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from collection.models import Load
from collection.services import Share, Slip, correct_weighing
from households.community_changes import Declared
from households.models import Community
from households.services.community_changes import change_community
from indicators.models import Publication, PublicationProposal, PublishedFigure, Stage
from indicators.queries.published import published_faults
from indicators.queries.restated import restatements
from indicators.services.publishing import (
    AlreadyPublished,
    MonthNotOver,
    ProposerMayNotConfirm,
    PublicationProposed,
    TooEarlyForFinal,
    month_of,
    withdraw_proposal,
)
from people.models import User
from tests.builders import make_load
from tests.emptying import emptying_allowed
from tests.publishing import A_DAY_OF_OCTOBER, OCTOBER, confirm, on_day, propose

pytestmark = pytest.mark.django_db
TABLES = [
    "indicators_publicationproposal",
    "indicators_proposalwithdrawal",
    "indicators_publication",
    "indicators_publishedfigure",
    "indicators_publishedrule",
]


def publish_final(*, zhao: User, qian: User) -> Publication:
    """October as final, on the first day on which it may be."""
    proposal = propose(month=OCTOBER, stage=Stage.FINAL, officer=qian, now=on_day(12, 16))
    return confirm(proposal=proposal, officer=zhao, now=on_day(12, 16))


def verify() -> tuple[int, dict[str, Any]]:
    """Exit code and document of `verify_published --json`."""
    out, code = io.StringIO(), 0
    try:
        call_command("verify_published", "--json", stdout=out)
    except SystemExit as error:
        code = int(error.code or 0)
    document: dict[str, Any] = json.loads(out.getvalue())
    return code, document


def test_october_is_frozen_for_the_district_and_each_community(provisional: Publication) -> None:
    figures = PublishedFigure.objects.filter(publication=provisional)
    assert figures.count() == provisional.figure_count == 3 * 12
    frozen = {
        figure.community.name if figure.community else None: (figure.numerator, figure.denominator, figure.value)
        for figure in figures.filter(code="recovery_rate", measure="weighed").select_related("community")
    }
    assert frozen == {None: ("300", "1000", "3/10"), "东湖花园": ("300", "1000", "3/10"), "西园新村": ("", "", "")}
    landfill = figures.get(code="landfill_kg", community=None)
    assert (Fraction(landfill.value), landfill.formula_version) == (Fraction("1200.001"), 1)
    assert provisional.programme is not None
    assert verify() == (0, {"ok": True, "months": 1, "faults": [], "restatements": []})


def test_whoever_proposed_does_not_confirm(october: None, zhao: User) -> None:
    proposal = propose(month=OCTOBER, stage=Stage.PROVISIONAL, officer=zhao, now=on_day(11, 1))
    with pytest.raises(ProposerMayNotConfirm):
        confirm(proposal=proposal, officer=zhao, now=on_day(11, 1))
    assert not Publication.objects.exists()


def copied(publication: Publication, **changes: Any) -> Publication:
    """The next row of the chain as somebody beside the service would write it."""
    proposal = PublicationProposal.objects.create(
        starts_on=OCTOBER.starts_on,
        stage=Stage.FINAL,
        proposed_by_id=publication.proposed_by_id,
        proposed_at=on_day(12, 16),
    )
    row = Publication.objects.get(pk=publication.pk)
    values = {"pk": None, "number": 2, "proposal": proposal, "stage": Stage.FINAL, **changes}
    for name, value in values.items():
        setattr(row, name, value)
    return row


def test_the_database_refuses_one_officer_for_both(provisional: Publication, zhao: User) -> None:
    with pytest.raises(IntegrityError, match="publication_by_two_people"), transaction.atomic():
        copied(provisional, confirmed_by=zhao).save(force_insert=True)


def test_the_database_refuses_a_publication_before_its_day(provisional: Publication) -> None:
    with pytest.raises(IntegrityError, match="publication_not_early"), transaction.atomic():
        copied(provisional, earliest_on=dt.date(2026, 12, 16)).save(force_insert=True)


def test_a_month_is_published_after_its_end_and_as_final_after_45_days(october: None, zhao: User, qian: User) -> None:
    with pytest.raises(MonthNotOver):
        propose(month=OCTOBER, stage=Stage.PROVISIONAL, officer=zhao, now=on_day(10, 31))
    with pytest.raises(TooEarlyForFinal):
        propose(month=OCTOBER, stage=Stage.FINAL, officer=zhao, now=on_day(12, 15))
    assert publish_final(zhao=zhao, qian=qian).stage == Stage.FINAL


def test_a_final_proposal_that_came_in_early_is_not_confirmed_early(october: None, zhao: User, qian: User) -> None:
    early = PublicationProposal.objects.create(
        starts_on=OCTOBER.starts_on, stage=Stage.FINAL, proposed_by=zhao, proposed_at=on_day(11, 2)
    )
    with pytest.raises(TooEarlyForFinal):
        confirm(proposal=early, officer=qian, now=on_day(12, 15))


def test_a_month_is_proposed_and_published_once(provisional: Publication, zhao: User, qian: User) -> None:
    with pytest.raises(AlreadyPublished):
        propose(month=OCTOBER, stage=Stage.PROVISIONAL, officer=zhao, now=on_day(11, 3))
    with pytest.raises(AlreadyPublished):
        confirm(proposal=provisional.proposal, officer=qian, now=on_day(11, 3))
    propose(month=OCTOBER, stage=Stage.FINAL, officer=qian, now=on_day(12, 16))
    with pytest.raises(PublicationProposed):
        propose(month=OCTOBER, stage=Stage.FINAL, officer=zhao, now=on_day(12, 16))


def test_late_data_shows_as_a_restatement_and_changes_nothing(
    provisional: Publication, east_lake: Community, zhao: User, qian: User
) -> None:
    before = list(PublishedFigure.objects.order_by("pk").values_list("value", "digest"))
    make_load(community=east_lake, category="FOOD", destination="COMPOSTING", weight_g=250_000, on=A_DAY_OF_OCTOBER)
    rows = {(each.code, each.community, each.field): each for each in restatements(publication=provisional)}
    numerator = rows["recovery_rate", "东湖花园", "numerator"]
    assert (numerator.published, numerator.today, numerator.by) == ("300", "550", "250")
    assert Fraction(rows["recovery_rate", None, "value"].by) == Fraction(550, 1250) - Fraction(300, 1000)
    assert not [key for key in rows if key[1] == "西园新村"]
    code, document = verify()
    assert (code, document["ok"], len(document["restatements"])) == (0, True, len(rows))
    assert list(PublishedFigure.objects.order_by("pk").values_list("value", "digest")) == before
    publish_final(zhao=zhao, qian=qian)
    assert verify() == (0, {"ok": True, "months": 1, "faults": [], "restatements": []}), "the final one has it"


def test_a_corrected_load_of_a_published_month_shows_as_a_restatement(
    provisional: Publication, east_lake: Community, zhao: User
) -> None:
    load = Load.objects.get(weight_g=700_000)
    slip = Slip(
        collected_on=A_DAY_OF_OCTOBER,
        category="RECYCLABLE",
        destination="LANDFILL",
        gross_kg=Decimal(70),
        tare_kg=Decimal(0),
        shares=[Share(east_lake)],
    )
    correct_weighing(replaces=load, slip=slip, reason="多写一个 0", clerk=zhao, now=on_day(11, 20))
    rows = {(each.code, each.community, each.field): each for each in restatements(publication=provisional)}
    denominator = rows["recovery_rate", "东湖花园", "denominator"]
    assert (denominator.published, denominator.today) == ("1000", "370")


def test_a_change_of_a_community_of_a_past_day_shows_as_a_restatement_and_one_of_a_later_day_does_not(
    provisional: Publication, east_lake: Community, zhao: User
) -> None:
    for valid_from, residents in ((dt.date(2026, 11, 1), 1_500), (dt.date(2026, 10, 20), 1_200)):
        assert restatements(publication=provisional) == []
        change_community(
            community_id=east_lake.pk,
            declared=Declared(is_urban_core=True, is_pilot=True, household_count=400, resident_count=residents),
            valid_from=valid_from,
            reason="社区年报",
            officer=zhao,
            now=on_day(11, 20),
        )
    rows = {(each.code, each.community, each.field): each for each in restatements(publication=provisional)}
    denominator = rows["waste_per_person_day_kg", "东湖花园", "denominator"]
    assert (denominator.published, denominator.today) == (f"{31 * 1_100}", f"{31 * 1_200}")


def test_a_figure_edited_behind_the_platforms_back_is_named(provisional: Publication, zhao: User, qian: User) -> None:
    publish_final(zhao=zhao, qian=qian)
    edited = PublishedFigure.objects.get(publication=provisional, code="landfill_kg", community=None)
    with emptying_allowed(), connection.cursor() as cursor:
        cursor.execute("UPDATE indicators_publishedfigure SET value = '1' WHERE id = %s", [edited.pk])
    code, document = verify()
    assert code == 1
    assert [fault["kind"] for fault in document["faults"]] == ["figure_altered"]
    assert document["faults"][0]["row"] == f"figure {edited.pk} 2026-10 landfill_kg district"


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ("DELETE FROM indicators_publishedfigure WHERE code = 'landfill_kg'", ["publication_altered"]),
        ("UPDATE indicators_publication SET confirmed_on = '2026-11-09'", ["publication_altered"]),
        ("UPDATE indicators_publication SET number = 2", ["publication_missing", "figure_altered"]),
        ("UPDATE indicators_publicationproposal SET stage = 'FINAL'", ["proposal_altered"]),
        ("UPDATE indicators_publicationproposal SET shown_digest = ''", ["publication_altered"]),
        ("UPDATE indicators_publication SET waiting_count = 3", ["publication_altered"]),
        ("UPDATE indicators_publishedrule SET ends_on = '2026-10-30'", ["rule_altered"]),
        ("DELETE FROM indicators_publishedrule", ["publication_altered"]),
        ("UPDATE points_pointrule SET points = 99 WHERE category = 'FOOD'", ["programme_altered"]),
    ],
)
def test_whatever_else_is_edited_is_named(provisional: Publication, statement: str, kinds: list[str]) -> None:
    with emptying_allowed(), connection.cursor() as cursor:
        cursor.execute(statement)
    found = [fault.kind for fault in published_faults()]
    assert found[: len(kinds)] == kinds


def test_a_chain_that_does_not_join_is_named(provisional: Publication, zhao: User, qian: User) -> None:
    final = publish_final(zhao=zhao, qian=qian)
    with emptying_allowed():
        Publication.objects.filter(pk=final.pk).update(previous_digest=bytes(32))
    assert [(fault.kind, fault.row) for fault in published_faults()] == [
        ("chain_broken", "publication 2"),
        ("publication_altered", "publication 2"),
    ]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_refuses_to_change_what_was_published(
    provisional: Publication, zhao: User, qian: User, table: str, statement: str
) -> None:
    final = propose(month=OCTOBER, stage=Stage.FINAL, officer=zhao, now=on_day(12, 16))
    withdraw_proposal(proposal=final, reason="先等清运单", officer=qian, now=on_day(12, 16))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_a_missing_trigger_is_a_fault(provisional: Publication) -> None:
    with emptying_allowed():
        assert {fault.kind for fault in published_faults()} == {"trigger_missing"}


@pytest.mark.parametrize(("day", "last"), [("2028-02-10", "2028-02-29"), ("2026-12-31", "2026-12-31")])
def test_a_month_ends_with_its_last_day(day: str, last: str) -> None:
    assert month_of(day=dt.date.fromisoformat(day)).ends_on == dt.date.fromisoformat(last)
