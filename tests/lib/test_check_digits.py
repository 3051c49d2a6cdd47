"""ISO/IEC 7064 MOD 11,10, against its published examples and what the standard promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.check_digits import check_digit, has_valid_check_digit

DIGITS = st.text(alphabet="0123456789", min_size=1, max_size=30)


# 0794 is the standard's own example; the others are a Croatian OIB and a German tax number as their offices print them.
@pytest.mark.parametrize("number", ["07945", "33392005961", "36574261809", "411003000000018", "411003000000026"])
def test_published_numbers_are_valid(number: str) -> None:
    assert has_valid_check_digit(number=number)
    assert check_digit(digits=number[:-1]) == number[-1]


@given(digits=DIGITS)
def test_a_number_is_valid_with_its_own_check_digit_and_no_other(digits: str) -> None:
    valid = [digit for digit in "0123456789" if has_valid_check_digit(number=digits + digit)]
    assert valid == [check_digit(digits=digits)]


@given(digits=DIGITS, data=st.data())
def test_one_wrong_digit_is_always_caught(digits: str, data: st.DataObject) -> None:
    number = digits + check_digit(digits=digits)
    place = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    assert not has_valid_check_digit(number=number[:place] + other + number[place + 1 :])


def test_swapped_neighbours_are_caught_as_often_as_the_standard_says() -> None:
    swaps = missed = 0
    for value in range(10_000):
        number = f"411003{value:08d}"
        number += check_digit(digits=number)
        for place in range(len(number) - 1):
            if number[place] != number[place + 1]:
                swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
                swaps += 1
                missed += has_valid_check_digit(number=swapped)
    assert 0 < missed / swaps < 0.03


@pytest.mark.parametrize("digits", ["", "07a4", "０７９４", "-0794", " 0794"])
def test_only_plain_digits_have_a_check_digit(digits: str) -> None:
    with pytest.raises(ValueError, match="only digits"):
        check_digit(digits=digits)
    assert not has_valid_check_digit(number=digits + "5")
