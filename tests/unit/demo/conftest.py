"""An office without a past, on a real SQLite file, with a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from crm.schema import RULEBOOK, SCHEMA
from sync_server.accounts.actors import actor_for
from sync_server.store.database import Database
from sync_server.store.migrations import upgrade
from sync_server.sync.office import Office


@dataclass(frozen=True)
class StandingClock:
    """A clock that stands still."""

    at_ms: int = 1_780_000_000_000

    def now_ms(self) -> int:
        return self.at_ms


@pytest.fixture(scope="module")
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture(scope="module")
def new_office(
    tmp_path_factory: pytest.TempPathFactory, clock: StandingClock
) -> Iterator[Callable[[], Office]]:
    """Opens an office over a database of its own, as often as it is called."""
    folder = tmp_path_factory.mktemp("offices")
    opened: list[Database] = []

    def open_one() -> Office:
        database = Database(f"sqlite:///{folder / f'office-{len(opened)}.db'}", SCHEMA, now_ms=clock.now_ms)
        opened.append(database)
        upgrade(database)
        return Office(
            database,
            RULEBOOK,
            lambda connection, person, office: actor_for(database, connection, person, office=office),
        )

    yield open_one
    for database in opened:
        database.close()
