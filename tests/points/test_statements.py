"""The statement: what Zhang holds, and every transfer with the balances that it left behind."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from households.models import Household
from people.models import User
from points.expiry import expire_due
from points.ledger import Line, post
from points.models import AccountKind, Reason, RunKind, Transfer
from points.queries.statements import StatementLine, statement_of
from points.release import release_due
from points.services.corrections import decide_correction, propose_correction
from points.transfer_words import transfer_sentence
from points.triggers import missing_triggers
from sorting.models import SmartBin, Verdict
from tests.builders import at, make_drop_off, make_verification
from tests.worker.test_tally import balances
from worker.tally import drain

DECEMBER = dt.date(2026, 12, 1)


@pytest.fixture
def zhangs_year(zhang: Household, bin_07: SmartBin, chen: User, zhao: User) -> Household:
    """Zhang earns in November and December, is judged, redeems, gets back, is corrected, and lets the rest expire."""
    for on in (dt.date(2026, 11, 23), dt.date(2026, 12, 2), dt.date(2026, 12, 3)):
        make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=on), is_tallied=False)
        drain(now=at(on=on, hour=9))
    good = make_drop_off(smart_bin=bin_07, household=zhang, occurred_at=at(on=on, hour=19), is_tallied=False)
    make_verification(drop_off=good, guide=chen, verdict=Verdict.CORRECT, is_tallied=False)
    drain(now=at(on=on, hour=20))
    release_due(now=at(on=dt.date(2026, 12, 6)))
    for reason, (debit, credit) in {
        Reason.REDEEM: (AccountKind.AVAILABLE, AccountKind.REDEEMED),
        Reason.REFUND: (AccountKind.REDEEMED, AccountKind.AVAILABLE),
    }.items():
        reference = f"redemption/7/{reason.value.lower()}"
        line = Line(zhang.pk, debit=debit, credit=credit, points=30, reason=reason, reference=reference)
        post(lines=[line], kind=RunKind.POST, now=at(on=dt.date(2026, 12, 7)))
    for points in (4, -2):
        proposed = propose_correction(
            household=zhang, points=points, reason="补记", officer=chen, now=at(on=dt.date(2026, 12, 8))
        )
        decide_correction(correction=proposed, is_approved=True, officer=zhao, now=at(on=dt.date(2026, 12, 8)))
    bad = make_drop_off(
        smart_bin=bin_07,
        household=zhang,
        occurred_at=at(on=dt.date(2026, 12, 9)),
        category="RESIDUAL",
        is_tallied=False,
    )
    make_verification(drop_off=bad, guide=chen, verdict=Verdict.MISPLACED, is_tallied=False)
    make_verification(drop_off=good, guide=chen, verdict=Verdict.CONTAMINATED, is_tallied=False)
    drain(now=at(on=dt.date(2026, 12, 9)))
    make_verification(drop_off=bad, guide=chen, verdict=Verdict.WITHDRAWN, is_tallied=False)
    drain(now=at(on=dt.date(2026, 12, 10)))
    expire_due(now=at(on=dt.date(2028, 1, 1)))
    return zhang


def test_every_transfer_is_told_with_what_it_left_behind(zhangs_year: Household) -> None:
    statement = statement_of(household=zhangs_year, line_count=100)
    assert (statement.pending_points, statement.available_points) == balances(zhangs_year) == (0, 0)
    assert statement.next_before_id is None
    assert [line.transfer_id for line in statement.lines] == list(
        Transfer.objects.order_by("-pk").values_list("pk", flat=True)
    )
    pending = available = 0
    for line in reversed(statement.lines):
        pending += line.pending_change
        available += line.available_change
        assert (line.pending_after, line.available_after) == (pending, available), line
        assert min(pending, available) >= 0
    told = [line.sentence for line in reversed(statement.lines)]
    assert told[:3] == ["11月23日投放得 10 分,待核验", "12月2日投放得 10 分,待核验", "12月3日投放得 10 分,待核验"]
    for sentence in (
        "12月3日投放的 10 分已可用",
        "12月3日核验合格,奖励 5 分",
        "兑换奖品(兑换单 7),用去 30 分",
        "兑换单 7 没有领取,退回 30 分",
        "12月9日投放不合格,扣 10 分",
        "12月9日的扣分取消,退回 10 分",
        "12月3日的核验结论有变,收回 15 分",
    ):
        assert sentence in told
    assert told[-1].startswith("到期没有使用,过期 ")
    # A move has its own story: tests/points/test_moving.py.
    assert {line.reason for line in statement.lines} == set(Reason.values) - {Reason.MOVE.value}


def test_pages_follow_each_other_without_gap_or_repeat(zhangs_year: Household) -> None:
    whole = statement_of(household=zhangs_year, line_count=100).lines
    pages: list[StatementLine] = []
    before_id = None
    while True:
        page = statement_of(household=zhangs_year, before_id=before_id, line_count=3)
        assert len(page.lines) <= 3
        pages += page.lines
        before_id = page.next_before_id
        if before_id is None:
            break
    assert tuple(pages) == whole


def test_a_month_is_the_local_month_in_which_it_was_posted(zhangs_year: Household) -> None:
    whole = statement_of(household=zhangs_year, line_count=100).lines
    december = statement_of(household=zhangs_year, month=DECEMBER, line_count=100).lines
    assert december == whole[1:-1]  # not November's award, and not what expired a year later
    november = statement_of(household=zhangs_year, month=dt.date(2026, 11, 30))
    assert november.lines == whole[-1:]
    assert statement_of(household=zhangs_year, month=dt.date(2027, 1, 31)).lines == ()
    first, rest = (
        statement_of(household=zhangs_year, month=DECEMBER, line_count=5, before_id=before).lines
        for before in (None, december[4].transfer_id)
    )
    assert (*first, *rest) == december[:10]


def test_a_statement_is_one_query_and_li_reads_nothing_of_zhangs(zhangs_year: Household, li: Household) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(statement_of(household=zhangs_year).lines) > 10
        empty = statement_of(household=li)
    assert len(queries) == 2
    assert (empty.pending_points, empty.available_points, empty.lines) == (0, 0, ())


@pytest.mark.parametrize(
    ("reason", "reference", "sentence"),
    [
        ("AWARD", "day/3/2026-11-23/1/AWARD", "11月23日投放得 1,200 分,待核验"),
        ("REVERSE", "day/3/2026-11-23/2/UNAWARD", "11月23日投放的待核验积分收回 1,200 分"),
        ("BONUS", "correction/12/BONUS", "工作人员更正(第 12 号),增加 1,200 分"),
        ("REVERSE", "correction/12/REVERSE", "工作人员更正(第 12 号),扣减 1,200 分"),
        ("EXPIRE", "expire/3/77", "到期没有使用,过期 1,200 分"),
        ("REDEEM", "shop-of-old/x", "兑换用去 1,200 分"),
        ("AWARD", "day/3/2026-13-23/1/AWARD", "得 1,200 分,待核验"),
        ("RELEASE", "", "1,200 分已可用"),
    ],
)
def test_a_sentence_says_why_and_what_for(reason: str, reference: str, sentence: str) -> None:
    assert transfer_sentence(reason=reason, reference=reference, points=1_200) == sentence


@pytest.mark.django_db
def test_the_index_by_age_took_the_place_of_the_one_by_household_and_the_triggers_stayed() -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Transfer._meta.db_table)
    by_columns = [each["columns"] for each in found.values() if each["index"]]
    assert ["household_id", "id"] in by_columns
    assert ["household_id"] not in by_columns
    assert missing_triggers(connection=connection) == []
