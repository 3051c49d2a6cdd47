"""Proves published months: the chain, every figure and rule, and the triggers that keep them."""

from collections.abc import Iterator

from django.db import connection

from indicators.models import Publication, PublishedRule
from indicators.published import (
    FIRST_PREVIOUS_DIGEST,
    figure_digest,
    programme_digest,
    publication_digest,
    rule_digest,
)
from points.audit.report import Fault
from points.triggers import missing_triggers

PUBLISHED_TABLES = ("indicators_publi", "indicators_proposalwithdrawal")


def published_faults(*, last_count: int | None = None) -> list[Fault]:
    """Every published row that is not as it was confirmed, in the order of the chain; of the last few, if so asked."""
    faults = [
        Fault(kind="trigger_missing", row=name, message="数据库的防改触发器缺失 (a trigger is gone)")
        for name in missing_triggers(connection=connection)
        if name.startswith(PUBLISHED_TABLES)
    ]
    publications = list(Publication.objects.select_related("proposal__withdrawal").order_by("number"))
    previous_digest, number = FIRST_PREVIOUS_DIGEST, 0
    if last_count is not None and len(publications) > last_count:
        start = publications[-last_count - 1]
        previous_digest, number = bytes(start.digest), start.number
        publications = publications[-last_count:]
    for publication in publications:
        row = f"publication {publication.number}"
        if publication.number != number + 1:
            faults.append(Fault("publication_missing", f"publication {number + 1}", "发布缺失 (a publication is gone)"))
        if bytes(publication.previous_digest) != previous_digest:
            faults.append(Fault("chain_broken", row, "与前一次发布的摘要不相接"))
        faults += _faults_of_rows(publication=publication)
        previous_digest, number = bytes(publication.digest), publication.number
    return faults


def _faults_of_rows(*, publication: Publication) -> Iterator[Fault]:
    stored: list[bytes] = []
    for figure in publication.figures.order_by("pk"):
        if figure_digest(figure=figure, number=publication.number) != bytes(figure.digest):
            place = f"community {figure.community_id}" if figure.community_id else "district"
            name = f"figure {figure.pk} {publication.starts_on:%Y-%m} {figure.code} {figure.measure}".strip()
            yield Fault("figure_altered", f"{name} {place}", "内容与摘要不符 (edited after publishing)")
        stored.append(bytes(figure.digest))
    rules = list(publication.rules.select_related("programme").prefetch_related("programme__rules").order_by("pk"))
    for rule in rules:
        yield from _faults_of_rule(rule=rule, publication=publication)
    row = f"publication {publication.number}"
    digest = publication_digest(
        publication=publication, figure_digests=stored, rule_digests=[bytes(rule.digest) for rule in rules]
    )
    is_whole = (len(stored), len(rules)) == (publication.figure_count, publication.rule_count)
    if not is_whole or digest != bytes(publication.digest):
        message = (
            f"发布或其指标、规则与封存摘要不符:应有 {publication.figure_count} 项指标、{publication.rule_count} 条规则,"
            f"现有 {len(stored)} 项、{len(rules)} 条"
        )
        yield Fault("publication_altered", row, message)
    proposal = publication.proposal
    if (proposal.proposed_by_id, proposal.stage, proposal.starts_on) != (
        publication.proposed_by_id,
        publication.stage,
        publication.starts_on,
    ):
        yield Fault("proposal_altered", f"proposal {proposal.pk}", "提议与发布不符 (edited after publishing)")
    if hasattr(proposal, "withdrawal"):
        yield Fault("withdrawn_published", f"proposal {proposal.pk}", "已撤回,却有发布 (withdrawn and yet published)")


def _faults_of_rule(*, rule: PublishedRule, publication: Publication) -> Iterator[Fault]:
    name = f"rule {rule.pk} {publication.starts_on:%Y-%m} programme {rule.programme_id}"
    if rule_digest(rule=rule, number=publication.number) != bytes(rule.digest):
        yield Fault("rule_altered", name, "内容与摘要不符 (edited after publishing)")
    if programme_digest(programme=rule.programme) != rule.programme_digest:
        yield Fault("programme_altered", name, "积分方案与发布时不同 (the programme is not what it was)")
