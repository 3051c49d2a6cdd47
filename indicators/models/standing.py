"""CommunityStanding: how a community has sorted lately, counted ahead for screens that cannot wait for a count."""

from django.db import models
from django.db.models import F, Q

from households.models import Community


class CommunityStanding(models.Model):
    """小区近况: the parts of a community's rates over some days, as they were at `counted_at`; one row a community.

    The rates are recovery_rate, by the trucks' scales and by the bins (null outside the pilots), participation_rate,
    and sorting_accuracy_rate of the random sample, each by its formula of indicators.formulas.
    """

    community = models.OneToOneField(
        Community, on_delete=models.CASCADE, primary_key=True, related_name="+", verbose_name="小区"
    )
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    counted_at = models.DateTimeField("统计时间")
    recovered_load_g = models.BigIntegerField("过磅回收(克)", null=True)
    load_g = models.BigIntegerField("过磅总重(克)", null=True)
    recovered_drop_off_g = models.BigIntegerField("桶端回收(克)", null=True)
    drop_off_g = models.BigIntegerField("桶端总重(克)", null=True)
    participating_count = models.PositiveIntegerField("参与户数")
    enrolled_count = models.PositiveIntegerField("登记户数")
    right_count = models.PositiveIntegerField("投放准确数")
    judged_count = models.PositiveIntegerField("抽样核验数")

    class Meta:
        verbose_name = "小区近况"
        verbose_name_plural = "小区近况"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    participating_count__lte=F("enrolled_count"),
                    right_count__lte=F("judged_count"),
                    starts_on__lte=F("ends_on"),
                ),
                name="community_standing_parts_of_wholes",
            ),
            models.CheckConstraint(
                condition=Q(recovered_load_g__isnull=True, load_g__isnull=True)
                | Q(recovered_load_g__gte=0, recovered_load_g__lte=F("load_g")),
                name="community_standing_loads_recovered",
            ),
            models.CheckConstraint(
                condition=Q(recovered_drop_off_g__isnull=True, drop_off_g__isnull=True)
                | Q(recovered_drop_off_g__gte=0, recovered_drop_off_g__lte=F("drop_off_g")),
                name="community_standing_drop_offs_recovered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.community_id} {self.starts_on} {self.ends_on}"
