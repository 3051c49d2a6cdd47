"""Makes tally workers quickly and lets them be killed: a process that has loaded Django and forks a worker a line.

Run as `python -m tests.faults.spawner [--without PROTECTION]`; it prints the pid of each worker. PROTECTION is what a
negative control does without: `transaction` (a run's steps commit one by one) or `claim` (batches are tallied whether
or not somebody else has them, and nobody is kept apart from anybody).
"""

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime

import django


@contextlib.contextmanager
def no_transaction() -> Iterator[None]:
    """Stands where a transaction stood: nothing holds the steps together."""
    yield


def without_transaction() -> None:
    """Each statement commits by itself."""
    from types import SimpleNamespace

    from worker import transaction

    transaction.transaction = SimpleNamespace(atomic=no_transaction)  # type: ignore[assignment,attr-defined]


def without_claim() -> None:
    """No community lock, and a batch is taken though another worker has tallied it meanwhile."""
    from lib import dialect
    from worker import attempts, tally, transaction

    def mark(*, batch_ids: Sequence[int], run_id: int, now: datetime) -> list[int]:
        listed = ",".join(str(each) for each in batch_ids)
        time.sleep(0.02)  # the moment between looking and taking, made long enough to fall into
        dialect.execute(
            f"UPDATE sorting_dropoffbatch SET tallied_at = %s, tally_run_id = %s WHERE id IN ({listed})",
            [dialect.adapt(value=now), run_id],
        )
        return list(batch_ids)

    transaction._mark_tallied = mark
    for module in (tally, transaction, attempts):
        module.try_community_lock = lambda **_: True  # type: ignore[attr-defined]


def work() -> None:
    """Tally until killed."""
    from django.db import DatabaseError, connection
    from django.utils import timezone

    from points.release import release_due
    from worker.tally import tally_next_batch
    from worker.transaction import Fate

    while True:
        try:
            outcome = tally_next_batch(now=timezone.now())
            if outcome.fate is Fate.IDLE:
                release_due(now=timezone.now())
                time.sleep(0.005)
        except DatabaseError:
            connection.close()


def main() -> None:
    """Fork a worker for each line that comes in; end with the input."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    import worker.tally  # noqa: F401 - loaded once, before the forks

    if sys.argv[1:2] == ["--without"]:
        {"transaction": without_transaction, "claim": without_claim}[sys.argv[2]]()
    for _line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                work()
            finally:
                os._exit(1)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        # Reap what was killed meanwhile.
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                continue


if __name__ == "__main__":
    main()
