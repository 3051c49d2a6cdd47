"""Hashes of pictures as a database keeps them."""

import random

from lib.picture_hashes import BANDS, DISTANCE_MAX, bands, distance, signed


def test_a_hash_fits_into_a_signed_integer_of_64_bits_and_keeps_its_distances() -> None:
    dice = random.Random(3)
    for one, other in ((dice.getrandbits(64), dice.getrandbits(64)) for _ in range(200)):
        assert -(2**63) <= signed(dhash=one) < 2**63
        apart = (one ^ other).bit_count()
        assert distance(one=one, other=other) == distance(one=signed(dhash=one), other=signed(dhash=other)) == apart
    assert signed(dhash=2**64 - 1) == -1


def test_two_hashes_of_three_differing_bits_share_a_band_and_of_four_need_not() -> None:
    dice = random.Random(4)
    for _ in range(200):
        one = dice.getrandbits(64)
        other = one
        for bit in dice.sample(range(64), DISTANCE_MAX):
            other ^= 1 << bit
        assert any(mine == theirs for mine, theirs in zip(bands(dhash=one), bands(dhash=other), strict=True))
    assert set(bands(dhash=0)) & set(bands(dhash=0x0001_0001_0001_0001)) == set()
    assert bands(dhash=0x1234_5678_9ABC_DEF0) == (0x1234, 0x5678, 0x9ABC, 0xDEF0)
    assert len(bands(dhash=0)) == BANDS == DISTANCE_MAX + 1
