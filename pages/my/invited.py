"""The first sign-in of somebody who was invited: who did it, and the way to say no."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from households.services import accept_invitation, decline_invitation, is_asked
from pages.my.access import Resident, for_residents
from pages.my.shell import render_my
from pages.my.signing_in import signed_out


@require_http_methods(["GET", "HEAD", "POST"])
@for_residents
def invited(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Is this your home? Yes goes on; no ends the membership."""
    if not is_asked(member=resident.member):
        return redirect("my-home")
    answer = request.POST.get("answer", "")
    if answer == "yes":
        accept_invitation(member=resident.member, now=timezone.now())
        return redirect("my-home")
    if answer == "no":
        decline_invitation(member=resident.member, now=timezone.now())
        if len(resident.memberships) == 1:
            return signed_out(request, to="my-sign-in")
        messages.info(request, gettext("已经退出那一户，您的姓名和手机号在那里已删除。"))
        return redirect("my-home")
    inviter = resident.member.invited_by
    context = {"heading": gettext("有人邀请您"), "inviter": (inviter and inviter.name) or gettext("家里人")}
    return render_my(request, resident, "pages/my/invited.html", context)
