"""LookupMiss: somebody asked for a thing that is not there, or not theirs."""

from django.conf import settings
from django.db import models


class LookupMiss(models.Model):
    """未命中: one request of a signed-in user that named something they may not know of. Kept for minutes, then gone.

    Counted in the database, as several web processes share one count. Who asks for what is theirs writes none.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name="用户")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "未命中"
        verbose_name_plural = "未命中"
        indexes = [models.Index(fields=["user", "at"], name="lookup_miss_recent")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%H:%M:%S}"
