"""The door of the local copy."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from crm.changes.actor import Actor
from crm.changes.capture import guard, writing
from crm.changes.clock import Contact, HybridClock, instant_of
from crm.changes.entity import Schema
from crm.changes.ops import Outcome, Page, PullRequest, Sealed, UnitDigest
from crm.changes.safeguards import ALL, Safeguards
from crm.changes.view import Key, Rulebook
from crm.clock import Clock, business_date
from crm.errors import Code, LocalFault
from desktop.store import log, logbook, parked, sending, staging
from desktop.store.database import (
    has_tables,
    quicken_binding,
    repeatable_transaction,
    transaction,
)
from desktop.store.digests import mismatches
from desktop.store.indexes import index_slices
from desktop.store.migrations import upgrade
from desktop.store.pages import PAGE_ROWS, Pages, Taken, next_request
from desktop.store.rows import AllRows
from desktop.store.search import index as search_index
from desktop.store.state import SyncState, load, save
from desktop.store.tables import LOCAL_VERSION, JournalState
from desktop.store.work import LocalWork, Recorder, make_changeset
from desktop.store.writer import InlineWriter, Priority, Writer, at_once

T = TypeVar("T")
logger = logging.getLogger(__name__)

_OFFSET_WORTH_SAVING_MS: Final = 2000
"""Contacts differ by the time a message takes; only more than that is a change of the clock."""


@dataclass(frozen=True)
class Changed:
    """What a commit changed, for those who show it.

    ``keys`` are the rows, as (table, id), and empty when they were too many to name or rows were removed; ``tables``
    always names their tables. ``by`` is ``person`` or ``office``.
    """

    keys: frozenset[Key]
    tables: frozenset[str]
    by: str


Listener = Callable[[Changed], None]


class Store:
    """The local copy on ``engine``.

    Takes an engine whose transactions are explicit: that of the vault, or one given to `prepare_engine`. The tables
    are made where missing; a copy that an older program made is brought up to date. ``zone`` is the company's time zone (IANA name), ``ids`` gives UUIDv7 values.

    Methods that write wait for the writer's turn and may be called from any thread with a `ThreadWriter`; reading
    never waits. ``listeners`` are called after each commit, in the thread that wrote.

    :raises LocalFault: code 4006 when a newer program made the file.
    """

    def __init__(
        self,
        engine: Engine,
        schema: Schema,
        rulebook: Rulebook,
        clock: Clock,
        *,
        zone: str,
        ids: Callable[[], bytes],
        safeguards: Safeguards = ALL,
        writer: Writer | None = None,
    ) -> None:
        self.engine = engine
        self.schema = schema
        self.rulebook = rulebook
        self.rows = AllRows(schema)
        self.writer: Writer = writer or InlineWriter()
        self.listeners: list[Listener] = []
        self._clock = clock
        self._zone = zone
        self._ids = ids
        self._safeguards = safeguards
        self._pages = Pages(engine, self.rows, rulebook, safeguards)
        guard(engine, schema)
        quicken_binding(engine)
        search_index.keep_in_step(engine)
        state = self._open()
        self._hybrid = HybridClock(clock, last=state.clock_last, offset_ms=state.clock_offset_ms)
        self._kept_offset_ms = state.clock_offset_ms
        self._is_indexed = state.indexed
        self._is_searchable = False

    def _open(self) -> SyncState:
        with self.engine.connect() as connection:
            # Tables and version were written in one transaction: where the version is, nothing is missing.
            if has_tables(connection):
                state = load(connection)
                if (state.schema_version, state.local_version) == (self.schema.version, LOCAL_VERSION):
                    return state
        with transaction(self.engine) as connection:
            state = load(connection) if has_tables(connection) else SyncState()
            after = upgrade(connection, self.schema, state)
            save(connection, state, after)
        return after

    def close(self) -> None:
        """Finish what is being written and stop the writer. The engine stays open: it is its maker's."""
        self.writer.close()

    # -- reading

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that reads one state of the copy, while others may write."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session for read queries over entities. What is changed in it is never written."""
        with self.engine.connect() as connection, Session(connection, autoflush=False) as session:
            yield session

    def state(self) -> SyncState:
        """What the copy remembers of its talk with the office."""
        with self.engine.connect() as connection:
            return load(connection)

    # -- who this laptop is

    def enrol(self, *, incarnation: bytes, device_code: str) -> None:
        """Take note of the identity that the office gave. Again with the same one changes nothing.

        :raises LocalFault: code 4003 when the copy has another incarnation already.
        """

        def work() -> None:
            with transaction(self.engine) as connection:
                state = load(connection)
                if state.incarnation and state.incarnation != incarnation:
                    raise LocalFault(Code.ALREADY_ENROLLED, "This laptop is enrolled already.")
                after = msgspec.structs.replace(state, incarnation=incarnation, device_code=device_code)
                save(connection, state, after)

        self._write(work, Priority.PERSON)

    # -- the person's work

    @contextmanager
    def unit_of_work(self, intent: str, actor: Actor) -> Iterator[LocalWork]:
        """What happens inside becomes rows and one journal entry in one transaction, or nothing at all.

        The block runs in the caller's thread, with the writer's turn. An exception inside rolls everything back, and
        so does a changeset over the limits.

        :raises InvalidInput: code 1002, from the end of the block: over 2,000 rows or 200 KB; nothing was kept.
        """
        with self.writer.turn(Priority.PERSON), self._unit_of_work(intent, actor) as work:
            yield work
        self._tell(work.changed, {table for table, _ in work.changed}, by="person")

    def perform(self, intent: str, actor: Actor, action: Callable[[LocalWork], T]) -> Future[T]:
        """Run an action as a unit of work in the writer's thread: for threads that must not wait, such as the GUI's.

        The future has the action's result once everything is committed, or the exception that undid it.
        """

        def work() -> T:
            with self._unit_of_work(intent, actor) as done:
                result = action(done)
            self._tell(done.changed, {table for table, _ in done.changed}, by="person")
            return result

        return self.writer.submit(work, Priority.PERSON)

    def keep(self, work: Callable[[Connection], T]) -> Future[T]:
        """Write to tables that never leave this laptop (`desktop.store.tables`), in one transaction, in the writer's
        thread. No changeset is made of it.
        """

        def kept() -> T:
            with transaction(self.engine) as connection:
                return work(connection)

        return self.writer.submit(kept, Priority.PERSON)

    @contextmanager
    def _unit_of_work(self, intent: str, actor: Actor) -> Iterator[LocalWork]:
        stamp = self._hybrid.stamp()
        now_ms = instant_of(stamp)
        with (
            transaction(self.engine) as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            state = load(connection)
            recorder = Recorder(self.rows, connection, session, actor=actor.id, now_ms=now_ms)
            work = LocalWork(
                session,
                actor,
                now_ms,
                business_date(now_ms, self._zone),
                connection,
                self._ids,
                state.device_code,
            )
            try:
                yield work
                session.flush()
                self._record(recorder, work, intent, stamp, state)
            finally:
                recorder.close()

    def _record(self, recorder: Recorder, work: LocalWork, intent: str, stamp: int, state: SyncState) -> None:
        ops = recorder.capture.ops()
        if not ops:
            work.connection.rollback()
            return
        changeset, body = make_changeset(
            self.schema,
            ops,
            change_id=self._ids(),
            stamp=stamp,
            business_date=work.business_date,
            intent=intent,
            actor=work.actor.id,
        )
        recorder.derive(self.rulebook, actor=work.actor.id, now_ms=work.now_ms)
        work.changed, _ = recorder.record(changeset, body, work.now_ms)
        save(work.connection, state, msgspec.structs.replace(state, clock_last=stamp))
        work.change_id = changeset.change_id

    def discard(self, change_id: bytes) -> list[bytes]:
        """Drop a waiting or parked changeset and what rests on it; gives the ids of the dropped changesets.

        :raises ChangeUnknown: no such changeset. :raises ChangeSent: it is on its way or answered.
        """
        return self._discard(change_id, [JournalState.WAITING, JournalState.PARKED])

    def take_back(self, change_id: bytes) -> list[bytes]:
        """Undo a changeset that was never sent (an order that was submitted a minute ago is a draft again).

        :raises ChangeUnknown: no such changeset. :raises ChangeSent: its sending began.
        """
        return self._discard(change_id, [JournalState.WAITING])

    def _discard(self, change_id: bytes, states: Sequence[JournalState]) -> list[bytes]:
        def work() -> tuple[list[bytes], set[Key]]:
            with transaction(self.engine) as connection, writing(connection):
                return parked.discard(connection, self.rows, self.rulebook, change_id, states=states)

        ids, keys = self._write(work, Priority.PERSON)
        self._tell(keys, {table for table, _ in keys}, by="person")
        return ids

    def resend(self, change_id: bytes) -> list[bytes]:
        """Put a parked changeset and what rests on it into the queue again, under new ids; gives these.

        :raises ChangeUnknown: no such changeset. :raises ChangeSent: it is not parked.
        """

        def work() -> tuple[list[bytes], set[Key]]:
            with transaction(self.engine) as connection, writing(connection):
                state = load(connection)
                done = parked.resend(
                    connection,
                    self.rows,
                    self.rulebook,
                    change_id,
                    new_id=self._ids,
                    stamp=self._hybrid.stamp,
                    now_ms=self._hybrid.now_ms(),
                )
                save(connection, state, msgspec.structs.replace(state, clock_last=self._hybrid.last))
                return done

        new_ids, keys = self._write(work, Priority.PERSON)
        self._tell(keys, {table for table, _ in keys}, by="person")
        return new_ids

    # -- talk with the office

    def outgoing(
        self, *, max_changesets: int, max_bytes: int, after_n: int = 0
    ) -> tuple[bytes, list[Sealed]]:
        """The incarnation and the next changesets to send (see `desktop.store.sending.outgoing`). With nothing to
        send there is no incarnation, and nothing waits for the writer's turn.
        """
        with self.engine.connect() as connection:
            if not sending.is_anything_due(connection, after_n):
                return b"", []
        return self._write(
            lambda: sending.outgoing(
                self.engine,
                max_changesets=max_changesets,
                max_bytes=max_bytes,
                now_ms=self._clock.now_ms(),
                after_n=after_n,
            ),
            Priority.SYNC,
        )

    def kept_from(self, first_n: int, *, max_changesets: int, max_bytes: int) -> list[Sealed]:
        """Changesets from a number on, whatever became of them, for an office that lost them."""
        return sending.kept_from(self.engine, first_n, max_changesets=max_changesets, max_bytes=max_bytes)

    def take_answer(self, outcomes: Sequence[Outcome]) -> sending.Answered:
        """Write outcomes beside their changesets; again with the same ones changes nothing."""
        answered = self._write(
            lambda: sending.take_answer(
                self.engine,
                self.rows,
                self.rulebook,
                self._safeguards,
                outcomes=outcomes,
                now_ms=self._clock.now_ms(),
            ),
            Priority.SYNC,
        )
        self._tell(answered.keys, {table for table, _ in answered.keys}, by="office")
        return answered

    def pull_request(self, *, rows: int = PAGE_ROWS) -> PullRequest:
        """What to ask the office for next."""
        return next_request(self.state(), self.schema.version, rows=rows)

    def take_page(self, request: PullRequest, page: Page) -> Future[Taken]:
        """Use the page that answers ``request``, when the writer's turn comes; a page after which nothing is left to
        fetch at once, in the caller's thread.

        The future's exception is `UnfitPage` when the copy does not stand where the request was made.
        """

        def work() -> Taken:
            taken = self._pages.take(request, page, self._clock.now_ms())
            folded = taken.folded
            self._tell(folded.keys, folded.tables, by="office")
            return taken

        if page.complete:
            return at_once(self.writer, work, Priority.SYNC)
        return self.writer.submit(work, Priority.SYNC)

    def drop_checkpoint(self) -> None:
        """Forget the pages of the checkpoint under way; the next request begins a new one."""

        def work() -> None:
            with transaction(self.engine) as connection:
                state = load(connection)
                staging.clear(connection)
                save(connection, state, msgspec.structs.replace(state, position=b"", staged_for=b""))

        self._write(work, Priority.SYNC)

    def compare(self, digests: Sequence[UnitDigest]) -> list[tuple[bytes, str]]:
        """The (unit, table) pairs that differ from the office's; the next request asks for them again."""
        if not digests:
            return []
        with self.engine.connect() as connection:
            wrong = mismatches(connection, self.rows, digests)
        if wrong:
            logger.warning("digest_mismatch pairs=%d", len(wrong))
            self._write(lambda: self._remember_refetch(wrong), Priority.SYNC)
        return wrong

    def _remember_refetch(self, wrong: Sequence[tuple[bytes, str]]) -> None:
        with transaction(self.engine) as connection:
            state = load(connection)
            pairs = tuple(sorted({*state.refetch, *wrong}))
            save(connection, state, msgspec.structs.replace(state, refetch=pairs))

    def contact(self, office_ms: int) -> Contact:
        """Take note of the office's clock; kept when it differs by more than a message takes."""

        def work() -> Contact:
            last = self._hybrid.last
            contact = self._hybrid.contact(office_ms)
            known = self._kept_offset_ms
            stepped_back = self._hybrid.last < last
            if known is None or stepped_back or abs(contact.offset_ms - known) > _OFFSET_WORTH_SAVING_MS:
                with repeatable_transaction(self.engine) as connection:
                    state = load(connection)
                    after = msgspec.structs.replace(
                        state, clock_offset_ms=contact.offset_ms, clock_last=self._hybrid.last
                    )
                    save(connection, state, after)
                self._kept_offset_ms = contact.offset_ms
            return contact

        return self._write(work, Priority.SYNC)

    # -- housekeeping

    def build_indexes(self) -> None:
        """Make the indexes of the replicated tables, in slices. Does nothing before the first checkpoint and after it
        was done once.
        """
        if self._is_indexed or not self.state().copied:
            return
        with self.reading() as connection:
            slices = list(index_slices(connection, self.rows))
        for statements in slices:
            self._write(partial(self._execute, statements), Priority.BACKGROUND)

        def work() -> None:
            with transaction(self.engine) as connection:
                state = load(connection)
                save(connection, state, msgspec.structs.replace(state, indexed=True))

        self._write(work, Priority.BACKGROUND)
        self._is_indexed = True

    def build_search(self) -> None:
        """Make the search index, or what of it is missing, in slices. Does nothing before the first checkpoint, and
        little when the index is complete.
        """
        if self._is_searchable or not self.state().copied:
            return
        # Whoever writes much from now on says otherwise.
        self._is_searchable = True
        try:
            self._build_search()
        except BaseException:
            self._is_searchable = False
            raise

    def _build_search(self) -> None:
        tables = self.schema.entities
        with self.reading() as connection:
            if search_index.is_complete(connection):
                return
            is_made = search_index.is_made(connection)

        def slice_() -> bool:
            with repeatable_transaction(self.engine) as connection:
                return search_index.build_slice(connection, tables)

        if not is_made:
            self._write(self._make_search, Priority.BACKGROUND)
        while self._write(slice_, Priority.BACKGROUND):
            pass

    def _make_search(self) -> None:
        with transaction(self.engine) as connection:
            search_index.make(connection, self.schema.entities)

    def _execute(self, statements: Sequence[str]) -> None:
        with transaction(self.engine) as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def shorten_log(self) -> None:
        """Bring what was written since into the file, if it is much. Nobody waits for it, and it waits for nobody."""
        log.shorten(self.engine)

    def log_round(self, report: dict[str, Any]) -> None:
        """Keep what a round did; plain values."""

        def work() -> None:
            with repeatable_transaction(self.engine) as connection:
                logbook.keep(connection, self._clock.now_ms(), report)

        self._write(work, Priority.SYNC)

    # -- inside

    def _write(self, work: Callable[[], T], priority: Priority) -> T:
        with self.writer.turn(priority):
            return work()

    def _tell(self, keys: set[Key] | frozenset[Key], tables: set[str], *, by: str) -> None:
        if not tables:
            return
        if not keys:
            # Too many rows to name may be too many to index in their transaction.
            self._is_searchable = False
        told = Changed(frozenset(keys), frozenset(tables), by)
        for listener in list(self.listeners):
            listener(told)
