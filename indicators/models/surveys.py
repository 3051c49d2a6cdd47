"""The bureau's survey (问卷): a round from a day to a day, and one answer of each household in it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from households.models import Household

ROUND_NAME_LENGTH_MAX = 40


class Satisfaction(models.TextChoices):
    """How satisfied a household is; the first two count as satisfied."""

    VERY = "VERY", "很满意"
    QUITE = "QUITE", "比较满意"
    SO_SO = "SO_SO", "一般"
    NOT = "NOT", "不满意"


class SurveyRound(models.Model):
    """问卷轮次: from when to when (both included) households are asked. Insert-only; no two rounds share a day."""

    name = models.CharField("名称", max_length=ROUND_NAME_LENGTH_MAX)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="发起人"
    )
    opened_at = models.DateTimeField("发起时间")

    class Meta:
        verbose_name = "问卷轮次"
        verbose_name_plural = "问卷轮次"
        constraints = [
            models.UniqueConstraint(fields=["name"], name="survey_round_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="survey_round_named"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="survey_round_days_in_order"),
        ]

    def __str__(self) -> str:
        return self.name


class SurveyAnswer(models.Model):
    """问卷答卷: what a household said in a round, once and for all. Insert-only; counted, never shown by household."""

    round = models.ForeignKey(SurveyRound, on_delete=models.PROTECT, related_name="answers", verbose_name="轮次")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="住户")
    is_reached = models.BooleanField("收到过宣传")
    is_aware = models.BooleanField("知道怎么分")
    satisfaction = models.CharField("满意程度", max_length=5, choices=Satisfaction.choices)
    answered_at = models.DateTimeField("答卷时间")

    class Meta:
        verbose_name = "问卷答卷"
        verbose_name_plural = "问卷答卷"
        constraints = [
            models.UniqueConstraint(fields=["round", "household"], name="survey_answer_once_a_household"),
            models.CheckConstraint(
                condition=Q(satisfaction__in=Satisfaction.values), name="survey_answer_satisfaction_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}"
