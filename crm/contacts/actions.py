"""What a person can do with contacts (R-023, R-042, R-043, R-045, R-046).

Every action happens inside a `Work` and leaves its rows in the session, flushed; whoever owns the work commits it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypedDict, Unpack

from crm.changes.work import Work
from crm.contacts import queries
from crm.contacts.entities import Contact
from crm.contacts.rules import DELETED, contact_findings, reports_findings
from crm.customers.queries import find_customer, standing_of_customer
from crm.customers.rules import DELETED as CUSTOMER_DELETED
from crm.customers.rules import tidy
from crm.errors import Code, InvalidInput, RuleBroken
from crm.rights import Right, demand
from crm.rules import enforce, row_of


class ContactDetails(TypedDict, total=False):
    """What a contact may begin with beside their name."""

    title: str
    department: str
    level: int
    decision_role: str
    birthday: date | None
    phone: str
    mobile: str
    email: str
    sms_number: str
    communication_style: str
    reports_to_id: bytes | None
    last_verified_on: date | None
    note: str


class ContactFields(ContactDetails, total=False):
    """What may be edited of a contact."""

    name: str


def _take_over(contact: Contact, fields: Mapping[str, object]) -> None:
    for name, value in fields.items():
        if name not in ContactFields.__annotations__:
            raise InvalidInput(Code.UNKNOWN_FIELD, "That cannot be edited here.", field=name)
        setattr(contact, name, tidy(value) if isinstance(value, str) else value)


def _settle(work: Work, contact: Contact) -> None:
    """See that the row may stand, by itself and in the customer's hierarchy."""
    row = row_of(contact)
    enforce(contact_findings(row))
    with work.session.no_autoflush:
        others = work.session.scalars(queries.every_contact_of(contact.customer_id)).all()
    enforce(reports_findings(row, [row_of(other) for other in others]))


def _demand_customer(work: Work, customer_id: bytes) -> None:
    customer = find_customer(work.session, customer_id)
    demand(work.actor, Right.CUSTOMER_EDIT, standing_of_customer(work.session, customer))
    if customer.deleted:
        raise RuleBroken(CUSTOMER_DELETED, "The customer was deleted; revive it first.")


def _to_edit(work: Work, contact_id: bytes) -> Contact:
    contact = queries.find_contact(work.session, contact_id)
    _demand_customer(work, contact.customer_id)
    return contact


def create_contact(work: Work, customer_id: bytes, *, name: str, **fields: Unpack[ContactDetails]) -> Contact:
    """A new person at a customer (R-042).

    :raises RuleBroken: 3120 a field holds what it cannot, 3122 the superior is at another customer, 3115 the
        customer is deleted.
    """
    _demand_customer(work, customer_id)
    contact = Contact(id=work.new_id(), customer_id=customer_id, name=tidy(name))
    _take_over(contact, fields)
    _settle(work, contact)
    work.session.add(contact)
    work.session.flush()
    return contact


def edit_contact(work: Work, contact_id: bytes, **fields: Unpack[ContactFields]) -> Contact:
    """Change what is known of a contact, their place in the hierarchy too.

    :raises InvalidInput: 1004 for a field that is not in `ContactFields`.
    :raises RuleBroken: 3120, 3121 the contact would report to themselves in a ring, 3122, 3123 the contact is deleted.
    """
    contact = _to_edit(work, contact_id)
    if contact.deleted:
        raise RuleBroken(DELETED, "The contact was deleted; revive it first.")
    _take_over(contact, fields)
    _settle(work, contact)
    work.session.flush()
    return contact


def verify_contact(work: Work, contact_id: bytes) -> Contact:
    """Somebody checked today that the data is right (R-023)."""
    return edit_contact(work, contact_id, last_verified_on=work.business_date)


def delete_contact(work: Work, contact_id: bytes) -> Contact:
    """Mark a contact as deleted. Those who reported to them still do: the chart shows the gap."""
    contact = _to_edit(work, contact_id)
    contact.deleted = True
    work.session.flush()
    return contact


def revive_contact(work: Work, contact_id: bytes) -> Contact:
    """Take a deletion back."""
    contact = _to_edit(work, contact_id)
    contact.deleted = False
    work.session.flush()
    return contact
