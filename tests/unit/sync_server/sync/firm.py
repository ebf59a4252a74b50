"""A small firm with its office on a real database, and laptops that hand in and fetch."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Final, TypeVar, cast

import msgspec

from crm.catalogue import actions as catalogue
from crm.changes.actor import Actor, Extent
from crm.changes.clock import stamp_of
from crm.changes.codec import Form, body_hash, encode, encode_changeset
from crm.changes.entity import Row
from crm.changes.ops import (
    BIRTH,
    CHANGE,
    PROTOCOL,
    Changeset,
    Head,
    Op,
    Outcome,
    Page,
    PullRequest,
    PushAnswer,
    PushRequest,
    Receipt,
    Sealed,
)
from crm.changes.safeguards import ALL, Safeguards
from crm.changes.view import Key, Rulebook
from crm.changes.work import Work
from crm.ids import CATALOGUE, DIRECTORY, IdFactory, PersonId, derive_id
from crm.people import actions as people
from crm.rights import Right, Role
from crm.schema import RULEBOOK, SCHEMA
from sync_server.accounts.actors import actor_for
from sync_server.store import migrations
from sync_server.store.database import Database
from sync_server.store.rows import quoted, select_list
from sync_server.sync.check import check
from sync_server.sync.office import Office, OfficeWork
from sync_server.sync.push import Caller

T = TypeVar("T")

NOON: Final = 1_780_000_000_000
DAY: Final = "2026-05-29"
SECRET: Final = 4_242_424_242
"""The cost of every product: a field that never leaves the office."""
ITSELF: Final = PersonId(derive_id("person", "office"))
ANYTHING: Final = Actor(ITSELF, None, {right.value: Extent.ALL for right in Right}, office=True)
"""The office itself, which may do everything."""

PEOPLE: Final = {
    "ANN": ("Anna", "NOR", Role.SALES_REP),
    "BEN": ("Ben", "NOR", Role.SALES_REP),
    "CHE": ("Chen", "SOU", Role.SALES_REP),
    "HED": ("Head", "NOR", Role.DIVISION_HEAD),
    "CLE": ("Clerk", "NOR", Role.APPROVER),
    "MAR": ("Marketing", "NOR", Role.MARKETING),
}


class StandingClock:
    """UTC milliseconds, moved by hand."""

    def __init__(self, ms: int = NOON) -> None:
        self.ms = ms

    def __call__(self) -> int:
        return self.ms


def prepare(url: str) -> None:
    """Two divisions, six people, two products: the firm every test begins with."""
    firm = Firm(url, seed=0)
    migrations.upgrade(firm.database)
    divisions = {code: firm.act(partial(_division, code=code)) for code in ("NOR", "SOU")}
    for code, (name, division, role) in PEOPLE.items():
        person = firm.act(partial(_person, name=name, code=code, division=divisions[division], role=role))
        for step in (people.approve_account, people.activate_account):
            firm.act(partial(_step, step=step, person=person))
    firm.act(_catalogue)
    firm.close()


def _division(work: OfficeWork, *, code: str) -> bytes:
    return people.create_division(work, code=code, name=code.title()).id


def _person(work: OfficeWork, *, name: str, code: str, division: bytes, role: Role) -> bytes:
    user = people.create_user(work, name=name, rep_code=code, division_id=division)
    people.assign_role(work, user.id, role)
    return user.id


def _step(work: OfficeWork, *, step: Callable[[Work, bytes], object], person: bytes) -> None:
    step(work, person)


def _catalogue(work: OfficeWork) -> None:
    top = catalogue.create_category(work, name="Outdoor")
    below = catalogue.create_category(work, name="Posts", parent_id=top.id)
    for name in ("Post", "Wall"):
        product = catalogue.create_product(
            work, code=name.upper(), name=name, category_id=below.id, base_unit="piece"
        )
        product.cost_minor = SECRET
        product.cost_currency = "CNY"
    work.session.flush()


@dataclass
class Firm:
    """The office over one database. ``rulebook`` and ``safeguards`` are for tests of defects."""

    url: str
    rulebook: Rulebook = field(default_factory=lambda: RULEBOOK)
    safeguards: Safeguards = ALL
    clock: StandingClock = field(default_factory=StandingClock)
    seed: int = 1

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.database = Database(self.url, SCHEMA, now_ms=self.clock)
        self.new_id = IdFactory(self.clock, self.chance.randbytes)
        self.office = Office(
            self.database,
            self.rulebook,
            lambda connection, person, office: actor_for(self.database, connection, person, office=office),
            random_bytes=self.chance.randbytes,
            safeguards=self.safeguards,
        )

    def close(self) -> None:
        self.database.close()

    # -- who and what there is

    def sql(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of a query, past everything."""
        with self.database.snapshot() as connection:
            return self.database.rows(connection, statement, parameters)

    def plant(self, statement: str, *parameters: Any) -> None:
        """Change the database behind everybody's back."""
        with self.database.write() as connection:
            cursor = connection.connection.cursor()
            cursor.execute(self.database.sql(statement), parameters)
            cursor.close()

    def person(self, code: str) -> bytes:
        return cast(bytes, self.sql("SELECT id FROM app_user WHERE rep_code=?", code)[0][0])

    @cached_property
    def anna(self) -> bytes:
        return self.person("ANN")

    @cached_property
    def ben(self) -> bytes:
        return self.person("BEN")

    @cached_property
    def chen(self) -> bytes:
        return self.person("CHE")

    @cached_property
    def head(self) -> bytes:
        return self.person("HED")

    @cached_property
    def north(self) -> bytes:
        return self.division("NOR")

    def division(self, code: str) -> bytes:
        return cast(bytes, self.sql("SELECT id FROM division WHERE code=?", code)[0][0])

    @cached_property
    def products(self) -> list[bytes]:
        return [row[0] for row in self.sql("SELECT id FROM product ORDER BY id")]

    def row(self, table: str, row_id: bytes) -> Row:
        columns = SCHEMA[table].columns
        [values] = self.sql(f"SELECT {select_list(columns)} FROM {quoted(table)} WHERE id=?", row_id)
        return dict(zip(columns, values, strict=True))

    def rows(self, table: str) -> list[Row]:
        columns = SCHEMA[table].columns
        found = self.sql(f"SELECT {select_list(columns)} FROM {quoted(table)} ORDER BY id")
        return [dict(zip(columns, values, strict=True)) for values in found]

    def everything(self) -> dict[Key, Row]:
        """Every replicated row."""
        return {
            (entity.name, cast(bytes, row["id"])): row for entity in SCHEMA for row in self.rows(entity.name)
        }

    def scope_of(self, person: bytes) -> set[bytes]:
        """The units a person holds, from the rows that say so and from nothing else."""
        owned = self.sql("SELECT id FROM customer WHERE owner_id=?", person)
        return {CATALOGUE, DIRECTORY, person, *(row[0] for row in owned)}

    def in_scope(self, person: bytes) -> dict[Key, Row]:
        """What a laptop of the person holds after a checkpoint: columns of the wire alone."""
        units = self.scope_of(person)
        return {
            key: {name: row[name] for name in SCHEMA[key[0]].wire_columns}
            for key, row in self.everything().items()
            if row["unit"] in units
        }

    def faults(self) -> list[Any]:
        """What the check finds."""
        return list(check(self.database))

    # -- people at the office

    def act(
        self,
        action: Callable[[OfficeWork], T],
        person: bytes | None = None,
        *,
        touching: Sequence[tuple[str, bytes]] = (),
    ) -> T:
        """Something done at the office, by the office itself or in a person's own name."""
        actor = ANYTHING if person is None else None
        return self.office.act(person or ITSELF, "test", action, touching=touching, actor=actor)[1]

    def edit(self, table: str, row_id: bytes, **fields: Any) -> Outcome:
        """Set fields of a row at the office."""

        def write(work: OfficeWork) -> None:
            row = work.session.get(SCHEMA[table].cls, row_id)
            for name, value in fields.items():
                setattr(row, name, value)

        return self.office.act(ITSELF, "edit", write, touching=[(table, row_id)], actor=ANYTHING)[0]

    # -- laptops

    def laptop(self, person: bytes, *, device: bytes | None = None) -> Laptop:
        """A new laptop of a person."""
        device = device or self.new_id()
        ordinal = 1 + len(self.sql("SELECT 1 FROM device WHERE person=?", person))
        self.plant(
            "INSERT INTO device (id, person, ordinal, name, state, enrolled_at, last_contact_at, clock_offset_ms, "
            "client_version) VALUES (?,?,?,'laptop','active',0,0,0,'')",
            device,
            person,
            ordinal,
        )
        return Laptop(self, person, device, self.new_id())

    def customer(self, laptop: Laptop, **fields: Any) -> bytes:
        """A new customer handed in by a laptop; its id."""
        row_id = self.new_id()
        outcome = laptop.hand_in(customer_birth(row_id, laptop.person, **fields))
        assert outcome.kind == "applied", outcome
        return row_id


def customer_birth(row_id: bytes, owner: bytes, **fields: Any) -> Op:
    """The birth of a customer."""
    number = row_id.hex()[-8:]
    return Op(
        "customer",
        row_id,
        BIRTH,
        0,
        {"owner_id": owner, "code": f"C-{number}", "name": f"Firm {number}", **fields},
    )


@dataclass
class Laptop:
    """One life of one laptop: what it hands in, and the rows it holds, folded page by page."""

    firm: Firm
    person: bytes
    device: bytes
    incarnation: bytes
    n: int = 0
    cursor: dict[str, Head] = field(default_factory=dict)
    rows: dict[Key, Row] = field(default_factory=dict)
    staged: dict[Key, Row] = field(default_factory=dict)
    position: bytes = b""
    receipt: Receipt | None = None
    pages: list[Page] = field(default_factory=list)

    @property
    def caller(self) -> Caller:
        return Caller(self.person, self.device)

    # -- handing in

    def changeset(
        self,
        *ops: Op,
        change_id: bytes | None = None,
        stamp: int | None = None,
        actor: bytes | None = None,
        **more: Any,
    ) -> Changeset:
        """What this person did just now."""
        whole = Changeset(
            change_id or self.firm.new_id(),
            stamp if stamp is not None else stamp_of(self.firm.clock.ms),
            DAY,
            SCHEMA.version,
            "test",
            actor or self.person,
            ops,
        )
        return msgspec.structs.replace(whole, **more)

    def sealed(self, changeset: Changeset, *, form: Form = Form.MSGPACK) -> Sealed:
        """The changeset under the next number."""
        self.n += 1
        body = encode_changeset(changeset, form)
        return Sealed(changeset.change_id, self.n, body_hash(body), body)

    def push(self, sealed: Iterable[Sealed], *, form: Form = Form.MSGPACK) -> PushAnswer:
        """Send what is sealed."""
        request = PushRequest(PROTOCOL, self.incarnation, self.firm.clock.ms, tuple(sealed))
        return self.firm.office.push(self.caller, request, form)

    def hand_in(self, *ops: Op, **more: Any) -> Outcome:
        """One changeset, sent at once."""
        [outcome] = self.push([self.sealed(self.changeset(*ops, **more))]).outcomes
        return outcome

    def edit(self, table: str, row_id: bytes, *, base: int | None = None, **fields: Any) -> Op:
        """A change of these fields from what the office holds now."""
        row = self.firm.row(table, row_id)
        pairs = {name: [row[name], value] for name, value in fields.items()}
        return Op(table, row_id, CHANGE, cast(int, row["version"]) if base is None else base, pairs)

    # -- fetching

    def fetch(self, *, rows: int = 5000, **more: Any) -> Page:
        """One page, staged; folded when it completes its checkpoint."""
        request = PullRequest(
            PROTOCOL,
            SCHEMA.version,
            self.incarnation,
            dict(self.cursor),
            self.position,
            self.receipt.n if self.receipt else 0,
            rows,
        )
        page = self.firm.office.pull(self.caller, msgspec.structs.replace(request, **more))
        page = msgspec.msgpack.decode(encode(page), type=Page)
        self.pages.append(page)
        for block in page.blocks:
            for values in block.rows:
                row = {**block.same, **dict(zip(block.columns, values, strict=True))}
                self.staged[block.table, cast(bytes, row["id"])] = row
        self.position = page.position
        if page.complete:
            self.rows.update(self.staged)
            self.staged = {}
            gone = set(page.evicted)
            self.rows = {key: row for key, row in self.rows.items() if row["unit"] not in gone}
            self.cursor = dict(page.heads)
            self.receipt = page.receipt
        return page

    def checkpoint(self, *, rows: int = 5000) -> list[Page]:
        """Pages until the checkpoint is complete."""
        found = [self.fetch(rows=rows)]
        while not found[-1].complete:
            found.append(self.fetch(rows=rows))
            assert len(found) < 10_000
        return found

    def has_news(self) -> bool:
        return self.firm.office.has_news(self.caller, self.cursor)
