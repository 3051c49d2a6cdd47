"""The facts of the staged days, counted by rule, and what they come to: set-based, and held against points.rules.

The result is `work_part` (by day, category, code of the rule and community of the bin), `work_rated` (by day, category
and code, rated) and `work_streak` (what the streak adds to a day).
A prefix says which drop-offs a figure is of: s_ those that stand, r_ those of them released, c_ those judged CORRECT.
_in and _out count drop-offs inside and outside the window, _kg sums points by weight.
"""

from collections.abc import Collection

from lib import dialect

_SETS = ("s", "r", "c")


def count_facts(*, named: Collection[str]) -> None:
    """Fill `work_part` from the drop-offs, attributions and verdicts of batches that are tallied.

    `named` are the codes of sub-classes that have a rule of their own on any staged day.
    """
    counts = ", ".join(f"{each}_in integer, {each}_out integer, {each}_kg integer" for each in _SETS)
    dialect.work_table(
        name="work_part",
        columns="household_id bigint, occurred_on date, category varchar(12), code varchar(20), community_id bigint, "
        f"home_id bigint, drop_off_count integer, weight_g bigint, is_all_new smallint, {counts}, "
        f"penalty_points integer, pending_since {dialect.words()['timestamp']}, correct_count integer, "
        "wrong_count integer",
    )
    sums = ", ".join(
        f"SUM(CASE WHEN f.is_{each} = 1 AND f.unit = 'DROP_OFF' AND f.is_in_window THEN 1 ELSE 0 END), "
        f"SUM(CASE WHEN f.is_{each} = 1 AND f.unit = 'DROP_OFF' AND NOT f.is_in_window THEN 1 ELSE 0 END), "
        f"SUM(CASE WHEN f.is_{each} = 1 AND f.unit = 'KG' THEN f.kg_points ELSE 0 END)"
        for each in _SETS
    )
    dialect.execute(
        f"""INSERT INTO work_part
            SELECT f.household_id, f.occurred_on, f.category, f.code, f.community_id, f.home_id, COUNT(*),
                   SUM(f.weight_g), MIN(f.is_new), {sums}, SUM(f.penalty),
                   MIN(CASE WHEN f.is_s = 1 AND f.is_r = 0 THEN f.received_at END),
                   SUM(f.is_correct), SUM(f.is_wrong)
            FROM ({_rated_facts(named=named)}) f
            GROUP BY f.household_id, f.occurred_on, f.category, f.code, f.community_id, f.home_id"""  # noqa: S608
    )


def rate_facts() -> None:
    """Fill `work_rated`: the day's points by rule, of the drop-offs that stand, are released, are correct."""
    words = dialect.words()
    dialect.work_table(
        name="work_rated",
        columns="household_id bigint, occurred_on date, category varchar(12), home_id bigint, "
        "drop_off_count integer, weight_g bigint, s_points integer, r_points integer, c_points integer, "
        f"penalty_points integer, pending_since {words['timestamp']}, correct_count integer, wrong_count integer",
    )
    points = ", ".join(
        f"CASE WHEN r.unit = 'KG' THEN {_limited(f'SUM(p.{each}_kg)')} ELSE {_limited(_best_of(each))} END"
        for each in _SETS
    ).format(**words)
    # Every sub-class without a rule of its own shares its category's row, so the row of the code itself is enough.
    dialect.execute(
        f"""INSERT INTO work_rated
            SELECT p.household_id, p.occurred_on, p.category, p.home_id, SUM(p.drop_off_count), SUM(p.weight_g),
                   {points}, SUM(p.penalty_points), MIN(p.pending_since), SUM(p.correct_count), SUM(p.wrong_count)
            FROM work_part p JOIN work_rule r
              ON r.home_id = p.home_id AND r.occurred_on = p.occurred_on AND r.category = p.category
                 AND r.code = p.code AND r.sub_class = CASE WHEN p.code = p.category THEN '' ELSE p.code END
            GROUP BY p.household_id, p.occurred_on, p.category, p.code, p.home_id, r.unit, r.points, r.points_outside,
                     r.drop_offs_max, r.points_max"""  # noqa: S608
    )


def rate_streaks() -> None:
    """Fill `work_streak`: what the streak adds to a staged day that earns, after enough earning days in a row.

    Whether a day earns does not depend on the clock, so a day that is not staged is what its settlement says.
    """
    dialect.work_table(name="work_streak", columns="household_id bigint, occurred_on date, points integer")
    if not dialect.fetch("SELECT 1 FROM work_terms WHERE streak_days IS NOT NULL LIMIT 1"):
        return
    dialect.work_table(
        name="work_earning",
        columns="household_id bigint, occurred_on date, streak_from date, streak_days integer, streak_points integer",
    )
    dialect.execute(
        """INSERT INTO work_earning
           SELECT r.household_id, r.occurred_on, MAX(t.streak_from), MAX(t.streak_days), MAX(t.streak_points)
           FROM work_rated r JOIN work_terms t ON t.home_id = r.home_id AND t.occurred_on = r.occurred_on
           GROUP BY r.household_id, r.occurred_on HAVING SUM(r.s_points) > 0"""
    )
    dialect.execute(
        """INSERT INTO work_earning (household_id, occurred_on)
           SELECT DISTINCT s.household_id, s.occurred_on
           FROM work_day w
           JOIN work_terms t ON t.home_id = w.home_id AND t.occurred_on = w.occurred_on
           JOIN points_daysettlement s ON s.household_id = w.household_id
                                      AND s.occurred_on >= t.streak_from AND s.occurred_on < w.occurred_on
           LEFT JOIN work_day staged ON staged.household_id = s.household_id AND staged.occurred_on = s.occurred_on
           WHERE s.awarded_points > s.release_shortfall_points AND staged.household_id IS NULL"""
    )
    dialect.analyze("work_earning")
    dialect.execute(
        """INSERT INTO work_streak
           SELECT e.household_id, e.occurred_on, e.streak_points
           FROM work_earning e
           JOIN work_earning b ON b.household_id = e.household_id
                              AND b.occurred_on >= e.streak_from AND b.occurred_on < e.occurred_on
           GROUP BY e.household_id, e.occurred_on, e.streak_days, e.streak_points
           HAVING COUNT(*) = e.streak_days - 1"""
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
    SELECT w.household_id, w.occurred_on, w.home_id, d.id, d.batch_id, d.category, d.sub_class, d.community_id,
           d.weight_g, d.is_in_window, w.released_to
    FROM work_day w JOIN sorting_dropoff d ON d.household_id = w.household_id AND d.occurred_on = w.occurred_on
    UNION ALL
    SELECT w.household_id, w.occurred_on, w.home_id, d.id, d.batch_id, d.category, d.sub_class, d.community_id,
           d.weight_g, d.is_in_window, w.released_to
    FROM work_day w
    JOIN sorting_attribution a ON a.household_id = w.household_id AND a.occurred_on = w.occurred_on
    JOIN sorting_dropoffbatch ab ON ab.id = a.batch_id AND ab.tallied_at IS NOT NULL
    JOIN sorting_dropoff d ON d.id = a.drop_off_id"""


def _judged_facts(*, named: Collection[str]) -> str:
    listed = ", ".join(f"'{code}'" for code in sorted(named))
    sub_class = f"CASE WHEN o.sub_class IN ({listed}) THEN o.sub_class ELSE '' END" if named else "''"
    return f"""
    SELECT o.household_id, o.occurred_on, o.home_id, o.category, r.code, o.community_id, o.weight_g, o.is_in_window,
           r.unit, b.received_at, CASE WHEN n.drop_off_id IS NULL THEN 0 ELSE 1 END AS is_new,
           CASE WHEN b.is_awarding AND o.weight_g >= r.weight_g_min
                     AND COALESCE(v.verdict, '') NOT IN ('CONTAMINATED', 'MISPLACED') THEN 1 ELSE 0 END AS is_s,
           CASE WHEN v.verdict = 'CORRECT' THEN 1 ELSE 0 END AS is_correct,
           CASE WHEN v.verdict IN ('CONTAMINATED', 'MISPLACED') THEN 1 ELSE 0 END AS is_wrong,
           CASE WHEN b.received_at <= COALESCE(o.released_to, r.released_to) THEN 1 ELSE 0 END AS is_past_checking,
           CASE WHEN NOT b.is_awarding THEN 0 WHEN v.verdict = 'MISPLACED' THEN r.misplaced
                WHEN v.verdict = 'CONTAMINATED' THEN r.contaminated ELSE 0 END AS penalty,
           CAST(o.weight_g AS bigint) * CASE WHEN o.is_in_window THEN r.points ELSE r.points_outside END / 1000
               AS kg_points
    FROM ({_OWN_AND_ATTRIBUTED}) o
    JOIN sorting_dropoffbatch b ON b.id = o.batch_id AND b.tallied_at IS NOT NULL
    JOIN work_rule r ON r.home_id = o.home_id AND r.occurred_on = o.occurred_on AND r.category = o.category
                    AND r.sub_class = {sub_class}
    LEFT JOIN work_new n ON n.drop_off_id = o.id
    LEFT JOIN ({_VERDICTS}) v ON v.drop_off_id = o.id
    WHERE NOT EXISTS (SELECT 1 FROM sorting_setaside s WHERE s.drop_off_id = o.id)"""  # noqa: S608


def _rated_facts(*, named: Collection[str]) -> str:
    return f"""
    SELECT j.*, j.is_s * j.is_correct AS is_c,
           j.is_s * CASE WHEN j.is_correct + j.is_past_checking > 0 THEN 1 ELSE 0 END AS is_r
    FROM ({_judged_facts(named=named)}) j"""  # noqa: S608
