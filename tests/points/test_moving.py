"""Zhang moves, joins Li, or splits: points go by the ledger, keep their ages, and what is pending follows."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from households.models import Card, CardKind, ChangeKind, Community, Household, HouseholdChange, Member
from households.services import CardHeldElsewhere, HouseholdHasLeft, issue_card
from households.services.moving import (
    ChangeOfOwnHousehold,
    ChangeReasonMissing,
    NotItsMember,
    SameHousehold,
)
from households.services.registering import Address, AddressIncomplete, AddressTaken
from people.models import User
from points.audit import verify_ledger
from points.expiry import expire_due
from points.ledger import Line, post
from points.models import AccountKind, PointMove, Reason, RunKind, Transfer
from points.queries.expiries import expiries_of
from points.queries.statements import statement_of
from points.release import release_due
from points.services.moving import (
    ShareUnfit,
    follow_points,
    merge_with_points,
    move_with_points,
    split_with_points,
)
from sorting.models import SmartBin
from tests.builders import at, make_drop_off
from tests.conftest import TODAY
from tests.points.test_corrections import correct
from tests.worker.test_retry_faults import elsewhere
from tests.worker.test_tally import AFTER_CHECKING, balances
from worker.tally import drain

LAST_YEAR = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def rich(zhang: Household, zhao: User, qian: User, now: dt.datetime) -> Household:
    """Zhang holds 30 points of 2025 and 20 of 2026."""
    correct(household=zhang, points=30, by=(zhao, qian), now=LAST_YEAR)
    correct(household=zhang, points=20, by=(zhao, qian), now=now)
    return zhang


def room(community: Community, number: str = "909") -> Address:
    """An address in building 9."""
    return Address(community=community, building="9", unit="1", room=number)


def ages(household: Household, now: dt.datetime) -> list[tuple[int, int]]:
    """(year of award, points), oldest first."""
    return [(each.awarded_in, each.points) for each in expiries_of(household=household, now=now)]


@pytest.mark.django_db
class TestMoving:
    """To another address."""

    def test_zhangs_points_card_and_people_go_to_the_new_home_and_the_old_code_ends(
        self, rich: Household, west_park: Community, zhao: User, now: dt.datetime
    ) -> None:
        Member.objects.create(household=rich, name="张三", phone_lookup="z", joined_at=LAST_YEAR)
        change = move_with_points(household=rich, to=room(west_park), by=zhao, reason="搬到西园", now=now)
        home = change.successor
        assert (balances(rich), balances(home)) == ((0, 0), (0, 50))
        assert ages(home, now) == [(2025, 30), (2026, 20)]
        assert (home.community, home.enrolled_on, rich.left_on) == (west_park, TODAY, TODAY)
        assert home.code != rich.code
        assert list(home.members.values_list("name", "left_at")) == [("张三", None)]
        assert list(rich.members.values_list("name", "left_at")) == [("", now)]
        card = Card.objects.get(household=home)
        assert (card.number, card.valid_from, card.valid_to) == ("A0000001", now, None)
        assert Card.objects.get(household=rich).valid_to == now
        assert [line.sentence for line in statement_of(household=home).lines] == [
            "从原来的一户转来 20 分",
            "从原来的一户转来 30 分",
        ]
        assert verify_ledger().faults == []
        with pytest.raises(CardHeldElsewhere):
            issue_card(
                household=Household.objects.create(
                    community=west_park,
                    serial=77,
                    code="411003000000778",
                    building="3",
                    unit="1",
                    room="1",
                    enrolled_on=TODAY,
                ),
                kind=CardKind.RFID,
                number="A0000001",
                now=now,
            )

    def test_points_of_last_year_end_at_the_new_home_when_they_would_have_ended(
        self, rich: Household, west_park: Community, zhao: User, now: dt.datetime
    ) -> None:
        home = move_with_points(household=rich, to=room(west_park), by=zhao, reason="搬家", now=now).successor
        assert expire_due(now=at(on=dt.date(2026, 12, 31))) == 0
        assert expire_due(now=at(on=dt.date(2027, 1, 1))) == 30
        assert balances(home) == (0, 20)
        assert verify_ledger().faults == []

    def test_what_is_pending_is_released_at_the_old_home_and_follows_through_two_moves(
        self, zhang: Household, bin_07: SmartBin, west_park: Community, zhao: User, now: dt.datetime
    ) -> None:
        make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=TODAY), is_tallied=False)
        drain(now=now)
        first = move_with_points(household=zhang, to=room(west_park), by=zhao, reason="搬家", now=now).successor
        second = move_with_points(household=first, to=room(west_park, "910"), by=zhao, reason="再搬", now=now).successor
        assert (balances(zhang), balances(second)) == ((10, 0), (0, 0))
        later = now + AFTER_CHECKING
        release_due(now=later)
        assert follow_points(now=later) == 10
        assert follow_points(now=later) == 0
        assert [balances(each) for each in (zhang, first, second)] == [(0, 0), (0, 0), (0, 10)]
        assert ages(second, later) == [(2026, 10)]
        assert verify_ledger().faults == []

    def test_a_taken_address_no_reason_an_empty_room_and_ones_own_home_change_nothing(
        self, rich: Household, li: Household, east_lake: Community, zhao: User, chen: User, now: dt.datetime
    ) -> None:
        Member.objects.create(household=rich, user=chen, name="陈", joined_at=now)
        said: list[tuple[type[Exception], dict[str, Any]]] = [
            (AddressTaken, {"to": Address(community=east_lake, building="1", unit="1", room=" 102")}),
            (AddressIncomplete, {"to": room(east_lake, " ")}),
            (ChangeReasonMissing, {"reason": "  "}),
            (ChangeOfOwnHousehold, {"by": chen}),
        ]
        plain: dict[str, Any] = {"household": rich, "to": room(east_lake), "by": zhao, "reason": "搬家", "now": now}
        for refusal, other in said:
            with pytest.raises(refusal):
                move_with_points(**plain | other)
        rich.refresh_from_db()
        assert (rich.left_on, balances(rich), Household.objects.count()) == (None, (0, 50), 2)
        assert not HouseholdChange.objects.exists()


@pytest.mark.django_db
class TestMergingAndSplitting:
    """Two become one; one becomes two."""

    def test_zhang_joins_li(self, rich: Household, li: Household, zhao: User, now: dt.datetime) -> None:
        merge_with_points(household=rich, into=li, by=zhao, reason="结婚", now=now)
        assert (balances(rich), balances(li)) == ((0, 0), (0, 50))
        assert not Card.objects.filter(household=rich, valid_to__isnull=True).exists()
        with pytest.raises(HouseholdHasLeft):
            merge_with_points(household=rich, into=li, by=zhao, reason="再来", now=now)
        with pytest.raises(SameHousehold):
            merge_with_points(household=li, into=li, by=zhao, reason="自己", now=now)
        assert verify_ledger().faults == []

    def test_the_son_leaves_with_forty_points_the_oldest_first(
        self, rich: Household, li: Household, west_park: Community, zhao: User, now: dt.datetime
    ) -> None:
        son = Member.objects.create(household=rich, name="小张", joined_at=now)
        stranger = Member.objects.create(household=li, name="李四", joined_at=now)
        plain: dict[str, Any] = {"household": rich, "to": room(west_park), "by": zhao, "reason": "成家", "now": now}
        for share in (51, -1):
            with pytest.raises(ShareUnfit):
                split_with_points(**plain, members=[son], points=share)
        with pytest.raises(NotItsMember):
            split_with_points(**plain, members=[stranger], points=1)
        second = split_with_points(**plain, members=[son], points=40).successor
        assert (ages(second, now), ages(rich, now)) == ([(2025, 30), (2026, 10)], [(2026, 10)])
        assert [member.name for member in second.members.filter(left_at__isnull=True)] == ["小张"]
        rich.refresh_from_db()
        assert rich.left_on is None
        assert follow_points(now=now) == 0
        assert verify_ledger().faults == []


@pytest.mark.django_db
class TestProtections:
    """What the database and the audit say."""

    def test_a_household_ends_once_even_beside_the_service(
        self, zhang: Household, li: Household, wang: Household, zhao: User, now: dt.datetime
    ) -> None:
        row: dict[str, Any] = {
            "household": zhang,
            "kind": ChangeKind.MERGED,
            "reason": "x",
            "decided_by": zhao,
            "at": now,
        }
        HouseholdChange.objects.create(successor=li, **row)
        with pytest.raises(IntegrityError, match="household"), transaction.atomic():
            HouseholdChange.objects.create(successor=wang, **row)
        with pytest.raises(IntegrityError, match="goes_somewhere"), transaction.atomic():
            HouseholdChange.objects.create(**row | {"household": li, "successor": li})
        for wrong, constraint in (({"kind": "GONE"}, "kind_known"), ({"reason": ""}, "reason_given")):
            with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
                HouseholdChange.objects.create(**row | {"household": li, "successor": wang} | wrong)

    def test_no_points_move_in_nothing_or_in_a_circle(
        self, rich: Household, li: Household, zhao: User, now: dt.datetime
    ) -> None:
        merge_with_points(household=rich, into=li, by=zhao, reason="结婚", now=now)
        move = PointMove.objects.filter(pk=PointMove.objects.earliest("pk").pk)
        with pytest.raises(IntegrityError, match="point_move_points_positive"), transaction.atomic():
            move.update(points=0)
        with pytest.raises(IntegrityError, match="point_move_between_two_households"), transaction.atomic():
            move.update(successor=rich)

    def test_an_edited_move_and_points_moved_in_no_moves_name_are_named(
        self, rich: Household, li: Household, zhao: User, now: dt.datetime
    ) -> None:
        merge_with_points(household=rich, into=li, by=zhao, reason="结婚", now=now)
        move = PointMove.objects.earliest("pk")
        PointMove.objects.filter(pk=move.pk).update(points=31)
        sides = Transfer.objects.filter(reference__startswith=f"move/{move.pk}/")
        assert {(fault.kind, fault.row) for fault in verify_ledger().faults} == {
            ("move_not_its_transfers", f"move {move.pk}"),
            *(("move_missing", f"transfer {side.pk} {side.reference}") for side in sides),
        }
        PointMove.objects.filter(pk=move.pk).update(points=30)
        line = Line(li.pk, AccountKind.AVAILABLE, AccountKind.MOVED, 5, Reason.MOVE, "move/x/out")
        post(lines=[line], kind=RunKind.POST, now=now)
        assert {fault.kind for fault in verify_ledger().faults} == {"move_missing", "identity_broken"}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_zhang_who_joins_li_and_wang_at_once_joins_one_and_no_point_is_doubled(
    rich: Household, li: Household, wang: Household, zhao: User, now: dt.datetime
) -> None:
    with elsewhere() as pool:
        with transaction.atomic():
            merge_with_points(household=rich, into=li, by=zhao, reason="结婚", now=now)
            other = pool.submit(merge_with_points, household=rich, into=wang, by=zhao, reason="也", now=now)
            with pytest.raises(TimeoutError):
                other.result(timeout=1)
        with pytest.raises(HouseholdHasLeft):
            other.result(timeout=30)
    assert [balances(each) for each in (rich, li, wang)] == [(0, 0), (0, 50), (0, 0)]
    assert verify_ledger().faults == []


@pytest.mark.django_db
class TestScreen:
    """The back office."""

    ADD = "admin:households_householdchange_add"

    def test_zhao_moves_zhang_with_a_reason_and_chen_may_not(
        self, rich: Household, west_park: Community, zhao: User, chen: User, client: Client
    ) -> None:
        form = {
            "household_code": rich.code,
            "kind": "MOVED",
            "community": west_park.pk,
            "building": "9",
            "unit": "1",
            "room": "909",
            "reason": "搬家",
        }
        for user in (chen, zhao):
            user.is_staff = True
            user.save()
        client.force_login(chen)
        assert client.post(reverse(self.ADD), form).status_code == 403
        zhao.user_permissions.set(
            Permission.objects.filter(codename__in=["add_householdchange", "view_householdchange"])
        )
        client.force_login(zhao)
        assert "办理住户变更" in client.get(reverse(self.ADD)).text
        assert client.post(reverse(self.ADD), form | {"reason": ""}).status_code == 200
        assert not HouseholdChange.objects.exists()
        assert "没有这个户码" in client.post(reverse(self.ADD), form | {"household_code": "1"}).text
        assert client.post(reverse(self.ADD), form).status_code == 302
        change = HouseholdChange.objects.get()
        assert (change.decided_by, balances(change.successor)) == (zhao, (0, 50))
        assert change.successor.code in client.get(reverse("admin:households_householdchange_changelist")).text
