"""Gathering, Attendance, HomeVisit: what was taught, to whom, and the sign-ins that every figure of it leads to."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from guides.models.scenes import ScenePhoto
from households.models import Community, Household, Member


class GatheringKind(models.TextChoices):
    """What people come together for."""

    TRAINING = "TRAINING", "培训"
    EVENT = "EVENT", "宣传活动"


class Gathering(models.Model):
    """培训与活动: held by a guide in a community, on a topic. `token` is in its QR: 128 random bits, for signing in."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="gatherings", verbose_name="小区")
    guide = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="督导员"
    )
    kind = models.CharField("种类", max_length=16, choices=GatheringKind.choices)
    topic = models.CharField("主题", max_length=60)
    starts_at = models.DateTimeField("开始时间")
    ends_at = models.DateTimeField("结束时间")
    token = models.CharField("签到令牌", max_length=32, unique=True, editable=False)
    photo = models.ForeignKey(
        ScenePhoto, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="照片"
    )
    client_id = models.CharField("客户端编号", max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = "培训与活动"
        verbose_name_plural = "培训与活动"
        constraints = [
            models.UniqueConstraint(
                fields=["guide", "client_id"], condition=~Q(client_id=""), name="gathering_sent_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=GatheringKind.values), name="gathering_kind_known"),
            models.CheckConstraint(condition=~Q(topic=""), name="gathering_topic_said"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="gathering_times_in_order"),
        ]
        indexes = [models.Index(fields=["community", "starts_at"], name="gathering_of_community")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.topic}"


class Attendance(models.Model):
    """签到: a person of a household was there, once. Without `member`, the guide took in the household's code.

    Never updated.
    """

    gathering = models.ForeignKey(
        Gathering, on_delete=models.PROTECT, related_name="attendances", verbose_name="培训或活动"
    )
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="住户")
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="成员"
    )
    signed_at = models.DateTimeField("签到时间")

    class Meta:
        verbose_name = "签到"
        verbose_name_plural = "签到"
        constraints = [
            models.UniqueConstraint(
                fields=["gathering", "member"], condition=Q(member__isnull=False), name="attendance_once_a_person"
            ),
            models.UniqueConstraint(
                fields=["gathering", "household"], condition=Q(member__isnull=True), name="attendance_once_a_code"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gathering} {self.signed_at:%Y-%m-%d %H:%M}"


class HomeVisit(models.Model):
    """入户宣传: a guide at a door, and whether anybody was in. Only the note is forgotten when they leave."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="住户")
    guide = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="督导员"
    )
    visited_at = models.DateTimeField("入户时间")
    is_met = models.BooleanField("有人在家", default=True)
    note = models.CharField("说明", max_length=200, blank=True)
    client_id = models.CharField("客户端编号", max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = "入户宣传"
        verbose_name_plural = "入户宣传"
        constraints = [
            models.UniqueConstraint(
                fields=["guide", "client_id"], condition=~Q(client_id=""), name="home_visit_sent_once"
            ),
        ]
        indexes = [models.Index(fields=["household", "visited_at"], name="home_visit_of_household")]

    def __str__(self) -> str:
        return f"{self.household} {self.visited_at:%Y-%m-%d %H:%M}"
