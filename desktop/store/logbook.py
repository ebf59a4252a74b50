"""The truthful log of sync rounds: what the last ones did that did anything."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection

from desktop.store.driver import fetch
from desktop.store.tables import KEPT_LOG


def keep(connection: Connection, at_ms: int, report: dict[str, Any]) -> None:
    """Add an entry of plain values and forget the oldest beyond `KEPT_LOG`."""
    added = connection.exec_driver_sql(
        "INSERT INTO sync_log (at_ms, body) VALUES (?, ?)", (at_ms, msgspec.msgpack.encode(report))
    )
    connection.exec_driver_sql("DELETE FROM sync_log WHERE entry <= ?", (added.lastrowid - KEPT_LOG,))


def last_entries(connection: Connection, count: int) -> list[tuple[int, dict[str, Any]]]:
    """The last entries, newest first: UTC milliseconds and what the round reported."""
    found = fetch(connection, "SELECT at_ms, body FROM sync_log ORDER BY entry DESC LIMIT ?", (count,))
    return [(at_ms, msgspec.msgpack.decode(body)) for at_ms, body in found]
