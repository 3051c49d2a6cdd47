"""The ledger: the only writer of transfers, balances and runs. Append-only, and it knows nothing of waste.

Transfers are first staged in the temporary table `work_transfer`, then posted in set-based statements: inserted
with their digests, added to the balances, and sealed as a run whose digest is chained to the run before.

Whoever posts locks the household accounts first (`lock_accounts`), always in order of account id.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from lib import dialect
from lib.errors import DomainError
from points.models import AccountKind, Reason, RunKind
from points.models.ledger import HOUSEHOLD_KINDS

SEAL_LOCK_KEY = 0x66656E66656E  # one for the whole ledger: runs are chained one after the other
FIRST_PREVIOUS_DIGEST = bytes(32)


class InsufficientPoints(DomainError):
    """A transfer would have taken more than the household's account holds."""

    code = "insufficient_points"
    message = "积分不足"


class DuplicateReference(DomainError):
    """A transfer with this reference was posted before."""

    code = "duplicate_reference"
    message = "这笔积分已经记过账"


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer to post. One of the two kinds is the household's, the other the platform's (or both its own)."""

    household_id: int
    debit: AccountKind
    credit: AccountKind
    points: int
    reason: Reason
    reference: str


@dataclass(frozen=True, slots=True)
class Run:
    """A posted run: its key, its place in the chain, and how many transfers and points it holds."""

    run_id: int
    number: int
    transfer_count: int
    points: int


def post(*, lines: Sequence[Line], kind: RunKind, now: datetime) -> Run:
    """Post a few transfers as one run, all or none.

    :raises InsufficientPoints: an account would go below zero; nothing is posted.
    :raises DuplicateReference: a reference was used before; nothing is posted.
    """
    with transaction.atomic():
        run_id = next_run_id()
        household_ids = sorted({line.household_id for line in lines})
        open_accounts(household_ids=household_ids)
        lock_accounts(household_ids=household_ids)
        begin_staging()
        _stage_lines(lines=lines)
        _refuse_repeats()
        _refuse_overdrafts()
        return post_staged(run_id=run_id, kind=kind, now=now)


def begin_staging() -> None:
    """An empty `work_transfer`, to be filled by set-based statements and then posted by `post_staged`."""
    dialect.work_table(
        name="work_transfer",
        columns="household_id bigint, debit_id bigint, credit_id bigint, points integer, reason varchar(8), "
        "reference varchar(80)",
    )


def next_run_id() -> int:
    """A key for a run that will be sealed at the end of this transaction."""
    if dialect.is_postgresql():
        return int(dialect.fetch("SELECT nextval(pg_get_serial_sequence('points_tallyrun', 'id'))")[0][0])
    return int(dialect.fetch("SELECT COALESCE(MAX(id), 0) + 1 FROM points_tallyrun")[0][0])


def platform_account_ids() -> dict[str, int]:
    """The platform's own accounts, by kind."""
    return dict(dialect.fetch("SELECT kind, id FROM points_account WHERE household_id IS NULL"))


def open_accounts(*, household_ids: Iterable[int]) -> None:
    """Make the two accounts of each household that has none yet."""
    open_accounts_of(
        households_sql=f"SELECT id AS household_id FROM households_household WHERE id IN ({_id_list(household_ids)})"  # noqa: S608
    )


def open_accounts_of(*, households_sql: str) -> None:
    """The same for a query with a column `household_id`."""
    for kind in HOUSEHOLD_KINDS:
        dialect.execute(
            f"""INSERT INTO points_account (kind, household_id, balance_points)
                SELECT DISTINCT '{kind.value}', h.household_id, 0 FROM ({households_sql}) h
                WHERE NOT EXISTS (SELECT 1 FROM points_account a
                                  WHERE a.household_id = h.household_id AND a.kind = '{kind.value}')
                ORDER BY h.household_id
                ON CONFLICT DO NOTHING"""  # noqa: S608
        )


def lock_accounts(*, household_ids: Iterable[int]) -> None:
    """Lock the households' accounts until the transaction ends."""
    lock_accounts_of(household_ids_sql=_id_list(household_ids))


def lock_accounts_of(*, household_ids_sql: str) -> None:
    """The same for a list or query of household ids. SQLite's one write lock already covers it."""
    if dialect.is_postgresql():
        # Accounts are locked in id order, so two opposite transfers cannot deadlock.
        dialect.execute(
            f"SELECT id FROM points_account WHERE household_id IN ({household_ids_sql}) "  # noqa: S608
            "ORDER BY id FOR UPDATE"
        )


def post_staged(*, run_id: int, kind: RunKind, now: datetime) -> Run:
    """Post what stands in `work_transfer` as run `run_id`: transfers, balances, seal."""
    transfer_count, points = dialect.fetch("SELECT COUNT(*), COALESCE(SUM(points), 0) FROM work_transfer")[0]
    if transfer_count:
        _insert_transfers(run_id=run_id)
        _update_balances()
    number = _seal(run_id=run_id, kind=kind, transfer_count=int(transfer_count), now=now)
    return Run(run_id=run_id, number=number, transfer_count=int(transfer_count), points=int(points))


def row_digest_text_sql(*, alias: str) -> str:
    """The text under a transfer's digest: "reference|reason|debit|credit|points|household|run"."""
    parts = ("reference", "reason", "debit_id", "credit_id", "points", "household_id", "run_id")
    return " || '|' || ".join(f"CAST({alias}.{part} AS varchar)" for part in parts)


def run_digest(*, previous_digest: bytes, row_digests: Iterable[bytes]) -> bytes:
    """SHA-256 over the digest of the run before and this run's row digests in order of transfer id."""
    digest = hashlib.sha256(previous_digest)
    for row_digest in row_digests:
        digest.update(row_digest)
    return digest.digest()


def _stage_lines(*, lines: Sequence[Line]) -> None:
    platform = platform_account_ids()
    household_ids = {line.household_id for line in lines}
    own = {
        (household_id, kind): account_id
        for account_id, household_id, kind in dialect.fetch(
            f"SELECT id, household_id, kind FROM points_account "  # noqa: S608
            f"WHERE household_id IN ({_id_list(household_ids)})"
        )
    }
    rows = []
    for line in lines:
        debit, credit = (
            own.get((line.household_id, kind.value)) or platform[kind] for kind in (line.debit, line.credit)
        )
        rows.append((line.household_id, debit, credit, line.points, line.reason.value, line.reference))
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO work_transfer VALUES (%s, %s, %s, %s, %s, %s)", rows)


def _refuse_repeats() -> None:
    repeated = dialect.fetch(
        "SELECT t.reference FROM points_transfer t JOIN work_transfer w ON w.reference = t.reference LIMIT 1"
    )
    if repeated:
        raise DuplicateReference(fields={"reference": repeated[0][0]})


def _refuse_overdrafts() -> None:
    short = dialect.fetch(
        f"SELECT a.household_id FROM points_account a JOIN ({_MOVES}) m ON m.account_id = a.id "  # noqa: S608
        "WHERE a.household_id IS NOT NULL AND a.balance_points + m.delta < 0 LIMIT 1"
    )
    if short:
        raise InsufficientPoints(fields={"household": short[0][0]})


_MOVES = """SELECT account_id, SUM(delta) AS delta FROM (
                SELECT credit_id AS account_id, points AS delta FROM work_transfer
                UNION ALL SELECT debit_id, -points FROM work_transfer) each_side
            GROUP BY account_id"""


def _insert_transfers(*, run_id: int) -> None:
    digest = dialect.sha256_sql(text_sql=row_digest_text_sql(alias="w"))
    dialect.execute(
        f"""INSERT INTO points_transfer
                (run_id, debit_id, credit_id, household_id, points, reason, reference, digest)
            SELECT w.run_id, w.debit_id, w.credit_id, w.household_id, w.points, w.reason, w.reference, {digest}
            FROM (SELECT t.*, CAST({run_id:d} AS bigint) AS run_id FROM work_transfer t) w"""  # noqa: S608
    )


def _update_balances() -> None:
    dialect.execute(
        f"""UPDATE points_account SET balance_points = balance_points + m.delta FROM ({_MOVES}) m
            WHERE points_account.id = m.account_id AND points_account.household_id IS NOT NULL
              AND m.delta <> 0"""  # noqa: S608
    )


def _seal(*, run_id: int, kind: RunKind, transfer_count: int, now: datetime) -> int:
    if dialect.is_postgresql():
        # Held until COMMIT: the chain is in the order of commits.
        dialect.execute(f"SELECT pg_advisory_xact_lock({SEAL_LOCK_KEY:d})")
    last = dialect.fetch("SELECT number, digest FROM points_tallyrun ORDER BY number DESC LIMIT 1")
    number, previous_digest = (int(last[0][0]) + 1, bytes(last[0][1])) if last else (1, FIRST_PREVIOUS_DIGEST)
    row_digests = dialect.fetch(
        f"SELECT digest FROM points_transfer WHERE run_id = {run_id:d} ORDER BY id"  # noqa: S608
    )
    digest = run_digest(previous_digest=previous_digest, row_digests=(bytes(row[0]) for row in row_digests))
    dialect.execute(
        "INSERT INTO points_tallyrun (id, number, kind, posted_at, transfer_count, previous_digest, digest) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [run_id, number, kind.value, dialect.adapt(value=now), transfer_count, previous_digest, digest],
    )
    return number


def _id_list(ids: Iterable[int]) -> str:
    return ",".join(str(int(each)) for each in sorted(set(ids))) or "NULL"
