"""What an order comes to: one pure calculation for the laptop, the office and the seal (R-081).

Rounding, stated once; every step rounds halves away from zero to the minor unit:

1. A line's amount is unit price x quantity x (1 - line discount), rounded once.
2. The discount on the order is taken from the sum of those amounts, rounded once; the discounted sum is shared out
   over the lines in proportion to their amounts (`crm.money.share_out`), so the lines add up to it exactly.
3. Tax is computed per line. Prices without tax: tax = share x rate, gross = share + tax. Prices with tax:
   tax = share x rate / (1 + rate), net = share - tax.
4. The totals are the sums of the lines. The list total is the sum of list price x quantity, rounded per line.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from crm.money import BASIS_POINTS, LIMIT_MINOR, MAX_QUANTITY_MILLI, MILLI, round_half_up, share_out

MAX_LINES: Final = 300


class LineFigures(NamedTuple):
    """What the calculation needs of a line: minor units per unit of the line, thousandths, basis points."""

    unit_price_minor: int
    quantity_milli: int
    discount_bp: int
    tax_rate_bp: int
    list_price_minor: int


class LineAmounts(NamedTuple):
    """What a line comes to, in minor units, the order's discount included."""

    net_minor: int
    tax_minor: int
    gross_minor: int


class OrderAmounts(NamedTuple):
    """What an order comes to, in minor units. ``lines`` are in the order they were given."""

    list_total_minor: int
    net_total_minor: int
    tax_total_minor: int
    gross_total_minor: int
    lines: tuple[LineAmounts, ...]


NOTHING: Final = OrderAmounts(0, 0, 0, 0, ())
"""Stands for an order whose figures are out of range; compare by identity."""


def line_amount(figures: LineFigures) -> int:
    """Step 1: the line's amount before the discount on the order."""
    return round_half_up(
        figures.unit_price_minor * figures.quantity_milli * (BASIS_POINTS - figures.discount_bp),
        MILLI * BASIS_POINTS,
    )


def in_bounds(figures: LineFigures) -> bool:
    """Whether the figures can be those of a real line. Others are refused and never computed with."""
    price, quantity, discount, rate, list_price = figures
    return (
        0 <= price < LIMIT_MINOR
        and 0 <= list_price < LIMIT_MINOR
        and 0 <= quantity <= MAX_QUANTITY_MILLI
        and 0 <= discount <= BASIS_POINTS
        and 0 <= rate <= 10 * BASIS_POINTS
        and price * quantity < LIMIT_MINOR * MILLI
        and list_price * quantity < LIMIT_MINOR * MILLI
    )


@lru_cache(maxsize=64)
def possible_amounts(figures: tuple[LineFigures, ...], discount_bp: int, *, is_net: bool) -> OrderAmounts:
    """`order_amounts`, or `NOTHING` when a figure is out of range. Remembered: the office derives, then judges."""
    if len(figures) > MAX_LINES or not 0 <= discount_bp <= BASIS_POINTS or not all(map(in_bounds, figures)):
        return NOTHING
    return order_amounts(figures, discount_bp, is_net=is_net)


def order_amounts(lines: Sequence[LineFigures], discount_bp: int, *, is_net: bool) -> OrderAmounts:
    """Steps 1 to 4. The figures must be `in_bounds` and the discount between 0 and 10,000."""
    amounts = [line_amount(line) for line in lines]
    if discount_bp:
        discounted = round_half_up(sum(amounts) * (BASIS_POINTS - discount_bp), BASIS_POINTS)
        amounts = share_out(discounted, amounts)
    found: list[LineAmounts] = []
    list_total = net_total = tax_total = 0
    for line, amount in zip(lines, amounts, strict=True):
        rate = line.tax_rate_bp
        if is_net:
            net, tax = amount, round_half_up(amount * rate, BASIS_POINTS)
        else:
            tax = round_half_up(amount * rate, BASIS_POINTS + rate)
            net = amount - tax
        found.append(LineAmounts(net, tax, net + tax))
        net_total += net
        tax_total += tax
        list_total += round_half_up(line.list_price_minor * line.quantity_milli, MILLI)
    return OrderAmounts(list_total, net_total, tax_total, net_total + tax_total, tuple(found))
