"""What published months come to today: each figure as it went out beside what it is now."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Min, QuerySet

from collection.models import Load, Weighing
from households.models import Community, CommunityChange
from indicators.facts import Period
from indicators.models import Publication, PublishedFigure
from indicators.queries.drafts import frozen_figures
from sorting.models import Attribution, DropOff, Verification

PARTS = ("value", "numerator", "denominator")
OTHER_FIELDS = ("sample_count", "stages", "formula_version")


@dataclass(frozen=True, slots=True)
class Restatement:
    """One field of a published figure that is another today. `by` is exact, empty where a side is no number."""

    publication: Publication
    code: str
    measure: str
    community_id: int | None
    community: str | None
    field: str
    published: str
    today: str
    by: str

    def as_json(self) -> dict[str, object]:
        """As the command prints it."""
        return {
            "publication": self.publication.number,
            "month": f"{self.publication.starts_on:%Y-%m}",
            "stage": self.publication.stage,
            "code": self.code,
            "measure": self.measure or None,
            "community": self.community,
            "field": self.field,
            "published": self.published or None,
            "today": self.today or None,
            "by": self.by or None,
        }


@dataclass(frozen=True, slots=True)
class FigurePair:
    """One figure as it was published and as it is today; None where there is none on that side."""

    published: PublishedFigure | None
    today: PublishedFigure | None

    @property
    def either(self) -> PublishedFigure:
        """Whichever there is: both are of one code, measure and community."""
        found = self.published or self.today
        assert found is not None
        return found

    @property
    def changes(self) -> Iterator[tuple[str, str, str]]:
        """Every field that is another today: (field, published, today)."""
        for field in (*PARTS, *OTHER_FIELDS):
            was, is_now = (_text(getattr(each, field, None)) for each in (self.published, self.today))
            if was != is_now:
                yield field, was, is_now


def figure_pairs(*, publication: Publication) -> list[FigurePair]:
    """Every figure of the month, in the order of today's; at the end what was published and is no more."""
    published = {_key(figure): figure for figure in publication.figures.order_by("pk")}
    pairs = [
        FigurePair(published=published.pop(_key(today), None), today=today)
        for today in frozen_figures(period=_period(publication))
    ]
    return pairs + [FigurePair(published=figure, today=None) for figure in published.values()]


def restatements(*, publication: Publication) -> list[Restatement]:
    """What the month comes to today where that is not what was published, the district first. Changes nothing.

    A figure whose formula or community is no more is among them, and one that was not there then.
    """
    return restatements_of(publication=publication, pairs=figure_pairs(publication=publication))


def restatements_of(*, publication: Publication, pairs: Sequence[FigurePair]) -> list[Restatement]:
    """The same of pairs that were read already."""
    names = dict(Community.objects.values_list("pk", "name"))
    return [
        Restatement(
            publication=publication,
            code=pair.either.code,
            measure=pair.either.measure,
            community_id=pair.either.community_id,
            # The row of a community may be gone from the list; its figures are not.
            community=names.get(key, f"{key}") if (key := pair.either.community_id) is not None else None,
            field=field,
            published=was,
            today=is_now,
            by=str(Fraction(is_now) - Fraction(was)) if field in PARTS and was and is_now else "",
        )
        for pair in pairs
        for field, was, is_now in pair.changes
    ]


def latest_publications() -> list[Publication]:
    """Of each published month the one that was confirmed last, by month."""
    by_month = {publication.starts_on: publication for publication in Publication.objects.order_by("number")}
    return [by_month[starts_on] for starts_on in sorted(by_month)]


def late_since(*, publication: Publication) -> dict[int, dt.datetime]:
    """By community, when the first row of the month came to count after it was confirmed: a load or correction of one,
    what bins, cards and guides brought, or a change of the community put on record. The back office's leave none here.
    """
    days = (publication.starts_on, publication.ends_on)
    after = publication.confirmed_at
    tallied: dict[str, Any] = {"batch__tallied_at__gt": after}
    corrections = Weighing.objects.filter(recorded_at__gt=after)
    found: dict[int, dt.datetime] = {}
    _note(found, _firsts(Load.objects.filter(collected_on__range=days, received_at__gt=after), "", "received_at"))
    changes = CommunityChange.objects.filter(valid_from__lte=publication.ends_on, recorded_at__gt=after)
    _note(found, _firsts(changes, "", "recorded_at"))
    for replaced in ("replaces__loads", "replaces_load"):
        within = corrections.filter(**{f"{replaced}__collected_on__range": days})
        _note(found, _firsts(within, f"{replaced}__", "recorded_at"))
    _note(found, _firsts(DropOff.objects.filter(occurred_on__range=days, **tallied), "", "batch__tallied_at"))
    attributions = Attribution.objects.filter(occurred_on__range=days, **tallied)
    _note(found, _firsts(attributions, "household__", "batch__tallied_at"))
    verdicts = Verification.objects.filter(drop_off__occurred_on__range=days, **tallied)
    _note(found, _firsts(verdicts, "drop_off__", "batch__tallied_at"))
    return found


def _firsts(rows: QuerySet[Any], prefix: str, moment: str) -> Iterable[tuple[int, dt.datetime]]:
    firsts: Iterable[tuple[int, dt.datetime]] = rows.values_list(f"{prefix}community_id").annotate(first=Min(moment))
    return firsts


def _note(found: dict[int, dt.datetime], firsts: Iterable[tuple[int, dt.datetime]]) -> None:
    for community_id, first in firsts:
        found[community_id] = min(first, found.get(community_id, first))


def _period(publication: Publication) -> Period:
    return Period(starts_on=publication.starts_on, ends_on=publication.ends_on)


def _key(figure: PublishedFigure) -> tuple[str, str, int | None]:
    return figure.code, figure.measure, figure.community_id


def _text(field: object) -> str:
    return "" if field is None else str(field)
