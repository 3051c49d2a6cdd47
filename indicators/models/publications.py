"""Published months: who proposed and who confirmed, the frozen figures and rules, and the chain of their digests."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from households.models import Community
from points.models import Programme


class Stage(models.TextChoices):
    """How settled a published month is."""

    PROVISIONAL = "PROVISIONAL", "初步数据"
    FINAL = "FINAL", "最终数据"


class PublicationProposal(models.Model):
    """发布提议: one officer wants a month published. Insert-only.

    It is open until a Publication or a ProposalWithdrawal points to it, or until the month is out as final. After a
    withdrawal the next one has the next `attempt`. `shown_digest` says, in hex, what figures and rules the officer saw.
    """

    starts_on = models.DateField("月份首日")
    stage = models.CharField("阶段", max_length=12, choices=Stage.choices)
    attempt = models.PositiveSmallIntegerField("第几次", default=1, db_default=1)
    shown_digest = models.CharField("提议时的摘要", max_length=64, blank=True, default="", db_default="")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="提议人"
    )
    proposed_at = models.DateTimeField("提议时间")

    class Meta:
        verbose_name = "发布提议"
        verbose_name_plural = "发布提议"
        constraints = [
            models.UniqueConstraint(
                fields=["starts_on", "stage", "attempt"], name="publication_proposal_once_an_attempt"
            ),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="publication_proposal_stage_known"),
            models.CheckConstraint(condition=Q(starts_on__day=1), name="publication_proposal_of_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on:%Y-%m} {self.get_stage_display()}"


class ProposalWithdrawal(models.Model):
    """发布提议的撤回: a proposal that nobody is to confirm any more, and why. Insert-only."""

    proposal = models.OneToOneField(
        PublicationProposal, on_delete=models.PROTECT, related_name="withdrawal", verbose_name="提议"
    )
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="撤回人"
    )
    withdrawn_at = models.DateTimeField("撤回时间")
    reason = models.CharField("原因", max_length=200)

    class Meta:
        verbose_name = "提议撤回"
        verbose_name_plural = "提议撤回"
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="proposal_withdrawal_reason_given")]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.reason}"


class Publication(models.Model):
    """月度发布: a month as it was confirmed, by another officer than the one who proposed it. Insert-only.

    `digest` is SHA-256 over the digest of publication `number - 1`, this row's own words and the digests of its figures
    and rules in order of id; `digest_format` says in which words (indicators.published). `programme` is the district's
    points programme that held on the last day. `is_stale` says that records of the month still waited to be tallied,
    `waiting_count` how many drop-offs, and `stale_reason` why it was published all the same.
    """

    number = models.PositiveIntegerField("序号", unique=True)
    proposal = models.OneToOneField(
        PublicationProposal, on_delete=models.PROTECT, related_name="publication", verbose_name="提议"
    )
    starts_on = models.DateField("月份首日")
    ends_on = models.DateField("月份末日")
    stage = models.CharField("阶段", max_length=12, choices=Stage.choices)
    earliest_on = models.DateField("最早可发布日")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="提议人"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="确认人"
    )
    confirmed_on = models.DateField("确认日期")
    confirmed_at = models.DateTimeField("确认时间")
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="积分方案"
    )
    is_stale = models.BooleanField("当时有未结算记录")
    waiting_count = models.PositiveIntegerField("当时未结算的投放", default=0, db_default=0)
    stale_reason = models.CharField("仍然发布的原因", max_length=200, blank=True, default="", db_default="")
    digest_format = models.PositiveSmallIntegerField("摘要格式", default=1, db_default=1)
    rule_count = models.PositiveIntegerField("规则数", default=0, db_default=0)
    figure_count = models.PositiveIntegerField("指标数")
    previous_digest = models.BinaryField("前一摘要")
    digest = models.BinaryField("摘要")

    class Meta:
        verbose_name = "月度发布"
        verbose_name_plural = "月度发布"
        constraints = [
            models.UniqueConstraint(fields=["starts_on", "stage"], name="publication_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="publication_number_positive"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="publication_stage_known"),
            # A second pair of eyes: nobody confirms what they proposed.
            models.CheckConstraint(condition=~Q(confirmed_by=F("proposed_by")), name="publication_by_two_people"),
            models.CheckConstraint(
                condition=Q(earliest_on__gt=F("ends_on"), confirmed_on__gte=F("earliest_on")),
                name="publication_not_early",
            ),
            # The first format knew no reason.
            models.CheckConstraint(
                condition=Q(digest_format=1) | Q(is_stale=False) | ~Q(stale_reason=""),
                name="publication_stale_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.starts_on:%Y-%m} {self.get_stage_display()}"


class PublishedFigure(models.Model):
    """已发布指标: one figure as it was published, of the district (community empty) or of a community. Insert-only.

    Numbers are exact, as text: "350" or "350001/1000"; empty = no data. `stages` is JSON, empty where there are none.
    `digest` is SHA-256 of the row's words.
    """

    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, related_name="figures", verbose_name="月度发布"
    )
    community = models.ForeignKey(Community, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="小区")
    code = models.CharField("指标代码", max_length=60)
    measure = models.CharField("口径", max_length=60, blank=True)
    value = models.CharField("数值", max_length=80, blank=True)
    numerator = models.CharField("分子", max_length=80, blank=True)
    denominator = models.CharField("分母", max_length=80, blank=True)
    sample_count = models.PositiveIntegerField("样本数", null=True)
    stages = models.CharField("漏斗", max_length=300, blank=True)
    formula_version = models.PositiveSmallIntegerField("公式版本")
    digest = models.BinaryField("摘要")

    class Meta:
        verbose_name = "已发布指标"
        verbose_name_plural = "已发布指标"
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "community", "code", "measure"], name="published_figure_once_a_community"
            ),
            models.UniqueConstraint(
                fields=["publication", "code", "measure"],
                condition=Q(community__isnull=True),
                name="published_figure_once_in_the_district",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.publication_id} {self.code} {self.measure} {self.community_id or ''}".strip()


class PublishedRule(models.Model):
    """已发布规则: the points programme that held in some days of a published month. Insert-only.

    The district's are those without a community; a community has rows of its own only where a programme of its own held
    in the month, and then they cover the whole month. `programme_digest` is SHA-256, in hex, of the programme's words
    and rules (indicators.published); `digest` is SHA-256 of the row's.
    """

    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, related_name="rules", verbose_name="月度发布"
    )
    community = models.ForeignKey(Community, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="小区")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+", verbose_name="积分方案")
    starts_on = models.DateField("月内首日")
    ends_on = models.DateField("月内末日")
    programme_digest = models.CharField("方案摘要", max_length=64)
    digest = models.BinaryField("摘要")

    class Meta:
        verbose_name = "已发布规则"
        verbose_name_plural = "已发布规则"
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "community", "starts_on"], name="published_rule_once_a_day_in_a_community"
            ),
            models.UniqueConstraint(
                fields=["publication", "starts_on"],
                condition=Q(community__isnull=True),
                name="published_rule_once_a_day_in_the_district",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="published_rule_of_some_days"),
        ]

    def __str__(self) -> str:
        return f"{self.publication_id} {self.programme_id} {self.starts_on}"
