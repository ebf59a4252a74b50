"""The numbers of the status line, and what the waiting orders are worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from crm.orders.entities import SalesOrder
from desktop.store.reads.outbox import count_needs_you, count_waiting
from desktop.store.rows import AllRows
from desktop.store.status import Status, status_in

_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Standing:
    """How the copy stands. ``worth_minor`` is what the waiting orders come to, in minor units by currency,
    ``waiting`` how many things are to be sent (an order with all its lines is one), ``needs_you`` how many the person
    must see to.
    """

    status: Status
    worth_minor: Mapping[str, int]
    needs_you: int
    waiting: int


def standing(connection: Connection, rows: AllRows) -> Standing:
    """The standing in one state of the copy."""
    found = status_in(connection, rows)
    order = SalesOrder.__table__.c
    ids = [row_id for table, row_id in found.waiting_documents if table == SalesOrder.__tablename__]
    worth: dict[str, int] = defaultdict(int)
    for begin in range(0, len(ids), _AT_ONCE):
        query = select(order.currency, order.gross_total_minor)
        for currency, amount in connection.execute(query.where(order.id.in_(ids[begin : begin + _AT_ONCE]))):
            worth[currency] += amount
    return Standing(found, dict(worth), count_needs_you(connection), count_waiting(connection))
