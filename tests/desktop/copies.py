"""A laptop's encrypted copy of the made-up company, made once and then copied for every test."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from crm.changes.actor import Actor
from crm.ids import IdFactory
from crm.schema import RULEBOOK, SCHEMA
from demo.company import Company, build_company
from desktop.store.store import Store
from desktop.store.writer import ThreadWriter
from desktop.vault.database import open_engine
from desktop.vault.keys import DatabaseKey
from sync_server.accounts.actors import actor_for
from sync_server.store.database import Database
from sync_server.store.migrations import upgrade
from sync_server.sync.office import Office
from tests.local_copy import LocalCopy

NOW_MS = 1_793_670_060_000
"""3 November 2026, 09:41 in Shanghai."""
ZONE = "Asia/Shanghai"
SEED = 20261103
KEY = DatabaseKey(bytes(range(32)))


@dataclass
class StandingClock:
    """A clock that stands still until a test moves it."""

    at_ms: int = NOW_MS

    def now_ms(self) -> int:
        """UTC milliseconds."""
        return self.at_ms


@dataclass(frozen=True)
class Prepared:
    """A finished copy. ``actor`` is the rep whose laptop it is."""

    path: Path
    actor: Actor
    device_code: str
    company: Company

    def open(self, path: Path, clock: StandingClock) -> Store:
        """A copy of the copy at ``path``, open, with a writer in a thread of its own. Close store and engine."""
        shutil.copy(self.path, path)
        engine = open_engine(path, KEY)
        ids = IdFactory(clock.now_ms)
        return Store(engine, SCHEMA, RULEBOOK, clock, zone=ZONE, ids=ids, writer=ThreadWriter())


def prepare(folder: Path, *, customers: int = 60, orders_per_customer: int = 4) -> Prepared:
    """Make the company up, and a laptop's copy of what its first rep may see."""
    clock = StandingClock()
    database = Database(f"sqlite:///{folder / 'office.db'}", SCHEMA, now_ms=clock.now_ms)
    upgrade(database)
    office = Office(
        database,
        RULEBOOK,
        lambda connection, person, office: actor_for(database, connection, person, office=office),
        zone=ZONE,
    )
    company = build_company(
        office,
        seed=SEED,
        clock=clock,
        customers=customers,
        products=40,
        reps=2,
        orders_per_customer=orders_per_customer,
    )
    with database.snapshot() as connection:
        actor = actor_for(database, connection, company.reps[0], office=False)
    path = folder / "copy.db"

    def encrypted() -> Engine:
        return open_engine(path, KEY, create=True)

    rep_code = company.rep_codes[0]
    copy = LocalCopy(office, database, actor, path, clock, rep_code=rep_code, zone=ZONE, engine=encrypted)
    copy.round()
    device_code = copy.store.state().device_code
    copy.close()
    database.close()
    return Prepared(path, actor, device_code, company)
