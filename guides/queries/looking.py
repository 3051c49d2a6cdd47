"""Why a household's drop-offs should be looked at, as SQL for lists and for one drop-off."""

import datetime as dt

from guides.looks import RECENTLY_DAYS
from guides.queries.sampling import is_in_sample
from households.models import Household
from lib import dialect
from sorting.models import DropOff, VerificationSource

# Who was ever looked at: a verdict that was withdrawn was a look all the same.
_SEEN = """SELECT o.household_id FROM sorting_verification w JOIN sorting_dropoff o ON o.id = w.drop_off_id
           WHERE {only} AND w.verdict <> 'WITHDRAWN'"""
# Whose bag was wrong since a day, as it stands today.
_WRONG = """SELECT o.household_id FROM sorting_dropoff o JOIN sorting_verification w ON w.drop_off_id = o.id
            WHERE {only} AND o.occurred_on >= %s AND w.verdict IN ('CONTAMINATED', 'MISPLACED')
              AND NOT EXISTS (SELECT 1 FROM sorting_verification l WHERE l.drop_off_id = o.id AND l.id > w.id)"""
# About whose household the bureau has something to judge. A guide is told that there is something, never what.
_FLAGGED = """SELECT f.household_id FROM points_flag f
              WHERE {only} AND f.state = 'OPEN' AND f.kind <> 'OWN_VERDICT'"""
_OF_ONE = "o.household_id = {household}"
_OF_COMMUNITY = "o.community_id = %s AND o.household_id IS NOT NULL"


def was_seen_sql(*, household_sql: str) -> str:
    """An expression: this household was looked at before. No parameters."""
    return f"EXISTS ({_SEEN.format(only=_OF_ONE.format(household=household_sql))})"


def was_wrong_sql(*, household_sql: str) -> str:
    """An expression: a bag of this household was wrong since the day that is its one parameter."""
    return f"EXISTS ({_WRONG.format(only=_OF_ONE.format(household=household_sql))})"


def is_flagged_sql(*, household_sql: str) -> str:
    """An expression: a flag of this household is open. No parameters."""
    return f"EXISTS ({_FLAGGED.format(only=f'f.household_id = {household_sql}')})"


def is_suggested_sql(*, household_sql: str, drawn: str) -> str:
    """A condition for whole lists: seen never, wrong lately, or flagged and not `drawn` (a condition: it is in the
    random sample). Parameters: community, community, day, and those of `drawn`.

    Each set is read once, by the community's rows, however long the list.
    """
    seen, wrong = _SEEN.format(only=_OF_COMMUNITY), _WRONG.format(only=_OF_COMMUNITY)
    flagged = _FLAGGED.format(only="f.household_id IS NOT NULL")
    return f"""({household_sql} IS NOT NULL
                AND ({household_sql} NOT IN ({seen}) OR {household_sql} IN ({wrong})
                     OR {household_sql} IN ({flagged}) AND NOT {drawn}))"""


def wrong_since(*, on: dt.date) -> dt.date:
    """The first day of those that count as lately."""
    return on - dt.timedelta(days=RECENTLY_DAYS)


def source_of(*, drop_off: DropOff, household: Household | None, on: dt.date) -> VerificationSource:
    """Why a verdict of this drop-off is given, for the record: the platform says so, never whoever sends it."""
    if is_in_sample(drop_off=drop_off):
        return VerificationSource.RANDOM_SAMPLE
    if household is None:
        return VerificationSource.FREE
    was_seen, was_wrong = was_seen_sql(household_sql="%s"), was_wrong_sql(household_sql="%s")
    is_flagged = is_flagged_sql(household_sql="%s")
    since = dialect.adapt(value=wrong_since(on=on))
    params = [household.pk, household.pk, since, household.pk]
    ((seen, wrong, flagged),) = dialect.fetch(f"SELECT {was_seen}, {was_wrong}, {is_flagged}", params)
    return VerificationSource.SUGGESTED if wrong or flagged or not seen else VerificationSource.FREE
