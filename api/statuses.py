"""Which status a domain error has on the wire, by its code, as the errors of all packages meet here.

404 there is no such thing (for you), 422 it cannot be asked like this, 429 and 503 later, else 409: it is at odds with
how things stand.
"""

from lib.errors import DomainError

CONFLICT = 409
BUSY_RETRY_S = 5  # a restart of the database takes about as long

_STATUS_BY_CODE = {
    "community_unknown": 404,
    "household_not_before_you": 404,
    "not_found": 404,
    "not_this_shop": 404,
    "redemption_code_unknown": 404,
    "redemption_unknown": 404,
    "verdict_not_found": 404,
    "answer_incomplete": 422,
    "appeal_invalid": 422,
    "card_unreadable": 422,
    "correction_impossible": 422,
    "idempotency_key_unfit": 422,
    "kept_too_long": 422,
    "member_of_another_household": 422,
    "phone_unreadable": 422,
    "pin_mistyped": 422,
    "pin_wrong": 422,
    "problem_invalid": 422,
    "proof_missing": 422,
    "quantity_out_of_range": 422,
    "reason_missing": 422,
    "second_factor_wrong": 422,
    "redemption_code_mistyped": 422,
    "spot_check_invalid": 422,
    "verdict_invalid": 422,
    "redemption_codes_paused": 429,
    "too_many_codes": 429,
    "second_factor_locked": 429,
    "busy": 503,
}
_RETRY_S_BY_CODE = {"redemption_codes_paused": 15 * 60, "busy": BUSY_RETRY_S}


def status_of(*, error: DomainError) -> int:
    """The status."""
    return _STATUS_BY_CODE.get(error.code, CONFLICT)


def headers_of(*, error: DomainError) -> dict[str, str]:
    """Retry-After where waiting helps."""
    retry_s = error.fields.get("retry_after_s", _RETRY_S_BY_CODE.get(error.code))
    return {} if retry_s is None else {"Retry-After": str(retry_s)}
