"""出示户码: the household's code, large and dark on white, to hold before a bin."""

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from households.models import CardKind
from lib.qr import qr_svg
from pages.my.access import Resident, for_residents
from pages.my.shell import render_my


@require_safe
@for_residents
def code_to_show(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The active QR card's link, else the household code, as a QR; the code in digits below. It earns, never spends."""
    household = resident.household
    token = household.cards.filter(kind=CardKind.QR, valid_to__isnull=True).values_list("number", flat=True).first()
    text = request.build_absolute_uri(f"/c/{token}") if token else household.code
    code = household.code
    context = {
        "heading": gettext("出示户码"),
        "qr": mark_safe(qr_svg(text=text, title=gettext("户码"))),  # noqa: S308 - made here
        "code": f"{code[:6]} {code[6:10]} {code[10:14]} {code[14:]}",
    }
    return render_my(request, resident, "pages/my/show.html", context)
