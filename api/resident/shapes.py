"""What goes into the residents' operations and comes out."""

from typing import Any

from rest_framework import serializers

from api.household_shapes import ConsentShape, HouseholdShape
from api.paging import CURSOR_LENGTH_MAX, PageQuery
from api.periods import Month
from households.models import ConsentKind, NoticeKind
from points.explaining import State
from points.models import Reason
from points.queries.statements import LINES_A_PAGE, LINES_A_PAGE_MAX
from sorting.categories import WasteCategory
from sorting.models import Verdict


class HouseholdList(serializers.Serializer[Any]):
    """The user's own households."""

    items = HouseholdShape(many=True)


class PendingDayShape(serializers.Serializer[Any]):
    """Points of one local day that are to be checked."""

    occurred_on = serializers.DateField()
    points = serializers.IntegerField()
    next_release_at = serializers.DateTimeField(help_text="没有核验的话,最早这时转为可用")


class EndingPointsShape(serializers.Serializer[Any]):
    """Available points that were awarded in one year."""

    awarded_in = serializers.IntegerField()
    points = serializers.IntegerField()
    ends_on = serializers.DateField(help_text="最后可用的一天")


class DropOffShape(serializers.Serializer[Any]):
    """One drop-off, with what it earned and why."""

    drop_off_id = serializers.IntegerField()
    occurred_at = serializers.DateTimeField()
    point_name = serializers.CharField()
    category = serializers.ChoiceField(choices=WasteCategory.choices)
    sub_class = serializers.CharField(allow_blank=True)
    weight_g = serializers.IntegerField()
    verdict = serializers.ChoiceField(choices=Verdict.choices, allow_blank=True)
    state = serializers.SerializerMethodField()
    checked_until = serializers.DateTimeField()
    points = serializers.IntegerField()
    sentence = serializers.CharField(help_text="为什么是这个分数,一句话")

    def get_state(self, drop_off: Any) -> str:
        """waiting, set_aside, pending or done."""
        state: State = drop_off.state
        return state.value


class HomeShape(serializers.Serializer[Any]):
    """What a household holds, what is on its way, and what it did today."""

    available_points = serializers.IntegerField()
    pending_points = serializers.IntegerField()
    pending_days = PendingDayShape(many=True)
    ending_points = EndingPointsShape(many=True)
    today = DropOffShape(many=True)


class MonthQuery(serializers.Serializer[Any]):
    """One month."""

    month = Month(help_text="YYYY-MM")


class DayShape(serializers.Serializer[Any]):
    """One local day of a household; its drop-offs' points add up to `points`."""

    occurred_on = serializers.DateField()
    points = serializers.IntegerField()
    pending_points = serializers.IntegerField()
    shortfall_points = serializers.IntegerField(help_text="应扣而账上不足的")
    drop_offs = DropOffShape(many=True)


class DayList(serializers.Serializer[Any]):
    """The days of a month on which something was dropped off."""

    items = DayShape(many=True)


class StatementQuery(serializers.Serializer[Any]):
    """A page of the statement, of one month or from now backwards."""

    month = Month(required=False, help_text="YYYY-MM;不填 = 从最近的开始")
    after = serializers.CharField(required=False, max_length=CURSOR_LENGTH_MAX, help_text="上一页的 next")
    limit = serializers.IntegerField(
        required=False, default=LINES_A_PAGE, min_value=1, max_value=LINES_A_PAGE_MAX, help_text="一页最多几条"
    )


class TransferShape(serializers.Serializer[Any]):
    """One transfer, and the balances that it left."""

    transfer_id = serializers.IntegerField()
    posted_at = serializers.DateTimeField()
    reason = serializers.ChoiceField(choices=Reason.choices)
    points = serializers.IntegerField()
    sentence = serializers.CharField()
    pending_change = serializers.IntegerField()
    available_change = serializers.IntegerField()
    pending_after = serializers.IntegerField()
    available_after = serializers.IntegerField()


class StatementShape(serializers.Serializer[Any]):
    """What a household holds now, and a page of its transfers, the newest first."""

    pending_points = serializers.IntegerField()
    available_points = serializers.IntegerField()
    items = TransferShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="下一页的 after;空 = 没有了")


class NoticeShape(serializers.Serializer[Any]):
    """Something a household is told."""

    notice_id = serializers.IntegerField(source="pk")
    kind = serializers.ChoiceField(choices=NoticeKind.choices)
    text = serializers.CharField()
    at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class NoticesQuery(PageQuery):
    """A page of the inbox."""


class ReadCount(serializers.Serializer[Any]):
    """How many notices had not been read."""

    read_count = serializers.IntegerField()


class NewConsent(serializers.Serializer[Any]):
    """A consent that is given or taken back."""

    kind = serializers.ChoiceField(choices=ConsentKind.choices)
    is_given = serializers.BooleanField()


class ConsentList(serializers.Serializer[Any]):
    """What holds of each kind."""

    items = ConsentShape(many=True)
