"""Redemption: one act of exchange, its append-only events, and the codes that nobody had."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from households.models import Community, Household
from points.models.rewards import Reward, Shop


class RedemptionStatus(models.TextChoices):
    """RESERVED, then one of the others, for good."""

    RESERVED = "RESERVED", "待领取"
    COLLECTED = "COLLECTED", "已领取"
    CANCELLED = "CANCELLED", "已取消"
    EXPIRED = "EXPIRED", "已过期"


HOLDING_STATUSES = (RedemptionStatus.RESERVED, RedemptionStatus.COLLECTED)  # of which stock and points are gone


class Proof(models.TextChoices):
    """By what the household showed that the points are its own. A QR or a household code alone is no proof."""

    LOGIN = "LOGIN", "住户登录"
    CARD = "CARD", "射频卡"
    PIN = "PIN", "PIN 码"


class Redemption(models.Model):
    """兑换单: `quantity` pieces of a reward for `points` in all, held from `reserved_at` until it is closed.

    `code` is typed by people at the shop: 12 digits, the last a check digit. `idempotency_key` is the client's own.
    The transfers are redemption/ID/redeem and, where it was cancelled or expired, redemption/ID/refund.
    """

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="redemptions", verbose_name="住户")
    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="redemptions", verbose_name="奖品")
    quantity = models.PositiveIntegerField("数量")
    points = models.IntegerField("积分")
    proof = models.CharField("凭据", max_length=8, choices=Proof.choices)
    code = models.CharField("兑换码", max_length=12)
    idempotency_key = models.CharField("幂等键", max_length=64)
    status = models.CharField("状态", max_length=12, choices=RedemptionStatus.choices)
    reserved_at = models.DateTimeField("兑换时间")
    expires_at = models.DateTimeField("领取期限")
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    shop = models.ForeignKey(
        Shop, on_delete=models.PROTECT, null=True, blank=True, related_name="redemptions", verbose_name="领取地点"
    )

    class Meta:
        verbose_name = "兑换单"
        verbose_name_plural = "兑换单"
        constraints = [
            models.UniqueConstraint(fields=["household", "idempotency_key"], name="redemption_key_once"),
            models.UniqueConstraint(fields=["code"], name="redemption_code_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="redemption_quantity_positive"),
            models.CheckConstraint(condition=Q(points__gt=0), name="redemption_points_positive"),
            models.CheckConstraint(condition=Q(status__in=RedemptionStatus.values), name="redemption_status_known"),
            models.CheckConstraint(condition=Q(proof__in=Proof.values), name="redemption_proof_known"),
            models.CheckConstraint(
                condition=Q(status="RESERVED", closed_at__isnull=True)
                | (~Q(status="RESERVED") & Q(closed_at__isnull=False)),
                name="redemption_reserved_or_closed",
            ),
            models.CheckConstraint(
                condition=Q(status="COLLECTED", shop__isnull=False) | (~Q(status="COLLECTED") & Q(shop__isnull=True)),
                name="redemption_collected_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("reserved_at")), name="redemption_expires_after_it_is_reserved"
            ),
        ]
        indexes = [
            models.Index(fields=["household", "-reserved_at"], name="redemption_household"),
            models.Index(fields=["expires_at"], condition=Q(status="RESERVED"), name="redemption_due"),
            models.Index(fields=["shop", "closed_at"], condition=Q(status="COLLECTED"), name="redemption_shop"),
        ]

    def __str__(self) -> str:
        return f"{self.reward_id} × {self.quantity} {self.get_status_display()}"


class RedemptionEvent(models.Model):
    """兑换记录: the redemption came into this status: when, by whom (nobody: the timetable) and where. Append-only."""

    redemption = models.ForeignKey(Redemption, on_delete=models.PROTECT, related_name="events", verbose_name="兑换单")
    status = models.CharField("状态", max_length=12, choices=RedemptionStatus.choices)
    at = models.DateTimeField("时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办"
    )
    shop = models.ForeignKey(
        Shop, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="地点"
    )
    community = models.ForeignKey(
        Community,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="小区",
        help_text="督导员当面代兑换时所在的小区",
    )

    class Meta:
        verbose_name = "兑换记录"
        verbose_name_plural = "兑换记录"
        constraints = [
            models.UniqueConstraint(fields=["redemption", "status"], name="redemption_event_once"),
            models.UniqueConstraint(
                fields=["redemption"], condition=~Q(status="RESERVED"), name="redemption_event_closes_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=RedemptionStatus.values), name="redemption_event_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.redemption_id} {self.get_status_display()}"


class WrongCode(models.Model):
    """错误的兑换码: somebody at a counter asked for a code that nobody has. Counted, so that codes are not guessed."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name="经办")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "错误的兑换码"
        verbose_name_plural = "错误的兑换码"
        indexes = [models.Index(fields=["by", "at"], name="wrong_code_recent")]

    def __str__(self) -> str:
        return f"{self.by_id} {self.at:%Y-%m-%d %H:%M}"
