"""What the tests of search are made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec

from crm.changes.capture import writing
from crm.changes.entity import Row
from crm.ids import IdFactory, derive_id
from crm.schema import RULEBOOK, SCHEMA
from desktop.store import state
from desktop.store.database import transaction
from desktop.store.store import Store
from desktop.store.writer import Writer
from desktop.vault import DatabaseKey, open_engine
from tests.unit.desktop.store.toys import INCARNATION, TestClock

KEY: Final = DatabaseKey(bytes(range(32)))
COCONUT: Final = "coconut"
_TEXTS: Final = {"code", "name", "number", "customer_name", "order_date", "currency", "label", "base_unit"}
"""What every row must have."""
OWNER: Final = derive_id("person", "ann")


def make_copy(path: Path, writer: Writer | None = None) -> Store:
    """An encrypted copy after a first checkpoint, empty."""
    clock = TestClock()
    store = Store(
        open_engine(path, KEY, create=True),
        SCHEMA,
        RULEBOOK,
        clock,
        zone="Asia/Shanghai",
        ids=IdFactory(clock.now_ms),
        writer=writer,
    )
    store.enrol(incarnation=INCARNATION, device_code="ND-2")
    with transaction(store.engine) as connection:
        before = state.load(connection)
        state.save(connection, before, msgspec.structs.replace(before, copied=True))
    store.build_indexes()
    return store


def put(store: Store, table: str, *rows: Row) -> None:
    """Write rows as a fold does."""
    with transaction(store.engine) as connection, writing(connection):
        store.rows[table].put(connection, rows)


def evict(store: Store, unit: bytes) -> None:
    """A unit leaves, as a fold does it."""
    with transaction(store.engine) as connection, writing(connection):
        for name in store.rows.tables:
            connection.exec_driver_sql(f"DELETE FROM {name} WHERE unit = ?", (unit,))


def row_id(name: str) -> bytes:
    """The id of a customer by its short name."""
    return derive_id("customer", name)


def row(table: str, name: str, /, **values: Any) -> Row:
    """A row of a table; what is not named has its default."""
    blank: dict[str, Any] = {
        key: "" if value is None and key in _TEXTS else value for key, value in SCHEMA[table].blank().items()
    }
    made = {**blank, "id": derive_id(table, name), "version": 1, **values}
    return {key: value for key, value in made.items() if key in SCHEMA[table].wire_columns}


def customer(name: str, title: str, /, **values: Any) -> Row:
    """A customer's row."""
    return row("customer", name, unit=row_id(name), name=title, owner_id=OWNER, **values)
