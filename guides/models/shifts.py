"""Shift: a guide on duty at a point. RosterSlot: who is to be where, and when, day by day."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from guides.models.scenes import ScenePhoto
from sorting.models import CollectionPoint


class Shift(models.Model):
    """值班: from clocking in to clocking out, at one point; one open shift a guide.

    `latitude` and `longitude` (WGS 84 degrees) are those of the phone at the start, where the guide let it tell;
    `photo` is of the place, where one was taken. What the roster said is read beside it, never kept with it.
    `client_id` is the phone's id of the clocking in, "" where a plain form sent it.
    `is_left_open` where the guide did not clock out: the platform ended it, and when they really left nobody knows.
    """

    guide = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="shifts", verbose_name="督导员"
    )
    point = models.ForeignKey(CollectionPoint, on_delete=models.PROTECT, related_name="shifts", verbose_name="投放点")
    started_at = models.DateTimeField("上岗时间")
    ended_at = models.DateTimeField("下岗时间", null=True, blank=True)
    latitude = models.FloatField("纬度", null=True, blank=True)
    longitude = models.FloatField("经度", null=True, blank=True)
    photo = models.ForeignKey(
        ScenePhoto, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="照片"
    )
    client_id = models.CharField("手机编号", max_length=64, blank=True, default="", db_default="", editable=False)
    is_left_open = models.BooleanField("没有下岗", default=False, db_default=False, editable=False)

    class Meta:
        verbose_name = "值班"
        verbose_name_plural = "值班"
        constraints = [
            models.UniqueConstraint(
                fields=["guide"], condition=Q(ended_at__isnull=True), name="shift_one_open_a_guide"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="shift_times_in_order"
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="shift_place_whole",
            ),
            models.UniqueConstraint(fields=["guide", "client_id"], condition=~Q(client_id=""), name="shift_sent_once"),
            models.CheckConstraint(
                condition=Q(is_left_open=False) | Q(ended_at__isnull=False), name="shift_left_open_is_over"
            ),
        ]
        indexes = [models.Index(fields=["point", "started_at"], name="shift_at_point")]

    def __str__(self) -> str:
        return f"{self.guide} {self.point} {self.started_at:%Y-%m-%d %H:%M}"


class RosterSlot(models.Model):
    """排班: a guide is to be at a point on a local date, from a local time to a later one.

    `stands_in_for` is who was to be there, where `guide` is a substitute (替班). `planned_by` is who planned or changed
    it last.
    """

    guide = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="roster_slots", verbose_name="督导员"
    )
    point = models.ForeignKey(
        CollectionPoint, on_delete=models.PROTECT, related_name="roster_slots", verbose_name="投放点"
    )
    on_date = models.DateField("日期")
    starts_at = models.TimeField("开始")
    ends_at = models.TimeField("结束")
    stands_in_for = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="slots_given_away",
        verbose_name="替谁",
    )
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="排班人",
    )

    class Meta:
        verbose_name = "排班"
        verbose_name_plural = "排班"
        constraints = [
            models.UniqueConstraint(fields=["guide", "on_date", "starts_at"], name="roster_slot_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="roster_slot_times_in_order"),
            models.CheckConstraint(
                condition=Q(stands_in_for__isnull=True) | ~Q(stands_in_for=F("guide")),
                name="roster_slot_substitute_is_another",
            ),
        ]
        indexes = [models.Index(fields=["on_date", "point"], name="roster_slot_day")]

    def __str__(self) -> str:
        return f"{self.on_date} {self.starts_at:%H:%M}-{self.ends_at:%H:%M} {self.point}"
