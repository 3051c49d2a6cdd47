"""An appeal on the wire, as its household sees it and as those see it who answer. No household is named in it."""

from typing import Any

from rest_framework import serializers

from api.paging import page_shape
from guides.models import Appeal, AppealOutcome, AppealSubject
from guides.queries.appeals import is_for_officer
from guides.services.appeals import POINTS_AN_APPEAL_MAX, WORDS_LENGTH_MAX
from sorting.categories import WasteCategory
from sorting.models import Verdict


class NewAppeal(serializers.Serializer[Any]):
    """What is wrong with which drop-off."""

    drop_off_id = serializers.IntegerField(min_value=1, max_value=10**18)
    subject = serializers.ChoiceField(choices=AppealSubject.choices)
    words = serializers.CharField(required=False, default="", allow_blank=True, max_length=WORDS_LENGTH_MAX)


class AppealAnswer(serializers.Serializer[Any]):
    """The answer, for good."""

    is_upheld = serializers.BooleanField()
    answer = serializers.CharField(max_length=WORDS_LENGTH_MAX, help_text="理由,住户会看到")
    points = serializers.IntegerField(
        required=False,
        default=0,
        min_value=0,
        max_value=POINTS_AN_APPEAL_MAX,
        help_text="成立而没有核验可撤回时,提出更正的积分,由另一人复核",
    )


class AppealShape(serializers.Serializer[Any]):
    """An appeal and what became of it."""

    appeal_id = serializers.IntegerField(source="pk")
    drop_off_id = serializers.IntegerField()
    occurred_at = serializers.DateTimeField(source="drop_off.occurred_at")
    category = serializers.ChoiceField(choices=WasteCategory.choices, source="drop_off.category")
    weight_g = serializers.IntegerField(source="drop_off.weight_g")
    level = serializers.IntegerField(help_text="1 = 督导员答复,2 = 城管局答复")
    subject = serializers.ChoiceField(choices=AppealSubject.choices)
    words = serializers.CharField(allow_blank=True)
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(help_text="答复期限")
    is_for_officer = serializers.SerializerMethodField(help_text="由城管局答复:第二次,或逾期转来")
    outcome = serializers.ChoiceField(choices=AppealOutcome.choices)
    answer = serializers.CharField(allow_blank=True)
    answered_at = serializers.DateTimeField(allow_null=True)

    def get_is_for_officer(self, appeal: Appeal) -> bool:
        """Whose turn it is, or was."""
        return is_for_officer(appeal=appeal)


class GivenVerdict(serializers.Serializer[Any]):
    """What a guide said of the drop-off."""

    verdict = serializers.ChoiceField(choices=Verdict.choices)
    actual_category = serializers.ChoiceField(choices=WasteCategory.choices, allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    verified_at = serializers.DateTimeField()


class AppealToAnswer(AppealShape):
    """An appeal with where it was and what guides said before: the evidence."""

    community = serializers.CharField(source="drop_off.bin.point.community.name")
    point = serializers.CharField(source="drop_off.bin.point.name")
    bin = serializers.CharField(source="drop_off.bin.code")
    verdicts = serializers.SerializerMethodField()

    def get_verdicts(self, appeal: Appeal) -> list[dict[str, Any]]:
        """In order of time."""
        rows = sorted(appeal.drop_off.verifications.all(), key=lambda each: each.pk)
        return list(GivenVerdict(rows, many=True).data)


AppealToAnswerPage = page_shape(AppealToAnswer)
