"""PINs of guides, and the shared phones on which they may be used."""

from django.conf import settings
from django.db import models


class GuidePin(models.Model):
    """PIN: short, so it is good only on a phone where this guide signed in with the password before (PhoneGuide).

    `pin` is hashed as a password is. After too many wrong tries in a row it is dead until the next password.
    """

    guide = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="guide_pin",
        verbose_name="督导员",
    )
    pin = models.CharField("PIN(散列)", max_length=128, editable=False)
    wrong_count = models.PositiveSmallIntegerField("连续输错次数", default=0)
    set_at = models.DateTimeField("设定时间")

    class Meta:
        verbose_name = "督导员 PIN"
        verbose_name_plural = "督导员 PIN"

    def __str__(self) -> str:
        return f"{self.guide}"


class GuidePhone(models.Model):
    """共用手机: one browser, known by a token in a cookie of which only the digest is kept."""

    token_digest = models.CharField("令牌摘要", max_length=64, unique=True, editable=False)
    first_seen_at = models.DateTimeField("首次登录")

    class Meta:
        verbose_name = "共用手机"
        verbose_name_plural = "共用手机"

    def __str__(self) -> str:
        return f"{self.pk}"


class PhoneGuide(models.Model):
    """A guide who signed in on this phone with name and password, and when last."""

    phone = models.ForeignKey(GuidePhone, on_delete=models.CASCADE, related_name="guides", verbose_name="共用手机")
    guide = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="督导员"
    )
    signed_in_at = models.DateTimeField("最近一次密码登录")

    class Meta:
        verbose_name = "手机上的督导员"
        verbose_name_plural = "手机上的督导员"
        constraints = [models.UniqueConstraint(fields=["phone", "guide"], name="phone_guide_once")]

    def __str__(self) -> str:
        return f"{self.phone_id} {self.guide}"
