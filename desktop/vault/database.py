"""Opening the encrypted local database (SQLCipher 4, raw 256-bit key)."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from desktop.vault.errors import (
    CipherMissing,
    DatabaseKeyWrong,
    DatabaseMissing,
    DatabaseNotEncrypted,
    JournalRefused,
)
from desktop.vault.files import create_empty
from desktop.vault.keys import DatabaseKey

CACHE_KIB: Final = 24 * 1024
"""Per connection. Every page read from the file is decrypted, so the pages that are written again and again must stay
here. Keys that grow with time touch few: a first copy of 450,000 rows took as long with 16, 32 and 64 MiB (measured
2026-11)."""
CONNECTIONS: Final = 4
"""One writer and three readers; together at most 96 MiB of cache."""
BUSY_TIMEOUT_MS: Final = 5_000

LOG_PAGES: Final = 8192
"""From so many pages (64 MiB) on a commit brings the write-ahead log into the file itself. Before that, sync does it between
its rounds, where nobody waits (`desktop.store.log`)."""
KEPT_LOG_BYTES: Final = 4 * 1024 * 1024
"""The log is cut to so much when it begins anew."""

_PLAIN_HEADER: Final = b"SQLite format 3\0"
_BEGIN_OPTION: Final = "roundsman_begin"
_SQLITE_NOTADB: Final = 26

_CIPHER: Final = (
    "cipher_page_size=8192",
    "cipher_hmac_algorithm=HMAC_SHA256",
)
"""How the file is laid out, for its whole life: with other values it does not open. See docs/decisions/0013."""

_PRAGMAS: Final = (
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    f"cache_size=-{CACHE_KIB}",
    "temp_store=MEMORY",  # sorting and temporary tables never reach a disk in plain text
    "mmap_size=0",
    "foreign_keys=OFF",  # rows of a pull arrive in any order
    f"wal_autocheckpoint={LOG_PAGES}",
    f"journal_size_limit={KEPT_LOG_BYTES}",
    "synchronous=FULL",  # a commit that returned survives a power cut
)


def open_engine(path: Path, key: DatabaseKey, *, create: bool = False) -> Engine:
    """An engine on the database at ``path``; one connection was opened and read, so the key fits.

    Up to `CONNECTIONS` connections, shared by all threads. Every transaction is explicit and begins with ``BEGIN``
    (also before SELECT, DDL and SAVEPOINT, which the driver would leave out): it reads one state of the database. A
    transaction that will write must come from `for_writing`; one that reads first and writes later fails at once with
    "database is locked" when another wrote meanwhile. Statement parameters are kept out of error texts and logs.
    Dispose of the engine before the file is removed.

    :param create: make the file where missing; it, and the files beside it, are open to their owner only.
    :raises DatabaseMissing: no file or an empty one, and not ``create``; or no folder.
    :raises DatabaseKeyWrong: another key, or a damaged first page.
    :raises DatabaseNotEncrypted: a plain SQLite file.
    :raises CipherMissing: the library would write plain text; nothing was written.
    :raises JournalRefused: no write-ahead log on this file system.
    """
    _look_at(path, create=create)
    # mode=rw: a connection opened later never makes a new, empty database where ours was removed.
    # The dialect gives the password to PRAGMA key before any listener runs.
    url = URL.create(
        "sqlite+pysqlcipher",
        password=f"x'{key.reveal_hex()}'",
        database=path.absolute().as_uri(),
        query={"uri": "true", "mode": "rw"},
    )
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_use_lifo=True,  # the connection used last has the warm cache
        hide_parameters=True,
        connect_args={"isolation_level": None},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    except BaseException:
        engine.dispose()
        raise
    return engine


def for_writing(engine: Engine) -> Engine:
    """The same connections; transactions begin with ``BEGIN IMMEDIATE``: they wait up to `BUSY_TIMEOUT_MS` for
    another writer before their first statement, and then never fail for having read an older state.
    """
    return engine.execution_options(**{_BEGIN_OPTION: "BEGIN IMMEDIATE"})


def outside_transactions(engine: Engine) -> Engine:
    """The same connections; each statement stands alone and is kept at once. For VACUUM and checkpoints."""
    return engine.execution_options(**{_BEGIN_OPTION: ""})


@dataclass(frozen=True)
class CipherFacts:
    """What `verify_cipher` saw."""

    cipher_version: str
    sqlite_version: str
    header_is_plain: bool
    """Whether the file begins with SQLite's own sixteen bytes."""
    integrity_faults: tuple[str, ...]
    """One sentence for each page whose authentication code is wrong; empty is good."""

    @property
    def is_sound(self) -> bool:
        """Whether the file is encrypted and whole."""
        return bool(self.cipher_version) and not self.header_is_plain and not self.integrity_faults


def verify_cipher(engine: Engine) -> CipherFacts:
    """Read the whole file and check every page's authentication code. For self-checks: reads the file, not the
    write-ahead log, and must not run beside a writer.
    """
    with outside_transactions(engine).connect() as connection:
        cipher_version = connection.exec_driver_sql("PRAGMA cipher_version").scalar()
        sqlite_version = connection.exec_driver_sql("SELECT sqlite_version()").scalar_one()
        # A connection that has used a temporary table lists a second, unnamed file.
        files = {row[1]: row[2] for row in connection.exec_driver_sql("PRAGMA database_list")}
        path = Path(files["main"])
        # Bring the log into the file, so that all pages are checked.
        connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
        faults = connection.exec_driver_sql("PRAGMA cipher_integrity_check").scalars().all()
    return CipherFacts(
        cipher_version=cipher_version or "",
        sqlite_version=sqlite_version,
        header_is_plain=_first_bytes(path) == _PLAIN_HEADER,
        integrity_faults=tuple(faults),
    )


def _look_at(path: Path, *, create: bool) -> None:
    try:
        beginning = _first_bytes(path)
    except FileNotFoundError:
        beginning = b""
    if beginning == _PLAIN_HEADER:
        raise DatabaseNotEncrypted()
    if beginning:
        return
    if not create or not path.parent.is_dir():
        raise DatabaseMissing()
    create_empty(path)


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(_PLAIN_HEADER))


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    try:
        # Else a wrong key prints three lines to stderr.
        cursor.execute("PRAGMA cipher_log_level=NONE")
        if not cursor.execute("PRAGMA cipher_version").fetchone():
            raise CipherMissing()
        for pragma in (*_CIPHER, *_PRAGMAS):
            cursor.execute(f"PRAGMA {pragma}")
        # The first statement that reads a page, and so the one that finds a wrong key.
        (mode,) = cursor.execute("PRAGMA journal_mode=WAL").fetchone()
    except Exception as error:
        if getattr(error, "sqlite_errorcode", None) == _SQLITE_NOTADB:
            raise DatabaseKeyWrong() from error
        raise
    finally:
        cursor.close()
    if mode != "wal":
        raise JournalRefused(mode=mode)


def _begin(connection: Connection) -> None:
    options: Any = connection.get_execution_options()
    # SQLAlchemy's own AUTOCOMMIT would otherwise begin a transaction that nobody commits.
    is_autocommit = options.get("isolation_level") == "AUTOCOMMIT"
    statement = "" if is_autocommit else options.get(_BEGIN_OPTION, "BEGIN")
    if not statement:
        return
    # Straight to the driver, with SQLAlchemy's errors: its own way costs ten times a BEGIN (measured 2026-11).
    driver: Any = connection.dialect.loaded_dbapi
    with closing(connection.connection.cursor()) as cursor:
        try:
            cursor.execute(statement)
        except driver.Error as error:
            raise DBAPIError.instance(statement, None, error, driver.Error) from error
