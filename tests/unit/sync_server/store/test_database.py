"""Transactions, snapshots and errors of the world, the same on both databases."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from crm.errors import Code, InvalidInput, LocalFault, OfficeFault
from crm.schema import SCHEMA
from sync_server.store import database as module
from sync_server.store.database import CHUNK, Database


def put(database: Database, key: str, value: str) -> None:
    with database.write() as connection:
        database.execute_many(
            connection,
            "INSERT INTO setting (key, value) VALUES (?,?) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [(key, value)],
        )


def get(database: Database, key: str) -> list[tuple[Any, ...]]:
    with database.snapshot() as connection:
        return database.rows(connection, "SELECT value FROM setting WHERE key=?", [key])


@pytest.mark.parametrize("url", ["mysql://x/y", "oracle://x"])
def test_only_the_two_databases_are_spoken_to(url: str) -> None:
    with pytest.raises(InvalidInput):
        Database(url, SCHEMA)


def test_what_a_transaction_wrote_is_there_when_it_ends_and_only_then(database: Database) -> None:
    with database.write() as connection:
        database.execute_many(connection, "INSERT INTO setting (key, value) VALUES (?,?)", [("a", "1")])
        assert get(database, "a") == []
    assert get(database, "a") == [("1",)]


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    class SuddenError(Exception):
        pass

    def half() -> None:
        with database.write() as connection:
            database.execute_many(connection, "INSERT INTO setting (key, value) VALUES (?,?)", [("a", "1")])
            raise SuddenError

    with pytest.raises(SuddenError):
        half()
    assert get(database, "a") == []


def test_a_snapshot_sees_one_moment(database: Database) -> None:
    put(database, "a", "1")
    with database.snapshot() as connection:
        statement = "SELECT value FROM setting WHERE key=?"
        assert database.rows(connection, statement, ["a"]) == [("1",)]
        put(database, "a", "2")
        put(database, "b", "2")
        assert database.rows(connection, statement, ["a"]) == [("1",)]
        assert database.rows(connection, statement, ["b"]) == []
    assert get(database, "a") == [("2",)]


def test_a_snapshot_of_postgresql_writes_nothing(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no transactions that only read")
    with pytest.raises(DBAPIError), database.snapshot() as connection:
        connection.execute(text("DELETE FROM setting"))


def test_after_a_snapshot_a_connection_can_write_again(database: Database) -> None:
    for _ in range(12):
        with database.snapshot() as connection:
            database.rows(connection, "SELECT 1")
        put(database, "a", "1")


def test_as_many_values_as_there_are_are_asked_for(database: Database) -> None:
    count = CHUNK * 2 + 3
    with database.write() as connection:
        database.execute_many(
            connection,
            "INSERT INTO setting (key, value) VALUES (?,?)",
            [(f"{place:05}", str(place % 2)) for place in range(count)],
        )
        found = database.rows_in(
            connection,
            "SELECT key FROM setting WHERE value=? AND key IN ({in}) AND key<?",
            [f"{place:05}" for place in range(count)],
            ["1"],
            [f"{count - 10:05}"],
        )
    assert [row[0] for row in found] == [f"{place:05}" for place in range(count - 10) if place % 2]


def test_asking_for_no_values_asks_nothing(database: Database) -> None:
    with database.snapshot() as connection:
        assert database.rows_in(connection, "SELECT no such thing IN ({in})", []) == []
        database.execute_many(connection, "no statement at all", [])


def test_a_broken_rule_of_the_database_rises_as_it_is(database: Database) -> None:
    put(database, "a", "1")
    with pytest.raises(IntegrityError), database.write() as connection:
        database.execute_many(connection, "INSERT INTO setting (key, value) VALUES (?,?)", [("a", "2")])
    assert get(database, "a") == [("1",)]


def test_replicated_tables_are_guarded(database: Database) -> None:
    with pytest.raises(LocalFault), database.write() as connection:
        connection.execute(text("DELETE FROM customer"))


# --- errors of the world ----------------------------------------------------------------------------------------------


def test_a_database_that_is_not_there_is_away(tmp_path: Path) -> None:
    for url in (
        f"sqlite:///{tmp_path / 'no such folder' / 'office.db'}",
        f"postgresql://nobody@/nothing?host={tmp_path}",
    ):
        database = Database(url, SCHEMA)
        for ask in (database.snapshot, database.write):
            with pytest.raises(OfficeFault) as away, ask():
                pass
            assert away.value.code == Code.DATABASE_AWAY
        database.close()


def test_a_writer_that_holds_the_lock_for_too_long_is_the_database_being_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUSY_MS", 20)
    database = Database(f"sqlite:///{tmp_path / 'office.db'}", SCHEMA)
    with database.write(), pytest.raises(OfficeFault) as away, database.write():
        pass
    assert away.value.code == Code.DATABASE_AWAY
    database.close()


AWAY = ["08006", "53100", "53200", "53300", "57P01", "57P02", "57P03", "58030"]
"""Connection lost, disk full, out of memory, too many connections, shut down (three ways), input/output error."""


@pytest.mark.parametrize("state", AWAY)
def test_postgresql_in_trouble_is_the_database_being_away(database: Database, state: str) -> None:
    if database.is_sqlite:
        pytest.skip("these are PostgreSQL's words")
    trouble = f"DO $$ BEGIN RAISE EXCEPTION 'in trouble' USING ERRCODE = '{state}'; END $$"
    with pytest.raises(OfficeFault) as away, database.write() as connection:
        connection.exec_driver_sql(trouble)
    assert away.value.code == Code.DATABASE_AWAY
    with pytest.raises(OfficeFault), database.write() as connection:
        database.rows(connection, trouble)
    put(database, "a", "1")


def test_a_mistake_of_the_program_is_not_the_database_being_away(database: Database) -> None:
    with pytest.raises(DBAPIError), database.write() as connection:
        connection.exec_driver_sql("SELECT no_such_column FROM setting")


def test_a_connection_that_was_cut_is_the_database_being_away_and_the_next_is_a_new_one(
    database: Database,
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no connection to cut")

    def cut_oneself() -> None:
        with database.write() as connection:
            database.rows(connection, "SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(OfficeFault) as away:
        cut_oneself()
    assert away.value.code == Code.DATABASE_AWAY
    put(database, "a", "1")
    assert get(database, "a") == [("1",)]


# --- time -------------------------------------------------------------------------------------------------------------


def test_the_offices_clock_is_the_databases(url: str) -> None:
    database = Database(url, SCHEMA)
    before = time.time() * 1000
    with database.snapshot() as connection:
        now = database.now_ms(connection)
    assert before - 60_000 <= now <= time.time() * 1000 + 60_000
    database.close()
