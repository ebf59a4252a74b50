"""The little firm that every seed begins with. It is built once and its files are copied for each seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from crm.catalogue import actions as catalogue
from crm.changes.actor import Actor, Extent
from crm.changes.safeguards import ALL
from crm.contacts import actions as contacts
from crm.customers import actions as customers
from crm.ids import IdFactory, PersonId, derive_id
from crm.orders import actions as orders
from crm.people import actions as people
from crm.rights import Right, Role
from crm.schema import SCHEMA
from sync_server.store import migrations
from sync_server.store.database import Database
from sync_server.sync.office import OfficeWork
from tests.simulation.clocks import BEGINNING_MS, TrueTime
from tests.simulation.engines import url_of
from tests.simulation.host import OfficeHost

SECRET: Final = "for the office alone"
"""These words stand in fields of office reach and nowhere else."""
SECRET_NUMBERS: Final = (7_123_454_321, 7_123_456_789)
"""Cost and floor price; too large to come about by chance."""
DAY_BEFORE: Final = date(2025, 1, 1)


@dataclass(frozen=True)
class Laptop:
    """A device as the office enrolled it."""

    name: str
    person: bytes
    device: bytes
    incarnation: bytes
    code: str


@dataclass
class World:
    """Who and what there is. Ids as the office knows them. ``customers`` are those of the first rep."""

    folder: Path
    division: bytes = b""
    other_division: bytes = b""
    reps: list[bytes] = field(default_factory=list)
    approvers: list[bytes] = field(default_factory=list)
    head: bytes = b""
    marketing: bytes = b""
    stranger: bytes = b""
    customers: list[bytes] = field(default_factory=list)
    products: list[bytes] = field(default_factory=list)
    price_list: bytes = b""
    laptops: list[Laptop] = field(default_factory=list)

    @property
    def office_file(self) -> Path:
        """The office's database as every seed finds it."""
        return self.folder / "office.db"

    def laptop_file(self, laptop: Laptop, *, copied: bool) -> Path:
        """A laptop's database: after its first copy, or just enrolled."""
        return self.folder / f"{laptop.name}-{'copied' if copied else 'fresh'}.db"


_OFFICE_ITSELF: Final = PersonId(derive_id("person", "office"))
_EVERYTHING: Final = Actor(_OFFICE_ITSELF, None, {right.value: Extent.ALL for right in Right}, office=True)


def build_office(folder: Path) -> World:
    """Make the office's database. The same bytes every time, but for what SQLite adds."""
    world = World(folder)
    chance = random.Random("world")
    time = TrueTime(BEGINNING_MS - 86_400_000)
    database = Database(url_of(world.office_file), SCHEMA, now_ms=time.now_ms)
    migrations.upgrade(database)
    database.close()
    host = OfficeHost(world.office_file, time, chance, ALL)

    def act(action: Callable[[OfficeWork], Any]) -> Any:
        time.advance(60_000)
        return host.office.act(_OFFICE_ITSELF, "world", action, actor=_EVERYTHING)[1]

    _people(world, act)
    _catalogue(world, act)
    for number, owner in enumerate(
        [world.reps[0]] * 3 + [world.reps[1]] * 2 + [world.reps[2], world.stranger]
    ):
        row_id = _customer(act, owner, number)
        if owner == world.reps[0]:
            world.customers.append(row_id)
        _order(world, act, row_id)
    ids = IdFactory(time.now_ms, chance.randbytes)
    owners = [(0, 1), (0, 2), (1, 1), (2, 1)]
    codes = ["RA", "RB", "RC"]
    for place, ordinal in owners:
        world.laptops.append(
            Laptop(f"{codes[place]}{ordinal}", world.reps[place], ids(), ids(), f"{codes[place]}-{ordinal}")
        )
    with host.office.database.write() as connection:
        host.office.database.execute_many(
            connection,
            "INSERT INTO device (id, person, ordinal, name, state, enrolled_at, last_contact_at, clock_offset_ms, "
            "client_version) VALUES (?,?,?,?,'active',0,0,0,'')",
            [(each.device, each.person, int(each.code[-1]), each.name) for each in world.laptops],
        )
    host.stop()
    return world


def _people(world: World, act: Callable[[Callable[[OfficeWork], Any]], Any]) -> None:
    world.division = act(lambda work: people.create_division(work, code="D1", name="Outdoor").id)
    world.other_division = act(lambda work: people.create_division(work, code="D2", name="Print").id)

    def person(name: str, code: str, division: bytes | None, role: Role) -> bytes:
        def create(work: OfficeWork) -> bytes:
            user = people.create_user(
                work, name=name, rep_code=code, division_id=division, email=f"{code} {SECRET}"
            )
            people.assign_role(work, user.id, role)
            return user.id

        row_id: bytes = act(create)
        act(lambda work: people.approve_account(work, row_id))
        act(lambda work: people.activate_account(work, row_id))
        return row_id

    world.reps = [person(f"Rep {code}", code, world.division, Role.SALES_REP) for code in ("RA", "RB", "RC")]
    world.stranger = person("Rep RX", "RX", world.other_division, Role.SALES_REP)
    world.approvers = [
        person(f"Approver {code}", code, world.division, Role.APPROVER) for code in ("AP", "AQ")
    ]
    world.head = person("Head", "HD", world.division, Role.DIVISION_HEAD)
    world.marketing = person("Marketing", "MK", None, Role.MARKETING)


def _catalogue(world: World, act: Callable[[Callable[[OfficeWork], Any]], Any]) -> None:
    def build(work: OfficeWork) -> None:
        top = catalogue.create_category(work, name="Outdoor media")
        tax = catalogue.create_tax_class(work, code="ADV", name="Advertising")
        catalogue.add_tax_rate(work, tax.id, rate_bp=600)
        price_list = catalogue.create_price_list(
            work, code="STD", name="Standard", currency="CNY", valid_from=DAY_BEFORE
        )
        world.price_list = price_list.id
        for number in range(3):
            product = catalogue.create_product(
                work,
                code=f"P-{number}",
                name=f"Board {number}",
                base_unit="month",
                category_id=top.id,
                tax_class_id=tax.id,
                cost_minor=SECRET_NUMBERS[0],
                floor_price_minor=SECRET_NUMBERS[1],
                cost_currency="CNY",
            )
            world.products.append(product.id)
            catalogue.set_list_price(work, price_list.id, product.id, price_minor=1000 * (number + 1))
        catalogue.create_discount_rule(work, max_discount_bp=500, role=Role.SALES_REP.value)

    act(build)


def _customer(act: Callable[[Callable[[OfficeWork], Any]], Any], owner: bytes, number: int) -> bytes:
    def build(work: OfficeWork) -> bytes:
        row = customers.create_customer(
            work, name=f"Customer {number}", owner_id=owner, phone=f"555000{number}", grade="A"
        )
        customers.set_credit(work, row.id, limit_minor=10_000, currency="CNY", note_office=SECRET)
        contacts.create_contact(work, row.id, name=f"Contact {number}", phone="1")
        customers.add_ship_to(work, row.id, label="gate", address_city="Haikou", address_street="1 Sea Road")
        return row.id

    row_id: bytes = act(build)
    return row_id


def _order(world: World, act: Callable[[Callable[[OfficeWork], Any]], Any], customer: bytes) -> None:
    """A draft of two lines, which every laptop of its rep can work on from the beginning."""

    def build(work: OfficeWork) -> None:
        order = orders.create_order(
            work,
            customer,
            rep_id=world.reps[0],
            wanted_on=work.business_date + timedelta(days=60),
            delivery_place="the gate",
        )
        for product in world.products[:2]:
            orders.add_line(work, order.id, product, quantity_milli=2000)

    act(build)
