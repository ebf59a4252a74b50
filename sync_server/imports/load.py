"""Rows become records: batch after batch, each one changeset that is taken whole or not at all (R-039).

A batch that a rule of the office refuses is halved until the document is found that it refuses; the rest is taken.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from sqlalchemy import Connection

from crm.changes.actor import Actor, Extent
from crm.errors import Code, OfficeFault, RoundsmanError
from crm.ids import IdFactory, PersonId
from crm.rights import Right
from sync_server.imports.identity import Keys
from sync_server.imports.load_plan import (
    REJECTED,
    Plan,
    Planned,
    Planner,
    RowRefusedError,
    rows_of,
    shown,
)
from sync_server.imports.runs import Run, Runs
from sync_server.imports.wanted import WantedRow
from sync_server.sync.office import Office

if TYPE_CHECKING:
    from sync_server.imports.survey import Document

CANCELLED: Final = 9022
STOPPED: Final = 9023

BATCH_RECORDS: Final = 1000
MOST_WAITING: Final = 10_000
"""So many documents of a file can wait for records that come later in it."""
TRIES: Final = 5


class Cancelled(Exception):
    """Somebody stopped it; the batch under way was given up."""


class Watch(Protocol):
    """Is told what becomes of every row, when it is certain."""

    def row(self, row: WantedRow, outcome: str, reason: str) -> None:
        """A row ended as ``outcome``; ``reason`` says why it was rejected, empty otherwise."""
        ...


class Bystander:
    """Follows an import: what is under way, and whether somebody wants it stopped. This one watches nothing."""

    def surveying(self, label: str, rows: int) -> None:
        """So many rows of a file were looked at."""

    def loading(self, totals: Mapping[str, int]) -> None:
        """Loading begins; ``totals`` are the rows of each file."""

    def loaded(self, label: str) -> None:
        """One more row of a file came to its end."""

    def exporting(self, label: str, rows: int, of: int) -> None:
        """So many rows of an export were written, and of how many; ``label`` is what is written now."""

    def undoing(self, done: int, of: int) -> None:
        """A cancelled import is taken back: batches done and of how many."""

    def stops(self) -> int:
        """How often somebody asked for it to be stopped: once takes it back, twice leaves it as it is."""
        return 0


class _Nobody:
    def row(self, row: WantedRow, outcome: str, reason: str) -> None:
        """See `Watch.row`."""


_NOBODY: Final = _Nobody()


@dataclass
class Done:
    """What a load wrote: records made or changed, changesets."""

    records: int = 0
    batches: int = 0


def importer(person: bytes) -> Actor:
    """Who imports: with every right, and records as another system had them."""
    rights = {right.value: Extent.ALL for right in Right}
    return Actor(PersonId(person), None, rights, office=True, imports=True)


class Loader:
    """Loads the documents of one run. ``should_stop`` is asked before every batch is kept."""

    def __init__(self, office: Office, run: Run, *, should_stop: Callable[[], bool]) -> None:
        self._office = office
        self._database = office.database
        self._run = run
        self._watch: Watch = _NOBODY
        self._should_stop = should_stop
        self._keys = Keys(office.database, run.source)
        self._runs = Runs(office.database)
        self._actor = importer(run.person)
        self._planner = Planner(office.database, self._keys, IdFactory(self._now_ms))
        self._now = run.started_at
        self._waiting: list[tuple[Document, RowRefusedError]] = []
        self.done = Done()

    def _now_ms(self) -> int:
        return self._now

    def load(self, documents: Iterable[Document], watch: Watch) -> None:
        """Load the documents of one file; every row of them is told to ``watch``.

        :raises Cancelled: ``should_stop`` said so. What was kept before stays. :raises OfficeFault: 9001.
        """
        self._watch = watch
        self._waiting = []
        with _rare_collections():
            self._load_all(documents)
            before = 0
            while self._waiting and len(self._waiting) != before:
                waiting, self._waiting = self._waiting, []
                before = len(waiting)
                self._load_all(document for document, _error in waiting)
        for document, error in self._waiting:
            self._tell_refused(document, error)

    def _load_all(self, documents: Iterable[Document]) -> None:
        for batch in _batches(documents):
            self._load(batch)
            gc.collect(0)

    def _load(self, documents: Sequence[Document]) -> None:
        for attempt in range(TRIES):
            if self._should_stop():
                raise Cancelled
            with self._database.snapshot() as connection:
                self._now = self._database.now_ms(connection)
                plan = self._planner.plan(connection, documents)
            try:
                self._keep(plan)
            except OfficeFault:
                raise
            except RoundsmanError as error:
                if error.code == Code.STALE and attempt < TRIES - 1:
                    continue  # somebody changed a record since it was read
                self._refused(plan, error)
            self._tell(plan)
            return

    def _keep(self, plan: Plan) -> None:
        """Write what is planned, in one transaction.

        :raises RoundsmanError: the office refuses it; nothing was written.
        """
        keys = plan.keys
        ops = plan.ops
        if not ops:
            if keys:
                with self._database.write() as connection:
                    self._keys.remember(connection, keys, self._run.id)
            return

        def beside(connection: Connection, change_id: bytes) -> None:
            self._runs.batch(connection, self._run.id, self.done.batches + 1, change_id)
            self._keys.remember(connection, keys, self._run.id)
            if self._should_stop():
                raise Cancelled

        self._office.record(
            self._run.person, f"import.{self._run.source}", ops, actor=self._actor, beside=beside
        )
        self.done.batches += 1
        self.done.records += sum(each.records for each in plan.planned)

    def _refused(self, plan: Plan, error: RoundsmanError) -> None:
        """Find out which document the office refuses, and take the others."""
        planned, plan.planned = plan.planned, []
        if len(planned) == 1:
            document = planned[0].document
            plan.refused.append((document, RowRefusedError(rows_of(document)[0], error.message)))
            return
        middle = len(planned) // 2
        for half in (planned[:middle], planned[middle:]):
            self._load([each.document for each in half])

    # -- telling

    def _tell(self, plan: Plan) -> None:
        for planned in plan.planned:
            self._tell_planned(planned)
        for document, error in plan.refused:
            self._tell_refused(document, error)
        for document, error in plan.waiting:
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append((document, error))
            else:
                self._tell_refused(document, error)

    def _tell_planned(self, planned: Planned) -> None:
        for row, outcome in planned.outcomes:
            self._watch.row(row, outcome, "")

    def _tell_refused(self, document: Document, error: RowRefusedError) -> None:
        for row in rows_of(document):
            if row is error.row:
                reason = str(error)
            elif row.problem:
                reason = row.problem
            else:
                reason = f"It belongs together with {shown(error.row.key)} ({error.row.file}, line {error.row.line}): {error}"
            self._watch.row(row, REJECTED, reason)


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Let the collector of cycles run between batches alone, when there is hardly anything to look at.

    Left alone it goes through the living objects of a batch again and again: a third of the time (measured 2026-11).
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Whole documents with at most `BATCH_RECORDS` records together; a larger one stands alone."""
    batch: list[Document] = []
    size = 0
    for document in documents:
        records = sum(len(row.records) for row in rows_of(document)) or 1
        if batch and size + records > BATCH_RECORDS:
            yield batch
            batch, size = [], 0
        batch.append(document)
        size += records
    if batch:
        yield batch
