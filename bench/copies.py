"""A laptop with a large encrypted copy: enrolled and copied for real while it is small, then filled in bulk."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from bench.laptop import PASSPHRASE
from bench.world import laptop, world
from crm.changes.capture import writing
from demo.names import Names
from desktop.bootstrap import Laptop, open_laptop
from desktop.settings import Settings
from desktop.store import state
from desktop.store.database import index_statements, transaction
from desktop.store.indexes import list_statements
from desktop.store.store import Store

LINES: Final = 10
"""Lines of an order; every customer has one order more."""
KEYRING: Final = "bench.keyring_file.Keyring"
_AT_ONCE: Final = 20_000
_BEGAN_MS: Final = 1_700_000_000_000
_DAYS: Final = [
    f"20{year}-{month:02}-{day:02}" for year in (24, 25, 26) for month in range(1, 11) for day in range(1, 29)
]
_GRADES: Final = ("vip", "major", "ordinary", "ordinary", "small", "small", "small")


def make_laptop(folder: Path, *, customers: int) -> Settings:
    """A data folder whose copy holds ``customers`` customers with an order of ten lines each, and no index yet.

    The key lies in a file beside it (`bench.keyring_file`), as an unlocked key store of the system would hold it.
    """
    os.environ["PYTHON_KEYRING_BACKEND"] = KEYRING
    os.environ["ROUNDSMAN_BENCH_KEYS"] = str(folder / "keys.json")
    with world("XS", folder) as made, laptop(made, "laptop") as opened:
        report = opened.sync.round()
        assert report.complete, report.message
        _fill(opened.store, customers)
        return Settings(folder / "laptop")


@contextmanager
def opened_laptop(settings: Settings) -> Iterator[Laptop]:
    """The laptop, open."""
    with open_laptop(settings, passphrase=lambda: PASSPHRASE) as found:
        yield found


def _fill(store: Store, customers: int) -> None:
    """Put rows beside those of the first copy, made after their likeness."""
    with transaction(store.engine) as connection, writing(connection):
        for _, statement in [*index_statements(store.schema), *list_statements(store.rows)]:
            name = statement.split()[5]
            connection.exec_driver_sql(f"DROP INDEX IF EXISTS {name}")
        for table in ("search_text", "search_row", "search_dirty", "search_build"):
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
        triggers = (
            connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            .scalars()
            .all()
        )
        for trigger in triggers:
            if trigger.startswith("search_"):
                connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        before = state.load(connection)
        state.save(connection, before, _without_indexes(before))
        _Filler(connection).fill(customers)


def _without_indexes(before: state.SyncState) -> state.SyncState:
    from msgspec.structs import replace

    return replace(before, indexed=False)


class _Filler:
    """Rows like those that are here, under new ids that grow with time as real ones do."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._chance = random.Random(7)
        self._names = Names(self._chance)
        self._count = 0
        self._likenesses = {
            table: self._like(table, condition)
            for table, condition in (
                ("customer", "deleted = 0"),
                ("contact", "deleted = 0"),
                ("sales_order", "state <> 'draft'"),
                ("order_line", "deleted = 0"),
            )
        }

    def _like(self, table: str, condition: str) -> dict[str, Any]:
        found = (
            self._connection.exec_driver_sql(f"SELECT * FROM {table} WHERE {condition} LIMIT 1")
            .mappings()
            .one_or_none()
        )
        if found is not None:
            return dict(found)
        columns = self._connection.exec_driver_sql(f"PRAGMA table_info({table})").mappings()
        return {
            column["name"]: None if not column["notnull"] else "" if "CHAR" in column["type"] else 0
            for column in columns
        }

    def _id(self) -> bytes:
        self._count += 1
        at_ms = _BEGAN_MS + self._count
        return (
            at_ms.to_bytes(6, "big")
            + b"\x70"
            + self._chance.randbytes(1)
            + b"\x80"
            + self._chance.randbytes(7)
        )

    def fill(self, customers: int) -> None:
        rows = self._rows(customers)
        while part := list(islice(rows, _AT_ONCE)):
            for table in self._likenesses:
                self._insert(table, [row for name, row in part if name == table])

    def _insert(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            names = list(rows[0])
            marks = ", ".join("?" * len(names))
            self._connection.exec_driver_sql(
                f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",
                [tuple(row.values()) for row in rows],
            )

    def _rows(self, customers: int) -> Iterator[tuple[str, dict[str, Any]]]:
        likeness = self._likenesses
        for number in range(customers):
            firm = self._names.firm()
            unit, order = self._id(), self._id()
            name = f"{firm.name}{number}" if number % 3 == 0 else firm.name
            yield "customer", likeness["customer"] | {
                "id": unit, "unit": unit, "code": f"BK-{number:06}", "name": name, "phone": self._names.mobile(),
                "grade": self._chance.choice(_GRADES), "name_key": None, "phone_key": None, "registry_key": None,
                "code_key": None,
            }  # fmt: skip
            yield "contact", likeness["contact"] | {
                "id": self._id(), "unit": unit, "customer_id": unit, "name": self._names.human().name,
                "mobile": self._names.mobile(),
            }  # fmt: skip
            yield "sales_order", likeness["sales_order"] | {
                "id": order, "unit": unit, "customer_id": unit, "customer_name": name, "number": f"ND-9-{number:06}",
                "legal_number": None, "order_date": self._chance.choice(_DAYS),
                "gross_total_minor": self._chance.randrange(10_000, 10_000_000),
            }  # fmt: skip
            for line in range(1, LINES + 1):
                yield "order_line", likeness["order_line"] | {
                    "id": self._id(), "unit": unit, "order_id": order, "line_no": line, "price_certificate": "",
                }  # fmt: skip
