"""The write-ahead log is brought into the file between rounds."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from desktop.store import log
from desktop.store.database import prepare_engine, transaction


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return prepare_engine(create_engine(f"sqlite:///{tmp_path / 'copy.db'}"))


def _write(engine: Engine, megabytes: int) -> None:
    with transaction(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS thing (body BLOB)")
        connection.exec_driver_sql("INSERT INTO thing VALUES (zeroblob(?))", (megabytes * 1024 * 1024,))


def _unlogged(engine: Engine, tmp_path: Path) -> int:
    """The size of the file itself."""
    return (tmp_path / "copy.db").stat().st_size


def test_a_long_log_is_brought_into_the_file(engine: Engine, tmp_path: Path) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_autocheckpoint=0")
    _write(engine, 10)
    before = _unlogged(engine, tmp_path)
    log.shorten(engine)
    assert before < 1024 * 1024 < 10 * 1024 * 1024 < _unlogged(engine, tmp_path)


def test_a_short_log_is_left_alone(engine: Engine, tmp_path: Path) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_autocheckpoint=0")
    _write(engine, 2)
    before = _unlogged(engine, tmp_path)
    log.shorten(engine)
    assert _unlogged(engine, tmp_path) == before


def test_it_waits_for_no_reader_and_no_writer(engine: Engine, tmp_path: Path) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_autocheckpoint=0")
    _write(engine, 1)
    with engine.connect() as reader, engine.connect() as writer:
        assert reader.exec_driver_sql("SELECT count(*) FROM thing").scalar() == 1
        _write(engine, 10)
        writer.execution_options(roundsman_begin="BEGIN IMMEDIATE")
        writer.exec_driver_sql("INSERT INTO thing VALUES (x'01')")
        log.shorten(engine)
        assert reader.exec_driver_sql("SELECT count(*) FROM thing").scalar() == 1
        writer.commit()
    log.shorten(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM thing").scalar() == 3


def test_nothing_happens_to_a_copy_in_memory() -> None:
    engine = prepare_engine(create_engine("sqlite://", poolclass=StaticPool))
    _write(engine, 10)
    log.shorten(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM thing").scalar() == 1


@pytest.mark.allow_log("desktop.store.log")
def test_full_disk_ends_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_autocheckpoint=0")
    _write(engine, 10)
    ask = Connection.exec_driver_sql

    def full(connection: Connection, statement: str, *values: object) -> object:
        if "wal_checkpoint" in statement:
            raise OperationalError(statement, None, sqlite3.OperationalError("database or disk is full"))
        return ask(connection, statement, *values)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "exec_driver_sql", full)
        log.shorten(engine)
    assert "log_not_shortened" in caplog.text
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM thing").scalar() == 1
