"""An online copy of the database, and the mark that says what it surely holds (sync-protocol, 4).

Devices keep accepted changesets until this mark has passed them: after a restore they offer the rest again.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Final

from crm.errors import OfficeFault
from sync_server.store.database import Database

BACKUP_FAILED: Final = 9007

Marks = list[tuple[bytes, int]]
"""Incarnation and the highest ``n`` the copy holds."""


def back_up(database: Database, target: Path) -> int:
    """Write a consistent copy to ``target`` while the office goes on working; gives its size in bytes.

    SQLite: a database file. PostgreSQL: an archive for ``pg_restore``. Only when the copy lies on the disk does the
    durable mark move.

    :raises OfficeFault: code 9007 when it cannot be made; nothing is left behind then.
    """
    if target.exists():
        raise OfficeFault(BACKUP_FAILED, "There is a file of this name already. Nothing was changed.")
    if not target.parent.is_dir():
        raise OfficeFault(BACKUP_FAILED, "The folder for the backup does not exist.")
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        marks = _copy_sqlite(database, partial) if database.is_sqlite else _dump(database, partial)
        _to_disk(partial)
        os.replace(partial, target)
        _to_disk(target.parent)
    except (OSError, sqlite3.Error, subprocess.SubprocessError) as error:
        raise OfficeFault(
            BACKUP_FAILED, f"The backup could not be written ({type(error).__name__})."
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    _raise_marks(database, marks)
    return target.stat().st_size


def _copy_sqlite(database: Database, partial: Path) -> Marks:
    with (
        closing(sqlite3.connect(database.url.database or "")) as source,
        closing(sqlite3.connect(partial)) as copy,
    ):
        source.backup(copy)
        # A file on its own: without this the copy would expect its journal beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        rows = copy.execute("SELECT id, last_n FROM incarnation").fetchall()
    return [(incarnation, last_n) for incarnation, last_n in rows]


def _dump(database: Database, partial: Path) -> Marks:
    program = shutil.which("pg_dump")
    if program is None:
        raise OfficeFault(
            BACKUP_FAILED,
            "pg_dump is not on PATH. Install PostgreSQL's client programs (Debian: postgresql-client), or back up "
            "with the means of your database.",
        )
    # The dump and the marks are of one moment: both read the same exported snapshot.
    with database.snapshot() as connection:
        snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        rows = database.rows(connection, "SELECT id, last_n FROM incarnation")
        url = database.url.set(drivername="postgresql", password=None)
        environment = dict(os.environ)
        if database.url.password is not None:
            environment["PGPASSWORD"] = str(database.url.password)
        finished = subprocess.run(
            [
                program,
                "--format=custom",
                f"--snapshot={snapshot}",
                f"--file={partial}",
                "--no-password",
                f"--dbname={url.render_as_string(hide_password=False)}",
            ],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    if finished.returncode != 0:
        said = (finished.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise OfficeFault(BACKUP_FAILED, f"pg_dump failed: {said}")
    return [(incarnation, last_n) for incarnation, last_n in rows]


def _raise_marks(database: Database, marks: Marks) -> None:
    with database.write() as connection:
        database.execute_many(
            connection,
            "UPDATE incarnation SET durable_n = ? WHERE id = ? AND durable_n < ?",
            [(last_n, incarnation, last_n) for incarnation, last_n in sorted(marks)],
        )


def _to_disk(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
