"""兑换码: 11 random digits and a check digit, in three groups of four. Typed by people on a keypad of digits.

Digits, because a shopkeeper types them with one hand and nobody confuses O and 0. With 10,000 codes waiting, one in ten
million guesses meets one, and a counter may ask for few that nobody has (points.services.collecting).
"""

import re
import secrets

from lib.check_digits import check_digit, has_valid_check_digit

CODE_LENGTH = 12
_SEPARATORS = re.compile(r"[\s\-·]+")


def new_code() -> str:
    """A code that nobody guesses."""
    digits = f"{secrets.randbelow(10 ** (CODE_LENGTH - 1)):0{CODE_LENGTH - 1}d}"
    return digits + check_digit(digits=digits)


def normal_code(*, text: str) -> str:
    """The code as it is stored, from what was typed or scanned; "" where it cannot be one (a digit is mistyped).

    Full-width digits, spaces and dashes do not matter: `"1234-5678 9016"` gives `"123456789016"` or `""`.
    """
    digits = _SEPARATORS.sub("", text.translate(_HALF_WIDTH))
    return digits if len(digits) == CODE_LENGTH and has_valid_check_digit(number=digits) else ""


def grouped(*, code: str) -> str:
    """As people read it: `"1234 5678 9016"`."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


_HALF_WIDTH = {ord("０") + number: str(number) for number in range(10)}
