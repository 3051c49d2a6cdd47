"""Signing in with name and password, out again, and to the screen of one's role."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from households.queries import present_memberships
from pages.guide.phones import remember_guide
from people.models import Role, User
from people.standing import standing_of

# In this order: who holds several roles starts at the first.
START_OF_ROLE: dict[Role, str] = {
    Role.OFFICER: "bureau",
    Role.REVIEWER: "bureau-reports",
    Role.REPORTER: "bureau-reports",
    Role.GUIDE: "guide",
    Role.SHOP: "shop-counter",
}


class SignInForm(AuthenticationForm):
    """The words of our people instead of Django's."""

    error_messages = {
        "invalid_login": "用户名或密码不对。请核对后再试;连续 5 次不对会暂停 15 分钟。",
        "inactive": "这个账号已停用,请联系管理员。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "用户名"
        self.fields["password"].label = "密码"


class SignIn(LoginView):
    """Name and password, for guides, shops and officers. Five wrong ones in a row pause the name at this address."""

    template_name = "pages/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """A guide may take this phone over by PIN from now on."""
        response = super().form_valid(form)
        user = form.get_user()
        assert isinstance(user, User)
        remember_guide(request=self.request, response=response, user=user)
        return response


class SignOut(LogoutView):
    """Out, by POST only. Nothing stays in the browser, but for what a guide's phone still has to send for another."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The guides' own script forgets what is theirs; of all others the browser forgets everything.

        Pictures that a guide saw are forgotten by the browser too.
        """
        is_guide = isinstance(request.user, User) and standing_of(user=request.user, on=timezone.localdate()).holds(
            Role.GUIDE
        )
        response = super().post(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache"' if is_guide else '"cache", "storage"'
        return response


@require_safe
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """To the first screen of the user's role; who holds none is told so."""
    if not request.user.is_authenticated:
        return redirect("sign-in")
    user = request.user
    standing = standing_of(user=user, on=timezone.localdate())
    for role, name in START_OF_ROLE.items():
        if standing.holds(role):
            return redirect(name)
    if present_memberships(user=user):
        return redirect("my-home")
    return redirect("admin:index") if user.is_staff else render(request, "pages/no_role.html", status=403)
