"""What a published figure, rule and month say, in words that are hashed, and how exact numbers stand as text.

The words of a publication have a format, which is written down in it: 1 had no rules and no reason for waiting records,
2 has them. A chain may begin in one format and go on in the next; each publication is proved in its own.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence

from indicators.catalogue import Computed
from indicators.definitions import DEFINITIONS
from indicators.formulas import Figure, Number
from indicators.models import Publication, PublishedFigure, PublishedRule
from points.models import Programme
from points.queries.programme_spans import ProgrammeSpan

FIRST_PREVIOUS_DIGEST = bytes(32)
DIGEST_FORMAT = 2
FIRST_FORMAT_WITH_RULES = 2
NOT_PUBLISHED = 0  # stands for the publication's number in the digest of what somebody looks at before there is one


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


def frozen_rule(*, span: ProgrammeSpan) -> PublishedRule:
    """A programme's days as they would be published, not yet of a publication and without the digest."""
    return PublishedRule(
        community_id=span.community_id,
        programme=span.programme,
        starts_on=span.starts_on,
        ends_on=span.ends_on,
        programme_digest=programme_digest(programme=span.programme),
    )


def programme_digest(*, programme: Programme) -> str:
    """SHA-256, in hex, of what a programme pays: its own words and those of its rules by category and sub-class."""
    rules = sorted(programme.rules.all(), key=lambda rule: (rule.category, rule.sub_class))
    words: list[object] = [
        programme.pk,
        programme.name,
        programme.community_id,
        programme.holds_from,
        programme.verdict_bonus_points,
        programme.misplaced_penalty_points,
        programme.contaminated_penalty_points,
        programme.streak_days,
        programme.streak_bonus_points,
        programme.checking_window_s,
    ]
    for rule in rules:
        words += [rule.category, rule.sub_class, rule.unit, rule.points, rule.points_outside]
        words += [rule.weight_g_min, rule.drop_offs_a_day_max, rule.points_a_day_max]
    return _sha256_of(*words).hex()


def rule_digest(*, rule: PublishedRule, number: int) -> bytes:
    """SHA-256 of "publication|community|programme|first day|last day|digest of the programme"."""
    return _sha256_of(number, rule.community_id, rule.programme_id, rule.starts_on, rule.ends_on, rule.programme_digest)


def shown_digest(*, figures: Sequence[PublishedFigure], rules: Sequence[PublishedRule]) -> str:
    """In hex, what an officer looks at before there is a publication: every figure and every rule."""
    digest = hashlib.sha256()
    for figure in figures:
        digest.update(figure_digest(figure=figure, number=NOT_PUBLISHED))
    for rule in rules:
        digest.update(rule_digest(rule=rule, number=NOT_PUBLISHED))
    return digest.hexdigest()


def publication_digest(
    *, publication: Publication, figure_digests: Iterable[bytes], rule_digests: Iterable[bytes]
) -> bytes:
    """SHA-256 over the digest before, the publication's own words and its figures' and rules' digests by id."""
    since_second: tuple[object, ...] = ()
    if publication.digest_format >= FIRST_FORMAT_WITH_RULES:
        since_second = (
            publication.digest_format,
            publication.waiting_count,
            publication.stale_reason,
            publication.rule_count,
            publication.proposal.attempt,
            publication.proposal.shown_digest,
        )
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
        *since_second,
    )
    digest = hashlib.sha256(bytes(publication.previous_digest) + own)
    for figure_digest_ in figure_digests:
        digest.update(figure_digest_)
    for rule_digest_ in rule_digests:
        digest.update(rule_digest_)
    return digest.digest()


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat()


def _sha256_of(*parts: object) -> bytes:
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).digest()
