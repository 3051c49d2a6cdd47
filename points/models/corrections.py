"""PointCorrection: points put right by hand, by two people. The ledger moves them; this says who wanted it and why."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from households.models import Household

POINTS_A_CORRECTION_MAX = 10_000  # some 100 yuan: what is more is no slip of a day


class CorrectionState(models.TextChoices):
    """Where a correction stands."""

    PROPOSED = "PROPOSED", "待复核"
    APPROVED = "APPROVED", "已批准"
    REFUSED = "REFUSED", "未批准"


class PointCorrection(models.Model):
    """积分更正: proposed by one, decided by another, never changed after that.

    `points` is what was proposed: more than 0 gives, less takes. `moved_points` is what the ledger moved, of the same
    sign: taking stops at 0, and what was not there, `points - moved_points`, stays on record here.
    """

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="corrections", verbose_name="住户")
    points = models.IntegerField("积分")
    reason = models.CharField("原因", max_length=200)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="提出人"
    )
    proposed_at = models.DateTimeField("提出时间")
    state = models.CharField("状态", max_length=10, choices=CorrectionState.choices, default=CorrectionState.PROPOSED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="复核人",
    )
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)
    note = models.CharField("复核意见", max_length=200, blank=True)
    moved_points = models.IntegerField("实际变动", null=True, blank=True)

    class Meta:
        verbose_name = "积分更正"
        verbose_name_plural = "积分更正"
        constraints = [
            models.CheckConstraint(
                condition=Q(points__range=(-POINTS_A_CORRECTION_MAX, POINTS_A_CORRECTION_MAX)) & ~Q(points=0),
                name="correction_points_in_bounds",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="correction_reason_given"),
            models.CheckConstraint(condition=Q(state__in=CorrectionState.values), name="correction_state_known"),
            # A second pair of eyes: nobody approves what they proposed.
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")), name="correction_by_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state=CorrectionState.PROPOSED, decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state=CorrectionState.PROPOSED) & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="correction_decided_by_somebody",
            ),
            models.CheckConstraint(
                # A CHECK passes on NULL, so what must be there is asked for by name.
                condition=(~Q(state=CorrectionState.APPROVED) & Q(moved_points__isnull=True))
                | (
                    Q(state=CorrectionState.APPROVED, moved_points__isnull=False)
                    & (
                        Q(points__gt=0, moved_points=F("points"))
                        | Q(points__lt=0, moved_points__gte=F("points"), moved_points__lte=0)
                    )
                ),
                name="correction_moves_what_was_decided",
            ),
        ]
        indexes = [
            models.Index(fields=["household", "decided_at"], name="correction_household"),
            models.Index(fields=["id"], condition=Q(state="PROPOSED"), name="correction_to_decide"),
        ]

    def __str__(self) -> str:
        return f"{self.points:+d} {self.get_state_display()}"
