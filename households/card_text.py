"""The text that a bin reads from a card, a QR or a keypad, brought into one form so that it can be found."""

import re
from urllib.parse import urlsplit

CARD_TEXT_LENGTH_MAX = 200  # a link with a token fits; anything longer was not read from one of our cards
_CODE_WITH_SEPARATORS = re.compile(r"[\d\s-]+")
CODE_LENGTH = 15
FINGERPRINT_REFERENCE_LENGTH_MAX = 64
# An opaque number of the bin's own: too short and too plain for a template, and a UUID fits.
_FINGERPRINT_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


def card_key(*, text: str) -> str:
    """The form by which a card is found: a link's last part, a household code without separators, else lower case.

    `" https://fenfen.example/c/9F86D081 "` gives `"9f86d081"`; `"411003 0000 0001-8"` gives `"411003000000018"`.

    Returns at most 64 characters; "" where nothing usable was read.
    """
    stripped = text.strip()
    if "://" in stripped:
        stripped = _last_part(link=stripped)
    if _CODE_WITH_SEPARATORS.fullmatch(stripped):
        digits = re.sub(r"[\s-]", "", stripped)
        if len(digits) == CODE_LENGTH:
            return digits
    return stripped.lower()[:64]


def is_fingerprint_reference(*, text: str) -> bool:
    """Whether the text can be the opaque reference by which a bin names whose fingerprint it matched."""
    return _FINGERPRINT_REFERENCE.fullmatch(text) is not None


def _last_part(*, link: str) -> str:
    try:
        return urlsplit(link).path.rstrip("/").rpartition("/")[2]
    except ValueError:  # "https://[" is no address; as a text it is nobody's card
        return link
