"""我的: another phone number, another PIN."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from households.services import PinsDiffer, ask_phone_proof, change_phone, change_pin, choose_pin, require_phone_proof
from lib.errors import DomainError
from pages.english.told import told
from pages.my.access import Resident, for_residents
from pages.my.pin_session import is_pin_session, renew_pin_session
from pages.my.shell import render_my
from pages.my.signing_in import address_of, is_fresh, waiting
from people.services import TooManyCodes

NEW_PHONE_KEY = "new_phone"  # of the session, until the code came


@require_http_methods(["GET", "HEAD", "POST"])
@for_residents
def new_phone(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Type the new number; a code goes to it."""
    context = {"heading": gettext("换手机号")}
    if request.method != "POST":
        return render_my(request, resident, "pages/my/new_phone.html", context, current="my-me")
    try:
        phone = ask_phone_proof(
            phone=request.POST.get("phone", "")[:40], address=address_of(request), now=timezone.now()
        )
    except DomainError as refused:
        context["error"] = refused_words(refused=refused)
        return render_my(request, resident, "pages/my/new_phone.html", context, current="my-me", status=422)
    request.session[NEW_PHONE_KEY] = phone
    return redirect("my-new-phone-code")


@require_http_methods(["GET", "HEAD", "POST"])
@for_residents
def new_phone_code(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Type the code that came to the new number: then it is changed, and not before."""
    phone = request.session.get(NEW_PHONE_KEY)
    if phone is None:
        return redirect("my-new-phone")
    context = {"heading": gettext("换手机号"), "phone": phone}
    if request.method != "POST":
        return render_my(request, resident, "pages/my/new_phone_code.html", context, current="my-me")
    now = timezone.now()
    try:
        require_phone_proof(phone=phone, code=request.POST.get("code", "")[:12], now=now)
        change_phone(member=resident.member, phone=phone, in_all_homes=not is_pin_session(request=request), now=now)
    except DomainError as refused:
        context["error"] = told(refused.text)
        return render_my(request, resident, "pages/my/new_phone_code.html", context, current="my-me", status=422)
    del request.session[NEW_PHONE_KEY]
    # The account's sessions have ended; this one goes on.
    resident.user.refresh_from_db()
    update_session_auth_hash(request, resident.user)
    messages.info(request, gettext("已换成尾号 {end} 的号码，以后用它登录。").format(end=phone[-4:]))
    return redirect("my-me")


@sensitive_post_parameters("old_pin", "new_pin", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@for_residents
def own_pin(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Choose the household's PIN, with the old one or right after signing in by a code."""
    now = timezone.now()
    fresh = is_fresh(request=request, now=now)
    context = {"heading": gettext("换 PIN 码"), "is_fresh": fresh, "is_by_pin": is_pin_session(request=request)}
    if request.method != "POST":
        return render_my(request, resident, "pages/my/own_pin.html", context, current="my-me")
    new_pin = request.POST.get("new_pin", "").strip()[:12]
    try:
        if new_pin != request.POST.get("again", "").strip():
            raise PinsDiffer
        if fresh:
            choose_pin(household=resident.household, new_pin=new_pin, now=now)
        else:
            old_pin = request.POST.get("old_pin", "").strip()[:12]
            change_pin(household=resident.household, old_pin=old_pin, new_pin=new_pin, now=now)
    except DomainError as refused:
        context["error"] = told(refused.text)
        return render_my(request, resident, "pages/my/own_pin.html", context, current="my-me", status=422)
    if is_pin_session(request=request):
        renew_pin_session(request=request, set_at=now)
    messages.info(request, gettext("PIN 码已换好。用旧 PIN 码登录的手机都退出了。"))
    return redirect("my-me")


def refused_words(*, refused: DomainError) -> str:
    """Why no code was sent."""
    if isinstance(refused, TooManyCodes):
        wait = waiting(int(refused.fields["retry_after_s"]))
        return gettext("刚刚发过验证码了，请等 {wait}再试。").format(wait=wait)
    return told(refused.text)
