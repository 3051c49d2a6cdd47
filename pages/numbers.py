"""Numbers in forms and addresses: whatever somebody wrote there."""

DIGITS_MAX = 18  # fits a database's bigint; Python refuses to read one of thousands of digits


def whole_number(*, text: str) -> int | None:
    """The number of that text in digits; None where it is none, or has too many."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX else None
