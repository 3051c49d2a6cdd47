"""ProgrammeSimulation: what the last days would have brought under a draft, community by community, as sums only."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from households.models import Community
from points.models.programme import Programme


class ProgrammeSimulation(models.Model):
    """方案试算: one draft over some days. It is complete when each of its communities has its row."""

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="simulations", verbose_name="积分方案"
    )
    first_on = models.DateField("起始日期")
    last_on = models.DateField("结束日期")
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="试算人"
    )
    begun_at = models.DateTimeField("试算时间")

    class Meta:
        verbose_name = "方案试算"
        verbose_name_plural = "方案试算"
        constraints = [
            models.CheckConstraint(condition=Q(first_on__lte=F("last_on")), name="simulation_days_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.first_on} {self.last_on}"


class SimulatedCommunity(models.Model):
    """小区试算: the households of one community, counted by what they would have had more or less.

    `points_before` is what the days really came to, `points_after` what they would have. `spread` counts households
    by their difference (points.simulation.BANDS); `days` has [before, after] of each day, in order.
    """

    simulation = models.ForeignKey(
        ProgrammeSimulation, on_delete=models.CASCADE, related_name="communities", verbose_name="方案试算"
    )
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+", verbose_name="小区")
    gaining_count = models.PositiveIntegerField("多得户数", default=0)
    losing_count = models.PositiveIntegerField("少得户数", default=0)
    same_count = models.PositiveIntegerField("不变户数", default=0)
    points_before = models.BigIntegerField("现行积分", default=0)
    points_after = models.BigIntegerField("新方案积分", default=0)
    spread = models.JSONField("户数分布", default=list)
    days = models.JSONField("逐日积分", default=list)
    is_done = models.BooleanField("已算完", default=False)

    class Meta:
        verbose_name = "小区试算"
        verbose_name_plural = "小区试算"
        constraints = [
            models.UniqueConstraint(fields=["simulation", "community"], name="simulated_community_once"),
        ]

    def __str__(self) -> str:
        return f"{self.simulation} {self.community}"
