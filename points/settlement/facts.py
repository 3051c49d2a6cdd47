"""The facts of the staged days, counted by category: everything the rules need, in set-based statements.

`work_day` holds the days to settle, `work_rule` the programmes that hold on them; the result is `work_part` (by day,
category and community of the bin) and `work_category` (by day and category, rated). A prefix says which drop-offs a
count is of: s_ those that stand, r_ those of them released, c_ those judged CORRECT. Suffixes: in_ and out_ count
drop-offs inside and outside the window, kg_ sums points by weight.
"""

from datetime import datetime, timedelta

from lib import dialect
from points.models import Programme
from sorting.categories import WasteCategory

_SETS = ("s", "r", "c")


def make_work_tables() -> None:
    """Empty work tables for one settlement."""
    dialect.work_table(
        name="work_day",
        columns="household_id bigint, occurred_on date, programme_id bigint, PRIMARY KEY (household_id, occurred_on)",
    )
    dialect.work_table(
        name="work_rule",
        columns="programme_id bigint, category varchar(12), unit varchar(8), points bigint, points_outside bigint, "
        "weight_g_min bigint, drop_offs_max bigint, points_max bigint, bonus bigint, penalty bigint, "
        f"window_s bigint, released_to {dialect.words()['timestamp']}",
    )
    counts = ", ".join(f"{each}_in bigint, {each}_out bigint, {each}_kg bigint" for each in _SETS)
    dialect.work_table(
        name="work_part",
        columns="household_id bigint, occurred_on date, category varchar(12), community_id bigint, "
        f"programme_id bigint, drop_off_count bigint, weight_g bigint, is_all_new smallint, {counts}, "
        f"misplaced_count bigint, pending_since {dialect.words()['timestamp']}",
    )
    dialect.work_table(
        name="work_category",
        columns="household_id bigint, occurred_on date, category varchar(12), programme_id bigint, "
        "drop_off_count bigint, weight_g bigint, s_points bigint, r_points bigint, c_points bigint, "
        f"misplaced_count bigint, pending_since {dialect.words()['timestamp']}",
    )


def choose_programmes(*, now: datetime) -> None:
    """Give every staged day the programme that holds on it, and stage those programmes' rules.

    A drop-off is past the checking window when it was received at or before `released_to`.
    """
    for programme in Programme.objects.all():
        dialect.execute(
            """INSERT INTO work_rule
               SELECT p.id, r.category, r.unit, r.points, r.points_outside, r.weight_g_min, r.drop_offs_a_day_max,
                      r.points_a_day_max, p.verdict_bonus_points, p.misplaced_penalty_points, p.checking_window_s, %s
               FROM points_programme p JOIN points_pointrule r ON r.programme_id = p.id WHERE p.id = %s""",
            [dialect.adapt(value=now - timedelta(seconds=programme.checking_window_s)), programme.pk],
        )
    _fill_in_missing_rules()
    dialect.execute(
        """UPDATE work_day SET programme_id = chosen.programme_id
           FROM (SELECT pair.community_id, pair.occurred_on,
                        (SELECT p.id FROM points_programme p
                         WHERE p.holds_from <= pair.occurred_on
                           AND (p.community_id IS NULL OR p.community_id = pair.community_id)
                         ORDER BY CASE WHEN p.community_id IS NULL THEN 1 ELSE 0 END, p.holds_from DESC
                         LIMIT 1) AS programme_id
                 FROM (SELECT DISTINCT h.community_id, w.occurred_on FROM work_day w
                       JOIN households_household h ON h.id = w.household_id) pair) chosen,
                households_household home
           WHERE home.id = work_day.household_id AND chosen.community_id = home.community_id
             AND chosen.occurred_on = work_day.occurred_on"""
    )


def _fill_in_missing_rules() -> None:
    """A category that a programme does not mention earns nothing, and is counted all the same."""
    categories = " UNION ALL ".join(f"SELECT '{each}' AS category" for each in WasteCategory.values)
    dialect.execute(
        f"""INSERT INTO work_rule
            SELECT DISTINCT r.programme_id, k.category, 'DROP_OFF', 0, 0, 1, 0, 0, r.bonus, r.penalty, r.window_s,
                   r.released_to
            FROM work_rule r JOIN ({categories}) k
              ON NOT EXISTS (SELECT 1 FROM work_rule o
                             WHERE o.programme_id = r.programme_id AND o.category = k.category)"""  # noqa: S608
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
            SELECT f.household_id, f.occurred_on, f.category, f.community_id, f.programme_id, COUNT(*),
                   SUM(f.weight_g), MIN(f.is_new), {sums}, SUM(f.is_misplaced),
                   MIN(CASE WHEN f.is_s = 1 AND f.is_r = 0 THEN f.received_at END)
            FROM ({_RATED_FACTS}) f
            GROUP BY f.household_id, f.occurred_on, f.category, f.community_id, f.programme_id"""  # noqa: S608
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
            SELECT p.household_id, p.occurred_on, p.category, p.programme_id, SUM(p.drop_off_count), SUM(p.weight_g),
                   {points}, SUM(p.misplaced_count), MIN(p.pending_since)
            FROM work_part p JOIN work_rule r ON r.programme_id = p.programme_id AND r.category = p.category
            GROUP BY p.household_id, p.occurred_on, p.category, p.programme_id, r.unit, r.points, r.points_outside,
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
    SELECT w.household_id, w.occurred_on, w.programme_id, d.id, d.batch_id, d.category, d.community_id, d.weight_g,
           d.is_in_window
    FROM work_day w JOIN sorting_dropoff d ON d.household_id = w.household_id AND d.occurred_on = w.occurred_on
    UNION ALL
    SELECT w.household_id, w.occurred_on, w.programme_id, d.id, d.batch_id, d.category, d.community_id, d.weight_g,
           d.is_in_window
    FROM work_day w
    JOIN sorting_attribution a ON a.household_id = w.household_id AND a.occurred_on = w.occurred_on
    JOIN sorting_dropoffbatch ab ON ab.id = a.batch_id AND ab.tallied_at IS NOT NULL
    JOIN sorting_dropoff d ON d.id = a.drop_off_id"""

_JUDGED_FACTS = f"""
    SELECT o.household_id, o.occurred_on, o.programme_id, o.category, o.community_id, o.weight_g, o.is_in_window,
           r.unit, b.received_at, CASE WHEN n.drop_off_id IS NULL THEN 0 ELSE 1 END AS is_new,
           CASE WHEN b.is_awarding AND o.weight_g >= r.weight_g_min
                     AND COALESCE(v.verdict, '') NOT IN ('CONTAMINATED', 'MISPLACED') THEN 1 ELSE 0 END AS is_s,
           CASE WHEN v.verdict = 'CORRECT' THEN 1 ELSE 0 END AS is_correct,
           CASE WHEN b.received_at <= r.released_to THEN 1 ELSE 0 END AS is_past_checking,
           CASE WHEN v.verdict = 'MISPLACED' AND b.is_awarding THEN 1 ELSE 0 END AS is_misplaced,
           CAST(o.weight_g AS bigint) * CASE WHEN o.is_in_window THEN r.points ELSE r.points_outside END / 1000
               AS kg_points
    FROM ({_OWN_AND_ATTRIBUTED}) o
    JOIN sorting_dropoffbatch b ON b.id = o.batch_id AND b.tallied_at IS NOT NULL
    JOIN work_rule r ON r.programme_id = o.programme_id AND r.category = o.category
    LEFT JOIN work_new n ON n.drop_off_id = o.id
    LEFT JOIN ({_VERDICTS}) v ON v.drop_off_id = o.id
    WHERE NOT EXISTS (SELECT 1 FROM sorting_setaside s WHERE s.drop_off_id = o.id)"""  # noqa: S608

_RATED_FACTS = f"""
    SELECT j.*, j.is_s * j.is_correct AS is_c,
           j.is_s * CASE WHEN j.is_correct + j.is_past_checking > 0 THEN 1 ELSE 0 END AS is_r
    FROM ({_JUDGED_FACTS}) j"""  # noqa: S608
