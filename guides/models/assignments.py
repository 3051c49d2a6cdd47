"""GuideAssignment: a guide sees the communities given to them, on the days given, and no others."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from households.models import Community


class GuideAssignment(models.Model):
    """A community given to a guide from a day to a day (last day included).

    `is_stand_in`: given by the roster for the one day on which the guide is a substitute there, and taken with it.
    """

    guide = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="guide_assignments", verbose_name="督导员"
    )
    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, related_name="guide_assignments", verbose_name="小区"
    )
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    is_stand_in = models.BooleanField("替班当天", default=False, db_default=False, editable=False)

    class Meta:
        verbose_name = "督导员分配"
        verbose_name_plural = "督导员分配"
        constraints = [
            models.UniqueConstraint(fields=["guide", "community", "starts_on"], name="guide_assignment_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="guide_assignment_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(is_stand_in=False) | Q(ends_on__isnull=False, ends_on=F("starts_on")),
                name="guide_assignment_stand_in_one_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guide} → {self.community}"
