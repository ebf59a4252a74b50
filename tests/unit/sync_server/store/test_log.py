"""The office's write-ahead log is brought into the database by a thread, not by whoever commits."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from crm.schema import SCHEMA
from sync_server.store import log
from sync_server.store.database import Database

WAIT_S = 10
MEGABYTE = 1024 * 1024


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path / 'office.db'}", SCHEMA)
    with made.write() as connection:
        connection.exec_driver_sql("CREATE TABLE thing (body BLOB)")
    return made


def _put(database: Database, megabytes: int) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO thing VALUES (zeroblob(?))", (megabytes * MEGABYTE,))


def _file_grows_to(path: Path, size: int) -> bool:
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        if path.stat().st_size >= size:
            return True
        time.sleep(0.01)
    return False


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "roundsman-log"]


def test_a_long_log_is_brought_into_the_file(database: Database, tmp_path: Path) -> None:
    _put(database, 12)
    assert _file_grows_to(tmp_path / "office.db", 12 * MEGABYTE)
    database.close()


def test_a_short_log_needs_no_thread(database: Database, tmp_path: Path) -> None:
    before = _threads()
    _put(database, 2)
    assert _threads() == before
    assert (tmp_path / "office.db-wal").stat().st_size > 2 * MEGABYTE
    database.close()


def test_the_thread_ends_with_the_database(database: Database) -> None:
    before = len(_threads())
    _put(database, 12)
    assert len(_threads()) == before + 1
    database.close()
    assert len(_threads()) == before


@pytest.mark.allow_log("sync_server.store.log")
def test_trouble_is_logged_and_the_next_commit_asks_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried = threading.Event()
    shorten = log.LogKeeper._shorten

    def fail(keeper: log.LogKeeper) -> None:
        tried.set()
        raise OSError("the disk is full")

    monkeypatch.setattr(log, "PAUSE_S", 0.01)
    monkeypatch.setattr(log.LogKeeper, "_shorten", fail)
    _put(database, 12)
    assert tried.wait(WAIT_S)
    monkeypatch.setattr(log.LogKeeper, "_shorten", shorten)
    _put(database, 1)
    assert _file_grows_to(tmp_path / "office.db", 12 * MEGABYTE)
    assert "log_not_shortened" in caplog.text
    database.close()
