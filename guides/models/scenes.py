"""ScenePhoto: a picture of a place, never of a household's bag: where a shift began, what was wrong, how it is now."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from households.models import Community


class ScenePhoto(models.Model):
    """现场照片: two WebP pictures in the row itself, so that they come and go with what they show. Never updated.

    A guide takes a few a day; what arrives by the thousand are photos of drop-offs (sorting.models.Photo).
    """

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+", verbose_name="小区")
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="拍摄人"
    )
    received_at = models.DateTimeField("接收时间")
    large = models.BinaryField("大图")
    small = models.BinaryField("小图")

    class Meta:
        verbose_name = "现场照片"
        verbose_name_plural = "现场照片"
        constraints = [models.CheckConstraint(condition=~Q(large=b"") & ~Q(small=b""), name="scene_photo_not_empty")]
        indexes = [models.Index(fields=["taken_by", "received_at"], name="scene_photo_by_guide")]

    def __str__(self) -> str:
        return f"{self.received_at:%Y-%m-%d %H:%M}"
