"""HouseholdDay (counted) and DaySettlement (paid): both are functions of the day's facts, rebuilt by `recompute`."""

from django.db import models
from django.db.models import F, Q

from households.models import Household
from points.models.programme import Programme
from sorting.categories import WasteCategory


class HouseholdDay(models.Model):
    """住户日汇总: one household, one local date, one reported category.

    `points` is what the category earned that day by the rules; DaySettlement says what was posted of it. Of the
    drop-offs, `correct_count` stand judged CORRECT and `wrong_count` otherwise; the rest has no verdict in force.
    """

    pk = models.CompositePrimaryKey("household_id", "occurred_on", "category")
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    occurred_on = models.DateField("日期")
    category = models.CharField("类别", max_length=12, choices=WasteCategory.choices)
    drop_off_count = models.PositiveIntegerField("次数")
    weight_g = models.BigIntegerField("重量(克)")
    points = models.IntegerField("积分")
    correct_count = models.PositiveIntegerField("判为合格", default=0, db_default=0)
    wrong_count = models.PositiveIntegerField("判为不合格", default=0, db_default=0)

    class Meta:
        verbose_name = "住户日汇总"
        verbose_name_plural = "住户日汇总"
        constraints = [
            models.CheckConstraint(
                condition=Q(drop_off_count__gt=0, weight_g__gt=0, points__gte=0), name="household_day_positive"
            ),
            models.CheckConstraint(
                condition=Q(
                    correct_count__gte=0, wrong_count__gte=0, drop_off_count__gte=F("correct_count") + F("wrong_count")
                ),
                name="household_day_judged_of_counted",
            ),
        ]
        indexes = [
            models.Index(fields=["occurred_on"], name="household_day_date"),
            # Few days have a verdict. The counts are in the index, so that the funnel need not look at the rows.
            models.Index(
                fields=["household", "occurred_on", "correct_count", "wrong_count"],
                condition=Q(correct_count__gt=0) | Q(wrong_count__gt=0),
                name="household_day_judged",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.occurred_on} {self.category}"


class DaySettlement(models.Model):
    """日结算: what the ledger holds for one household-day, and what could not be taken back.

    All in points, net of what was reversed. A shortfall is what a reversal or penalty wanted and did not find: no
    balance goes below zero, and the rest stays on record here. With points.rules.day_points over the day's facts:
    awarded - release_shortfall = its awarded, released - release_shortfall = its released,
    bonus - bonus_shortfall = its bonus, penalty + penalty_shortfall = its penalty. `streak_points` are the part of
    awarded that is its streak; the rest is the HouseholdDays'. `programme` is the one that rated the day.
    """

    pk = models.CompositePrimaryKey("household_id", "occurred_on")
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    occurred_on = models.DateField("日期")
    programme = models.ForeignKey(
        Programme,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_constraint=False,
        db_index=False,
        verbose_name="积分方案",
    )
    settled_at = models.DateTimeField("结算时间")
    first_awarded_at = models.DateTimeField("首次发放", null=True, blank=True)
    next_release_at = models.DateTimeField("下次解冻", null=True, blank=True)
    settlement_count = models.PositiveIntegerField("结算次数")
    awarded_points = models.IntegerField("已发放")
    released_points = models.IntegerField("已解冻")
    bonus_points = models.IntegerField("已奖励")
    penalty_points = models.IntegerField("已扣减")
    streak_points = models.IntegerField("其中连续奖励", default=0, db_default=0)
    release_shortfall_points = models.IntegerField("未能冲正的解冻")
    bonus_shortfall_points = models.IntegerField("未能冲正的奖励")
    penalty_shortfall_points = models.IntegerField("未能扣减")

    class Meta:
        verbose_name = "日结算"
        verbose_name_plural = "日结算"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    awarded_points__gte=F("released_points"),
                    released_points__gte=0,
                    bonus_points__gte=0,
                    penalty_points__gte=0,
                    streak_points__gte=0,
                    release_shortfall_points__gte=0,
                    bonus_shortfall_points__gte=0,
                    penalty_shortfall_points__gte=0,
                ),
                name="day_settlement_in_bounds",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_release_at"], condition=Q(next_release_at__isnull=False), name="day_settlement_release"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.occurred_on}"
