"""A small company, its office served over a real socket, and callers that speak HTTP to it."""

from __future__ import annotations

import base64
import itertools
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import msgspec
import requests
from argon2 import PasswordHasher
from sqlalchemy import select

from crm.catalogue.actions import create_price_list, create_product, set_list_price
from crm.changes.codec import Form, decode, encode, expand, seal
from crm.changes.ops import (
    BIRTH,
    MAX_PAGE_BYTES,
    PROTOCOL,
    Changeset,
    Head,
    Op,
    Page,
    PullRequest,
    PushAnswer,
    PushRequest,
    Sealed,
)
from crm.changes.work import Work
from crm.customers.actions import create_customer
from crm.ids import IdFactory
from crm.orders.actions import add_line, create_order, submit_order
from crm.orders.entities import SalesOrder
from crm.rights import Role
from crm.schema import SCHEMA
from sync_server.accounts import devices
from sync_server.accounts.passwords import Passwords
from sync_server.app import create_app, open_accounts, open_office
from sync_server.serve import Server, address_of, listen, make_server
from sync_server.set_up import OFFICE_ITSELF, NewDivision, NewPerson, SetUp
from sync_server.settings import Settings
from sync_server.store.database import Database
from sync_server.store.tables import OFFICE

T = TypeVar("T")

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
"""Real hashes that cost nothing."""
PEOPLE = (
    NewPerson("lin", "Lin Xiao", "LN", (Role.SALES_REP,), "OUT"),
    NewPerson("ma", "Ma Li", "MA", (Role.SALES_REP,), "OUT"),
    NewPerson("bo", "Bo Wang", "BO", (Role.SALES_REP,), "IND"),
    NewPerson("chen", "Chen Yu", "CH", (Role.APPROVER,), "OUT"),
    NewPerson("hua", "Hua Fang", "HU", (Role.APPROVER,), "IND"),
)
TICKS_AWAY = ("attempt", "token")
"""Tables that may change although nothing was changed."""


def password_of(login: str) -> str:
    """The password of a person of the company."""
    return f"the password of {login}"


def prepare(url: str) -> None:
    """Set up the office of the company in an empty database."""
    database = Database(url, SCHEMA)
    settings = Settings()
    office, accounts = open_office(database, settings), open_accounts(database, settings, CHEAP)
    set_up = SetUp(office, accounts)
    set_up.begin([NewDivision("OUT", "Outdoor"), NewDivision("IND", "Indoor")])
    for person in PEOPLE:
        set_up.add_person(person)
        accounts.set_password(set_up.find(person.login), password_of(person.login))

    def catalogue(work: Work) -> None:
        prices = create_price_list(work, code="STD", name="Standard", currency="CNY")
        for number in range(1, 4):
            product = create_product(work, code=f"P{number}", name=f"Poster {number}", base_unit="piece")
            set_list_price(work, prices.id, product.id, price_minor=1000 * number)

    set_up.act("catalogue.create", catalogue)
    # The last connection to go folds SQLite's journal into the file, which can then be copied.
    database.close()


@dataclass
class Clock:
    """The office's clock: the real one, moved by ``ahead_ms``."""

    ahead_ms: int = 0

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead_ms

    def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self.ahead_ms += int(seconds * 1000)


@dataclass(frozen=True)
class Reply:
    """An answer: HTTP status, headers, and the decoded body."""

    status: int
    headers: Mapping[str, str]
    raw: bytes
    body: Any

    def read(self, kind: type[T]) -> T:
        """The body as a message.

        Fails when the answer is a refusal."""
        assert self.status == 200, (self.status, self.body)
        return msgspec.convert(self.body, kind, strict=True)

    @property
    def code(self) -> int:
        """The number of a refusal, 0 for none."""
        return 0 if self.status == 200 else cast(int, self.body["code"])


class World:
    """The office while it is served. ``close`` ends it."""

    def __init__(self, url: str, *, settings: Settings | None = None) -> None:
        self.clock = Clock()
        self.database = Database(url, SCHEMA, now_ms=self.clock)
        self.settings = settings or Settings(look_s=0.5, stop_s=2)
        self.office = open_office(self.database, self.settings)
        self.accounts = open_accounts(self.database, self.settings, CHEAP)
        self.set_up = SetUp(self.office, self.accounts)
        self.app = create_app(self.office, self.settings, passwords=CHEAP)
        self.new_id = IdFactory(self.clock)
        listening = threading.Event()
        self._socket = listen("127.0.0.1", 0)
        self.base = address_of(self._socket)
        self.server: Server = make_server(self.app, self.settings, listening.set)
        self._thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )
        self._thread.start()
        assert listening.wait(20), "the server did not start"

    def close(self) -> None:
        """Stop serving."""
        self.server.stop()
        self._thread.join(20)
        assert not self._thread.is_alive(), "the server did not stop"
        self._socket.close()
        self.database.close()

    # -- people and things

    def person(self, login: str) -> bytes:
        """The person's id."""
        return self.set_up.find(login)

    def enrolment_code(self, login: str, **options: int) -> str:
        """A new code."""
        return devices.issue_code(self.database, self.person(login), issued_by=OFFICE_ITSELF, **options)

    def caller(self, token: str | None = None) -> Caller:
        """Somebody with this token."""
        return Caller(self.base, token)

    def sign_in(self, login: str) -> Caller:
        """A person without a device."""
        reply = self.caller().post(
            "/v1/sign-in", {"login": login, "password": password_of(login)}, form=Form.JSON
        )
        assert reply.status == 200, reply.body
        return self.caller(reply.body["access_token"])

    def device(self, login: str) -> Device:
        """An enrolled laptop of a person."""
        device, incarnation = self.new_id(), self.new_id()
        reply = self.caller().post(
            "/v1/enrol", enrolment(self.enrolment_code(login), device, incarnation), form=Form.JSON
        )
        assert reply.status == 200, reply.body
        return Device(
            self.base,
            reply.body["access_token"],
            world=self,
            person=self.person(login),
            id=device,
            incarnation=incarnation,
            refresh_token=reply.body["refresh_token"],
        )

    def act(self, login: str, action: Callable[[Work], T]) -> T:
        """Something a person does at the office."""
        return self.office.act(self.person(login), "test", action)[1]

    def customer(self, login: str, name: str = "Harbour Hotel") -> bytes:
        """A customer held by a rep."""
        return self.act(login, lambda work: create_customer(work, name=name).id)

    def submitted_order(self, login: str, customer: bytes | None = None) -> tuple[bytes, bytes]:
        """An order that waits for a decision: its id and the hash of its seal."""
        held = customer or self.customer(login)

        def write(work: Work) -> bytes:
            order = create_order(work, held, wanted_on=work.business_date, delivery_place="Pier 4")
            product = work.session.execute(select(SCHEMA["product"].table.c.id)).scalars().first()
            assert product is not None
            add_line(work, order.id, product, quantity_milli=2000)
            return order.id

        order_id = self.act(login, write)
        hashed = self.act(login, lambda work: submit_order(work, order_id).seal_hash)
        assert hashed is not None
        return order_id, hashed

    def order_state(self, order_id: bytes) -> str:
        """Where an order stands."""
        with self.office.read() as session:
            order = session.get(SalesOrder, order_id)
            assert order is not None
            return order.state

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of the database, but of those tables that count tries and tokens."""
        found: dict[str, list[tuple[Any, ...]]] = {}
        tables = [*(entity.table for entity in SCHEMA), *OFFICE.sorted_tables]
        with self.database.snapshot() as connection:
            for table in tables:
                if table.name not in TICKS_AWAY:
                    rows = connection.execute(select(table)).all()
                    found[table.name] = sorted((tuple(row) for row in rows), key=repr)
        return found


def enrolment(code: str, device: bytes, incarnation: bytes) -> dict[str, Any]:
    """An enrolment request in JSON."""
    return {
        "code": code,
        "device_id": base64.b64encode(device).decode(),
        "incarnation": base64.b64encode(incarnation).decode(),
        "device_name": "a laptop",
        "client_version": "1.0",
        "protocol": PROTOCOL,
    }


class Caller:
    """Speaks HTTP with one token."""

    def __init__(self, base: str, token: str | None) -> None:
        self.base = base
        self.token = token
        self._session = requests.Session()

    def request(
        self,
        method: str,
        path: str,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Reply:
        """One request as it is."""
        sent = {"Accept-Encoding": "identity"} | dict(headers or {})
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        answer = self._session.request(
            method,
            self.base + path,
            data=data,
            headers=sent,
            params=params,
            timeout=60,
            allow_redirects=False,
        )
        raw = answer.content
        if answer.headers.get("Content-Encoding") == "zstd":
            raw = expand(raw, MAX_PAGE_BYTES)
        media = answer.headers.get("Content-Type", "")
        decoder = msgspec.msgpack if media == Form.MSGPACK.value else msgspec.json
        return Reply(answer.status_code, answer.headers, raw, decoder.decode(raw))

    def get(self, path: str, **params: str) -> Reply:
        """Read something."""
        return self.request("GET", path, params=params)

    def post(
        self,
        path: str,
        message: msgspec.Struct | Mapping[str, Any] | bytes | None = None,
        *,
        form: Form = Form.MSGPACK,
        **headers: str,
    ) -> Reply:
        """Send a message: a struct or a mapping in ``form``, bytes as they are."""
        if isinstance(message, bytes) or message is None:
            data = message
        elif isinstance(message, msgspec.Struct):
            data = encode(message, form)
        else:
            data = msgspec.json.encode(message)
            form = Form.JSON
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request("POST", path, data, {"Content-Type": form.value} | named)


@dataclass
class Device(Caller):
    """A laptop: numbers and seals what it sends, keeps the checkpoint it stands at."""

    base: str
    token: str | None
    world: World
    person: bytes
    id: bytes
    incarnation: bytes
    refresh_token: str
    cursor: dict[str, Head] = field(default_factory=dict)
    rows: dict[str, dict[bytes, dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(self.base, self.token)
        self._numbers = itertools.count(1)

    def changeset(self, *ops: Op, intent: str = "test", actor: bytes | None = None) -> Changeset:
        """Something the person did."""
        return Changeset(
            change_id=self.world.new_id(),
            stamp=self.world.clock() << 16,
            business_date="2026-11-21",
            schema_version=SCHEMA.version,
            intent=intent,
            actor=actor or self.person,
            ops=ops,
        )

    def new_customer(self, name: str = "Harbour Hotel", **fields: Any) -> Op:
        """The birth of a customer that the person holds."""
        row_id = self.world.new_id()
        values = {"code": row_id.hex(), "name": name, "owner_id": self.person} | fields
        return Op("customer", row_id, BIRTH, 0, values)

    def sealed(self, *changesets: Changeset, form: Form = Form.MSGPACK) -> PushRequest:
        """A request with the changesets under the next numbers."""
        return self.pushing(*(seal(one, next(self._numbers), form) for one in changesets))

    def pushing(self, *sealed: Sealed) -> PushRequest:
        """A request with these envelopes."""
        return PushRequest(PROTOCOL, self.incarnation, self.world.clock(), sealed)

    def push(self, *changesets: Changeset) -> PushAnswer:
        """Hand in changesets."""
        return decode(PushAnswer, self.post("/v1/push", self.sealed(*changesets)).raw)

    def pulling(self, **options: Any) -> PullRequest:
        """A request for the next page after the checkpoint."""
        return PullRequest(PROTOCOL, SCHEMA.version, self.incarnation, self.cursor, **options)

    def pull(self) -> list[Page]:
        """Pages until the checkpoint is complete; rows and cursor are kept."""
        pages: list[Page] = []
        position = b""
        while True:
            reply = self.post("/v1/pull", self.pulling(position=position))
            assert reply.status == 200, reply.body
            page = decode(Page, reply.raw)
            pages.append(page)
            for block in page.blocks:
                table = self.rows.setdefault(block.table, {})
                for row in block.rows:
                    values = block.same | dict(zip(block.columns, row, strict=True))
                    table[values["id"]] = values
            position = page.position
            if page.complete:
                self.cursor = page.heads
                return pages
