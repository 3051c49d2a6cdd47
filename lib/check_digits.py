"""ISO/IEC 7064 MOD 11,10: one check digit behind a number that people type."""


def check_digit(*, digits: str) -> str:
    """The digit to put behind `digits` (ASCII digits, at least one), by ISO/IEC 7064, hybrid system MOD 11,10.

    `"0794"` gives `"5"`.

    :raises ValueError: something else than ASCII digits.
    """
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"only digits have a check digit, not {digits!r}")
    product = 10
    for digit in digits:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def has_valid_check_digit(*, number: str) -> bool:
    """Whether the last digit of `number` is the check digit of those before it.

    Catches every single wrong digit and about 98 % of the swaps of two neighbours, as the standard says.
    """
    if not (number.isascii() and number.isdigit() and len(number) > 1):
        return False
    return check_digit(digits=number[:-1]) == number[-1]
