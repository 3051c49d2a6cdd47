"""The plan's 47 indicators with their measures and values."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Direction(models.TextChoices):
    """Which side of the target is good."""

    AT_LEAST = "AT_LEAST", "不低于"
    AT_MOST = "AT_MOST", "不高于"
    QUALITATIVE = "QUALITATIVE", "定性"


class Source(models.TextChoices):
    """Where an indicator's value comes from."""

    PLATFORM = "PLATFORM", "平台计算"
    REPORTED = "REPORTED", "部门填报"


class Indicator(models.Model):
    """指标: one of the plan's 47, by its number."""

    number = models.PositiveSmallIntegerField("序号", unique=True)
    section = models.CharField("任务板块", max_length=80)
    task = models.CharField("任务", max_length=80, blank=True)
    name = models.CharField("指标", max_length=160)
    name_en = models.CharField("英文名", max_length=200)
    is_mandatory = models.BooleanField("必选")
    source = models.CharField("来源", max_length=8, choices=Source.choices)
    departments = models.JSONField("责任部门", default=list)

    class Meta:
        verbose_name = "指标"
        verbose_name_plural = "指标"
        constraints = [
            models.CheckConstraint(condition=Q(number__range=(1, 47)), name="indicator_number_of_the_plan"),
            models.CheckConstraint(condition=Q(source__in=Source.values), name="indicator_source_known"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.name}"


class IndicatorMeasure(models.Model):
    """One measured quantity of an indicator, with baseline and 2020 target; 16, 17 and 23 have two each.

    `target` is in `unit` as the plan prints it (35 for 35 %); null where the plan's target is words.
    """

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="measures", verbose_name="指标")
    code = models.CharField("代码", max_length=60, unique=True)
    name = models.CharField("名称", max_length=160)
    name_en = models.CharField("英文名", max_length=200)
    baseline_text = models.CharField("基线", max_length=200, blank=True)
    target_text = models.CharField("2020年目标", max_length=300)
    direction = models.CharField("方向", max_length=12, choices=Direction.choices)
    target = models.DecimalField("目标值", max_digits=14, decimal_places=4, null=True, blank=True)
    unit = models.CharField("单位", max_length=40, blank=True)

    class Meta:
        verbose_name = "指标项"
        verbose_name_plural = "指标项"
        constraints = [
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values), name="indicator_measure_direction_known"
            ),
            models.CheckConstraint(
                condition=Q(direction=Direction.QUALITATIVE) | Q(target__isnull=False),
                name="indicator_measure_target_of_a_number",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class IndicatorValue(models.Model):
    """指标值: what a measure was in a period, as a department reported it with evidence. Insert-only.

    It counts once a ValueReview accepts it; returned, it is entered again as another row with the next `attempt`.
    Those without a reporter come from the back office, before there was a review.
    """

    measure = models.ForeignKey(
        IndicatorMeasure, on_delete=models.PROTECT, related_name="values", verbose_name="指标项"
    )
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    value = models.DecimalField("数值", max_digits=20, decimal_places=6, null=True, blank=True)
    value_text = models.CharField("文字值", max_length=400, blank=True)
    numerator = models.DecimalField("分子", max_digits=24, decimal_places=6, null=True, blank=True)
    denominator = models.DecimalField("分母", max_digits=24, decimal_places=6, null=True, blank=True)
    department = models.CharField("填报部门", max_length=80, blank=True)
    recorded_at = models.DateTimeField("登记时间")
    attempt = models.PositiveSmallIntegerField("第几次填报", null=True)
    note = models.CharField("说明", max_length=400, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="填报人"
    )
    evidence = models.OneToOneField(
        "indicators.Evidence", on_delete=models.PROTECT, null=True, related_name="value", verbose_name="佐证材料"
    )

    class Meta:
        verbose_name = "指标值"
        verbose_name_plural = "指标值"
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="indicator_value_days_in_order"),
            models.CheckConstraint(
                condition=Q(value__isnull=False) | ~Q(value_text=""), name="indicator_value_says_something"
            ),
            models.UniqueConstraint(
                fields=["measure", "starts_on", "ends_on", "attempt"], name="indicator_value_attempts_in_order"
            ),
            models.CheckConstraint(
                condition=Q(reported_by__isnull=True, evidence__isnull=True, attempt__isnull=True)
                | Q(reported_by__isnull=False, evidence__isnull=False, attempt__isnull=False, attempt__gte=1),
                name="indicator_value_reported_with_evidence",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.starts_on}/{self.ends_on}"
