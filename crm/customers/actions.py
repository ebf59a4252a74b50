"""What a person can do with customers (R-012 to R-014, R-017, R-020, R-024, R-036).

Every action happens inside a `Work` and leaves its rows in the session, flushed; whoever owns the work commits it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypedDict, Unpack

from crm.changes.work import Work
from crm.customers import queries
from crm.customers.entities import Customer, ShipToAddress
from crm.customers.rules import (
    CODE_TAKEN,
    DELETED,
    address_findings,
    customer_code,
    customer_findings,
    keys_of,
    owner_findings,
    tidy,
)
from crm.customers.states import LIBRARY, Library
from crm.errors import Code, InvalidInput, NotAllowed, RuleBroken
from crm.people.entities import User
from crm.people.queries import standing_of
from crm.rights import Right, demand, demand_move
from crm.rules import enforce, row_of

SERIES = "customer"
"""The counter that customer codes are taken from."""


class CustomerDetails(TypedDict, total=False):
    """What a customer may begin with beside its name."""

    name_en: str
    is_real_name_verified: bool
    region: str
    industry: str
    source: str
    grade: str
    deal_type: str
    website: str
    email: str
    phone: str
    address_country: str
    address_province: str
    address_city: str
    address_street: str
    address_postcode: str
    tax_registration_no: str
    tax_category: str
    payment_terms_id: bytes | None
    preferences: str
    former_supplier: str
    wanted_channel: str
    wanted_frequency: str
    last_verified_on: date | None
    note: str


class CustomerFields(CustomerDetails, total=False):
    """What may be edited of a customer. Code, owner, library and credit have actions of their own."""

    name: str


class ShipToDetails(TypedDict, total=False):
    """What a place of delivery may begin with beside its label."""

    recipient: str
    phone: str
    address_country: str
    address_province: str
    address_city: str
    address_street: str
    address_postcode: str
    delivery_note: str


class ShipToFields(ShipToDetails, total=False):
    """What may be edited of a place of delivery; see `set_default_ship_to` for the default one."""

    label: str


def _take_over(target: Customer | ShipToAddress, fields: Mapping[str, object], known: type) -> None:
    for name, value in fields.items():
        if name not in known.__annotations__:
            raise InvalidInput(Code.UNKNOWN_FIELD, "That cannot be edited here.", field=name)
        setattr(target, name, tidy(value) if isinstance(value, str) else value)


def _settle(customer: Customer) -> None:
    """Recompute what follows from the fields, and see that the row may stand."""
    row = row_of(customer)
    keys = keys_of(row)
    customer.name_key = keys["name_key"]
    customer.phone_key = keys["phone_key"]
    customer.registry_key = keys["registry_key"]
    customer.code_key = keys["code_key"]
    enforce(customer_findings(row))


def _to_edit(work: Work, customer_id: bytes, right: Right = Right.CUSTOMER_EDIT) -> Customer:
    customer = queries.find_customer(work.session, customer_id)
    demand(work.actor, right, queries.standing_of_customer(work.session, customer))
    if customer.deleted:
        raise RuleBroken(DELETED, "The customer was deleted; revive it first.")
    return customer


def create_customer(
    work: Work,
    *,
    name: str,
    owner_id: bytes | None = None,
    code: str | None = None,
    **fields: Unpack[CustomerDetails],
) -> Customer:
    """A new customer, held by the actor or by ``owner_id``, in the potential library (SM-01).

    The code is given here and for ever, unless one is handed in by an import (R-020, R-021). Likely duplicates are
    for the caller to show beforehand (`crm.customers.queries.likely_same`); they forbid nothing.

    :raises RuleBroken: 3110 a field holds what it cannot, 3111 the code is taken.
    :raises NotAllowed: 2002 or 2003 when the actor may not enter a customer, or not for that person.
    """
    owner = owner_id or work.actor.id
    standing = standing_of(work.session, owner, None)
    demand(work.actor, Right.CUSTOMER_EDIT, standing)
    if owner != work.actor.id:
        demand(work.actor, Right.CUSTOMER_ASSIGN, standing)
    if work.session.get(User, owner) is None:
        raise NotAllowed(Code.NOT_FOUND, "There is no such person.")
    row_id = work.new_id()
    if code is None:
        code = customer_code(work.device_code, work.next_number(SERIES), row_id)
    elif work.session.scalars(queries.with_code(code)).first() is not None:
        raise RuleBroken(CODE_TAKEN, "Another customer has this code.")
    customer = Customer(id=row_id, code=code, name=tidy(name), owner_id=owner)
    _take_over(customer, fields, CustomerDetails)
    _settle(customer)
    work.session.add(customer)
    work.session.flush()
    return customer


def edit_customer(work: Work, customer_id: bytes, **fields: Unpack[CustomerFields]) -> Customer:
    """Change what is known of a customer.

    :raises InvalidInput: 1004 for a field that is not in `CustomerFields`.
    :raises RuleBroken: 3110 a field holds what it cannot, 3115 the customer is deleted.
    """
    customer = _to_edit(work, customer_id)
    _take_over(customer, fields, CustomerFields)
    _settle(customer)
    work.session.flush()
    return customer


def verify_customer(work: Work, customer_id: bytes) -> Customer:
    """Somebody checked today that the data is right (R-023)."""
    return edit_customer(work, customer_id, last_verified_on=work.business_date)


def set_credit(
    work: Work,
    customer_id: bytes,
    *,
    limit_minor: int | None,
    currency: str,
    note_office: str | None = None,
) -> Customer:
    """Set the credit limit, in minor units of ``currency``; None takes the limit away (R-036). At the office only.

    ``note_office`` replaces the office's remark when it is not None.

    :raises NotAllowed: 2003 on a laptop, or without the right *customer.credit*.
    """
    customer = _to_edit(work, customer_id, Right.CUSTOMER_CREDIT)
    if not work.actor.office:
        raise NotAllowed(Code.NO_RIGHT, "The credit limit is set at the office.")
    customer.credit_limit_minor = limit_minor
    customer.credit_currency = currency
    if note_office is not None:
        customer.credit_note_office = tidy(note_office)
    _settle(customer)
    work.session.flush()
    return customer


def assign_customer(work: Work, customer_id: bytes, *, owner_id: bytes) -> Customer:
    """Give a customer to another person of the same division (R-024). With it go its contacts, addresses, orders.

    :raises RuleBroken: 3112 the person belongs to another division, 3114 the person's account is stopped.
    :raises NotAllowed: 2002 or 2003 without the right *customer.assign*.
    """
    customer = _to_edit(work, customer_id, Right.CUSTOMER_ASSIGN)
    if owner_id == customer.owner_id:
        return customer
    standing = queries.standing_of_customer(work.session, customer)
    owner = work.session.get(User, owner_id)
    enforce(
        owner_findings(
            row_of(owner) if owner is not None else None, division_id=standing.division_id, may_assign=True
        )
    )
    customer.owner_id = owner_id
    work.session.flush()
    return customer


def move_library(work: Work, customer_id: bytes, to: Library, *, reason: str = "") -> Customer:
    """Move a customer along SM-01. ``reason`` is kept for *invalid* and *public*.

    :raises RuleBroken: 3001 no such move, 3113 *invalid* without a reason.
    """
    customer = queries.find_customer(work.session, customer_id)
    standing = queries.standing_of_customer(work.session, customer)
    demand_move(work.actor, LIBRARY, customer.library, to.value, standing=standing)
    if customer.deleted:
        raise RuleBroken(DELETED, "The customer was deleted; revive it first.")
    customer.library = to.value
    if to is Library.INVALID:
        customer.invalid_reason = tidy(reason)
    elif to is Library.PUBLIC:
        customer.pool_reason = tidy(reason)
    _settle(customer)
    work.session.flush()
    return customer


def convert_customer(work: Work, customer_id: bytes) -> Customer:
    """Turn a potential customer into a trading one (R-014)."""
    return move_library(work, customer_id, Library.TRADING)


def delete_customer(work: Work, customer_id: bytes) -> Customer:
    """Mark a customer as deleted (R-023). Its rows stay, and `revive_customer` brings it back."""
    customer = _to_edit(work, customer_id)
    customer.deleted = True
    work.session.flush()
    return customer


def revive_customer(work: Work, customer_id: bytes) -> Customer:
    """Take a deletion back; nothing happens when the customer is not deleted."""
    customer = queries.find_customer(work.session, customer_id)
    demand(work.actor, Right.CUSTOMER_EDIT, queries.standing_of_customer(work.session, customer))
    customer.deleted = False
    work.session.flush()
    return customer


# --- places of delivery ---------------------------------------------------------------------------------------------


def add_ship_to(
    work: Work, customer_id: bytes, *, label: str, **fields: Unpack[ShipToDetails]
) -> ShipToAddress:
    """A new place of delivery (R-082). The first one of a customer becomes the default."""
    _to_edit(work, customer_id)
    first = work.session.scalars(queries.ship_to_addresses(customer_id)).first() is None
    address = ShipToAddress(id=work.new_id(), customer_id=customer_id, label=tidy(label), is_default=first)
    _take_over(address, fields, ShipToDetails)
    enforce(address_findings(row_of(address)))
    work.session.add(address)
    work.session.flush()
    return address


def _address(work: Work, address_id: bytes) -> ShipToAddress:
    address = work.session.get(ShipToAddress, address_id)
    if address is None:
        raise NotAllowed(Code.NOT_FOUND, "There is no such place of delivery.")
    _to_edit(work, address.customer_id)
    return address


def _living_address(work: Work, address_id: bytes) -> ShipToAddress:
    address = _address(work, address_id)
    if address.deleted:
        raise RuleBroken(DELETED, "The place of delivery was deleted; revive it first.")
    return address


def edit_ship_to(work: Work, address_id: bytes, **fields: Unpack[ShipToFields]) -> ShipToAddress:
    """Change a place of delivery. Orders that name it keep what they copied."""
    address = _living_address(work, address_id)
    _take_over(address, fields, ShipToFields)
    enforce(address_findings(row_of(address)))
    work.session.flush()
    return address


def set_default_ship_to(work: Work, address_id: bytes) -> ShipToAddress:
    """Make this place the one that orders propose, and no other."""
    address = _living_address(work, address_id)
    for other in work.session.scalars(queries.ship_to_addresses(address.customer_id)):
        other.is_default = other.id == address_id
    work.session.flush()
    return address


def delete_ship_to(work: Work, address_id: bytes) -> ShipToAddress:
    """Mark a place of delivery as deleted; the default one hands over to nobody."""
    address = _living_address(work, address_id)
    address.deleted = True
    address.is_default = False
    work.session.flush()
    return address


def revive_ship_to(work: Work, address_id: bytes) -> ShipToAddress:
    """Take a deletion back."""
    address = _address(work, address_id)
    address.deleted = False
    work.session.flush()
    return address
