"""What a guide said: of one drop-off (Verification), or of a point at a glance (SpotCheck)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from sorting.categories import WasteCategory
from sorting.models.bins import CollectionPoint
from sorting.models.drop_offs import DropOff, DropOffBatch


class Verdict(models.TextChoices):
    """A guide's judgement of one drop-off."""

    CORRECT = "CORRECT", "合格"
    CONTAMINATED = "CONTAMINATED", "混投"
    MISPLACED = "MISPLACED", "误投"
    WITHDRAWN = "WITHDRAWN", "撤回"


class VerificationSource(models.TextChoices):
    """Why this drop-off was looked at. Only the random sample feeds the accuracy rate."""

    RANDOM_SAMPLE = "RANDOM_SAMPLE", "随机抽样"
    SUGGESTED = "SUGGESTED", "建议核验"
    FREE = "FREE", "自选"


class Verification(models.Model):
    """核验: insert-only. Of a drop-off's rows that are in force, the last one holds; WITHDRAWN means none does.

    `client_id` is made by whoever sends the verdict and says it once for ever ("" where nobody sends it twice).
    `point` is where the guide stood, `rule` what was judged by. `verified_at` is the moment of the judgement, which a
    phone without a network may send later.
    """

    drop_off = models.ForeignKey(
        DropOff, on_delete=models.PROTECT, related_name="verifications", db_constraint=False, verbose_name="投放记录"
    )
    batch = models.ForeignKey(
        DropOffBatch, on_delete=models.PROTECT, related_name="verifications", verbose_name="投放批次"
    )
    verdict = models.CharField("结论", max_length=12, choices=Verdict.choices)
    actual_category = models.CharField("实际类别", max_length=12, choices=WasteCategory.choices, blank=True)
    source = models.CharField("来由", max_length=16, choices=VerificationSource.choices)
    guide = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="督导员"
    )
    verified_at = models.DateTimeField("核验时间")
    in_force_at = models.DateTimeField("生效时间")
    note = models.CharField("备注", max_length=200, blank=True)
    point = models.ForeignKey(
        CollectionPoint,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="核验地点",
    )
    rule = models.CharField("依据", max_length=120, blank=True)
    client_id = models.CharField("客户端编号", max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = "核验"
        verbose_name_plural = "核验"
        constraints = [
            models.UniqueConstraint(
                fields=["guide", "client_id"], condition=~Q(client_id=""), name="verification_sent_once"
            ),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.MISPLACED, actual_category__in=WasteCategory.values)
                | (~Q(verdict=Verdict.MISPLACED) & Q(actual_category="")),
                name="verification_actual_of_misplaced",
            ),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="verification_verdict_known"),
            models.CheckConstraint(condition=Q(source__in=VerificationSource.values), name="verification_source_known"),
            models.CheckConstraint(condition=Q(in_force_at__gte=F("verified_at")), name="verification_times_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.drop_off_id} {self.verdict}"


class SpotCheck(models.Model):
    """抽查: "looked at N, M wrong" at a point.

    `category` says which container was looked into (empty: bags of every kind), `purity_rate` how much of what lay in
    it belonged there, by eye, 0 to 1. `is_staffed`: somebody was on duty at the point. `client_id` as in Verification.
    """

    point = models.ForeignKey(
        CollectionPoint, on_delete=models.PROTECT, related_name="spot_checks", verbose_name="投放点"
    )
    guide = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="督导员"
    )
    checked_at = models.DateTimeField("抽查时间")
    checked_on = models.DateField("抽查日期")
    looked_at_count = models.PositiveSmallIntegerField("查看数")
    wrong_count = models.PositiveSmallIntegerField("错误数")
    category = models.CharField("容器", max_length=12, choices=WasteCategory.choices, blank=True)
    purity_rate = models.FloatField("容器纯净度", null=True, blank=True)
    is_staffed = models.BooleanField("有人值守", default=True)
    note = models.CharField("备注", max_length=200, blank=True)
    client_id = models.CharField("客户端编号", max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = "抽查"
        verbose_name_plural = "抽查"
        constraints = [
            models.UniqueConstraint(
                fields=["guide", "client_id"], condition=~Q(client_id=""), name="spot_check_sent_once"
            ),
            models.CheckConstraint(
                condition=Q(purity_rate__isnull=True) | Q(purity_rate__range=(0, 1)), name="spot_check_purity_range"
            ),
            models.CheckConstraint(condition=Q(looked_at_count__gt=0), name="spot_check_looked_at_something"),
            models.CheckConstraint(
                condition=Q(wrong_count__lte=F("looked_at_count")), name="spot_check_wrong_within_looked_at"
            ),
        ]

    def __str__(self) -> str:
        return f"查 {self.looked_at_count} 错 {self.wrong_count}"
