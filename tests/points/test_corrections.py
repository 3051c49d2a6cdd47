"""Points put right by hand: proposed by one officer, decided by another, posted once, never below zero."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from households.models import Household, Member, Notice
from people.models import User
from points.audit import verify_ledger
from points.expiry import expire_due
from points.ledger import Line, post
from points.models import AccountKind, CorrectionState, PointCorrection, Reason, RunKind, Transfer
from points.queries.expiries import expiries_of
from points.services.corrections import (
    CorrectionDecided,
    CorrectionImpossible,
    CorrectionOfOwnHousehold,
    SecondPersonNeeded,
    decide_correction,
    propose_correction,
)
from tests.builders import at
from tests.emptying import emptying_allowed
from tests.worker.test_retry_faults import elsewhere
from tests.worker.test_tally import balances


def correct(*, household: Household, points: int, by: tuple[User, User], now: dt.datetime) -> PointCorrection:
    """Proposed by the first, approved by the second."""
    proposed = propose_correction(household=household, points=points, reason="桶坏了,没记上", officer=by[0], now=now)
    return decide_correction(correction=proposed, is_approved=True, officer=by[1], now=now)


@pytest.mark.django_db
class TestCorrections:
    """One after the other."""

    def test_zhang_gets_twenty_points_when_a_second_officer_approves(
        self, zhang: Household, zhao: User, qian: User, now: dt.datetime
    ) -> None:
        proposed = propose_correction(household=zhang, points=20, reason="桶坏了,没记上", officer=zhao, now=now)
        assert balances(zhang) == (0, 0)
        decided = decide_correction(correction=proposed, is_approved=True, officer=qian, now=now)
        assert balances(zhang) == (0, 20)
        assert (decided.state, decided.moved_points) == (CorrectionState.APPROVED, 20)
        assert Transfer.objects.get().reference == f"correction/{proposed.pk}/BONUS"
        assert Notice.objects.get().text == "您家的积分更正了 +20 分。原因:桶坏了,没记上"
        assert verify_ledger().faults == []

    def test_what_is_taken_stops_at_nothing_and_the_rest_is_on_record(
        self, zhang: Household, zhao: User, qian: User, now: dt.datetime
    ) -> None:
        correct(household=zhang, points=4, by=(zhao, qian), now=now)
        taken = correct(household=zhang, points=-10, by=(zhao, qian), now=now)
        assert balances(zhang) == (0, 0)
        assert taken.moved_points == -4
        assert "应扣 10 分,账上不足,6 分没有扣到,已记录" in Notice.objects.latest("pk").text
        nothing = correct(household=zhang, points=-1, by=(zhao, qian), now=now)
        assert (nothing.moved_points, Transfer.objects.count()) == (0, 2)
        assert verify_ledger().faults == []

    def test_zhao_does_not_approve_what_zhao_proposed(self, zhang: Household, zhao: User, now: dt.datetime) -> None:
        proposed = propose_correction(household=zhang, points=20, reason="补记", officer=zhao, now=now)
        with pytest.raises(SecondPersonNeeded):
            decide_correction(correction=proposed, is_approved=True, officer=zhao, now=now)
        with pytest.raises(IntegrityError, match="correction_by_two_people"), transaction.atomic():
            PointCorrection.objects.filter(pk=proposed.pk).update(
                state=CorrectionState.REFUSED, decided_by=zhao, decided_at=now
            )

    @pytest.mark.parametrize(
        ("wrong", "constraint"),
        [
            ({"decided_by": None}, "correction_decided_by_somebody"),
            ({"state": "PROPOSED", "moved_points": None}, "correction_decided_by_somebody"),
            ({"moved_points": 21}, "correction_moves_what_was_decided"),
            ({"moved_points": None}, "correction_moves_what_was_decided"),
            ({"points": -20, "moved_points": None}, "correction_moves_what_was_decided"),
        ],
    )
    def test_the_database_keeps_no_correction_that_cannot_be(
        self, zhang: Household, zhao: User, qian: User, now: dt.datetime, wrong: dict[str, object], constraint: str
    ) -> None:
        decided = correct(household=zhang, points=20, by=(zhao, qian), now=now)
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            PointCorrection.objects.filter(pk=decided.pk).update(**wrong)

    def test_a_refused_correction_moves_nothing_and_is_not_decided_again(
        self, zhang: Household, zhao: User, qian: User, now: dt.datetime
    ) -> None:
        proposed = propose_correction(household=zhang, points=20, reason="补记", officer=zhao, now=now)
        decide_correction(correction=proposed, is_approved=False, note="没有依据", officer=qian, now=now)
        with pytest.raises(CorrectionDecided):
            decide_correction(correction=proposed, is_approved=True, officer=qian, now=now)
        assert balances(zhang) == (0, 0)
        assert not Notice.objects.exists()

    def test_nobody_corrects_their_own_household(
        self, zhang: Household, zhao: User, qian: User, now: dt.datetime
    ) -> None:
        Member.objects.create(household=zhang, user=qian, name="钱", joined_at=now)
        with pytest.raises(CorrectionOfOwnHousehold):
            propose_correction(household=zhang, points=5, reason="补记", officer=qian, now=now)
        proposed = propose_correction(household=zhang, points=5, reason="补记", officer=zhao, now=now)
        with pytest.raises(CorrectionOfOwnHousehold):
            decide_correction(correction=proposed, is_approved=True, officer=qian, now=now)

    @pytest.mark.parametrize(("points", "reason"), [(0, "补记"), (10_001, "补记"), (-10_001, "补记"), (5, " ")])
    def test_no_points_too_many_or_no_reason_is_refused(
        self, zhang: Household, zhao: User, now: dt.datetime, points: int, reason: str
    ) -> None:
        with pytest.raises(CorrectionImpossible):
            propose_correction(household=zhang, points=points, reason=reason, officer=zhao, now=now)
        with pytest.raises(IntegrityError), transaction.atomic():
            PointCorrection.objects.create(
                household=zhang, points=points, reason=reason.strip(), proposed_by=zhao, proposed_at=now
            )

    def test_points_given_by_a_correction_end_with_the_year_after_the_decision(
        self, zhang: Household, zhao: User, qian: User, now: dt.datetime
    ) -> None:
        correct(household=zhang, points=20, by=(zhao, qian), now=now)
        later = at(on=dt.date(2027, 5, 1))
        correct(household=zhang, points=7, by=(zhao, qian), now=later)
        correct(household=zhang, points=-5, by=(zhao, qian), now=later)
        assert [(each.awarded_in, each.points) for each in expiries_of(household=zhang, now=later)] == [
            (2026, 15),
            (2027, 7),
        ]
        assert expire_due(now=at(on=dt.date(2027, 12, 31))) == 0
        assert expire_due(now=at(on=dt.date(2028, 1, 1))) == 15
        assert balances(zhang) == (0, 7)
        assert verify_ledger().faults == []


@pytest.mark.django_db
class TestTampering:
    """The audit names what was changed behind the platform's back."""

    @pytest.fixture
    def correction(self, zhang: Household, zhao: User, qian: User, now: dt.datetime) -> PointCorrection:
        """Zhang was given 20 points."""
        return correct(household=zhang, points=20, by=(zhao, qian), now=now)

    def faults(self) -> set[tuple[str, str]]:
        return {(fault.kind, fault.row) for fault in verify_ledger().faults}

    def test_an_edited_correction_is_named(self, correction: PointCorrection) -> None:
        PointCorrection.objects.filter(pk=correction.pk).update(points=30, moved_points=30)
        assert self.faults() == {("correction_not_its_transfers", f"correction {correction.pk}")}

    def test_a_correction_of_another_household_is_named(self, correction: PointCorrection, li: Household) -> None:
        PointCorrection.objects.filter(pk=correction.pk).update(household=li)
        posted = Transfer.objects.get()
        assert self.faults() == {
            ("correction_not_its_transfers", f"correction {correction.pk}"),
            ("correction_missing", f"transfer {posted.pk} {posted.reference}"),
        }

    def test_a_deleted_correction_is_named_by_its_transfer(self, correction: PointCorrection) -> None:
        correction.delete()
        posted = Transfer.objects.get()
        assert self.faults() == {("correction_missing", f"transfer {posted.pk} {posted.reference}")}

    @pytest.mark.parametrize("reference", ["correction/99/BONUS", "correction/{own}/BONUS/again", "correction/x"])
    def test_points_in_a_corrections_name_that_nobody_decided_are_named(
        self, correction: PointCorrection, zhang: Household, now: dt.datetime, reference: str
    ) -> None:
        line = Line(
            household_id=zhang.pk,
            debit=AccountKind.ISSUED,
            credit=AccountKind.AVAILABLE,
            points=7,
            reason=Reason.BONUS,
            reference=reference.format(own=correction.pk),
        )
        post(lines=[line], kind=RunKind.POST, now=now)
        posted = Transfer.objects.latest("pk")
        assert self.faults() == {("correction_missing", f"transfer {posted.pk} {posted.reference}")}

    def test_a_deleted_transfer_is_missed_by_its_correction(self, correction: PointCorrection) -> None:
        with emptying_allowed():
            Transfer.objects.all().delete()
        assert ("correction_not_its_transfers", f"correction {correction.pk}") in self.faults()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Two officers at once, held at the moment that matters. Without the lock the second one hears something else."""

    def test_two_officers_who_approve_at_once_post_once(
        self, zhang: Household, zhao: User, qian: User, chen: User, now: dt.datetime
    ) -> None:
        proposed = propose_correction(household=zhang, points=20, reason="补记", officer=chen, now=now)
        with elsewhere() as pool:
            with transaction.atomic():
                decide_correction(correction=proposed, is_approved=True, officer=zhao, now=now)
                other = pool.submit(decide_correction, correction=proposed, is_approved=True, officer=qian, now=now)
                with pytest.raises(TimeoutError):
                    other.result(timeout=1)
            with pytest.raises(CorrectionDecided):
                other.result(timeout=30)
        assert balances(zhang) == (0, 20)
        assert Transfer.objects.count() == 1

    def test_two_that_take_at_once_take_no_more_than_is_there(
        self, zhang: Household, zhao: User, qian: User, now: dt.datetime
    ) -> None:
        correct(household=zhang, points=15, by=(zhao, qian), now=now)
        first, second = (
            propose_correction(household=zhang, points=-10, reason="重复计分", officer=zhao, now=now) for _ in "12"
        )
        with elsewhere() as pool:
            with transaction.atomic():
                decide_correction(correction=first, is_approved=True, officer=qian, now=now)
                other = pool.submit(decide_correction, correction=second, is_approved=True, officer=qian, now=now)
                with pytest.raises(TimeoutError):
                    other.result(timeout=1)
            assert other.result(timeout=30).moved_points == -5
        assert balances(zhang) == (0, 0)
        assert verify_ledger().faults == []


@pytest.mark.django_db
class TestScreens:
    """The back office."""

    LIST = "admin:points_pointcorrection_changelist"

    def sign_in(self, client: Client, user: User, *permissions: str) -> None:
        user.is_staff = True
        user.save()
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client.force_login(user)

    def test_zhao_proposes_and_qian_approves(self, client: Client, zhang: Household, zhao: User, qian: User) -> None:
        rights = ("view_pointcorrection", "add_pointcorrection", "change_pointcorrection")
        page = reverse("admin:points_pointcorrection_add")
        self.sign_in(client, zhao, *rights)
        wrong = client.post(page, {"household_code": "4110", "points": "20", "reason": "补记"})
        assert "没有户码为“4110”的住户" in wrong.content.decode()
        answer = client.post(page, {"household_code": zhang.code, "points": "20", "reason": "补记"}, follow=True)
        assert "已提出,等另一位同事复核" in answer.content.decode()
        chosen = {"action": "approve", "_selected_action": [PointCorrection.objects.get().pk]}
        answer = client.post(reverse(self.LIST), chosen, follow=True)
        assert "提出更正的人不能自己复核" in answer.content.decode()
        assert balances(zhang) == (0, 0)
        self.sign_in(client, qian, *rights)
        assert "批准 1 笔更正" in client.post(reverse(self.LIST), chosen, follow=True).content.decode()
        assert balances(zhang) == (0, 20)

    def test_who_may_only_look_neither_proposes_nor_decides(
        self, client: Client, zhang: Household, zhao: User, qian: User, now: dt.datetime
    ) -> None:
        proposed = propose_correction(household=zhang, points=20, reason="补记", officer=zhao, now=now)
        self.sign_in(client, qian, "view_pointcorrection")
        assert client.get(reverse(self.LIST)).status_code == 200
        assert client.get(reverse("admin:points_pointcorrection_add")).status_code == 403
        client.post(reverse(self.LIST), {"action": "approve", "_selected_action": [proposed.pk]})
        proposed.refresh_from_db()
        assert proposed.state == CorrectionState.PROPOSED
