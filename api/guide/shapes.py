"""What goes into the guides' operations and comes out."""

from typing import Any

from rest_framework import serializers

from api.paging import CURSOR_LENGTH_MAX
from api.reward_shapes import NewRedemption
from guides.models import ProblemKind
from guides.queries.drop_offs import Tab
from guides.services.spot_checks import LOOKED_AT_MAX
from sorting.categories import WasteCategory
from sorting.models import Verdict
from sorting.services.verdicts import CLIENT_ID_LENGTH_MAX, NOTE_LENGTH_MAX

JUDGEMENTS = [choice for choice in Verdict.choices if choice[0] != Verdict.WITHDRAWN]
CARD_LENGTH_MAX = 200


class BinShape(serializers.Serializer[Any]):
    """A bin at a point."""

    bin_id = serializers.IntegerField(source="pk")
    code = serializers.CharField()
    categories = serializers.SerializerMethodField()

    def get_categories(self, smart_bin: Any) -> list[str]:
        """The categories that it takes."""
        return str(smart_bin.categories).split(";")


class PointShape(serializers.Serializer[Any]):
    """A collection point."""

    point_id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    bins = BinShape(many=True, source="bins_in_service")


class GivenCommunity(serializers.Serializer[Any]):
    """A community given to the guide."""

    community_id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    points = PointShape(many=True, source="points_in_order")


class GivenCommunityList(serializers.Serializer[Any]):
    """The communities given to the guide today."""

    items = GivenCommunity(many=True)


class DropOffsQuery(serializers.Serializer[Any]):
    """Which of the drop-offs of the last 24 hours."""

    tab = serializers.ChoiceField(choices=Tab.choices, required=False, default=Tab.ALL.value)
    after = serializers.CharField(required=False, max_length=CURSOR_LENGTH_MAX, help_text="上一页的 next")


class GivenVerdictShape(serializers.Serializer[Any]):
    """The verdict that stands."""

    verdict = serializers.ChoiceField(choices=JUDGEMENTS)
    actual_category = serializers.ChoiceField(choices=WasteCategory.choices, allow_blank=True)
    is_own = serializers.BooleanField()
    client_id = serializers.CharField(allow_blank=True, help_text="自己给的才有")
    in_force_at = serializers.DateTimeField()


class ListedDropOff(serializers.Serializer[Any]):
    """A drop-off at a point."""

    drop_off_id = serializers.IntegerField()
    occurred_at = serializers.DateTimeField()
    category = serializers.ChoiceField(choices=WasteCategory.choices)
    weight_g = serializers.IntegerField()
    has_household = serializers.BooleanField()
    door = serializers.CharField(allow_blank=True, help_text="门牌;不是负责小区的住户时为空")
    verdict = GivenVerdictShape(allow_null=True)
    looks = serializers.SerializerMethodField(help_text="为什么该看一看")

    def get_looks(self, drop_off: Any) -> list[str]:
        """The reasons, as codes."""
        return [look.name for look in drop_off.looks]


class CardShown(serializers.Serializer[Any]):
    """A card as read, or a household code as typed."""

    code = serializers.CharField(max_length=CARD_LENGTH_MAX)


class FoundDropOff(serializers.Serializer[Any]):
    """The last drop-off at the point of whoever stands before the guide."""

    drop_off_id = serializers.IntegerField()


class NewVerdict(serializers.Serializer[Any]):
    """A verdict. Sent again with its `client_id`, it is the same one."""

    client_id = serializers.CharField(max_length=CLIENT_ID_LENGTH_MAX)
    verdict = serializers.ChoiceField(choices=JUDGEMENTS)
    actual_category = serializers.ChoiceField(
        choices=WasteCategory.choices, required=False, default="", allow_blank=True, help_text="只有误投才写"
    )
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=NOTE_LENGTH_MAX)
    judged_at = serializers.DateTimeField(required=False, default=None, allow_null=True, help_text="断网时当时的时间")


class VerdictShape(serializers.Serializer[Any]):
    """A verdict on record."""

    drop_off_id = serializers.IntegerField()
    client_id = serializers.CharField()
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    actual_category = serializers.ChoiceField(choices=WasteCategory.choices, allow_blank=True)
    verified_at = serializers.DateTimeField()
    in_force_at = serializers.DateTimeField(help_text="在此之前可以撤回")


class NewWithdrawal(serializers.Serializer[Any]):
    """Taking back one's own verdict within its minute."""

    verdict_client_id = serializers.CharField(max_length=CLIENT_ID_LENGTH_MAX, help_text="要撤回的核验的 client_id")
    client_id = serializers.CharField(max_length=CLIENT_ID_LENGTH_MAX, help_text="这次撤回自己的编号")
    undone_at = serializers.DateTimeField(required=False, default=None, allow_null=True, help_text="断网时当时的时间")


class NewSpotCheck(serializers.Serializer[Any]):
    """Looked at so many, so many wrong."""

    client_id = serializers.CharField(max_length=CLIENT_ID_LENGTH_MAX)
    looked_at_count = serializers.IntegerField(min_value=1, max_value=LOOKED_AT_MAX)
    wrong_count = serializers.IntegerField(min_value=0, max_value=LOOKED_AT_MAX)
    category = serializers.ChoiceField(choices=WasteCategory.choices, required=False, default="", allow_blank=True)
    purity_rate = serializers.FloatField(required=False, default=None, allow_null=True, min_value=0, max_value=1)
    is_staffed = serializers.BooleanField(required=False, default=True)
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=NOTE_LENGTH_MAX)
    checked_at = serializers.DateTimeField(required=False, default=None, allow_null=True)


class SpotCheckShape(serializers.Serializer[Any]):
    """A spot check on record."""

    spot_check_id = serializers.IntegerField(source="pk")
    point_id = serializers.IntegerField()
    checked_at = serializers.DateTimeField()
    looked_at_count = serializers.IntegerField()
    wrong_count = serializers.IntegerField()


class NewProblem(serializers.Serializer[Any]):
    """Something at a point that has to be put right."""

    client_id = serializers.CharField(max_length=CLIENT_ID_LENGTH_MAX)
    kind = serializers.ChoiceField(choices=ProblemKind.choices)
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=NOTE_LENGTH_MAX)
    bin_id = serializers.IntegerField(required=False, default=None, allow_null=True, min_value=1, max_value=10**18)


class Rectified(serializers.Serializer[Any]):
    """How it was put right."""

    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=NOTE_LENGTH_MAX)


class ProblemShape(serializers.Serializer[Any]):
    """A problem, open or put right."""

    problem_id = serializers.IntegerField(source="pk")
    point_id = serializers.IntegerField()
    point = serializers.CharField(source="point.name")
    kind = serializers.ChoiceField(choices=ProblemKind.choices)
    note = serializers.CharField(allow_blank=True)
    found_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    rectified_at = serializers.DateTimeField(allow_null=True)
    rectified_note = serializers.CharField(allow_blank=True)


class ProblemList(serializers.Serializer[Any]):
    """Open problems, the most urgent first, and those rectified within a week."""

    items = ProblemShape(many=True)


class RedemptionForPresent(NewRedemption):
    """Redeeming for a household that stands before the guide, with its RFID card, or its card or code and its PIN."""

    identifier = serializers.CharField(max_length=CARD_LENGTH_MAX, help_text="读到的卡,或输入的户码")
    pin = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=20, help_text="没有射频卡时要 PIN 码"
    )
    handed_out_at_id = serializers.IntegerField(
        required=False,
        default=None,
        allow_null=True,
        min_value=1,
        max_value=10**18,
        help_text="当场领取的兑换点;空 = 凭码去领",
    )


class PresentRedemption(serializers.Serializer[Any]):
    """What was redeemed, with the code that the household takes along."""

    redemption_id = serializers.IntegerField(source="pk")
    reward_name = serializers.CharField(source="reward.name")
    quantity = serializers.IntegerField()
    points = serializers.IntegerField()
    status = serializers.CharField()
    code = serializers.CharField()
    expires_at = serializers.DateTimeField()
