"""Load: what a truck took from a community, and its destination."""

from django.db import models
from django.db.models import Q

from households.models import Community
from sorting.categories import WasteCategory


class Destination(models.TextChoices):
    """去向: where a load went."""

    RECYCLING = "RECYCLING", "回收利用"
    COMPOSTING = "COMPOSTING", "堆肥"
    INCINERATION = "INCINERATION", "焚烧"
    LANDFILL = "LANDFILL", "填埋"
    HAZARDOUS_TREATMENT = "HAZARDOUS_TREATMENT", "危废处置"


class Load(models.Model):
    """清运单: one weighed load of one category. Written once; the same id with other facts is a conflict."""

    load_id = models.CharField("清运单号", max_length=120, unique=True)
    collected_on = models.DateField("清运日期")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="loads", verbose_name="小区")
    category = models.CharField("类别", max_length=12, choices=WasteCategory.choices)
    weight_g = models.BigIntegerField("重量(克)")
    destination = models.CharField("去向", max_length=20, choices=Destination.choices)
    received_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "清运单"
        verbose_name_plural = "清运单"
        constraints = [
            models.CheckConstraint(condition=Q(weight_g__gt=0), name="load_weight_positive"),
            models.CheckConstraint(condition=Q(category__in=WasteCategory.values), name="load_category_known"),
            models.CheckConstraint(condition=Q(destination__in=Destination.values), name="load_destination_known"),
        ]
        indexes = [models.Index(fields=["collected_on", "community"], name="load_day")]

    def __str__(self) -> str:
        return self.load_id
