"""The chain of digests: every transfer as it was posted, every run behind the one before."""

import hashlib
import itertools
from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef

from points.audit.report import AuditReport
from points.ledger import FIRST_PREVIOUS_DIGEST, run_digest
from points.models import TallyRun, Transfer

ROWS_AT_ONCE = 5_000


def row_digest(*, transfer: Transfer) -> bytes:
    """SHA-256 of "reference|reason|debit|credit|points|household|run", computed here and not by the database."""
    parts = (
        transfer.reference,
        transfer.reason,
        transfer.debit_id,
        transfer.credit_id,
        transfer.points,
        transfer.household_id,
        transfer.run_id,
    )
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).digest()


def check_chain(*, report: AuditReport) -> None:
    """Recompute every row's and every run's digest, in the order of the chain."""
    _name_orphans(report=report)
    previous_digest, number = FIRST_PREVIOUS_DIGEST, 0
    groups = _transfers_by_run_number()
    waiting = next(groups, None)
    for run in TallyRun.objects.order_by("number").iterator(chunk_size=ROWS_AT_ONCE):
        if run.number != number + 1:
            report.add(kind="run_missing", row=f"run {number + 1}", message="结算批次缺失 (a run is gone)")
        if bytes(run.previous_digest) != previous_digest:
            report.add(kind="chain_broken", row=f"run {run.number}", message="与前一批次的摘要不相接")
        is_next = waiting is not None and waiting[0] == run.number
        transfers = waiting[1] if waiting is not None and is_next else iter(())
        _check_run(report=report, run=run, transfers=transfers)
        if is_next:
            waiting = next(groups, None)
        previous_digest, number = bytes(run.digest), run.number


def _check_run(*, report: AuditReport, run: TallyRun, transfers: Iterator[Transfer]) -> None:
    stored: list[bytes] = []
    for transfer in transfers:
        if row_digest(transfer=transfer) != bytes(transfer.digest):
            report.add(kind="transfer_altered", row=_name(transfer), message="内容与摘要不符 (edited after posting)")
        stored.append(bytes(transfer.digest))
    report.transfer_count += len(stored)
    digest = run_digest(previous_digest=bytes(run.previous_digest), row_digests=stored)
    if len(stored) != run.transfer_count or digest != bytes(run.digest):
        report.add(
            kind="run_altered",
            row=f"run {run.number}",
            message=f"批次内的划转与封存摘要不符:应有 {run.transfer_count} 笔,现有 {len(stored)} 笔",
        )


def _transfers_by_run_number() -> Iterator[tuple[int, Iterator[Transfer]]]:
    # Beside the runs, which come in the same order: neither is ever held as a whole.
    ordered = Transfer.objects.annotate(run_number=F("run__number")).order_by("run_number", "pk")
    return itertools.groupby(ordered.iterator(chunk_size=ROWS_AT_ONCE), key=lambda transfer: transfer.run_number)


def _name_orphans(*, report: AuditReport) -> None:
    orphans = Transfer.objects.filter(~Exists(TallyRun.objects.filter(pk=OuterRef("run_id")))).order_by("pk")
    for transfer in orphans.iterator(chunk_size=ROWS_AT_ONCE):
        report.transfer_count += 1
        report.add(kind="transfer_orphan", row=_name(transfer), message="不属于任何结算批次 (its run is gone)")


def _name(transfer: Transfer) -> str:
    return f"transfer {transfer.pk} {transfer.reference}"
