"""帮住户办事: a home before the guide gets a PIN, a phone number, its first member, or loses a lost card."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guides.queries.drop_offs import door_of
from guides.services.helping import (
    HelpForOwnHome,
    HomeNotFound,
    Seen,
    change_phone_of_home,
    give_pin_to_home,
    home_of_guide,
    open_home,
    stop_card_of_home,
)
from households.models import Household, Member
from households.services import ask_phone_proof, present_members
from lib.errors import DomainError
from pages.guide.finding import CODE_CHARACTERS_MAX, photographed
from pages.guide.shell import Duty, for_guides, render_guide
from pages.my.own_access import refused_words
from pages.my.own_data import full_phone
from pages.my.signing_in import address_of

HELPING_KEY = "helping"  # of the session: the home's key, by what it is known, until when
NEW_PHONE_KEY = "helping_phone"  # of the session, until the code came: home, member (0: the first one), name, number
OPEN_S = 15 * 60
P = ParamSpec("P")
HomeView = Callable[Concatenate[HttpRequest, Duty, Household, P], HttpResponse]


def for_open_home(view: HomeView[P]) -> Callable[..., HttpResponse]:
    """Make a view of one that takes (request, duty, household, …): of a home whose card or code was just shown."""

    @for_guides
    @wraps(view)
    def wrapped(
        request: HttpRequest, duty: Duty, /, household_id: int, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        try:
            household = home_of_guide(guide=duty.guide, household_id=household_id, now=duty.now)
        except HomeNotFound as error:
            raise Http404 from error
        except HelpForOwnHome as refused:
            messages.error(request, refused.text)
            return redirect("guide-help")
        opened = request.session.get(HELPING_KEY)
        if opened is None or opened[0] != household_id or opened[2] < duty.now.timestamp():
            return redirect("guide-help")
        return view(request, duty, household, *args, **kwargs)

    return wrapped


@require_http_methods(["GET", "HEAD", "POST"])
@for_guides
def help_home(request: HttpRequest, duty: Duty) -> HttpResponse:
    """The home shows its card or code, and the guide says what they looked at."""
    status, typed = 200, request.POST.get("code", "").strip()[:CODE_CHARACTERS_MAX]
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        try:
            text = photographed(request) or typed
            household = open_home(guide=duty.guide, text=text, seen=seen, now=duty.now)
        except DomainError as refused:
            messages.error(request, refused.text)
            status = 404 if isinstance(refused, HomeNotFound) else 422
        else:
            request.session[HELPING_KEY] = [household.pk, seen, duty.now.timestamp() + OPEN_S]
            return redirect("guide-helped", household_id=household.pk)
    context = {"heading": "帮住户办事", "typed": typed, "seen": Seen.choices}
    return render_guide(request, duty, "pages/guide/help.html", context, current="guide-duty", status=status)


@require_safe
@for_open_home
def helped(request: HttpRequest, duty: Duty, household: Household) -> HttpResponse:
    """What the guide can do for this home."""
    context = _frame(household=household) | {
        "members": [(each.pk, _called(member=each, number=number)) for number, each in _numbered(household=household)],
        "cards": [
            (each.pk, f"{each.get_kind_display()} 尾号 {each.number[-4:]}")
            for each in household.cards.filter(valid_to__isnull=True).order_by("pk")
        ],
    }
    return render_guide(request, duty, "pages/guide/helped.html", context, current="guide-duty")


@sensitive_variables("pin")
@require_POST
@for_open_home
def help_pin(request: HttpRequest, duty: Duty, household: Household) -> HttpResponse:
    """A new PIN, shown by this answer and never again."""
    try:
        pin = give_pin_to_home(guide=duty.guide, household=household, seen=_seen(request), now=duty.now)
    except DomainError as refused:
        messages.error(request, refused.text)
        return redirect("guide-helped", household_id=household.pk)
    context = _frame(household=household) | {"pin": f"{pin[:3]} {pin[3:]}"}
    return render_guide(request, duty, "pages/guide/help_pin.html", context, current="guide-duty")


@require_POST
@for_open_home
def help_phone(request: HttpRequest, duty: Duty, household: Household) -> HttpResponse:
    """The new number of a member, or of the first one: a code goes to it."""
    member_id = _member_id(request=request, household=household)
    try:
        phone = ask_phone_proof(phone=request.POST.get("phone", "")[:40], address=address_of(request), now=duty.now)
    except DomainError as refused:
        messages.error(request, refused_words(refused=refused))
        return redirect("guide-helped", household_id=household.pk)
    request.session[NEW_PHONE_KEY] = [household.pk, member_id, request.POST.get("name", "").strip()[:20], phone]
    return redirect("guide-help-code", household_id=household.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_open_home
def help_code(request: HttpRequest, duty: Duty, household: Household) -> HttpResponse:
    """The resident types the code that came to the new number: then it holds."""
    asked = request.session.get(NEW_PHONE_KEY)
    if asked is None or asked[0] != household.pk:
        return redirect("guide-helped", household_id=household.pk)
    _, member_id, name, phone = asked
    status = 200
    if request.method == "POST":
        try:
            change_phone_of_home(
                guide=duty.guide,
                household=household,
                member=get_object_or_404(household.members, pk=member_id, left_at__isnull=True) if member_id else None,
                name=name,
                phone=phone,
                code=request.POST.get("code", "")[:12],
                seen=_seen(request),
                now=duty.now,
            )
        except DomainError as refused:
            messages.error(request, refused.text)
            status = 422
        else:
            del request.session[NEW_PHONE_KEY]
            messages.success(request, f"办好了。以后用尾号 {phone[-4:]} 的手机号登录。")
            return redirect("guide-helped", household_id=household.pk)
    context = _frame(household=household) | {"phone": phone}
    return render_guide(request, duty, "pages/guide/help_code.html", context, current="guide-duty", status=status)


@require_POST
@for_open_home
def help_card(request: HttpRequest, duty: Duty, household: Household, card_id: int) -> HttpResponse:
    """A lost card ends at once, when the guide says that the home wants it."""
    card = household.cards.filter(pk=card_id, valid_to__isnull=True).first()
    if card is None:
        raise Http404
    if request.POST.get("sure") != "yes":
        messages.error(request, "没有挂失。请先打勾：住户说卡丢了。")
        return redirect("guide-helped", household_id=household.pk)
    try:
        stop_card_of_home(guide=duty.guide, card=card, seen=_seen(request), now=duty.now)
    except DomainError as refused:
        messages.error(request, refused.text)
    else:
        messages.success(request, f"尾号 {card.number[-4:]} 的卡已挂失。补卡请报城管局补印。")
    return redirect("guide-helped", household_id=household.pk)


def _frame(*, household: Household) -> dict[str, object]:
    door = door_of(building=household.building, unit=household.unit, room=household.room)
    return {"heading": door, "household_id": household.pk, "home_community": household.community.name}


def _seen(request: HttpRequest) -> str:
    return str(request.session[HELPING_KEY][1])


def _numbered(*, household: Household) -> list[tuple[int, Member]]:
    return list(enumerate(present_members(household=household), start=1))


def _called(*, member: Member, number: int) -> str:
    phone = full_phone(member=member)
    return f"{member.name or f'第 {number} 位成员'}，" + (f"尾号 {phone[-4:]}" if phone else "没有手机号")


def _member_id(*, request: HttpRequest, household: Household) -> int:
    """The key of the present member that the form names; 0 for the first one of a home without members."""
    present = {str(member.pk): member.pk for member in present_members(household=household)}
    if not present:
        return 0
    chosen = present.get(request.POST.get("member", ""))
    if chosen is None:
        raise Http404
    return chosen
