"""Points: balances, what each day brought, every transfer, corrections, redemptions, and flags that were decided."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from households.models import Household
from pages.my.stored.kind import Asked, Kind, Told, each, iso, name_of
from points.models import (
    Account,
    DaySettlement,
    Flag,
    FlagState,
    HouseholdDay,
    PointCorrection,
    PointMove,
    Redemption,
    RedemptionEvent,
    ShopSettlementLine,
    Transfer,
)


def _balances(household: Household) -> QuerySet[Account]:
    return Account.objects.filter(household=household).order_by("pk")


def _told_balance(row: Account) -> Told:
    return {"kind": row.kind, "points": row.balance_points}


def _days(household: Household) -> QuerySet[HouseholdDay]:
    return HouseholdDay.objects.filter(household=household).order_by("occurred_on", "category")


def _told_day(row: HouseholdDay) -> Told:
    return {
        "on": row.occurred_on.isoformat(),
        "category": row.category,
        "drop_off_count": row.drop_off_count,
        "weight_g": row.weight_g,
        "points": row.points,
    }


def _settlements(household: Household) -> QuerySet[DaySettlement]:
    return DaySettlement.objects.filter(household=household).order_by("occurred_on")


def _told_settlement(row: DaySettlement) -> Told:
    points = {
        name: getattr(row, name)
        for name in (
            "awarded_points",
            "released_points",
            "bonus_points",
            "penalty_points",
            "streak_points",
            "release_shortfall_points",
            "bonus_shortfall_points",
            "penalty_shortfall_points",
        )
    }
    return {"on": row.occurred_on.isoformat(), "settled_at": iso(row.settled_at)} | points


def _transfers(household: Household) -> QuerySet[Transfer]:
    return Transfer.objects.filter(household=household).select_related("run").order_by("pk")


def _told_transfer(row: Transfer) -> Told:
    return {
        "posted_at": iso(row.run.posted_at),
        "reason": row.reason,
        "points": row.points,
        "reference": row.reference,
    }


def _corrections(household: Household) -> QuerySet[PointCorrection]:
    return PointCorrection.objects.filter(household=household).order_by("pk")


def _told_correction(row: PointCorrection) -> Told:
    return {
        "points": row.points,
        "reason": row.reason,
        "proposed_at": iso(row.proposed_at),
        "state": row.state,
        "decided_at": iso(row.decided_at),
        "note": row.note,
        "moved_points": row.moved_points,
    }


def _moves(household: Household) -> QuerySet[PointMove]:
    return PointMove.objects.filter(Q(household=household) | Q(successor=household)).order_by("pk")


def _told_moves(rows: QuerySet[PointMove], asked: Asked) -> list[Told]:
    return [
        {
            "direction": "out" if row.household_id == asked.household.pk else "in",
            "awarded_in": row.awarded_in,
            "points": row.points,
            "moved_at": iso(row.moved_at),
        }
        for row in rows
    ]


def _redemptions(household: Household) -> QuerySet[Redemption]:
    rows = Redemption.objects.filter(household=household).select_related("reward", "shop")
    return rows.prefetch_related("events__by", "events__shop").order_by("pk")


def _told_redemptions(rows: QuerySet[Redemption], _asked: Asked) -> list[Told]:
    found = list(rows)
    lines = ShopSettlementLine.objects.filter(redemption__in=[row.pk for row in found]).select_related("settlement")
    settled_at = {line.redemption_id: line.settlement.closed_at for line in lines}
    return [
        {
            "code": row.code,
            "reward": row.reward.name,
            "quantity": row.quantity,
            "points": row.points,
            "proof": row.proof,
            "status": row.status,
            "reserved_at": iso(row.reserved_at),
            "expires_at": iso(row.expires_at),
            "closed_at": iso(row.closed_at),
            "collected_at_shop": row.shop.name if row.shop else None,
            "settled_with_shop_at": iso(settled_at.get(row.pk)),
            "events": [_told_event(event) for event in row.events.all()],
        }
        for row in found
    ]


def _told_event(row: RedemptionEvent) -> Told:
    return {
        "status": row.status,
        "at": iso(row.at),
        "by": name_of(user=row.by),
        "shop": row.shop.name if row.shop else None,
    }


def _flags(household: Household) -> QuerySet[Flag]:
    """The decided ones: while somebody still looks into it, telling would change what is looked at."""
    return Flag.objects.filter(household=household).exclude(state=FlagState.OPEN).order_by("pk")


def _told_flag(row: Flag) -> Told:
    return {
        "kind": row.kind,
        "from": row.starts_on.isoformat(),
        "to": row.ends_on.isoformat(),
        "state": row.state,
        "decided_at": iso(row.decided_at),
        "decision_reason": row.decision_reason,
    }


POINTS = (
    Kind(
        noun="balances",
        title=gettext_noop("积分余额"),
        models=(Account,),
        find=_balances,
        tell=each(_told_balance),
        kept=gettext_noop("一直保留；退出以后不能再用，到期清零"),
        seen_by=gettext_noop("自己家里人；写明理由打开住户的城管局人员"),
    ),
    Kind(
        noun="days",
        title=gettext_noop("每天每类的次数、重量和积分"),
        models=(HouseholdDay,),
        find=_days,
        tell=each(_told_day),
        kept=gettext_noop("一直保留；退出以后只剩一个编号，找不回人"),
        seen_by=gettext_noop("同积分余额一样；小区汇总里看不出是哪一家"),
    ),
    Kind(
        noun="day_settlements",
        title=gettext_noop("每天的积分结果"),
        models=(DaySettlement,),
        find=_settlements,
        tell=each(_told_settlement),
        kept=gettext_noop("一直保留；退出以后只剩一个编号，找不回人"),
        seen_by=gettext_noop("同积分余额一样"),
    ),
    Kind(
        noun="transfers",
        title=gettext_noop("积分明细"),
        models=(Transfer,),
        find=_transfers,
        tell=each(_told_transfer),
        kept=gettext_noop("一直保留，账本从不删改；退出以后只剩一个编号"),
        seen_by=gettext_noop("同积分余额一样"),
    ),
    Kind(
        noun="corrections",
        title=gettext_noop("积分更正"),
        models=(PointCorrection,),
        find=_corrections,
        tell=each(_told_correction),
        kept=gettext_noop("一直保留；退出当天删去写的原因"),
        seen_by=gettext_noop("自己家里人；提出和复核的城管局人员"),
    ),
    Kind(
        noun="moves_of_points",
        title=gettext_noop("搬家、并户带走或带来的积分"),
        models=(PointMove,),
        find=_moves,
        tell=_told_moves,
        kept=gettext_noop("一直保留，同积分明细一样"),
        seen_by=gettext_noop("同积分余额一样"),
    ),
    Kind(
        noun="redemptions",
        title=gettext_noop("兑换：奖品、时间、在哪里领、何时结算"),
        models=(Redemption, RedemptionEvent, ShopSettlementLine),
        find=_redemptions,
        tell=_told_redemptions,
        kept=gettext_noop("一直保留，商户结算要对账；退出以后只剩一个编号"),
        seen_by=gettext_noop("自己家里人；兑换的商户看得到奖品和兑换码，看不到是哪一家"),
    ),
    Kind(
        noun="flags",
        title=gettext_noop("判断过的可疑线索和结论"),
        models=(Flag,),
        find=_flags,
        tell=each(_told_flag),
        kept=gettext_noop("一直保留；退出当天删去判断理由"),
        seen_by=gettext_noop("城管局人员；自己家里人在有结论以后（还在查的不在这里）"),
    ),
)
