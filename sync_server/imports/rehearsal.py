"""A copy of the office to import into for trial: exactly what the import would do, and nothing that stays."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Table, event

from crm.changes.capture import writing
from sync_server.store import migrations
from sync_server.store.database import Database
from sync_server.store.rows import quoted, select_list
from sync_server.store.tables import OFFICE

CHUNK: Final = 5_000


@contextmanager
def rehearsal(database: Database) -> Iterator[Database]:
    """The office of this moment in a SQLite file in the folder for temporary files, thrown away afterwards."""
    with tempfile.TemporaryDirectory(prefix="roundsman-rehearsal-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "office.db"
        if database.is_sqlite:
            with (
                closing(sqlite3.connect(database.url.database or "")) as source,
                closing(sqlite3.connect(path)) as copy,
            ):
                source.backup(copy)
        scratch = Database(f"sqlite:///{path}", database.schema, now_ms=lambda: _now(database))
        event.listen(scratch.engine, "connect", _unsafe)
        try:
            if not database.is_sqlite:
                _copy(database, scratch)
            yield scratch
        finally:
            scratch.close()


def _copy(database: Database, scratch: Database) -> None:
    """Every row of a PostgreSQL, read in one snapshot."""
    migrations.upgrade(scratch)
    tables = [*OFFICE.sorted_tables, *(entity.table for entity in database.schema)]
    with database.snapshot() as source, scratch.write() as target, writing(target):
        for table in tables:
            scratch.execute_many(target, f"DELETE FROM {quoted(str(table.name))} WHERE 1=?", [(1,)])
            _copy_table(table, source, scratch, target)


def _copy_table(table: Table, source: Connection, scratch: Database, target: Connection) -> None:
    names = [str(column.name) for column in table.columns]
    name = quoted(str(table.name))
    marks = ",".join("?" * len(names))
    found = source.execution_options(stream_results=True).exec_driver_sql(
        f"SELECT {select_list(names)} FROM {name}"
    )
    for rows in found.partitions(CHUNK):
        scratch.execute_many(
            target,
            f"INSERT INTO {name} ({select_list(names)}) VALUES ({marks})",
            [tuple(row) for row in rows],
        )


def _unsafe(connection: Any, _record: Any) -> None:
    """What is thrown away anyhow waits for no disk."""
    connection.execute("PRAGMA synchronous=OFF")


def _now(database: Database) -> int:
    with database.snapshot() as connection:
        return database.now_ms(connection)
