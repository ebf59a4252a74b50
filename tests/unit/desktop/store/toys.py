"""A small business to try the local copy on: customers with contacts, and orders that are documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Engine, LargeBinary, String, create_engine, event
from sqlalchemy.orm import Mapped

from crm.changes.actor import Actor, Extent
from crm.changes.entity import Fixed, Part, Replicated, Root, Row, Scope, Wire, build_schema, field, reference
from crm.changes.policies import APPEND, DERIVED, DOCUMENT, LATEST, SUM, Machine, Reach, state
from crm.changes.safeguards import ALL, Safeguards
from crm.changes.view import Change, Finding, Key, View, Want
from crm.ids import DIRECTORY, IdFactory, derive_id
from desktop.store.database import prepare_engine
from desktop.store.store import Store
from desktop.store.writer import Writer

RIGHT = "toy.write"
ORDER = Machine(
    "toy_order",
    "draft",
    {
        ("draft", "submitted"): RIGHT,
        ("submitted", "approved"): "toy.approve",
        ("submitted", "returned"): "toy.approve",
        ("submitted", "withdrawn"): RIGHT,
        ("returned", "draft"): RIGHT,
        ("withdrawn", "draft"): RIGHT,
    },
)


class Person(Replicated):
    __tablename__ = "toy_person"
    scope: ClassVar[Scope] = Fixed(DIRECTORY)
    right: ClassVar[str] = "toy.directory"

    name: Mapped[str] = field(String(50))
    division_id: Mapped[bytes | None] = field(LargeBinary(16), default=None)


class Customer(Replicated):
    __tablename__ = "toy_customer"
    scope: ClassVar[Scope] = Root("customer", owner="owner_id")
    right: ClassVar[str] = RIGHT

    name: Mapped[str] = field(String(50))
    owner_id: Mapped[bytes] = reference("toy_person")
    phone: Mapped[str] = field(String(50), policy=LATEST, default="")
    visits: Mapped[int] = field(BigInteger, policy=SUM, default=0)
    secret: Mapped[str] = field(String(50), reach=Reach.OFFICE, default="it's")
    name_key: Mapped[str] = field(String(50), policy=DERIVED, default="")


class Contact(Replicated):
    __tablename__ = "toy_contact"
    scope: ClassVar[Scope] = Part("customer_id")
    right: ClassVar[str] = RIGHT

    customer_id: Mapped[bytes] = reference("toy_customer", index=True)
    name: Mapped[str] = field(String(50))
    phone: Mapped[str] = field(String(50), default="")


class Order(Replicated):
    __tablename__ = "toy_order"
    scope: ClassVar[Scope] = Part("customer_id")
    right: ClassVar[str] = RIGHT
    document: ClassVar[str | None] = "id"

    number: Mapped[str] = field(String(20), policy=APPEND)
    customer_id: Mapped[bytes] = reference("toy_customer", policy=APPEND, index=True)
    state: Mapped[str] = field(String(12), policy=state(ORDER), default="draft")
    note: Mapped[str] = field(String(50), policy=DOCUMENT, default="")
    total: Mapped[int] = field(BigInteger, policy=DERIVED, default=0)


class Line(Replicated):
    __tablename__ = "toy_line"
    scope: ClassVar[Scope] = Part("order_id")
    right: ClassVar[str] = RIGHT
    document: ClassVar[str | None] = "order_id"

    order_id: Mapped[bytes] = reference("toy_order", policy=APPEND, index=True)
    amount: Mapped[int] = field(BigInteger, policy=DOCUMENT)
    share: Mapped[int] = field(BigInteger, policy=DERIVED, default=0)


class Seal(Replicated):
    __tablename__ = "toy_seal"
    scope: ClassVar[Scope] = Part("order_id")
    right: ClassVar[str] = RIGHT

    order_id: Mapped[bytes] = reference("toy_order", policy=APPEND)
    content: Mapped[bytes] = field(LargeBinary, policy=APPEND)


SCHEMA = build_schema(1, [Person, Customer, Contact, Order, Line, Seal])


class _Rules:
    def wants(self, view: View, roots: Iterable[Row]) -> Iterator[Want]:
        yield from ()

    def judge(self, view: View, change: Change) -> Iterable[Finding]:
        if change.after.get("name") == "forbidden":
            yield Finding("reject", 3001, "That name is forbidden.")
        if change.after.get("note") == "crash":
            raise RuntimeError("a defect of the office")

    def derive(self, view: View, root: Row) -> Mapping[Key, Mapping[str, Wire]]:
        return {}


class CustomerRules(_Rules):
    """The key is the name in small letters."""

    def derive(self, view: View, root: Row) -> Mapping[Key, Mapping[str, Wire]]:
        key = str(root["name"]).lower()
        return {("toy_customer", root["id"]): {"name_key": key}}  # type: ignore[dict-item]


class OrderRules(_Rules):
    """The total is the sum of the lines; each line knows its share of it in percent."""

    def derive(self, view: View, root: Row) -> Mapping[Key, Mapping[str, Wire]]:
        lines = [
            row
            for row in view.children("toy_line", "order_id", root["id"])  # type: ignore[arg-type]
            if not row["deleted"]
        ]
        total = sum(row["amount"] for row in lines)  # type: ignore[misc]
        found: dict[Key, Mapping[str, Wire]] = {("toy_order", root["id"]): {"total": total}}  # type: ignore[dict-item]
        for row in lines:
            share = 100 * row["amount"] // total if total else 0  # type: ignore[operator]
            found["toy_line", row["id"]] = {"share": share}  # type: ignore[index]
        return found


RULEBOOK = {"toy_customer": CustomerRules(), "toy_order": OrderRules()}


def price(order: Order, lines: list[Line]) -> None:
    """What an action does after it changed an order: the same computation as `OrderRules`, on mapped objects."""
    live = [line for line in lines if not line.deleted]
    order.total = sum(line.amount for line in live)
    for line in live:
        line.share = 100 * line.amount // order.total if order.total else 0


class TestClock:
    """Stands still until it is moved."""

    __test__ = False

    def __init__(self, now_ms: int = 1_790_000_000_000) -> None:
        self.ms = now_ms

    def now_ms(self) -> int:
        return self.ms

    def forward(self, ms: int) -> None:
        self.ms += ms


class CrashError(Exception):
    """The process died here."""


class Crasher:
    """Raises at the k-th statement (or commit) that an engine is given; counts them when ``at`` is 0."""

    def __init__(self, engine: Engine, at: int = 0) -> None:
        self.count = 0
        self.at = at
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "commit", self._commit)

    def _tick(self) -> None:
        self.count += 1
        if self.count == self.at:
            raise CrashError

    def _statement(self, *_: object) -> None:
        self._tick()

    def _commit(self, _connection: object) -> None:
        self._tick()


def make_engine(path: Path) -> Engine:
    engine = prepare_engine(create_engine(f"sqlite:///{path}"))
    event.listen(engine, "connect", _do_not_wait_for_the_disk)
    return engine


def _do_not_wait_for_the_disk(connection: Any, _entry: object) -> None:
    # No test cuts the power; waiting for the disk would take most of the tests' time.
    connection.execute("PRAGMA synchronous=OFF")


ANN = derive_id("person", "ann")
DIVISION = derive_id("division")
ME = Actor(id=ANN, division_id=DIVISION, rights={RIGHT: Extent.OWN})  # type: ignore[arg-type]
INCARNATION = derive_id("incarnation")


def make_store(
    path: Path,
    clock: TestClock,
    *,
    engine: Engine | None = None,
    writer: Writer | None = None,
    safeguards: Safeguards = ALL,
    seed: int = 0,
) -> Store:
    """A store on a file, enrolled."""
    counter = iter(range(seed * 1_000_000, (seed + 1) * 1_000_000))

    def random_bytes(count: int) -> bytes:
        return derive_id("random", str(next(counter)))[:count].ljust(count, b"\0")

    store = Store(
        engine or make_engine(path),
        SCHEMA,
        RULEBOOK,
        clock,
        zone="Asia/Shanghai",
        ids=IdFactory(clock.now_ms, random_bytes),
        safeguards=safeguards,
        writer=writer,
    )
    store.enrol(incarnation=INCARNATION, device_code="AN-1")
    return store
