"""Subdistrict, Community, and what is declared of one from a day on."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Subdistrict(models.Model):
    """街道/乡镇: the level between the district and its communities."""

    name = models.CharField("街道/乡镇", max_length=80, unique=True)
    outline = models.JSONField("范围", null=True, blank=True, editable=False)  # as lib.outlines keeps it

    class Meta:
        verbose_name = "街道/乡镇"
        verbose_name_plural = "街道/乡镇"

    def __str__(self) -> str:
        return self.name


class Community(models.Model):
    """小区: the unit of pilots, coverage and tallies. Its name is unique in the district."""

    subdistrict = models.ForeignKey(
        Subdistrict, on_delete=models.PROTECT, related_name="communities", verbose_name="街道/乡镇"
    )
    name = models.CharField("小区", max_length=80, unique=True)
    is_urban_core = models.BooleanField("中心城区", default=False)
    is_pilot = models.BooleanField("试点", default=False)
    pilot_since = models.DateField("试点开始", null=True, blank=True, help_text="空 = 一直是试点")
    sorted_collection_since = models.DateField("分类收集开始", null=True, blank=True)
    sorted_transport_since = models.DateField("分类运输开始", null=True, blank=True)
    household_count = models.PositiveIntegerField("户数", null=True, blank=True, help_text="申报的户数")
    resident_count = models.PositiveIntegerField("人口", null=True, blank=True, help_text="申报的人口")
    outline = models.JSONField("范围", null=True, blank=True, editable=False)  # as lib.outlines keeps it

    class Meta:
        verbose_name = "小区"
        verbose_name_plural = "小区"
        constraints = [
            models.CheckConstraint(
                condition=Q(pilot_since__isnull=True) | Q(is_pilot=True), name="community_pilot_since_of_a_pilot"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CommunityChange(models.Model):
    """小区变更: what is declared of a community from a day on, by whom and why. Insert-only.

    On a day holds the row with the latest `valid_from` up to it; of several with the same, the one recorded last. A
    community without rows is as its own row says, from the beginning; the first change carries that over as a row that
    is valid from FROM_THE_BEGINNING. The community's own row shows what holds today.
    """

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="changes", verbose_name="小区")
    valid_from = models.DateField("生效日期")
    is_urban_core = models.BooleanField("中心城区")
    is_pilot = models.BooleanField("试点")
    household_count = models.PositiveIntegerField("户数", null=True, blank=True)
    resident_count = models.PositiveIntegerField("人口", null=True, blank=True)
    reason = models.CharField("依据", max_length=200)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "小区变更"
        verbose_name_plural = "小区变更"
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="community_change_reason_given")]
        indexes = [models.Index(fields=["community", "valid_from", "id"], name="community_change_day")]

    def __str__(self) -> str:
        return f"{self.community} {self.valid_from}"
