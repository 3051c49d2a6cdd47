"""Helping a household that stands before the guide: what its phone or PIN cannot do, on record and told to the home.

Only homes of the communities given to the guide today, never the own one, and so many a day.
"""

import datetime as dt

from django.db import models, transaction
from django.utils import timezone

from guides.queries import community_ids_of_guide
from households.cards import card_read
from households.models import Card, CardKind, Household, Member, NoticeKind
from households.queries import household_of_code, is_member_of
from households.services import (
    add_first_member,
    change_phone,
    give_pin,
    notify_household,
    open_household,
    require_phone_proof,
    stop_card,
)
from households.services.opening import SUBJECT_KIND
from lib.errors import DomainError
from people.models import AccessLog, User

HOMES_A_DAY_MAX = 30  # of one guide: more than come to the bins with a question
ACTS_A_HOME_A_DAY_MAX = 10  # of one guide, opening included: a PIN read wrong is given again


class Seen(models.TextChoices):
    """By what the guide knew that it is this home."""

    CARD = "CARD", "看了住户卡"
    PAPERS = "PAPERS", "看了证件"


class HomeNotFound(DomainError):
    """No home with that card or code in the communities given to the guide today."""

    code = "not_found"
    message = "您的小区里没有这张卡或这个户码，请核对后再试。"


class HelpForOwnHome(DomainError):
    """Nobody helps the own home."""

    code = "help_for_own_home"
    message = "自己家的事不能自己办，请同事办理。"


class SeenMissing(DomainError):
    """How the guide knew who stands there is kept."""

    code = "seen_missing"
    message = "请先选一下您看了什么：住户卡，还是证件。"


class TooMuchHelp(DomainError):
    """More homes, or more for one home, than a day has."""

    code = "too_much_help"
    message = f"今天办不了了：一天最多帮 {HOMES_A_DAY_MAX} 户，每户最多 {ACTS_A_HOME_A_DAY_MAX} 次。"


def open_home(*, guide: User, text: str, seen: str, now: dt.datetime) -> Household:
    """The home whose card or code is before the guide. That it was opened is on its record.

    :raises HomeNotFound, HelpForOwnHome, SeenMissing, TooMuchHelp: as said there.
    """
    card = card_read(text=text, at=now)
    is_card = card is not None and card.kind != CardKind.FINGERPRINT
    household = card.household if card is not None and is_card else household_of_code(text=text)
    if household is None:
        raise HomeNotFound
    found = home_of_guide(guide=guide, household_id=household.pk, now=now)
    with transaction.atomic():
        _put_on_record(household=found, guide=guide, what="核对成员和卡", seen=seen, now=now)
    return found


def home_of_guide(*, guide: User, household_id: int, now: dt.datetime) -> Household:
    """The home, where the guide may help it today.

    :raises HomeNotFound: it is in none of the guide's communities, or has left.
    :raises HelpForOwnHome: the guide lives there.
    """
    community_ids = community_ids_of_guide(guide=guide, on=timezone.localdate(now))
    present = Household.objects.filter(pk=household_id, community__in=community_ids, left_on__isnull=True)
    household = present.select_related("community").first()
    if household is None:
        raise HomeNotFound
    if is_member_of(user=guide, household=household):
        raise HelpForOwnHome
    return household


@transaction.atomic
def give_pin_to_home(*, guide: User, household: Household, seen: str, now: dt.datetime) -> str:
    """A new PIN, to be shown once to who stands there; every session of the old one ends.

    :raises HomeNotFound, HelpForOwnHome, SeenMissing, TooMuchHelp: as said there.
    """
    home_of_guide(guide=guide, household_id=household.pk, now=now)
    _put_on_record(household=household, guide=guide, what="重设 PIN 码", seen=seen, now=now)
    return give_pin(household=household, by=guide, community_ids={household.community_id}, now=now)


def change_phone_of_home(
    *,
    guide: User,
    household: Household,
    member: Member | None,
    name: str,
    phone: str,
    code: str,
    seen: str,
    now: dt.datetime,
) -> None:
    """Another number for a member, or the first member where `member` is None; proved by the code sent to it.

    Call it outside of a transaction, as require_phone_proof.

    :raises HomeNotFound, HelpForOwnHome, SeenMissing, TooMuchHelp: as said there.
    :raises households.services.PhoneUnproved, AlreadyMember, HouseholdHasMembers: as there.
    """
    home_of_guide(guide=guide, household_id=household.pk, now=now)
    require_phone_proof(phone=phone, code=code, now=now)
    what = "换手机号" if member is not None else "登记第一位成员"
    with transaction.atomic():
        _put_on_record(household=household, guide=guide, what=what, seen=seen, now=now)
        if member is not None:
            change_phone(member=member, phone=phone, in_all_homes=False, now=now)
            return
        add_first_member(household=household, phone=phone, name=name, now=now)
        notify_household(
            household=household,
            kind=NoticeKind.ACCOUNT,
            text=f"{guide.display_name or '督导员'}当面给您家登记了尾号 {phone[-4:]} 的手机号。"
            "不是您家要求的，请联系城管局。",
            reference=f"first-member/{now.isoformat()}",
            now=now,
        )


@transaction.atomic
def stop_card_of_home(*, guide: User, card: Card, seen: str, now: dt.datetime) -> bool:
    """A lost card ends now; False where it had.

    :raises HomeNotFound, HelpForOwnHome, SeenMissing, TooMuchHelp: as said there.
    """
    household = home_of_guide(guide=guide, household_id=card.household_id, now=now)
    _put_on_record(household=household, guide=guide, what="挂失住户卡", seen=seen, now=now)
    return stop_card(card=card, now=now)


def _put_on_record(*, household: Household, guide: User, what: str, seen: str, now: dt.datetime) -> None:
    """Say who helped whom with what, and by what they knew them: within the day's limits, or not at all."""
    if seen not in Seen.values:
        raise SeenMissing
    # One of a guide's acts at a time, so that the limits are exact.
    User.objects.select_for_update(no_key=True).get(pk=guide.pk)
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    opened = AccessLog.objects.filter(user=guide, subject_kind=SUBJECT_KIND, at__gte=midnight)
    of_home = opened.filter(subject_id=household.pk).count()
    homes = opened.values("subject_id").distinct().count()
    if of_home >= ACTS_A_HOME_A_DAY_MAX or (of_home == 0 and homes >= HOMES_A_DAY_MAX):
        raise TooMuchHelp
    open_household(household=household, by=guide, reason=f"当面帮办：{what}（{Seen(seen).label}）", now=now)
