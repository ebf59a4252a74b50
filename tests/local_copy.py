"""A real local copy with an office at the other end of a call: every message is encoded and decoded as on the network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec
from sqlalchemy import Engine, create_engine

from crm.changes.actor import Actor
from crm.changes.codec import decode, encode
from crm.changes.entity import Row, Schema
from crm.changes.ops import Head, Page, PullRequest, PushAnswer, PushRequest
from crm.changes.view import Key
from crm.clock import Clock
from crm.ids import IdFactory
from crm.schema import RULEBOOK, SCHEMA
from desktop.store.database import prepare_engine
from desktop.store.status import faults
from desktop.store.store import Store
from desktop.store.work import LocalWork
from desktop.sync.engine import RoundReport, SyncEngine
from sync_server.accounts import devices
from sync_server.accounts.devices import Installation
from sync_server.accounts.tokens import Lifetimes
from sync_server.store.database import Database
from sync_server.sync.office import Office
from sync_server.sync.push import Caller

T = TypeVar("T")
M = TypeVar("M", bound=msgspec.Struct)


class Road:
    """A `Transport` to an office in this process."""

    def __init__(self, office: Office, caller: Caller) -> None:
        self._office = office
        self._caller = caller

    def push(self, request: PushRequest) -> PushAnswer:
        """See `Transport.push`."""
        return _over(self._office.push(self._caller, _over(request)))

    def pull(self, request: PullRequest) -> Page:
        """See `Transport.pull`."""
        return _over(self._office.pull(self._caller, _over(request)))

    def wake(self, cursor: dict[str, Head], timeout_s: float) -> bool:
        """See `Transport.wake`; there is always news."""
        del cursor, timeout_s
        return True


def _over(message: M) -> M:
    return decode(type(message), encode(message))


class LocalCopy:
    """One laptop of a person, enrolled. `open` starts the program again.

    The database is plain SQLite at ``path``, or what ``engine`` opens.
    """

    def __init__(
        self,
        office: Office,
        database: Database,
        actor: Actor,
        path: Path,
        clock: Clock,
        *,
        rep_code: str,
        zone: str = "Asia/Shanghai",
        engine: Callable[[], Engine] | None = None,
    ) -> None:
        self.path = path
        self.actor = actor
        self.zone = zone
        self.clock = clock
        self.page_rows = 5000
        self._engine = engine or (lambda: prepare_engine(create_engine(f"sqlite:///{path}")))
        self._ids = IdFactory(clock.now_ms)
        device, incarnation = self._ids(), self._ids()
        code = devices.issue_code(database, actor.id, issued_by=actor.id)
        installation = Installation(device, incarnation, "a laptop", "1")
        enrolled = devices.enrol(database, code, installation, lifetimes=Lifetimes())
        self.road = Road(office, Caller(actor.id, device))
        self.open()
        self.store.enrol(incarnation=incarnation, device_code=f"{rep_code}-{enrolled.ordinal}")

    def open(self, schema: Schema = SCHEMA) -> None:
        """Start the program."""
        self.store = Store(self._engine(), schema, RULEBOOK, self.clock, zone=self.zone, ids=self._ids)
        self.sync = SyncEngine(self.store, self.road, self.clock, page_rows=self.page_rows)

    def open_again(self) -> None:
        """End the program and start it again."""
        self.close()
        self.open()

    def close(self) -> None:
        """End the program."""
        self.store.close()
        self.store.engine.dispose()

    def act(self, action: Callable[[LocalWork], T]) -> T:
        """Something the person does."""
        with self.store.unit_of_work("test", self.actor) as work:
            return action(work)

    def round(self) -> RoundReport:
        """A round that reached its checkpoint, with digests that agree."""
        report = self.sync.round()
        assert (report.code, report.complete, report.mismatches) == (0, True, 0), report.message
        assert faults(self.store) == []
        return report

    def shown(self) -> dict[Key, Row]:
        """Every row that the copy shows, as it is stored."""
        with self.store.reading() as connection:
            found: dict[Key, Row] = {}
            for name, table in self.store.rows.tables.items():
                for values in connection.exec_driver_sql(table.select):
                    row = dict(zip(table.wire, cast(Any, values), strict=True))
                    found[name, cast(bytes, row["id"])] = row
            return found
