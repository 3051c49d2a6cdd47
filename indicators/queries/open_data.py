"""The rows of the open data: what was published, never what is counted today."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from indicators.catalogue import COMPUTED
from indicators.models import Publication, PublishedFigure
from indicators.open_data import withheld_communities

_BY_KEY = {(each.code, each.measure or ""): each for each in COMPUTED}


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A published figure. `community` is empty for the district; numbers are as published, None for no data."""

    community: str
    code: str
    measure: str
    name: str
    unit: str
    value: Fraction | None
    numerator: Fraction | None
    denominator: Fraction | None
    sample_count: int | None
    formula_version: int


@dataclass(frozen=True, slots=True)
class OpenMonth:
    """A publication's open rows, and how many communities are left out."""

    publication: Publication
    rows: Sequence[OpenRow]
    withheld_count: int


def open_month(*, publication: Publication) -> OpenMonth:
    """The district's figures, then each community's by its name. Two queries."""
    figures = list(publication.figures.select_related("community").order_by("community__name", "pk"))
    participants = {figure.community_id: 0 for figure in figures if figure.community_id is not None}
    for figure in figures:
        if figure.community_id is not None and figure.code == "participation_rate":
            participants[figure.community_id] = int(_number(figure.numerator) or 0)
    withheld = withheld_communities(participants=participants)
    shown = [figure for figure in figures if figure.community_id not in withheld]
    shown.sort(key=lambda figure: figure.community_id is not None)
    return OpenMonth(
        publication=publication, rows=[_row(figure=figure) for figure in shown], withheld_count=len(withheld)
    )


def _row(*, figure: PublishedFigure) -> OpenRow:
    computed = _BY_KEY.get((figure.code, figure.measure))
    return OpenRow(
        community=figure.community.name if figure.community else "",
        code=figure.code,
        measure=figure.measure,
        name=computed.name_zh if computed else figure.code,
        unit=computed.unit if computed else "",
        value=_number(figure.value),
        numerator=_number(figure.numerator),
        denominator=_number(figure.denominator),
        sample_count=figure.sample_count,
        formula_version=figure.formula_version,
    )


def _number(text: str) -> Fraction | None:
    return Fraction(text) if text else None
