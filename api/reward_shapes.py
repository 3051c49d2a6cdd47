"""Rewards and redemptions as households, counters and guides see them."""

from typing import Any

from rest_framework import serializers

from points.models import RedemptionStatus, ShopKind
from points.reward_rules import QUANTITY_MAX
from points.services.redeeming import IDEMPOTENCY_KEY_LENGTH_MAX

CODE_LENGTH_MAX = 200  # a scanned link with the code in it


class PlaceShape(serializers.Serializer[Any]):
    """Where something is handed out."""

    shop_id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=ShopKind.choices)
    name = serializers.CharField()
    address = serializers.CharField(allow_blank=True)
    contact = serializers.CharField(allow_blank=True)
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)


class RewardShape(serializers.Serializer[Any]):
    """A reward on offer today, as one household sees it."""

    reward_id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    points = serializers.IntegerField()
    stock_count = serializers.IntegerField(allow_null=True, help_text="空 = 不限")
    household_limit = serializers.IntegerField(allow_null=True, help_text="空 = 不限")
    limit_period = serializers.CharField()
    had_count = serializers.IntegerField(help_text="本期已兑换")
    pieces_left = serializers.IntegerField(help_text="一次还能兑换几件,积分另算")
    missing_points = serializers.IntegerField(help_text="还差多少分")
    obstacle = serializers.ChoiceField(
        choices=[("sold_out", "兑完了"), ("limit", "到每户限兑了"), ("points", "积分不够")], allow_blank=True
    )
    ends_on = serializers.DateField(allow_null=True)
    places = PlaceShape(many=True)


class RewardList(serializers.Serializer[Any]):
    """The catalogue."""

    items = RewardShape(many=True)


class NewRedemption(serializers.Serializer[Any]):
    """What is redeemed. The same key again is the same redemption."""

    reward_id = serializers.IntegerField(min_value=1, max_value=10**18)
    quantity = serializers.IntegerField(required=False, default=1, min_value=1, max_value=QUANTITY_MAX)
    idempotency_key = serializers.CharField(
        max_length=IDEMPOTENCY_KEY_LENGTH_MAX, help_text="由客户端生成,答复之前一直用同一个"
    )


class RedemptionShape(serializers.Serializer[Any]):
    """One redemption, as its household sees it: with the code."""

    redemption_id = serializers.IntegerField()
    reward_name = serializers.CharField()
    quantity = serializers.IntegerField()
    points = serializers.IntegerField()
    status = serializers.ChoiceField(choices=RedemptionStatus.choices)
    is_open = serializers.BooleanField(help_text="可以领取,也可以取消")
    code = serializers.CharField(help_text="领取时出示")
    reserved_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="领取期限;过期积分自动退回")
    closed_at = serializers.DateTimeField(allow_null=True)
    collected_at_shop = serializers.CharField(allow_blank=True)
    places = PlaceShape(many=True)


class RedemptionList(serializers.Serializer[Any]):
    """A household's redemptions, the newest first."""

    items = RedemptionShape(many=True)


class CodeTyped(serializers.Serializer[Any]):
    """A redemption's code, as typed or scanned."""

    code = serializers.CharField(max_length=CODE_LENGTH_MAX)


class CounterRedemption(serializers.Serializer[Any]):
    """A redemption as a counter sees it: what to hand out, and not to whom."""

    redemption_id = serializers.IntegerField(source="pk")
    reward_name = serializers.CharField(source="reward.name")
    quantity = serializers.IntegerField()
    points = serializers.IntegerField()
    status = serializers.ChoiceField(choices=RedemptionStatus.choices)
    expires_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
