"""Money: exact, one rounding, nothing lost when it is shared out."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.errors import Code, InvalidInput
from crm.money import EXPONENTS, Money, exponent, round_half_up, share_out

WHOLE = st.integers(-(10**20), 10**20)


@pytest.mark.parametrize(
    ("numerator", "denominator", "result"),
    [
        (5, 2, 3),
        (-5, 2, -3),
        (4, 3, 1),
        (-4, 3, -1),
        (1, 2, 1),
        (-1, 2, -1),
        (0, 7, 0),
        (5, -2, -3),
        (49, 100, 0),
    ],
)
def test_halves_go_away_from_zero(numerator: int, denominator: int, result: int) -> None:
    assert round_half_up(numerator, denominator) == result


@given(WHOLE, WHOLE.filter(bool))
def test_rounding_is_never_off_by_more_than_half(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    rounded = round_half_up(numerator, denominator)
    assert abs(rounded - exact) <= Fraction(1, 2)
    assert round_half_up(-numerator, denominator) == -rounded


def test_nothing_divides_by_zero() -> None:
    with pytest.raises(ZeroDivisionError):
        round_half_up(1, 0)


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_parts_add_up_to_the_total(total: int, weights: list[int]) -> None:
    parts = share_out(total, weights)
    assert sum(parts) == total
    assert len(parts) == len(weights)
    whole = sum(weights)
    if whole:
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - Fraction(total * weight, whole)) < 1
            assert weight or part == 0


def test_what_is_left_goes_to_the_largest_remainders_the_earlier_first() -> None:
    assert share_out(100, [1, 1, 1]) == [34, 33, 33]
    assert share_out(5, [1, 2, 1]) == [1, 3, 1]
    assert share_out(26_860_000, [30, 40, 30]) == [8_058_000, 10_744_000, 8_058_000]


def test_total_without_weights_falls_to_the_first() -> None:
    assert share_out(7, [0, 0]) == [7, 0]
    assert share_out(0, []) == []


@pytest.mark.parametrize(("total", "weights"), [(1, []), (-1, [1]), (1, [-1, 2])])
def test_what_cannot_be_shared_out_is_refused(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="sha"):
        share_out(total, weights)


def test_yen_have_no_minor_unit_and_dinars_three_digits() -> None:
    assert (exponent("CNY"), exponent("JPY"), exponent("KWD")) == (2, 0, 3)
    assert all(len(code) == 3 and code.isupper() for code in EXPONENTS)


def test_unknown_currency_is_refused() -> None:
    with pytest.raises(InvalidInput) as error:
        exponent("XXX")
    assert error.value.code == Code.BAD_VALUE


def test_two_currencies_do_not_add_up() -> None:
    assert Money(1, "CNY").plus(Money(2, "CNY")) == Money(3, "CNY")
    with pytest.raises(InvalidInput):
        Money(1, "CNY").plus(Money(2, "EUR"))
