"""How a bin proves who it is: its signing keys, its log-in at the MQTT broker, and the claim by which it came."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from sorting.models.bins import CollectionPoint, SmartBin


class BinKey(models.Model):
    """A bin's signing key, encrypted at rest. Two are valid while one is rotated."""

    bin = models.ForeignKey(SmartBin, on_delete=models.PROTECT, related_name="keys", verbose_name="智能桶")
    secret_encrypted = models.BinaryField(editable=False)
    created_at = models.DateTimeField("生成时间")
    expires_at = models.DateTimeField("失效时间", null=True, blank=True)

    class Meta:
        verbose_name = "桶密钥"
        verbose_name_plural = "桶密钥"
        constraints = [
            models.UniqueConstraint(fields=["bin"], condition=Q(expires_at__isnull=True), name="bin_key_one_current"),
        ]

    def __str__(self) -> str:
        return f"{self.bin} {self.created_at:%Y-%m-%d %H:%M}"


class MqttLogin(models.Model):
    """A bin's password at the MQTT broker, as the broker keeps it (PBKDF2-SHA512). The user name is the bin's code."""

    bin = models.OneToOneField(
        SmartBin, on_delete=models.PROTECT, primary_key=True, related_name="mqtt_login", verbose_name="智能桶"
    )
    password_hash = models.CharField("口令摘要", max_length=200, editable=False)
    made_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = "MQTT 登录"
        verbose_name_plural = "MQTT 登录"

    def __str__(self) -> str:
        return f"{self.bin}"


class BinClaim(models.Model):
    """认领: a bin that is not registered yet shows a single-use claim code; an officer approves it.

    Made by an officer for a place and a bin code; presented by the machine, which leaves its serial number and the
    digest of a secret of its own; approved or refused by an officer; then the machine fetches its key with that
    secret, until its first signed message has come or `expires_at` has passed. Only digests are kept.
    """

    code_digest = models.CharField("认领码摘要", max_length=64, unique=True, editable=False)
    bin_code = models.CharField("桶号", max_length=64)
    point = models.ForeignKey(CollectionPoint, on_delete=models.PROTECT, related_name="+", verbose_name="投放点")
    categories = models.CharField("收集类别", max_length=60)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办"
    )
    made_at = models.DateTimeField("生成时间")
    expires_at = models.DateTimeField("失效时间")
    presented_at = models.DateTimeField("出示时间", null=True, blank=True)
    serial_number = models.CharField("设备序列号", max_length=64, blank=True)
    model_name = models.CharField("设备型号", max_length=64, blank=True)
    secret_digest = models.CharField("设备口令摘要", max_length=64, blank=True, editable=False)
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审批"
    )
    is_approved = models.BooleanField("同意", null=True, blank=True)
    bin = models.ForeignKey(
        SmartBin, on_delete=models.PROTECT, null=True, blank=True, related_name="claims", verbose_name="智能桶"
    )
    key_given_at = models.DateTimeField("领取密钥时间", null=True, blank=True)

    class Meta:
        verbose_name = "智能桶认领"
        verbose_name_plural = "智能桶认领"
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, is_approved__isnull=True)
                | Q(decided_at__isnull=False, is_approved__isnull=False, presented_at__isnull=False),
                name="bin_claim_decided_after_presented",
            ),
            models.CheckConstraint(
                condition=Q(bin__isnull=True) | Q(is_approved=True), name="bin_claim_bin_of_an_approved"
            ),
            models.CheckConstraint(
                condition=Q(presented_at__isnull=True) | ~Q(secret_digest=""), name="bin_claim_presented_with_a_secret"
            ),
        ]

    def __str__(self) -> str:
        return self.bin_code
