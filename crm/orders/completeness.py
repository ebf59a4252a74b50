"""What an order lacks before it can be submitted: what, when, how many, where (R-082).

On the laptop these are hard: `crm.orders.actions.submit_order` refuses. At the office they only mark the order, for
the rules may be newer than the client; what no client can have meant is refused (`crm.orders.rules`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from operator import itemgetter
from typing import Final, NamedTuple, cast

from crm.catalogue.rules import PriceRule, QuantityProblem, quantity_problem
from crm.catalogue.states import ProductState
from crm.changes.entity import Row
from crm.orders.amounts import MAX_LINES, LineFigures, in_bounds
from crm.orders.pricing import PriceBook, price_rule_of


class Gap(StrEnum):
    """Why an order cannot be submitted."""

    NO_LINES = "no_lines"
    TOO_MANY_LINES = "too_many_lines"
    NO_DELIVERY_PLACE = "no_delivery_place"
    NO_WANTED_DATE = "no_wanted_date"
    WANTED_BEFORE_ORDER = "wanted_before_order"
    OUT_OF_RANGE = "out_of_range"
    NOT_POSITIVE = "not_positive"
    BELOW_MINIMUM = "below_minimum"
    NOT_A_STEP = "not_a_step"
    UNKNOWN_PRODUCT = "unknown_product"
    RETIRED_PRODUCT = "retired_product"
    NO_PRICE = "no_price"


class Problem(NamedTuple):
    """One gap. ``line_no`` None: the order itself."""

    gap: Gap
    line_no: int | None


_QUANTITY = {problem: Gap(problem.value) for problem in QuantityProblem}


_FIGURES: Final = itemgetter(*LineFigures._fields)


def line_figures(line: Row) -> LineFigures:
    """The line's numbers."""
    return LineFigures._make(cast("tuple[int, ...]", _FIGURES(line)))


def problems(book: PriceBook, order: Row, lines: Sequence[Row]) -> Iterator[Problem]:
    """What is missing or impossible; nothing when the order may be submitted. ``lines`` are the live ones."""
    if not lines:
        yield Problem(Gap.NO_LINES, None)
    if len(lines) > MAX_LINES:
        yield Problem(Gap.TOO_MANY_LINES, None)
    if not 0 <= cast(int, order["discount_bp"]) <= 10_000:
        yield Problem(Gap.OUT_OF_RANGE, None)
    for line in lines:
        for gap in _line_gaps(book, order, line):
            yield Problem(gap, cast(int, line["line_no"]))


def _line_gaps(book: PriceBook, order: Row, line: Row) -> Iterator[Gap]:
    if not str(line["delivery_place"] or order["delivery_place"] or "").strip():
        yield Gap.NO_DELIVERY_PLACE
    wanted = line["wanted_on"] or order["wanted_on"]
    if wanted is None:
        yield Gap.NO_WANTED_DATE
    elif cast(str, wanted) < cast(str, order["order_date"]):
        yield Gap.WANTED_BEFORE_ORDER
    figures = line_figures(line)
    if not in_bounds(figures):
        yield Gap.OUT_OF_RANGE
    product = book.product(cast(bytes, line["product_id"]))
    if product is None:
        yield Gap.UNKNOWN_PRODUCT
        return
    if product.state == ProductState.RETIRED:
        yield Gap.RETIRED_PRODUCT
    quantity = quantity_problem(product, figures.quantity_milli, cast(int, line["unit_factor_milli"]))
    if quantity is not None:
        yield _QUANTITY[quantity]
    if figures.unit_price_minor == 0 and price_rule_of(line["price_certificate"]) is PriceRule.NONE:
        yield Gap.NO_PRICE
