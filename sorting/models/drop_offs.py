"""What arrives: batches, drop-offs, and the cards bound later."""

from django.db import models
from django.db.models import Q

from households.models import Community, Household
from sorting.categories import WasteCategory
from sorting.models.bins import SmartBin


class Method(models.TextChoices):
    """How the bin knew whose drop-off it was."""

    CARD = "CARD", "刷卡"
    QR = "QR", "扫码"
    CODE = "CODE", "输入户码"
    FINGERPRINT = "FINGERPRINT", "指纹识别"
    PHONE = "PHONE", "手机"
    GUIDE = "GUIDE", "督导员代投"
    NONE = "NONE", "未识别"


class Door(models.TextChoices):
    """Which way a batch came in."""

    HTTP = "HTTP", "设备接口"
    MQTT = "MQTT", "设备消息"
    IMPORT = "IMPORT", "文件导入"
    REPLAY = "REPLAY", "重放"
    OFFICE = "OFFICE", "管理后台"
    GUIDE = "GUIDE", "督导员手机"


DEVICE_DOORS = (Door.HTTP, Door.MQTT)  # through these a bin speaks itself


class BatchKind(models.TextChoices):
    """What a batch brought: the rows that point to it."""

    DROP_OFFS = "DROP_OFFS", "投放"
    ATTRIBUTIONS = "ATTRIBUTIONS", "归属"
    VERIFICATIONS = "VERIFICATIONS", "核验"


class Fate(models.TextChoices):
    """What became of one event that was sent."""

    ACCEPTED = "accepted", "已接收"
    DUPLICATE = "duplicate", "重复"
    CONFLICT = "conflict", "冲突"
    REJECTED = "rejected", "拒收"


class DropOffBatch(models.Model):
    """投放批次: what one request brought, and the unit that is claimed and tallied.

    Drop-offs, attributions and verifications wait in one queue: the batches whose `tallied_at` is null and
    whose `due_at` has come. `tally_run_id` names the run that took it.
    """

    kind = models.CharField("种类", max_length=16, choices=BatchKind.choices, default=BatchKind.DROP_OFFS)
    door = models.CharField("来源", max_length=8, choices=Door.choices)
    bin = models.ForeignKey(
        SmartBin,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name="智能桶",
    )
    community = models.ForeignKey(
        Community,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name="小区",
    )
    boot_id = models.CharField("启动号", max_length=64, blank=True)
    received_at = models.DateTimeField("接收时间")
    due_at = models.DateTimeField("可结算时间")
    event_count = models.PositiveIntegerField("条数")
    digest = models.CharField("摘要", max_length=64, blank=True)
    is_awarding = models.BooleanField("计积分", default=True)
    tallied_at = models.DateTimeField("结算时间", null=True, blank=True)
    tally_run_id = models.BigIntegerField("结算批次", null=True, blank=True)

    class Meta:
        verbose_name = "投放批次"
        verbose_name_plural = "投放批次"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BatchKind.values), name="drop_off_batch_kind_known"),
            models.CheckConstraint(
                condition=Q(tallied_at__isnull=True, tally_run_id__isnull=True) | Q(tallied_at__isnull=False),
                name="drop_off_batch_run_of_a_tallied",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "id"], condition=Q(tallied_at__isnull=True), name="batch_untallied"),
            models.Index(fields=["received_at"], name="batch_received"),
            models.Index(fields=["bin", "received_at"], name="batch_bin_received"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class DropOff(models.Model):
    """投放记录: one weighed bag in one bin. Written once and never updated.

    `occurred_on` is the local date of `occurred_at`; `is_in_window` says whether the point was open then;
    `household` is whom the card belonged to at `occurred_at`, or null (see Attribution).
    The foreign keys carry no database constraint: rows arrive by the million through one writer
    (sorting.services), and verify_ledger looks for orphans.
    """

    batch = models.ForeignKey(
        DropOffBatch,
        on_delete=models.PROTECT,
        related_name="drop_offs",
        db_constraint=False,
        verbose_name="投放批次",
    )
    bin = models.ForeignKey(
        SmartBin,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name="智能桶",
    )
    community = models.ForeignKey(
        Community,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name="小区",
    )
    household = models.ForeignKey(
        Household,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name="住户",
    )
    event_id = models.CharField("事件号", max_length=64)
    sequence = models.BigIntegerField("序号", null=True, blank=True)
    card = models.CharField("读到的卡", max_length=200, blank=True)
    card_key = models.CharField("归一的卡号", max_length=64, blank=True)
    method = models.CharField("方式", max_length=12, choices=Method.choices)
    category = models.CharField("类别", max_length=12, choices=WasteCategory.choices)
    sub_class = models.CharField("子类", max_length=20, blank=True)
    weight_g = models.PositiveIntegerField("重量(克)")
    occurred_at = models.DateTimeField("投放时间")
    occurred_on = models.DateField("投放日期")
    fill_rate = models.FloatField("满溢率", null=True, blank=True)
    is_in_window = models.BooleanField("在投放时段内")
    is_category_served = models.BooleanField("桶收此类", default=True)

    class Meta:
        verbose_name = "投放记录"
        verbose_name_plural = "投放记录"
        constraints = [
            models.UniqueConstraint(fields=["bin", "event_id"], name="drop_off_event_once"),
            models.CheckConstraint(condition=Q(weight_g__range=(1, 50_000)), name="drop_off_weight_range"),
            models.CheckConstraint(condition=Q(category__in=WasteCategory.values), name="drop_off_category_known"),
        ]
        indexes = [
            models.Index(
                fields=["household", "occurred_on"],
                condition=Q(household__isnull=False),
                name="drop_off_household_day",
            ),
            models.Index(
                fields=["card_key"],
                condition=Q(household__isnull=True) & ~Q(card_key=""),
                name="drop_off_unknown_card",
            ),
            models.Index(fields=["occurred_on", "community"], name="drop_off_community_day"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}"


class Attribution(models.Model):
    """归属: a later row that gives a drop-off without a household to one. Insert-only, one a drop-off."""

    drop_off = models.OneToOneField(
        DropOff, on_delete=models.PROTECT, primary_key=True, related_name="attribution", db_constraint=False
    )
    batch = models.ForeignKey(DropOffBatch, on_delete=models.PROTECT, related_name="attributions")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", db_index=False)
    occurred_on = models.DateField("投放日期")
    since = models.DateTimeField("归属时间")

    class Meta:
        verbose_name = "归属"
        verbose_name_plural = "归属"
        indexes = [models.Index(fields=["household", "occurred_on"], name="attribution_household_day")]

    def __str__(self) -> str:
        return f"{self.drop_off_id} → {self.household_id}"


class SetAside(models.Model):
    """A drop-off that could not be tallied, with the error. It counts nowhere until `retry_faults` gets it through."""

    drop_off = models.OneToOneField(
        DropOff,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="+",
        db_constraint=False,
        verbose_name="投放记录",
    )
    error = models.TextField("错误")
    set_aside_at = models.DateTimeField("搁置时间")

    class Meta:
        verbose_name = "搁置记录"
        verbose_name_plural = "搁置记录"

    def __str__(self) -> str:
        return f"{self.drop_off_id}: {self.error[:80]}"


class TallyAttempt(models.Model):
    """How often a batch was claimed without being tallied. Committed before the claim, gone with the success.

    A batch that `is_set_aside` is not claimed again until `retry_faults`.
    """

    batch = models.OneToOneField(DropOffBatch, on_delete=models.PROTECT, primary_key=True, related_name="+")
    attempt_count = models.PositiveSmallIntegerField("次数", default=0)
    last_at = models.DateTimeField("最近一次")
    error = models.TextField("错误", blank=True)
    is_set_aside = models.BooleanField("已搁置", default=False)

    class Meta:
        verbose_name = "结算尝试"
        verbose_name_plural = "结算尝试"

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.attempt_count}"
