"""The company's office on each database, served for one test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.backends import Backend, PostgresBackend, SqliteBackend, postgres_server
from tests.contract.world import World, prepare


@pytest.fixture(scope="session")
def sqlite_backend(tmp_path_factory: pytest.TempPathFactory) -> Backend:
    """SQLite files."""
    return SqliteBackend(tmp_path_factory.mktemp("office"), prepare)


@pytest.fixture(scope="session")
def postgres_backend() -> Iterator[Backend]:
    """A PostgreSQL of our own; tests are skipped, and the summary says so, only where it cannot start at all."""
    server = postgres_server()
    try:
        uri = server.__enter__()
    except Exception as error:  # noqa: BLE001 - whatever keeps it from starting is what the summary must say
        pytest.skip(f"PostgreSQL could not be started here: {error!r}")
    try:
        yield PostgresBackend(uri, prepare)
    finally:
        server.__exit__(None, None, None)


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> Backend:
    """Each database in turn."""
    name = "sqlite_backend" if request.param == "sqlite" else "postgres_backend"
    found: Backend = request.getfixturevalue(name)
    return found


@pytest.fixture
def world(backend: Backend) -> Iterator[World]:
    """The office, served."""
    with backend.office() as url:
        served = World(url)
        yield served
        served.close()


@pytest.fixture
def sqlite_url(sqlite_backend: Backend) -> Iterator[str]:
    """A SQLite file with the company's office, not served."""
    with sqlite_backend.office() as url:
        yield url


@pytest.fixture
def postgres_url(postgres_backend: Backend) -> Iterator[str]:
    """A PostgreSQL database with the company's office, not served."""
    with postgres_backend.office() as url:
        yield url
