"""Parts of pages that wait for the rest of their unit or for the end of their checkpoint."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, insert, select

from crm.changes.codec import body_hash, decode, encode
from crm.changes.ops import Block, Head
from desktop.store.driver import fetch
from desktop.store.tables import staging

UNTIL_COMPLETE: Final = b""
"""In place of a unit: the part waits for the end of the checkpoint."""


class Part(msgspec.Struct, frozen=True, array_like=True):
    """What waits of one page."""

    blocks: tuple[Block, ...] = ()
    entering: tuple[bytes, ...] = ()
    evicted: tuple[bytes, ...] = ()
    refetched: tuple[tuple[bytes, str], ...] = ()


def cursor_mark(cursor: dict[str, Head]) -> bytes:
    """What staging is kept under: the cursor at which its checkpoint began."""
    return body_hash(msgspec.msgpack.encode(sorted((feed, tuple_of(head)) for feed, head in cursor.items())))


def tuple_of(head: Head) -> tuple[int, int, bytes]:
    """A head as plain values."""
    return head.epoch, head.seq, head.tag


def put(connection: Connection, unit: bytes, part: Part) -> None:
    """Let a part wait."""
    connection.execute(insert(staging).values(unit=unit, body=encode(part)))


def take(connection: Connection, units: Collection[bytes] | None = None) -> list[Part]:
    """The parts of these units, or all of them, in order; they no longer wait."""
    rows = fetch(connection, "SELECT part, unit, body FROM staging ORDER BY part")
    found = [(number, body) for number, unit, body in rows if units is None or unit in units]
    if units is None:
        if found:
            connection.execute(delete(staging))
    else:
        for number, _ in found:
            connection.execute(delete(staging).where(staging.c.part == number))
    return [decode(Part, body) for _, body in found]


def clear(connection: Connection) -> None:
    """Nothing waits any more."""
    connection.execute(delete(staging))


def is_empty(connection: Connection) -> bool:
    """Whether nothing waits."""
    return connection.execute(select(staging.c.part).limit(1)).first() is None


def split(
    block: Block, column: str, chosen: Collection[Any]
) -> tuple[Sequence[tuple[Any, ...]], Sequence[tuple[Any, ...]]]:
    """The rows whose ``column`` holds one of ``chosen``, and the others."""
    place = block.columns.index(column)
    rows = block.rows
    inside = [row for row in rows if row[place] in chosen]
    if len(inside) == len(rows):
        return rows, ()
    return inside, [row for row in rows if row[place] not in chosen]


def by_unit(blocks: Iterable[Block]) -> dict[bytes, list[Block]]:
    """Blocks taken apart by unit."""
    found: dict[bytes, list[Block]] = {}
    for block in blocks:
        place = block.columns.index("unit")
        rows: dict[bytes, list[tuple[Any, ...]]] = {}
        for row in block.rows:
            rows.setdefault(row[place], []).append(row)
        for unit, some in rows.items():
            found.setdefault(unit, []).append(msgspec.structs.replace(block, rows=some))
    return found
