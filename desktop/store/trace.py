"""What others changed: the difference that a page makes to a row that was here already, kept for the history (R-245).

The office keeps every change; a laptop sees the rows as they stand. What they were before is known only in the moment in
which a page replaces them, so it is written down then, in the transaction of the fold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast

import msgspec
from sqlalchemy import Connection

from crm.changes.entity import Entity, Row, Wire
from crm.changes.ops import Block
from crm.changes.policies import Rule
from desktop.store.driver import fetch, fetch_in
from desktop.store.rows import AllRows, unpack_row

TRACED: Final = frozenset(
    {"customer", "contact", "ship_to_address", "customer_price", "sales_order", "order_line"}
)
"""Tables whose rows have a history that a rep asks for."""


def note(connection: Connection, rows: AllRows, blocks: Iterable[Block]) -> None:
    """Write down what these blocks change; before they are taken. A row that is new here has no past."""
    latest: dict[tuple[str, bytes], Row] = {}
    for block in blocks:
        if block.table in TRACED and block.table in rows.tables and block.rows:
            _note_block(connection, rows, block, latest)


def _note_block(
    connection: Connection, rows: AllRows, block: Block, latest: dict[tuple[str, bytes], Row]
) -> None:
    table, at = rows[block.table], block.columns.index("id")
    known = table.versions(connection, [row[at] for row in block.rows])
    _confirmed(
        connection,
        rows,
        block.table,
        [row_id for row_id in known if (block.table, row_id) not in latest],
        latest,
    )
    names = _told(table.entity)
    made = []
    for values in block.rows:
        before = latest.get((block.table, values[at]))
        if before is None:
            continue
        row: Row = {**block.same, **dict(zip(block.columns, values, strict=True))}
        if cast(int, row["version"]) <= cast(int, before["version"]):
            continue
        fields = {
            name: (before[name], row[name]) for name in names if name in row and row[name] != before[name]
        }
        latest[block.table, values[at]] = {**before, **row}
        if fields:
            encoded = msgspec.msgpack.encode(fields)
            made.append(
                (
                    block.table,
                    row["id"],
                    row["unit"],
                    row.get("changed_at") or 0,
                    row.get("changed_by"),
                    encoded,
                )
            )
    if made:
        connection.exec_driver_sql(
            "INSERT INTO trace (table_name, row_id, unit, at_ms, by_id, fields) VALUES (?, ?, ?, ?, ?, ?)",
            made,
        )


def _confirmed(
    connection: Connection,
    rows: AllRows,
    table: str,
    ids: Sequence[bytes],
    into: dict[tuple[str, bytes], Row],
) -> None:
    """The rows as the office last had them; what was born here and is not confirmed has none."""
    into.update({(table, cast(bytes, row["id"])): row for row in rows[table].get_many(connection, ids)})
    below = fetch_in(
        connection,
        "SELECT row_id, confirmed FROM overlay WHERE table_name = ? AND row_id IN ({in})",
        ids,
        before=(table,),
    )
    for row_id, packed in below:
        if packed is None:
            into.pop((table, row_id), None)
        else:
            into[table, row_id] = unpack_row(packed)


def _told(entity: Entity) -> list[str]:
    """The fields with a history: those that people set, and whether the row was removed."""
    return [
        "deleted",
        *(item.name for item in entity.fields.values() if item.policy.rule is not Rule.DERIVED),
    ]


def forget_units(connection: Connection, units: Sequence[bytes]) -> None:
    """Units left: nothing readable of them stays."""
    connection.exec_driver_sql("DELETE FROM trace WHERE unit = ?", [(unit,) for unit in units])


Fields = Mapping[str, tuple[Wire, Wire]]
"""Field to (old, new)."""
Traced = tuple[str, bytes, int, "bytes | None", Fields]
"""Table, row, when (UTC milliseconds), by whom, and what."""


def of_row(connection: Connection, table: str, row_id: bytes) -> list[Traced]:
    """What pages changed in one row, the oldest first."""
    found = fetch(
        connection,
        "SELECT table_name, row_id, at_ms, by_id, fields FROM trace WHERE row_id = ? AND table_name = ? ORDER BY entry",
        (row_id, table),
    )
    return [_traced(row) for row in found]


def of_unit(connection: Connection, unit: bytes, *, most: int) -> list[Traced]:
    """What pages changed last in the rows of a unit, the oldest first."""
    found = fetch(
        connection,
        "SELECT table_name, row_id, at_ms, by_id, fields FROM trace WHERE unit = ? ORDER BY at_ms DESC, entry DESC LIMIT ?",
        (unit, most),
    )
    return [_traced(row) for row in reversed(found)]


def _traced(row: Any) -> Traced:
    table, row_id, at_ms, by, packed = row
    fields = {name: (old, new) for name, (old, new) in msgspec.msgpack.decode(packed).items()}
    return table, row_id, at_ms, by, fields
