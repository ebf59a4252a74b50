"""Making the indexes after a first copy: built at its end they cost less than kept up during it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection

from desktop.store.database import index_statements
from desktop.store.rows import AllRows

SLICE_ROWS: Final = 30_000
"""Rows indexed in one transaction, about 40 ms."""


def index_slices(connection: Connection, rows: AllRows) -> Iterator[list[str]]:
    """Statements that make all indexes, together as many as take a moment; each may be run again."""
    sizes = {name: table.size(connection) for name, table in rows.tables.items()}
    part: list[str] = []
    work = 0
    for table, statement in index_statements(rows.schema):
        part.append(statement)
        work += sizes[table]
        if work > SLICE_ROWS:
            yield part
            part, work = [], 0
    if part:
        yield part
