"""What fixes the random sample before anyone looks: how much of it, and with which key (guides.sample)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from households.models import Community


class SampleRate(models.Model):
    """抽样比例: of a community's drop-offs, so many of 1,000 are in the sample, from a day on.

    `community` empty: every community without a rate of its own. A rate begins tomorrow at the earliest.
    """

    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, null=True, blank=True, related_name="sample_rates", verbose_name="小区"
    )
    starts_on = models.DateField("开始日期")
    rate_permille = models.PositiveSmallIntegerField("抽样比例(‰)")
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="设定人"
    )
    set_at = models.DateTimeField("设定时间")

    class Meta:
        verbose_name = "抽样比例"
        verbose_name_plural = "抽样比例"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "starts_on"],
                condition=Q(community__isnull=False),
                name="sample_rate_once_a_day_in_a_community",
            ),
            models.UniqueConstraint(
                fields=["starts_on"], condition=Q(community__isnull=True), name="sample_rate_once_a_day_in_the_district"
            ),
            models.CheckConstraint(condition=Q(rate_permille__range=(1, 1000)), name="sample_rate_range"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} {self.rate_permille}‰"


class SampleCommitment(models.Model):
    """抽样承诺: the digest of the key that draws a day's sample, on record before that day begins.

    When the day is over its key may be told: whoever has it draws the same sample again, and the digest proves that
    it was not chosen afterwards.
    """

    on_date = models.DateField("日期", primary_key=True)
    key_digest = models.CharField("密钥摘要", max_length=64)
    committed_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = "抽样承诺"
        verbose_name_plural = "抽样承诺"

    def __str__(self) -> str:
        return f"{self.on_date}"
