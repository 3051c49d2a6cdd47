"""A shop's month: every redemption in exactly one settlement, frozen when closed, and a sheet that runs nothing."""

import datetime as dt
import io
from decimal import Decimal
from threading import Event

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from python_calamine import CalamineWorkbook

from households.models import Household
from people.models import User
from points.audit import verify_ledger
from points.models import Redemption, Reward, Shop, ShopSettlement, ShopSettlementLine
from points.queries.shop_settlements import handed_out_in, handed_out_on, months_of_shop
from points.services import (
    Counter,
    EarlierMonthOpen,
    MonthNotOver,
    NothingToSettle,
    close_shop_month,
    collect_redemption,
)
from points.services import locks as reward_locks
from points.settlement_sheet import settlement_sheet
from sorting.models import SmartBin
from tests.builders import at
from tests.emptying import emptying_allowed
from tests.rewards import earn, make_reward, make_shop, make_shopkeeper, redeem
from tests.sorting.test_racing import at_once

pytestmark = pytest.mark.django_db

LAST_OF_NOVEMBER = at(on=dt.date(2026, 11, 30), hour=23, minute=59)
FIRST_OF_DECEMBER = at(on=dt.date(2026, 12, 1), hour=0)
DECEMBER = at(on=dt.date(2026, 12, 1), hour=9)
JANUARY = at(on=dt.date(2027, 1, 2), hour=9)


@pytest.fixture
def shop(db: None) -> Shop:
    return make_shop()


@pytest.fixture
def sun(shop: Shop) -> User:
    return make_shopkeeper(shop=shop)


@pytest.fixture
def salt(shop: Shop, zhao: User) -> Reward:
    """Its name is what a spreadsheet would run."""
    return make_reward(shops=[shop], by=zhao, name="=1+1 食盐")


@pytest.fixture
def three(
    zhang: Household, bin_07: SmartBin, salt: Reward, shop: Shop, sun: User, now: dt.datetime
) -> list[Redemption]:
    """Handed out on the 23rd and in the last minute of November, and in the first of December; one is never fetched."""
    earn(households=[zhang], smart_bin=bin_07, points=500, now=now)
    counter = Counter(shop=shop, by=sun)
    redeem(household=zhang, reward=salt, key="never fetched", now=now)
    made = []
    for number, at_moment in enumerate((now, LAST_OF_NOVEMBER, FIRST_OF_DECEMBER)):
        in_time = now + dt.timedelta(days=1)
        redemption = redeem(household=zhang, reward=salt, key=f"k{number}", quantity=number + 1, now=in_time)
        made.append(collect_redemption(code=redemption.code, counter=counter, now=at_moment))
    return made


def test_november_holds_what_was_handed_out_in_november_and_is_frozen(
    three: list[Redemption], shop: Shop, zhao: User
) -> None:
    settlement = close_shop_month(shop=shop, year=2026, month=11, officer=zhao, now=DECEMBER)
    assert (settlement.redemption_count, settlement.points, settlement.points_per_yuan) == (2, 90, 100)
    held = settlement.lines.order_by("pk").values_list("redemption_id", flat=True)
    assert list(held) == [three[0].pk, three[1].pk]
    again = close_shop_month(shop=shop, year=2026, month=11, officer=zhao, now=JANUARY)
    assert (again.pk, again.closed_at) == (settlement.pk, DECEMBER)
    december = close_shop_month(shop=shop, year=2026, month=12, officer=zhao, now=JANUARY)
    assert list(december.lines.values_list("redemption_id", flat=True)) == [three[2].pk]
    assert verify_ledger().faults == []


def test_a_month_that_goes_on_is_not_closed(three: list[Redemption], shop: Shop, zhao: User) -> None:
    for moment in (LAST_OF_NOVEMBER, at(on=dt.date(2026, 12, 1), hour=0, minute=59)):
        with pytest.raises(MonthNotOver):
            close_shop_month(shop=shop, year=2026, month=11, officer=zhao, now=moment)
    assert (
        close_shop_month(shop=shop, year=2026, month=11, officer=zhao, now=at(on=dt.date(2026, 12, 1), hour=1)).points
        == 90
    )


def test_months_are_closed_in_their_order_and_only_where_something_was_handed_out(
    three: list[Redemption], shop: Shop, zhao: User
) -> None:
    with pytest.raises(EarlierMonthOpen, match="请先结11月"):
        close_shop_month(shop=shop, year=2026, month=12, officer=zhao, now=JANUARY)
    with pytest.raises(NothingToSettle):
        close_shop_month(shop=shop, year=2026, month=10, officer=zhao, now=JANUARY)
    with pytest.raises(NothingToSettle):
        close_shop_month(shop=make_shop(name="西关粮油店"), year=2026, month=11, officer=zhao, now=JANUARY)


@pytest.mark.parametrize("table", ["points_shopsettlement", "points_shopsettlementline"])
def test_the_database_refuses_to_change_what_was_closed(
    three: list[Redemption], shop: Shop, zhao: User, table: str
) -> None:
    close_shop_month(shop=shop, year=2026, month=11, officer=zhao, now=DECEMBER)
    for statement in (f"UPDATE {table} SET points = points + 1", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_redemption_is_in_one_settlement_and_no_other(three: list[Redemption], shop: Shop, zhao: User) -> None:
    settlement = close_shop_month(shop=shop, year=2026, month=11, officer=zhao, now=DECEMBER)
    line = settlement.lines.earliest("pk")
    december = close_shop_month(shop=shop, year=2026, month=12, officer=zhao, now=JANUARY)
    line.pk, line.settlement = None, december
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save(force_insert=True)


def test_the_audit_names_a_settlement_that_is_not_its_lines_and_a_redemption_left_out(
    three: list[Redemption], shop: Shop, zhao: User
) -> None:
    settlement = close_shop_month(shop=shop, year=2026, month=11, officer=zhao, now=DECEMBER)
    with emptying_allowed():
        ShopSettlement.objects.filter(pk=settlement.pk).update(points=91)
    assert {fault.kind for fault in verify_ledger().faults} == {"shop_settlement_wrong"}
    with emptying_allowed():
        ShopSettlementLine.objects.filter(redemption=three[0].pk).delete()
        ShopSettlement.objects.filter(pk=settlement.pk).update(points=60, redemption_count=1)
    assert {fault.kind for fault in verify_ledger().faults} == {"redemption_unsettled"}


def test_the_sheet_has_every_redemption_and_the_totals_and_runs_nothing(
    three: list[Redemption], shop: Shop, zhao: User
) -> None:
    Shop.objects.filter(pk=shop.pk).update(name="=HYPERLINK(1)")
    made = close_shop_month(shop=shop, year=2026, month=11, officer=zhao, now=DECEMBER)
    settlement = ShopSettlement.objects.select_related("shop", "closed_by").get(pk=made.pk)
    data = settlement_sheet(settlement=settlement)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[:4]] == [
        "商户结算单 · 兑换明细",
        "商户：=HYPERLINK(1)",
        "月份：2026年11月",
        "结账：2026-12-01 09:00 赵科长，每元 100 分",
    ]
    assert [row[2:] for row in rows[6:8]] == [["'=1+1 食盐", 1, 30, 0.3], ["'=1+1 食盐", 2, 60, 0.6]]
    assert rows[7][0] == LAST_OF_NOVEMBER.replace(tzinfo=None)
    assert (rows[8][0], rows[8][4], rows[8][5]) == ("合计 2 单", 90, 0.9)
    texts = [cell for row in rows for cell in row if isinstance(cell, str)]
    assert [text for text in texts if text.startswith(("=", "+", "-", "@"))] == []
    assert settlement_sheet(settlement=settlement) == data
    assert zhao.username not in str(rows)


def test_the_shop_sees_its_days_and_months(three: list[Redemption], shop: Shop, zhao: User, now: dt.datetime) -> None:
    assert [row.quantity for row in handed_out_on(shop=shop, on=now.date())] == [1]
    assert [row.quantity for row in handed_out_in(shop=shop, year=2026, month=11)] == [2, 1]
    assert handed_out_in(shop=make_shop(name="西关粮油店"), year=2026, month=11) == []

    def months() -> list[tuple[int, int, int, Decimal, bool, bool]]:
        return [
            (
                each.month,
                each.redemption_count,
                each.points,
                each.amount,
                each.settlement_id is not None,
                each.is_closable,
            )
            for each in months_of_shop(shop=shop, now=DECEMBER)
        ]

    december = (12, 1, 90, Decimal("0.90"), False, False)
    assert months() == [december, (11, 2, 90, Decimal("0.90"), False, True)]
    close_shop_month(shop=shop, year=2026, month=11, officer=zhao, now=DECEMBER)
    assert months() == [december, (11, 2, 90, Decimal("0.90"), True, False)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_closing_waits_for_what_is_just_being_handed_out(
    zhang: Household, bin_07: SmartBin, salt: Reward, shop: Shop, sun: User, zhao: User, now: dt.datetime
) -> None:
    earn(households=[zhang], smart_bin=bin_07, points=500, now=now)
    codes = [redeem(household=zhang, reward=salt, key=key, now=now).code for key in ("k1", "k2")]
    counter = Counter(shop=shop, by=sun)
    collect_redemption(code=codes[0], counter=counter, now=now)
    is_kept = Event()

    def work(number: int) -> int:
        if number == 0:
            with transaction.atomic():
                reward_locks.keep_shop(shop_id=shop.pk)
                is_kept.set()
                collect_redemption(code=codes[1], counter=counter, now=LAST_OF_NOVEMBER)
            return 0
        is_kept.wait(timeout=10)
        return close_shop_month(shop=shop, year=2026, month=11, officer=zhao, now=DECEMBER).redemption_count

    assert at_once(senders=2, work=work) == [0, 2]
