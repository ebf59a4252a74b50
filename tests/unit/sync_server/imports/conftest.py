"""The firm with somebody who imports: on SQLite, and where it matters on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.backends import Backend
from tests.unit.sync_server.imports.load_desk import Desk
from tests.unit.sync_server.sync.conftest import (  # noqa: F401 - fixtures are found by their names
    anna,
    firms,
    postgres_firms,
    sqlite_firms,
)
from tests.unit.sync_server.sync.firm import Firm


@pytest.fixture
def firm(sqlite_firms: Backend) -> Iterator[Firm]:  # noqa: F811
    """The firm in a SQLite file of its own."""
    with sqlite_firms.office() as url:
        firm = Firm(url)
        yield firm
        firm.close()


@pytest.fixture
def desk(firm: Firm) -> Desk:
    """Imports into the firm."""
    return Desk(firm)


@pytest.fixture
def any_desk(firms: Backend) -> Iterator[Desk]:  # noqa: F811
    """Imports into the firm, on each database in turn."""
    with firms.office() as url:
        firm = Firm(url)
        yield Desk(firm)
        firm.close()
