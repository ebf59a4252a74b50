"""Making the indexes after a first copy: built at its end they cost less than kept up during it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection

from desktop.store.database import index_statements
from desktop.store.rows import AllRows

SLICE_ROWS: Final = 30_000
"""Rows indexed in one transaction, about 40 ms."""

_SORTED: Final = {
    "customer": (
        "code", "name", "name_en", "grade", "library", "region", "industry", "address_city", "address_street", "phone",
        "email", "changed_at",
    ),
    "sales_order": (
        "number", "customer_name", "state", "order_date", "ifnull(wanted_on, '')", "net_total_minor",
        "gross_total_minor", "revision", "reference_no", "changed_at",
    ),
}  # fmt: skip
"""The orders in which `desktop.store.reads` reads long lists. Small indexes: they hold the sort value and the id of rows
that are not deleted."""


def list_statements(rows: AllRows) -> list[tuple[str, str]]:
    """(Table, statement) for each index that a list is read by; each may be run again."""
    return [
        (
            table,
            f"CREATE INDEX IF NOT EXISTS list_{table}_{place} ON {table} ({column}, id) WHERE deleted = 0",
        )
        for table, columns in _SORTED.items()
        if table in rows.tables
        for place, column in enumerate(columns)
    ]


def index_slices(connection: Connection, rows: AllRows) -> Iterator[list[str]]:
    """Statements that make all indexes, together as many as take a moment; each may be run again."""
    sizes = {name: table.size(connection) for name, table in rows.tables.items()}
    part: list[str] = []
    work = 0
    for table, statement in [*index_statements(rows.schema), *list_statements(rows)]:
        part.append(statement)
        work += sizes[table]
        if work > SLICE_ROWS:
            yield part
            part, work = [], 0
    if part:
        yield part
