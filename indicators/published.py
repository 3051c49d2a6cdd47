"""What a published figure and a publication say, in words that are hashed, and how exact numbers stand as text."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable

from indicators.catalogue import Computed
from indicators.definitions import DEFINITIONS
from indicators.formulas import Figure, Number
from indicators.models import Publication, PublishedFigure

FIRST_PREVIOUS_DIGEST = bytes(32)


def number_text(number: Number | None) -> str:
    """Exact: "350", "7/20"; empty where there is none."""
    return "" if number is None else str(number)


def frozen_figure(*, computed: Computed, community_id: int | None, figure: Figure) -> PublishedFigure:
    """A figure as it would be published, not yet of a publication and without its digest."""
    return PublishedFigure(
        community_id=community_id,
        code=computed.code,
        measure=computed.measure or "",
        value=number_text(figure.value),
        numerator=number_text(figure.numerator),
        denominator=number_text(figure.denominator),
        sample_count=figure.sample_count,
        stages="" if figure.stages is None else json.dumps(dict(figure.stages)),
        formula_version=DEFINITIONS[computed.code, computed.measure].version,
    )


def figure_digest(*, figure: PublishedFigure, number: int) -> bytes:
    """SHA-256 of "publication|community|code|measure|value|numerator|denominator|samples|stages|version"."""
    return _sha256_of(
        number,
        figure.community_id,
        figure.code,
        figure.measure,
        figure.value,
        figure.numerator,
        figure.denominator,
        figure.sample_count,
        figure.stages,
        figure.formula_version,
    )


def publication_digest(*, publication: Publication, figure_digests: Iterable[bytes]) -> bytes:
    """SHA-256 over the digest before, the publication's own words and its figures' digests in order of id."""
    own = _sha256_of(
        publication.number,
        publication.proposal_id,
        publication.starts_on,
        publication.ends_on,
        publication.stage,
        publication.earliest_on,
        publication.proposed_by_id,
        publication.confirmed_by_id,
        publication.confirmed_on,
        _moment(publication.proposal.proposed_at),
        _moment(publication.confirmed_at),
        publication.programme_id,
        publication.is_stale,
        publication.figure_count,
    )
    digest = hashlib.sha256(bytes(publication.previous_digest) + own)
    for figure_digest_ in figure_digests:
        digest.update(figure_digest_)
    return digest.digest()


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat()


def _sha256_of(*parts: object) -> bytes:
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).digest()
