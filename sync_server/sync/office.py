"""The office as the rooms above see it: push, pull, actions, reading. Knows nothing of HTTP."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

import msgspec
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from crm.changes.actor import Actor
from crm.changes.capture import Capture
from crm.changes.codec import Form, body_hash, encode, encode_changeset
from crm.changes.decision import Sender
from crm.changes.entity import Wire
from crm.changes.ops import CHANGE, Changeset, Head, Op, Outcome, Page, PullRequest, PushAnswer, PushRequest
from crm.changes.safeguards import ALL, Safeguards
from crm.changes.view import Rulebook
from crm.clock import business_date
from crm.errors import Code, InvalidInput, NotAllowed, RuleBroken
from crm.ids import IdFactory
from sync_server.store.database import Database
from sync_server.store.feeds import found_person
from sync_server.store.rows import OfficeView
from sync_server.sync.batch import Batch, Received
from sync_server.sync.pull import Pull
from sync_server.sync.push import ActorSource, Caller, Push
from sync_server.sync.wake import Hub

T = TypeVar("T")

OFFICE_CODE: Final = "HQ-0"
CHANNEL: Final = "roundsman"


@dataclass
class OfficeWork:
    """The office's `crm.changes.work.Work`: one action, run in a transaction that is kept only as a changeset."""

    session: Session
    actor: Actor
    now_ms: int
    business_date: date
    device_code: str
    _new_id: Callable[[], bytes]
    _next_number: Callable[[str], int]

    def new_id(self) -> bytes:
        """A new row id."""
        return self._new_id()

    def next_number(self, series: str) -> int:
        """The next value of one of the office's counters, from 1."""
        return self._next_number(series)


class Office:
    """One office over one database. Thread-safe."""

    def __init__(
        self,
        database: Database,
        rulebook: Rulebook,
        actors: ActorSource,
        *,
        zone: str = "Asia/Shanghai",
        random_bytes: Callable[[int], bytes] = os.urandom,
        safeguards: Safeguards = ALL,
        hub: Hub | None = None,
    ) -> None:
        self.database = database
        self.schema = database.schema
        self.rulebook = rulebook
        self.zone = zone
        self.hub = hub or Hub()
        self._actors = actors
        self._random_bytes = random_bytes
        self._push = Push(
            database,
            rulebook,
            actors,
            safeguards=safeguards,
            random_bytes=random_bytes,
            announce=self._announce,
        )
        self._pull = Pull(database)

    # -- laptops

    def push(self, caller: Caller, request: PushRequest, form: Form = Form.MSGPACK) -> PushAnswer:
        """See `sync_server.sync.push.Push`."""
        return self._push(caller, request, form)

    def pull(self, caller: Caller, request: PullRequest) -> Page:
        """See `sync_server.sync.pull.Pull`."""
        return self._pull(caller, request)

    def has_news(self, caller: Caller, cursor: dict[str, Head]) -> bool:
        """Whether anything in the person's scope changed after ``cursor``."""
        return self._pull.has_news(caller, cursor)

    def principals(self, person: bytes) -> frozenset[bytes]:
        """Whom to listen for on behalf of a person (see `Hub.wait`)."""
        return self._pull.principals(person)

    # -- people at the office

    def act(
        self,
        person: bytes,
        intent: str,
        action: Callable[[OfficeWork], T],
        *,
        touching: Sequence[tuple[str, bytes]] = (),
        actor: Actor | None = None,
    ) -> tuple[Outcome, T]:
        """Run an action of ``crm`` as ``person`` and record what it did, like a changeset of a laptop.

        The feeds of the rows in ``touching`` (table, id) are locked before anything is read: name every existing row
        that the action reads to decide something, and the parents of new rows. The action runs in a savepoint that
        is rolled back; its captured operations then take the way of every changeset, so there is one path that
        writes. Where it turns out to touch more feeds than were locked, or took a number that somebody else took
        meanwhile, everything is undone and the action runs again under the locks it needs: it must not do anything
        outside its session. ``actor`` replaces the person's own rights (imports, the first administrator).

        :raises RoundsmanError: what the action raises, or RuleBroken/NotAllowed/InvalidInput when the changeset is
            rejected. Nothing is kept then.
        """
        feeds: set[tuple[bytes, str]] = set()
        series: set[str] = set()
        while True:
            try:
                return self._act(person, intent, action, touching, actor, feeds, series)
            except _LocksMissingError as missing:
                feeds |= missing.feeds
                series |= missing.series

    def _act(
        self,
        person: bytes,
        intent: str,
        action: Callable[[OfficeWork], T],
        touching: Sequence[tuple[str, bytes]],
        actor: Actor | None,
        more: set[tuple[bytes, str]],
        series: set[str],
    ) -> tuple[Outcome, T]:
        """Try an action under the locks of ``touching``, of the feeds in ``more`` and of some counters.

        :raises _LocksMissingError: nothing was kept; others are needed as well.
        """
        database = self.database
        with database.write() as connection:
            batch = Batch(database, connection, self.rulebook, self._random_bytes)
            found_person(database, connection, person)
            who = actor or self._actors(connection, person, True)
            feeds = {(person, "person"), *more}
            scout = OfficeView(database, connection)
            for table, row_id in touching:
                row = scout.get(table, row_id)
                if row is not None and isinstance(row["feed_id"], bytes):
                    feeds.add((row["feed_id"], "division"))
            if who.division_id is not None:
                feeds.add((who.division_id, "division"))
            batch.feeds.lock(feeds)
            if not database.is_sqlite and actor is None:
                who = self._actors(connection, person, True)
            counters = _Counters(database, connection)
            counters.lock(series)
            ops, result, change_id = self._rehearse(connection, batch, who, action, counters)
            counters.save()
            if not ops:
                return Outcome(change_id, 0, "applied"), result
            stamp = batch.feeds[person].stamp_now(batch.now_ms)
            changeset = Changeset(
                change_id,
                stamp,
                business_date(batch.now_ms, self.zone).isoformat(),
                self.schema.version,
                intent[:60],
                person,
                ops,
            )
            missing = _feeds_missing(batch, changeset, person)
            if missing and not database.is_sqlite:
                raise _LocksMissingError(feeds=missing)
            batch.feeds.lock(missing)
            outcome = self._take(batch, who, changeset, encode_changeset(changeset))
            self._announce(connection, batch)
        self._announce(None, batch)
        return outcome, result

    def record(
        self,
        person: bytes,
        intent: str,
        ops: Sequence[Op],
        *,
        actor: Actor,
        beside: Callable[[Connection, bytes], None] | None = None,
    ) -> Outcome:
        """Take operations that no action made (an import) the way of every changeset, whole or not at all.

        Every change names the version that stands, so there is nothing to merge. Unlike what laptops send, the
        changeset may be of any size in bytes. ``beside`` writes the office's own rows in the same transaction, with
        the connection and the id of the changeset; what it raises undoes everything.

        :raises RoundsmanError: 3007 a row was changed meanwhile; RuleBroken/NotAllowed/InvalidInput when the
            changeset is refused. Nothing is kept then.
        """
        with self.database.write() as connection:
            batch = Batch(self.database, connection, self.rulebook, self._random_bytes)
            found_person(self.database, connection, person)
            change_id = IdFactory(lambda: batch.now_ms, self._random_bytes)()
            day = business_date(batch.now_ms, self.zone).isoformat()
            drawn = Changeset(change_id, 0, day, self.schema.version, intent[:60], person, tuple(ops))
            batch.lock([drawn], person)
            if any(op.kind == CHANGE and _version(batch, op) != op.base for op in ops):
                raise RuleBroken(Code.STALE, "The record was changed meanwhile.")
            changeset = msgspec.structs.replace(drawn, stamp=batch.feeds[person].stamp_now(batch.now_ms))
            outcome = self._take(batch, actor, changeset, encode(changeset))
            if outcome.kind != "applied":
                raise _as_error(outcome.code, outcome.text)
            if beside is not None:
                beside(connection, change_id)
            self._announce(connection, batch)
        self._announce(None, batch)
        return outcome

    def _take(self, batch: Batch, who: Actor, changeset: Changeset, body: bytes) -> Outcome:
        """Decide a changeset of the office and write what it comes to.

        :raises RoundsmanError: it is rejected.
        """
        received = Received(changeset, None, changeset.change_id, 0, body_hash(body), body, Form.MSGPACK)
        # Every action is an incarnation of its own: two people at the office are concurrent like two laptops.
        sender = Sender(who, changeset.change_id, changeset.stamp, batch.now_ms)
        decision = batch.weigh(changeset, sender)
        if decision.kind == "rejected":
            raise _as_error(decision.code, decision.text)
        outcome = batch.take(received, decision, sender)
        batch.save()
        return outcome

    def _rehearse(
        self,
        connection: Connection,
        batch: Batch,
        who: Actor,
        action: Callable[[OfficeWork], T],
        counters: _Counters,
    ) -> tuple[tuple[Op, ...], T, bytes]:
        """Run the action in a savepoint, take what it did, and undo it."""
        savepoint = connection.begin_nested()
        session = Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        capture = Capture(self.schema, session, actor=who.id, now_ms=batch.now_ms)
        new_id = IdFactory(lambda: batch.now_ms, self._random_bytes)
        try:
            work = OfficeWork(
                session,
                who,
                batch.now_ms,
                business_date(batch.now_ms, self.zone),
                OFFICE_CODE,
                new_id,
                counters.next,
            )
            result = action(work)
            session.flush()
            ops = capture.ops()
        finally:
            capture.close()
            session.expunge_all()
            session.close()
            if savepoint.is_active:
                savepoint.rollback()
        return ops, result, new_id()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that reads one snapshot of the office; what it changes is thrown away."""
        with self.database.snapshot() as connection, Session(connection, autoflush=False) as session:
            yield session
            session.expunge_all()

    # -- telling those who wait

    def _announce(self, connection: Connection | None, batch: Batch) -> None:
        """Before the commit: prepare whom to tell (and NOTIFY, which PostgreSQL holds back); after it: tell them."""
        if connection is None:
            self.hub.announce(batch.told)
            return
        units = sorted(batch.touched)
        holders = self.database.rows_in(
            connection,
            "SELECT DISTINCT principal FROM holder WHERE unit IN ({in}) AND leave_seq IS NULL",
            units,
        )
        batch.told = frozenset({row[0] for row in holders} | batch.released)
        if not self.database.is_sqlite and batch.told:
            names = ",".join(principal.hex() for principal in sorted(batch.told)[:200])
            connection.exec_driver_sql("SELECT pg_notify(%s, %s)", (CHANNEL, names))


class _LocksMissingError(Exception):
    """An action needs locks that must be taken before it begins, all in one order."""

    def __init__(
        self, *, feeds: set[tuple[bytes, str]] | None = None, series: set[str] | None = None
    ) -> None:
        super().__init__("an action is to be done again under more locks")
        self.feeds = feeds or set()
        self.series = series or set()


class _Counters:
    """The office's counters as one action uses them. They are locked after all feeds, in order of their names."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self._database = database
        self._connection = connection
        self._read: dict[str, int] = {}
        self._now: dict[str, int] = {}

    def next(self, series: str) -> int:
        """The next value of a counter, from 1."""
        if series not in self._now:
            self._read[series] = self._now[series] = self._value(series, "")
        self._now[series] += 1
        return self._now[series]

    def lock(self, series: Iterable[str]) -> None:
        """Let nobody else take numbers of these until the transaction ends; on SQLite nobody else writes anyway."""
        for name in sorted(series):
            self._database.execute_many(
                self._connection,
                "INSERT INTO setting (key, value) VALUES (?,?) ON CONFLICT (key) DO NOTHING",
                [(f"counter.{name}", "0")],
            )
            self._value(name, "" if self._database.is_sqlite else " FOR UPDATE")

    def save(self) -> None:
        """Keep what was taken.

        :raises _LocksMissingError: somebody else took a number meanwhile.
        """
        self.lock(self._now)
        if any(self._value(name, "") != value for name, value in self._read.items()):
            raise _LocksMissingError(series=set(self._now))
        self._database.execute_many(
            self._connection,
            "UPDATE setting SET value=? WHERE key=?",
            [(str(value), f"counter.{name}") for name, value in self._now.items()],
        )

    def _value(self, series: str, suffix: str) -> int:
        rows = self._database.rows(
            self._connection, f"SELECT value FROM setting WHERE key=?{suffix}", [f"counter.{series}"]
        )
        return int(rows[0][0]) if rows else 0


def _feeds_missing(batch: Batch, changeset: Changeset, person: bytes) -> set[tuple[bytes, str]]:
    """Feeds that the operations turn out to touch beyond those locked at first."""
    found = {batch.feed_of(op) for op in changeset.ops}
    return {one for one in found if one is not None and one[0] not in batch.feeds and one[0] != person}


def _version(batch: Batch, op: Op) -> Wire:
    row = batch.below.get(op.table, op.id) if op.table in batch.schema.entities else None
    return None if row is None else row["version"]


def _as_error(code: int, text: str) -> Exception:
    family = code // 1000
    if family == 2:
        return NotAllowed(code, text)
    if family == 1:
        return InvalidInput(code, text)
    return RuleBroken(code or Code.ILLEGAL_MOVE, text)
