"""What officer Qian decided of Zhao's draft stays as it is, behind the services too; a draft may still change."""

import pytest
from django.db import DatabaseError, connection, transaction

from households.models import Household
from people.models import User
from points.models import PointRule, Programme, ProgrammeState
from points.services.programmes import ProgrammeDecided, decide_programme, withdraw_programme
from tests.conftest import NOON
from tests.emptying import emptying_allowed
from tests.points.strategies import DEFAULT_RULES
from tests.points.test_programme_drafts import draft, simulated
from tests.worker.test_retry_faults import elsewhere

WAITS_S = 0.3
KEPT = "append-only: a decided programme is never changed"
CHANGES = {
    "worth more": "UPDATE points_programme SET verdict_bonus_points = 99 WHERE id = {programme}",
    "from another day": "UPDATE points_programme SET holds_from = '2027-12-01' WHERE id = {programme}",
    "a draft again": (
        "UPDATE points_programme SET state = 'DRAFT', decided_by_id = NULL, decided_at = NULL, decided_on = NULL "
        "WHERE id = {programme}"
    ),
    "gone": "DELETE FROM points_programme WHERE id = {programme}",
    "a dearer rule": "UPDATE points_pointrule SET points = 500 WHERE programme_id = {programme} AND category = 'FOOD'",
    "a rule less": "DELETE FROM points_pointrule WHERE programme_id = {programme} AND category = 'FOOD'",
    "a rule taken along": (
        "UPDATE points_pointrule SET programme_id = {draft}, sub_class = 'PAPER' "
        "WHERE programme_id = {programme} AND category = 'RECYCLABLE'"
    ),
    "a rule brought along": (
        "UPDATE points_pointrule SET programme_id = {programme}, sub_class = 'PAPER' "
        "WHERE programme_id = {draft} AND category = 'RECYCLABLE'"
    ),
    "a rule more": (
        "INSERT INTO points_pointrule "
        "(programme_id, category, sub_class, unit, points, points_outside, weight_g_min) "
        "VALUES ({programme}, 'RECYCLABLE', 'METAL', 'KG', 500, 500, 1)"
    ),
}


def change(statement: str, *, programme: Programme, beside: Programme) -> None:
    """Run one of CHANGES behind the platform's back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(programme=programme.pk, draft=beside.pk))


@pytest.fixture
def approved(zhang: Household, zhao: User, qian: User) -> Programme:
    """Drafted by Zhao, approved by Qian, holding from tomorrow."""
    programme = simulated(draft(officer=zhao, rules=DEFAULT_RULES), officer=zhao)
    return decide_programme(programme=programme, is_approved=True, officer=qian, now=NOON)


@pytest.mark.django_db
class TestKept:
    """One statement after the other."""

    @pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES)
    def test_the_database_refuses_to_change_what_qian_approved(
        self, approved: Programme, zhao: User, statement: str
    ) -> None:
        beside = draft(officer=zhao, rules=DEFAULT_RULES)
        with pytest.raises(DatabaseError, match=KEPT):
            change(statement, programme=approved, beside=beside)
        with transaction.atomic():
            with emptying_allowed():
                change(statement, programme=approved, beside=beside)  # goes through once the triggers are gone
            transaction.set_rollback(True)

    def test_what_was_refused_or_withdrawn_and_what_came_with_the_platform_is_kept_as_well(
        self,
        zhao: User,
        qian: User,
    ) -> None:
        refused, withdrawn, beside = (draft(officer=zhao, rules=DEFAULT_RULES) for _ in range(3))
        decide_programme(programme=refused, is_approved=False, officer=qian, now=NOON)
        withdraw_programme(programme=withdrawn, officer=zhao, now=NOON)
        for programme in (refused, withdrawn, Programme.objects.get(drafted_by=None)):
            for statement in (CHANGES["worth more"], CHANGES["a dearer rule"], CHANGES["a rule more"]):
                with pytest.raises(DatabaseError, match=KEPT):
                    change(statement, programme=programme, beside=beside)

    def test_a_draft_and_its_rules_change_until_somebody_decides(self, zhao: User) -> None:
        programme, beside = (draft(officer=zhao, rules=DEFAULT_RULES) for _ in range(2))
        for what in ("worth more", "a dearer rule", "a rule more", "a rule less", "a rule brought along"):
            change(CHANGES[what], programme=programme, beside=beside)
        programme.refresh_from_db()
        assert (programme.verdict_bonus_points, programme.state) == (99, ProgrammeState.DRAFT)
        assert sorted(programme.rules.values_list("category", "sub_class", "points")) == [
            ("HAZARDOUS", "", 20),
            ("RECYCLABLE", "", 50),
            ("RECYCLABLE", "METAL", 500),
            ("RECYCLABLE", "PAPER", 50),
            ("RESIDUAL", "", 0),
        ]
        PointRule.objects.filter(programme=programme).delete()
        change(CHANGES["gone"], programme=programme, beside=beside)
        assert not Programme.objects.filter(pk=programme.pk).exists()

    @pytest.mark.postgres
    @pytest.mark.parametrize("table", ["points_programme", "points_pointrule"])
    def test_postgresql_refuses_to_truncate_programmes(self, table: str) -> None:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Two at once, held at the moment that matters."""

    def test_a_rule_written_while_qian_approves_waits_and_is_refused(
        self,
        zhang: Household,
        zhao: User,
        qian: User,
    ) -> None:
        """The officer's simulation has not seen it."""
        programme = simulated(draft(officer=zhao, rules=DEFAULT_RULES), officer=zhao)

        def write() -> None:
            change(CHANGES["a rule more"], programme=programme, beside=programme)

        with elsewhere() as pool:
            with transaction.atomic():
                decide_programme(programme=programme, is_approved=True, officer=qian, now=NOON)
                other = pool.submit(write)
                with pytest.raises(TimeoutError):
                    other.result(timeout=WAITS_S)
            with pytest.raises(DatabaseError, match=KEPT):
                other.result(timeout=30)
        assert programme.rules.count() == len(DEFAULT_RULES.by_code)

    def test_of_two_officers_who_decide_at_once_the_second_hears_so(
        self,
        zhang: Household,
        zhao: User,
        qian: User,
        chen: User,
    ) -> None:
        programme = simulated(draft(officer=chen, rules=DEFAULT_RULES), officer=chen)
        with elsewhere() as pool:
            with transaction.atomic():
                decide_programme(programme=programme, is_approved=True, officer=qian, now=NOON)
                other = pool.submit(decide_programme, programme=programme, is_approved=False, officer=zhao, now=NOON)
                with pytest.raises(TimeoutError):
                    other.result(timeout=WAITS_S)
            with pytest.raises(ProgrammeDecided):
                other.result(timeout=30)
        programme.refresh_from_db()
        assert (programme.state, programme.decided_by) == (ProgrammeState.APPROVED, qian)
