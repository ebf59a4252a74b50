"""The one calculation of an order's amounts: exact, and no cent lost."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from crm.orders.amounts import LineFigures, in_bounds, line_amount, order_amounts

FIGURES = st.builds(
    LineFigures,
    unit_price_minor=st.integers(0, 10**7),
    quantity_milli=st.integers(0, 10**7),
    discount_bp=st.integers(0, 10_000),
    tax_rate_bp=st.sampled_from([0, 300, 600, 900, 1300, 1900]),
    list_price_minor=st.integers(0, 10**7),
)
ORDERS = st.tuples(st.lists(FIGURES, max_size=12), st.integers(0, 10_000), st.booleans())


def test_scenario_with_prices_without_tax() -> None:
    lines = [
        LineFigures(3_610_000, 6_000, 0, 600, 3_800_000),
        LineFigures(2_600_000, 2_000, 0, 600, 2_600_000),
    ]
    amounts = order_amounts(lines, 0, is_net=True)
    assert [line.net_minor for line in amounts.lines] == [21_660_000, 5_200_000]
    assert amounts[:4] == (28_000_000, 26_860_000, 1_611_600, 28_471_600)


def test_scenario_with_prices_that_hold_the_tax() -> None:
    lines = [
        LineFigures(3_610_000, 6_000, 0, 600, 3_800_000),
        LineFigures(2_600_000, 2_000, 0, 600, 2_600_000),
    ]
    amounts = order_amounts(lines, 0, is_net=False)
    assert amounts.gross_total_minor == 26_860_000
    assert amounts.lines[0] == (20_433_962, 1_226_038, 21_660_000)


def test_twelve_percent_off_the_list() -> None:
    """AS-02, step 3: list 120,000, net 105,600."""
    amounts = order_amounts([LineFigures(12_000_000, 1_000, 0, 0, 12_000_000)], 1_200, is_net=True)
    assert (amounts.list_total_minor, amounts.net_total_minor) == (12_000_000, 10_560_000)


def test_half_a_cent_of_a_line_goes_up() -> None:
    assert line_amount(LineFigures(1, 500, 0, 0, 0)) == 1
    assert line_amount(LineFigures(1, 499, 0, 0, 0)) == 0


def test_order_without_lines_is_nothing() -> None:
    assert order_amounts([], 500, is_net=True) == (0, 0, 0, 0, ())


@given(ORDERS)
def test_totals_are_the_sums_of_the_lines(order: tuple[list[LineFigures], int, bool]) -> None:
    lines, discount_bp, is_net = order
    amounts = order_amounts(lines, discount_bp, is_net=is_net)
    assert amounts.net_total_minor == sum(line.net_minor for line in amounts.lines)
    assert amounts.tax_total_minor == sum(line.tax_minor for line in amounts.lines)
    assert amounts.gross_total_minor == amounts.net_total_minor + amounts.tax_total_minor
    assert all(line.net_minor + line.tax_minor == line.gross_minor for line in amounts.lines)
    assert all(part >= 0 for line in amounts.lines for part in line)


@given(ORDERS)
def test_discount_on_the_order_loses_no_cent(order: tuple[list[LineFigures], int, bool]) -> None:
    lines, discount_bp, is_net = order
    before = sum(line_amount(line) for line in lines)
    after = order_amounts(lines, discount_bp, is_net=is_net)
    total = after.net_total_minor if is_net else after.gross_total_minor
    assert abs(total - Fraction(before * (10_000 - discount_bp), 10_000)) <= Fraction(1, 2)
    shares = [line.net_minor if is_net else line.gross_minor for line in after.lines]
    for line, share in zip(lines, shares, strict=True):
        assert share <= line_amount(line)
        if before:
            assert abs(share - Fraction(total * line_amount(line), before)) < 1


@given(ORDERS)
def test_tax_of_a_line_is_within_half_a_cent(order: tuple[list[LineFigures], int, bool]) -> None:
    lines, discount_bp, is_net = order
    for figures, line in zip(lines, order_amounts(lines, discount_bp, is_net=is_net).lines, strict=True):
        exact = Fraction(line.gross_minor * figures.tax_rate_bp, 10_000 + figures.tax_rate_bp)
        if is_net:
            exact = Fraction(line.net_minor * figures.tax_rate_bp, 10_000)
        assert abs(line.tax_minor - exact) <= Fraction(1, 2)


@given(FIGURES)
def test_real_lines_are_in_bounds(figures: LineFigures) -> None:
    assert in_bounds(figures)


def test_figures_that_no_line_can_have_are_out_of_bounds() -> None:
    real = LineFigures(100, 1_000, 0, 0, 100)
    for name in LineFigures._fields:
        assert not in_bounds(real._replace(**{name: -1}))
        assert not in_bounds(real._replace(**{name: 1 << 61}))
