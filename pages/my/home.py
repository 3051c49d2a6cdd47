"""首页: what the household holds, and what today brought."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from households.services import is_asked
from pages.my.access import Resident, for_residents
from pages.my.home_page import read_home
from pages.my.marks import mark_seen
from pages.my.shell import render_my


@require_safe
@for_residents
def home(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The first screen; who was invited and has not said that this is their home is asked first."""
    if is_asked(member=resident.member):
        return redirect("my-invited")
    now = timezone.now()
    page = read_home(household=resident.household, now=now)
    answer = render_my(
        request, resident, "pages/my/home.html", {"heading": gettext("首页"), "page": page}, current="my-home"
    )
    mark_seen(answer=answer, available=page.available_points, pending=page.pending_points, now=now)
    return answer
