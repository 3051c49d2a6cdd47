"""Photos of drop-offs: two WebP files each under PHOTOS_DIR, and which of them look alike."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from sorting.models.bins import SmartBin


class Photo(models.Model):
    """照片: of one drop-off, named by bin and event id, which may arrive before or after it. Never updated.

    `content_digest` is the SHA-256 of the bytes that were sent; `dhash` the 64-bit difference hash of the picture,
    as a signed integer; `band_0`…`band_3` its four 16-bit parts: two hashes at most 3 bits apart share one of them.
    `is_flat`: too little to see for the hash to mean anything (night, fog, a covered lens).
    `large_name` (at most 1600 px) and `small_name` (at most 320 px) are paths under PHOTOS_DIR.
    There is no key to the drop-off: whose the photo is, is read from the drop-off each time (sorting.queries.photos).
    """

    bin = models.ForeignKey(SmartBin, on_delete=models.PROTECT, related_name="photos", verbose_name="智能桶")
    event_id = models.CharField("事件号", max_length=64)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="督导员",
        help_text="空 = 智能桶",
    )
    taken_at = models.DateTimeField("拍摄时间", null=True, blank=True)
    received_at = models.DateTimeField("接收时间")
    content_digest = models.CharField("内容摘要", max_length=64)
    dhash = models.BigIntegerField("差异哈希")
    band_0 = models.PositiveIntegerField(editable=False)
    band_1 = models.PositiveIntegerField(editable=False)
    band_2 = models.PositiveIntegerField(editable=False)
    band_3 = models.PositiveIntegerField(editable=False)
    is_flat = models.BooleanField("看不清内容", db_default=False)
    width = models.PositiveIntegerField("宽")
    height = models.PositiveIntegerField("高")
    large_name = models.CharField("大图", max_length=120)
    small_name = models.CharField("小图", max_length=120)

    class Meta:
        verbose_name = "照片"
        verbose_name_plural = "照片"
        constraints = [
            models.UniqueConstraint(fields=["bin", "event_id", "content_digest"], name="photo_once"),
        ]
        indexes = [
            models.Index(fields=["received_at"], name="photo_received"),
            models.Index(fields=["bin", "received_at"], name="photo_bin_received"),
            models.Index(fields=["content_digest"], name="photo_content"),
            models.Index(fields=["band_0"], name="photo_band_0"),
            models.Index(fields=["band_1"], name="photo_band_1"),
            models.Index(fields=["band_2"], name="photo_band_2"),
            models.Index(fields=["band_3"], name="photo_band_3"),
        ]

    def __str__(self) -> str:
        return f"{self.bin} {self.event_id}"


class PhotoLikeness(models.Model):
    """相似照片: two photos of different events that are the same or nearly so. A person judges what that means.

    `distance` is the number of differing bits of their hashes, 0 where the bytes or the hashes are the same.
    """

    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="likenesses", verbose_name="照片")
    earlier = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="+", verbose_name="较早的照片")
    distance = models.PositiveSmallIntegerField("差异位数")
    is_identical = models.BooleanField("完全相同")
    found_at = models.DateTimeField("发现时间")

    class Meta:
        verbose_name = "相似照片"
        verbose_name_plural = "相似照片"
        constraints = [
            models.UniqueConstraint(fields=["photo", "earlier"], name="photo_likeness_once"),
            models.CheckConstraint(condition=~Q(photo=F("earlier")), name="photo_likeness_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.photo_id} ~ {self.earlier_id}"
