"""换人: a shared phone goes from hand to hand by PIN, and nothing of the last guide stays on it."""

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from guides.services.phones import (
    PIN_DIGITS,
    REMEMBERED,
    PinRefused,
    guide_of_pin,
    guides_on_phone,
    remember_on_phone,
    set_pin,
)
from lib.errors import DomainError
from pages.guide.shell import Duty, for_guides, render_guide
from pages.numbers import whole_number
from people.models import Role, User
from people.standing import standing_of

PHONE_COOKIE = "fenfen_phone"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_http_methods(["GET", "HEAD", "POST"])
@for_guides
def change_guide(request: HttpRequest, duty: Duty) -> HttpResponse:
    """Who else has worked with this phone; the PIN of one of them ends this session and begins theirs."""
    token = request.COOKIES.get(PHONE_COOKIE, "")
    if request.method == "POST":
        guide_id = request.POST.get("guide", "")
        try:
            guide = guide_of_pin(
                token=token,
                guide_id=whole_number(text=guide_id) or 0,
                pin=request.POST.get("pin", ""),
                now=duty.now,
            )
        except PinRefused as error:
            messages.error(request, error.text)
        else:
            request.session.flush()
            login(request, guide, backend=BACKEND)
            response = redirect("guide")
            response["Clear-Site-Data"] = '"cache"'  # the pictures that the last guide saw
            return response
    others = [user for user in guides_on_phone(token=token, now=duty.now) if user.pk != duty.guide.pk]
    context = {
        "heading": "换人",
        "others": [(user.pk, user.display_name or user.get_username()) for user in others],
        "has_pin": hasattr(duty.guide, "guide_pin"),
        "pin_digits": PIN_DIGITS,
    }
    return render_guide(request, duty, "pages/guide/change_guide.html", context, current="guide-duty")


@require_http_methods(["GET", "HEAD", "POST"])
@for_guides
def own_pin(request: HttpRequest, duty: Duty) -> HttpResponse:
    """A PIN of one's own, given with the password."""
    if request.method == "POST":
        try:
            if not duty.guide.check_password(request.POST.get("password", "")):
                messages.error(request, "密码不对,PIN 没有改。")
            else:
                set_pin(guide=duty.guide, pin=request.POST.get("pin", ""), now=duty.now)
                messages.success(request, "PIN 已设好。在登录过的共用手机上,可以用它换人。")
                return redirect("guide-duty")
        except DomainError as error:
            messages.error(request, error.text)
    context = {"heading": "我的 PIN", "pin_digits": PIN_DIGITS}
    return render_guide(request, duty, "pages/guide/own_pin.html", context, current="guide-duty")


def remember_guide(*, request: HttpRequest, response: HttpResponse, user: User) -> None:
    """After a password: a guide may take this phone over by PIN from now on. Others leave no trace."""
    now = timezone.now()
    if not standing_of(user=user, on=timezone.localdate(now)).holds(Role.GUIDE):
        return
    token = remember_on_phone(guide=user, token=request.COOKIES.get(PHONE_COOKIE, ""), now=now)
    response.set_cookie(
        PHONE_COOKIE,
        token,
        max_age=int(REMEMBERED.total_seconds()),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
