"""Appeal: a household says that a drop-off was judged, weighed or rated wrongly; somebody else looks again."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from households.models import Household
from sorting.models import DropOff


class AppealSubject(models.TextChoices):
    """What is said to be wrong."""

    CATEGORY = "CATEGORY", "类别不对"
    WEIGHT = "WEIGHT", "重量不对"
    POINTS = "POINTS", "积分不对"


class AppealOutcome(models.TextChoices):
    """Where an appeal stands."""

    OPEN = "OPEN", "处理中"
    UPHELD = "UPHELD", "申诉成立"
    REJECTED = "REJECTED", "维持原样"


class Appeal(models.Model):
    """申诉: once a drop-off and level. A guide answers the first, an officer the second and what is overdue.

    `escalated_at` is when a first appeal that no guide answered by `due_at` became the officer's. An answer is never
    changed; the words of both sides are forgotten when the household leaves the programme.
    """

    drop_off = models.ForeignKey(
        DropOff, on_delete=models.PROTECT, related_name="appeals", db_constraint=False, verbose_name="投放记录"
    )
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="appeals", verbose_name="住户")
    level = models.PositiveSmallIntegerField("第几次")
    subject = models.CharField("哪里不对", max_length=10, choices=AppealSubject.choices)
    words = models.CharField("说明", max_length=200, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="申诉人"
    )
    opened_at = models.DateTimeField("申诉时间")
    due_at = models.DateTimeField("答复期限")
    escalated_at = models.DateTimeField("转交时间", null=True, blank=True)
    outcome = models.CharField("结果", max_length=10, choices=AppealOutcome.choices, default=AppealOutcome.OPEN)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="答复人",
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answer = models.CharField("答复", max_length=200, blank=True)

    class Meta:
        verbose_name = "申诉"
        verbose_name_plural = "申诉"
        constraints = [
            models.UniqueConstraint(fields=["drop_off", "level"], name="appeal_once_a_level"),
            models.CheckConstraint(condition=Q(level__in=[1, 2]), name="appeal_level_known"),
            models.CheckConstraint(condition=Q(subject__in=AppealSubject.values), name="appeal_subject_known"),
            models.CheckConstraint(condition=Q(due_at__gt=F("opened_at")), name="appeal_due_after_opened"),
            models.CheckConstraint(
                condition=Q(outcome="OPEN", answered_by__isnull=True, answered_at__isnull=True, answer="")
                | (
                    Q(outcome__in=["UPHELD", "REJECTED"], answered_by__isnull=False)
                    # A CHECK passes on NULL: without the first, an answer without its time would.
                    & Q(answered_at__isnull=False, answered_at__gte=F("opened_at"))
                    & ~Q(answer="")
                ),
                name="appeal_answered_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(outcome="OPEN"), name="appeal_open"),
            models.Index(fields=["household", "-id"], name="appeal_household"),
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} {self.get_outcome_display()}"
