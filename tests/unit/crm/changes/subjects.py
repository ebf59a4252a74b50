"""A made-up schema with every policy, scope and reach, and the books of an office in memory that merge by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any, ClassVar, Final, cast

from sqlalchemy import BigInteger, LargeBinary, MetaData, String
from sqlalchemy.orm import Mapped

from crm.changes.actor import Actor, Extent, Standing
from crm.changes.clock import stamp_of
from crm.changes.decision import Decision, Sender, settle
from crm.changes.entity import (
    Beside,
    Day,
    Fixed,
    Flag,
    Part,
    Personal,
    Replicated,
    Root,
    Row,
    Schema,
    Scope,
    Wire,
    build_schema,
    reference,
)
from crm.changes.entity import field as column
from crm.changes.merge import decide
from crm.changes.ops import BIRTH, CHANGE, Changeset, Op
from crm.changes.policies import (
    APPEND,
    DERIVED,
    DOCUMENT,
    LATEST,
    SERVER,
    SUM,
    Machine,
    Reach,
    Rule,
    group,
    state,
)
from crm.changes.view import Change, Finding, Key, Overlay, Rulebook, Rules, View, Want
from crm.ids import COMPANY, DIRECTORY, PersonId

NOON: Final = 1_780_000_000_000
DAY: Final = "2026-05-29"

EDIT: Final = "thing.edit"
CLOSE: Final = "thing.close"
DECIDE: Final = "paper.decide"
RULE: Final = "directory.edit"
NORTH: Final = b"N" * 16
SOUTH: Final = b"S" * 16
ANNA: Final = b"a" * 16
BEN: Final = b"b" * 16

DOOR: Final = Machine(
    "door",
    "new",
    {
        ("new", "open"): EDIT,
        ("open", "shut"): CLOSE,
        ("shut", "open"): CLOSE,
        ("new", "gone"): EDIT,
        ("open", "gone"): EDIT,
    },
)
PATH: Final = Machine(
    "path",
    "draft",
    {
        ("draft", "sent"): EDIT,
        ("sent", "looked_at"): DECIDE,
        ("sent", "taken"): DECIDE,
        ("looked_at", "taken"): DECIDE,
        ("sent", "back"): EDIT,
        ("looked_at", "back"): EDIT,
        ("back", "draft"): EDIT,
    },
)


class Made(Replicated):
    """Tables of these tests alone: the metadata of the product does not know them."""

    __abstract__ = True
    metadata: ClassVar[MetaData] = MetaData()


class Person(Made):
    __tablename__ = "person"
    scope: ClassVar[Scope] = Fixed(DIRECTORY)
    right: ClassVar[str] = RULE

    name: Mapped[str] = column(String(100))
    division_id: Mapped[bytes | None] = column(LargeBinary(16), default=None)


class Thing(Made):
    __tablename__ = "thing"
    scope: ClassVar[Scope] = Root("thing", owner="owner_id")
    right: ClassVar[str] = EDIT

    owner_id: Mapped[bytes] = reference("person")
    title: Mapped[str] = column(String(40))
    subtitle: Mapped[str] = column(String(40), default="")
    note: Mapped[str] = column(String(40), policy=LATEST, default="")
    code: Mapped[str] = column(String(20), policy=APPEND, default="")
    amount: Mapped[int] = column(BigInteger, policy=SUM, default=0)
    door: Mapped[str] = column(String(12), policy=state(DOOR), default=DOOR.start)
    street: Mapped[str] = column(String(40), policy=group("place"), default="")
    town: Mapped[str] = column(String(40), policy=group("place"), default="")
    hue: Mapped[str] = column(String(40), policy=group("look", then=Rule.LATEST), default="")
    tone: Mapped[str] = column(String(40), policy=group("look", then=Rule.LATEST), default="")
    limit: Mapped[int | None] = column(BigInteger, policy=SERVER, default=None)
    secret: Mapped[str] = column(String(40), policy=SERVER, reach=Reach.OFFICE, default="")
    margin: Mapped[int] = column(BigInteger, reach=Reach.OFFICE, default=0)
    length: Mapped[int] = column(BigInteger, policy=DERIVED, default=0)
    seen_on: Mapped[date | None] = column(Day, default=None)
    is_big: Mapped[bool] = column(Flag, default=False)
    picture: Mapped[bytes | None] = column(LargeBinary(40), default=None)
    friend_id: Mapped[bytes | None] = reference("thing", default=None)


class Piece(Made):
    __tablename__ = "piece"
    scope: ClassVar[Scope] = Part("thing_id")
    right: ClassVar[str] = EDIT

    thing_id: Mapped[bytes] = reference("thing")
    label: Mapped[str] = column(String(40), default="")


class Paper(Made):
    """A document: it merges with its lines, or not at all."""

    __tablename__ = "paper"
    document: ClassVar[str | None] = "id"
    scope: ClassVar[Scope] = Part("thing_id")
    right: ClassVar[str] = EDIT

    thing_id: Mapped[bytes] = reference("thing", policy=APPEND)
    head: Mapped[str] = column(String(40), policy=DOCUMENT, default="")
    path: Mapped[str] = column(String(12), policy=state(PATH), default=PATH.start)
    total: Mapped[int] = column(BigInteger, policy=DERIVED, default=0)


class PaperLine(Made):
    __tablename__ = "paper_line"
    document: ClassVar[str | None] = "paper_id"
    scope: ClassVar[Scope] = Part("paper_id")
    right: ClassVar[str] = EDIT

    paper_id: Mapped[bytes] = reference("paper", policy=APPEND)
    quantity: Mapped[int] = column(BigInteger, policy=DOCUMENT, default=0)
    doubled: Mapped[int] = column(BigInteger, policy=DERIVED, default=0)


class Annex(Made):
    """Hangs on a document and is no part of it: judged with it, never merged with it."""

    __tablename__ = "annex"
    scope: ClassVar[Scope] = Part("paper_id")
    right: ClassVar[str] = DECIDE

    paper_id: Mapped[bytes] = reference("paper", policy=APPEND)
    word: Mapped[str] = column(String(40), policy=APPEND, default="")


class Diary(Made):
    __tablename__ = "diary"
    scope: ClassVar[Scope] = Personal("person_id")
    right: ClassVar[str] = EDIT

    person_id: Mapped[bytes] = reference("person", policy=APPEND)
    text: Mapped[str] = column(String(40), default="")


class Remark(Made):
    __tablename__ = "remark"
    scope: ClassVar[Scope] = Beside(table="table_name", row="row_id")
    right: ClassVar[str] = EDIT

    table_name: Mapped[str] = column(String(40), policy=SERVER, default="")
    row_id: Mapped[bytes] = column(LargeBinary(16), policy=SERVER, default=bytes(16))


SCHEMA: Final[Schema] = build_schema(1, [Person, Thing, Piece, Paper, PaperLine, Annex, Diary, Remark])


class ThingRules(Rules):
    """Derives a length, rejects a title, and looks twice at another."""

    def wants(self, view: View, roots: Iterable[Row]) -> Iterator[Want]:
        yield from ()

    def derive(self, view: View, root: Row) -> Mapping[Key, Mapping[str, Wire]]:
        return {("thing", cast(bytes, root["id"])): {"length": len(str(root["title"]))}}

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        if change.after["title"] == "forbidden":
            yield Finding("reject", 3999, "This title is forbidden.", {"field": "title"})
        if change.after["title"] == "broken":
            raise ZeroDivisionError("a defect of the rule")
        if change.after["title"] == "odd":
            yield Finding("look", "odd", "This title is odd.")


class PaperRules(Rules):
    """Doubles and adds up the living lines; a head *torn* is a conflict."""

    def wants(self, view: View, roots: Iterable[Row]) -> Iterator[Want]:
        yield Want("paper_line", "paper_id", frozenset(cast(bytes, root["id"]) for root in roots))

    def derive(self, view: View, root: Row) -> Mapping[Key, Mapping[str, Wire]]:
        row_id = cast(bytes, root["id"])
        lines = [row for row in view.children("paper_line", "paper_id", row_id) if not row["deleted"]]
        found: dict[Key, Mapping[str, Wire]] = {
            ("paper_line", cast(bytes, line["id"])): {"doubled": 2 * cast(int, line["quantity"])}
            for line in lines
        }
        found["paper", row_id] = {"total": sum(2 * cast(int, line["quantity"]) for line in lines)}
        return found

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        if change.after["head"] == "torn":
            yield Finding("conflict", 3004, "The paper is torn.")
        if change.after["head"] == "forbidden":
            yield Finding("reject", 3999, "This head is forbidden.")


RULEBOOK: Final[Rulebook] = {"thing": ThingRules(), "paper": PaperRules()}


def actor(
    person: bytes = ANNA,
    *,
    extent: Extent = Extent.OWN,
    division: bytes | None = NORTH,
    office: bool = False,
    rights: Iterable[str] = (EDIT, CLOSE, DECIDE),
    below: Iterable[bytes] = (),
) -> Actor:
    """Somebody with the same extent in all of these rights."""
    return Actor(
        PersonId(person), division, dict.fromkeys(rights, extent), office=office, below=frozenset(below)
    )


class Stored:
    """Rows and standings in memory: a `crm.changes.view.View` that nobody writes."""

    def __init__(self) -> None:
        self.rows: dict[Key, Row] = {}
        self.standings: dict[bytes, Standing] = {}

    def get(self, table: str, row_id: bytes) -> Row | None:
        return self.rows.get((table, row_id))

    def children(self, table: str, column: str, value: bytes, only: tuple[str, ...] = ()) -> Sequence[Row]:
        found = [row for (name, _), row in self.rows.items() if name == table and row[column] == value]
        return sorted(found, key=lambda row: cast(bytes, row["id"]))

    def standing(self, unit: bytes) -> Standing | None:
        return self.standings.get(unit)


@dataclass
class Device:
    """One laptop: who works at it, and which life of its database this is."""

    actor: Actor
    incarnation: bytes
    stamp: int = stamp_of(NOON)


@dataclass
class Books:
    """The merged rows of an office, with feeds of one counter each; decisions are settled at once."""

    view: Overlay = field(default_factory=lambda: Overlay(Stored()))
    seqs: dict[bytes, int] = field(default_factory=dict)
    rulebook: Rulebook = field(default_factory=lambda: RULEBOOK)
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.view.standings[DIRECTORY] = Standing(COMPANY, frozenset())
        for person, division in ((ANNA, NORTH), (BEN, NORTH), (b"c" * 16, SOUTH)):
            row = SCHEMA["person"].blank()
            row.update(id=person, unit=DIRECTORY, feed_id=COMPANY, version=1, division_id=division, name="x")
            self.view.put("person", row)
            self.view.standings[person] = Standing(person, frozenset({person}))

    def new_id(self) -> bytes:
        return next(self._ids).to_bytes(16, "big")

    def decide(self, device: Device, *ops: Op, stamp: int | None = None, intent: str = "test") -> Decision:
        """What the changeset comes to, not settled."""
        changeset = Changeset(
            self.new_id(), stamp or device.stamp, DAY, 1, intent, bytes(device.actor.id), tuple(ops)
        )
        sender = Sender(device.actor, device.incarnation, stamp or device.stamp, NOON)
        return decide(SCHEMA, self.rulebook, self.view, changeset, sender)

    def take(self, device: Device, *ops: Op, stamp: int | None = None) -> Decision:
        """Decide and settle: the rows get their versions."""
        decision = self.decide(device, *ops, stamp=stamp)
        feeds = {cast(bytes, write.row["feed_id"]) for write in decision.writes.values()}
        for feed in feeds:
            self.seqs[feed] = self.seqs.get(feed, 1) + 1
        settle(
            decision,
            {feed: self.seqs[feed] for feed in feeds},
            Sender(device.actor, device.incarnation, stamp or device.stamp, NOON),
        )
        return decision

    def row(self, table: str, row_id: bytes) -> Row:
        found = self.view.get(table, row_id)
        assert found is not None
        return found

    def version(self, table: str, row_id: bytes) -> int:
        return cast(int, self.row(table, row_id)["version"])

    def born(self, device: Device, table: str = "thing", **fields: Any) -> bytes:
        """A new row, taken without a murmur; its id."""
        row_id = self.new_id()
        if table == "thing":
            fields = {"owner_id": bytes(device.actor.id), "title": "t", **fields}
        decision = self.take(device, Op(table, row_id, BIRTH, 0, fields))
        assert decision.kind == "applied", decision
        return row_id

    def edit(self, table: str, row_id: bytes, base: int, **new: Any) -> Op:
        """A change of these fields from what the books hold now."""
        row = self.row(table, row_id)
        return Op(table, row_id, CHANGE, base, {name: [row[name], value] for name, value in new.items()})

    def everything(self) -> dict[Key, Row]:
        """A copy of every row."""
        stored = cast(Stored, self.view._below)
        found = dict(stored.rows)
        for table, rows in self.view.rows.items():
            found.update({(table, row_id): row for row_id, row in rows.items()})
        return {key: dict(row) for key, row in found.items()}


def laptop(number: int = 1, person: bytes = ANNA, **more: Any) -> Device:
    """A laptop of a person; two numbers are two lives."""
    return Device(actor(person, **more), bytes([number]) * 16)


def desk(person: bytes = b"o" * 16, number: int = 200) -> Device:
    """Somebody at the office who may do everything."""
    return Device(
        actor(person, extent=Extent.ALL, division=None, office=True, rights=(EDIT, CLOSE, DECIDE, RULE)),
        bytes([number]) * 16,
    )
