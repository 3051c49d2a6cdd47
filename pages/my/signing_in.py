"""Getting in: a phone and a one-time code; and the public face of a card."""

import datetime as dt

from axes.helpers import get_client_ip_address
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from households.phones import normal_phone
from households.queries import community_of_qr, households_of_phone
from households.services import AccountsStopped, user_of_phone
from pages.english.told import told
from pages.my.access import HOUSEHOLD_KEY, Resident, for_residents, with_next
from pages.my.pin_session import is_pin_session
from pages.my.shell import short_name
from people.services import TooManyCodes, ask_sign_in_code, use_sign_in_code

PHONE_KEY = "sign_in_phone"  # of the session, until the code came
CODE_AT_KEY = "code_at"  # of the session: when it was begun by a code, in seconds
FRESH_S = 15 * 60  # so long a sign-in by code stands for the old PIN
SIGNED_IN_FOR = dt.timedelta(days=90)  # an elderly resident should not need a code every week
BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Type the phone; whatever it is, the next screen asks for the code."""
    after = safe_next(request)
    if request.method != "POST":
        return render(request, "pages/my/sign_in.html", {"after": after})
    phone = normal_phone(text=request.POST.get("phone", "")[:40])
    if phone is None:
        return _again(request, after=after, error=gettext("这不像一个手机号，请核对后再输入。"), status=422)
    try:
        ask_sign_in_code(
            phone=phone,
            address=address_of(request),
            is_known=bool(households_of_phone(text=phone)),
            now=timezone.now(),
        )
    except TooManyCodes as refused:
        wait_s = int(refused.fields["retry_after_s"])
        answer = _again(
            request,
            after=after,
            error=gettext("刚刚发过验证码了，请等 {wait}再试。").format(wait=waiting(wait_s)),
            status=429,
        )
        answer["Retry-After"] = str(wait_s)
        return answer
    request.session[PHONE_KEY] = phone
    return redirect(with_next(address=reverse("my-code"), after=after))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def enter_code(request: HttpRequest) -> HttpResponse:
    """Type the code that came; a right one signs in."""
    phone = request.session.get(PHONE_KEY)
    if phone is None:
        return redirect("my-sign-in")
    after = safe_next(request)
    context = {"after": after, "phone": f"{phone[:3]}****{phone[-4:]}"}
    if request.method != "POST":
        return render(request, "pages/my/code.html", context)
    now = timezone.now()
    is_right = use_sign_in_code(phone=phone, code=request.POST.get("code", "")[:12], now=now)
    try:
        user = user_of_phone(phone=phone, now=now) if is_right else None
    except AccountsStopped as refused:
        return _again(request, after=after, error=told(refused.text), status=403)
    if user is None:
        context["error"] = gettext("验证码不对，或者已经过期。可以再试，或者返回重新获取。")
        return render(request, "pages/my/code.html", context, status=422)
    login(request, user, backend=BACKEND)
    request.session.pop(PHONE_KEY, None)
    request.session[CODE_AT_KEY] = now.timestamp()
    request.session.set_expiry(SIGNED_IN_FOR)
    return redirect(after or "my-home")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Out, and nothing of it stays on the phone."""
    return signed_out(request, to="my-sign-in")


@require_http_methods(["GET", "HEAD", "POST"])
@for_residents
def choose_home(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Somebody who belongs to two homes says whose screens to show."""
    own = {str(member.household_id): member for member in resident.memberships}
    if request.method == "POST":
        chosen = own.get(request.POST.get("household", ""))
        if chosen is None:
            raise Http404
        request.session[HOUSEHOLD_KEY] = chosen.household_id
        return redirect("my-home")
    homes = [
        (key, member.household.community.name, short_name(household=member.household), member == resident.member)
        for key, member in own.items()
    ]
    return render(request, "pages/my/choose_home.html", {"homes": homes})


@require_safe
@never_cache
def card_face(request: HttpRequest, token: str) -> HttpResponse:
    """What a stranger who scans a card sees: its community, and how its people sign in. Nothing else."""
    community = community_of_qr(text=token)
    return render(
        request,
        "pages/my/card.html",
        {"community": community.name if community else ""},
        status=200 if community else 404,
    )


def is_fresh(*, request: HttpRequest, now: dt.datetime) -> bool:
    """Whether this session was begun just now by a code sent to the phone."""
    age_s = now.timestamp() - request.session.get(CODE_AT_KEY, 0)
    return not is_pin_session(request=request) and age_s < FRESH_S


def signed_out(request: HttpRequest, *, to: str) -> HttpResponse:
    """End the session and empty the browser's cache.

    The last balance is forgotten by the service worker, which sees every way out. The browser is not told to empty its
    storage: on a shared phone that would take what a guide tapped without a network and has not sent yet.
    """
    logout(request)
    answer = redirect(to)
    answer["Clear-Site-Data"] = '"cache"'
    return answer


def _again(request: HttpRequest, *, after: str, error: str, status: int) -> HttpResponse:
    return render(request, "pages/my/sign_in.html", {"after": after, "error": error}, status=status)


def waiting(wait_s: int) -> str:
    """How long to wait, in words."""
    if wait_s < 120:
        return ngettext("{count} 秒", "{count} 秒", wait_s).format(count=wait_s)
    return gettext("{count} 分钟").format(count=-(-wait_s // 60))


def address_of(request: HttpRequest) -> str:
    """Where the request came from, as limits count it."""
    return str(get_client_ip_address(request) or "")[:45]  # knows our own proxy from the settings


def safe_next(request: HttpRequest) -> str:
    """The address of ours to go on to, "" where none or somebody else's was asked for."""
    after = request.POST.get("next") or request.GET.get("next") or ""
    is_own = url_has_allowed_host_and_scheme(after, allowed_hosts=None) and after.startswith("/")
    return after if is_own else ""
