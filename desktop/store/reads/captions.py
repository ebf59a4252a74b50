"""What people call a row: the name of a customer, the number of an order, the product of a line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from crm.changes.view import Key
from desktop.store.driver import fetch_in


@dataclass(frozen=True)
class Caption:
    """``within`` is what the row is part of: the customer of a contact, the number of an order that a line stands in.
    ``currency`` is that of its amounts, ``customer_id`` the customer it belongs to.
    """

    title: str
    within: str = ""
    currency: str = ""
    customer_id: bytes | None = None


Captions = Mapping[Key, Caption]

_NAMED: Final = (
    "app_user", "division", "payment_terms", "product_category", "product_unit", "supplier", "tax_class", "territory",
    "discount_rule",
)  # fmt: skip
_QUERIES: Final[Mapping[str, str]] = {
    **{name: f"SELECT t.id, t.name, '', '', NULL FROM {name} t WHERE t.id IN ({{in}})" for name in _NAMED},
    "customer": "SELECT t.id, t.name, '', t.credit_currency, t.id FROM customer t WHERE t.id IN ({in})",
    "product": "SELECT t.id, t.name, t.code, '', NULL FROM product t WHERE t.id IN ({in})",
    "price_list": "SELECT t.id, t.name, '', t.currency, NULL FROM price_list t WHERE t.id IN ({in})",
    "contact": "SELECT t.id, t.name, ifnull(c.name, ''), '', t.customer_id "
    "FROM contact t LEFT JOIN customer c ON c.id = t.customer_id WHERE t.id IN ({in})",
    "ship_to_address": "SELECT t.id, t.label, ifnull(c.name, ''), '', t.customer_id "
    "FROM ship_to_address t LEFT JOIN customer c ON c.id = t.customer_id WHERE t.id IN ({in})",
    "customer_price": "SELECT t.id, ifnull(p.name, ''), ifnull(c.name, ''), t.currency, t.customer_id "
    "FROM customer_price t LEFT JOIN customer c ON c.id = t.customer_id LEFT JOIN product p ON p.id = t.product_id "
    "WHERE t.id IN ({in})",
    "sales_order": "SELECT t.id, t.number, t.customer_name, t.currency, t.customer_id FROM sales_order t "
    "WHERE t.id IN ({in})",
    "order_line": "SELECT t.id, t.product_name, ifnull(o.number, ''), ifnull(o.currency, ''), o.customer_id "
    "FROM order_line t LEFT JOIN sales_order o ON o.id = t.order_id WHERE t.id IN ({in})",
    "order_seal": "SELECT t.id, ifnull(o.number, ''), ifnull(o.customer_name, ''), ifnull(o.currency, ''), o.customer_id "
    "FROM order_seal t LEFT JOIN sales_order o ON o.id = t.order_id WHERE t.id IN ({in})",
    "approval_decision": "SELECT t.id, ifnull(o.number, ''), ifnull(o.customer_name, ''), ifnull(o.currency, ''), "
    "o.customer_id FROM approval_decision t LEFT JOIN sales_order o ON o.id = t.order_id WHERE t.id IN ({in})",
}


def captions(connection: Connection, keys: Iterable[Key]) -> dict[Key, Caption]:
    """The captions of rows by (table, id); rows that are not here, or have no name, are left out."""
    wanted: dict[str, set[bytes]] = defaultdict(set)
    for table, row_id in keys:
        if table in _QUERIES:
            wanted[table].add(row_id)
    return {
        (table, row_id): Caption(title, within, currency, customer_id)
        for table, ids in wanted.items()
        for row_id, title, within, currency, customer_id in fetch_in(connection, _QUERIES[table], ids)
    }
