"""The office's database: a SQLite file by default, PostgreSQL by URL. One class hides what differs.

Hot paths use driver SQL written once with ``?`` marks; everything else uses SQLAlchemy Core.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from crm.changes.capture import guard
from crm.changes.entity import Schema
from crm.errors import Code, InvalidInput, OfficeFault
from sync_server.store import log
from sync_server.store.shelf import Shelf

CHUNK: Final = 500
BUSY_MS: Final = 30_000


class Database:
    """The engine with its transactions.

    ``now_ms`` is the office's clock: the database's own on PostgreSQL, so that several server machines agree; for
    SQLite, which has one server process, the process's. Tests inject another.
    """

    def __init__(self, url: str | URL, schema: Schema, *, now_ms: Callable[[], int] | None = None) -> None:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        if backend not in ("sqlite", "postgresql"):
            raise InvalidInput(Code.BAD_VALUE, "The database is a sqlite: or a postgresql: address.")
        if backend == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.url = parsed
        self.schema = schema
        self.is_sqlite = backend == "sqlite"
        self.shelf = Shelf()
        self._now_ms = now_ms
        self._writer = Lock()
        self.engine = self._sqlite(parsed) if self.is_sqlite else self._postgresql(parsed)
        self.driver_error: type[Exception] = self.engine.dialect.loaded_dbapi.Error
        file = parsed.database if self.is_sqlite else None
        self._log = log.LogKeeper(self.engine, Path(file)) if file else None
        guard(self.engine, schema)

    @staticmethod
    def _sqlite(url: URL) -> Engine:
        engine = create_engine(
            url,
            poolclass=QueuePool,
            pool_size=8,
            max_overflow=24,
            pool_use_lifo=True,  # the connection used last has the pages that are asked for next
            hide_parameters=True,
            connect_args={"check_same_thread": False},
        )

        # The driver searches for an adapter of every value that is no number and no text; these two change nothing
        # and save a third of the time of a bulk write (measured 2026-11).
        driver: Any = engine.dialect.loaded_dbapi
        driver.register_adapter(bytes, bytes.__bytes__)
        driver.register_adapter(type(None), {}.get)

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in (
                "journal_mode=WAL",
                "synchronous=FULL",
                "foreign_keys=OFF",
                f"busy_timeout={BUSY_MS}",
                "cache_size=-16384",
                "temp_store=MEMORY",
                f"wal_autocheckpoint={log.MOST_PAGES}",
                f"journal_size_limit={log.KEPT_BYTES}",
            ):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            mode = connection.get_execution_options().get("transaction_mode", "DEFERRED")
            _run(connection, f"BEGIN {mode}")

        return engine

    @staticmethod
    def _postgresql(url: URL) -> Engine:
        return create_engine(url, pool_size=8, max_overflow=24, pool_pre_ping=True, hide_parameters=True)

    def close(self) -> None:
        """Close all connections."""
        if self._log is not None:
            self._log.close()
        self.engine.dispose()

    # -- time

    def now_ms(self, connection: Connection) -> int:
        """UTC milliseconds of the office's clock."""
        if self._now_ms is not None:
            return self._now_ms()
        if self.is_sqlite:
            return time.time_ns() // 1_000_000
        seconds = connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one()
        return int(seconds * 1000)

    # -- transactions

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction; on SQLite it holds the one writer's lock from its first statement on.

        :raises OfficeFault: code 9001 when the database is away or busy for too long.
        """
        with (
            self._writers_turn(),
            self._connect(transaction_mode="IMMEDIATE") as connection,
            connection.begin(),
        ):
            yield connection
        if self._log is not None:
            self._log.look()

    @contextmanager
    def _writers_turn(self) -> Iterator[None]:
        """On SQLite writers queue here, in order: its own way of waiting is to sleep and try again."""
        if not self.is_sqlite:
            yield
            return
        if not self._writer.acquire(timeout=BUSY_MS / 1000):
            raise OfficeFault(Code.DATABASE_AWAY, "The database is busy; try again.")
        try:
            yield
        finally:
            self._writer.release()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A read-only transaction in which every statement sees the same moment."""
        options: dict[str, Any] = (
            {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        with self._connect(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def _connect(self, **options: Any) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                if options:
                    connection.execution_options(**options)
                yield connection
        except (DBAPIError, self.driver_error) as error:
            if _is_away(error):
                raise OfficeFault(Code.DATABASE_AWAY, "The database cannot be reached; try again.") from error
            raise

    # -- driver SQL

    def sql(self, statement: str) -> str:
        """``statement`` with its ``?`` marks in the driver's own style."""
        return statement if self.is_sqlite else statement.replace("?", "%s")

    def rows(
        self, connection: Connection, statement: str, parameters: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        """All rows of a query as plain tuples, straight from the driver."""
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self.sql(statement), tuple(parameters))
            return list(cursor.fetchall())
        finally:
            cursor.close()

    def rows_in(
        self,
        connection: Connection,
        statement: str,
        values: Iterable[Any],
        before: Sequence[Any] = (),
        after: Sequence[Any] = (),
    ) -> list[tuple[Any, ...]]:
        """Rows of a query with ``{in}`` where the list of ``values`` belongs; asked in chunks."""
        wanted = list(values)
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            marks = ",".join("?" * len(chunk))
            found += self.rows(connection, statement.replace("{in}", marks), [*before, *chunk, *after])
        return found

    def execute_many(
        self, connection: Connection, statement: str, parameters: Sequence[tuple[Any, ...]]
    ) -> None:
        """Run ``statement`` once per tuple; nothing for none. Raises what the driver raises, wrapped by SQLAlchemy."""
        if parameters:
            connection.exec_driver_sql(self.sql(statement), list(parameters))


def _run(connection: Connection, statement: str) -> None:
    """A statement without values or result, straight to the driver."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement)
    finally:
        cursor.close()


_AWAY: Final = (
    "database is locked",
    "unable to open",
    "disk i/o",
    "disk is full",
    "server closed",
    "connection",
)
"""What SQLite, and PostgreSQL before there is a connection, say when they are in trouble."""
_AWAY_STATES: Final = ("08", "40", "53", "57", "58")
"""Classes of PostgreSQL's own errors: connection, rollback (a deadlock is nobody's fault: trying again helps),
resources, operator intervention, system (its manual, appendix A)."""


def _is_away(error: Exception) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = getattr(cause, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(_AWAY_STATES)
    return type(cause).__name__ in ("OperationalError", "InterfaceError") and any(
        sign in str(cause).lower() for sign in _AWAY
    )
