"""An empty database, and one that is set up, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from crm.schema import SCHEMA
from sync_server.store import migrations
from sync_server.store.database import Database
from tests.unit.sync_server.store.servers import empty_database

NOON = 1_780_000_000_000


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, each kind in turn."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield f"sqlite:///{tmp_path / 'office.db'}"
        else:
            yield stack.enter_context(empty_database())


@pytest.fixture
def empty(url: str) -> Iterator[Database]:
    """An empty database with a clock that stands."""
    database = Database(url, SCHEMA, now_ms=lambda: NOON)
    yield database
    database.close()


@pytest.fixture
def database(empty: Database) -> Database:
    """A database with every table."""
    migrations.upgrade(empty)
    return empty
