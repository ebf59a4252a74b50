"""The firm, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.backends import Backend, PostgresBackend, SqliteBackend
from tests.unit.sync_server.store.servers import postgres_uri
from tests.unit.sync_server.sync.firm import Firm, Laptop, prepare


@pytest.fixture(scope="session")
def sqlite_firms(tmp_path_factory: pytest.TempPathFactory) -> Backend:
    """Copies of the firm in SQLite files."""
    return SqliteBackend(tmp_path_factory.mktemp("firm"), prepare)


@pytest.fixture(scope="session")
def postgres_firms() -> Backend:
    """Copies of the firm on a PostgreSQL of our own."""
    return PostgresBackend(postgres_uri(), prepare)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def firms(request: pytest.FixtureRequest) -> Backend:
    """Each database in turn."""
    found: Backend = request.getfixturevalue(
        "sqlite_firms" if request.param == "sqlite" else "postgres_firms"
    )
    return found


@pytest.fixture
def firm(firms: Backend) -> Iterator[Firm]:
    """The firm with a database of its own."""
    with firms.office() as url:
        firm = Firm(url)
        yield firm
        firm.close()


@pytest.fixture
def anna(firm: Firm) -> Laptop:
    """Anna's laptop."""
    return firm.laptop(firm.anna)


@pytest.fixture
def ben(firm: Firm) -> Laptop:
    """The laptop of Ben, a colleague in Anna's division."""
    return firm.laptop(firm.ben)


@pytest.fixture
def chen(firm: Firm) -> Laptop:
    """The laptop of Chen, who works in another division."""
    return firm.laptop(firm.chen)
