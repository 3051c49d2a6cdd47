"""Flag: what looks unfair, for a person to judge; FlagLook: when the nights' search ran. Neither moves a point."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from households.models import Community, Household
from points.models.corrections import PointCorrection
from sorting.models import SmartBin


class FlagKind(models.TextChoices):
    """What looks unfair. The rules are in points.flags.rules."""

    SPLITTING = "SPLITTING", "拆分投放"
    HEAVY_BAG = "HEAVY_BAG", "单次过重"
    FULL_BIN = "FULL_BIN", "桶日总重异常"
    TWO_PLACES = "TWO_PLACES", "一卡两地"
    SWIPE_RUN = "SWIPE_RUN", "连续刷多卡"
    SWIPE_GROUP = "SWIPE_GROUP", "多卡常在一起"
    OWN_VERDICT = "OWN_VERDICT", "核验自己家"
    OUTLIER = "OUTLIER", "积分离群"
    SAME_PHOTO = "SAME_PHOTO", "照片重复"
    TWO_MACHINES = "TWO_MACHINES", "疑似两台设备"


class FlagState(models.TextChoices):
    """What became of a flag."""

    OPEN = "OPEN", "待判断"
    DISMISSED = "DISMISSED", "不成立"
    CONFIRMED = "CONFIRMED", "成立"


class Flag(models.Model):
    """可疑线索: opened once for a subject on an occasion (a day, an ISO week, a month).

    `subject` names what it is about, as "household/17" or "bin/3/FOOD"; `household`, `bin` and `person` are the same
    as rows, where there is one. While it is open, a later look brings its figures up to date; a decided flag stays as
    it was decided. `figures` is the rule's evidence, `drop_off_ids` (at most EVIDENCE_ROWS_MAX) the rows behind it.
    `correction` is what an upheld flag takes from its household: the newest proposal, where one was refused before.
    """

    kind = models.CharField("种类", max_length=16, choices=FlagKind.choices)
    subject = models.CharField("对象", max_length=80)
    occasion = models.CharField("时段", max_length=10)
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+", verbose_name="小区")
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, blank=True, related_name="flags", verbose_name="住户"
    )
    bin = models.ForeignKey(
        SmartBin, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="智能桶"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="督导员",
    )
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    figures = models.JSONField("证据")
    drop_off_ids = models.JSONField("投放记录", default=list, blank=True)
    opened_at = models.DateTimeField("发现时间")
    last_seen_at = models.DateTimeField("最近一次看到")
    state = models.CharField("状态", max_length=10, choices=FlagState.choices, default=FlagState.OPEN)
    decided_at = models.DateTimeField("判断时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="判断人",
    )
    decision_reason = models.CharField("判断理由", max_length=300, blank=True)
    correction = models.OneToOneField(
        PointCorrection, on_delete=models.PROTECT, null=True, blank=True, related_name="flag", verbose_name="积分更正"
    )

    class Meta:
        verbose_name = "可疑线索"
        verbose_name_plural = "可疑线索"
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject", "occasion"], name="flag_once_an_occasion"),
            models.CheckConstraint(condition=Q(kind__in=FlagKind.values), name="flag_kind_known"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="flag_days_in_order"),
            models.CheckConstraint(
                condition=Q(state=FlagState.OPEN, decided_at__isnull=True, decided_by__isnull=True, decision_reason="")
                | (
                    Q(state__in=[FlagState.DISMISSED, FlagState.CONFIRMED])
                    & Q(decided_at__isnull=False, decided_by__isnull=False)
                    & ~Q(decision_reason="")
                ),
                name="flag_decided_by_somebody_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(correction__isnull=True) | Q(state=FlagState.CONFIRMED, household__isnull=False),
                name="flag_corrected_when_upheld",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-opened_at", "-id"], name="flag_queue"),
            models.Index(fields=["community", "state"], name="flag_community"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.occasion}"


class FlagLook(models.Model):
    """线索检查: one night's search, claimed by the first who comes and done once. `counts` is flags opened by kind."""

    night_on = models.DateField("日期", unique=True)
    started_at = models.DateTimeField("开始")
    finished_at = models.DateTimeField("结束", null=True, blank=True)
    day_count = models.PositiveIntegerField("检查天数", default=0)
    counts = models.JSONField("新线索", default=dict, blank=True)
    cut_off = models.JSONField("超出上限", default=list, blank=True)

    class Meta:
        verbose_name = "线索检查"
        verbose_name_plural = "线索检查"
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")),
                name="flag_look_times_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.night_on}"
