"""The officer's first screen: the plan's figures against their targets."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from pages.access import for_roles
from pages.bureau.shell import render_bureau
from pages.front_page import read_front_page
from pages.wording import WORDINGS
from people.models import Role
from people.standing import Standing


@require_safe
@for_roles(Role.OFFICER)
def overview(request: HttpRequest, standing: Standing) -> HttpResponse:
    """The same figures as the public sees, as of now."""
    page = read_front_page(wording=WORDINGS["zh"], now=timezone.now())
    return render_bureau(request, "pages/bureau/overview.html", {"heading": "总览", "page": page}, current="bureau")
