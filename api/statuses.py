"""Which status a domain error has on the wire: 404 unknown, 422 cannot be asked, else 409, at odds with what stands."""

from lib.errors import DomainError

CONFLICT = 409

# By code, as the errors of all packages meet here. What is not named is at odds with how things stand: 409.
_STATUS_BY_CODE = {
    "community_unknown": 404,
    "card_unreadable": 422,
    "member_of_another_household": 422,
}


def status_of(*, error: DomainError) -> int:
    """404, 409 or 422."""
    return _STATUS_BY_CODE.get(error.code, CONFLICT)
