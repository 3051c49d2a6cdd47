"""Tokens of one's own, and who one is."""

import datetime as dt

from axes.helpers import get_client_ip_address
from django.http import HttpResponseBase
from django.utils import timezone
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from api.account.shapes import (
    CodeSent,
    Credentials,
    EndedCount,
    Me,
    NewToken,
    Phone,
    PhoneAndCode,
    TokenList,
)
from api.documenting import documented
from api.errors import Refused
from api.tokens import (
    CredentialsWrong,
    SecondFactorMissing,
    SignInPaused,
    end_all_tokens,
    end_token,
    live_tokens,
    make_token,
    pause_s,
    require_second_factor,
    sign_in,
)
from api.view import ApiView
from households.phones import normal_phone
from households.queries import households_of_phone
from households.services import PhoneUnreadable, user_of_phone
from people.models import User
from people.services import CODE_LIFE_S, ask_sign_in_code, use_sign_in_code
from people.services.second_factor import FactorWrong
from people.standing import standing_of

AREA = "account"


class Tokens(ApiView):
    """The user's tokens. To make one is open to anybody who knows name and password."""

    public_methods = frozenset({"POST"})

    @documented(
        "signIn",
        "用用户名和密码换一个令牌",
        area=AREA,
        body=Credentials,
        answer=NewToken,
        status=201,
        is_public=True,
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Names and passwords of the platform. Five wrong ones in a row pause the name at this address."""
        given = self.parsed(Credentials)
        code = given.pop("code")
        try:
            user = sign_in(request=request._request, **given)
            require_second_factor(user=user, code=code, now=self.now)
        except (CredentialsWrong, SecondFactorMissing, FactorWrong) as error:
            raise Refused(401, error.code, error.text) from error
        except SignInPaused as error:
            raise Refused(429, error.code, error.text, headers={"Retry-After": str(pause_s())}) from error
        return _token_answer(user=user, now=self.now)

    @documented("listTokens", "列出我的令牌", area=AREA, answer=TokenList)
    def get(self, request: Request) -> HttpResponseBase:
        """The tokens themselves are shown to nobody again."""
        items = [
            {
                "prefix": row.token_key,
                "created_at": row.created,
                "expires_at": row.expiry,
                "is_in_use": row == request.auth,
            }
            for row in live_tokens(user=self.user, now=self.now)
        ]
        return Response(TokenList({"items": items}).data)

    @documented("endAllTokens", "注销我的全部令牌", area=AREA, answer=EndedCount)
    def delete(self, request: Request) -> HttpResponseBase:
        """For a lost phone: everything that was signed in with a token is signed out, this request's too."""
        return Response(EndedCount({"ended_count": end_all_tokens(user=self.user)}).data)


class PhoneCodes(ApiView):
    """One-time codes for residents, who have no password."""

    public_methods = frozenset({"POST"})

    @documented(
        "askSignInCode",
        "给住户成员的手机发验证码",
        area=AREA,
        body=Phone,
        answer=CodeSent,
        status=202,
        refused=[422],
        is_public=True,
    )
    def post(self, request: Request) -> HttpResponseBase:
        """The same answer whether or not anybody here has the number; only a member's phone gets a code."""
        phone = _normal(text=self.parsed(Phone)["phone"])
        ask_sign_in_code(
            phone=phone,
            address=str(get_client_ip_address(request) or "")[:45],
            is_known=bool(households_of_phone(text=phone)),
            now=self.now,
        )
        return Response(CodeSent({"lives_s": CODE_LIFE_S}).data, status=202)


class PhoneTokens(ApiView):
    """Tokens for a phone and its code."""

    public_methods = frozenset({"POST"})

    @documented(
        "signInByPhone",
        "用手机号和验证码换一个令牌",
        area=AREA,
        body=PhoneAndCode,
        answer=NewToken,
        status=201,
        refused=[422],
        is_public=True,
    )
    def post(self, request: Request) -> HttpResponseBase:
        """A code is used once; five wrong ones end it."""
        asked = self.parsed(PhoneAndCode)
        phone = _normal(text=asked["phone"])
        is_right = use_sign_in_code(phone=phone, code=asked["code"], now=self.now)
        user = user_of_phone(phone=phone, now=self.now) if is_right else None
        if user is None:
            raise Refused(401, "code_wrong", "验证码不对,或者已经过期 (code wrong or over)")
        try:
            require_second_factor(user=user, code="", now=self.now)
        except SecondFactorMissing as error:
            raise Refused(401, error.code, error.text) from error
        return _token_answer(user=user, now=self.now)


def _normal(*, text: str) -> str:
    phone = normal_phone(text=text)
    if phone is None:
        raise PhoneUnreadable
    return phone


def _token_answer(*, user: User, now: dt.datetime) -> Response:
    made = make_token(user=user, standing=standing_of(user=user, on=timezone.localdate(now)), now=now)
    return Response(NewToken(made).data, status=201, headers={"Cache-Control": "no-store"})


class OneToken(ApiView):
    """One of the user's tokens, by the prefix under which it is listed."""

    @documented("endToken", "注销我的一个令牌", area=AREA, answer=None, status=204, refused=[404])
    def delete(self, request: Request, token_prefix: str) -> HttpResponseBase:
        """It works no more from now on."""
        if not end_token(user=self.user, prefix=token_prefix):
            raise NotFound
        return Response(status=204)


class WhoAmI(ApiView):
    """The user."""

    @documented("whoAmI", "我是谁,今天有哪些角色", area=AREA, answer=Me)
    def get(self, request: Request) -> HttpResponseBase:
        """Roles hold from a day to a day: this is today's."""
        me = {
            "username": self.user.username,
            "display_name": self.user.display_name,
            "roles": self.standing.grants,
        }
        return Response(Me(me).data)
