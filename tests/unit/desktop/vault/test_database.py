"""The local database is encrypted, opens with its key only, and its transactions are explicit."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.dialects.sqlite.pysqlcipher import SQLiteDialect_pysqlcipher
from sqlalchemy.exc import DBAPIError, OperationalError

from desktop.vault import DatabaseKey, for_writing, open_engine, outside_transactions, verify_cipher
from desktop.vault.database import CONNECTIONS, _prepare
from desktop.vault.errors import (
    CipherMissing,
    DatabaseKeyWrong,
    DatabaseMissing,
    DatabaseNotEncrypted,
    JournalRefused,
)

KEY = DatabaseKey(bytes(range(32)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a folder with #1 & 50 % 客户?" / "copy.db"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    path.parent.mkdir()
    engine = open_engine(path, KEY, create=True)
    with for_writing(engine).begin() as connection:
        connection.execute(text("CREATE TABLE customers (name TEXT)"))
    yield engine
    engine.dispose()


def names(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT name FROM customers ORDER BY name")).scalars())


def add(engine: Engine, *added: str) -> None:
    with for_writing(engine).begin() as connection:
        connection.execute(text("INSERT INTO customers VALUES (:name)"), [{"name": name} for name in added])


def test_rows_come_back_when_opened_again_with_the_key(path: Path, engine: Engine) -> None:
    add(engine, "红山广告")
    engine.dispose()
    again = open_engine(path, KEY)
    assert names(again) == ["红山广告"]
    again.dispose()


@pytest.mark.parametrize("is_closed", [False, True])
def test_no_file_holds_plain_text(path: Path, engine: Engine, is_closed: bool) -> None:
    secrets = [f"Harbour Cinema Number {number} 红山广告" for number in range(2_000)]
    add(engine, *secrets)
    with for_writing(engine).begin() as connection:
        connection.execute(text("CREATE INDEX by_name ON customers (name DESC)"))
        connection.execute(text("UPDATE customers SET name = name || '!'"))
    if is_closed:
        engine.dispose()
    looked_at = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    assert ("copy.db-wal" in looked_at) is not is_closed
    assert sum(map(len, looked_at.values())) > 100_000
    for content in looked_at.values():
        for plain in ("Harbour Cinema", "红山广告", "customers", "CREATE TABLE", "SQLite format 3"):
            assert plain.encode() not in content
            assert plain.encode("utf-16-le") not in content


@given(other=st.binary(min_size=32, max_size=32).filter(lambda raw: raw != KEY.reveal()))
@settings(max_examples=20)
def test_any_other_key_is_refused(tmp_path_factory: pytest.TempPathFactory, other: bytes) -> None:
    path = tmp_path_factory.mktemp("copy") / "copy.db"
    open_engine(path, KEY, create=True).dispose()
    for create in (False, True):
        with pytest.raises(DatabaseKeyWrong) as caught:
            open_engine(path, DatabaseKey(other), create=create)
        assert caught.value.code == 4131
    open_engine(path, KEY).dispose()


def test_wrong_key_prints_nothing(path: Path, engine: Engine, capfd: pytest.CaptureFixture[str]) -> None:
    engine.dispose()
    with pytest.raises(DatabaseKeyWrong):
        open_engine(path, DatabaseKey.generate())
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("size", [100, 4096, 10_000])
def test_file_that_is_no_database_of_ours_is_refused_and_kept(tmp_path: Path, size: int) -> None:
    path = tmp_path / "copy.db"
    content = os.urandom(size)
    path.write_bytes(content)
    with pytest.raises(DatabaseKeyWrong):
        open_engine(path, KEY, create=True)
    assert path.read_bytes() == content


def test_plain_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE t (x)")
    plain.close()
    with pytest.raises(DatabaseNotEncrypted):
        open_engine(path, KEY, create=True)


def test_missing_file_is_made_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    with pytest.raises(DatabaseMissing):
        open_engine(path, KEY)
    assert list(tmp_path.iterdir()) == []
    open_engine(path, KEY, create=True).dispose()
    assert path.stat().st_size > 0


def test_empty_file_counts_as_missing(tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    path.touch()
    with pytest.raises(DatabaseMissing):
        open_engine(path, KEY)
    open_engine(path, KEY, create=True).dispose()
    open_engine(path, KEY).dispose()


def test_missing_folder_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing):
        open_engine(tmp_path / "absent" / "copy.db", KEY, create=True)
    assert list(tmp_path.iterdir()) == []


def test_database_removed_while_open_is_not_made_anew(path: Path, engine: Engine) -> None:
    engine.dispose()
    path.unlink()
    with pytest.raises(OperationalError, match="unable to open"):
        names(engine)
    assert not path.exists()


def test_library_without_a_cipher_is_refused_before_it_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SQLiteDialect_pysqlcipher, "import_dbapi", lambda: sqlite3)
    path = tmp_path / "copy.db"
    with pytest.raises(CipherMissing):
        open_engine(path, KEY, create=True)
    assert path.read_bytes() == b""


def test_drive_without_a_write_ahead_log_is_refused() -> None:
    connection = sqlcipher3.connect(":memory:")
    entry: Any = None
    with pytest.raises(JournalRefused) as caught:
        _prepare(connection, entry)
    connection.close()
    assert caught.value.details == {"mode": "memory"}


def test_every_connection_has_the_settings(engine: Engine) -> None:
    expected = {
        "journal_mode": "wal",
        "synchronous": 2,
        "temp_store": 2,
        "cache_size": -24576,
        "busy_timeout": 5000,
        "foreign_keys": 0,
        "mmap_size": 0,
    }
    connections = [engine.connect() for _ in range(CONNECTIONS)]
    for connection in connections:
        seen = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in expected}
        # Without a memory map SQLCipher answers nothing at all.
        assert {**seen, "mmap_size": seen["mmap_size"] or 0} == expected
        connection.close()


def test_connections_may_be_used_in_other_threads(engine: Engine) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(lambda number: add(engine, f"name {number}"), range(40)))
    assert len(names(engine)) == 40


def test_key_and_values_are_in_no_error_text_and_no_repr(engine: Engine) -> None:
    with pytest.raises(DBAPIError) as caught, for_writing(engine).begin() as connection:
        connection.execute(text("INSERT INTO absent VALUES (:name)"), {"name": "红山广告"})
    shown = f"{caught.value} {caught.value!r} {engine!r} {engine.url} {engine.url!r}"
    assert KEY.reveal_hex() not in shown
    assert "红山广告" not in shown


def test_reading_transaction_sees_one_state(engine: Engine) -> None:
    add(engine, "first")
    with engine.connect() as reading:
        count = text("SELECT count(*) FROM customers")
        assert reading.execute(count).scalar() == 1
        add(engine, "second")
        assert reading.execute(count).scalar() == 1
        reading.rollback()
        assert reading.execute(count).scalar() == 2


def test_rolled_back_transaction_takes_its_tables_with_it(engine: Engine) -> None:
    with for_writing(engine).connect() as connection:
        connection.execute(text("CREATE TABLE other (x)"))
        connection.execute(text("INSERT INTO customers VALUES ('lost')"))
        connection.rollback()
    assert names(engine) == []
    with pytest.raises(OperationalError, match="no such table"), engine.connect() as connection:
        connection.execute(text("SELECT * FROM other"))


def test_savepoint_takes_back_only_what_came_after_it(engine: Engine) -> None:
    with for_writing(engine).begin() as connection:
        connection.execute(text("INSERT INTO customers VALUES ('kept')"))
        inner = connection.begin_nested()
        connection.execute(text("INSERT INTO customers VALUES ('taken back')"))
        inner.rollback()
        connection.execute(text("INSERT INTO customers VALUES ('also kept')"))
    assert names(engine) == ["also kept", "kept"]


def test_savepoint_as_the_first_statement_is_still_inside_a_transaction(engine: Engine) -> None:
    with for_writing(engine).connect() as connection:
        with connection.begin_nested():
            connection.execute(text("INSERT INTO customers VALUES ('lost')"))
        connection.rollback()
    assert names(engine) == []


def hurried(engine: Engine) -> None:
    """Make the idle connections give up at once instead of after five seconds."""
    connections = [engine.raw_connection() for _ in range(CONNECTIONS)]
    for connection in connections:
        connection.cursor().execute("PRAGMA busy_timeout=0")
        connection.close()


def test_writing_transaction_holds_the_writers_place_before_its_first_statement(engine: Engine) -> None:
    hurried(engine)
    with for_writing(engine).begin():
        with pytest.raises(OperationalError, match="locked"):
            for_writing(engine).connect().begin()
        assert names(engine) == []  # readers are not hindered
    add(engine, "later")
    assert names(engine) == ["later"]


def test_refused_writer_gives_its_connection_back(engine: Engine) -> None:
    hurried(engine)
    with for_writing(engine).begin():
        for _ in range(CONNECTIONS * 3):
            with pytest.raises(OperationalError, match="locked"), for_writing(engine).begin():
                pass


def test_reading_transaction_that_turns_to_writing_on_an_old_state_fails_at_once(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT count(*) FROM customers")).scalar()
        add(engine, "meanwhile")
        with pytest.raises(OperationalError, match="locked"):
            connection.execute(text("INSERT INTO customers VALUES ('late')"))


def test_statements_outside_transactions_are_kept_at_once(path: Path, engine: Engine) -> None:
    alone = outside_transactions(engine)
    with alone.connect() as connection:
        connection.execute(text("INSERT INTO customers VALUES ('kept')"))
        assert names(engine) == ["kept"]
        connection.execute(text("VACUUM"))
        busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    assert busy == 0
    assert path.with_name("copy.db-wal").stat().st_size == 0


def test_autocommit_of_sqlalchemy_is_kept_and_later_transactions_are_explicit_again(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("INSERT INTO customers VALUES ('kept')"))
    assert names(engine) == ["kept"]
    with for_writing(engine).connect() as connection:
        connection.execute(text("CREATE TABLE other (x)"))
        connection.rollback()
        assert connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar() == 1


def test_sound_database_says_so(engine: Engine) -> None:
    add(engine, *(f"name {number}" for number in range(5_000)))
    facts = verify_cipher(engine)
    assert facts.cipher_version.startswith("4.")
    assert facts.sqlite_version.startswith("3.")
    assert not facts.header_is_plain
    assert facts.integrity_faults == ()
    assert facts.is_sound


def test_connection_that_used_a_temporary_table_is_verified_too(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TEMP TABLE scratch (x)")
        connection.commit()
    assert verify_cipher(engine).is_sound


def test_changed_byte_in_any_page_is_found(path: Path, engine: Engine) -> None:
    add(engine, *(f"name {number}" for number in range(5_000)))
    engine.dispose()
    content = bytearray(path.read_bytes())
    pages = len(content) // 4096
    assert pages > 10
    content[4096 * 7 + 100] ^= 1
    path.write_bytes(content)
    damaged = open_engine(path, KEY)
    facts = verify_cipher(damaged)
    damaged.dispose()
    assert len(facts.integrity_faults) == 1
    assert not facts.is_sound
