"""The drop-offs at a point, newest first, with what a guide needs to judge them. One query a page."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from guides.looks import Look, looks
from guides.queries.looking import is_flagged_sql, is_suggested_sql, was_seen_sql, was_wrong_sql, wrong_since
from guides.queries.sampling import day_draws, drawn_sql
from households.card_text import card_key
from households.cards import households_of_cards
from lib import dialect
from people.models import User
from sorting.models import CollectionPoint, Verdict

ROWS_A_PAGE = 30  # a page stays under 30 KB on the wire
LISTED = dt.timedelta(hours=24)  # what is at the point now; older bags are gone
FOUND_WITHIN = dt.timedelta(minutes=10)  # somebody shows the code beside the bin


class Tab(models.TextChoices):
    """Which of the drop-offs."""

    ALL = "all", "全部"
    SUGGESTED = "suggested", "建议"
    SAMPLE = "sample", "随机抽样"


@dataclass(frozen=True, slots=True)
class GivenVerdict:
    """The verdict that stands. `client_id` is its id where the reading guide gave it, else ""."""

    verdict: str
    actual_category: str
    is_own: bool
    client_id: str
    in_force_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """One drop-off in the list. `door` is the household's door, "" where nobody knows whose it is.

    `is_neighbour` is false for a household of a community that is not given to the guide: its door is not shown.
    """

    drop_off_id: int
    bin_id: int
    event_id: str
    occurred_at: dt.datetime
    category: str
    weight_g: int
    has_household: bool
    is_neighbour: bool
    door: str
    verdict: GivenVerdict | None
    looks: tuple[Look, ...]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins: after this drop-off."""

    occurred_at: dt.datetime
    drop_off_id: int


def drop_offs_at_point(
    *,
    point: CollectionPoint,
    guide: User,
    community_ids: Collection[int],
    now: dt.datetime,
    today: dt.date,
    tab: Tab = Tab.ALL,
    after: Cursor | None = None,
) -> list[Listed]:
    """At most ROWS_A_PAGE + 1 drop-offs at the point within LISTED, newest first: the last one says there are more.

    Two queries, however many there are.
    """
    draws = day_draws(community_ids=[point.community_id], days=[today, today - dt.timedelta(days=1)])
    drawn, drawn_params = drawn_sql(draws=draws)
    where = [
        "d.community_id = %s",
        "d.occurred_on >= %s",
        "d.occurred_at >= %s",
        "d.bin_id IN (SELECT s.id FROM sorting_smartbin s WHERE s.point_id = %s)",
    ]
    params: list[Any] = [
        point.community_id,
        dialect.adapt(value=today - dt.timedelta(days=1)),
        dialect.adapt(value=now - LISTED),
        point.pk,
    ]
    if tab is Tab.SAMPLE:
        where.append(drawn)
        params += drawn_params
    elif tab is Tab.SUGGESTED:
        where.append(_UNJUDGED)
        where.append(is_suggested_sql(household_sql=_HOUSEHOLD, drawn=drawn))
        params += [point.community_id, point.community_id, dialect.adapt(value=wrong_since(on=today)), *drawn_params]
    if after is not None:
        where.append("(d.occurred_at < %s OR (d.occurred_at = %s AND d.id < %s))")
        moment = dialect.adapt(value=after.occurred_at)
        params += [moment, moment, after.drop_off_id]
    statement = _page_sql(where=where, drawn=drawn)
    rows = dialect.fetch(
        statement, [*drawn_params, dialect.adapt(value=wrong_since(on=today)), *params, ROWS_A_PAGE + 1]
    )
    return [_listed(row, guide_id=guide.pk, community_ids=community_ids) for row in rows]


def drop_off_of_code(*, text: str, point: CollectionPoint, now: dt.datetime) -> int | None:
    """The key of the last drop-off at this point, within FOUND_WITHIN, of the household whose code or card this is.

    None tells nothing of anybody: no such code, nobody's card, a household that was not here.
    """
    key = card_key(text=text)
    household_id = households_of_cards(reads=[(key, now)])[0] if key else None
    if household_id is None:
        return None
    rows = dialect.fetch(
        """SELECT d.id FROM sorting_dropoff d LEFT JOIN sorting_attribution a ON a.drop_off_id = d.id
           WHERE COALESCE(d.household_id, a.household_id) = %s AND d.community_id = %s AND d.occurred_at >= %s
             AND d.bin_id IN (SELECT s.id FROM sorting_smartbin s WHERE s.point_id = %s)
           ORDER BY d.occurred_at DESC, d.id DESC LIMIT 1""",
        [household_id, point.community_id, dialect.adapt(value=now - FOUND_WITHIN), point.pk],
    )
    return rows[0][0] if rows else None


_HOUSEHOLD = "COALESCE(d.household_id, a.household_id)"
_LAST = "(SELECT MAX(w.id) FROM sorting_verification w WHERE w.drop_off_id = d.id)"
_UNJUDGED = f"""NOT EXISTS (SELECT 1 FROM sorting_verification u
                            WHERE u.id = {_LAST} AND u.verdict <> 'WITHDRAWN')"""  # noqa: S608


def _page_sql(*, where: Sequence[str], drawn: str) -> str:
    # The page's rows are found first, by their keys: the rest is looked up for those alone.
    return f"""
        SELECT d.id, d.bin_id, d.event_id, d.occurred_at, d.category, d.weight_g,
               h.id, h.community_id, h.building, h.unit, h.room,
               v.verdict, v.actual_category, v.guide_id, v.client_id, v.in_force_at,
               {drawn} AS is_drawn, {was_wrong_sql(household_sql="h.id")}, {was_seen_sql(household_sql="h.id")},
               {is_flagged_sql(household_sql="h.id")}
        FROM sorting_dropoff d
        JOIN sorting_dropoffbatch b ON b.id = d.batch_id
        LEFT JOIN sorting_attribution a ON a.drop_off_id = d.id
        LEFT JOIN households_household h ON h.id = {_HOUSEHOLD}
        LEFT JOIN sorting_verification v ON v.id = {_LAST}
        WHERE d.id IN (SELECT d.id FROM sorting_dropoff d
                       JOIN sorting_dropoffbatch b ON b.id = d.batch_id
                       LEFT JOIN sorting_attribution a ON a.drop_off_id = d.id
                       WHERE {" AND ".join(where)}
                       ORDER BY d.occurred_at DESC, d.id DESC LIMIT %s)
        ORDER BY d.occurred_at DESC, d.id DESC"""  # noqa: S608


def _listed(row: Sequence[Any], *, guide_id: int, community_ids: Collection[int]) -> Listed:
    drop_off_id, bin_id, event_id, occurred_at, category, weight_g, *others = row
    household_id, home_id, building, unit, room, *others = others
    verdict, actual_category, by, client_id, in_force_at, is_drawn, was_wrong, was_seen, is_flagged = others
    is_neighbour = household_id is not None and home_id in community_ids
    return Listed(
        drop_off_id=drop_off_id,
        bin_id=bin_id,
        event_id=event_id,
        occurred_at=dialect.moment(value=occurred_at),
        category=category,
        weight_g=weight_g,
        has_household=household_id is not None,
        is_neighbour=is_neighbour,
        door=door_of(building=building, unit=unit, room=room) if is_neighbour else "",
        verdict=GivenVerdict(
            verdict=verdict,
            actual_category=actual_category,
            is_own=by == guide_id,
            client_id=client_id if by == guide_id else "",
            in_force_at=dialect.moment(value=in_force_at),
        )
        if verdict and verdict != Verdict.WITHDRAWN
        else None,
        looks=looks(
            is_drawn=bool(is_drawn),
            has_household=household_id is not None,
            was_wrong=bool(was_wrong),
            was_seen=bool(was_seen),
            is_flagged=bool(is_flagged),
        ),
    )


def door_of(*, building: str, unit: str, room: str) -> str:
    """The door as people write it: 1-2-301."""
    return "-".join(part for part in (building, unit, room) if part)
