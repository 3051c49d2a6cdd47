"""CommunityDay: what a community put into its bins on a day."""

from django.db import models
from django.db.models import F, Q

from households.models import Community
from sorting.categories import WasteCategory


class CommunityDay(models.Model):
    """小区日汇总: one community (of the bin), one local date, one reported category.

    `household_count` counts distinct known households; `drop_off_count` and `weight_g` count the unknown too.
    `sampled_count` are the drop-offs judged in the random sample, `sampled_right_count` those of them found CORRECT.
    """

    pk = models.CompositePrimaryKey("community_id", "occurred_on", "category")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+", db_index=False)
    occurred_on = models.DateField("日期")
    category = models.CharField("类别", max_length=12, choices=WasteCategory.choices)
    drop_off_count = models.PositiveIntegerField("次数")
    weight_g = models.BigIntegerField("重量(克)")
    household_count = models.PositiveIntegerField("户数")
    sampled_count = models.PositiveIntegerField("抽样核验数", default=0, db_default=0)
    sampled_right_count = models.PositiveIntegerField("抽样合格数", default=0, db_default=0)

    class Meta:
        verbose_name = "小区日汇总"
        verbose_name_plural = "小区日汇总"
        constraints = [
            models.CheckConstraint(
                condition=Q(drop_off_count__gt=0, weight_g__gt=0, household_count__lte=F("drop_off_count")),
                name="community_day_positive",
            ),
            models.CheckConstraint(
                condition=Q(
                    sampled_right_count__gte=0,
                    sampled_right_count__lte=F("sampled_count"),
                    sampled_count__lte=F("drop_off_count"),
                ),
                name="community_day_sampled_of_counted",
            ),
        ]
        indexes = [models.Index(fields=["occurred_on"], name="community_day_date")]

    def __str__(self) -> str:
        return f"{self.community_id} {self.occurred_on} {self.category}"
