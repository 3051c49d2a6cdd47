"""What is declared of a community changes from a day on; the days before keep what held then."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from households.community_changes import FROM_THE_BEGINNING, Declared, as_its_row_says, declared_on
from households.models import Community, CommunityChange
from lib.errors import DomainError
from people.models import User

COUNT_MAX = 10_000_000  # people or households of one community; a slip of the keyboard is longer
REASON_LENGTH_MAX = 200


class ChangeIncomplete(DomainError):
    """A reason, and counts that can be."""

    code = "change_incomplete"
    message = "没有登记:请写明依据(最多 200 字);户数和人口填 0 到 1000 万,不知道就空着。"


class ChangeDayWrong(DomainError):
    """Before the beginning, or after today."""

    code = "change_day_wrong"
    message = "没有登记:生效日期不能晚于今天,到了那天再登记。"


class NothingChanged(DomainError):
    """It holds already on that day."""

    code = "nothing_changed"
    message = "没有登记:那一天就是这样,没有变化。"


@transaction.atomic
def change_community(
    *, community_id: int, declared: Declared, valid_from: dt.date, reason: str, officer: User, now: dt.datetime
) -> CommunityChange:
    """Put on record what is declared of the community from that day on, until the next later row.

    Figures of earlier days stay, those of later ones follow; what was published shows it as a restatement.

    :raises ChangeIncomplete: no reason, or a count that cannot be.
    :raises ChangeDayWrong: a day to come.
    :raises NothingChanged: it is what holds on that day.
    """
    reason, today = reason.strip(), timezone.localdate(now)
    counts = [count for count in (declared.household_count, declared.resident_count) if count is not None]
    if not 0 < len(reason) <= REASON_LENGTH_MAX or any(not 0 <= count <= COUNT_MAX for count in counts):
        raise ChangeIncomplete
    if not FROM_THE_BEGINNING <= valid_from <= today:
        raise ChangeDayWrong
    # Held until the row is in: of two first changes at once only one carries over what was.
    community = Community.objects.select_for_update().get(pk=community_id)
    if not community.changes.exists():
        _carry_over(community=community, officer=officer, now=now)
    if declared_on(community=community, on=valid_from) == declared:
        raise NothingChanged
    change = _record(
        community=community, declared=declared, valid_from=valid_from, reason=reason, officer=officer, now=now
    )
    _show_today(community=community, today=today)
    return change


def _carry_over(*, community: Community, officer: User, now: dt.datetime) -> None:
    """What the community's own row said is valid from the beginning; a pilot that began on a day, from that day."""
    days = [FROM_THE_BEGINNING]
    if community.pilot_since is not None and community.pilot_since > FROM_THE_BEGINNING:
        days.append(community.pilot_since)
    for day in days:
        _record(
            community=community,
            declared=as_its_row_says(community=community, on=day),
            valid_from=day,
            reason="沿用第一次变更前登记的值",
            officer=officer,
            now=now,
        )


def _record(
    *,
    community: Community,
    declared: Declared,
    valid_from: dt.date,
    reason: str,
    officer: User,
    now: dt.datetime,
) -> CommunityChange:
    return CommunityChange.objects.create(
        community=community,
        valid_from=valid_from,
        is_urban_core=declared.is_urban_core,
        is_pilot=declared.is_pilot,
        household_count=declared.household_count,
        resident_count=declared.resident_count,
        reason=reason,
        recorded_by=officer,
        recorded_at=now,
    )


def _show_today(*, community: Community, today: dt.date) -> None:
    """Lists of communities show what holds today; figures never read it where there are changes."""
    holds = declared_on(community=community, on=today)
    community.is_urban_core, community.is_pilot = holds.is_urban_core, holds.is_pilot
    community.household_count, community.resident_count = holds.household_count, holds.resident_count
    community.pilot_since = community.pilot_since if holds.is_pilot else None
    community.save(update_fields=["is_urban_core", "is_pilot", "household_count", "resident_count", "pilot_since"])
