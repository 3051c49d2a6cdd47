"""Difference hashes of pictures as a database keeps them: signed, in four bands, and how far two are apart. Pure."""

HASH_BITS = 64
BAND_BITS = 16
BANDS = HASH_BITS // BAND_BITS
DISTANCE_MAX = BANDS - 1  # so few differing bits leave at least one band of four as it was


def signed(*, dhash: int) -> int:
    """The hash (0 to 2^64 - 1) as the signed integer of 64 bits that both databases hold."""
    return dhash - (1 << HASH_BITS) if dhash >> (HASH_BITS - 1) else dhash


def bands(*, dhash: int) -> tuple[int, ...]:
    """Its four parts of 16 bits, the highest first: two hashes at most DISTANCE_MAX bits apart share one of them."""
    return tuple(dhash >> shift & (1 << BAND_BITS) - 1 for shift in range(HASH_BITS - BAND_BITS, -1, -BAND_BITS))


def distance(*, one: int, other: int) -> int:
    """How many bits of two hashes differ, signed or not."""
    return ((one ^ other) & (1 << HASH_BITS) - 1).bit_count()
