"""The truthful log of sync rounds: what the last ones did that did anything."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from desktop.store.tables import KEPT_LOG, sync_log


def keep(connection: Connection, at_ms: int, report: dict[str, Any]) -> None:
    """Add an entry of plain values and forget the oldest beyond `KEPT_LOG`."""
    connection.execute(insert(sync_log).values(at_ms=at_ms, body=msgspec.msgpack.encode(report)))
    last = connection.execute(select(func.max(sync_log.c.entry))).scalar_one()
    connection.execute(delete(sync_log).where(sync_log.c.entry <= last - KEPT_LOG))


def last_entries(connection: Connection, count: int) -> list[tuple[int, dict[str, Any]]]:
    """The last entries, newest first: UTC milliseconds and what the round reported."""
    found = connection.execute(
        select(sync_log.c.at_ms, sync_log.c.body).order_by(sync_log.c.entry.desc()).limit(count)
    )
    return [(at_ms, msgspec.msgpack.decode(body)) for at_ms, body in found]
