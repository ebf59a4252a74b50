"""The list of orders."""

from __future__ import annotations

from typing import Final

from desktop.store.reads.listing import Column, Condition, Listing

ORDERS: Final = Listing(
    table="sales_order",
    columns=(
        Column("number", "t.number"),
        Column("customer_id", "t.customer_id", is_sortable=False),
        Column("customer_name", "t.customer_name"),
        Column("state", "t.state"),
        Column("order_date", "t.order_date"),
        Column("wanted_on", "ifnull(t.wanted_on, '')"),
        Column("currency", "t.currency", is_sortable=False),
        Column("net_total_minor", "t.net_total_minor"),
        Column("gross_total_minor", "t.gross_total_minor"),
        Column("revision", "t.revision"),
        Column("reference_no", "t.reference_no"),
        Column("changed_at", "t.changed_at"),
    ),
    sort="order_date",
    concerns=("sales_order",),
    is_descending=True,
)
"""Days are ISO dates (``wanted_on`` empty where none is wanted), amounts minor units of ``currency``, ``changed_at`` UTC
milliseconds, ``state`` an `OrderState`. Sorted by day, the newest first."""


def of_customer(customer_id: bytes) -> Condition:
    """The orders of one customer."""
    return Condition("t.customer_id = ?", (customer_id,))
