"""The city's platform reads what the bureau published, the plan's 47, the quality of the data and the loads."""

import datetime as dt
from decimal import Decimal

import pytest

from collection.models import Load
from households.models import Community
from indicators.models import Publication, Stage
from indicators.queries.restated import restatements
from indicators.services.reporting import review_value
from people.models import Role, RoleGrant, ScopeKind, User
from tests.api.asking import Asker
from tests.builders import make_community_day, make_load
from tests.conftest import NOON, TODAY
from tests.publishing import A_DAY_OF_OCTOBER, OCTOBER, confirm, on_day, propose
from tests.reports import make_reporter, make_reviewer, report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
MONTH = {"from": "2026-10-01", "to": "2026-10-31"}


@pytest.fixture
def officer(zhao: User) -> Asker:
    return Asker(user=zhao)


@pytest.fixture
def sun(west_park: Community) -> Asker:
    """Officer Sun, of 西园新村 only."""
    user = User.objects.create_user(username="sun")
    RoleGrant.objects.create(
        user=user, role=Role.OFFICER, scope_kind=ScopeKind.COMMUNITY, scope_id=west_park.pk, starts_on=TODAY
    )
    return Asker(user=user)


@pytest.fixture
def october(east_lake: Community, west_park: Community, zhao: User, qian: User) -> Publication:
    """300 of 1,000 kg recovered in 东湖花园, 500.001 kg landfilled in 西园新村; out since 2 November."""
    for community, category, destination, weight_g in (
        (east_lake, "RECYCLABLE", "RECYCLING", 300_000),
        (east_lake, "RESIDUAL", "LANDFILL", 700_000),
        (west_park, "RESIDUAL", "LANDFILL", 500_001),
    ):
        make_load(
            community=community, category=category, destination=destination, weight_g=weight_g, on=A_DAY_OF_OCTOBER
        )
    proposal = propose(month=OCTOBER, stage=Stage.PROVISIONAL, officer=zhao, now=on_day(11, 1))
    return confirm(proposal=proposal, officer=qian, now=on_day(11, 2))


def test_a_published_month_is_read_with_its_figures_rules_and_restatements(
    officer: Asker, october: Publication, east_lake: Community
) -> None:
    [month] = officer.get("bureau/publications").json()["items"]
    assert (month["publication_number"], month["stage"], month["digest"]) == (
        *(1, "PROVISIONAL", bytes(october.digest).hex()),
    )
    assert [(rule["programme_id"], rule["starts_on"], rule["ends_on"]) for rule in month["rules"]] == [
        (october.programme_id, "2026-10-01", "2026-10-31")
    ]
    page = officer.get("bureau/publications/1/figures", limit=20).json()
    rest = officer.get("bureau/publications/1/figures", limit=20, after=page["next"]).json()
    figures = page["items"] + rest["items"]
    assert (len(figures), rest["next"]) == (3 * 12, None)
    landfill = next(each for each in figures if (each["code"], each["community_id"]) == ("landfill_kg", None))
    assert (landfill["value"], landfill["denominator"], landfill["formula_version"]) == (1200.001, None, 1)
    assert officer.get("bureau/publications/1/restatements").json()["items"] == []
    make_load(community=east_lake, category="FOOD", destination="COMPOSTING", weight_g=1, on=A_DAY_OF_OCTOBER)
    first = officer.get("bureau/publications/1/restatements", limit=3).json()
    others = officer.get("bureau/publications/1/restatements", limit=200, after=first["next"]).json()
    found = [
        (row["code"], row["measure"], row["community_id"], row["field"], row["by"])
        for row in first["items"] + others["items"]
    ]
    assert found == [
        (row.code, row.measure, row.community_id, row.field, row.by) for row in restatements(publication=october)
    ]
    assert ("recovery_rate", "weighed", east_lake.pk, "numerator", "1/1000") in found
    assert officer.get("bureau/publications/9/figures").status_code == 404


def test_officer_sun_reads_the_own_community_of_a_published_month_and_no_more(
    sun: Asker, october: Publication, east_lake: Community, west_park: Community
) -> None:
    figures = sun.get("bureau/publications/1/figures").json()["items"]
    assert {each["community_id"] for each in figures} == {west_park.pk}
    for community in (east_lake, west_park):
        make_load(community=community, category="RESIDUAL", destination="LANDFILL", weight_g=9, on=A_DAY_OF_OCTOBER)
    rows = sun.get("bureau/publications/1/restatements").json()["items"]
    assert {each["community_id"] for each in rows} == {west_park.pk}
    assert {each["community_id"] for each in sun.get("bureau/loads", **MONTH).json()["items"]} == {west_park.pk}
    assert {each["community_id"] for each in sun.get("bureau/data-quality", **MONTH).json()["items"]} == {west_park.pk}


def test_the_47_come_with_the_value_that_was_accepted(officer: Asker) -> None:
    entered = report(
        reporter=make_reporter(), value=Decimal("81.5"), starts_on=dt.date(2025, 1, 1), ends_on=dt.date(2025, 12, 31)
    )
    assert all(each["reported"] is None for each in officer.get("bureau/plan").json()["items"]), "nobody accepted it"
    review_value(value=entered, is_accepted=True, reason="", reviewer=make_reviewer(), now=NOON)
    items = officer.get("bureau/plan").json()["items"]
    assert sorted({each["number"] for each in items}) == list(range(1, 48))
    [reported] = [each["reported"] for each in items if each["reported"]]
    assert (reported["value"], reported["ends_on"], reported["department"]) == (81.5, "2025-12-31", "区科工局")


def test_quality_and_loads_come_by_community_page_by_page(
    officer: Asker, october: Publication, east_lake: Community, west_park: Community
) -> None:
    make_community_day(community=east_lake, on=A_DAY_OF_OCTOBER, category="RESIDUAL")
    first = officer.get("bureau/data-quality", **MONTH, limit=1).json()
    assert [each["community"] for each in first["items"]] == ["东湖花园"]
    assert {part["name"]: (part["good"], part["whole"]) for part in first["items"][0]["parts"]}["清运"] == (1, 1)
    second = officer.get("bureau/data-quality", **MONTH, limit=1, after=first["next"]).json()
    assert ([each["community"] for each in second["items"]], second["next"]) == (["西园新村"], None)
    page = officer.get("bureau/loads", **MONTH, limit=2).json()
    rest = officer.get("bureau/loads", **MONTH, after=page["next"]).json()
    sums = [(each["community"], each["category"], each["weight_g"]) for each in page["items"] + rest["items"]]
    assert sums == [
        ("东湖花园", "RECYCLABLE", 300_000),
        ("东湖花园", "RESIDUAL", 700_000),
        ("西园新村", "RESIDUAL", 500_001),
    ]
    assert sum(each[2] for each in sums) == sum(Load.objects.values_list("weight_g", flat=True))
