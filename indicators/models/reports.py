"""What departments report: the department, the evidence, the second person's review, and until when it is due."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from indicators.models.plan import Indicator
from lib.evidence import EVIDENCE_BYTES_MAX, FileKind

FILE_KINDS = [(kind.value, kind.value) for kind in FileKind]


class Department(models.Model):
    """部门: one of those that the plan makes answer for an indicator. `spellings` are the plan's ways to write it."""

    name = models.CharField("部门", max_length=80, unique=True)
    spellings = models.JSONField("方案中的写法", default=list)

    class Meta:
        verbose_name = "责任部门"
        verbose_name_plural = "责任部门"

    def __str__(self) -> str:
        return self.name


class Evidence(models.Model):
    """佐证材料: one file, whole and in the row, so that it is kept and restored with what it proves. Insert-only."""

    file_name = models.CharField("文件名", max_length=120)
    kind = models.CharField("类型", max_length=4, choices=FILE_KINDS)
    byte_count = models.PositiveIntegerField("字节数")
    digest = models.CharField("SHA-256", max_length=64)
    data = models.BinaryField("内容")

    class Meta:
        verbose_name = "佐证材料"
        verbose_name_plural = "佐证材料"
        constraints = [
            models.CheckConstraint(
                condition=Q(byte_count__range=(1, EVIDENCE_BYTES_MAX)) & ~Q(data=b""), name="evidence_size"
            ),
            models.CheckConstraint(condition=Q(kind__in=[kind.value for kind in FileKind]), name="evidence_kind_known"),
        ]

    def __str__(self) -> str:
        return self.file_name


class ValueReview(models.Model):
    """审核: somebody other than the reporter accepts a value or returns it with a reason. Insert-only, one a value."""

    class Verdict(models.TextChoices):
        """What became of it."""

        ACCEPTED = "ACCEPTED", "通过"
        RETURNED = "RETURNED", "退回"

    value = models.OneToOneField(
        "indicators.IndicatorValue", on_delete=models.PROTECT, related_name="review", verbose_name="指标值"
    )
    verdict = models.CharField("结论", max_length=8, choices=Verdict.choices)
    reason = models.CharField("理由", max_length=200, blank=True)
    # As in the value; empty for one that the back office entered before there was a review.
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="填报人"
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="审核人"
    )
    reviewed_at = models.DateTimeField("审核时间")

    class Meta:
        verbose_name = "指标审核"
        verbose_name_plural = "指标审核"
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=["ACCEPTED", "RETURNED"]), name="value_review_known"),
            models.CheckConstraint(
                condition=Q(reported_by__isnull=True) | ~Q(reviewed_by=F("reported_by")),
                name="value_review_by_another_person",
            ),
            models.CheckConstraint(
                condition=~Q(verdict="RETURNED") | ~Q(reason=""), name="value_review_says_why_returned"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value_id} {self.get_verdict_display()}"


class ReportDeadline(models.Model):
    """填报期限: until when a period is to be reported, for one indicator or (empty) for all that departments report.

    Insert-only: to move a deadline is to set it again; the last one set holds, and one for the indicator goes first.
    """

    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, null=True, blank=True, related_name="deadlines", verbose_name="指标"
    )
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    due_on = models.DateField("截止日期")
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="设定人"
    )
    set_at = models.DateTimeField("设定时间")

    class Meta:
        verbose_name = "填报期限"
        verbose_name_plural = "填报期限"
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="report_deadline_days_in_order"),
            models.CheckConstraint(condition=Q(due_on__gte=F("ends_on")), name="report_deadline_after_the_period"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}/{self.ends_on}: {self.due_on}"
