"""抽查: 查 N 错 M at the point of the shift."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from guides.services.spot_checks import LOOKED_AT, LOOKED_AT_MAX, Looked, SpotCheckInvalid, record_spot_check
from lib.errors import DomainError
from pages.guide.shell import Duty, for_guides, render_guide
from pages.guide.wording import categories
from pages.numbers import whole_number


@require_http_methods(["GET", "HEAD", "POST"])
@for_guides
def spot_check(request: HttpRequest, duty: Duty) -> HttpResponse:
    """Ten bags unless said otherwise."""
    if duty.shift is None:
        return redirect("guide-duty")
    if request.method == "POST":
        try:
            row = record_spot_check(
                guide=duty.guide,
                point_id=duty.shift.point_id,
                looked=read_looked(request=request),
                now=duty.now,
                client_id=request.POST.get("client_id", ""),
            )
        except DomainError as error:
            messages.error(request, error.text)
        else:
            messages.success(request, f"已记下:查 {row.looked_at_count} 错 {row.wrong_count}。")
            return redirect("guide-spot-check")
    context = {
        "heading": "抽查",
        "point_id": duty.shift.point_id,
        "looked_at": LOOKED_AT,
        "looked_at_max": LOOKED_AT_MAX,
        "categories": list(categories().values()),
        "client_id": secrets.token_hex(16),
    }
    return render_guide(request, duty, "pages/guide/spot_check.html", context, current="guide-spot-check")


def read_looked(*, request: HttpRequest) -> Looked:
    """What the form says.

    :raises SpotCheckInvalid: a number is none.
    """
    form = request.POST
    looked_at, wrong, purity = (
        whole_number(text=form.get(name, "")) for name in ("looked_at_count", "wrong_count", "purity_percent")
    )
    if looked_at is None or wrong is None or (purity is None and form.get("purity_percent")):
        raise SpotCheckInvalid
    return Looked(
        looked_at_count=looked_at,
        wrong_count=wrong,
        category=form.get("category", ""),
        purity_rate=None if purity is None else purity / 100,
        is_staffed=form.get("is_staffed", "") == "yes",
        note=form.get("note", "").strip(),
    )
