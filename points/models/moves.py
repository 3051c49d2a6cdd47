"""PointMove: points that went with people from one household to another, by the year they were awarded in."""

from django.db import models
from django.db.models import F, Q

from households.models import Household, HouseholdChange


class PointMove(models.Model):
    """积分转户: what one change carried of one year. Two transfers move it, out of the one and into the other.

    Insert-only. The year goes with the points, so that they end when they would have ended.
    """

    change = models.ForeignKey(
        HouseholdChange, on_delete=models.PROTECT, related_name="point_moves", verbose_name="住户变更"
    )
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="转出")
    successor = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="转入")
    awarded_in = models.PositiveSmallIntegerField("发放年份")
    points = models.PositiveIntegerField("积分")
    moved_at = models.DateTimeField("转户时间")

    class Meta:
        verbose_name = "积分转户"
        verbose_name_plural = "积分转户"
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=0), name="point_move_points_positive"),
            models.CheckConstraint(condition=~Q(successor=F("household")), name="point_move_between_two_households"),
        ]

    def __str__(self) -> str:
        return f"{self.points}"
