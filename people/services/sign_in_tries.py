"""How often an address may be wrong when it signs in by household code and PIN, whichever codes it tries."""

import datetime as dt

from django.db import transaction

from lib.errors import DomainError
from people.models import SignInTry
from people.services.sign_in_codes import take_turns

WRONG_AN_ADDRESS_AN_HOUR_MAX = 20  # a community centre's one address serves many residents
WINDOW = dt.timedelta(hours=1)
KEPT_FOR = dt.timedelta(days=1)


class TooManyTries(DomainError):
    """An address was wrong too often; nothing was compared. `fields["retry_after_s"]` says when to come back."""

    code = "too_many_tries"
    message = "这里试错的次数太多，请稍后再试"


@transaction.atomic
def count_try(*, address: str, now: dt.datetime) -> SignInTry:
    """Count a try and commit it before anything is compared: a hundred at once are still twenty.

    Call it outside of a transaction, or the count of a wrong try would be undone with it.

    :raises TooManyTries: the address was wrong WRONG_AN_ADDRESS_AN_HOUR_MAX times within the hour.
    """
    take_turns(f"sign-in-try/{address}")
    since = now - WINDOW
    tries = list(
        SignInTry.objects.filter(address=address, at__gt=since)
        .order_by("-at")
        .values_list("at", flat=True)[:WRONG_AN_ADDRESS_AN_HOUR_MAX]
    )
    if len(tries) == WRONG_AN_ADDRESS_AN_HOUR_MAX:
        raise TooManyTries(fields={"retry_after_s": int((tries[-1] - since).total_seconds()) + 1})
    return SignInTry.objects.create(address=address, at=now)


def forget_old_tries(*, now: dt.datetime) -> int:
    """Delete tries that limit nobody any more; how many."""
    return SignInTry.objects.filter(at__lt=now - KEPT_FOR).delete()[0]
