"""我的: members, consents, cards, what is stored about us, who looked at it, and leaving."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guides.services.parting import leave_programme
from households.models import ConsentKind
from households.services import (
    first_member,
    invite_member,
    mark_notices_read,
    present_members,
    record_consent,
    remove_member,
)
from lib.errors import DomainError
from pages.english.told import told
from pages.my.access import Resident, for_residents
from pages.my.export import own_data
from pages.my.own_data import read_leaving, read_me, read_notices
from pages.my.shell import render_my
from pages.my.signing_in import signed_out

CONSENT_WORDS = {
    ConsentKind.PHOTO: gettext_noop("保留投放照片，给督导员核验用"),
    ConsentKind.RANKING: gettext_noop("算进楼栋榜（只列楼栋，不写户号、门牌和姓名；按月末的选择）"),
    ConsentKind.FINGERPRINT: gettext_noop("在智能桶上用指纹（指纹只在桶里比对）"),
}


@require_safe
@for_residents
def me(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Everything about the household that its people decide themselves."""
    page = read_me(resident=resident, words=CONSENT_WORDS)
    return render_my(request, resident, "pages/my/me.html", {"heading": gettext("我的"), "page": page}, current="my-me")


@require_safe
@for_residents
def notices(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The inbox; what is shown is read."""
    rows = read_notices(household=resident.household)
    mark_notices_read(household=resident.household, now=timezone.now())
    return render_my(
        request, resident, "pages/my/notices.html", {"heading": gettext("消息"), "notices": rows}, current="my-me"
    )


@require_POST
@for_residents
def consent(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Give or withdraw one consent, for the household."""
    kind = request.POST.get("kind", "")
    if kind not in CONSENT_WORDS:
        raise Http404
    is_given = request.POST.get("give") == "1"
    record_consent(
        household=resident.household,
        kind=ConsentKind(kind),
        is_given=is_given,
        recorded_by=resident.user,
        now=timezone.now(),
    )
    if is_given:
        words = gettext("已同意，随时可以撤回。")
    elif kind == ConsentKind.RANKING:
        words = gettext("已撤回，从本月起不再算进楼栋榜。")
    else:
        words = gettext("已撤回，相关的内容不再使用。")
    messages.info(request, words)
    return redirect("my-me")


@require_POST
@for_residents
def invite(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Let somebody else of the home sign in with their own phone."""
    try:
        invite_member(
            household=resident.household,
            by=resident.member,
            phone=request.POST.get("phone", "")[:40],
            name=request.POST.get("name", ""),
            now=timezone.now(),
        )
    except DomainError as refused:
        messages.error(request, told(refused.text))
    else:
        messages.info(request, gettext("已邀请。对方用自己的手机号登录时会看到是您邀请的，也可以说不是自己家。"))
    return redirect("my-me")


@require_http_methods(["GET", "HEAD", "POST"])
@for_residents
def remove(request: HttpRequest, resident: Resident, member_id: int) -> HttpResponse:
    """Take a member out, or leave oneself: says what that means, and does it on the second step."""
    present = present_members(household=resident.household)
    member = next((each for each in present if each.pk == member_id), None)
    if member is None:
        raise Http404
    if request.method != "POST":
        heading = gettext("我要退出") if member == resident.member else gettext("移出家里人")
        context = {"heading": heading, "leaving": read_leaving(resident=resident, member=member, present=present)}
        return render_my(request, resident, "pages/my/remove.html", context, current="my-me")
    try:
        remove_member(member=member, by=resident.member, now=timezone.now())
    except DomainError as refused:
        messages.error(request, told(refused.text))
        return redirect("my-me")
    if member.pk == resident.member.pk:
        return signed_out(request, to="my-sign-in")
    messages.info(request, gettext("已移出，对方的姓名和手机号已删除。"))
    return redirect("my-me")


@require_safe
@for_residents
def export(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Everything that is stored about the household, as one JSON file."""
    answer = JsonResponse(
        own_data(household=resident.household, now=timezone.now()),
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
    answer["Content-Disposition"] = 'attachment; filename="fenfen-my-data.json"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@for_residents
def leave(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Leave the programme: says what happens, and does it when the household's code is typed."""
    first = first_member(household=resident.household)
    context = {"heading": gettext("退出并删除"), "may_leave": first is not None and first.pk == resident.member.pk}
    if request.method != "POST":
        return render_my(request, resident, "pages/my/leave.html", context, current="my-me")
    if request.POST.get("code", "").replace(" ", "") != resident.household.code:
        context["error"] = gettext("户码不对，什么都没有改动。户码在“出示户码”页里。")
        return render_my(request, resident, "pages/my/leave.html", context, current="my-me", status=422)
    try:
        leave_programme(household=resident.household, by=resident.user, now=timezone.now())
    except DomainError as refused:
        context["error"] = told(refused.text)
        return render_my(request, resident, "pages/my/leave.html", context, current="my-me", status=409)
    return signed_out(request, to="front")
