"""A guarded SQLite file with the made-up tables, and units of work on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from crm.changes.capture import Capture, guard
from crm.changes.entity import Replicated
from crm.changes.ops import Op
from crm.ids import IdFactory
from tests.unit.crm.changes.subjects import ANNA, NOON, SCHEMA, Made


class Captured:
    """A unit of work under way; ``ops`` are there when it has ended."""

    def __init__(self, session: Session, capture: Capture) -> None:
        self.session = session
        self.capture = capture
        self.ops: tuple[Op, ...] = ()

    def op(self, row: Replicated) -> Op:
        """What the changeset says of a row."""
        [found] = [op for op in self.ops if op.id == row.id]
        return found

    def fields(self, row: Replicated) -> dict[str, Any]:
        return self.op(row).fields


class Store:
    """One database file."""

    def __init__(self, folder: Path) -> None:
        self.engine = create_engine(f"sqlite:///{folder / 'made.db'}")
        with self.engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.exec_driver_sql("PRAGMA synchronous=OFF")
        Made.metadata.create_all(self.engine)
        guard(self.engine, SCHEMA)
        self.session = Session(self.engine)
        self.new_id = IdFactory(lambda: NOON)

    def close(self) -> None:
        self.session.close()
        self.engine.dispose()

    @contextmanager
    def work(self, actor: bytes = ANNA, now_ms: int = NOON) -> Iterator[Captured]:
        """A captured unit of work that commits, or rolls back and lets the error out."""
        capture = Capture(SCHEMA, self.session, actor=actor, now_ms=now_ms)
        work = Captured(self.session, capture)
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

    def count(self, table: str) -> int:
        """How many rows a table has."""
        with self.engine.connect() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
