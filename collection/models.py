"""Load: what a truck took from a community, and its destination; Weighing: the truck on the scale, full and empty."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from households.models import Community
from sorting.categories import WasteCategory


class Destination(models.TextChoices):
    """去向: where a load went."""

    RECYCLING = "RECYCLING", "回收利用"
    COMPOSTING = "COMPOSTING", "堆肥"
    INCINERATION = "INCINERATION", "焚烧"
    LANDFILL = "LANDFILL", "填埋"
    HAZARDOUS_TREATMENT = "HAZARDOUS_TREATMENT", "危废处置"


class Sharing(models.TextChoices):
    """分摊: how the net weight was given to communities."""

    ONE = "ONE", "一个小区"
    TYPED = "TYPED", "按填写的重量"
    HOUSEHOLDS = "HOUSEHOLDS", "按户数分摊"


class Load(models.Model):
    """清运单: one weighed load of one category. Insert-only; the same id with other facts is a conflict.

    It stands until a Weighing replaces it or the Weighing it came from: collection.queries.standing_loads.
    """

    load_id = models.CharField("清运单号", max_length=140, unique=True)
    collected_on = models.DateField("清运日期")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="loads", verbose_name="小区")
    category = models.CharField("类别", max_length=12, choices=WasteCategory.choices)
    weight_g = models.BigIntegerField("重量(克)")
    destination = models.CharField("去向", max_length=20, choices=Destination.choices)
    received_at = models.DateTimeField("登记时间")
    # Empty for what was imported.
    weighing = models.ForeignKey(
        "Weighing", on_delete=models.PROTECT, null=True, related_name="loads", verbose_name="磅单"
    )

    class Meta:
        verbose_name = "清运单"
        verbose_name_plural = "清运单"
        constraints = [
            models.CheckConstraint(condition=Q(weight_g__gt=0), name="load_weight_positive"),
            models.CheckConstraint(condition=Q(category__in=WasteCategory.values), name="load_category_known"),
            models.CheckConstraint(condition=Q(destination__in=Destination.values), name="load_destination_known"),
            models.UniqueConstraint(fields=["weighing", "community"], name="load_once_a_weighing_and_community"),
        ]
        indexes = [models.Index(fields=["collected_on", "community"], name="load_day")]

    def __str__(self) -> str:
        return self.load_id


class Weighing(models.Model):
    """磅单: a truck weighed full and empty; its loads share the net weight to the gram. Insert-only.

    A correction is another Weighing of the same number with the next `revision` and a reason, in the place of the one
    before or of an imported load. `is_void`: there was no such load; such a one has no loads.
    """

    number = models.CharField("磅单号", max_length=120)
    revision = models.PositiveSmallIntegerField("第几次更正", default=0)
    collected_on = models.DateField("清运日期")
    category = models.CharField("类别", max_length=12, choices=WasteCategory.choices)
    destination = models.CharField("去向", max_length=20, choices=Destination.choices)
    vehicle = models.CharField("车牌号", max_length=20, blank=True)
    gross_g = models.BigIntegerField("毛重(克)")
    tare_g = models.BigIntegerField("皮重(克)")
    sharing = models.CharField("分摊", max_length=10, choices=Sharing.choices)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by", verbose_name="更正的磅单"
    )
    replaces_load = models.OneToOneField(
        Load, on_delete=models.PROTECT, null=True, related_name="replaced_by", verbose_name="更正的清运单"
    )
    is_void = models.BooleanField("作废", default=False)
    reason = models.CharField("更正原因", max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "磅单"
        verbose_name_plural = "磅单"
        constraints = [
            models.UniqueConstraint(fields=["number", "revision"], name="weighing_revision_once"),
            models.CheckConstraint(
                condition=Q(tare_g__gte=0, gross_g__gt=F("tare_g")), name="weighing_net_weight_positive"
            ),
            models.CheckConstraint(condition=Q(category__in=WasteCategory.values), name="weighing_category_known"),
            models.CheckConstraint(condition=Q(destination__in=Destination.values), name="weighing_destination_known"),
            models.CheckConstraint(condition=Q(sharing__in=Sharing.values), name="weighing_sharing_known"),
            models.CheckConstraint(
                condition=Q(revision=0, replaces__isnull=True, replaces_load__isnull=True, reason="", is_void=False)
                | Q(revision__gte=1, replaces__isnull=False, replaces_load__isnull=True) & ~Q(reason="")
                | Q(revision__gte=1, replaces__isnull=True, replaces_load__isnull=False) & ~Q(reason=""),
                name="weighing_correction_says_of_what_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.revision or ''}".strip()

    @property
    def net_g(self) -> int:
        """Gross less tare."""
        return self.gross_g - self.tare_g
