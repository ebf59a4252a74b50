"""The one PostgreSQL of a test process, and empty databases on it."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import count

from sqlalchemy import create_engine, text

from tests.contract.backends import postgres_server

_NAMES = count(1)


@cache
def postgres_uri() -> str:
    """The server's address; it is started when the first test asks, and ends with the process."""
    stack = ExitStack()
    uri = stack.enter_context(postgres_server())
    atexit.register(stack.close)
    return uri


@contextmanager
def empty_database() -> Iterator[str]:
    """The address of a new database, which is thrown away afterwards."""
    uri = postgres_uri()
    name = f"empty_{next(_NAMES)}"
    engine = create_engine(
        uri.replace("postgresql://", "postgresql+psycopg://", 1), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield uri.replace("/postgres?", f"/{name}?", 1)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
