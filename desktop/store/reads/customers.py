"""The list of customers."""

from __future__ import annotations

from typing import Final

from crm.orders.states import PLACED
from desktop.store.reads.filter_fields import CUSTOMER_FIELDS
from desktop.store.reads.listing import Column, Listing

_STATES: Final = ", ".join(f"'{state}'" for state in sorted(PLACED))
_PLACED: Final = f"o.customer_id = t.id AND o.deleted = 0 AND o.state IN ({_STATES})"
_MAIN: Final = "FROM contact c WHERE c.customer_id = t.id AND c.deleted = 0 ORDER BY c.level = 0, c.level, c.name, c.id LIMIT 1"
"""The main contact: the highest in the customer's hierarchy (`crm.contacts.queries.contacts_of`)."""

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
        Column("owner", "(SELECT u.name FROM app_user u WHERE u.id = t.owner_id)", is_sortable=False),
        Column("main_contact", f"(SELECT c.name {_MAIN})", is_sortable=False),
        Column(
            "main_phone",
            f"ifnull((SELECT coalesce(nullif(c.mobile, ''), c.phone) {_MAIN}), '')",
            is_sortable=False,
        ),
        Column(
            "last_order",
            f"(SELECT max(o.order_date) FROM sales_order o WHERE {_PLACED})",
            is_sortable=False,
        ),
        Column("orders", f"(SELECT count(*) FROM sales_order o WHERE {_PLACED})", is_sortable=False),
        Column(
            "bought_minor",
            f"(SELECT ifnull(sum(o.gross_total_minor), 0) FROM sales_order o WHERE {_PLACED} "
            "AND o.currency = t.credit_currency)",
            is_sortable=False,
        ),
        Column("currency", "t.credit_currency", is_sortable=False),
    ),
    sort="name",
    concerns=("customer", "sales_order", "contact"),
    fields=CUSTOMER_FIELDS,
)
"""``changed_at`` is UTC milliseconds, ``looks`` a JSON list or empty, ``last_order`` an ISO date or None. ``orders`` and
``bought_minor`` (minor units of ``currency``) count what was placed and stands. ``library`` is a state of
`crm.customers.states.LIBRARY`. Sorted by name."""
