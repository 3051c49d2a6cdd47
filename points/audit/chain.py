"""The chain of digests: every transfer as it was posted, every run behind the one before."""

import hashlib
import itertools
from collections.abc import Iterator

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
    previous_digest, number = FIRST_PREVIOUS_DIGEST, 0
    by_run = _transfers_by_run()
    waiting = next(by_run, None)
    runs = {run.pk: run for run in TallyRun.objects.all()}
    digests: dict[int, tuple[int, bytes]] = {}
    while waiting is not None:
        run_id, transfers = waiting
        digests[run_id] = _check_rows(
            report=report, transfers=transfers, run=runs.get(run_id), previous_digest=_previous(runs.get(run_id))
        )
        waiting = next(by_run, None)
    for run in sorted(runs.values(), key=lambda each: each.number):
        if run.number != number + 1:
            report.add(kind="run_missing", row=f"run {number + 1}", message="结算批次缺失 (a run is gone)")
        if bytes(run.previous_digest) != previous_digest:
            report.add(kind="chain_broken", row=f"run {run.number}", message="与前一批次的摘要不相接")
        count, digest = digests.get(run.pk, (0, run_digest(previous_digest=bytes(run.previous_digest), row_digests=())))
        if count != run.transfer_count or digest != bytes(run.digest):
            report.add(
                kind="run_altered",
                row=f"run {run.number}",
                message=f"批次内的划转与封存摘要不符:应有 {run.transfer_count} 笔,现有 {count} 笔",
            )
        previous_digest, number = bytes(run.digest), run.number


def _previous(run: TallyRun | None) -> bytes:
    return bytes(run.previous_digest) if run else FIRST_PREVIOUS_DIGEST


def _transfers_by_run() -> Iterator[tuple[int, Iterator[Transfer]]]:
    ordered = Transfer.objects.order_by("run_id", "pk").iterator(chunk_size=ROWS_AT_ONCE)
    return itertools.groupby(ordered, key=lambda transfer: transfer.run_id)


def _check_rows(
    *, report: AuditReport, transfers: Iterator[Transfer], run: TallyRun | None, previous_digest: bytes
) -> tuple[int, bytes]:
    stored: list[bytes] = []
    for transfer in transfers:
        if run is None:
            report.add(kind="transfer_orphan", row=_name(transfer), message="不属于任何结算批次 (its run is gone)")
        if row_digest(transfer=transfer) != bytes(transfer.digest):
            report.add(kind="transfer_altered", row=_name(transfer), message="内容与摘要不符 (edited after posting)")
        stored.append(bytes(transfer.digest))
    report.transfer_count += len(stored)
    return len(stored), run_digest(previous_digest=previous_digest, row_digests=stored)


def _name(transfer: Transfer) -> str:
    return f"transfer {transfer.pk} {transfer.reference}"
