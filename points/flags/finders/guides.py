"""Searches a period for verdicts of guides on their own households, and for photos that show the same."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.utils import timezone

from lib import dialect
from points.flags.finders.reading import CANDIDATES_MAX, day, span_moments
from points.flags.finding import Finding, Span, rows_kept
from points.flags.rules.guides import is_own_verdict, is_same_photo
from points.flags.thresholds import PHOTO_DISTANCE_MAX
from points.models.flags import FlagKind


def find_own_verdicts(*, span: Span) -> Iterator[Finding]:
    """One finding a guide, household and month of verifying."""
    rows = dialect.fetch(_OWN_VERDICTS, span_moments(span=span))
    judged: defaultdict[tuple[str, int, int, int], list[tuple[Any, ...]]] = defaultdict(list)
    for guide_id, household_id, home_id, drop_off_id, verdict, verified_at, joined_at, left_at in rows:
        at, joined = dialect.moment(value=verified_at), dialect.moment(value=joined_at)
        left = None if left_at is None else dialect.moment(value=left_at)
        if is_own_verdict(verified_at=at, joined_at=joined, left_at=left):
            month = f"{timezone.localdate(at):%Y-%m}"
            judged[month, guide_id, household_id, home_id].append((drop_off_id, verdict, at, joined))
    for (month, guide_id, household_id, home_id), verdicts in judged.items():
        days = [timezone.localdate(at) for _, _, at, _ in verdicts]
        yield Finding(
            kind=FlagKind.OWN_VERDICT,
            subject=f"user/{guide_id}/household/{household_id}",
            occasion=month,
            community_id=home_id,
            household_id=household_id,
            person_id=guide_id,
            starts_on=min(days),
            ends_on=max(days),
            figures={
                "verdict_count": len(verdicts),
                "correct_count": sum(1 for _, verdict, _, _ in verdicts if verdict == "CORRECT"),
                "joined_on": timezone.localdate(verdicts[0][3]).isoformat(),
            },
            drop_off_ids=rows_kept([drop_off_id for drop_off_id, *_ in verdicts]),
        )


def find_same_photos(*, span: Span) -> Iterator[Finding]:
    """One finding a guide (where a person sent the later photo) or else a bin, and day of finding."""
    rows = dialect.fetch(_SAME_PHOTOS, span_moments(span=span))
    by_sender = itemgetter(0, 1, 2)
    likenesses = [(row[0] or 0, row[1], timezone.localdate(dialect.moment(value=row[2])), *row[3:]) for row in rows]
    for (sent_by_id, bin_id, found_on), group in groupby(sorted(likenesses, key=by_sender), key=by_sender):
        same = [
            row
            for row in group
            if is_same_photo(is_identical=bool(row[3]), distance=row[4], is_by_person=bool(sent_by_id))
        ]
        if not same:
            continue
        days = [day(occurred_on) for row in same for occurred_on in row[8:10]]
        households = {row[10] for row in same}
        yield Finding(
            kind=FlagKind.SAME_PHOTO,
            subject=f"user/{sent_by_id}/bin/{bin_id}" if sent_by_id else f"bin/{bin_id}",
            occasion=found_on.isoformat(),
            community_id=same[0][7],
            household_id=households.pop() if len(households) == 1 else None,
            bin_id=bin_id,
            person_id=sent_by_id or None,
            starts_on=min(days),
            ends_on=max(days),
            figures={"pair_count": len(same), "identical_count": sum(1 for row in same if row[3])},
            drop_off_ids=rows_kept(list(dict.fromkeys(drop_off_id for row in same for drop_off_id in row[5:7]))),
        )


_OWN_VERDICTS = f"""
    SELECT v.guide_id, h.id, h.community_id, v.drop_off_id, v.verdict, v.verified_at, m.joined_at, m.left_at
    FROM sorting_verification v
    JOIN households_member m ON m.user_id = v.guide_id
    JOIN sorting_dropoff d ON d.id = v.drop_off_id
    LEFT JOIN sorting_attribution a ON a.drop_off_id = d.id
    JOIN households_household h ON h.id = m.household_id AND h.id = COALESCE(d.household_id, a.household_id)
    WHERE v.verified_at >= %s AND v.verified_at < %s AND v.verdict <> 'WITHDRAWN'
    ORDER BY v.id LIMIT {CANDIDATES_MAX * 10}"""  # noqa: S608

_SAME_PHOTOS = f"""
    SELECT p.sent_by_id, p.bin_id, l.found_at, l.is_identical, l.distance, e.id, d.id, d.community_id, e.occurred_on,
           d.occurred_on, COALESCE(d.household_id, a.household_id)
    FROM sorting_photolikeness l
    JOIN sorting_photo p ON p.id = l.photo_id
    JOIN sorting_photo q ON q.id = l.earlier_id
    JOIN sorting_dropoff d ON d.bin_id = p.bin_id AND d.event_id = p.event_id
    JOIN sorting_dropoff e ON e.bin_id = q.bin_id AND e.event_id = q.event_id AND e.id <> d.id
    LEFT JOIN sorting_attribution a ON a.drop_off_id = d.id
    WHERE l.found_at >= %s AND l.found_at < %s
      AND (l.is_identical OR (p.sent_by_id IS NOT NULL AND l.distance <= {PHOTO_DISTANCE_MAX}))
    ORDER BY l.id LIMIT {CANDIDATES_MAX * 10}"""  # noqa: S608
