"""What a customer's orders come to, at a glance: sums, the last one, the rhythm, what is open (R-015, R-036, R-119)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median_low
from typing import Final

from crm.orders.states import OWING, PLACED

RHYTHM_DAYS: Final = 3
"""From so many days with orders on there is a rhythm."""
RHYTHM_OF: Final = 13
"""The rhythm is that of the last so many days with orders: what a customer does now, not years ago."""


@dataclass(frozen=True)
class Dealing:
    """One order, as far as it is needed here. ``gross_minor`` are minor units of ``currency``."""

    state: str
    day: date
    currency: str
    gross_minor: int


@dataclass(frozen=True)
class Figures:
    """Amounts are gross, in minor units of ``currency``; orders in other currencies are counted, not added.

    ``rhythm_days`` is the usual time between two days with orders, None without one; ``expected_on`` when the next order
    would come by it. ``limit_minor`` None: no limit is set. ``open_minor`` counts against the limit.
    """

    currency: str
    this_year_minor: int
    this_year_orders: int
    last_year_minor: int
    last_year_orders: int
    last_on: date | None
    rhythm_days: int | None
    expected_on: date | None
    open_minor: int
    open_orders: int
    limit_minor: int | None

    @property
    def free_minor(self) -> int | None:
        """What may still be ordered on credit; below 0 when the limit is passed; None without a limit."""
        return None if self.limit_minor is None else self.limit_minor - self.open_minor


def figures_of(
    dealings: Iterable[Dealing], *, currency: str, limit_minor: int | None, today: date
) -> Figures:
    """The figures of one customer, from all its orders that are not deleted."""
    orders = list(dealings)
    placed = [order for order in orders if order.state in PLACED]
    owing = [order for order in orders if order.state in OWING]
    days = sorted({order.day for order in placed})
    rhythm = rhythm_of(days)

    def in_year(year: int) -> list[Dealing]:
        return [order for order in placed if order.day.year == year]

    def summed(some: Iterable[Dealing]) -> int:
        return sum(order.gross_minor for order in some if order.currency == currency)

    return Figures(
        currency=currency,
        this_year_minor=summed(in_year(today.year)),
        this_year_orders=len(in_year(today.year)),
        last_year_minor=summed(in_year(today.year - 1)),
        last_year_orders=len(in_year(today.year - 1)),
        last_on=days[-1] if days else None,
        rhythm_days=rhythm,
        expected_on=days[-1] + timedelta(days=rhythm) if days and rhythm is not None else None,
        open_minor=summed(owing),
        open_orders=len(owing),
        limit_minor=limit_minor,
    )


def rhythm_of(days: list[date]) -> int | None:
    """The usual gap between days with orders, given in order; a single long pause does not change it. At least 1."""
    if len(days) < RHYTHM_DAYS:
        return None
    gaps = [(after - before).days for before, after in pairwise(days[-RHYTHM_OF:])]
    return max(int(median_low(gaps)), 1)
