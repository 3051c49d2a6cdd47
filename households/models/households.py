"""Household and what belongs to one: Member, Card and its printing, Consent, Notice."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from households.models.communities import Community


class Household(models.Model):
    """住户: the account holder, an address. `code` identifies and never authenticates; it never changes."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="households", verbose_name="小区")
    serial = models.PositiveIntegerField("序号", unique=True)
    code = models.CharField("户码", max_length=15, unique=True)
    building = models.CharField("楼栋", max_length=40)
    unit = models.CharField("单元", max_length=40)
    room = models.CharField("室", max_length=40)
    resident_count = models.PositiveSmallIntegerField("人数", null=True, blank=True)
    enrolled_on = models.DateField("登记日期")
    left_on = models.DateField("退出日期", null=True, blank=True)

    class Meta:
        verbose_name = "住户"
        verbose_name_plural = "住户"
        constraints = [
            models.UniqueConstraint(
                fields=["community", "building", "unit", "room"],
                condition=Q(left_on__isnull=True),
                name="household_address_once",
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("enrolled_on")), name="household_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Member(models.Model):
    """成员: a person of a household. The phone is encrypted; `phone_lookup` is its keyed digest, for finding it.

    `invited_by` invited them; `accepted_at` is when they said that this is their home, empty until they did.
    """

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="members", verbose_name="住户")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    name = models.CharField("姓名", max_length=80, blank=True)
    phone_encrypted = models.BinaryField("手机号(加密)", default=b"", editable=False)
    phone_lookup = models.CharField("手机号索引", max_length=64, blank=True, editable=False)
    joined_at = models.DateTimeField("加入时间")
    left_at = models.DateTimeField("离开时间", null=True, blank=True)
    invited_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="邀请人"
    )
    accepted_at = models.DateTimeField("接受邀请的时间", null=True, blank=True)

    class Meta:
        verbose_name = "成员"
        verbose_name_plural = "成员"
        constraints = [
            models.UniqueConstraint(
                fields=["household", "phone_lookup"],
                condition=Q(left_at__isnull=True) & ~Q(phone_lookup=""),
                name="member_phone_once_a_household",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(invited_by__isnull=False),
                name="member_accepted_an_invitation",
            ),
        ]
        indexes = [models.Index(fields=["phone_lookup"], condition=~Q(phone_lookup=""), name="member_phone")]

    def __str__(self) -> str:
        return self.name or f"成员 {self.pk}"


class CardKind(models.TextChoices):
    """What a card carries."""

    RFID = "RFID", "射频卡"
    QR = "QR", "二维码"
    FINGERPRINT = "FINGERPRINT", "指纹编号"


class Card(models.Model):
    """卡: one active card of a kind per household. A replaced card keeps its row and its days of validity.

    `number` is an RFID number as printed, a QR's token of 128 random bits, or the opaque reference by which a bin
    that matched a fingerprint itself names the household; `number_key` is its normal form
    (households.card_text), by which it is found. `is_searched`: the drop-offs that came with this card before it
    was bound have been looked for (sorting.services.attribution).
    Valid at a moment T where (valid_from is null or valid_from <= T) and (valid_to is null or T < valid_to);
    a card imported with its household has no valid_from: it is valid at all times.
    """

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="cards", verbose_name="住户")
    kind = models.CharField("种类", max_length=12, choices=CardKind.choices)
    number = models.CharField("卡号", max_length=64)
    number_key = models.CharField("归一的卡号", max_length=64, editable=False)
    issued_at = models.DateTimeField("发卡时间")
    valid_from = models.DateTimeField("生效时间", null=True, blank=True)
    valid_to = models.DateTimeField("失效时间", null=True, blank=True)
    is_searched = models.BooleanField("已查找归属", default=False, editable=False)

    class Meta:
        verbose_name = "卡"
        verbose_name_plural = "卡"
        constraints = [
            models.UniqueConstraint(
                fields=["household", "kind"], condition=Q(valid_to__isnull=True), name="card_one_active_of_a_kind"
            ),
            models.UniqueConstraint(
                fields=["number_key"], condition=Q(valid_to__isnull=True), name="card_number_active_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=CardKind.values), name="card_kind_known"),
            models.CheckConstraint(condition=~Q(number="") & ~Q(number_key=""), name="card_number_given"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="card_days_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["number_key"], name="card_number_key"),
            models.Index(fields=["id"], condition=Q(is_searched=False), name="card_to_search"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number[-4:]}"


class HouseholdPin(models.Model):
    """PIN 码: six digits by which a household without a phone shows that it is itself. Only a slow hash is kept.

    `wrong_count` are the tries since the last right one; `locked_until`: no try counts before. `given_by` is empty
    where the household changed it itself.
    """

    household = models.OneToOneField(Household, on_delete=models.PROTECT, related_name="pin", verbose_name="住户")
    pin_hash = models.CharField("PIN 摘要", max_length=200, editable=False)
    set_at = models.DateTimeField("设置时间")
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办"
    )
    wrong_count = models.PositiveIntegerField("连续错误次数", default=0)
    locked_until = models.DateTimeField("锁定到", null=True, blank=True)

    class Meta:
        verbose_name = "PIN 码"
        verbose_name_plural = "PIN 码"
        constraints = [models.CheckConstraint(condition=~Q(pin_hash=""), name="household_pin_hash_given")]

    def __str__(self) -> str:
        return f"PIN {self.household_id}"


class ConsentKind(models.TextChoices):
    """What a household or member agrees to; each is given and withdrawn apart from the others."""

    PROGRAMME = "PROGRAMME", "参加积分方案"
    FINGERPRINT = "FINGERPRINT", "指纹识别(只在桶上比对)"
    PHOTO = "PHOTO", "投放照片"
    RANKING = "RANKING", "红黑榜"


class Consent(models.Model):
    """One act: a consent given or withdrawn. The last act of a kind holds."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="consents", verbose_name="住户")
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="consents", verbose_name="成员"
    )
    kind = models.CharField("事项", max_length=16, choices=ConsentKind.choices)
    is_given = models.BooleanField("同意")
    at = models.DateTimeField("时间")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办"
    )

    class Meta:
        verbose_name = "同意记录"
        verbose_name_plural = "同意记录"
        constraints = [models.CheckConstraint(condition=Q(kind__in=ConsentKind.values), name="consent_kind_known")]
        indexes = [models.Index(fields=["household", "kind", "at"], name="consent_last")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {'同意' if self.is_given else '撤回'}"


class NoticeKind(models.TextChoices):
    """What a notice is about."""

    POINTS = "POINTS", "积分"
    REDEMPTION = "REDEMPTION", "兑换"
    VERDICT = "VERDICT", "核验"
    APPEAL = "APPEAL", "申诉"
    ACCOUNT = "ACCOUNT", "账户"
    COMMUNITY = "COMMUNITY", "小区"


class Notice(models.Model):
    """消息: something a household is told, in its own words. Read in the inbox; its words are never pushed.

    `reference` says what it is about, once for ever: telling twice of the same thing is one notice. `passed_on_at`:
    a worker took it to tell phones that it is there, where the district has that (people.notice_senders).
    """

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="notices", verbose_name="住户")
    kind = models.CharField("种类", max_length=12, choices=NoticeKind.choices)
    text = models.CharField("内容", max_length=300)
    reference = models.CharField("凭证号", max_length=80)
    at = models.DateTimeField("时间")
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)
    passed_on_at = models.DateTimeField("转告时间", null=True, blank=True)

    class Meta:
        verbose_name = "消息"
        verbose_name_plural = "消息"
        constraints = [
            models.UniqueConstraint(fields=["household", "reference"], name="notice_once"),
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_kind_known"),
            models.CheckConstraint(condition=~Q(text=""), name="notice_says_something"),
        ]
        indexes = [
            models.Index(fields=["household", "-at"], name="notice_inbox"),
            models.Index(fields=["at"], condition=Q(passed_on_at__isnull=True), name="notice_to_pass_on"),
        ]

    def __str__(self) -> str:
        return self.text[:40]


class CardPrinting(models.Model):
    """制卡批次: QR cards put on paper together, by whom and why. Rows are only added.

    `link_base` is what every link of the batch begins with. `is_replacing`: the cards before these ended with it.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="经办")
    at = models.DateTimeField("时间")
    reason = models.CharField("事由", max_length=200)
    link_base = models.CharField("网址开头", max_length=200)
    shows_door = models.BooleanField("印门牌号")
    is_replacing = models.BooleanField("补办", default=False)

    class Meta:
        verbose_name = "制卡批次"
        verbose_name_plural = "制卡批次"
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="card_printing_reason_given")]

    def __str__(self) -> str:
        return f"制卡 {self.pk}"


class PrintedCard(models.Model):
    """印出的卡: one card of a batch, at its place on the sheets. Rows are only added."""

    printing = models.ForeignKey(CardPrinting, on_delete=models.PROTECT, related_name="cards", verbose_name="批次")
    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="printings", verbose_name="卡")

    class Meta:
        verbose_name = "印出的卡"
        verbose_name_plural = "印出的卡"
        constraints = [models.UniqueConstraint(fields=["printing", "card"], name="printed_card_once_a_printing")]

    def __str__(self) -> str:
        return f"{self.printing_id}/{self.pk}"


class ChangeKind(models.TextChoices):
    """Where a household's people went."""

    MOVED = "MOVED", "搬家"
    MERGED = "MERGED", "并入另一户"
    SPLIT = "SPLIT", "分户"


class HouseholdChange(models.Model):
    """住户变更: a household is an address, so whoever moves gets another row, and this says which. Insert-only.

    `successor` is where its people are now: the new address, or the household that they joined. A split leaves the
    household as it is; `successor` is the second one.
    """

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="changes", verbose_name="住户")
    kind = models.CharField("变更", max_length=8, choices=ChangeKind.choices)
    successor = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="转到")
    reason = models.CharField("原因", max_length=200)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="经办"
    )
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "住户变更"
        verbose_name_plural = "住户变更"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="household_change_kind_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="household_change_reason_given"),
            models.CheckConstraint(condition=~Q(successor=F("household")), name="household_change_goes_somewhere"),
            models.UniqueConstraint(
                fields=["household"], condition=~Q(kind=ChangeKind.SPLIT), name="household_ends_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.get_kind_display()}"
