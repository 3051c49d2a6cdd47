"""户码: DIVISION_CODE, 8 digits of a running serial, one ISO/IEC 7064 MOD 11,10 check digit."""

from django.conf import settings

from households.card_text import CODE_LENGTH
from lib.check_digits import check_digit, has_valid_check_digit

SERIAL_MAX = 99_999_999  # 8 digits


def household_code(*, serial: int) -> str:
    """The code of the household with this serial: `1` gives `"411003000000018"`.

    :raises ValueError: no serial of 1 to 99,999,999.
    """
    if not 1 <= serial <= SERIAL_MAX:
        raise ValueError(f"a household's serial has 8 digits, not {serial}")
    digits = f"{settings.DIVISION_CODE}{serial:08d}"
    return digits + check_digit(digits=digits)


def is_household_code(*, text: str) -> bool:
    """Whether the text has the form of one of our household codes (whoever it belongs to)."""
    return len(text) == CODE_LENGTH and text.startswith(settings.DIVISION_CODE) and has_valid_check_digit(number=text)
