"""An office in a SQLite file in a temporary folder, with a clock that stands still until it is moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from crm.schema import SCHEMA
from sync_server.accounts.accounts import Accounts
from sync_server.accounts.passwords import Passwords
from sync_server.app import open_accounts, open_office
from sync_server.set_up import NewDivision, NewPerson, SetUp
from sync_server.settings import Settings
from sync_server.store.database import Database
from sync_server.sync.office import Office


@dataclass
class StandingClock:
    """UTC milliseconds, moved by hand."""

    ms: int = 1_795_000_000_000

    def __call__(self) -> int:
        return self.ms


@dataclass(frozen=True)
class Premises:
    """What the tests work with."""

    clock: StandingClock
    database: Database
    office: Office
    accounts: Accounts
    set_up: SetUp

    def add(
        self, login: str, code: str, *roles: str, division: str | None = "OUT", superior: str | None = None
    ) -> bytes:
        """Somebody with an open account."""
        self.set_up.add_person(NewPerson(login, login.title(), code, roles, division, superior))
        return self.set_up.find(login)


@pytest.fixture
def premises(tmp_path: Path) -> Iterator[Premises]:
    """An office with two divisions and an administrator."""
    clock = StandingClock()
    database = Database(f"sqlite:///{tmp_path / 'office.db'}", SCHEMA, now_ms=clock)
    settings = Settings()
    cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    office, accounts = open_office(database, settings), open_accounts(database, settings, cheap)
    set_up = SetUp(office, accounts)
    set_up.begin([NewDivision("OUT", "Outdoor"), NewDivision("IND", "Indoor")])
    yield Premises(clock, database, office, accounts, set_up)
    database.close()
