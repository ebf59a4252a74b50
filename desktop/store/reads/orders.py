"""The list of orders."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from crm.orders.states import OrderState
from desktop.store.driver import fetch
from desktop.store.reads.filter_fields import ORDER_FIELDS
from desktop.store.reads.listing import Column, Condition, Listing
from desktop.store.tables import JournalState, Touch

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
        Column(
            "lines",
            "(SELECT count(*) FROM order_line l WHERE l.order_id = t.id AND l.deleted = 0)",
            is_sortable=False,
        ),
        Column("net_total_minor", "t.net_total_minor"),
        Column("tax_total_minor", "t.tax_total_minor", is_sortable=False),
        Column("gross_total_minor", "t.gross_total_minor"),
        Column("revision", "t.revision"),
        Column("reference_no", "t.reference_no"),
        Column("changed_at", "t.changed_at"),
        Column(
            "outbox",
            f"(SELECT CASE WHEN max(j.state = '{JournalState.PARKED}') THEN 'parked' WHEN count(*) THEN 'waiting' END "
            "FROM journal_row r JOIN journal j ON j.local_seq = r.local_seq "
            f"WHERE r.root_id = t.id AND r.touch <> {Touch.REFERRED:d})",
            is_sortable=False,
        ),
        Column("origin", "t.origin", is_sortable=False),
    ),
    sort="order_date",
    concerns=("sales_order", "order_line"),
    is_descending=True,
    fields=ORDER_FIELDS,
)
"""Days are ISO dates (``wanted_on`` empty where none is wanted), amounts minor units of ``currency``, ``changed_at`` UTC
milliseconds, ``state`` an `OrderState`. ``outbox`` is ``waiting`` while changes of the order are on their
way, ``parked`` when the office refused one, else None. Sorted by day, the newest first."""


def of_customer(customer_id: bytes) -> Condition:
    """The orders of one customer."""
    return Condition("t.customer_id = ?", (customer_id,))


def in_states(*states: str) -> Condition:
    """The orders in some of the states."""
    return Condition(f"t.state IN ({', '.join('?' * len(states))})", states)


def returned_orders(connection: Connection) -> int:
    """How many orders came back to be revised."""
    found = fetch(
        connection,
        "SELECT count(*) FROM sales_order WHERE deleted = 0 AND state = ?",
        (OrderState.RETURNED.value,),
    )
    return int(found[0][0])
