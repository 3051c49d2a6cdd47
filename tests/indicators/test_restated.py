"""A published month against today: equal to the raw rows when it went out, and by how much it is not any more."""

import datetime as dt
from fractions import Fraction

import pytest
from django.db.models import Sum

import indicators.queries.report as report
from collection.models import Load
from households.models import Community, Household
from indicators.catalogue import COMPUTED
from indicators.models import Publication, PublishedFigure, Stage
from indicators.queries.communities import community_facts
from indicators.queries.published import published_faults
from indicators.queries.restated import late_since, restatements
from indicators.recount import community_day_differences, household_day_differences
from people.models import User
from sorting.models import DropOff, SmartBin
from tests.builders import at, make_drop_off, make_load
from tests.publishing import OCTOBER, confirm, on_day, propose
from worker.tally import drain

pytestmark = pytest.mark.django_db
DAYS = (dt.date(2026, 10, 5), dt.date(2026, 10, 19))


def from_raw_rows(*, community: Community | None) -> dict[str, Fraction]:
    """Three figures of October by adding up every drop-off and load, without a tally."""
    drop_offs = DropOff.objects.filter(occurred_on__range=(OCTOBER.starts_on, OCTOBER.ends_on))
    loads = Load.objects.filter(collected_on__range=(OCTOBER.starts_on, OCTOBER.ends_on))
    if community is not None:
        drop_offs, loads = drop_offs.filter(community=community), loads.filter(community=community)
    grams = {
        category: Fraction(total_g)
        for category, total_g in drop_offs.values_list("category").annotate(total_g=Sum("weight_g"))
    }
    food = grams.get("FOOD", Fraction(0))
    landfill_g = sum(load.weight_g for load in loads if load.destination == "LANDFILL")
    return {
        "food_separation_rate": food / (food + grams.get("RESIDUAL", Fraction(0))),
        "recovery_rate bin_side": (food + grams.get("RECYCLABLE", Fraction(0))) / sum(grams.values()),
        "landfill_kg": Fraction(landfill_g, 1_000),
    }


def as_published(*, publication: Publication, community: Community | None) -> dict[str, Fraction]:
    """The same three as they went out."""
    figures = PublishedFigure.objects.filter(publication=publication, community=community)
    return {
        key: Fraction(figures.get(code=key.split()[0], measure="".join(key.split()[1:])).value)
        for key in from_raw_rows(community=community)
    }


def test_a_month_computed_from_its_raw_rows_is_what_was_published_or_the_restatement_says_by_how_much(
    east_lake: Community, zhang: Household, li: Household, bin_07: SmartBin, zhao: User, qian: User
) -> None:
    for on in DAYS:
        for household, category, weight_g in ((zhang, "FOOD", 1_337), (li, "RESIDUAL", 2_001), (li, "RECYCLABLE", 650)):
            make_drop_off(
                smart_bin=bin_07,
                household=household,
                category=category,
                weight_g=weight_g,
                occurred_at=at(on=on),
                is_tallied=False,
            )
        make_load(community=east_lake, category="RESIDUAL", destination="LANDFILL", weight_g=40_003, on=on)
    drain(now=on_day(11, 1))
    proposal = propose(month=OCTOBER, stage=Stage.PROVISIONAL, officer=zhao, now=on_day(11, 1))
    published = confirm(proposal=proposal, officer=qian, now=on_day(11, 2))
    for community in (None, east_lake):
        assert from_raw_rows(community=community) == as_published(publication=published, community=community)
    assert [*community_day_differences(), *household_day_differences()] == []
    assert restatements(publication=published) == []

    make_drop_off(
        smart_bin=bin_07, household=zhang, weight_g=900, occurred_at=at(on=DAYS[0], hour=19), is_tallied=False
    )
    drain(now=on_day(11, 9))
    rows = {
        (f"{row.code} {row.measure}".strip(), row.community): row
        for row in restatements(publication=published)
        if row.field == "value"
    }
    for community in (None, east_lake):
        was, is_now = as_published(publication=published, community=community), from_raw_rows(community=community)
        name = community.name if community else None
        for key in ("food_separation_rate", "recovery_rate bin_side"):
            assert Fraction(rows[key, name].by) == is_now[key] - was[key] > 0
        assert ("landfill_kg", name) not in rows
    assert late_since(publication=published) == {east_lake.pk: on_day(11, 9)}
    assert published_faults() == []


def test_a_figure_whose_formula_is_gone_is_restated_as_gone(
    provisional: Publication,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report, "COMPUTED", tuple(each for each in COMPUTED if each.code != "landfill_kg"))
    gone = {(row.community, row.field): (row.published, row.today) for row in restatements(publication=provisional)}
    assert gone[None, "value"] == ("1200001/1000", "")
    assert gone["西园新村", "formula_version"] == ("1", "")


def test_a_community_that_is_gone_from_the_district_is_restated_as_gone(
    provisional: Publication,
    west_park: Community,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    others = [facts for facts in community_facts(period=OCTOBER) if facts.community_id != west_park.pk]
    monkeypatch.setattr(report, "community_facts", lambda period: others)
    gone = [row for row in restatements(publication=provisional) if row.community_id == west_park.pk]
    assert ("landfill_kg", "value", "500001/1000", "") in [
        (row.code, row.field, row.published, row.today) for row in gone
    ]
