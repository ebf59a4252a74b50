"""What rules and actions read of contacts."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm.contacts.entities import Contact
from crm.errors import Code, NotAllowed


def contacts_of(customer_id: bytes) -> Select[Contact]:
    """The contacts of a customer that are not deleted: the highest level first, unknown levels last, then by name."""
    return (
        select(Contact)
        .where(Contact.customer_id == customer_id, Contact.deleted.is_(False))
        .order_by(Contact.level == 0, Contact.level, Contact.name, Contact.id)
    )


def every_contact_of(customer_id: bytes) -> Select[Contact]:
    """The contacts of a customer, deleted ones too, in order of id."""
    return select(Contact).where(Contact.customer_id == customer_id).order_by(Contact.id)


def find_contact(session: Session, contact_id: bytes) -> Contact:
    """The contact, deleted or not.

    :raises NotAllowed: code 2002 when there is none at hand.
    """
    contact = session.get(Contact, contact_id)
    if contact is None:
        raise NotAllowed(Code.NOT_FOUND, "There is no such contact.")
    return contact
