"""Programme and PointRule: what a drop-off earns, as data, from a day on. A past day is never re-rated."""

from django.db import models
from django.db.models import F, Q

from households.models import Community
from points.rules import STREAK_DAYS_MAX
from sorting.categories import CATEGORY_FACTS, SubClass, WasteCategory


class RuleUnit(models.TextChoices):
    """What a rule pays for."""

    DROP_OFF = "DROP_OFF", "每次"
    KG = "KG", "每千克"


class Programme(models.Model):
    """积分方案: holds from a day on, for one community or (community empty) for the district.

    On a day the programme with the latest `holds_from` applies; a community's own goes before the district's.
    From the `streak_days`-th earning day in a row on, each such day adds `streak_bonus_points`; null = no streak pays.
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

    class Meta:
        verbose_name = "积分方案"
        verbose_name_plural = "积分方案"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "holds_from"],
                condition=Q(community__isnull=False),
                name="programme_once_a_day_in_a_community",
            ),
            models.UniqueConstraint(
                fields=["holds_from"],
                condition=Q(community__isnull=True),
                name="programme_once_a_day_in_the_district",
            ),
            # The streak of a day is settled again when one of the days before it changes: that must stay bounded.
            models.CheckConstraint(
                condition=Q(streak_days__isnull=True, streak_bonus_points=0)
                | Q(streak_days__range=(2, STREAK_DAYS_MAX)),
                name="programme_streak_days_bounded",
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
