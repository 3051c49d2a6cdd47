"""登记住户: one home that is in no file; who lives there then comes to a guide with the code."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from households.reach import communities_in_reach
from households.services.registering import Address, ResidentCountImpossible, register_household
from lib.errors import DomainError
from pages.access import for_roles
from pages.bureau.shell import render_bureau
from people.models import Role, User
from people.standing import Standing

FIELDS = ("building", "unit", "room", "resident_count")


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.OFFICER)
def new_home(request: HttpRequest, standing: Standing) -> HttpResponse:
    """The form; POST registers the home and says its code."""
    reach = communities_in_reach(standing=standing, role=Role.OFFICER).order_by("name")
    said = {name: request.POST.get(name, "").strip() for name in FIELDS}
    chosen, error = request.POST.get("community", ""), ""
    if request.method == "POST" and isinstance(request.user, User):
        community = reach.filter(pk=int(chosen) if chosen.isdecimal() and len(chosen) <= 18 else 0).first()
        if community is None:
            raise Http404
        at = Address(community=community, building=said["building"], unit=said["unit"], room=said["room"])
        try:
            count = _count(text=said["resident_count"])
            home = register_household(at=at, resident_count=count, by=request.user, now=timezone.now())
        except DomainError as refused:
            error = refused.text
        else:
            where = f"{community.name} {home.building} 栋 {home.unit} 单元 {home.room}"
            messages.success(request, f"{where} 已登记,户码 {home.code}。请告诉住户:带户码和证件找督导员登记手机号。")
            return redirect("bureau-new-home")
    communities = [(pk, name, str(pk) == chosen) for pk, name in reach.values_list("pk", "name")]
    context = {"heading": "登记住户", "communities": communities, "said": said, "error": error}
    return render_bureau(
        request, "pages/bureau/new_home.html", context, current="bureau-new-home", status=422 if error else 200
    )


def _count(*, text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise ResidentCountImpossible
    return int(text)
