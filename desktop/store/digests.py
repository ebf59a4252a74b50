"""Comparing what is here with what the office says it holds, per unit and table (sync-protocol, 13)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from sqlalchemy import Connection

from crm.changes.digest import DIGEST_BYTES, digest, row_hash
from crm.changes.ops import Block, UnitDigest
from desktop.store.driver import fetch
from desktop.store.rows import AllRows

SCAN_FROM: Final = 50
"""With so many units of one table, reading the whole table once beats looking up each unit."""
SCAN_ROWS: Final = 5000
_MODULUS: Final = 1 << (8 * DIGEST_BYTES)


def digest_of(connection: Connection, rows: AllRows, unit: bytes, table: str) -> bytes:
    """The digest of the confirmed rows of a unit and table. Rows that only this laptop knows do not count."""
    found = fetch(
        connection, f"SELECT id, version FROM {rows[table].name} WHERE unit = ? AND version > 0", (unit,)
    )
    return digest(found)


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
        if len(wanted) < SCAN_FROM:
            here = {unit: digest_of(connection, rows, unit, table) for unit in wanted}
        else:
            here = _scan(connection, rows, table)
        none = bytes(DIGEST_BYTES)
        wrong += [(unit, table) for unit, value in wanted.items() if here.get(unit, none) != value]
    return wrong


def verified(
    blocks: Iterable[Block], digests: Sequence[UnitDigest], units: Collection[bytes]
) -> set[tuple[bytes, str]]:
    """The (unit, table) pairs of ``digests`` that the rows of ``blocks`` agree with.

    For ``units`` that came whole: what is written in one transaction with its page need not be read back.
    """
    wanted = {(item.unit, item.table): item.digest for item in digests if item.unit in units}
    if not wanted:
        return set()
    sums: dict[tuple[bytes, str], int] = {}
    for block in blocks:
        table = block.table
        row_id, unit, version = (block.columns.index(name) for name in ("id", "unit", "version"))
        for row in block.rows:
            pair = row[unit], table
            if pair in wanted:
                sums[pair] = sums.get(pair, 0) + row_hash(row[row_id], row[version])
    return {pair for pair, value in wanted.items() if _digest(sums.get(pair, 0)) == value}


def _digest(total: int) -> bytes:
    return (total % _MODULUS).to_bytes(DIGEST_BYTES, "big")


def _scan(connection: Connection, rows: AllRows, table: str) -> dict[bytes, bytes]:
    sums: dict[bytes, int] = {}
    found = connection.exec_driver_sql(f"SELECT unit, id, version FROM {rows[table].name} WHERE version > 0")
    # Straight from the driver: the rows of a large copy would spend most of the time in wrappers.
    cursor = found.cursor
    assert cursor is not None
    while part := cursor.fetchmany(SCAN_ROWS):
        for unit, row_id, version in part:
            sums[unit] = sums.get(unit, 0) + row_hash(row_id, version)
    found.close()
    return {unit: _digest(total) for unit, total in sums.items()}
