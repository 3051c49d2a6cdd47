"""What a bin said that is no drop-off: its messages with their answers, and the events that were refused."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from sorting.models.bins import SmartBin
from sorting.models.drop_offs import Door, Fate


class RefusedEvent(models.Model):
    """An event that was rejected or in conflict, kept with its reason and payload. Repeats are counted.

    `replay_shift_s` was added to its `occurred_at` when it was replayed: the bin's clock was off by as much, said
    `replayed_by`, because of `replay_reason`.
    """

    bin_code = models.CharField("桶号", max_length=64, blank=True)
    door = models.CharField("来源", max_length=8, choices=Door.choices)
    boot_id = models.CharField("启动号", max_length=64, blank=True, db_default="")
    event_id = models.CharField("事件号", max_length=200, blank=True)
    fate = models.CharField("结果", max_length=9, choices=Fate.choices)
    code = models.CharField("原因", max_length=40)
    message = models.CharField("说明", max_length=300)
    payload = models.JSONField("原文")
    payload_digest = models.CharField("原文摘要", max_length=64)
    first_received_at = models.DateTimeField("首次收到")
    last_received_at = models.DateTimeField("最近收到")
    repeat_count = models.PositiveIntegerField("重复次数", default=0)
    replayed_at = models.DateTimeField("重放时间", null=True, blank=True)
    replay_shift_s = models.IntegerField("重放时移(秒)", null=True, blank=True)
    replay_reason = models.CharField("重放理由", max_length=200, blank=True, db_default="")
    replayed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办"
    )

    class Meta:
        verbose_name = "拒收事件"
        verbose_name_plural = "拒收事件"
        constraints = [
            models.UniqueConstraint(fields=["bin_code", "code", "payload_digest"], name="refused_event_once"),
            models.CheckConstraint(
                condition=Q(fate__in=[Fate.CONFLICT, Fate.REJECTED]), name="refused_event_fate_known"
            ),
        ]
        indexes = [models.Index(fields=["last_received_at"], name="refused_event_last")]

    def __str__(self) -> str:
        return f"{self.event_id_start}: {self.code}"

    @property
    def event_id_start(self) -> str:
        """As much as a row has room for: what a broken bin sends may be 200 characters without a gap."""
        return self.event_id if len(self.event_id) <= 20 else f"{self.event_id[:20]}…"


class DeviceMessage(models.Model):
    """One signed message of a bin and the answer it got: the same message gets the same answer.

    The foreign key carries no database constraint: with it every message locks its bin, and waits for whoever makes
    that bin a key.
    """

    bin = models.ForeignKey(SmartBin, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    message_id = models.CharField("消息号", max_length=200)
    body_digest = models.CharField("摘要", max_length=64)
    answer = models.JSONField("答复")
    received_at = models.DateTimeField("接收时间")

    class Meta:
        verbose_name = "设备消息"
        verbose_name_plural = "设备消息"
        constraints = [models.UniqueConstraint(fields=["bin", "message_id"], name="device_message_once")]

    def __str__(self) -> str:
        return self.message_id
