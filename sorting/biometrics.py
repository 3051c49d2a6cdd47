"""What looks like somebody's body in data: found by name or by form, and taken out before anything is kept. Pure.

Matching a fingerprint stays on the bin (docs/decisions/0009-fingerprints-stay-on-the-bin.md).
"""

import re

NOTE = "[已删除:疑似生物识别数据 removed: looks biometric]"
TEXT_LENGTH_MIN = 128  # as long as this, hex or Base64 is data of some kind; a hash in hex has 64 characters
NUMBERS_MIN = 32  # as many numbers in a row are a picture or a vector of features
DEPTH_MAX = 32  # deeper than anything that is kept (sorting.services.refusals)

# Within a name without case and separators.
_NAME = (
    "template|minutia|biometric|fingerprint|fingerimage|fingerdata|fpimage|fpdata|fptemp|featurevector|facefeature"
    "|faceimage|facedata|irisdata|irisimage|palmprint|palmvein|voiceprint|wsqimage|iso19794"
    "|指纹|掌纹|人脸|虹膜|声纹|静脉|特征模板|特征值|生物特征"
)
_IN_NAME = re.compile(_NAME)
_NAME_IN_TEXT = re.compile(rf'"[^"]{{0,40}}(?:{_NAME})[^"]{{0,40}}"\s*:')
_SEPARATORS = re.compile(r"[\s_.:-]+")
_WORDS_OF_BYTES = re.compile(r"[A-Za-z0-9+/=_\s-]+")
_BETWEEN_BYTES = re.compile(r"[\s,:;\[\]-]+")
_BYTES_OR_NUMBERS = re.compile(r"[0-9A-Fa-f]+")
_WORD_LENGTH_MIN = 40  # Base64 is broken into lines of 64 or 76; words of a language are shorter
# "FMR\0" (ISO/IEC 19794-2) and a WSQ picture's first bytes, in Base64 and in hex.
_BEGINNINGS = ("Rk1SA", "464d5200", "464D5200", "/6D/pA", "ffa0ffa4", "FFA0FFA4")


def is_biometric_name(*, name: str) -> bool:
    """Whether a field of this name holds something of a body: `fp_template`, `fingerprintImage`, `指纹特征`."""
    return _IN_NAME.search(_SEPARATORS.sub("", name).lower()) is not None


def is_binary_like(*, text: str) -> bool:
    """Whether the text is a longer piece of data in hex, Base64 or numbers, or begins as a template does."""
    if text.startswith(_BEGINNINGS):
        return True
    if len(text) < TEXT_LENGTH_MIN:
        return False
    bare = _BETWEEN_BYTES.sub("", text)
    if len(bare) >= TEXT_LENGTH_MIN and _BYTES_OR_NUMBERS.fullmatch(bare):
        return True
    return any(_is_long_data(words=found[0].split()) for found in _WORDS_OF_BYTES.finditer(text))


def looks_biometric(*, value: object, depth: int = 0) -> bool:
    """Whether a value as JSON gave it holds, however nested, what looks like a template. Empty fields do not."""
    if isinstance(value, str):
        return is_binary_like(text=value) or _NAME_IN_TEXT.search(value.lower()) is not None
    if isinstance(value, dict):
        return _is_minutia(value) or any(
            (_is_something(item) and is_biometric_name(name=str(name)))
            or (depth < DEPTH_MAX and looks_biometric(value=item, depth=depth + 1))
            for name, item in value.items()
        )
    if isinstance(value, list | tuple):
        return _is_vector(value) or (
            depth < DEPTH_MAX and any(looks_biometric(value=item, depth=depth + 1) for item in value)
        )
    return isinstance(value, bytes | bytearray)


def without_biometrics(*, value: object, depth: int = 0) -> object:
    """The same value with a note in the place of everything that looks biometric, and of what is nested too deep."""
    if isinstance(value, dict):
        if _is_minutia(value):
            return NOTE
        return (
            {
                name: NOTE
                if _is_something(item) and is_biometric_name(name=str(name))
                else without_biometrics(value=item, depth=depth + 1)
                for name, item in value.items()
            }
            if depth < DEPTH_MAX
            else "…"
        )
    if isinstance(value, list | tuple):
        if _is_vector(value):
            return NOTE
        return [without_biometrics(value=item, depth=depth + 1) for item in value] if depth < DEPTH_MAX else "…"
    return NOTE if looks_biometric(value=value) else value


def _is_something(item: object) -> bool:
    """Whether a field holds more than nothing, or a yes or no."""
    return item is not None and item != "" and not isinstance(item, bool)


def _is_long_data(*, words: list[str]) -> bool:
    return sum(len(word) for word in words if len(word) >= _WORD_LENGTH_MIN) >= TEXT_LENGTH_MIN


def _is_vector(value: list[object] | tuple[object, ...]) -> bool:
    return len(value) >= NUMBERS_MIN and all(isinstance(item, int | float) for item in value)


def _is_minutia(value: dict[object, object]) -> bool:
    """One point of a fingerprint: where it is, and which way the ridge runs."""
    return {"x", "y"} <= value.keys() and not value.keys().isdisjoint({"theta", "angle", "direction"})
