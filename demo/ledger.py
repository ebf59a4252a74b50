"""Writes a made-up past into an office's database: ready-made changesets, in order of time, through `Batch`.

The rules of the office judge every one of them, so what is written here could have come from laptops and consoles.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from crm.changes.actor import Actor, Standing
from crm.changes.clock import stamp_of
from crm.changes.codec import Form, body_hash, encode_changeset
from crm.changes.decision import Decision, Sender, Write
from crm.changes.entity import Entity, Root, Row, Wire
from crm.changes.ops import BIRTH, CHANGE, Changeset, Op
from crm.changes.policies import Rule
from crm.clock import business_date
from crm.ids import COMPANY, IdFactory
from sync_server.store.feeds import found_company, found_person
from sync_server.sync.batch import Batch, Received
from sync_server.sync.office import Office

CHUNK: Final = 100
"""Changesets a transaction. More make each one slower: the rules look through everything not yet written."""
READY_CHUNK: Final = 1000


class DeedRefusedError(Exception):
    """The office's rules refused something made up: a defect of the generator."""


@dataclass
class Laptop:
    """An installation whose changesets are made up; ``next_n`` numbers them."""

    device: bytes
    incarnation: bytes
    person: bytes
    rep_code: str
    ordinal: int = 1
    next_n: int = 1
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The beginning of every number given here."""
        return f"{self.rep_code}-{self.ordinal}"

    def next_number(self, series: str) -> int:
        """The next value of one of the laptop's counters, from 1."""
        self.numbers[series] = self.numbers.get(series, 0) + 1
        return self.numbers[series]


@dataclass(frozen=True)
class Deed:
    """One thing that somebody did at ``at_ms``, at a laptop or (None) at the office.

    ``rows`` are the rows that it makes, with their tables; only `Ledger.enter_ready` looks at them.
    """

    at_ms: int
    intent: str
    actor: Actor
    ops: tuple[Op, ...]
    laptop: Laptop | None = None
    rows: tuple[tuple[str, Row], ...] = ()


class Chance:
    """Everything left to chance, from one seed: the same seed gives the same company to the last byte."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def id_at(self, at_ms: int) -> bytes:
        """A row id made at a moment."""
        return IdFactory(lambda: at_ms, self.random.randbytes)()

    def moment(self, day: date, zone: str) -> int:
        """UTC milliseconds of some moment in the working hours of ``day``."""
        return self.opening(day, zone) + self.random.randrange(10 * 60 * 60) * 1000

    def opening(self, day: date, zone: str) -> int:
        """UTC milliseconds of eight in the morning."""
        return int(datetime.combine(day, time(8), ZoneInfo(zone)).timestamp() * 1000)


def birth(entity: Entity, row: Row) -> Op:
    """The operation that makes ``row``: what differs from the defaults, nothing that the office derives."""
    fields: dict[str, Any] = {
        name: row[name]
        for name, item in entity.fields.items()
        if item.policy.rule is not Rule.DERIVED and (not item.has_default or row[name] != item.default)
    }
    return Op(entity.name, _id(row), BIRTH, 0, fields)


def change(table: str, row_id: bytes, **fields: tuple[Wire, Wire]) -> Op:
    """The operation that changes fields, each given as (old, new); its base is filled in when it is written."""
    return Op(table, row_id, CHANGE, 0, {name: list(pair) for name, pair in fields.items()})


Watch = Callable[[int, int], None]
"""Is told how much of how much is done."""


def unwatched(_done: int, _total: int) -> None:
    """Nobody looks."""


Decider = Callable[[Batch, Sequence[Deed], Sequence[Changeset]], Iterator[tuple[Changeset, Decision]]]


class Ledger:
    """Enters deeds into an office's database."""

    def __init__(self, office: Office, chance: Chance, *, now_ms: int) -> None:
        self._office = office
        self._chance = chance
        self._now_ms = now_ms
        self.changesets = 0
        self.rows = 0

    def found(self) -> None:
        """What every office has from the start. Doing it again changes nothing."""
        with self._office.database.write() as connection:
            found_company(self._office.database, connection)

    def welcome(self, people: Iterable[bytes], laptops: Sequence[Laptop], *, began: int) -> None:
        """Their own feeds and units for people of the directory, and the laptops they used in the past.

        Such a laptop was enrolled at ``began`` (UTC milliseconds) and has been given back: it is closed, its
        ordinal stays taken.
        """
        database = self._office.database
        with database.write() as connection:
            for person in people:
                found_person(database, connection, person)
            database.execute_many(
                connection,
                "INSERT INTO device (id, person, ordinal, name, state, enrolled_at, last_contact_at, clock_offset_ms,"
                " client_version) VALUES (?,?,?,?,?,?,?,?,?)",
                [
                    (
                        one.device,
                        one.person,
                        one.ordinal,
                        "former laptop",
                        "closed",
                        began,
                        self._now_ms,
                        0,
                        "0",
                    )
                    for one in laptops
                ],
            )
            database.execute_many(
                connection,
                "INSERT INTO incarnation (id, device, last_n, durable_n, began_at) VALUES (?,?,0,0,?)",
                [(one.incarnation, one.device, began) for one in laptops],
            )

    def enter(self, deeds: Iterable[Deed], *, watch: Watch = unwatched) -> None:
        """Write deeds in order of time, so many a transaction; the order of those of one moment stays.

        :raises DeedRefusedError: when the office's rules refuse one; what was written before stays.
        """
        ordered = sorted(deeds, key=lambda deed: deed.at_ms)
        done = 0
        for chunk in _chunks(ordered, CHUNK):
            self._transaction(chunk, self._judged)
            done += len(chunk)
            watch(done, len(ordered))

    def enter_ready(self, deeds: Iterable[Deed]) -> None:
        """Write deeds that only make rows, as they come and as they are: nobody judges them.

        Their rows must hold what the rules would derive. Several times as fast as `enter`, for large companies;
        no more than one transaction's deeds are held in memory.
        """
        for chunk in _chunks(deeds, READY_CHUNK):
            self._transaction(chunk, self._ready)

    def _transaction(self, deeds: Sequence[Deed], decide: Decider) -> None:
        office, database = self._office, self._office.database
        changesets = [self._changeset(deed) for deed in deeds]
        with database.write() as connection:
            batch = Batch(database, connection, office.rulebook, self._chance.random.randbytes)
            batch.now_ms = self._now_ms
            # Rows of one chunk may name each other, so the feeds are known by who acts and not by what is stored.
            batch.feeds.lock(
                {(COMPANY, "company"), *(one for deed in deeds for one in _feeds_of(deed.actor))}
            )
            for deed, decided in zip(deeds, decide(batch, deeds, changesets), strict=True):
                self._take(batch, deed, *decided)
            batch.save()
            database.execute_many(
                connection,
                "UPDATE incarnation SET last_n=? WHERE id=?",
                [
                    (laptop.next_n - 1, laptop.incarnation)
                    for laptop in {id(deed.laptop): deed.laptop for deed in deeds}.values()
                    if laptop is not None
                ],
            )

    def _changeset(self, deed: Deed) -> Changeset:
        office = self._office
        return Changeset(
            self._chance.id_at(deed.at_ms),
            stamp_of(deed.at_ms) + self.changesets % 0xFFFF,
            business_date(deed.at_ms, office.zone).isoformat(),
            office.schema.version,
            deed.intent,
            deed.actor.id,
            deed.ops,
        )

    def _sender(self, deed: Deed, changeset: Changeset) -> Sender:
        incarnation = changeset.change_id if deed.laptop is None else deed.laptop.incarnation
        return Sender(deed.actor, incarnation, changeset.stamp, self._now_ms)

    def _judged(
        self, batch: Batch, deeds: Sequence[Deed], changesets: Sequence[Changeset]
    ) -> Iterator[tuple[Changeset, Decision]]:
        batch.lock(changesets, deeds[0].actor.id)
        for deed, drafted in zip(deeds, changesets, strict=True):
            changeset = msgspec.structs.replace(drafted, ops=tuple(_based(batch, op) for op in drafted.ops))
            decision = batch.weigh(changeset, self._sender(deed, changeset))
            if decision.kind != "applied":
                raise DeedRefusedError(
                    f"{deed.intent}: {decision.kind} {decision.code} {decision.text} {dict(decision.details)}"
                )
            yield changeset, decision

    def _ready(
        self, batch: Batch, deeds: Sequence[Deed], changesets: Sequence[Changeset]
    ) -> Iterator[tuple[Changeset, Decision]]:
        schema = self._office.schema
        for deed, changeset in zip(deeds, changesets, strict=True):
            assert len(deed.rows) == len(deed.ops)
            division, person = deed.actor.division_id, deed.actor.id
            decision = Decision()
            for table, row in deed.rows:
                entity = schema[table]
                row.update(
                    feed_id=division,
                    created_at=deed.at_ms,
                    changed_at=deed.at_ms,
                    created_by=person,
                    changed_by=person,
                )
                if isinstance(entity.scope, Root):
                    batch.view.standings[_id(row)] = Standing(division, frozenset({person}))
                decision.writes[table, _id(row)] = Write(entity, row, None)
            yield changeset, decision

    def _take(self, batch: Batch, deed: Deed, changeset: Changeset, decision: Decision) -> None:
        laptop = deed.laptop
        sender = self._sender(deed, changeset)
        body = encode_changeset(changeset)
        n = 0
        if laptop is not None:
            n, laptop.next_n = laptop.next_n, laptop.next_n + 1
        device = None if laptop is None else laptop.device
        self.rows += len(decision.writes)
        self.changesets += 1
        batch.take(
            Received(changeset, device, sender.incarnation, n, body_hash(body), body, Form.MSGPACK),
            decision,
            sender,
        )


def _feeds_of(actor: Actor) -> Iterator[tuple[bytes, str]]:
    yield actor.id, "person"
    if actor.division_id is not None:
        yield actor.division_id, "division"


def _based(batch: Batch, op: Op) -> Op:
    """A change names the version it was made on: the one that stands."""
    if op.kind == BIRTH:
        return op
    row = batch.view.get(op.table, op.id)
    assert row is not None
    return msgspec.structs.replace(op, base=row["version"])


def _chunks(deeds: Iterable[Deed], size: int) -> Iterator[list[Deed]]:
    rest = iter(deeds)
    while chunk := list(islice(rest, size)):
        yield chunk


def _id(row: Mapping[str, Wire]) -> bytes:
    value = row["id"]
    assert isinstance(value, bytes)
    return value
