"""ShopSettlement: what a shop is owed for a month, frozen when it was closed."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from points.models.redemptions import Redemption
from points.models.rewards import Shop


class ShopSettlement(models.Model):
    """商户结算单: what the shop handed out in a month, with the sums of its lines. Append-only.

    What it comes to in yuan is points / points_per_yuan.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="settlements", verbose_name="商户")
    year = models.PositiveSmallIntegerField("年")
    month = models.PositiveSmallIntegerField("月")
    redemption_count = models.PositiveIntegerField("兑换单数")
    points = models.PositiveBigIntegerField("积分")
    points_per_yuan = models.PositiveIntegerField("每元积分")
    closed_at = models.DateTimeField("结账时间")
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="结账人"
    )

    class Meta:
        verbose_name = "商户结算单"
        verbose_name_plural = "商户结算单"
        constraints = [
            models.UniqueConstraint(fields=["shop", "year", "month"], name="shop_settlement_once_a_month"),
            models.CheckConstraint(condition=Q(month__range=(1, 12)), name="shop_settlement_month_known"),
            models.CheckConstraint(condition=Q(points_per_yuan__gt=0), name="shop_settlement_points_per_yuan_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.shop} {self.year}-{self.month:02d}"


class ShopSettlementLine(models.Model):
    """结算明细: one redemption as it stood when the settlement was closed. Append-only."""

    settlement = models.ForeignKey(
        ShopSettlement, on_delete=models.PROTECT, related_name="lines", verbose_name="商户结算单"
    )
    redemption = models.ForeignKey(Redemption, on_delete=models.PROTECT, related_name="+", verbose_name="兑换单")
    code = models.CharField("兑换码", max_length=12)
    collected_at = models.DateTimeField("领取时间")
    reward_name = models.CharField("奖品", max_length=80)
    quantity = models.PositiveIntegerField("数量")
    points = models.IntegerField("积分")

    class Meta:
        verbose_name = "结算明细"
        verbose_name_plural = "结算明细"
        constraints = [models.UniqueConstraint(fields=["redemption"], name="redemption_settled_once")]

    def __str__(self) -> str:
        return f"{self.settlement_id} {self.code}"
