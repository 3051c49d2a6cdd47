"""Members: who signs in for a household, who invites, who leaves."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from households.models import CardKind, Household, Member
from households.queries import community_of_qr, present_memberships
from households.services import (
    AlreadyMember,
    NotTheFirstMember,
    PhoneUnreadable,
    TooManyMembers,
    accept_invitation,
    change_phone,
    decline_invitation,
    invite_member,
    issue_card,
    new_qr_token,
    remove_member,
    user_of_phone,
)
from people import secrets
from people.models import User

pytestmark = pytest.mark.django_db
MOTHER, SON = "13800000001", "13800000002"


def make_member(household: Household, phone: str, now: dt.datetime, name: str = "张奶奶") -> Member:
    return Member.objects.create(
        household=household,
        name=name,
        phone_encrypted=secrets.encrypt(text=phone),
        phone_lookup=secrets.lookup_digest(text=phone),
        joined_at=now,
    )


def test_a_proved_phone_opens_its_households_with_one_account(
    zhang: Household, li: Household, now: dt.datetime
) -> None:
    make_member(zhang, MOTHER, now)
    make_member(li, MOTHER, now)
    user = user_of_phone(phone=MOTHER, now=now)
    assert user is not None
    assert user_of_phone(phone=MOTHER, now=now) == user
    assert [each.household for each in present_memberships(user=user)] == [zhang, li]
    assert not user.has_usable_password()
    assert MOTHER not in user.username


def test_an_unknown_phone_and_a_household_that_left_open_nothing(zhang: Household, now: dt.datetime) -> None:
    assert user_of_phone(phone=SON, now=now) is None
    make_member(zhang, MOTHER, now)
    zhang.left_on = now.date()
    zhang.save()
    assert user_of_phone(phone=MOTHER, now=now) is None
    assert User.objects.count() == 0


def test_the_first_invites_the_second_and_not_the_other_way_round(zhang: Household, now: dt.datetime) -> None:
    first = make_member(zhang, MOTHER, now)
    second = invite_member(household=zhang, by=first, phone="+86 138-0000-0002", name="小张", now=now)
    assert user_of_phone(phone=SON, now=now) is not None
    with pytest.raises(NotTheFirstMember):
        invite_member(household=zhang, by=second, phone="13800000003", name="", now=now)
    with pytest.raises(NotTheFirstMember):
        remove_member(member=first, by=second, now=now)
    with pytest.raises(AlreadyMember):
        invite_member(household=zhang, by=first, phone=SON, name="", now=now)
    with pytest.raises(PhoneUnreadable):
        invite_member(household=zhang, by=first, phone="12", name="", now=now)


def test_a_member_of_another_household_invites_nobody_here(zhang: Household, li: Household, now: dt.datetime) -> None:
    make_member(zhang, MOTHER, now)
    stranger = make_member(li, SON, now)
    with pytest.raises(NotTheFirstMember):
        invite_member(household=zhang, by=stranger, phone="13800000003", name="", now=now)


def test_a_household_is_no_club(zhang: Household, now: dt.datetime) -> None:
    first = make_member(zhang, MOTHER, now)
    for number in range(11):
        invite_member(household=zhang, by=first, phone=f"139000000{number:02d}", name="", now=now)
    with pytest.raises(TooManyMembers):
        invite_member(household=zhang, by=first, phone="13900000099", name="", now=now)


def test_whoever_leaves_is_nameless_and_the_next_is_first(zhang: Household, now: dt.datetime) -> None:
    first = make_member(zhang, MOTHER, now)
    second = invite_member(household=zhang, by=first, phone=SON, name="小张", now=now + dt.timedelta(hours=1))
    user = user_of_phone(phone=MOTHER, now=now)
    assert user is not None
    first.refresh_from_db()
    assert remove_member(member=first, by=first, now=now)
    assert not remove_member(member=first, by=first, now=now)
    first.refresh_from_db()
    user.refresh_from_db()
    assert (first.name, bytes(first.phone_encrypted), first.phone_lookup) == ("", b"", "")
    assert (user.is_active, user.display_name) == (False, "")
    assert present_memberships(user=user) == []
    assert invite_member(household=zhang, by=second, phone="13800000003", name="", now=now)


def test_guide_chen_who_leaves_a_household_keeps_the_account(zhang: Household, chen: User, now: dt.datetime) -> None:
    member = make_member(zhang, MOTHER, now)
    member.user = chen
    member.save()
    remove_member(member=member, by=member, now=now)
    chen.refresh_from_db()
    assert chen.is_active
    assert chen.display_name == "陈督导"


def test_a_changed_phone_is_found_and_the_old_one_is_not(zhang: Household, now: dt.datetime) -> None:
    member = make_member(zhang, MOTHER, now)
    change_phone(member=member, phone=SON, in_all_homes=True, now=now)
    assert user_of_phone(phone=MOTHER, now=now) is None
    assert user_of_phone(phone=SON, now=now) is not None
    invite_member(household=zhang, by=member, phone=MOTHER, name="", now=now)
    with pytest.raises(AlreadyMember):
        change_phone(member=member, phone=MOTHER, in_all_homes=True, now=now)


def test_a_qr_card_tells_a_stranger_its_community_only(zhang: Household, now: dt.datetime) -> None:
    card = issue_card(household=zhang, kind=CardKind.QR, number=new_qr_token(), now=now)
    assert community_of_qr(text=f"https://fenfen.example/c/{card.number}") == zhang.community
    assert community_of_qr(text=new_qr_token()) is None
    for guessable in (zhang.code, "A0000001"):
        assert community_of_qr(text=guessable) is None


def test_nobody_accepts_what_nobody_asked(zhang: Household, now: dt.datetime) -> None:
    member = make_member(zhang, MOTHER, now)
    assert not accept_invitation(member=member, now=now)
    assert not decline_invitation(member=member, now=now)
    with pytest.raises(IntegrityError, match="member_accepted_an_invitation"), transaction.atomic():
        Member.objects.filter(pk=member.pk).update(accepted_at=now)
