"""Reading and writing replicated rows at the office with driver SQL: many rows a statement, plain dictionaries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Connection

from crm.changes.actor import Standing
from crm.changes.entity import Entity, Row, Schema
from crm.changes.view import Key, Want
from sync_server.store.database import Database


@cache
def quoted(name: str) -> str:
    """An identifier as both databases accept it."""
    return '"' + name.replace('"', '""') + '"'


def select_list(columns: Iterable[str]) -> str:
    """Column names for a SELECT."""
    return ",".join(quoted(name) for name in columns)


class OfficeView:
    """A `crm.changes.view.View` over one transaction. What was read once is not read again.

    The caller must hold the locks that keep the rows still. Not thread-safe.
    """

    def __init__(self, database: Database, connection: Connection) -> None:
        self._database = database
        self.schema: Schema = database.schema
        self._connection = connection
        self._rows: dict[Key, Row | None] = {}
        self._children: dict[tuple[str, str, bytes], list[Row]] = {}
        self._standings: dict[bytes, Standing | None] = {}

    # -- View

    def get(self, table: str, row_id: bytes) -> Row | None:
        """See `View.get`."""
        key = table, row_id
        if key not in self._rows:
            self.load(table, [row_id])
        return self._rows[key]

    def children(self, table: str, column: str, value: bytes) -> Sequence[Row]:
        """See `View.children`."""
        key = table, column, value
        if key not in self._children:
            self.load_children(Want(table, column, frozenset({value})))
        return self._children[key]

    def standing(self, unit: bytes) -> Standing | None:
        """See `View.standing`."""
        if unit not in self._standings:
            self.load_standings([unit])
        return self._standings[unit]

    # -- reading ahead

    def load(self, table: str, ids: Iterable[bytes]) -> None:
        """Read rows by id; absent ones are remembered as absent."""
        wanted = {row_id for row_id in ids if (table, row_id) not in self._rows}
        if not wanted:
            return
        for row_id in wanted:
            self._rows[table, row_id] = None
        entity = self.schema[table]
        statement = f"SELECT {select_list(entity.columns)} FROM {quoted(table)} WHERE id IN ({{in}})"
        for values in self._database.rows_in(self._connection, statement, sorted(wanted)):
            self._keep(entity, values)

    def load_children(self, want: Want) -> None:
        """Read all rows of a table that name one of some values in one column."""
        wanted = {value for value in want.values if (want.table, want.column, value) not in self._children}
        if not wanted:
            return
        for value in wanted:
            self._children[want.table, want.column, value] = []
        entity = self.schema[want.table]
        column = want.column
        if column not in entity.columns:
            raise KeyError(f"{want.table} has no column {column}")
        statement = (
            f"SELECT {select_list(entity.columns)} FROM {quoted(want.table)} "
            f"WHERE {quoted(column)} IN ({{in}}) ORDER BY id"
        )
        for values in self._database.rows_in(self._connection, statement, sorted(wanted)):
            row = self._keep(entity, values)
            self._children[want.table, want.column, cast(bytes, row[column])].append(row)

    def load_standings(self, units: Iterable[bytes]) -> None:
        """Read division and editors of units."""
        wanted = {unit for unit in units if unit not in self._standings}
        if not wanted:
            return
        for unit in wanted:
            self._standings[unit] = None
        feeds = self._database.rows_in(
            self._connection, "SELECT id, feed FROM unit WHERE id IN ({in})", sorted(wanted)
        )
        editors: dict[bytes, set[bytes]] = defaultdict(set)
        for unit, principal in self._database.rows_in(
            self._connection,
            "SELECT unit, principal FROM holder WHERE unit IN ({in}) AND leave_seq IS NULL AND access = 'edit'",
            sorted(wanted),
        ):
            editors[unit].add(principal)
        for unit, feed in feeds:
            self._standings[unit] = Standing(feed, frozenset(editors[unit]))

    def _keep(self, entity: Entity, values: tuple[Any, ...]) -> Row:
        row: Row = dict(zip(entity.columns, values, strict=True))
        row_id = cast(bytes, row["id"])
        known = self._rows.get((entity.name, row_id))
        if known is not None:
            return known
        self._rows[entity.name, row_id] = row
        return row


def write_rows(
    database: Database,
    connection: Connection,
    births: Mapping[str, Sequence[Row]],
    changes: Mapping[str, Sequence[Row]],
) -> None:
    """Insert new rows and update changed ones, one statement per table; the caller is inside `capture.writing`."""
    for table, rows in births.items():
        entity = database.schema[table]
        marks = ",".join("?" * len(entity.columns))
        database.execute_many(
            connection,
            f"INSERT INTO {quoted(table)} ({select_list(entity.columns)}) VALUES ({marks})",
            [tuple(row[name] for name in entity.columns) for row in rows],
        )
    for table, rows in changes.items():
        entity = database.schema[table]
        columns = [name for name in entity.columns if name != "id"]
        sets = ",".join(f"{quoted(name)}=?" for name in columns)
        database.execute_many(
            connection,
            f"UPDATE {quoted(table)} SET {sets} WHERE id=?",
            [(*(row[name] for name in columns), row["id"]) for row in rows],
        )
