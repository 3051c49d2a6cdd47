"""User, the roles a person holds, what somebody at work is told, and who opened whose record."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q


class Role(models.TextChoices):
    """What a person does here."""

    RESIDENT = "RESIDENT", "居民"
    GUIDE = "GUIDE", "督导员"
    SHOP = "SHOP", "兑换商户"
    OFFICER = "OFFICER", "城管局人员"
    REPORTER = "REPORTER", "部门填报员"
    REVIEWER = "REVIEWER", "指标审核员"
    ADMINISTRATOR = "ADMINISTRATOR", "系统管理员"


class ScopeKind(models.TextChoices):
    """How far a role reaches; `scope_id` is the key of that thing, 0 for the whole district."""

    DISTRICT = "DISTRICT", "全区"
    SUBDISTRICT = "SUBDISTRICT", "街道/乡镇"
    COMMUNITY = "COMMUNITY", "小区"
    HOUSEHOLD = "HOUSEHOLD", "住户"
    SHOP = "SHOP", "商户"
    DEPARTMENT = "DEPARTMENT", "部门"


class User(AbstractUser):
    """Somebody who signs in. What they may do comes from their RoleGrants."""

    display_name = models.CharField("姓名", max_length=80, blank=True)

    class Meta:
        verbose_name = "用户"
        verbose_name_plural = "用户"


class RoleGrant(models.Model):
    """One role within one scope, from a day to a day (last day included)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_grants", verbose_name="用户")
    role = models.CharField("角色", max_length=16, choices=Role.choices)
    scope_kind = models.CharField("范围", max_length=12, choices=ScopeKind.choices)
    scope_id = models.BigIntegerField("范围编号", default=0)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)

    class Meta:
        verbose_name = "角色授权"
        verbose_name_plural = "角色授权"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "scope_kind", "scope_id", "starts_on"], name="role_grant_once"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_grant_role_known"),
            models.CheckConstraint(condition=Q(scope_kind__in=ScopeKind.values), name="role_grant_scope_known"),
            models.CheckConstraint(
                condition=Q(scope_kind=ScopeKind.DISTRICT, scope_id=0)
                | (~Q(scope_kind=ScopeKind.DISTRICT) & Q(scope_id__gt=0)),
                name="role_grant_scope_named",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="role_grant_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} {self.get_scope_kind_display()} {self.scope_id or ''}".strip()


class AccessLog(models.Model):
    """Somebody opened a personal record, and why. Rows are only added."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="用户")
    subject_kind = models.CharField("对象类别", max_length=32)
    subject_id = models.BigIntegerField("对象编号")
    reason = models.CharField("理由", max_length=200)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "查阅记录"
        verbose_name_plural = "查阅记录"
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="access_log_reason_given")]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="access_log_subject")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.user}: {self.subject_kind} {self.subject_id}"


class StaffNoticeKind(models.TextChoices):
    """What a notice to somebody at work is about; its `subject_id` is the key of that thing."""

    ROSTER = "ROSTER", "排班"
    PROBLEM = "PROBLEM", "问题整改"
    ALERT = "ALERT", "告警"
    TASK = "TASK", "任务"
    REPORT = "REPORT", "指标填报"
    REVIEW = "REVIEW", "指标审核"


class StaffNotice(models.Model):
    """工作消息: something a guide, officer, reporter or reviewer is told. Read in the own inbox; never pushed.

    `reference` says what it is about, once for ever: telling the same person twice of the same thing is one notice.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="staff_notices", verbose_name="用户")
    kind = models.CharField("种类", max_length=12, choices=StaffNoticeKind.choices)
    text = models.CharField("内容", max_length=300)
    subject_id = models.BigIntegerField("对象编号", null=True, blank=True)
    reference = models.CharField("凭证号", max_length=80)
    at = models.DateTimeField("时间")
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)

    class Meta:
        verbose_name = "工作消息"
        verbose_name_plural = "工作消息"
        constraints = [
            models.UniqueConstraint(fields=["user", "reference"], name="staff_notice_once"),
            models.CheckConstraint(condition=Q(kind__in=StaffNoticeKind.values), name="staff_notice_kind_known"),
            models.CheckConstraint(condition=~Q(text=""), name="staff_notice_says_something"),
        ]
        indexes = [
            models.Index(fields=["user", "-at"], name="staff_notice_inbox"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="staff_notice_unread"),
        ]

    def __str__(self) -> str:
        return self.text[:40]


class SignInCode(models.Model):
    """登录验证码: a one-time code for a phone number, whether or not anybody here has that number.

    `phone_lookup` is the keyed digest of the number, `code_digest` that of the code with this row's `salt`. What must
    be sent waits encrypted in `outgoing` until a worker has sent it, and is then emptied. Rows are forgotten after a
    day; until then they are what limits how often a number or an address may ask.
    """

    phone_lookup = models.CharField("手机号索引", max_length=64, editable=False)
    address = models.CharField("来源地址", max_length=45, editable=False)
    salt = models.CharField(max_length=32, editable=False)
    code_digest = models.CharField(max_length=64, editable=False)
    outgoing = models.BinaryField("待发送(加密)", default=b"", editable=False)
    asked_at = models.DateTimeField("申请时间")
    expires_at = models.DateTimeField("失效时间")
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    try_count = models.PositiveSmallIntegerField("尝试次数", default=0)

    class Meta:
        verbose_name = "登录验证码"
        verbose_name_plural = "登录验证码"
        constraints = [
            models.CheckConstraint(condition=Q(try_count__lte=5), name="sign_in_code_tries"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("asked_at")), name="sign_in_code_ends"),
        ]
        indexes = [
            models.Index(fields=["phone_lookup", "asked_at"], name="sign_in_code_phone"),
            models.Index(fields=["address", "asked_at"], name="sign_in_code_address"),
            models.Index(fields=["id"], condition=~Q(outgoing=b""), name="sign_in_code_outgoing"),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"


class SignInTry(models.Model):
    """登录尝试: a try to sign in by household code and PIN from an address, counted before it is compared.

    A right one is taken out again; the others limit the address for an hour and are forgotten after a day. Neither the
    code nor the PIN is kept.
    """

    address = models.CharField("来源地址", max_length=45, editable=False)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "登录尝试"
        verbose_name_plural = "登录尝试"
        indexes = [models.Index(fields=["address", "at"], name="sign_in_try_address")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


class LookupMiss(models.Model):
    """未命中: one request that named something its asker may not know of. Kept for minutes, then gone.

    The asker is a signed-in user, or else an address. Counted in the database, as several web processes share one
    count. Who asks for what is theirs writes none.
    """

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name="用户"
    )
    address = models.CharField("来源地址", max_length=45, blank=True, db_default="", editable=False)
    at = models.DateTimeField("时间")

    class Meta:
        db_table = "api_lookupmiss"  # where it began, when only the API counted
        verbose_name = "未命中"
        verbose_name_plural = "未命中"
        indexes = [
            models.Index(fields=["user", "at"], name="lookup_miss_recent"),
            models.Index(fields=["address", "at"], condition=Q(user__isnull=True), name="lookup_miss_of_address"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id or ''} {self.at:%H:%M:%S}".strip()


class ImportUpload(models.Model):
    """导入文件: a table that somebody uploaded, tried out, and then loaded once or let go.

    `content_encrypted` and `report_encrypted` hold people's data and are emptied a day later; how many rows did what
    stays on record.
    """

    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="经办")
    kind = models.CharField("导入什么", max_length=16)
    file_name = models.CharField("文件名", max_length=120)
    content_encrypted = models.BinaryField("文件(加密)", default=b"", editable=False)
    report_encrypted = models.BinaryField("结果(加密)", default=b"", editable=False)
    created_count = models.PositiveIntegerField("新增")
    changed_count = models.PositiveIntegerField("更改")
    unchanged_count = models.PositiveIntegerField("未变")
    refused_count = models.PositiveIntegerField("拒收")
    uploaded_at = models.DateTimeField("上传时间")
    loaded_at = models.DateTimeField("导入时间", null=True, blank=True)

    class Meta:
        verbose_name = "导入文件"
        verbose_name_plural = "导入文件"
        constraints = [
            models.CheckConstraint(
                condition=Q(loaded_at__isnull=True) | Q(loaded_at__gte=F("uploaded_at")), name="import_upload_in_order"
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class SecondFactor(models.Model):
    """第二步验证: the secret that a user's authenticator app holds too (TOTP, RFC 6238). It counts once confirmed.

    `step_last` is the newest time step whose code was used: no code works twice. `wrong_count` are the tries since the
    last right one; `locked_until`: no try counts before.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="second_factor", verbose_name="用户")
    secret_encrypted = models.BinaryField("密钥(加密)", editable=False)
    confirmed_at = models.DateTimeField("启用时间", null=True, blank=True)
    step_last = models.BigIntegerField("最近用过的时段", default=0, editable=False)
    wrong_count = models.PositiveIntegerField("连续错误次数", default=0)
    locked_until = models.DateTimeField("锁定到", null=True, blank=True)

    class Meta:
        verbose_name = "第二步验证"
        verbose_name_plural = "第二步验证"

    def __str__(self) -> str:
        return f"第二步验证 {self.user_id}"


class RecoveryCode(models.Model):
    """备用码: signs in once in the place of the app. Only its keyed digest is kept."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes")
    code_digest = models.CharField("备用码摘要", max_length=64, editable=False)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "备用码"
        verbose_name_plural = "备用码"
        constraints = [models.UniqueConstraint(fields=["factor", "code_digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"备用码 {self.pk}"
