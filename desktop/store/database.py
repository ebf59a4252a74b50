"""Connections: how transactions begin, and the local form of the replicated tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, MetaData, Table, event, inspect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from crm.changes.entity import Schema
from desktop.store.driver import run
from desktop.store.tables import LOCAL, sync_state

BEGIN_OPTION: Final = "roundsman_begin"
"""The execution option that names the statement a transaction begins with. The hooks of the encrypted engine and
those of `prepare_engine` honour it."""

_FOR_WRITING: Final[Any] = {BEGIN_OPTION: "BEGIN IMMEDIATE"}
_SYNCHRONOUS_NORMAL: Final = 1
_LEVEL: Final = "roundsman.synchronous"
"""What a connection that does not wait for the disk just now was made with."""

_PRAGMAS: Final = (
    "busy_timeout=5000",
    "cache_size=-65536",
    "temp_store=MEMORY",
    "foreign_keys=OFF",
    "synchronous=FULL",
    "journal_mode=WAL",
)


def prepare_engine(engine: Engine) -> Engine:
    """Give a plain SQLite engine the hooks that the encrypted one has: explicit transactions and our settings.

    Call once, before the first connection. For tests and the simulation.
    """
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    driver: Any = connection
    driver.isolation_level = None
    cursor = connection.cursor()
    try:
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
    finally:
        cursor.close()


def _begin(connection: Connection) -> None:
    run(connection, connection.get_execution_options().get(BEGIN_OPTION, "BEGIN"))


def quicken_binding(engine: Engine) -> None:
    """Bind bytes and NULL as fast as numbers, in the whole process.

    The drivers look for an adapter of every value that is no number and no text, and that search takes ten times as
    long as binding: with these two, which change nothing, a first copy takes a third of the time (measured 2026-11).
    """
    driver = engine.dialect.loaded_dbapi
    driver.register_adapter(bytes, bytes.__bytes__)
    driver.register_adapter(type(None), {}.get)


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A write transaction: takes the write lock at once, commits at the end, rolls back on any exception."""
    with engine.connect() as connection:
        connection.execution_options(**_FOR_WRITING)
        level = connection.info.pop(_LEVEL, None)
        if level is not None:
            _set_level(connection, level)
        with connection.begin():
            yield connection


@contextmanager
def repeatable_transaction(engine: Engine) -> Iterator[Connection]:
    """A write transaction whose commit does not wait for the disk: a power cut may undo it, whole, and those after it
    up to the next one that waits. For what the office would send or answer again.
    """
    with engine.connect() as connection:
        connection.execution_options(**_FOR_WRITING)
        if _LEVEL not in connection.info:
            level = _level(connection)
            connection.info[_LEVEL] = level
            _set_level(connection, min(level, _SYNCHRONOUS_NORMAL))
        with connection.begin():
            yield connection


# The level cannot be changed inside a transaction, and SQLAlchemy begins one with its first statement.


def _level(connection: Connection) -> int:
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute("PRAGMA synchronous")
        return int(cursor.fetchone()[0])  # type: ignore[index]


def _set_level(connection: Connection, level: int) -> None:
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(f"PRAGMA synchronous={level}")


def local_metadata(schema: Schema) -> MetaData:
    """The replicated tables as this laptop keeps them.

    Tables keep SQLite's own row numbers beside the key: WITHOUT ROWID costs a third more at a first copy, and each
    index would carry sixteen bytes instead of a few (measured 2026-11).
    """
    metadata = MetaData()
    for entity in schema:
        entity.table.to_metadata(metadata)
    return metadata


def has_tables(connection: Connection) -> bool:
    """Whether the tables were made before, as far as the one that is read first tells."""
    return inspect(connection).has_table(sync_state.name)


def create_tables(connection: Connection, schema: Schema) -> None:
    """Make all tables that are missing, the replicated ones without their indexes (see `create_indexes`)."""
    LOCAL.create_all(connection)
    for table in local_metadata(schema).sorted_tables:
        table.indexes.clear()
        table.create(connection, checkfirst=True)


def index_statements(schema: Schema) -> list[tuple[str, str]]:
    """(Table, statement) for each index of the replicated tables; each may be run again."""
    statements = []
    for entity in schema:
        name = entity.name
        statements.append((name, f"CREATE INDEX IF NOT EXISTS ix_{name}_unit ON {name} (unit)"))
        statements += [
            (
                name,
                f"CREATE INDEX IF NOT EXISTS {index.name} ON {name} ({', '.join(column.name for column in index.columns)})",
            )
            for index in sorted(_indexes(entity.table), key=lambda index: str(index.name))
            if [column.name for column in index.columns] != ["unit"]
        ]
    return statements


def _indexes(table: Table) -> list[Any]:
    return list(table.indexes)
