"""Programme and PointRule: what a drop-off earns, as data, from a day on. A past day is never re-rated."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from households.models import Community
from points.rules import STREAK_DAYS_MAX
from sorting.categories import CATEGORY_FACTS, SubClass, WasteCategory


class RuleUnit(models.TextChoices):
    """What a rule pays for."""

    DROP_OFF = "DROP_OFF", "每次"
    KG = "KG", "每千克"


class ProgrammeState(models.TextChoices):
    """Where a programme stands. Only an approved one rates days."""

    DRAFT = "DRAFT", "待审批"
    APPROVED = "APPROVED", "已批准"
    REFUSED = "REFUSED", "未批准"
    WITHDRAWN = "WITHDRAWN", "已撤回"


class Programme(models.Model):
    """积分方案: holds from a day on, for one community or (community empty) for the district.

    Drafted by one officer, decided by another, and never changed after that; the first one comes with the platform and
    was drafted by nobody. On a day the approved programme with the latest `holds_from` applies; a community's own goes
    before the district's. From the `streak_days`-th earning day in a row on, each such day adds `streak_bonus_points`;
    null = no streak pays.
    """

    name = models.CharField("名称", max_length=80)
    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, null=True, blank=True, related_name="programmes", verbose_name="小区"
    )
    holds_from = models.DateField("生效日期")
    verdict_bonus_points = models.PositiveIntegerField("核验合格奖励", default=0)
    misplaced_penalty_points = models.PositiveIntegerField("误投扣减", default=0)
    contaminated_penalty_points = models.PositiveIntegerField("混投扣减", default=0, db_default=0)
    streak_days = models.PositiveSmallIntegerField("连续天数", null=True, blank=True)
    streak_bonus_points = models.PositiveIntegerField("连续奖励", default=0, db_default=0)
    checking_window_s = models.PositiveIntegerField("核验期(秒)")
    state = models.CharField(
        "状态",
        max_length=10,
        choices=ProgrammeState.choices,
        default=ProgrammeState.APPROVED,
        db_default=ProgrammeState.APPROVED,
    )
    reason = models.CharField("修改原因", max_length=200, blank=True, default="", db_default="")
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="起草人",
    )
    drafted_at = models.DateTimeField("起草时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="审批人",
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decided_on = models.DateField("审批日期", null=True, blank=True)
    note = models.CharField("审批意见", max_length=200, blank=True, default="", db_default="")

    class Meta:
        verbose_name = "积分方案"
        verbose_name_plural = "积分方案"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "holds_from"],
                condition=Q(community__isnull=False, state="APPROVED"),
                name="programme_once_a_day_in_a_community",
            ),
            models.UniqueConstraint(
                fields=["holds_from"],
                condition=Q(community__isnull=True, state="APPROVED"),
                name="programme_once_a_day_in_the_district",
            ),
            # The streak of a day is settled again when one of the days before it changes: that must stay bounded.
            models.CheckConstraint(
                condition=Q(streak_days__isnull=True, streak_bonus_points=0)
                | Q(streak_days__range=(2, STREAK_DAYS_MAX)),
                name="programme_streak_days_bounded",
            ),
            models.CheckConstraint(condition=Q(state__in=ProgrammeState.values), name="programme_state_known"),
            # A second pair of eyes; whoever drafted it may only take it back.
            models.CheckConstraint(
                condition=Q(state="WITHDRAWN", decided_by=F("drafted_by"))
                | Q(decided_by__isnull=True)
                | (~Q(state="WITHDRAWN") & ~Q(decided_by=F("drafted_by"))),
                name="programme_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="APPROVED", drafted_by__isnull=True)
                | Q(state="DRAFT", drafted_by__isnull=False, decided_by__isnull=True, decided_on__isnull=True)
                | (
                    ~Q(state="DRAFT")
                    & Q(drafted_by__isnull=False, decided_by__isnull=False)
                    & Q(decided_at__isnull=False, decided_on__isnull=False)
                ),
                name="programme_decided_by_somebody",
            ),
            # What was approved on a day holds from a later one: no day that people lived through is rated again.
            models.CheckConstraint(
                condition=~Q(state="APPROVED") | Q(decided_on__isnull=True) | Q(holds_from__gt=F("decided_on")),
                name="programme_holds_from_a_coming_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name


_OF_ITS_CATEGORY = Q(sub_class="")
for _category, _facts in CATEGORY_FACTS.items():
    if _facts.sub_classes:
        _OF_ITS_CATEGORY |= Q(category=_category.value, sub_class__in=[each.value for each in _facts.sub_classes])


class PointRule(models.Model):
    """积分规则: what one category earns, or one of its sub-classes, which then goes before it with limits of its own.

    Points of a drop-off are floor(weight_g × points / 1000) where unit is KG.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="rules", verbose_name="积分方案")
    category = models.CharField("类别", max_length=12, choices=WasteCategory.choices)
    sub_class = models.CharField("子类", max_length=20, choices=SubClass.choices, blank=True, default="", db_default="")
    unit = models.CharField("计量", max_length=8, choices=RuleUnit.choices)
    points = models.PositiveIntegerField("积分")
    points_outside = models.PositiveIntegerField("时段外积分")
    weight_g_min = models.PositiveIntegerField("最低重量(克)", default=1)
    drop_offs_a_day_max = models.PositiveIntegerField("每日次数上限", null=True, blank=True)
    points_a_day_max = models.PositiveIntegerField("每日积分上限", null=True, blank=True)

    class Meta:
        verbose_name = "积分规则"
        verbose_name_plural = "积分规则"
        constraints = [
            models.UniqueConstraint(fields=["programme", "category", "sub_class"], name="point_rule_once_a_sub_class"),
            models.CheckConstraint(condition=Q(category__in=WasteCategory.values), name="point_rule_category_known"),
            models.CheckConstraint(condition=_OF_ITS_CATEGORY, name="point_rule_sub_class_of_its_category"),
            models.CheckConstraint(condition=Q(unit__in=RuleUnit.values), name="point_rule_unit_known"),
            # "The best awards of the day" are then those inside the window: counts suffice to rate a day.
            models.CheckConstraint(
                condition=Q(points_outside__lte=F("points")), name="point_rule_outside_pays_no_more"
            ),
            # A limit in drop-offs picks the best ones; by weight that would need a ranking of every drop-off.
            models.CheckConstraint(
                condition=Q(unit="DROP_OFF") | Q(drop_offs_a_day_max__isnull=True),
                name="point_rule_count_limit_of_drop_offs",
            ),
        ]

    def __str__(self) -> str:
        what = self.get_sub_class_display() if self.sub_class else self.get_category_display()
        return f"{what} {self.points}/{self.get_unit_display()}"
