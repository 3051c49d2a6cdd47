"""Serials of new households: handed out under a lock, so that two imports at once never take the same one."""

from django.db import connection, transaction
from django.db.models import Max

from households.codes import SERIAL_MAX
from households.models import Household
from lib.dialect import is_postgresql
from lib.errors import DomainError

_LOCK_KEY = 0x66656E66656E  # "fenfen"; any number that nothing else locks


class SerialsUsedUp(DomainError):
    """99,999,999 households were registered."""

    code = "serials_used_up"
    message = "户码已用完"


def lock_registration() -> None:
    """Wait for other registrations to commit, and keep them waiting until this transaction ends.

    SQLite needs nothing: a transaction holds its one write lock from the start.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a registration is locked within a transaction")
    if is_postgresql():
        with connection.cursor() as cursor:
            # A file takes longer than the few seconds that a web request waits for a lock.
            cursor.execute("SET LOCAL lock_timeout = '10min'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])


def next_serials(*, count: int) -> range:
    """The next `count` serials. Call it after `lock_registration`, and use them in the same transaction.

    :raises SerialsUsedUp: the code has no more digits.
    """
    last: int = Household.objects.aggregate(last=Max("serial"))["last"] or 0
    if last + count > SERIAL_MAX:
        raise SerialsUsedUp
    return range(last + 1, last + count + 1)
