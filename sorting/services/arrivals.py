"""What newly counts: the drop-offs of claimed batches, and those that attributions in them gave to a household.

Staged in the temporary table `work_new` (drop_off_id, household_id or null, occurred_on, community_id, category,
weight_g, is_arrival): an arrival adds to its community's day; a row that is none was counted there before and is new
to its household only.
"""

from collections.abc import Sequence

from lib import dialect

_COLUMNS = (
    "drop_off_id bigint, household_id bigint, occurred_on date, community_id bigint, category varchar(12), "
    "weight_g bigint, is_arrival smallint"
)


def stage_arrivals(*, batch_ids: Sequence[int], drop_off_ids: Sequence[int] = ()) -> int:
    """Fill `work_new` from batches that were just marked as tallied, and from drop-offs that were set aside before.

    Returns the number of rows staged. Drop-offs that are set aside now are left out.
    """
    dialect.work_table(name="work_new", columns=_COLUMNS)
    batches, drop_offs = _listed(batch_ids), _listed(drop_off_ids)
    staged = dialect.execute(
        f"""INSERT INTO work_new
            SELECT d.id, COALESCE(d.household_id, a.household_id), d.occurred_on, d.community_id, d.category,
                   d.weight_g, 1
            FROM sorting_dropoff d
            LEFT JOIN (SELECT t.drop_off_id, t.household_id FROM sorting_attribution t
                       JOIN sorting_dropoffbatch b ON b.id = t.batch_id AND b.tallied_at IS NOT NULL) a
                   ON a.drop_off_id = d.id
            WHERE {f"d.id IN ({drop_offs})" if drop_off_ids else f"d.batch_id IN ({batches})"}
              AND NOT EXISTS (SELECT 1 FROM sorting_setaside s WHERE s.drop_off_id = d.id)"""  # noqa: S608
    )
    staged += dialect.execute(
        f"""INSERT INTO work_new
            SELECT d.id, a.household_id, d.occurred_on, d.community_id, d.category, d.weight_g, 0
            FROM sorting_attribution a
            JOIN sorting_dropoff d ON d.id = a.drop_off_id
            JOIN sorting_dropoffbatch b ON b.id = d.batch_id AND b.tallied_at IS NOT NULL
            WHERE a.batch_id IN ({batches}) AND d.batch_id NOT IN ({batches})
              AND NOT EXISTS (SELECT 1 FROM sorting_setaside s WHERE s.drop_off_id = d.id)"""  # noqa: S608
    )
    return staged


def touched_days_sql(*, batch_ids: Sequence[int]) -> str:
    """A query for the (household_id, occurred_on) whose facts changed: by `work_new`, or by verdicts in the batches."""
    return f"""SELECT household_id, occurred_on FROM work_new WHERE household_id IS NOT NULL
               UNION
               SELECT COALESCE(d.household_id, a.household_id), d.occurred_on
               FROM sorting_verification v
               JOIN sorting_dropoff d ON d.id = v.drop_off_id
               LEFT JOIN sorting_attribution a ON a.drop_off_id = d.id
               WHERE v.batch_id IN ({_listed(batch_ids)})
                 AND COALESCE(d.household_id, a.household_id) IS NOT NULL"""  # noqa: S608


def _listed(ids: Sequence[int]) -> str:
    return ",".join(str(int(each)) for each in ids) or "NULL"
