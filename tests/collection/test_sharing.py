"""A truck's net weight is shared to the gram."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.sharing import share_by


@pytest.mark.parametrize(
    ("net_g", "parts", "shares"),
    [
        (1_000, [1, 1, 1], [334, 333, 333]),
        (3_500_000, [400, 300], [2_000_000, 1_500_000]),
        (7, [5], [7]),
        (10, [1, 2], [3, 7]),
        (1, [1, 1], [1, 0]),
    ],
)
def test_what_is_left_goes_to_those_who_lost_most(net_g: int, parts: list[int], shares: list[int]) -> None:
    assert share_by(net_g=net_g, parts=parts) == shares


@given(st.integers(0, 10**11), st.lists(st.integers(1, 10**5), min_size=1, max_size=30))
def test_shares_add_up_and_none_is_a_gram_off(net_g: int, parts: list[int]) -> None:
    shares = share_by(net_g=net_g, parts=parts)
    assert sum(shares) == net_g
    assert all(abs(share * sum(parts) - net_g * part) < sum(parts) for share, part in zip(shares, parts, strict=True))


@pytest.mark.parametrize(("net_g", "parts"), [(1, []), (1, [0, 1]), (1, [-1, 2]), (-1, [1])])
def test_what_cannot_be_shared(net_g: int, parts: list[int]) -> None:
    with pytest.raises(ValueError, match="cannot share"):
        share_by(net_g=net_g, parts=parts)
