"""Choosing the customer of a new order: those who ordered last, or those that a text finds."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from crm.customers.states import Library
from desktop.store.driver import fetch, fetch_in
from desktop.store.reads.listing import Row
from desktop.store.search.find import search

SHOWN: Final = 50
_COLUMNS: Final = "c.id, c.name, c.code, c.address_city, c.phone, max(o.order_date)"


def customers_to_choose(connection: Connection, text: str, *, limit: int = SHOWN) -> list[Row]:
    """Customers that can be sold to: what ``text`` finds, best first; without one, those who ordered last."""
    if text.strip():
        ids = [hit.id for hit in search(connection, text, kinds=("customer",), limit=limit)]
        rows = fetch_in(
            connection,
            f"SELECT {_COLUMNS} FROM customer c LEFT JOIN sales_order o ON o.customer_id = c.id AND o.deleted = 0 "
            f"WHERE c.deleted = 0 AND c.library <> '{Library.MERGED}' AND c.id IN ({{in}}) GROUP BY c.id",
            ids,
        )
        by_id = {row[0]: row for row in rows}
        found = [by_id[row_id] for row_id in ids if row_id in by_id]
    else:
        found = fetch(
            connection,
            "SELECT c.id, c.name, c.code, c.address_city, c.phone, o.last FROM "
            "(SELECT customer_id, max(order_date) AS last FROM sales_order WHERE deleted = 0 GROUP BY customer_id "
            "ORDER BY last DESC LIMIT ?) o JOIN customer c ON c.id = o.customer_id "
            f"WHERE c.deleted = 0 AND c.library <> '{Library.MERGED}' ORDER BY o.last DESC, c.name",
            (limit,),
        )
    names = ("id", "name", "code", "city", "phone", "last")
    return [dict(zip(names, row, strict=True)) for row in found]
