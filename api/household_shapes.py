"""Parts of a household as its own people, and an officer with a reason, see them: never a phone, never a whole card."""

from typing import Any

from rest_framework import serializers

from households.models import CardKind, ConsentKind


class CardShape(serializers.Serializer[Any]):
    """A card: its end is enough to tell it from others."""

    card_id = serializers.IntegerField(source="pk")
    kind = serializers.ChoiceField(choices=CardKind.choices)
    ending = serializers.SerializerMethodField(help_text="卡号的最后四位")
    issued_at = serializers.DateTimeField()
    valid_from = serializers.DateTimeField(allow_null=True, help_text="空 = 一直有效")
    valid_to = serializers.DateTimeField(allow_null=True, help_text="空 = 现在有效")

    def get_ending(self, card: Any) -> str:
        """The whole number would let the card be copied."""
        return str(card.number[-4:])


class CardList(serializers.Serializer[Any]):
    """A household's cards, those that ended among them."""

    items = CardShape(many=True)


class ConsentShape(serializers.Serializer[Any]):
    """What holds of one kind of consent, and since when."""

    kind = serializers.ChoiceField(choices=ConsentKind.choices)
    is_given = serializers.BooleanField()
    at = serializers.DateTimeField(allow_null=True, help_text="空 = 从未表示过")


class MemberShape(serializers.Serializer[Any]):
    """A person of a household."""

    name = serializers.CharField(allow_blank=True)
    joined_at = serializers.DateTimeField()
    left_at = serializers.DateTimeField(allow_null=True)


class HouseholdShape(serializers.Serializer[Any]):
    """A household: its code and address."""

    household_id = serializers.IntegerField(source="pk")
    code = serializers.CharField(help_text="户码")
    community = serializers.CharField(source="community.name")
    building = serializers.CharField()
    unit = serializers.CharField()
    room = serializers.CharField()
    resident_count = serializers.IntegerField(allow_null=True)
    enrolled_on = serializers.DateField()
    left_on = serializers.DateField(allow_null=True)
