"""The list of customers."""

from __future__ import annotations

from typing import Final

from desktop.store.reads.listing import Column, Listing

CUSTOMERS: Final = Listing(
    table="customer",
    columns=(
        Column("code", "t.code"),
        Column("name", "t.name"),
        Column("name_en", "t.name_en"),
        Column("grade", "t.grade"),
        Column("library", "t.library"),
        Column("region", "t.region"),
        Column("industry", "t.industry"),
        Column("address_city", "t.address_city"),
        Column("address_street", "t.address_street"),
        Column("phone", "t.phone"),
        Column("email", "t.email"),
        Column("changed_at", "t.changed_at"),
        Column("looks", "t.looks", is_sortable=False),
        Column(
            "last_order",
            "(SELECT max(o.order_date) FROM sales_order o WHERE o.customer_id = t.id AND o.deleted = 0)",
            is_sortable=False,
        ),
    ),
    sort="name",
    concerns=("customer", "sales_order"),
)
"""``changed_at`` is UTC milliseconds, ``looks`` a JSON list or empty, ``last_order`` an ISO date or None. ``library`` is a
state of `crm.customers.states.LIBRARY`. Sorted by name."""
