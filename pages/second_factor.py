"""The second step of signing in: before every page of the back office and the bureau, whoever has or must have one."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lib.errors import DomainError
from lib.qr import qr_svg
from people.models import SecondFactor, User
from people.services.second_factor import (
    app_address,
    begin_factor,
    check_factor,
    confirm_factor,
    needs_factor,
    standing_factor_id,
)

PASSED_KEY = "second_factor"  # of the session: the key of the factor that was shown
GUARDED = ("/admin/", "/bureau/", "/api/v1/bureau/")
NOT_GUARDED = ("/admin/login/", "/admin/logout/", "/admin/jsi18n/")


class SecondFactorGuard:
    """Middleware: whoever is signed in by a page's session and has not shown the factor is sent to show it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The page, or the way to the second step."""
        is_guarded = request.path.startswith(GUARDED) and not request.path.startswith(NOT_GUARDED)
        if not is_guarded or not isinstance(request.user, User):
            return self.get_response(request)
        missing = _missing_step(request, user=request.user)
        if not missing:
            return self.get_response(request)
        if request.path.startswith("/api/"):
            words = {"code": "second_factor_missing", "message": "请先在网页上完成第二步验证", "fields": {}}
            return JsonResponse(words, status=403)
        return redirect(f"{reverse(missing)}?{urlencode({'next': request.get_full_path()})}")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the app's code; a right one lets this session in."""
    user = request.user
    if not isinstance(user, User):
        return redirect_to_login(request.get_full_path())
    after = _safe_next(request)
    if standing_factor_id(user=user) is None:
        return redirect("second-factor-set-up")
    problem = ""
    if request.method == "POST":
        try:
            passed = check_factor(user=user, code=request.POST.get("code", "")[:20], now=timezone.now())
            request.session.cycle_key()
            request.session[PASSED_KEY] = passed
            return redirect(after or "start")
        except DomainError as error:
            problem = error.text
    context = {"after": after, "problem": problem}
    return render(request, "pages/second_factor/ask.html", context, status=422 if problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def set_up_second_factor(request: HttpRequest) -> HttpResponse:
    """Say what it is; make a secret and show its QR; take the first code and show the recovery codes, once."""
    user = request.user
    if not isinstance(user, User):
        return redirect_to_login(request.get_full_path())
    if not needs_factor(user=user, on=timezone.localdate()):
        raise PermissionDenied
    if standing_factor_id(user=user) is not None:
        return redirect("second-factor")
    if request.method != "POST":
        context = {"after": _safe_next(request), "is_optional": settings.DEMO}
        return render(request, "pages/second_factor/set_up.html", context)
    if request.POST.get("step") == "begin":
        return _show_secret(request, address=begin_factor(user=user), problem="")
    try:
        codes = confirm_factor(user=user, code=request.POST.get("code", "")[:20], now=timezone.now())
    except DomainError as error:
        begun = SecondFactor.objects.select_related("user").filter(user=user).first()
        address = app_address(factor=begun) if begun else begin_factor(user=user)
        return _show_secret(request, address=address, problem=error.text)
    request.session.cycle_key()
    request.session[PASSED_KEY] = standing_factor_id(user=user)
    return render(request, "pages/second_factor/codes.html", {"codes": codes, "after": _safe_next(request)})


def _show_secret(request: HttpRequest, *, address: str, problem: str) -> HttpResponse:
    context = {
        "qr": mark_safe(qr_svg(text=address, title="用验证器扫这个码")),  # noqa: S308 - made here
        "secret": address.partition("secret=")[2].partition("&")[0],
        "problem": problem,
        "after": _safe_next(request),
    }
    return render(request, "pages/second_factor/scan.html", context, status=422 if problem else 200)


def _missing_step(request: HttpRequest, *, user: User) -> str:
    """The name of the page that stands between this session and what it asks for; "" for none.

    In the demo those without a factor go on without one, and the sign-in page says so.
    """
    factor_id = standing_factor_id(user=user)
    if factor_id is not None:
        return "" if request.session.get(PASSED_KEY) == factor_id else "second-factor"
    if settings.DEMO or not needs_factor(user=user, on=timezone.localdate()):
        return ""
    return "second-factor-set-up"


def _safe_next(request: HttpRequest) -> str:
    after = request.POST.get("next") or request.GET.get("next") or ""
    is_own = url_has_allowed_host_and_scheme(after, allowed_hosts=None) and after.startswith("/")
    return after if is_own else ""
