"""What makes an order deserve a look: soft findings, which never refuse it (R-104, R-107, BR-20).

An order of an older client, priced by an older list, is taken all the same; the approver sees why it differs. The
laptop runs the same checks before submitting, over what it holds. A finding's ``code`` is a `Look`; ``details`` carry
the line number and amounts, never names. What rests on fields that never leave the office is in `OFFICE_LOOKS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple, cast

from crm.catalogue.rules import PriceRule, lowest_amount
from crm.catalogue.states import ProductState
from crm.changes.entity import Row
from crm.changes.view import Finding, View
from crm.money import MILLI, round_half_up
from crm.orders.amounts import LineAmounts, OrderAmounts
from crm.orders.completeness import Gap, problems
from crm.orders.pricing import PriceBook, PricedLine, price_rule_of
from crm.orders.states import OWING

MAX_PRICE_AGE_DAYS: Final = 30
"""An order submitted later than this after its date is marked: its prices may be history."""


class Look(StrEnum):
    """Why somebody should look at an order."""

    OVER_CREDIT = "over_credit"
    PRICE_DIFFERS = "price_differs"
    NO_PRICE = "no_price"
    TAX_DIFFERS = "tax_differs"
    DISCOUNT_BEYOND_RULE = "discount_beyond_rule"
    BELOW_FLOOR = "below_floor"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    OLD_PRICES = "old_prices"
    RETIRED_PRODUCT = "retired_product"
    INCOMPLETE = "incomplete"


OFFICE_LOOKS: Final = frozenset({Look.BELOW_FLOOR.value})
"""These must not be shown outside the office: they would give away what a floor price is."""

OTHERS: Final = (
    "id",
    "customer_id",
    "deleted",
    "state",
    "currency",
    "gross_total_minor",
    "order_date",
    "number",
)
"""What is looked at of a customer's other orders. Of a good customer there are many."""

_SAID_ALREADY: Final = frozenset({Gap.NO_PRICE, Gap.RETIRED_PRODUCT})


def looks_of(
    view: View, order: Row, lines: Sequence[Row], amounts: OrderAmounts, *, on: str
) -> Iterator[Finding]:
    """Every soft finding about an order with its live lines, as submitted on the business date ``on``.

    Reads customer, other orders, products, prices, rules and rates through ``view``; what is not there is not
    judged. ``amounts`` are those of ``lines``, in their order.
    """
    book = PriceBook(view, order)
    priced = [
        book.price(
            cast(bytes, line["product_id"]),
            cast("bytes | None", line["product_unit_id"]),
            cast(int, line["quantity_milli"]),
        )
        for line in lines
    ]
    others = _others(view, order)
    yield from _about_credit(book, order, amounts, others)
    yield from _about_age(order, on)
    list_amount = sum(
        round_half_up(each.found.list_price_minor * cast(int, line["quantity_milli"]), MILLI)
        for line, each in zip(lines, priced, strict=True)
        if each is not None and each.found is not None
    )
    for line, each, amount in zip(lines, priced, amounts.lines, strict=True):
        if each is not None:
            yield from _about_line(book, line, each, amount, list_amount)
    yield from _about_duplicates(view, order, lines, amounts, others)
    for problem in problems(book, order, lines):
        if problem.gap not in _SAID_ALREADY:
            yield _look(
                Look.INCOMPLETE, "Something is missing.", problem=problem.gap.value, line_no=problem.line_no
            )


def _look(code: Look, text: str, **details: int | str | bool | None) -> Finding:
    return Finding("look", code.value, text, details)


class Credit(NamedTuple):
    """How an order stands to the customer's credit, in minor units of its currency (R-036).

    ``open_minor`` is what the other orders at hand come to that count against the limit.
    """

    limit_minor: int
    open_minor: int
    order_minor: int

    @property
    def is_over(self) -> bool:
        """Whether the order takes the customer over the limit."""
        return self.open_minor + self.order_minor > self.limit_minor


def credit_of(view: View, book: PriceBook, order: Row, amounts: OrderAmounts) -> Credit | None:
    """The credit, by what is at hand; None when no limit is set in the order's currency."""
    return _credit(book, order, amounts, _others(view, order))


def _credit(book: PriceBook, order: Row, amounts: OrderAmounts, others: Sequence[Row]) -> Credit | None:
    customer = book.customer
    limit = customer["credit_limit_minor"] if customer is not None else None
    if customer is None or not isinstance(limit, int) or customer["credit_currency"] != order["currency"]:
        return None
    owed = sum(
        cast(int, other["gross_total_minor"])
        for other in others
        if other["state"] in OWING and other["currency"] == order["currency"]
    )
    return Credit(limit, owed, amounts.gross_total_minor)


def _about_credit(
    book: PriceBook, order: Row, amounts: OrderAmounts, others: Sequence[Row]
) -> Iterator[Finding]:
    credit = _credit(book, order, amounts, others)
    if credit is not None and credit.is_over:
        yield _look(
            Look.OVER_CREDIT,
            "With this order the customer is over the credit limit.",
            limit_minor=credit.limit_minor,
            open_minor=credit.open_minor,
            order_minor=credit.order_minor,
        )


def _about_age(order: Row, on: str) -> Iterator[Finding]:
    days = (date.fromisoformat(on) - date.fromisoformat(cast(str, order["order_date"]))).days
    if days > MAX_PRICE_AGE_DAYS or days < -1:
        yield _look(Look.OLD_PRICES, "The order was priced for another time.", days=days)


def _about_line(
    book: PriceBook, line: Row, priced: PricedLine, amount: LineAmounts, list_amount: int
) -> Iterator[Finding]:
    number = cast(int, line["line_no"])
    quantity = cast(int, line["quantity_milli"])
    product, found = priced.product, priced.found
    if product.state == ProductState.RETIRED:
        yield _look(Look.RETIRED_PRODUCT, "A product is no longer on sale.", line_no=number)
    if priced.tax_bp != line["tax_rate_bp"]:
        yield _look(
            Look.TAX_DIFFERS,
            "A tax rate differs from the office's.",
            line_no=number,
            rate_bp=cast(int, line["tax_rate_bp"]),
            office_rate_bp=priced.tax_bp,
        )
    share = amount.net_minor if book.is_net else amount.gross_minor
    if found is None:
        yield _look(Look.NO_PRICE, "The office has no price for a line.", line_no=number)
    else:
        unit_price = cast(int, line["unit_price_minor"])
        if (
            unit_price != found.price_minor
            and price_rule_of(line["price_certificate"]) is not PriceRule.MANUAL
        ):
            yield _look(
                Look.PRICE_DIFFERS,
                "A price differs from the office's.",
                line_no=number,
                price_minor=unit_price,
                office_price_minor=found.price_minor,
            )
        full = round_half_up(found.price_minor * quantity, MILLI)
        if share < full:
            allowed = book.allowed_discount(product, list_amount)
            # One minor unit of grace: sharing out the order's discount may round a line down by one.
            if share < lowest_amount(full, allowed.max_bp) - 1:
                yield _look(
                    Look.DISCOUNT_BEYOND_RULE,
                    "A discount goes beyond the rule for this role and grade.",
                    line_no=number,
                    discount_bp=round_half_up((full - share) * 10_000, full),
                    allowed_bp=allowed.max_bp,
                )
    floor = product.floor_price_minor
    if floor is not None and product.cost_currency == book.currency:
        base = quantity * cast(int, line["unit_factor_milli"])
        if amount.net_minor * MILLI * MILLI < floor * base:
            yield _look(Look.BELOW_FLOOR, "A line is below the floor price.", line_no=number)


def _others(view: View, order: Row) -> list[Row]:
    rows = view.children("sales_order", "customer_id", cast(bytes, order["customer_id"]), OTHERS)
    return [row for row in rows if row["id"] != order["id"] and not row["deleted"]]


def may_be_twin(order: Row, other: Row) -> bool:
    """Whether another order of the customer is near enough in time and state to be compared line by line."""
    return (
        other["id"] != order["id"]
        and not other["deleted"]
        and other["state"] in OWING
        and other["currency"] == order["currency"]
        and abs(_ordinal(other) - _ordinal(order)) <= 1
    )


def _ordinal(order: Row) -> int:
    return date.fromisoformat(cast(str, order["order_date"])).toordinal()


def _contents(lines: Sequence[Row]) -> list[tuple[bytes, bytes, int]]:
    return sorted(
        (
            cast(bytes, line["product_id"]),
            cast("bytes | None", line["product_unit_id"]) or b"",
            cast(int, line["quantity_milli"]),
        )
        for line in lines
        if not line["deleted"]
    )


def _about_duplicates(
    view: View, order: Row, lines: Sequence[Row], amounts: OrderAmounts, others: Sequence[Row]
) -> Iterator[Finding]:
    mine: list[tuple[bytes, bytes, int]] | None = None
    for other in others:
        if other["gross_total_minor"] != amounts.gross_total_minor or not may_be_twin(order, other):
            continue
        mine = mine if mine is not None else _contents(lines)
        theirs = _contents(view.children("order_line", "order_id", cast(bytes, other["id"])))
        if mine == theirs:
            yield _look(
                Look.POSSIBLE_DUPLICATE,
                "Another order of the same day has the same lines.",
                other_number=cast(str, other["number"]),
            )
