"""export_balances: one row a household, the contract's columns, the same file on every database."""

import datetime as dt
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from households.models import Card, CardKind, Household
from households.services import issue_card, replace_card
from points.models import Account, AccountKind
from tests.importing import read_table

pytestmark = pytest.mark.django_db


def export(tmp_path: Path) -> list[dict[str, str]]:
    path = tmp_path / "balances.csv"
    call_command("export_balances", str(path), stderr=io.StringIO())
    return read_table(path)


def hold(*, household: Household, kind: AccountKind, points: int) -> None:
    account, _ = Account.objects.get_or_create(household=household, kind=kind, defaults={"balance_points": 0})
    Account.objects.filter(pk=account.pk).update(balance_points=points)


def test_zhang_and_wang_are_there_with_what_they_hold(
    zhang: Household, li: Household, wang: Household, now: dt.datetime, tmp_path: Path
) -> None:
    hold(household=zhang, kind=AccountKind.PENDING, points=10)
    hold(household=zhang, kind=AccountKind.AVAILABLE, points=55)
    hold(household=wang, kind=AccountKind.AVAILABLE, points=7)
    replace_card(household=li, kind=CardKind.RFID, number="B2", now=now)
    issue_card(household=li, kind=CardKind.QR, number="cafe", now=now)
    Card.objects.filter(household=wang).update(valid_to=now)
    rows = export(tmp_path)
    assert list(rows[0]) == [
        "subdistrict",
        "community",
        "building",
        "unit",
        "room",
        "household_code",
        "rfid",
        "pending_points",
        "available_points",
    ]
    assert [tuple(row.values()) for row in rows] == [
        ("东城街道", "东湖花园", "1", "1", "101", zhang.code, "A0000001", "10", "55"),
        ("东城街道", "东湖花园", "1", "1", "102", li.code, "B2", "0", "0"),
        ("西关街道", "西园新村", "1", "1", "201", wang.code, "", "0", "7"),
    ]


def test_a_household_that_has_left_is_there_while_it_holds_points(
    zhang: Household, li: Household, tmp_path: Path
) -> None:
    hold(household=zhang, kind=AccountKind.AVAILABLE, points=1)
    Household.objects.update(left_on=dt.date(2026, 6, 1))
    assert [row["household_code"] for row in export(tmp_path)] == [zhang.code]
    assert li.code not in {row["household_code"] for row in export(tmp_path)}


def test_a_place_that_cannot_be_written_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("export_balances", str(tmp_path / "none" / "balances.csv"))
    assert caught.value.returncode == 2
