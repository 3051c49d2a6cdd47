"""The facts of the staged days, counted by category: everything the rules need, in set-based statements.

`work_day` holds the days to settle with the household's home community, `work_rule` what holds there on those days;
the result is `work_part` (by day, category and community of the bin) and `work_category` (by day and category, rated).
A prefix says which drop-offs a figure is of: s_ those that stand, r_ those of them released, c_ those judged CORRECT.
_in and _out count drop-offs inside and outside the window, _kg sums points by weight.
"""

from dataclasses import astuple
from datetime import date, datetime, timedelta

from django.db import connection

from lib import dialect
from points.programmes import load_programme_book
from sorting.categories import WasteCategory

_SETS = ("s", "r", "c")


def make_work_tables() -> None:
    """Empty work tables for one settlement."""
    timestamp = dialect.words()["timestamp"]
    dialect.work_table(
        name="work_day",
        columns=f"household_id bigint, occurred_on date, home_id bigint NOT NULL, released_to {timestamp}",
    )
    dialect.work_table(
        name="work_rule",
        columns="home_id bigint, occurred_on date, category varchar(12), unit varchar(8), points integer, "
        "points_outside integer, weight_g_min integer, drop_offs_max integer, points_max integer, bonus integer, "
        f"penalty integer, window_s integer, released_to {timestamp}",
    )
    counts = ", ".join(f"{each}_in integer, {each}_out integer, {each}_kg integer" for each in _SETS)
    dialect.work_table(
        name="work_part",
        columns="household_id bigint, occurred_on date, category varchar(12), community_id bigint, home_id bigint, "
        f"drop_off_count integer, weight_g bigint, is_all_new smallint, {counts}, misplaced_count integer, "
        f"pending_since {timestamp}",
    )
    dialect.work_table(
        name="work_category",
        columns="household_id bigint, occurred_on date, category varchar(12), home_id bigint, "
        "drop_off_count integer, weight_g bigint, s_points integer, r_points integer, c_points integer, "
        f"misplaced_count integer, pending_since {timestamp}",
    )


def stage_rules(*, now: datetime) -> None:
    """Stage the rules that hold on the staged days, by home community, date and category.

    A category that a programme does not mention earns nothing, and is counted all the same. A drop-off is past the
    checking window when it was received at or before `released_to`.

    :raises LookupError: no programme holds on one of the days.
    """
    book = load_programme_book()
    rows = []
    for home_id, occurred_on in dialect.fetch("SELECT DISTINCT home_id, occurred_on FROM work_day"):
        on = occurred_on if isinstance(occurred_on, date) else date.fromisoformat(occurred_on)
        rules = book.day_rules(community_id=home_id, on=on)
        ends = (
            rules.verdict_bonus_points,
            rules.misplaced_penalty_points,
            rules.checking_window_s,
            dialect.adapt(value=now - timedelta(seconds=rules.checking_window_s)),
        )
        for category in WasteCategory.values:
            rule = rules.rule_of(code=category)
            rows.append((home_id, dialect.adapt(value=on), category, *astuple(rule), *ends))
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * 13)
        cursor.executemany(f"INSERT INTO work_rule VALUES ({marks})", rows)  # noqa: S608
    dialect.analyze("work_day", "work_rule")


def keep_released(*, now: datetime) -> None:
    """Let no day's clock run backwards: what was released by a later moment than `now` is not taken back.

    Workers read their clocks when they begin; a release may come between. Needs the rules, and the accounts locked.
    """
    ahead = dialect.fetch(
        """SELECT DISTINCT w.household_id, w.occurred_on, s.settled_at, r.window_s
           FROM work_day w
           JOIN points_daysettlement s ON s.household_id = w.household_id AND s.occurred_on = w.occurred_on
           JOIN work_rule r ON r.home_id = w.home_id AND r.occurred_on = w.occurred_on
           WHERE s.settled_at > %s""",
        [dialect.adapt(value=now)],
    )
    rows = [
        (dialect.adapt(value=dialect.moment(value=settled_at) - timedelta(seconds=window_s)), household_id, occurred_on)
        for household_id, occurred_on, settled_at, window_s in ahead
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE work_day SET released_to = %s WHERE household_id = %s AND occurred_on = %s", rows
            )


def count_facts() -> None:
    """Fill `work_part` from the drop-offs, attributions and verdicts of batches that are tallied."""
    sums = ", ".join(
        f"SUM(CASE WHEN f.is_{each} = 1 AND f.unit = 'DROP_OFF' AND f.is_in_window THEN 1 ELSE 0 END), "
        f"SUM(CASE WHEN f.is_{each} = 1 AND f.unit = 'DROP_OFF' AND NOT f.is_in_window THEN 1 ELSE 0 END), "
        f"SUM(CASE WHEN f.is_{each} = 1 AND f.unit = 'KG' THEN f.kg_points ELSE 0 END)"
        for each in _SETS
    )
    dialect.execute(
        f"""INSERT INTO work_part
            SELECT f.household_id, f.occurred_on, f.category, f.community_id, f.home_id, COUNT(*),
                   SUM(f.weight_g), MIN(f.is_new), {sums}, SUM(f.is_misplaced),
                   MIN(CASE WHEN f.is_s = 1 AND f.is_r = 0 THEN f.received_at END)
            FROM ({_RATED_FACTS}) f
            GROUP BY f.household_id, f.occurred_on, f.category, f.community_id, f.home_id"""  # noqa: S608
    )


def rate_categories() -> None:
    """Fill `work_category`: the day's points by category, of the drop-offs that stand, are released, are correct."""
    words = dialect.words()
    points = ", ".join(
        f"CASE WHEN r.unit = 'KG' THEN {_limited(f'SUM(p.{each}_kg)')} ELSE {_limited(_best_of(each))} END"
        for each in _SETS
    ).format(**words)
    dialect.execute(
        f"""INSERT INTO work_category
            SELECT p.household_id, p.occurred_on, p.category, p.home_id, SUM(p.drop_off_count), SUM(p.weight_g),
                   {points}, SUM(p.misplaced_count), MIN(p.pending_since)
            FROM work_part p JOIN work_rule r
              ON r.home_id = p.home_id AND r.occurred_on = p.occurred_on AND r.category = p.category
            GROUP BY p.household_id, p.occurred_on, p.category, p.home_id, r.unit, r.points, r.points_outside,
                     r.drop_offs_max, r.points_max"""  # noqa: S608
    )


def _best_of(each: str) -> str:
    """The best drop-offs up to the limit: those inside the window first, since outside never pays more."""
    inside, outside = f"SUM(p.{each}_in)", f"SUM(p.{each}_out)"
    return (
        f"({{least}}({inside}, COALESCE(r.drop_offs_max, {inside})) * r.points"
        f" + {{least}}({outside}, COALESCE({{greatest}}(r.drop_offs_max - {inside}, 0), {outside}))"
        f" * r.points_outside)"
    )


def _limited(points_sql: str) -> str:
    return f"{{least}}({points_sql}, COALESCE(r.points_max, {points_sql}))"


_VERDICTS = """SELECT v.drop_off_id, v.verdict FROM sorting_verification v
               WHERE v.id = (SELECT MAX(w.id) FROM sorting_verification w
                             JOIN sorting_dropoffbatch b ON b.id = w.batch_id AND b.tallied_at IS NOT NULL
                             WHERE w.drop_off_id = v.drop_off_id)"""

_OWN_AND_ATTRIBUTED = """
    SELECT w.household_id, w.occurred_on, w.home_id, d.id, d.batch_id, d.category, d.community_id, d.weight_g,
           d.is_in_window, w.released_to
    FROM work_day w JOIN sorting_dropoff d ON d.household_id = w.household_id AND d.occurred_on = w.occurred_on
    UNION ALL
    SELECT w.household_id, w.occurred_on, w.home_id, d.id, d.batch_id, d.category, d.community_id, d.weight_g,
           d.is_in_window, w.released_to
    FROM work_day w
    JOIN sorting_attribution a ON a.household_id = w.household_id AND a.occurred_on = w.occurred_on
    JOIN sorting_dropoffbatch ab ON ab.id = a.batch_id AND ab.tallied_at IS NOT NULL
    JOIN sorting_dropoff d ON d.id = a.drop_off_id"""

_JUDGED_FACTS = f"""
    SELECT o.household_id, o.occurred_on, o.home_id, o.category, o.community_id, o.weight_g, o.is_in_window,
           r.unit, b.received_at, CASE WHEN n.drop_off_id IS NULL THEN 0 ELSE 1 END AS is_new,
           CASE WHEN b.is_awarding AND o.weight_g >= r.weight_g_min
                     AND COALESCE(v.verdict, '') NOT IN ('CONTAMINATED', 'MISPLACED') THEN 1 ELSE 0 END AS is_s,
           CASE WHEN v.verdict = 'CORRECT' THEN 1 ELSE 0 END AS is_correct,
           CASE WHEN b.received_at <= COALESCE(o.released_to, r.released_to) THEN 1 ELSE 0 END AS is_past_checking,
           CASE WHEN v.verdict = 'MISPLACED' AND b.is_awarding THEN 1 ELSE 0 END AS is_misplaced,
           CAST(o.weight_g AS bigint) * CASE WHEN o.is_in_window THEN r.points ELSE r.points_outside END / 1000
               AS kg_points
    FROM ({_OWN_AND_ATTRIBUTED}) o
    JOIN sorting_dropoffbatch b ON b.id = o.batch_id AND b.tallied_at IS NOT NULL
    JOIN work_rule r ON r.home_id = o.home_id AND r.occurred_on = o.occurred_on AND r.category = o.category
    LEFT JOIN work_new n ON n.drop_off_id = o.id
    LEFT JOIN ({_VERDICTS}) v ON v.drop_off_id = o.id
    WHERE NOT EXISTS (SELECT 1 FROM sorting_setaside s WHERE s.drop_off_id = o.id)"""  # noqa: S608

_RATED_FACTS = f"""
    SELECT j.*, j.is_s * j.is_correct AS is_c,
           j.is_s * CASE WHEN j.is_correct + j.is_past_checking > 0 THEN 1 ELSE 0 END AS is_r
    FROM ({_JUDGED_FACTS}) j"""  # noqa: S608
