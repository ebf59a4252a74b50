"""A laptop's copy on which everything has happened that the sync centre tells of.

Conflicts about a phone, an order and a removed contact; a change that the office refused, with two that rest on it; one
that it set aside; what waits: a new customer with two contacts, an order of ten lines that was submitted; what is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Engine

from crm.changes.actor import Actor
from crm.changes.view import Change, Finding, View
from crm.contacts.actions import create_contact, delete_contact, edit_contact
from crm.contacts.entities import Contact
from crm.customers.actions import create_customer, edit_customer
from crm.customers.rules import CustomerRules
from crm.orders.actions import add_line, change_order, create_order, submit_order
from crm.orders.entities import SalesOrder
from crm.schema import RULEBOOK, SCHEMA
from demo.company import Company, build_company
from desktop.store.work import LocalWork
from desktop.vault.database import open_engine
from sync_server.accounts.actors import actor_for
from sync_server.store.database import Database
from sync_server.store.migrations import upgrade
from sync_server.sync.office import Office
from tests.desktop.copies import KEY, NOW_MS, SEED, ZONE, Prepared, StandingClock
from tests.local_copy import LocalCopy

T = TypeVar("T")

NEW_MOBILE: Final = "139 0000 8802"
OFFICE_MOBILE: Final = "138 0000 8801"
WANTED: Final = date(2026, 11, 20)


class Defect(CustomerRules):
    """A bug at the office: it raises on one note."""

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        """See `CustomerRules`."""
        if change.after["note"] == "defect":
            raise ZeroDivisionError("a bug")
        yield from super().judge(view, change)


@dataclass(frozen=True)
class Troubles:
    """The copy, and what in it is what."""

    prepared: Prepared
    contact: bytes
    phone_conflict: bytes
    order_conflict: bytes
    dead_conflict: bytes
    refused_customer: bytes
    refused_order: bytes
    set_aside_customer: bytes
    new_customer: bytes
    waiting_order: bytes
    edited_contact: bytes
    edited_before: str


class Firm:
    """An office with its company, and laptops of its first rep."""

    def __init__(self, folder: Path, clock: StandingClock) -> None:
        self.folder = folder
        self.clock = clock
        rulebook = {**RULEBOOK, "customer": Defect()}
        self.database = Database(f"sqlite:///{folder / 'office.db'}", SCHEMA, now_ms=clock.now_ms)
        upgrade(self.database)
        self.office = Office(
            self.database,
            rulebook,
            lambda connection, person, office: actor_for(self.database, connection, person, office=office),
            zone=ZONE,
        )
        self.company: Company = build_company(
            self.office, seed=SEED, clock=clock, customers=40, products=40, reps=2, orders_per_customer=3
        )
        with self.database.snapshot() as connection:
            self.rep: Actor = actor_for(self.database, connection, self.company.reps[0], office=False)

    def laptop(self, name: str) -> LocalCopy:
        """A laptop of the first rep, with its first copy."""
        path = self.folder / name

        def encrypted() -> Engine:
            return open_engine(path, KEY, create=not path.exists())

        code = self.company.rep_codes[0]
        copy = LocalCopy(
            self.office, self.database, self.rep, path, self.clock, rep_code=code, zone=ZONE, engine=encrypted
        )
        copy.round()
        return copy

    def at_office(self, intent: str, action: Callable[..., object]) -> None:
        """Something that the head of the division does at the office."""
        self.office.act(self.company.head, intent, action)


def act(copy: LocalCopy, intent: str, action: Callable[[LocalWork], T]) -> T:
    """Something that the rep does, a minute after the last thing."""
    clock = copy.clock
    assert isinstance(clock, StandingClock)
    clock.at_ms += 60_000
    with copy.store.unit_of_work(intent, copy.actor) as work:
        return action(work)


def ten_lines(copy: LocalCopy, company: Company, customer: bytes, *, submits: bool) -> bytes:
    """An order of ten lines."""

    def begin(work: LocalWork) -> SalesOrder:
        return create_order(work, customer, wanted_on=WANTED, delivery_place="海口市龙华区滨海大道 88 号")

    order = act(copy, "order.create", begin).id
    for product in company.products[:10]:
        act(
            copy, "order.add_line", partial(add_line, order_id=order, product_id=product, quantity_milli=2000)
        )
    if submits:
        act(copy, "order.submit", lambda work: submit_order(work, order))
    return order


def trouble(folder: Path) -> Troubles:
    """Make all of it."""
    clock = StandingClock(NOW_MS - 3 * 3_600_000)
    firm = Firm(folder, clock)
    company = firm.company
    mine, other = firm.laptop("copy.db"), firm.laptop("other.db")
    customers = company.customers[firm.rep.id]
    contacts = [contact for customer in customers for contact in company.contacts[customer][:1]]
    phone, dead, edited = contacts[0], contacts[1], contacts[2]

    # Done, and the ground for a conflict about an order.
    draft = ten_lines(mine, company, customers[3], submits=False)
    act(mine, "customer.edit", lambda work: edit_customer(work, customers[4], email="office@example.com"))
    mine.round()
    other.round()

    # Both sides of three conflicts.
    firm.at_office("contact.edit", lambda work: edit_contact(work, phone, mobile=OFFICE_MOBILE))
    firm.at_office("contact.delete", lambda work: delete_contact(work, dead))
    act(
        other,
        "order.change",
        lambda work: change_order(
            work, draft, reference_no="PO-77", discount_bp=500, discount_reason="Trial"
        ),
    )
    other.round()
    act(mine, "contact.edit", lambda work: edit_contact(work, phone, mobile=NEW_MOBILE))
    act(mine, "contact.edit", lambda work: edit_contact(work, dead, title="Purchasing"))
    act(
        mine, "order.add_line", lambda work: add_line(work, draft, company.products[12], quantity_milli=36000)
    )

    # Refused, with two that rest on it; set aside.
    taken = firm.office.act(
        firm.company.head,
        "customer.create",
        lambda work: create_customer(work, name="三亚晨光", code="C-77", owner_id=company.reps[1]),
    )[1].id
    assert taken
    refused = act(
        mine, "customer.create", lambda work: create_customer(work, name="文昌东郊椰林酒店", code="C-77")
    ).id
    refused_order = ten_lines(mine, company, refused, submits=False)
    act(mine, "customer.edit", lambda work: edit_customer(work, customers[5], note="defect"))
    mine.sync.round()
    mine.sync.round()

    # What waits.
    clock.at_ms = NOW_MS - 30 * 60_000

    def welcome(work: LocalWork) -> bytes:
        customer = create_customer(work, name="海口椰风度假村", phone="0898 6600 1234", address_city="海口")
        create_contact(work, customer.id, name="王芳", mobile="138 0000 1111", title="采购经理")
        create_contact(work, customer.id, name="陈强", mobile="138 0000 2222")
        return customer.id

    new = act(mine, "customer.create", welcome)
    waiting = ten_lines(mine, company, new, submits=True)
    with mine.store.session() as session:
        contact = session.get(Contact, edited)
        assert contact is not None
        before = contact.mobile
    act(mine, "contact.edit", lambda work: edit_contact(work, edited, mobile="139 0000 3333"))

    with mine.store.reading() as connection:
        found = connection.exec_driver_sql("SELECT row_id, id FROM conflict WHERE state = 'open'").all()
        conflicts = {row[0]: row[1] for row in found}
        device_code = mine.store.state().device_code
    path = mine.path
    mine.close()
    other.close()
    firm.database.close()
    return Troubles(
        Prepared(path, firm.rep, device_code, company),
        phone,
        conflicts[phone],
        conflicts[draft],
        conflicts[dead],
        refused,
        refused_order,
        customers[5],
        new,
        waiting,
        edited,
        before,
    )
