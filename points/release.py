"""Release: what nobody judged within the checking window moves from PENDING to AVAILABLE."""

import datetime as dt
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Max

from lib import dialect
from points import ledger, settlement
from points.models import Programme, ProgrammeState, RunKind
from sorting.services.arrivals import stage_arrivals

DAYS_A_RUN = 20_000  # household-days released in one transaction, and one household more at the most
DAYS_A_RUN_SQLITE = 2_000  # bins must get their turn at the one write lock


def release_due(*, now: dt.datetime) -> int:
    """Release what is past its checking window by `now`; returns the points posted. Safe to repeat, and beside a tally.

    A day of which nothing is to be checked any longer is released whole: that time passed is all that happened since
    it was settled, for whoever adds a fact settles it. What is left, days with a newer drop-off or with something on
    record that could not be taken, is settled from its facts.
    """
    points = 0
    for first_id, last_id in _due_households(now=now):
        points += _release_whole_days(first_id=first_id, last_id=last_id, now=now)
    return points + _settle_the_rest(now=now)


def _due_households(*, now: dt.datetime) -> Iterator[tuple[int, int]]:
    """Ranges of household ids with some DAYS_A_RUN due days each, in order: an account is then updated in few runs."""
    days_a_run = DAYS_A_RUN if dialect.is_postgresql() else DAYS_A_RUN_SQLITE
    first_id, last_id, so_far = 0, 0, 0
    for household_id, day_count in dialect.fetch(
        """SELECT household_id, COUNT(*) FROM points_daysettlement
           WHERE next_release_at IS NOT NULL AND next_release_at <= %s GROUP BY household_id ORDER BY household_id""",
        [dialect.adapt(value=now)],
    ):
        first_id = first_id if so_far else household_id
        last_id, so_far = household_id, so_far + day_count
        if so_far >= days_a_run:
            yield first_id, last_id
            so_far = 0
    if so_far:
        yield first_id, last_id


def _release_whole_days(*, first_id: int, last_id: int, now: dt.datetime) -> int:
    """Release the due days of a range of households of which nothing is still to be checked; the points."""
    between = f"BETWEEN {first_id:d} AND {last_id:d}"
    moment = dialect.adapt(value=now)
    with transaction.atomic():
        run_id = ledger.next_run_id()
        ledger.lock_accounts_of(
            household_ids_sql=f"SELECT household_id FROM points_daysettlement WHERE household_id {between} "  # noqa: S608
            f"AND next_release_at IS NOT NULL"
        )
        # Only now that the accounts are locked: a tally that we waited for may have added a drop-off to a day.
        dialect.work_table(
            name="work_release",
            columns="household_id bigint, occurred_on date, points integer, number integer",
        )
        whole_day_count = dialect.execute(
            f"""INSERT INTO work_release
                SELECT s.household_id, s.occurred_on, s.awarded_points - s.released_points, s.settlement_count + 1
                FROM points_daysettlement s
                LEFT JOIN ({_RECENT_DAYS.format(between=between)}) recent
                  ON recent.household_id = s.household_id AND recent.occurred_on = s.occurred_on
                WHERE s.household_id {between} AND s.next_release_at IS NOT NULL AND s.next_release_at <= %s
                  AND s.release_shortfall_points = 0 AND s.awarded_points > s.released_points
                  AND recent.household_id IS NULL
                ORDER BY s.household_id, s.occurred_on""",  # noqa: S608 - whole numbers
            [*[dialect.adapt(value=now - _longest_window())] * 2, moment],
        )
        if not whole_day_count:
            return 0
        dialect.analyze("work_release")
        ledger.begin_staging()
        dialect.execute(
            """INSERT INTO work_transfer
               SELECT r.household_id, p.id, v.id, r.points, 'RELEASE',
                      'day/' || CAST(r.household_id AS varchar) || '/' || CAST(r.occurred_on AS varchar) || '/'
                      || CAST(r.number AS varchar) || '/RELEASE'
               FROM work_release r
               JOIN points_account p ON p.household_id = r.household_id AND p.kind = 'PENDING'
               JOIN points_account v ON v.household_id = r.household_id AND v.kind = 'AVAILABLE'
               ORDER BY r.household_id, r.occurred_on"""
        )
        dialect.execute(
            f"""UPDATE points_daysettlement SET released_points = awarded_points, settlement_count = r.number,
                    next_release_at = NULL, settled_at = {dialect.words()["greatest"]}(settled_at, %s)
                FROM work_release r
                WHERE r.household_id = points_daysettlement.household_id
                  AND r.occurred_on = points_daysettlement.occurred_on""",  # noqa: S608
            [moment],
        )
        return ledger.post_staged(run_id=run_id, kind=RunKind.RELEASE, now=now).points


def _longest_window() -> dt.timedelta:
    """No drop-off is checked longer than this: where programmes differ, some days are settled from their facts."""
    return dt.timedelta(
        seconds=Programme.objects.filter(state=ProgrammeState.APPROVED).aggregate(longest=Max("checking_window_s"))[
            "longest"
        ]
        or 0
    )


def _settle_the_rest(*, now: dt.datetime) -> int:
    points = 0
    while True:
        with transaction.atomic():
            stage_arrivals(batch_ids=())
            if settlement.stage_due_days(now=now) == 0:
                return points
            run_id = ledger.next_run_id()
            settlement.settle_staged_days(now=now)
            points += ledger.post_staged(run_id=run_id, kind=RunKind.RELEASE, now=now).points


# The household-days with a drop-off that may still be in its checking window (received after a moment, given twice).
# One that is not tallied yet, set aside or earns nothing is among them: then the facts decide.
_RECENT_DAYS = """
    SELECT d.household_id, d.occurred_on
    FROM sorting_dropoffbatch b JOIN sorting_dropoff d ON d.batch_id = b.id
    WHERE b.received_at > %s AND d.household_id {between}
    UNION
    SELECT a.household_id, a.occurred_on
    FROM sorting_dropoffbatch b JOIN sorting_dropoff d ON d.batch_id = b.id
    JOIN sorting_attribution a ON a.drop_off_id = d.id
    WHERE b.received_at > %s AND a.household_id {between}"""
