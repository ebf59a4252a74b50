"""Looking into a laptop's file with a connection of our own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from crm.changes.entity import Schema, Wire
from crm.changes.ops import Changeset
from crm.changes.view import Key


class Entry(NamedTuple):
    """A line of the laptop's journal."""

    change_id: bytes
    body: bytes
    state: str
    n: int | None
    outcome: str | None
    stamp: int


@dataclass
class Sight:
    """What the laptop's file holds at one moment. ``carried`` are documents with live changesets."""

    state: dict[str, Any]
    journal: list[Entry]
    overlay: dict[Key, dict[str, Wire] | None]
    carried: set[bytes]
    tables: dict[str, list[tuple[Wire, ...]]]

    @property
    def cursor(self) -> dict[bytes, int]:
        """Feed to number."""
        return {bytes.fromhex(feed): head[1] for feed, head in self.state.get("cursor", {}).items()}


@lru_cache(maxsize=4000)
def opened(body: bytes) -> Changeset:
    """A journal entry's changeset."""
    return msgspec.msgpack.decode(body, type=Changeset)


def look(connection: sqlite3.Connection, selects: Mapping[str, str]) -> Sight:
    """What a file holds now. ``selects`` read the replicated tables, by name."""
    run = connection.execute
    run("BEGIN")
    try:
        state = {
            name: msgspec.msgpack.decode(value) for name, value in run("SELECT name, value FROM sync_state")
        }
        journal = [
            Entry(*row)
            for row in run("SELECT change_id, body, state, n, outcome, stamp FROM journal ORDER BY local_seq")
        ]
        overlay = {
            (table, row_id): None if packed is None else msgspec.msgpack.decode(packed)
            for table, row_id, packed in run("SELECT table_name, row_id, confirmed FROM overlay")
        }
        carried = {root_id for (root_id,) in run("SELECT DISTINCT root_id FROM overlay")}
        tables = {name: run(text).fetchall() for name, text in selects.items()}
    finally:
        run("COMMIT")
    return Sight(state, journal, overlay, carried, tables)


def difference(
    schema: Schema, here: Mapping[Key, tuple[Wire, ...]], wanted: Mapping[Key, tuple[Wire, ...]]
) -> str:
    """What differs between two sets of rows, in words; the first few."""
    found = []
    for key in sorted(set(here) | set(wanted)):
        mine, theirs = here.get(key), wanted.get(key)
        if mine == theirs:
            continue
        name = f"{key[0]} {key[1].hex()}"
        if mine is None:
            found.append(f"{name} is missing")
        elif theirs is None:
            found.append(f"{name} must not be there")
        else:
            columns = schema[key[0]].wire_columns
            fields = [
                f"{column} {left!r} instead of {right!r}"
                for column, left, right in zip(columns, mine, theirs, strict=True)
                if left != right
            ]
            found.append(f"{name}: {', '.join(fields)}")
    return f"{len(found)} rows differ from the office's: " + "; ".join(found[:3])


def digest_of(connection: sqlite3.Connection, *, besides: Iterable[str] = ()) -> bytes:
    """A hash over every table of a database."""
    names = [
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
        if name not in besides
    ]
    found = blake2b(digest_size=16)
    for name in names:
        found.update(name.encode())
        for row in sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr):
            found.update(repr(row).encode())
    return found.digest()
