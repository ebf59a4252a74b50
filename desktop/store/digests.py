"""Comparing what is here with what the office says it holds, per unit and table (sync-protocol, 13)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection

from crm.changes.digest import EMPTY, digests_by_unit
from crm.changes.ops import Block, UnitDigest
from desktop.store.rows import AllRows

SCAN_FROM: Final = 50
"""With so many units of one table, reading the whole table once beats looking up each unit."""


def mismatches(
    connection: Connection, rows: AllRows, digests: Sequence[UnitDigest]
) -> list[tuple[bytes, str]]:
    """The (unit, table) pairs of ``digests`` that differ here. Tables this version does not know are passed over."""
    by_table: dict[str, dict[bytes, bytes]] = {}
    for item in digests:
        if item.table in rows.tables:
            by_table.setdefault(item.table, {})[item.unit] = item.digest
    wrong: list[tuple[bytes, str]] = []
    for table, wanted in by_table.items():
        here = _digests(connection, rows, table, wanted)
        wrong += [(unit, table) for unit, value in wanted.items() if here.get(unit, EMPTY) != value]
    return wrong


def verified(
    blocks: Iterable[Block], digests: Sequence[UnitDigest], units: Collection[bytes]
) -> set[tuple[bytes, str]]:
    """The (unit, table) pairs of ``digests`` that the rows of ``blocks`` agree with.

    For ``units`` that came whole: what is written in one transaction with its page need not be read back.
    """
    wanted = [item for item in digests if item.unit in units]
    if not wanted:
        return set()
    rows: dict[str, list[Iterator[Any]]] = {}
    for block in blocks:
        triple = itemgetter(*map(block.columns.index, ("unit", "id", "version")))
        rows.setdefault(block.table, []).append(map(triple, block.rows))
    here = {table: digests_by_unit(chain.from_iterable(parts)) for table, parts in rows.items()}
    return {
        (item.unit, item.table)
        for item in wanted
        if here.get(item.table, {}).get(item.unit, EMPTY) == item.digest
    }


def _digests(
    connection: Connection, rows: AllRows, table: str, units: Collection[bytes]
) -> dict[bytes, bytes]:
    """The digests of a table by unit; of ``units`` at least."""
    statement = f"SELECT unit, id, version FROM {rows[table].name} WHERE version > 0"
    chosen: tuple[bytes, ...] = ()
    if len(units) < SCAN_FROM:
        chosen = tuple(units)
        statement += f" AND unit IN ({','.join('?' * len(chosen))})"
    if not connection.in_transaction():
        connection.begin()
    # Row by row and straight from the driver: all rows of a large copy at once would take much room, and wrapped ones
    # most of the time.
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(statement, chosen)
        return digests_by_unit(iter(cursor.fetchone, None))
