"""What goes into the account's operations and comes out."""

from typing import Any

from rest_framework import serializers

from people.models import Role, ScopeKind


class Credentials(serializers.Serializer[Any]):
    """Name and password."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    code = serializers.CharField(
        max_length=20, required=False, default="", help_text="第二步验证码或备用码;启用了第二步验证的人必须带"
    )


class Phone(serializers.Serializer[Any]):
    """A phone to which a one-time code is sent."""

    phone = serializers.CharField(max_length=40)


class PhoneAndCode(Phone):
    """The code that came."""

    code = serializers.CharField(max_length=12)


class CodeSent(serializers.Serializer[Any]):
    """Whatever the number: whether anybody here has it is not said."""

    lives_s = serializers.IntegerField(help_text="验证码几秒内有效")


class NewToken(serializers.Serializer[Any]):
    """A token, the one time that it is shown whole."""

    token = serializers.CharField(help_text="只显示这一次;平台只保存它的摘要")
    prefix = serializers.CharField(help_text="以后用它来指认这个令牌")
    expires_at = serializers.DateTimeField()


class Token(serializers.Serializer[Any]):
    """A token as its owner sees it later."""

    prefix = serializers.CharField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    is_in_use = serializers.BooleanField(help_text="这次请求用的就是它")


class TokenList(serializers.Serializer[Any]):
    """The tokens that are not over, the newest first."""

    items = Token(many=True)


class EndedCount(serializers.Serializer[Any]):
    """How many tokens ended."""

    ended_count = serializers.IntegerField(min_value=0)


class GrantShape(serializers.Serializer[Any]):
    """One role and how far it reaches."""

    role = serializers.ChoiceField(choices=Role.choices)
    scope_kind = serializers.ChoiceField(choices=ScopeKind.choices)
    scope_id = serializers.IntegerField(help_text="0 = 全区")


class Me(serializers.Serializer[Any]):
    """Who is signed in, and what they may do today."""

    username = serializers.CharField()
    display_name = serializers.CharField(allow_blank=True)
    roles = GrantShape(many=True)
