"""How well is sorted, by community: the random sample with what it cannot say, and apart from it everything else."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from django.db import connection, transaction
from django.db.models import Count, Q, Sum

from guides.punctuality import SHIFT_MAX
from guides.queries.sampling import IN_FRAME_SQL, DayDraw, day_draws, ticket_sql
from guides.sample import Interval, threshold, wilson_interval
from households.models import Community
from lib import dialect
from sorting.models import SpotCheck, Verdict, VerificationSource
from sorting.queries.verdicts import verdicts_in_force

PERIOD_DAYS_MAX = 400  # a year and the days to compare it with


@dataclass(frozen=True, slots=True)
class Judged:
    """How many were looked at, and how many of them were right."""

    judged_count: int = 0
    right_count: int = 0

    @property
    def rate(self) -> Fraction | None:
        """Right ÷ judged; None where nothing was judged."""
        return Fraction(self.right_count, self.judged_count) if self.judged_count else None


@dataclass(frozen=True, slots=True)
class SampleAccuracy:
    """The random sample of a period: drawn, judged, right. What was drawn and not judged is the non-response.

    `unjudged_staffed_count` is the part of it that came while a guide was on duty at the point.
    """

    drawn_count: int = 0
    judged: Judged = Judged()
    unjudged_staffed_count: int = 0

    @property
    def unjudged_count(self) -> int:
        """The non-response: it was drawn, and nobody looked."""
        return self.drawn_count - self.judged.judged_count

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval of the rate, by Wilson; it says nothing of what the non-response hides."""
        return wilson_interval(right_count=self.judged.right_count, judged_count=self.judged.judged_count)


@dataclass(frozen=True, slots=True)
class CommunityAccuracy:
    """One community in a period. The four are other measures of other things: never pool them."""

    community_id: int
    name: str
    sample: SampleAccuracy
    suggested: Judged
    free: Judged
    spot_checks: Judged


def accuracy_by_community(*, starts_on: dt.date, ends_on: dt.date) -> list[CommunityAccuracy]:
    """Every community by name, of the drop-offs of these local days. A bounded number of queries.

    :raises ValueError: no period, or one longer than PERIOD_DAYS_MAX.
    """
    day_count = (ends_on - starts_on).days + 1
    if not 1 <= day_count <= PERIOD_DAYS_MAX:
        raise ValueError(f"a period has 1 to {PERIOD_DAYS_MAX} days, not {day_count}")
    communities = list(Community.objects.order_by("name").values_list("pk", "name"))
    samples = _samples(
        community_ids=[community_id for community_id, _ in communities],
        days=[starts_on + dt.timedelta(days=number) for number in range(day_count)],
    )
    others = _judged_otherwise(starts_on=starts_on, ends_on=ends_on)
    checks = _spot_checks(starts_on=starts_on, ends_on=ends_on)
    return [
        CommunityAccuracy(
            community_id=community_id,
            name=name,
            sample=samples.get(community_id, SampleAccuracy()),
            suggested=others[community_id].get(VerificationSource.SUGGESTED, Judged()),
            free=others[community_id].get(VerificationSource.FREE, Judged()),
            spot_checks=checks.get(community_id, Judged()),
        )
        for community_id, name in communities
    ]


def district_sample(*, rows: Iterable[CommunityAccuracy]) -> SampleAccuracy:
    """The communities' samples added up: parts first, the rate last."""
    samples = [row.sample for row in rows]
    return SampleAccuracy(
        drawn_count=sum(each.drawn_count for each in samples),
        judged=Judged(
            judged_count=sum(each.judged.judged_count for each in samples),
            right_count=sum(each.judged.right_count for each in samples),
        ),
        unjudged_staffed_count=sum(each.unjudged_staffed_count for each in samples),
    )


_SAMPLE_SQL = """
    SELECT q.community_id, COUNT(*), COUNT(q.verdict), SUM(CASE WHEN q.verdict = 'CORRECT' THEN 1 ELSE 0 END),
           SUM(CASE WHEN q.verdict IS NULL AND EXISTS (
                   SELECT 1 FROM guides_shift t JOIN sorting_smartbin s ON s.point_id = t.point_id
                   WHERE s.id = q.bin_id AND t.started_at <= q.occurred_at
                     AND (t.ended_at >= q.occurred_at
                          OR t.ended_at IS NULL AND {longest_end} > q.occurred_at)) THEN 1 ELSE 0 END)
    FROM (SELECT d.community_id, d.bin_id, d.occurred_at,
                 (SELECT CASE WHEN v.verdict <> 'WITHDRAWN' THEN v.verdict END FROM sorting_verification v
                  WHERE v.id = (SELECT MAX(w.id) FROM sorting_verification w
                                JOIN sorting_dropoffbatch c ON c.id = w.batch_id AND c.tallied_at IS NOT NULL
                                WHERE w.drop_off_id = d.id
                                  AND (w.source = 'RANDOM_SAMPLE' OR w.verdict = 'WITHDRAWN'))) AS verdict
          FROM sorting_dropoff d
          JOIN sorting_dropoffbatch b ON b.id = d.batch_id AND b.tallied_at IS NOT NULL
          JOIN work_draw k ON k.community_id = d.community_id AND k.on_date = d.occurred_on
          WHERE {in_frame} AND {ticket} < k.below
            AND NOT EXISTS (SELECT 1 FROM sorting_setaside a WHERE a.drop_off_id = d.id)) q
    GROUP BY q.community_id"""


def _samples(*, community_ids: list[int], days: list[dt.date]) -> dict[int, SampleAccuracy]:
    with transaction.atomic():
        _stage(draws=day_draws(community_ids=community_ids, days=days))
        longest_end = dialect.later_sql(moment_sql="t.started_at", seconds_sql=str(int(SHIFT_MAX.total_seconds())))
        ticket = ticket_sql(key_sql="k.day_key")
        rows = dialect.fetch(_SAMPLE_SQL.format(in_frame=IN_FRAME_SQL, ticket=ticket, longest_end=longest_end))
    return {
        community_id: SampleAccuracy(
            drawn_count=drawn, judged=Judged(judged_count=judged, right_count=right), unjudged_staffed_count=staffed
        )
        for community_id, drawn, judged, right, staffed in rows
    }


def _stage(*, draws: list[DayDraw]) -> None:
    dialect.work_table(
        name="work_draw",
        columns=f"community_id bigint, on_date date, day_key varchar(64), below {dialect.words()['bytes']}",
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO work_draw VALUES (%s, %s, %s, %s)",
            [
                (
                    draw.community_id,
                    dialect.adapt(value=draw.on_date),
                    draw.day_key,
                    threshold(rate_permille=draw.rate_permille),
                )
                for draw in draws
            ],
        )
    dialect.analyze("work_draw")


def _judged_otherwise(*, starts_on: dt.date, ends_on: dt.date) -> dict[int, dict[str, Judged]]:
    rows = (
        verdicts_in_force()
        .filter(drop_off__occurred_on__range=(starts_on, ends_on))
        .exclude(source=VerificationSource.RANDOM_SAMPLE)
        .values_list("drop_off__community_id", "source")
        .annotate(judged=Count("pk"), right=Count("pk", filter=Q(verdict=Verdict.CORRECT)))
    )
    found: dict[int, dict[str, Judged]] = defaultdict(dict)
    for community_id, source, judged, right in rows:
        found[community_id][source] = Judged(judged_count=judged, right_count=right)
    return found


def _spot_checks(*, starts_on: dt.date, ends_on: dt.date) -> dict[int, Judged]:
    rows = (
        SpotCheck.objects.filter(checked_on__range=(starts_on, ends_on))
        .values_list("point__community_id")
        .annotate(looked_at=Sum("looked_at_count"), wrong=Sum("wrong_count"))
    )
    return {
        community_id: Judged(judged_count=looked_at, right_count=looked_at - wrong)
        for community_id, looked_at, wrong in rows
    }
