"""TimeAllowed: how long a problem or an alert may last. SupervisionStep: what an approaching or missed deadline did."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from guides.models.problems import ProblemKind
from sorting.models import AlertKind

HOURS_MAX = 24 * 365  # longer is no deadline


class Supervised(models.TextChoices):
    """What is supervised; `subject_id` is the key of that thing."""

    PROBLEM = "PROBLEM", "问题"
    ALERT = "ALERT", "告警"


class Step(models.TextChoices):
    """What comes before and after a deadline, in this order."""

    SOON = "SOON", "快到期,提醒督导员"
    DUE = "DUE", "到期,提醒督导员"
    STREET = "STREET", "超期,转街道"
    DISTRICT = "DISTRICT", "超期,转区"


class TimeAllowed(models.Model):
    """办理时限: hours of one kind of problem or alert, for what begins from `set_at` on. Insert-only: the last holds.

    `due_h` after its beginning it is due; `remind_h` before that the guides are reminded; `street_h` and `district_h`
    after the deadline the subdistrict's officers and the district's are told.
    """

    subject = models.CharField("对象", max_length=8, choices=Supervised.choices)
    kind = models.CharField("种类", max_length=16, choices=[*ProblemKind.choices, *AlertKind.choices])
    due_h = models.PositiveIntegerField("期限(小时)")
    remind_h = models.PositiveIntegerField("到期前多少小时提醒")
    street_h = models.PositiveIntegerField("超期多少小时转街道")
    district_h = models.PositiveIntegerField("超期多少小时转区")
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="设定人",
    )
    set_at = models.DateTimeField("设定时间", editable=False)

    class Meta:
        verbose_name = "办理时限"
        verbose_name_plural = "办理时限"
        constraints = [
            models.UniqueConstraint(fields=["subject", "kind", "set_at"], name="time_allowed_once"),
            models.CheckConstraint(
                condition=Q(subject="PROBLEM", kind__in=ProblemKind.values)
                | Q(subject="ALERT", kind__in=AlertKind.values),
                name="time_allowed_kind_of_its_subject",
                violation_error_message="这个种类和对象对不上。",
            ),
            models.CheckConstraint(
                condition=Q(due_h__range=(1, HOURS_MAX), remind_h__lt=F("due_h")),
                name="time_allowed_reminds_before",
                violation_error_message="期限至少 1 小时、最多一年,提醒要早于期限。",
            ),
            models.CheckConstraint(
                condition=Q(district_h__gt=F("street_h"), district_h__lte=HOURS_MAX),
                name="time_allowed_street_then_district",
                violation_error_message="先转街道,后转区。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} {self.get_kind_display()} {self.due_h} 小时"


class SupervisionStep(models.Model):
    """督办: a step that was taken for a problem or an alert, once. Insert-only. `told_count`: how many were told."""

    subject = models.CharField("对象", max_length=8, choices=Supervised.choices)
    subject_id = models.BigIntegerField("对象编号")
    step = models.CharField("步骤", max_length=8, choices=Step.choices)
    told_count = models.PositiveIntegerField("通知人数")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "督办"
        verbose_name_plural = "督办"
        constraints = [
            models.UniqueConstraint(fields=["subject", "subject_id", "step"], name="supervision_step_once"),
            models.CheckConstraint(condition=Q(subject__in=Supervised.values), name="supervision_step_subject_known"),
            models.CheckConstraint(condition=Q(step__in=Step.values), name="supervision_step_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} {self.subject_id} {self.get_step_display()}"
