"""He of the 科工局 reports with evidence, Qian accepts or returns; what was accepted counts, nothing is changed."""

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from indicators.duties import DutyState
from indicators.models import Department, Evidence, Indicator, IndicatorValue, ReportDeadline, ValueReview
from indicators.queries.plan import latest_values
from indicators.queries.reports import attempts_of, duties, measures_of_departments, waiting_values
from indicators.services.reporting import (
    AlreadyReviewed,
    AwaitingReview,
    DeadlineTooEarly,
    EvidenceMissing,
    EvidenceRefused,
    EvidenceTooLarge,
    NotOfDepartment,
    NotReported,
    PeriodWrong,
    ReporterMayNotReview,
    ReturnReasonMissing,
    ValueMissing,
    review_value,
    set_deadline,
)
from lib.errors import DomainError
from lib.evidence import EVIDENCE_BYTES_MAX
from people.models import User
from tests.conftest import NOON, TODAY
from tests.reports import PDF, YEAR, department_called, make_reporter, make_reviewer, measure_of, report

pytestmark = pytest.mark.django_db
TABLES = ("indicators_indicatorvalue", "indicators_evidence", "indicators_valuereview", "indicators_reportdeadline")


@pytest.fixture
def he(db: None) -> User:
    """Reporter He of the 科工局."""
    return make_reporter()


@pytest.fixture
def qian(db: None) -> User:
    """Reviewer Qian."""
    return make_reviewer()


def review(*, value: IndicatorValue, reviewer: User, is_accepted: bool = True, reason: str = "") -> ValueReview:
    return review_value(value=value, is_accepted=is_accepted, reason=reason, reviewer=reviewer, now=NOON)


def shown() -> Decimal | None:
    """What the table of the 47 shows for indicator 5."""
    value = latest_values().get(measure_of(number=5).pk)
    return value.value if value else None


def test_the_plan_s_34_spellings_are_25_departments_and_none_is_lost() -> None:
    ways = {way for names in Indicator.objects.values_list("departments", flat=True) for way in names}
    departments = list(Department.objects.all())
    assert sorted(way for each in departments for way in each.spellings) == sorted(ways)
    assert department_called("区城管局").spellings == ["区城管局", "城管局"]
    assert (len(ways), len(departments)) == (34, 25)


def test_he_sees_what_both_spellings_of_the_department_answer_for() -> None:
    numbers = {each.indicator.number for each in measures_of_departments(departments=[department_called("区科工局")])}
    answering = [
        row for row in Indicator.objects.filter(source="REPORTED") if {"区科工局", "科工局"} & set(row.departments)
    ]
    assert numbers == {row.number for row in answering}
    assert {"区科工局"} != {way for row in answering for way in row.departments if "科工局" in way}


def test_what_he_reports_counts_once_qian_accepts_it(he: User, qian: User) -> None:
    value = report(reporter=he)
    assert shown() is None, "it waits"
    assert list(waiting_values()) == [value]
    review(value=value, reviewer=qian)
    assert shown() == Decimal("81.5")
    assert not waiting_values().exists()
    assert (value.department, value.attempt, value.evidence and bytes(value.evidence.data)) == ("区科工局", 1, PDF)


def test_a_returned_value_does_not_count_and_is_entered_again(he: User, qian: User) -> None:
    first = report(reporter=he)
    with pytest.raises(ReturnReasonMissing):
        review(value=first, reviewer=qian, is_accepted=False, reason="  ")
    review(value=first, reviewer=qian, is_accepted=False, reason="与年报不符")
    assert shown() is None
    second = report(reporter=he, value=Decimal("80"))
    review(value=second, reviewer=qian)
    assert shown() == Decimal("80")
    tried = attempts_of(measure=first.measure, starts_on=YEAR[0], ends_on=YEAR[1])
    assert [(each.attempt, each.value) for each in tried] == [(1, Decimal("81.5")), (2, Decimal("80"))]


def test_an_accepted_value_holds_until_another_is_accepted(he: User, qian: User) -> None:
    review(value=report(reporter=he), reviewer=qian)
    again = report(reporter=he, value=Decimal("79"))
    assert shown() == Decimal("81.5")
    review(value=again, reviewer=qian)
    assert shown() == Decimal("79")


def test_nobody_reviews_what_they_entered(he: User) -> None:
    value = report(reporter=he)
    with pytest.raises(ReporterMayNotReview):
        review(value=value, reviewer=he)
    with pytest.raises(IntegrityError, match="value_review_by_another_person"), transaction.atomic():
        ValueReview.objects.create(value=value, verdict="ACCEPTED", reported_by=he, reviewed_by=he, reviewed_at=NOON)


def test_a_verdict_stands(he: User, qian: User) -> None:
    value = report(reporter=he)
    review(value=value, reviewer=qian)
    with pytest.raises(AlreadyReviewed):
        review(value=value, reviewer=make_reviewer(name="sun"), is_accepted=False, reason="再看看")


def test_a_second_value_waits_for_the_review_of_the_first(he: User) -> None:
    report(reporter=he)
    with pytest.raises(AwaitingReview):
        report(reporter=he)
    report(reporter=he, starts_on=dt.date(2024, 1, 1), ends_on=dt.date(2024, 12, 31))
    assert IndicatorValue.objects.count() == 2
    assert Evidence.objects.count() == 2, "no file of the refused one stays"


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"department": "区卫健委"}, NotOfDepartment),
        ({"number": 11}, NotReported),
        ({"starts_on": dt.date(2026, 1, 1)}, PeriodWrong),
        ({"ends_on": TODAY + dt.timedelta(days=1)}, PeriodWrong),
        ({"value": None, "value_text": "很好"}, ValueMissing),
        ({"number": 30, "value": None, "value_text": "  "}, ValueMissing),
        ({"data": b""}, EvidenceMissing),
        ({"data": b"MZ\x90"}, EvidenceRefused),
        ({"data": b"%PDF-" + b"0" * EVIDENCE_BYTES_MAX}, EvidenceTooLarge),
    ],
)
def test_what_is_not_taken_leaves_nothing(he: User, changed: dict[str, Any], refusal: type[DomainError]) -> None:
    if "department" in changed:
        changed = changed | {"department": department_called(changed["department"])}
    with pytest.raises(refusal):
        report(reporter=he, **changed)
    assert not IndicatorValue.objects.exists()
    assert not Evidence.objects.exists()


def test_where_the_target_is_words_words_will_do(he: User, qian: User) -> None:
    value = report(reporter=he, number=30, value=None, value_text="示范各完成 1 项")
    review(value=value, reviewer=qian)
    assert latest_values()[value.measure_id].value_text == "示范各完成 1 项"


@pytest.mark.parametrize("table", TABLES)
def test_nothing_of_it_is_changed_or_deleted(he: User, qian: User, zhao: User, table: str) -> None:
    review(value=report(reporter=he), reviewer=qian)
    set_deadline(indicator=None, starts_on=YEAR[0], ends_on=YEAR[1], due_on=TODAY, officer=zhao, now=NOON)
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"evidence": None}, "indicator_value_reported_with_evidence"),
        ({"attempt": 0}, "indicator_value_reported_with_evidence"),
        ({"attempt": None}, "indicator_value_reported_with_evidence"),
    ],
)
def test_the_database_itself_wants_evidence(he: User, changed: dict[str, Any], name: str) -> None:
    proof = Evidence.objects.create(file_name="a.pdf", kind="pdf", byte_count=1, digest="0" * 64, data=b"x")
    said: dict[str, Any] = {"evidence": proof, "attempt": 1, "reported_by": he} | changed
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        IndicatorValue.objects.create(
            measure=measure_of(number=5), starts_on=YEAR[0], ends_on=YEAR[1], value=1, recorded_at=NOON, **said
        )


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"byte_count": 0}, "evidence_size"),
        ({"byte_count": EVIDENCE_BYTES_MAX + 1}, "evidence_size"),
        ({"data": b""}, "evidence_size"),
        ({"kind": "exe"}, "evidence_kind_known"),
    ],
)
def test_the_database_itself_bounds_a_file(changed: dict[str, Any], name: str) -> None:
    said: dict[str, Any] = {"file_name": "a", "kind": "pdf", "byte_count": 1, "digest": "0" * 64, "data": b"x"}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Evidence.objects.create(**said | changed)


def test_the_last_deadline_holds_and_one_of_the_indicator_goes_first(zhao: User, he: User, qian: User) -> None:
    kegong = [department_called("区科工局")]

    def due(**changed: Any) -> None:
        said: dict[str, Any] = {"indicator": None, "starts_on": YEAR[0], "ends_on": YEAR[1], "officer": zhao}
        set_deadline(**said | {"due_on": TODAY - dt.timedelta(days=5), "now": NOON} | changed)

    assert duties(departments=kegong, today=TODAY) == []
    due()
    all_of_it = duties(departments=kegong, today=TODAY)
    assert {duty.standing.overdue_days for duty in all_of_it} == {5}
    assert len(all_of_it) == len(measures_of_departments(departments=kegong))
    due(due_on=TODAY)  # moved for all
    due(indicator=Indicator.objects.get(number=5), due_on=TODAY - dt.timedelta(days=2))
    late = [duty for duty in duties(departments=kegong, today=TODAY) if duty.standing.overdue_days]
    assert [(duty.measure.indicator.number, duty.standing.overdue_days) for duty in late] == [(5, 2)]
    value = report(reporter=he)
    of_5 = next(duty for duty in duties(departments=None, today=TODAY) if duty.measure.indicator.number == 5)
    assert (of_5.standing.state, of_5.standing.overdue_days, of_5.standing.entered_late_days) == ("WAITING", 0, 2)
    review(value=value, reviewer=qian, is_accepted=False, reason="材料看不清")
    of_5 = duties(departments=kegong, today=TODAY)[0]
    assert (of_5.standing.state, of_5.standing.overdue_days) == (DutyState.RETURNED, 2)


@pytest.mark.parametrize(
    ("number", "ends_on", "due_on", "refusal"),
    [
        (11, YEAR[1], TODAY, NotReported),
        (5, dt.date(2024, 12, 31), TODAY, PeriodWrong),
        (5, YEAR[1], dt.date(2025, 12, 30), DeadlineTooEarly),
    ],
)
def test_a_deadline_that_cannot_be(
    zhao: User, number: int, ends_on: dt.date, due_on: dt.date, refusal: type[DomainError]
) -> None:
    indicator = Indicator.objects.get(number=number)
    with pytest.raises(refusal):
        set_deadline(indicator=indicator, starts_on=YEAR[0], ends_on=ends_on, due_on=due_on, officer=zhao, now=NOON)
    assert not ReportDeadline.objects.exists()


def test_the_database_itself_keeps_a_deadline_after_its_period(zhao: User) -> None:
    for ends_on, name in ((YEAR[0] - dt.timedelta(1), "days_in_order"), (YEAR[1], "after_the_period")):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            ReportDeadline.objects.create(
                starts_on=YEAR[0], ends_on=ends_on, due_on=YEAR[0] - dt.timedelta(1), set_by=zhao, set_at=NOON
            )


def test_duties_take_three_queries_however_many(zhao: User, he: User, django_assert_num_queries: Any) -> None:
    set_deadline(indicator=None, starts_on=YEAR[0], ends_on=YEAR[1], due_on=TODAY, officer=zhao, now=NOON)
    report(reporter=he)
    with django_assert_num_queries(3):
        assert len(duties(departments=None, today=TODAY)) == 42


@contextmanager
def _own_connection() -> Iterator[None]:
    try:
        yield
    finally:
        connections.close_all()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_enter_at_once_make_one_attempt() -> None:
    he, tao = make_reporter(), make_reporter(name="tao")
    barrier, refused = threading.Barrier(2), []

    def enter(reporter: User) -> None:
        with _own_connection():
            barrier.wait(10)
            try:
                report(reporter=reporter)
            except AwaitingReview as error:
                refused.append(error)

    threads = [threading.Thread(target=enter, args=(reporter,)) for reporter in (he, tao)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [value.attempt for value in IndicatorValue.objects.all()] == [1]
    assert len(refused) == 1
