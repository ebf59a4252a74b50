"""Comparing what is here with what the office says it holds, per unit and table (sync-protocol, 13)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from crm.changes.digest import DIGEST_BYTES, digest, row_hash
from crm.changes.ops import UnitDigest
from desktop.store.rows import AllRows

SCAN_FROM: Final = 50
"""With so many units of one table, reading the whole table once beats looking up each unit."""
_MODULUS: Final = 1 << (8 * DIGEST_BYTES)


def digest_of(connection: Connection, rows: AllRows, unit: bytes, table: str) -> bytes:
    """The digest of the confirmed rows of a unit and table. Rows that only this laptop knows do not count."""
    found = connection.exec_driver_sql(
        f"SELECT id, version FROM {rows[table].name} WHERE unit = ? AND version > 0", (unit,)
    )
    return digest((row_id, version) for row_id, version in found)


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


def _scan(connection: Connection, rows: AllRows, table: str) -> dict[bytes, bytes]:
    sums: dict[bytes, int] = {}
    found = connection.exec_driver_sql(f"SELECT unit, id, version FROM {rows[table].name} WHERE version > 0")
    for unit, row_id, version in found:
        sums[unit] = sums.get(unit, 0) + row_hash(row_id, version)
    return {unit: (total % _MODULUS).to_bytes(DIGEST_BYTES, "big") for unit, total in sums.items()}
