"""Proves published months, and compares them with what the same month comes to today."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from django.db import connection

from indicators.facts import Period
from indicators.models import Publication, PublishedFigure
from indicators.published import FIRST_PREVIOUS_DIGEST, figure_digest, frozen_figure, publication_digest
from indicators.queries.report import figures_everywhere
from points.audit.report import Fault
from points.triggers import missing_triggers

PUBLISHED_TABLES = ("indicators_publicationproposal", "indicators_publication", "indicators_publishedfigure")
PARTS = ("value", "numerator", "denominator")
OTHER_FIELDS = ("sample_count", "stages", "formula_version")


@dataclass(frozen=True, slots=True)
class Restatement:
    """One field of a published figure that is another today. `by` is exact, empty where a side is no number."""

    publication: Publication
    code: str
    measure: str
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


def published_faults() -> list[Fault]:
    """Every published row that is not as it was confirmed, in the order of the chain."""
    faults = [
        Fault(kind="trigger_missing", row=name, message="数据库的防改触发器缺失 (a trigger is gone)")
        for name in missing_triggers(connection=connection)
        if name.startswith(PUBLISHED_TABLES)
    ]
    previous_digest, number = FIRST_PREVIOUS_DIGEST, 0
    for publication in Publication.objects.select_related("proposal").order_by("number"):
        row = f"publication {publication.number}"
        if publication.number != number + 1:
            faults.append(Fault("publication_missing", f"publication {number + 1}", "发布缺失 (a publication is gone)"))
        if bytes(publication.previous_digest) != previous_digest:
            faults.append(Fault("chain_broken", row, "与前一次发布的摘要不相接"))
        faults += _faults_of_rows(publication=publication)
        previous_digest, number = bytes(publication.digest), publication.number
    return faults


def restatements(*, publication: Publication) -> list[Restatement]:
    """What the month comes to today where that is not what was published, the district first. Changes nothing."""
    period = Period(starts_on=publication.starts_on, ends_on=publication.ends_on)
    published = {_key(figure): figure for figure in publication.figures.all()}
    found: list[Restatement] = []
    for computed, place, figure in figures_everywhere(period=period):
        today = frozen_figure(computed=computed, community_id=place.community_id if place else None, figure=figure)
        before = published.get(_key(today)) or PublishedFigure()
        for field in (*PARTS, *OTHER_FIELDS):
            was, is_now = (_text(getattr(each, field)) for each in (before, today))
            if was != is_now:
                found.append(
                    Restatement(
                        publication=publication,
                        code=computed.code,
                        measure=computed.measure or "",
                        community=place.name if place else None,
                        field=field,
                        published=was,
                        today=is_now,
                        by=str(Fraction(is_now) - Fraction(was)) if field in PARTS and was and is_now else "",
                    )
                )
    return found


def latest_publications() -> list[Publication]:
    """Of each published month the one that was confirmed last, by month."""
    by_month = {publication.starts_on: publication for publication in Publication.objects.order_by("number")}
    return [by_month[starts_on] for starts_on in sorted(by_month)]


def _faults_of_rows(*, publication: Publication) -> Iterator[Fault]:
    stored: list[bytes] = []
    for figure in publication.figures.order_by("pk"):
        if figure_digest(figure=figure, number=publication.number) != bytes(figure.digest):
            place = f"community {figure.community_id}" if figure.community_id else "district"
            name = f"figure {figure.pk} {publication.starts_on:%Y-%m} {figure.code} {figure.measure}".strip()
            yield Fault("figure_altered", f"{name} {place}", "内容与摘要不符 (edited after publishing)")
        stored.append(bytes(figure.digest))
    row = f"publication {publication.number}"
    digest = publication_digest(publication=publication, figure_digests=stored)
    if len(stored) != publication.figure_count or digest != bytes(publication.digest):
        message = f"发布或其指标与封存摘要不符:应有 {publication.figure_count} 项,现有 {len(stored)} 项"
        yield Fault("publication_altered", row, message)
    proposal = publication.proposal
    if (proposal.proposed_by_id, proposal.stage, proposal.starts_on) != (
        publication.proposed_by_id,
        publication.stage,
        publication.starts_on,
    ):
        yield Fault("proposal_altered", f"proposal {proposal.pk}", "提议与发布不符 (edited after publishing)")


def _key(figure: PublishedFigure) -> tuple[str, str, int | None]:
    return figure.code, figure.measure, figure.community_id


def _text(field: object) -> str:
    return "" if field is None else str(field)
