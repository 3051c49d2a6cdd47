"""CollectionPoint, its opening windows, the bins at it and their keys."""

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


class SmartBin(models.Model):
    """智能桶: identifies, weighs and reports. `categories` are the codes it takes, joined by ';'."""

    code = models.CharField("桶号", max_length=64, unique=True)
    point = models.ForeignKey(CollectionPoint, on_delete=models.PROTECT, related_name="bins", verbose_name="投放点")
    categories = models.CharField("收集类别", max_length=60)
    registered_at = models.DateTimeField("登记时间")
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = "智能桶"
        verbose_name_plural = "智能桶"
        constraints = [models.CheckConstraint(condition=~Q(categories=""), name="smart_bin_takes_something")]

    def __str__(self) -> str:
        return self.code


class BinKey(models.Model):
    """A bin's signing key, encrypted at rest. Two are valid while one is rotated."""

    bin = models.ForeignKey(SmartBin, on_delete=models.PROTECT, related_name="keys", verbose_name="智能桶")
    secret_encrypted = models.BinaryField(editable=False)
    created_at = models.DateTimeField("生成时间")
    expires_at = models.DateTimeField("失效时间", null=True, blank=True)

    class Meta:
        verbose_name = "桶密钥"
        verbose_name_plural = "桶密钥"
        constraints = [
            models.UniqueConstraint(fields=["bin"], condition=Q(expires_at__isnull=True), name="bin_key_one_current"),
        ]

    def __str__(self) -> str:
        return f"{self.bin} {self.created_at:%Y-%m-%d %H:%M}"
