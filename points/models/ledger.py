"""Account, Transfer, TallyRun: points move from one account to another, never otherwise. Knows nothing of waste."""

from django.db import models
from django.db.models import F, Q

from households.models import Household


class AccountKind(models.TextChoices):
    """A household has two accounts; the platform has one of each of the others, and they keep no balance."""

    PENDING = "PENDING", "待核验"
    AVAILABLE = "AVAILABLE", "可用"
    ISSUED = "ISSUED", "已发放"
    REDEEMED = "REDEEMED", "已兑换"
    EXPIRED = "EXPIRED", "已过期"
    REVERSED = "REVERSED", "已冲正"
    PENALISED = "PENALISED", "已扣减"
    MOVED = "MOVED", "转户"


HOUSEHOLD_KINDS = (AccountKind.PENDING, AccountKind.AVAILABLE)


class Reason(models.TextChoices):
    """Why points moved."""

    AWARD = "AWARD", "发放"
    RELEASE = "RELEASE", "解冻"
    BONUS = "BONUS", "奖励"
    PENALTY = "PENALTY", "扣减"
    REDEEM = "REDEEM", "兑换"
    REFUND = "REFUND", "退回"
    REVERSE = "REVERSE", "冲正"
    EXPIRE = "EXPIRE", "过期"
    MOVE = "MOVE", "转户"


class RunKind(models.TextChoices):
    """What made a run."""

    TALLY = "TALLY", "结算"
    RELEASE = "RELEASE", "解冻"
    EXPIRE = "EXPIRE", "过期"
    POST = "POST", "记账"


class Account(models.Model):
    """积分账户. Only household accounts store a balance: a stored issuer balance is one hot row for everybody."""

    kind = models.CharField("种类", max_length=10, choices=AccountKind.choices)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, blank=True, related_name="accounts", verbose_name="住户"
    )
    balance_points = models.BigIntegerField("余额", null=True, blank=True)

    class Meta:
        verbose_name = "积分账户"
        verbose_name_plural = "积分账户"
        constraints = [
            models.UniqueConstraint(
                fields=["household", "kind"], condition=Q(household__isnull=False), name="account_once_a_household"
            ),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(household__isnull=True), name="account_once_for_the_platform"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=HOUSEHOLD_KINDS,
                    household__isnull=False,
                    balance_points__isnull=False,
                    balance_points__gte=0,
                )
                | (~Q(kind__in=HOUSEHOLD_KINDS) & Q(household__isnull=True, balance_points__isnull=True)),
                name="account_balance_never_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id or '平台'} {self.get_kind_display()}"


class TallyRun(models.Model):
    """结算批次: one transaction that posted transfers, sealed.

    `digest` is SHA-256 over the digest of run `number - 1` and the row digests of this run's transfers in order
    of id: changing, adding or removing a transfer breaks the chain. Rows are only added, by points.ledger.
    """

    number = models.BigIntegerField("序号", unique=True)
    kind = models.CharField("种类", max_length=8, choices=RunKind.choices)
    posted_at = models.DateTimeField("记账时间")
    transfer_count = models.PositiveIntegerField("划转数")
    previous_digest = models.BinaryField("前一摘要")
    digest = models.BinaryField("摘要")

    class Meta:
        verbose_name = "结算批次"
        verbose_name_plural = "结算批次"
        constraints = [models.CheckConstraint(condition=Q(number__gt=0), name="tally_run_number_positive")]

    def __str__(self) -> str:
        return f"{self.number}"


class Transfer(models.Model):
    """积分划转: points move from `debit` to `credit`. Append-only; `reference` says what for, once for ever.

    The foreign keys carry no database constraint (one writer, points.ledger; verify_ledger looks for orphans).
    `digest` is SHA-256 of "reference|reason|debit|credit|points|household|run" in UTF-8.
    """

    run = models.ForeignKey(
        TallyRun, on_delete=models.PROTECT, related_name="transfers", db_constraint=False, verbose_name="结算批次"
    )
    debit = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False, verbose_name="转出"
    )
    credit = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False, verbose_name="转入"
    )
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False, verbose_name="住户"
    )
    points = models.IntegerField("积分")
    reason = models.CharField("原因", max_length=8, choices=Reason.choices)
    reference = models.CharField("凭证号", max_length=80)
    digest = models.BinaryField("摘要")

    class Meta:
        verbose_name = "积分划转"
        verbose_name_plural = "积分划转"
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="transfer_reference_once"),
            models.CheckConstraint(condition=Q(points__gt=0), name="transfer_points_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_between_two_accounts"),
            models.CheckConstraint(condition=Q(reason__in=Reason.values), name="transfer_reason_known"),
        ]
        # A household's last transfers, however many it has: read backwards, as far as a page needs.
        indexes = [models.Index(fields=["household", "id"], name="transfer_household_newest")]

    def __str__(self) -> str:
        return f"{self.reference}: {self.points}"
