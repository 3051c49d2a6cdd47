"""How a bin is doing: what it last said of itself, how full it was, and the alerts that are open."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from sorting.categories import WasteCategory
from sorting.models.bins import SmartBin


class BinStatus(models.Model):
    """桶状态: the last heartbeat of a bin, one row a bin, overwritten. What a bin does not report is null.

    `received_at` is when a heartbeat last came; the others are of the heartbeat that was signed last, at `signed_at`.
    `clock_skew_s` is the bin's clock minus ours: positive when the bin runs ahead. `last_sequence` is the highest
    `sequence` that the bin says it has sent or keeps for sending in the run `boot_id`. `fill_rates` is by category.
    """

    bin = models.OneToOneField(
        SmartBin, on_delete=models.PROTECT, primary_key=True, related_name="status", verbose_name="智能桶"
    )
    received_at = models.DateTimeField("接收时间")
    signed_at = models.DateTimeField("签名时间")
    said_at = models.DateTimeField("桶的时间")
    clock_skew_s = models.FloatField("时钟偏差(秒)")
    boot_id = models.CharField("启动号", max_length=64, blank=True)
    last_sequence = models.BigIntegerField("最后序号", null=True, blank=True)
    is_lid_open = models.BooleanField("盖已打开", null=True, blank=True)
    temperature_c = models.FloatField("温度(℃)", null=True, blank=True)
    battery_rate = models.FloatField("电量", null=True, blank=True)
    firmware = models.CharField("固件", max_length=64, blank=True)
    fill_rates = models.JSONField("满溢率", default=dict, blank=True)

    class Meta:
        verbose_name = "桶状态"
        verbose_name_plural = "桶状态"
        constraints = [
            models.CheckConstraint(
                condition=Q(battery_rate__isnull=True) | Q(battery_rate__range=(0, 1)), name="bin_status_battery_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bin}"


class ClockRefusal(models.Model):
    """时钟拒收: requests that a bin signed rightly, but with a clock more than five minutes off. One row a bin.

    All that is kept of them: when the last came, what moment it was signed with, and how many there were of the same
    running clock. See sorting.services.clock_refusals.
    """

    bin = models.OneToOneField(
        SmartBin, on_delete=models.PROTECT, primary_key=True, related_name="clock_refusal", verbose_name="智能桶"
    )
    signed_at = models.DateTimeField("签名时间")
    refused_at = models.DateTimeField("拒收时间")
    refused_count = models.PositiveIntegerField("次数")

    class Meta:
        verbose_name = "时钟拒收"
        verbose_name_plural = "时钟拒收"
        constraints = [
            models.CheckConstraint(condition=Q(refused_count__gte=1), name="clock_refusal_counted"),
        ]

    def __str__(self) -> str:
        return f"{self.bin}"


class FillReading(models.Model):
    """满溢率: how full one category's container was at a moment. Kept for 30 days; the forecast is made of them.

    One a quarter of an hour: `read_at` is when the quarter began, the rate is the last that the bin said in it.
    """

    bin = models.ForeignKey(SmartBin, on_delete=models.PROTECT, related_name="fill_readings", verbose_name="智能桶")
    category = models.CharField("类别", max_length=12, choices=WasteCategory.choices)
    fill_rate = models.FloatField("满溢率")
    read_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "满溢率"
        verbose_name_plural = "满溢率"
        constraints = [
            models.UniqueConstraint(fields=["bin", "category", "read_at"], name="fill_reading_once"),
            models.CheckConstraint(condition=Q(fill_rate__range=(0, 1)), name="fill_reading_range"),
        ]
        indexes = [models.Index(fields=["read_at"], name="fill_reading_old")]

    def __str__(self) -> str:
        return f"{self.bin} {self.category} {self.fill_rate:.0%}"


class SequenceRun(models.Model):
    """序号段: which numbers of one run of a bin's `sequence` came, and which are missing. `boot_id` names the run.

    Of the numbers from `first` to `highest` those in `missing` never came: ranges [from, to, since], ends included,
    `since` in whole seconds since 1970. What came is read up to `read_to`. See sorting.sequence_ranges.
    """

    bin = models.ForeignKey(SmartBin, on_delete=models.PROTECT, related_name="sequence_runs", verbose_name="智能桶")
    boot_id = models.CharField("启动号", max_length=64)
    first = models.BigIntegerField("首个序号")
    highest = models.BigIntegerField("最大序号")
    missing = models.JSONField("缺号", default=list, blank=True)
    read_to = models.DateTimeField("读到")

    class Meta:
        verbose_name = "序号段"
        verbose_name_plural = "序号段"
        constraints = [
            models.UniqueConstraint(fields=["bin", "boot_id"], name="sequence_run_once"),
            models.CheckConstraint(condition=Q(highest__gte=F("first")), name="sequence_run_in_order"),
        ]
        indexes = [models.Index(fields=["read_to"], name="sequence_run_read")]

    def __str__(self) -> str:
        return f"{self.bin} {self.boot_id}"


class AlertKind(models.TextChoices):
    """What is wrong with a bin."""

    OFFLINE = "OFFLINE", "离线"
    FULL = "FULL", "已满"
    CLOCK_WRONG = "CLOCK_WRONG", "时钟不准"
    SEQUENCE_GAP = "SEQUENCE_GAP", "记录缺号"
    SILENT = "SILENT", "时段内无投放"


class Alert(models.Model):
    """告警: something is wrong with a bin. Opened once, closed by itself when it is over.

    `subject` tells alerts of one kind apart: a category (FULL), a boot id (SEQUENCE_GAP), else "".
    """

    bin = models.ForeignKey(SmartBin, on_delete=models.PROTECT, related_name="alerts", verbose_name="智能桶")
    kind = models.CharField("种类", max_length=16, choices=AlertKind.choices)
    subject = models.CharField("对象", max_length=64, blank=True)
    detail = models.CharField("说明", max_length=200, blank=True)
    opened_at = models.DateTimeField("开始")
    last_seen_at = models.DateTimeField("最近一次")
    closed_at = models.DateTimeField("结束", null=True, blank=True)
    acknowledged_at = models.DateTimeField("确认时间", null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="确认人",
    )

    class Meta:
        verbose_name = "告警"
        verbose_name_plural = "告警"
        constraints = [
            models.UniqueConstraint(
                fields=["bin", "kind", "subject"], condition=Q(closed_at__isnull=True), name="alert_open_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=AlertKind.values), name="alert_kind_known"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")), name="alert_times_in_order"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="alert_acknowledged_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["opened_at"], name="alert_opened")]

    def __str__(self) -> str:
        return f"{self.bin} {self.get_kind_display()}"
