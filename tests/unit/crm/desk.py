"""A desk to try actions at: a real SQLite file, a real session with capture, and people with roles."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from crm.changes.actor import Actor, Standing
from crm.changes.capture import Capture
from crm.changes.entity import Replicated, Row
from crm.changes.ops import Op
from crm.changes.view import Change
from crm.clock import business_date
from crm.ids import DIRECTORY, IdFactory
from crm.people import actions as people
from crm.people.entities import User
from crm.people.queries import actor_for
from crm.rights import Role, actor_of
from crm.schema import SCHEMA

NOON = 1_780_000_000_000
"""UTC milliseconds of a day in May 2026."""
ZONE = "Asia/Shanghai"

NOBODY = bytes(16)
ADMIN = actor_of(NOBODY, division_id=None, roles=[Role.SYSTEM_ADMIN], office=True)


def _without_waiting_for_the_disk(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")


class DeskWork:
    """A `crm.changes.work.Work` whose operations can be looked at."""

    def __init__(self, desk: Desk, actor: Actor) -> None:
        self._desk = desk
        self.session = desk.session
        self.actor = actor
        self.now_ms = desk.now_ms
        self.business_date: date = business_date(desk.now_ms, ZONE)
        self.device_code = "ND-1"
        self.ops: tuple[Op, ...] = ()

    def new_id(self) -> bytes:
        return self._desk.new_id()

    def next_number(self, series: str) -> int:
        numbers = self._desk.numbers
        numbers[series] = numbers.get(series, 0) + 1
        return numbers[series]

    def fields_of(self, row: Replicated) -> Mapping[str, object]:
        """What the changeset says of one row; empty when it does not name it."""
        return next((op.fields for op in self.ops if op.id == row.id), {})


class Desk:
    """One database in ``folder``. `work` gives a unit of work that commits, or rolls back and lets the error out."""

    def __init__(self, folder: Path) -> None:
        self.engine = create_engine(f"sqlite:///{folder / 'desk.db'}")
        event.listen(self.engine, "connect", _without_waiting_for_the_disk)
        Replicated.metadata.create_all(self.engine)
        self.session = Session(self.engine)
        self.now_ms = NOON
        self.numbers: dict[str, int] = {}
        self.new_id = IdFactory(lambda: self.now_ms)
        self.rep_codes = iter(f"R{number:02d}" for number in range(100))

    def close(self) -> None:
        self.session.close()
        self.engine.dispose()

    @contextmanager
    def work(self, actor: Actor = ADMIN) -> Iterator[DeskWork]:
        self.now_ms += 60_000
        work = DeskWork(self, actor)
        capture = Capture(SCHEMA, self.session, actor=actor.id, now_ms=self.now_ms)
        try:
            yield work
            self.session.flush()
            work.ops = capture.ops()
            self.session.commit()
        except BaseException:
            self.session.rollback()
            raise
        finally:
            capture.close()

    def division(self, code: str, name: str = "户外广告") -> bytes:
        with self.work() as work:
            return people.create_division(work, code=code, name=name).id

    def person(
        self,
        name: str,
        *,
        division_id: bytes | None,
        roles: Iterable[Role] = (Role.SALES_REP,),
        superior_id: bytes | None = None,
    ) -> bytes:
        """An active person with these roles."""
        with self.work() as work:
            user = people.create_user(
                work,
                name=name,
                rep_code=next(self.rep_codes),
                division_id=division_id,
                superior_id=superior_id,
            )
            for role in roles:
                people.assign_role(work, user.id, role)
        for step in (people.approve_account, people.activate_account):
            with self.work() as work:
                step(work, user.id)
        return user.id

    def actor(self, person_id: bytes, *, office: bool = False) -> Actor:
        return actor_for(self.session, person_id, office=office)


# --- a view in memory, for the rules of the merge -------------------------------------------------------------------


class MemoryView:
    """A `crm.changes.view.View` over plain rows."""

    def __init__(self, standings: Mapping[bytes, Standing] | None = None) -> None:
        self.rows: dict[str, dict[bytes, Row]] = {}
        self.standings = dict(standings or {})

    def add(self, table: str, **values: object) -> Row:
        """A row with defaults for what is not said."""
        row = SCHEMA[table].blank()
        row.update(values)  # type: ignore[arg-type]
        self.rows.setdefault(table, {})[bytes(row["id"])] = row  # type: ignore[arg-type]
        return row

    def get(self, table: str, row_id: bytes) -> Row | None:
        return self.rows.get(table, {}).get(row_id)

    def children(self, table: str, column: str, value: bytes, only: tuple[str, ...] = ()) -> Sequence[Row]:
        rows = self.rows.get(table, {})
        found = [rows[key] for key in sorted(rows) if rows[key][column] == value]
        return [{name: row[name] for name in only} for row in found] if only else found

    def standing(self, unit: bytes) -> Standing | None:
        return self.standings.get(unit)


def change_of(table: str, before: Row | None, after: Row, actor: Actor) -> Change:
    """A change as the merge hands it to the rules."""
    names = SCHEMA[table].fields
    fields = {name for name in names if before is None or before[name] != after[name]}
    return Change(
        entity=SCHEMA[table],
        before=before,
        after=after,
        fields=frozenset(fields),
        touched=(),
        actor=actor,
        intent="test",
        business_date="2026-05-01",
        now_ms=NOON,
    )


__all__ = ["ADMIN", "DIRECTORY", "NOON", "Desk", "DeskWork", "MemoryView", "User", "change_of"]
