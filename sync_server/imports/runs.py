"""The runs of imports as the office remembers them, and one run at a time for each source."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection

from crm.errors import InvalidInput, OfficeFault
from sync_server.store.database import Database

UNDER_WAY: Final = 9021
NO_SUCH_RUN: Final = 1120

Counts: TypeAlias = Mapping[str, Mapping[str, int]]
"""File label to outcome to number of rows."""


class RunState(StrEnum):
    """Where a run stands. One that was killed says *running* until somebody looks, and is *unfinished* then."""

    RUNNING = "running"
    DONE = "done"
    UNFINISHED = "unfinished"
    CANCELLED = "cancelled"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True)
class Run:
    """One run. Instants are UTC milliseconds; ``settings`` maps a setting to its texts before and after (None: unset)."""

    id: int
    source: str
    title: str
    person: bytes
    state: RunState
    started_at: int
    ended_at: int | None
    counts: Counts
    settings: Mapping[str, tuple[str | None, str]]


_COLUMNS: Final = "id, source, title, person, state, started_at, ended_at, counts, settings"


class Runs:
    """The table of runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def only_one(self, source: str) -> Iterator[None]:
        """Hold the one right to change what ``source`` brings; it ends with the process, however that ends.

        :raises OfficeFault: code 9021 when another run of the source is under way.
        """
        database = self._database
        number = int.from_bytes(blake2b(source.encode(), digest_size=8).digest(), "big", signed=True)
        if database.is_sqlite:
            path = f"{database.url.database}.import-{number & 0xFFFFFFFFFFFFFFFF:x}.lock"
            # A database that is only locked: the same on every system, and never left behind locked.
            with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as lock:
                try:
                    lock.execute("BEGIN EXCLUSIVE")
                except sqlite3.OperationalError as error:
                    raise _under_way() from error
                yield
            return
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not connection.exec_driver_sql("SELECT pg_try_advisory_lock(%s)", (number,)).scalar_one():
                raise _under_way()
            try:
                yield
            finally:
                connection.exec_driver_sql("SELECT pg_advisory_unlock(%s)", (number,))

    def begin(self, source: str, title: str, person: bytes, settings: Mapping[str, str]) -> Run:
        """A new run, with the settings of the office that come with it; older ones that were cut off are marked."""
        database = self._database
        with database.write() as connection:
            if not database.is_sqlite:
                connection.exec_driver_sql("LOCK TABLE import_run IN EXCLUSIVE MODE")
            now = database.now_ms(connection)
            before = self._settings(connection, settings)
            changed = {
                key: (before.get(key), text) for key, text in settings.items() if before.get(key) != text
            }
            self._set(connection, {key: after for key, (_before, after) in changed.items()})
            [(last,)] = database.rows(connection, "SELECT COALESCE(MAX(id), 0) FROM import_run")
            run = Run(last + 1, source, title[:200], person, RunState.RUNNING, now, None, {}, changed)
            database.execute_many(
                connection,
                "UPDATE import_run SET state=? WHERE source=? AND state=?",
                [(RunState.UNFINISHED.value, source, RunState.RUNNING.value)],
            )
            database.execute_many(
                connection,
                f"INSERT INTO import_run ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)",
                [
                    (
                        *(run.id, source, run.title, person, run.state.value, now, None),
                        "{}",
                        json.dumps(changed),
                    )
                ],
            )
        return run

    def mark(self, run: int, state: RunState, counts: Counts | None = None) -> None:
        """Say where a run stands; ``counts`` as they are in the end."""
        ended = None if state is RunState.UNDOING else True
        with self._database.write() as connection:
            now = self._database.now_ms(connection)
            self._database.execute_many(
                connection,
                "UPDATE import_run SET state=?, ended_at=COALESCE(?, ended_at), counts=COALESCE(?, counts) WHERE id=?",
                [(state.value, now if ended else None, None if counts is None else json.dumps(counts), run)],
            )

    def all(self) -> list[Run]:
        """Every run, the newest first."""
        found = self._read("ORDER BY id DESC")
        return [self._looked_at(run) for run in found]

    def get(self, run: int) -> Run:
        """One run.

        :raises InvalidInput: code 1120 when there is none of this number.
        """
        found = self._read("WHERE id=?", run)
        if not found:
            raise InvalidInput(NO_SUCH_RUN, "There is no import of this number.")
        return found[0]

    def batch(self, connection: Connection, run: int, n: int, change_id: bytes) -> None:
        """Note the ``n``-th changeset of a run, in the transaction that takes it."""
        self._database.execute_many(
            connection,
            "INSERT INTO import_batch (run, n, change_id, taken_back) VALUES (?,?,?,0)",
            [(run, n, change_id)],
        )

    def batches(self, run: int) -> list[tuple[int, bytes]]:
        """Number and changeset of the batches that stand, the newest first."""
        with self._database.snapshot() as connection:
            rows = self._database.rows(
                connection,
                "SELECT n, change_id FROM import_batch WHERE run=? AND taken_back=0 ORDER BY n DESC",
                [run],
            )
        return [(n, change_id) for n, change_id in rows]

    def taken_back(self, connection: Connection, run: int, n: int) -> None:
        """Note that a batch was undone, in the transaction that did it."""
        self._database.execute_many(
            connection, "UPDATE import_batch SET taken_back=1 WHERE run=? AND n=?", [(run, n)]
        )

    def forget(self, run: Run) -> None:
        """The end of an undo: settings as they were where nobody changed them since, no keys that were found by values.

        Keys of records that the run made are kept: imported again, they are the same records.
        """
        with self._database.write() as connection:
            now = self._settings(connection, run.settings)
            back = {key: before for key, (before, after) in run.settings.items() if now.get(key) == after}
            self._set(connection, back)
            self._database.execute_many(
                connection,
                "DELETE FROM import_key WHERE source=? AND run=? AND found=1",
                [(run.source, run.id)],
            )

    # -- steps

    def _looked_at(self, run: Run) -> Run:
        if run.state not in (RunState.RUNNING, RunState.UNDOING):
            return run
        try:
            with self.only_one(run.source):
                return Run(**{**vars(run), "state": RunState.UNFINISHED})
        except OfficeFault:
            return run

    def _read(self, where: str, *values: Any) -> list[Run]:
        with self._database.snapshot() as connection:
            rows = self._database.rows(connection, f"SELECT {_COLUMNS} FROM import_run {where}", values)
        return [
            Run(
                *(number, source, title, person, RunState(state), began, ended),
                json.loads(counts),
                {key: (before, after) for key, (before, after) in json.loads(settings).items()},
            )
            for number, source, title, person, state, began, ended, counts, settings in rows
        ]

    def _settings(self, connection: Connection, keys: Mapping[str, Any]) -> dict[str, str]:
        rows: list[Any] = self._database.rows_in(
            connection, "SELECT key, value FROM setting WHERE key IN ({in})", sorted(keys)
        )
        return dict(rows)

    def _set(self, connection: Connection, values: Mapping[str, str | None]) -> None:
        self._database.execute_many(
            connection, "DELETE FROM setting WHERE key=?", [(key,) for key in sorted(values)]
        )
        self._database.execute_many(
            connection,
            "INSERT INTO setting (key, value) VALUES (?,?)",
            [(key, text) for key, text in sorted(values.items()) if text is not None],
        )


def _under_way() -> OfficeFault:
    return OfficeFault(
        UNDER_WAY, "An import of this source is under way. Nothing was changed; wait until it ends."
    )
