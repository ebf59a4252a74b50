"""A customer's timeline: orders, what was decided about them, conflicts, and what changed, the newest first (R-015)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from crm.changes.view import Key
from desktop.store.driver import fetch
from desktop.store.reads.captions import Caption, captions
from desktop.store.reads.history import Change, changes_of_customer, named_in

MOST: Final = 300
"""Moments that are told."""
_HANGING: Final = ("contact", "ship_to_address")
"""Tables whose changes are told beside the customer's own; orders have moments of their own."""


class What(StrEnum):
    """What happened."""

    ORDER_BEGUN = "order_begun"
    ORDER_SUBMITTED = "order_submitted"
    DECIDED = "decided"
    CONFLICT = "conflict"
    CHANGED = "changed"


@dataclass(frozen=True)
class Moment:
    """One thing that happened.

    ``table`` and ``row_id`` are what it is about. Of an order: ``number``, ``amount_minor`` of ``currency``, and ``word``,
    a state or a decision; ``note`` is what was said with it. ``change`` is set where something changed.
    """

    at_ms: int
    what: What
    by: bytes | None
    table: str
    row_id: bytes
    number: str = ""
    amount_minor: int = 0
    currency: str = ""
    word: str = ""
    note: str = ""
    change: Change | None = None


@dataclass(frozen=True)
class Timeline:
    """Moments with the names of the rows and people in them."""

    moments: tuple[Moment, ...]
    captions: Mapping[Key, Caption]


def timeline(connection: Connection, *, customer_id: bytes) -> Timeline:
    """The last moments of a customer."""
    hanging = [
        row_id
        for table in _HANGING
        for (row_id,) in fetch(connection, f"SELECT id FROM {table} WHERE customer_id = ?", (customer_id,))
    ]
    changes = [
        change
        for change in changes_of_customer(connection, customer_id, hanging, most=MOST)
        if change.table == "customer" or change.table in _HANGING
    ]
    moments = [
        *_orders(connection, customer_id),
        *_decisions(connection, customer_id),
        *_conflicts(connection, customer_id),
        *(Moment(c.at_ms, What.CHANGED, c.by, c.table, c.row_id, change=c) for c in changes),
        *_birth(connection, customer_id, changes),
    ]
    told = sorted(moments, key=lambda moment: -moment.at_ms)[:MOST]
    named = named_in(changes, customer_id) | {("app_user", moment.by) for moment in told if moment.by}
    return Timeline(tuple(told), captions(connection, named))


def _orders(connection: Connection, customer_id: bytes) -> Iterator[Moment]:
    found = fetch(
        connection,
        "SELECT id, created_at, created_by, submitted_at, rep_id, number, gross_total_minor, currency, state "
        "FROM sales_order WHERE customer_id = ? AND deleted = 0 ORDER BY order_date DESC, id DESC LIMIT ?",
        (customer_id, MOST),
    )
    for row_id, created_at, created_by, submitted_at, rep, number, amount, currency, state in found:
        if submitted_at:
            yield Moment(
                submitted_at,
                What.ORDER_SUBMITTED,
                rep,
                "sales_order",
                row_id,
                number,
                amount,
                currency,
                state,
            )
        else:
            yield Moment(
                created_at or 0, What.ORDER_BEGUN, created_by or rep, "sales_order", row_id, number, amount, currency,
                state,
            )  # fmt: skip


def _decisions(connection: Connection, customer_id: bytes) -> Iterator[Moment]:
    found = fetch(
        connection,
        "SELECT d.decided_at, d.created_by, o.id, o.number, o.gross_total_minor, o.currency, d.decision, d.note "
        "FROM sales_order o JOIN approval_decision d ON d.order_id = o.id WHERE o.customer_id = ? AND d.deleted = 0 "
        "AND o.deleted = 0 ORDER BY d.decided_at DESC LIMIT ?",
        (customer_id, MOST),
    )
    for at_ms, by, order_id, number, amount, currency, decision, note in found:
        yield Moment(
            at_ms, What.DECIDED, by, "sales_order", order_id, number, amount, currency, decision, note or ""
        )


def _conflicts(connection: Connection, customer_id: bytes) -> Iterator[Moment]:
    found = fetch(
        connection,
        "SELECT mine_at, mine_by, id, state FROM conflict WHERE unit = ? AND deleted = 0 AND state <> 'decided'",
        (customer_id,),
    )
    for at_ms, by, conflict_id, state in found:
        yield Moment(at_ms, What.CONFLICT, by, "conflict", conflict_id, word=state)


def _birth(connection: Connection, customer_id: bytes, changes: list[Change]) -> Iterator[Moment]:
    """That the customer was entered, where no change of ours says so."""
    if any(change.born and change.row_id == customer_id for change in changes):
        return
    for at_ms, by in fetch(
        connection,
        "SELECT created_at, created_by FROM customer WHERE id = ? AND created_at > 0",
        (customer_id,),
    ):
        change = Change(at_ms, by, "customer", customer_id, {}, born=True)
        yield Moment(at_ms, What.CHANGED, by, "customer", customer_id, change=change)
