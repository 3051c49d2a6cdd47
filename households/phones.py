"""Phone numbers in one form, so that the same number is found however it was typed."""

import re

_SEPARATORS = re.compile(r"[\s()（）\-–—.]+")
_LOCAL = re.compile(r"0?[0-9]{5,14}", re.ASCII)
_ABROAD = re.compile(r"\+[1-9][0-9]{5,14}", re.ASCII)
_CHINA = re.compile(r"(?:\+|00)86(?=[0-9]{7,12}$)", re.ASCII)


def normal_phone(*, text: str) -> str | None:
    """Digits only, the prefix of China left out, another country's prefix as `+44…`; None where it is no number.

    `"+86 138-0000-0000"` gives `"13800000000"`, `"0371 6565 1234"` gives `"037165651234"`.
    """
    digits = _CHINA.sub("", _SEPARATORS.sub("", text))
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    return digits if _LOCAL.fullmatch(digits) or _ABROAD.fullmatch(digits) else None
