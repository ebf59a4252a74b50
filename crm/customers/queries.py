"""What rules and actions read of customers."""

from __future__ import annotations

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from crm.changes.actor import Standing
from crm.customers.entities import Customer, ShipToAddress
from crm.customers.rules import DUPLICATE_KEYS, keys_of
from crm.customers.states import Library
from crm.errors import Code, NotAllowed
from crm.people.queries import standing_of
from crm.rules import row_of


def customers() -> Select[Customer]:
    """Every customer that is neither deleted nor merged away, in order of name."""
    return (
        select(Customer)
        .where(Customer.deleted.is_(False), Customer.library != Library.MERGED.value)
        .order_by(Customer.name, Customer.id)
    )


def customers_of(owner_id: bytes) -> Select[Customer]:
    """The customers a person holds, in order of name (R-235)."""
    return customers().where(Customer.owner_id == owner_id)


def customers_in(library: Library) -> Select[Customer]:
    """The customers of one library, in order of name (R-013)."""
    return customers().where(Customer.library == library.value)


def with_code(code: str) -> Select[Customer]:
    """Whichever customer has the code, deleted ones too (R-020)."""
    return select(Customer).where(Customer.code == code)


def ship_to_addresses(customer_id: bytes) -> Select[ShipToAddress]:
    """The places of delivery of a customer that are not deleted, the default one first."""
    return (
        select(ShipToAddress)
        .where(ShipToAddress.customer_id == customer_id, ShipToAddress.deleted.is_(False))
        .order_by(ShipToAddress.is_default.desc(), ShipToAddress.label, ShipToAddress.id)
    )


def likely_same(
    *,
    name: str = "",
    phone: str = "",
    tax_registration_no: str = "",
    besides: bytes | None = None,
    division_id: bytes | None = None,
) -> Select[Customer]:
    """The records at hand that look like the firm described, before it is entered (R-017).

    ``besides`` leaves one record out: the one being edited. ``division_id`` keeps the office to one division; a
    laptop holds no other.
    """
    keys = keys_of({"name": name, "phone": phone, "tax_registration_no": tax_registration_no, "code": ""})
    matches = [
        getattr(Customer, column) == key for column in DUPLICATE_KEYS if (key := keys[column]) is not None
    ]
    query = customers().where(or_(False, *matches))
    if besides is not None:
        query = query.where(Customer.id != besides)
    if division_id is not None:
        query = query.where(Customer.feed_id == division_id)
    return query


def likely_same_as(customer: Customer) -> Select[Customer]:
    """The other records at hand that look like this one (R-018)."""
    row = row_of(customer)
    return likely_same(
        name=str(row["name"]),
        phone=str(row["phone"]),
        tax_registration_no=str(row["tax_registration_no"]),
        besides=customer.id,
        division_id=customer.feed_id,
    )


def find_customer(session: Session, customer_id: bytes) -> Customer:
    """The customer, deleted or not.

    :raises NotAllowed: code 2002 when there is none at hand.
    """
    customer = session.get(Customer, customer_id)
    if customer is None:
        raise NotAllowed(Code.NOT_FOUND, "There is no such customer.")
    return customer


def standing_of_customer(session: Session, customer: Customer) -> Standing:
    """How the customer's unit stands: the division it was born in, and who holds it."""
    return standing_of(session, customer.owner_id, customer.feed_id)
