"""Problem: something at a point that has to be put right by a day."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from guides.models.scenes import ScenePhoto
from households.models import Household
from sorting.models import CollectionPoint, SmartBin


class ProblemKind(models.TextChoices):
    """What is wrong at a point."""

    OVERFLOW = "OVERFLOW", "桶满外溢"
    MIXED = "MIXED", "桶内混装"
    BIN_BROKEN = "BIN_BROKEN", "桶或设备损坏"
    DIRTY = "DIRTY", "地面脏乱、有异味"
    SIGN_MISSING = "SIGN_MISSING", "标识缺失或错误"
    UNSTAFFED = "UNSTAFFED", "无人值守"
    OTHER = "OTHER", "其他"


RESIDENT_KINDS = (ProblemKind.OVERFLOW, ProblemKind.BIN_BROKEN)  # what residents report
A_RESIDENT = "住户"


class Problem(models.Model):
    """问题: found at a point (and one bin of it, where it is one), rectified (整改) by `due_at` or overdue.

    Once rectified it is closed; the same thing found again is another problem. `client_id` is made by whoever sends it.
    `household`: of the resident who reported it, shown to nobody else; screens and registers say `finder`.
    """

    point = models.ForeignKey(CollectionPoint, on_delete=models.PROTECT, related_name="problems", verbose_name="投放点")
    bin = models.ForeignKey(
        SmartBin, on_delete=models.PROTECT, null=True, blank=True, related_name="problems", verbose_name="智能桶"
    )
    kind = models.CharField("种类", max_length=16, choices=ProblemKind.choices)
    note = models.CharField("说明", max_length=200, blank=True)
    photo = models.ForeignKey(
        ScenePhoto, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="照片"
    )
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="发现人"
    )
    household = models.ForeignKey(
        Household,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name="报告住户",
    )
    found_at = models.DateTimeField("发现时间")
    due_at = models.DateTimeField("整改期限")
    rectified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="整改人",
    )
    rectified_at = models.DateTimeField("整改时间", null=True, blank=True)
    rectified_note = models.CharField("整改说明", max_length=200, blank=True)
    rectified_photo = models.ForeignKey(
        ScenePhoto, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="整改后照片"
    )
    client_id = models.CharField("客户端编号", max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = "问题"
        verbose_name_plural = "问题"
        constraints = [
            models.UniqueConstraint(
                fields=["found_by", "client_id"], condition=~Q(client_id=""), name="problem_sent_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=ProblemKind.values), name="problem_kind_known"),
            models.CheckConstraint(
                condition=Q(household__isnull=True) | Q(kind__in=RESIDENT_KINDS), name="problem_kind_of_a_resident"
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("found_at")), name="problem_due_after_found"),
            models.CheckConstraint(
                condition=Q(
                    rectified_at__isnull=True,
                    rectified_by__isnull=True,
                    rectified_photo__isnull=True,
                    rectified_note="",
                )
                | Q(rectified_at__gte=F("found_at"), rectified_by__isnull=False),
                name="problem_rectified_whole",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(rectified_at__isnull=True), name="problem_open")]

    @property
    def finder(self) -> str:
        """Who found it, as others may read: a guide's name, of a resident that it was one."""
        if self.household_id is not None:
            return A_RESIDENT
        return self.found_by.display_name or self.found_by.get_username()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.point}"
