"""MonthlyReport: a month's report as files, asked for by an officer and made by a worker."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class ReportState(models.TextChoices):
    """How far a report is."""

    WAITING = "WAITING", "等待生成"
    MAKING = "MAKING", "正在生成"
    DONE = "DONE", "已生成"
    FAILED = "FAILED", "生成失败"
    CLEARED = "CLEARED", "文件已过期"


OPEN_STATES = (ReportState.WAITING, ReportState.MAKING)


class MonthlyReport(models.Model):
    """月报: one request and what came of it. The row is the message: a worker takes what is WAITING.

    `started_at` tells the attempt that holds the row; one that has been MAKING for too long is taken again, as its
    worker is gone. The files stand in the row, so that every process and every backup has them.
    """

    starts_on = models.DateField("月份首日")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="申请人"
    )
    requested_at = models.DateTimeField("申请时间")
    state = models.CharField("状态", max_length=8, choices=ReportState.choices, default=ReportState.WAITING)
    percent = models.PositiveSmallIntegerField("进度(%)", default=0)
    attempt_count = models.PositiveSmallIntegerField("次数", default=0)
    started_at = models.DateTimeField("开始生成", null=True)
    finished_at = models.DateTimeField("结束", null=True)
    error = models.CharField("失败原因", max_length=300, blank=True)
    xlsx = models.BinaryField("xlsx", default=b"")
    pdf = models.BinaryField("PDF", default=b"")

    class Meta:
        verbose_name = "月报"
        verbose_name_plural = "月报"
        constraints = [
            models.UniqueConstraint(
                fields=["starts_on"], condition=Q(state__in=OPEN_STATES), name="monthly_report_open_once"
            ),
            models.CheckConstraint(condition=Q(starts_on__day=1), name="monthly_report_of_a_month"),
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="monthly_report_state_known"),
            models.CheckConstraint(condition=Q(percent__range=(0, 100)), name="monthly_report_percent_range"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, finished_at__isnull=True)
                | Q(~Q(state__in=OPEN_STATES), finished_at__isnull=False),
                name="monthly_report_finished_when_over",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReportState.DONE) | (~Q(xlsx=b"") & ~Q(pdf=b"")),
                name="monthly_report_done_with_files",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReportState.FAILED) | ~Q(error=""), name="monthly_report_failed_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on:%Y-%m} {self.get_state_display()}"
