"""`stale` while anything of the period waits to be tallied."""

import datetime as dt

import pytest

from households.models import Card, Household
from people.models import User
from sorting.models import SetAside, SmartBin, Verdict
from tests.builders import at, make_attribution, make_drop_off, make_verification
from tests.conftest import NOON
from tests.indicators.asking import ask


def is_stale(*, starts_on: str = "2026-11-01", ends_on: str = "2026-11-30", community: str | None = None) -> bool:
    """What every row says, alike."""
    (answer,) = {row["stale"] for row in ask(starts_on=starts_on, ends_on=ends_on, community=community)}
    return bool(answer)


def test_what_is_tallied_leaves_nothing_stale(zhang: Household, bin_07: SmartBin) -> None:
    make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON)
    assert not is_stale()


@pytest.mark.parametrize(
    ("on", "stale"),
    [("2026-10-31", False), ("2026-11-01", True), ("2026-11-30", True), ("2026-12-01", False)],
)
def test_an_untallied_drop_off_makes_its_own_period_stale(
    zhang: Household, bin_07: SmartBin, on: str, stale: bool
) -> None:
    make_drop_off(smart_bin=bin_07, occurred_at=at(on=dt.date.fromisoformat(on)), is_tallied=False)
    assert is_stale() is stale


def test_every_community_is_told(zhang: Household, wang: Household, bin_07: SmartBin) -> None:
    make_drop_off(smart_bin=bin_07, occurred_at=NOON, is_tallied=False)
    assert is_stale(community="西园新村")


def test_an_untallied_attribution_makes_it_stale(zhang: Household, bin_07: SmartBin) -> None:
    make_attribution(drop_off=make_drop_off(smart_bin=bin_07, occurred_at=NOON), household=zhang, is_tallied=False)
    assert is_stale()
    assert not is_stale(ends_on="2026-11-22")


def test_an_untallied_verdict_makes_it_stale(zhang: Household, bin_07: SmartBin, chen: User) -> None:
    drop_off = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON)
    make_verification(drop_off=drop_off, guide=chen, verdict=Verdict.CORRECT, is_tallied=False)
    assert is_stale()
    assert not is_stale(ends_on="2026-11-22")


def test_a_drop_off_set_aside_makes_it_stale(zhang: Household, bin_07: SmartBin) -> None:
    drop_off = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=NOON)
    SetAside.objects.create(drop_off=drop_off, error="?", set_aside_at=NOON)
    assert is_stale()
    assert not is_stale(ends_on="2026-11-22")


def test_a_card_whose_drop_offs_were_not_looked_for_yet_makes_it_stale(zhang: Household, bin_07: SmartBin) -> None:
    make_drop_off(smart_bin=bin_07, occurred_at=NOON, card="A0000001")
    assert is_stale()
    assert not is_stale(ends_on="2026-11-22")
    Card.objects.update(is_searched=True)
    assert not is_stale()
