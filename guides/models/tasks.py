"""GuideTask: what an officer asks one guide to do at a point, by when, and what came of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from guides.models.problems import Problem
from sorting.models import Alert, CollectionPoint


class GuideTask(models.Model):
    """任务: about a problem, an alert, or neither; once done it is closed. `client_id` is made by who sends it."""

    guide = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="guide_tasks", verbose_name="督导员"
    )
    point = models.ForeignKey(CollectionPoint, on_delete=models.PROTECT, related_name="tasks", verbose_name="投放点")
    problem = models.ForeignKey(
        Problem, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name="问题"
    )
    alert = models.ForeignKey(
        Alert, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name="告警"
    )
    text = models.CharField("要做什么", max_length=200)
    due_at = models.DateTimeField("期限")
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="布置人"
    )
    given_at = models.DateTimeField("布置时间")
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    done_note = models.CharField("完成说明", max_length=200, blank=True)
    client_id = models.CharField("客户端编号", max_length=64, editable=False)

    class Meta:
        verbose_name = "任务"
        verbose_name_plural = "任务"
        constraints = [
            models.UniqueConstraint(fields=["given_by", "client_id"], name="guide_task_sent_once"),
            models.CheckConstraint(condition=~Q(text=""), name="guide_task_says_what"),
            models.CheckConstraint(
                condition=Q(problem__isnull=True) | Q(alert__isnull=True), name="guide_task_about_one_thing"
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("given_at")), name="guide_task_due_after_given"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_note="") | Q(done_at__isnull=False, done_at__gte=F("given_at")),
                name="guide_task_done_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(done_at__isnull=True), name="guide_task_open"),
            models.Index(fields=["guide", "-id"], name="guide_task_of_guide"),
        ]

    def __str__(self) -> str:
        return f"{self.guide} {self.text[:20]}"
