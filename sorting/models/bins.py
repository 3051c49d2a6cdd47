"""CollectionPoint, its opening windows and special days, and the bins at it."""

from django.db import models
from django.db.models import F, Q

from households.models import Community


class CollectionPoint(models.Model):
    """投放点: a place with bins. Coordinates are WGS 84 degrees."""

    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, related_name="collection_points", verbose_name="小区"
    )
    name = models.CharField("投放点", max_length=80)
    latitude = models.FloatField("纬度", null=True, blank=True)
    longitude = models.FloatField("经度", null=True, blank=True)

    class Meta:
        verbose_name = "投放点"
        verbose_name_plural = "投放点"
        constraints = [
            models.UniqueConstraint(fields=["community", "name"], name="collection_point_name_once"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True) | Q(latitude__range=(-90, 90)), name="collection_point_latitude"
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True) | Q(longitude__range=(-180, 180)),
                name="collection_point_longitude",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OpenWindow(models.Model):
    """投放时段: local times, start included, end excluded. A point without windows is open all day."""

    point = models.ForeignKey(
        CollectionPoint, on_delete=models.CASCADE, related_name="open_windows", verbose_name="投放点"
    )
    starts_at = models.TimeField("开始")
    ends_at = models.TimeField("结束")

    class Meta:
        verbose_name = "投放时段"
        verbose_name_plural = "投放时段"
        constraints = [
            models.UniqueConstraint(fields=["point", "starts_at"], name="open_window_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="open_window_times_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%H:%M}-{self.ends_at:%H:%M}"


class SpecialDay(models.Model):
    """特殊日: a holiday. On this local date the point keeps these hours instead of its usual windows.

    Several rows of a date are several windows; a row without hours means that the point stays closed all day.
    """

    point = models.ForeignKey(
        CollectionPoint, on_delete=models.CASCADE, related_name="special_days", verbose_name="投放点"
    )
    on_date = models.DateField("日期")
    starts_at = models.TimeField("开始", null=True, blank=True)
    ends_at = models.TimeField("结束", null=True, blank=True)
    note = models.CharField("说明", max_length=80, blank=True)

    class Meta:
        verbose_name = "特殊日"
        verbose_name_plural = "特殊日"
        constraints = [
            models.UniqueConstraint(fields=["point", "on_date", "starts_at"], name="special_day_window_once"),
            models.UniqueConstraint(
                fields=["point", "on_date"], condition=Q(starts_at__isnull=True), name="special_day_closed_once"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True, ends_at__isnull=True)
                | Q(starts_at__isnull=False, ends_at__gt=F("starts_at")),
                name="special_day_times_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on_date} {self.starts_at:%H:%M}-{self.ends_at:%H:%M}" if self.starts_at else f"{self.on_date} 休"


class SmartBin(models.Model):
    """智能桶: identifies, weighs and reports. `categories` are the codes it takes, joined by ';'.

    It has one container for each category, of `capacity_l` litres.
    """

    code = models.CharField("桶号", max_length=64, unique=True)
    point = models.ForeignKey(CollectionPoint, on_delete=models.PROTECT, related_name="bins", verbose_name="投放点")
    categories = models.CharField("收集类别", max_length=60)
    capacity_l = models.PositiveIntegerField(
        "单个容器容积(升)", null=True, blank=True, help_text="空 = 不详,按 240 升估计;用来识别不可能的重量"
    )
    registered_at = models.DateTimeField("登记时间")
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = "智能桶"
        verbose_name_plural = "智能桶"
        constraints = [
            models.CheckConstraint(condition=~Q(categories=""), name="smart_bin_takes_something"),
            models.CheckConstraint(
                condition=Q(capacity_l__isnull=True) | Q(capacity_l__range=(1, 30_000)), name="smart_bin_capacity_range"
            ),
        ]

    def __str__(self) -> str:
        return self.code
