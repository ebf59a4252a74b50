"""Taking back what the office has already: a change of its own that puts back what was before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from crm.changes.entity import Wire, to_wire
from crm.changes.work import Work
from crm.conflicts.rules import TARGET_MOVED, from_wire
from crm.contacts.actions import delete_contact, edit_contact
from crm.contacts.entities import Contact
from crm.customers.actions import delete_ship_to, edit_customer, edit_ship_to
from crm.customers.entities import Customer, ShipToAddress
from crm.errors import RuleBroken
from crm.orders.actions import withdraw_order
from crm.schema import SCHEMA
from desktop.store.reads.outbox import Matter, Step, Touched
from desktop.store.tables import JournalState


@dataclass(frozen=True)
class Withdrawal:
    """What takes a change back. ``intent`` says in words what it is."""

    intent: str
    action: Callable[[Work], object]


Edit = Callable[..., object]
_EDITS: Final[dict[str, tuple[str, type[Customer | Contact | ShipToAddress], Edit]]] = {
    "customer": ("customer.edit", Customer, edit_customer),
    "contact": ("contact.edit", Contact, edit_contact),
    "ship_to_address": ("customer.edit_ship_to", ShipToAddress, edit_ship_to),
}
_REMOVALS: Final[dict[str, tuple[str, Edit]]] = {
    "contact": ("contact.delete", delete_contact),
    "ship_to_address": ("customer.delete_ship_to", delete_ship_to),
}
_SENT: Final = frozenset({JournalState.SENDING, JournalState.ANSWERED, JournalState.DONE})


def withdrawal_of(matter: Matter) -> Withdrawal | None:
    """How the last step of a matter is taken back now that it was sent; None where that is not possible, or the office
    did not take it as it was.
    """
    step = matter.last
    if step.state not in _SENT or step.is_refused or step.outcome == "conflict" or not matter.is_here:
        return None
    if matter.can_be_withdrawn:
        return Withdrawal("order.withdraw", lambda work: withdraw_order(work, matter.row_id))
    return _put_back(step)


def _put_back(step: Step) -> Withdrawal | None:
    if len(step.rows) != 1:
        return None
    (row,) = step.rows
    if row.is_birth:
        removal = _REMOVALS.get(row.table)
        return None if removal is None else Withdrawal(removal[0], lambda work: removal[1](work, row.row_id))
    edit = _EDITS.get(row.table)
    if edit is None or step.intent != edit[0]:
        return None
    intent, kind, action = edit
    return Withdrawal(intent, lambda work: _edit_back(work, row, kind, action))


def _edit_back(
    work: Work, row: Touched, kind: type[Customer | Contact | ShipToAddress], action: Edit
) -> None:
    """:raises RuleBroken: code 3142 when a value was changed since."""
    found = work.session.get(kind, row.row_id)
    fields: dict[str, Any] = {}
    for change in row.changes:
        stands: Wire = to_wire(getattr(found, change.name)) if found is not None else None
        if stands != change.after:
            raise RuleBroken(
                TARGET_MOVED, "The record was changed since; edit it directly.", field=change.name
            )
        fields[change.name] = from_wire(SCHEMA[row.table].fields[change.name], change.before)
    action(work, row.row_id, **fields)
