"""Claim codes: twelve characters that are typed into a machine once, the last one a check. Pure but for chance."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31, a prime: no 0 O 1 I L, which nobody tells apart on a small screen
RANDOM_COUNT = 11  # 31^11, some 54 bits: with ten guesses a minute nobody finds one
CODE_LENGTH = RANDOM_COUNT + 1


def new_claim_code() -> str:
    """A code as people read it: `7K2M-9PQX-3WDT`."""
    chosen = [secrets.randbelow(len(ALPHABET)) for _ in range(RANDOM_COUNT)]
    code = "".join(ALPHABET[each] for each in [*chosen, _check(chosen)])
    return "-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def normal_claim_code(*, text: str) -> str | None:
    """The code as typed without its dashes and in capitals; None where it is none, or was mistyped.

    One wrong character, or two neighbours swapped, never passes.
    """
    code = "".join(text.split()).replace("-", "").upper()
    if len(code) != CODE_LENGTH or not set(code) <= set(ALPHABET):
        return None
    values = [ALPHABET.index(character) for character in code]
    return code if _check(values[:-1]) == values[-1] else None


def _check(values: list[int]) -> int:
    """Weights 2, 3, 4, … modulo a prime: each place weighs something else, and never 0 or 1 less than the check's."""
    return -sum(weight * value for weight, value in enumerate(values, start=2)) % len(ALPHABET)
