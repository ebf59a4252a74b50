"""One customer with everything that hangs on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from crm.changes.actor import Actor
from crm.conflicts.states import NEEDS_A_PERSON
from crm.customers.queries import find_customer, standing_of_customer
from crm.orders.dealings import Dealing, Figures, figures_of
from crm.orders.states import OrderState
from crm.rights import Right
from crm.rules import row_of
from crm.terms.queries import terms_on_offer
from desktop.store.driver import fetch
from desktop.store.state import load
from desktop.store.tables import JournalState

Values = Mapping[str, Any]
"""A row as it is stored: ids are bytes, days ISO text, flags 0 or 1."""


@dataclass(frozen=True)
class Twins:
    """What the office found that may be the same firm: how many records, and by what (``name``, ``phone``, ``registry``).

    It does not say which: they may belong to somebody else (R-017).
    """

    records: int
    by: tuple[str, ...]


@dataclass(frozen=True)
class Returned:
    """An order that came back and waits for its rep."""

    id: bytes
    number: str
    reason: str


@dataclass(frozen=True)
class Whole:
    """A customer as its page shows it (R-015), in one state of the copy.

    ``terms`` are its payment terms by name, ``offers`` those that can be agreed on (id, name). ``contacts`` have the main
    one first, ``addresses`` the usual one. ``conflicts`` are those that need a person,
    ``waiting`` and ``parked`` count this laptop's changesets that the office has not answered or has refused.
    ``as_of_ms`` is when the copy last heard of anything (UTC milliseconds, 0: never).
    """

    row: Values
    owner: str
    terms: str
    terms_retired: bool
    offers: tuple[tuple[bytes, str], ...]
    contacts: tuple[Values, ...]
    addresses: tuple[Values, ...]
    figures: Figures
    returned: tuple[Returned, ...]
    conflicts: tuple[bytes, ...]
    waiting: int
    parked: int
    twins: Twins | None
    as_of_ms: int
    may_edit: bool
    may_order: bool

    @property
    def id(self) -> bytes:
        """The customer's id."""
        found: bytes = self.row["id"]
        return found


def whole(session: Session, customer_id: bytes, *, actor: Actor, today: date) -> Whole:
    """The customer with everything its page shows.

    :raises NotAllowed: code 2002 when there is none at hand.
    """
    customer = find_customer(session, customer_id)
    standing = standing_of_customer(session, customer)
    connection = session.connection()
    row = row_of(customer)
    terms = _one(
        connection, "SELECT name, is_retired FROM payment_terms WHERE id = ?", row["payment_terms_id"]
    )
    owner = _one(connection, "SELECT name FROM app_user WHERE id = ?", row["owner_id"])
    orders = _orders(connection, customer_id)
    waiting, parked = _unsent(connection, customer_id)
    return Whole(
        row=row,
        owner=owner[0] if owner else "",
        terms=terms[0] if terms else "",
        terms_retired=bool(terms and terms[1]),
        offers=tuple((each.id, each.name) for each in session.scalars(terms_on_offer())),
        contacts=_rows(connection, "contact", customer_id, "level = 0, level, name, id"),
        addresses=_rows(connection, "ship_to_address", customer_id, "is_default DESC, label, id"),
        figures=figures_of(
            (
                Dealing(state, date.fromisoformat(day), currency, gross)
                for state, day, currency, gross in orders
            ),
            currency=customer.credit_currency,
            limit_minor=customer.credit_limit_minor,
            today=today,
        ),
        returned=_returned(connection, customer_id),
        conflicts=_conflicts(connection, customer_id),
        waiting=waiting,
        parked=parked,
        twins=twins_of(customer.looks),
        as_of_ms=load(connection).checkpoint_ms,
        may_edit=actor.may(Right.CUSTOMER_EDIT, standing) and not customer.deleted,
        may_order=actor.may(Right.ORDER_WRITE, standing) and not customer.deleted,
    )


def twins_of(looks: str) -> Twins | None:
    """The look for duplicates among what the office found (`crm.customers.rules.duplicates`)."""
    for look in json.loads(looks) if looks else ():
        if look.get("code") == "duplicate":
            details = look.get("details", look)
            by = str(details.get("by", ""))
            return Twins(int(details.get("records", 1)), tuple(word for word in by.split(",") if word))
    return None


def _one(connection: Connection, statement: str, *values: Any) -> tuple[Any, ...] | None:
    found = fetch(connection, statement, values)
    return tuple(found[0]) if found else None


def _rows(connection: Connection, table: str, customer_id: bytes, order: str) -> tuple[Values, ...]:
    statement = f"SELECT * FROM {table} WHERE customer_id = ? AND deleted = 0 ORDER BY {order}"
    return tuple(dict(row._mapping) for row in connection.exec_driver_sql(statement, (customer_id,)))


def _orders(connection: Connection, customer_id: bytes) -> list[Any]:
    return fetch(
        connection,
        "SELECT state, order_date, currency, gross_total_minor FROM sales_order WHERE customer_id = ? AND deleted = 0",
        (customer_id,),
    )


def _returned(connection: Connection, customer_id: bytes) -> tuple[Returned, ...]:
    found = fetch(
        connection,
        "SELECT id, number, ifnull(return_reason, '') FROM sales_order WHERE customer_id = ? AND deleted = 0 "
        "AND state = ? ORDER BY order_date DESC, id DESC",
        (customer_id, OrderState.RETURNED.value),
    )
    return tuple(Returned(*row) for row in found)


_NEEDS = ", ".join(f"'{state}'" for state in NEEDS_A_PERSON)


def _conflicts(connection: Connection, customer_id: bytes) -> tuple[bytes, ...]:
    found = fetch(
        connection,
        f"SELECT id FROM conflict WHERE unit = ? AND deleted = 0 AND state IN ({_NEEDS}) "
        "ORDER BY mine_at, id",
        (customer_id,),
    )
    return tuple(row_id for (row_id,) in found)


def _unsent(connection: Connection, customer_id: bytes) -> tuple[int, int]:
    """How many changesets about the customer's unit wait, and how many were refused."""
    found = fetch(
        connection,
        "SELECT j.state, count(DISTINCT j.local_seq) FROM overlay v JOIN journal_row r ON r.row_id = v.row_id "
        "AND r.table_name = v.table_name JOIN journal j ON j.local_seq = r.local_seq WHERE v.unit = ? GROUP BY j.state",
        (customer_id,),
    )
    counts = dict(found)
    waiting = (JournalState.WAITING, JournalState.SENDING, JournalState.ANSWERED)
    return sum(counts.get(state.value, 0) for state in waiting), counts.get(JournalState.PARKED.value, 0)
