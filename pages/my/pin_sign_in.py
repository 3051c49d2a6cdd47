"""Getting in by household code and PIN, without a phone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from households.services import PinSignInRefused, sign_in_by_pin
from pages.english.told import told
from pages.my.pin_session import begin_pin_session
from pages.my.signing_in import SIGNED_IN_FOR, address_of, safe_next, waiting
from people.services import TooManyTries


@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def enter_pin(request: HttpRequest) -> HttpResponse:
    """Type the code of the card and the PIN; whatever is wrong, the answer is the same."""
    after = safe_next(request)
    if request.method != "POST":
        return render(request, "pages/my/pin.html", {"after": after})
    try:
        opened = sign_in_by_pin(
            code=request.POST.get("code", "")[:40],
            pin=request.POST.get("pin", "").strip()[:12],
            address=address_of(request),
            now=timezone.now(),
        )
    except PinSignInRefused as refused:
        return render(request, "pages/my/pin.html", {"after": after, "error": told(refused.text)}, status=422)
    except TooManyTries as refused:
        wait_s = int(refused.fields["retry_after_s"])
        error = gettext("这里试错的次数太多了，请等 {wait}再试，或者用手机验证码登录。").format(wait=waiting(wait_s))
        answer = render(request, "pages/my/pin.html", {"after": after, "error": error}, status=429)
        answer["Retry-After"] = str(wait_s)
        return answer
    begin_pin_session(request=request, opened=opened)
    request.session.set_expiry(SIGNED_IN_FOR)
    return redirect(after or "my-home")
