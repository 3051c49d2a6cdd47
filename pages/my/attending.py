"""签到: what the QR of a training or an event leads a resident to."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from guides.models import Gathering
from guides.services.teaching import sign_in_member
from lib.errors import DomainError
from pages.english.told import told
from pages.my.access import Resident, for_residents
from pages.my.shell import render_my
from pages.my.words import moment_text


@require_http_methods(["GET", "HEAD", "POST"])
@for_residents
def attend(request: HttpRequest, resident: Resident, gathering_token: str) -> HttpResponse:
    """What it is, and one button; POST signs the resident in. Another community's is not there."""
    gathering = Gathering.objects.filter(token=gathering_token, community=resident.household.community_id).first()
    if gathering is None:
        raise Http404
    if request.method == "POST":
        try:
            is_new = sign_in_member(gathering=gathering, member=resident.member, now=timezone.now())
        except DomainError as error:
            messages.error(request, told(error.text))
        else:
            messages.success(request, gettext("签到好了，谢谢您来。") if is_new else gettext("您已经签到过了。"))
        return redirect("my-attend", gathering_token=gathering_token)
    context = {
        "heading": gathering.topic,
        "kind": told(gathering.get_kind_display()),
        "when": f"{moment_text(at=gathering.starts_at)}–{timezone.localtime(gathering.ends_at):%H:%M}",
        "has_signed": gathering.attendances.filter(member=resident.member).exists(),
    }
    return render_my(request, resident, "pages/my/attend.html", context)
