"""What a customer paid before: every product they ordered, and each time at which price (R-080)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from crm.money import MILLI, round_half_up
from crm.orders.states import PLACED
from desktop.store.driver import fetch

_STATES: Final = ", ".join(f"'{state}'" for state in sorted(PLACED))


@dataclass(frozen=True)
class Purchase:
    """One line of an order that was placed. Prices are minor units of ``currency`` for one ``unit_name``.

    ``paid_minor`` is the price after the line's discount and its share of the order's: the line's amount by quantity.
    """

    order_id: bytes
    number: str
    day: str
    product_id: bytes
    code: str
    name: str
    unit_name: str
    quantity_milli: int
    list_price_minor: int
    unit_price_minor: int
    discount_bp: int
    paid_minor: int
    currency: str


@dataclass(frozen=True)
class Bought:
    """A product with every purchase of it, the newest first; there is at least one."""

    purchases: tuple[Purchase, ...]

    @property
    def last(self) -> Purchase:
        """The newest."""
        return self.purchases[0]

    @property
    def paid_before_minor(self) -> int | None:
        """What one unit cost the time before, where unit and currency were the same."""
        last = self.last
        for before in self.purchases[1:]:
            if (before.unit_name, before.currency) == (last.unit_name, last.currency):
                return before.paid_minor
        return None


def bought(connection: Connection, *, customer_id: bytes) -> list[Bought]:
    """Every product the customer ordered, the one ordered last first."""
    found = fetch(
        connection,
        "SELECT o.id, o.number, o.order_date, l.product_id, l.product_code, l.product_name, l.unit_name, l.quantity_milli, "
        "l.list_price_minor, l.unit_price_minor, l.discount_bp, l.net_minor, l.gross_minor, o.currency, o.is_net "
        "FROM sales_order o JOIN order_line l ON l.order_id = o.id "
        f"WHERE o.customer_id = ? AND o.deleted = 0 AND l.deleted = 0 AND o.state IN ({_STATES}) "
        "ORDER BY o.order_date DESC, o.id DESC, l.line_no",
        (customer_id,),
    )
    by_product: dict[bytes, list[Purchase]] = {}
    for row in found:
        order_id, number, day, product_id, code, name, unit, quantity, listed, price, discount, net, gross, currency, is_net = row  # fmt: skip
        amount = net if is_net else gross
        paid = round_half_up(amount * MILLI, quantity) if quantity else price
        by_product.setdefault(product_id, []).append(
            Purchase(
                order_id,
                number,
                day,
                product_id,
                code,
                name,
                unit,
                quantity,
                listed,
                price,
                discount,
                paid,
                currency,
            )
        )
    return [Bought(tuple(purchases)) for purchases in by_product.values()]
