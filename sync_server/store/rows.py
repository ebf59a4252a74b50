"""Reading and writing replicated rows at the office with driver SQL: many rows a statement, plain dictionaries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Final, cast

from sqlalchemy import Connection

from crm.changes.actor import Standing
from crm.changes.entity import Entity, Fixed, Row, Schema, Wire
from crm.changes.view import Key, StoredRows, Want
from crm.ids import COMPANY
from sync_server.store.database import Database
from sync_server.store.shelf import Kept, Shelf

_UNREAD: Final[Row] = {}


@cache
def quoted(name: str) -> str:
    """An identifier as both databases accept it."""
    return '"' + name.replace('"', '""') + '"'


def select_list(columns: Iterable[str]) -> str:
    """Column names for a SELECT."""
    return _listed(tuple(columns))


@cache
def _listed(columns: tuple[str, ...]) -> str:
    return ",".join(map(quoted, columns))


class OfficeView:
    """A `crm.changes.view.View` over one transaction. What was read once is not read again.

    The caller must hold the locks that keep the rows still. With ``shelf``, rows that the whole company holds are
    shared with other transactions; the caller reads them before it writes any. Not thread-safe.
    """

    def __init__(self, database: Database, connection: Connection, shelf: Shelf | None = None) -> None:
        self._database = database
        self._shelf = shelf
        self.schema: Schema = database.schema
        self._connection = connection
        self._rows: dict[Key, Row | None] = {}
        self._children: dict[tuple[str, str, bytes, tuple[str, ...]], StoredRows] = {}
        self._standings: dict[bytes, Standing | None] = {}
        self._company: Kept | None = None

    # -- View

    def get(self, table: str, row_id: bytes) -> Row | None:
        """See `View.get`."""
        key = table, row_id
        try:
            return self._rows[key]
        except KeyError:
            self.load(table, [row_id])
        return self._rows[key]

    def children(self, table: str, column: str, value: bytes, only: tuple[str, ...] = ()) -> Sequence[Row]:
        """See `View.children`."""
        key = table, column, value, only
        try:
            return self._children[key]
        except KeyError:
            self.load_children(Want(table, column, frozenset({value}), only))
        return self._children[key]

    def standing(self, unit: bytes) -> Standing | None:
        """See `View.standing`."""
        if unit not in self._standings:
            self.load_standings([unit])
        return self._standings[unit]

    # -- reading ahead

    def read(self, want: Want) -> None:
        """Read what is wanted, as far as it was not read before. Values that are no ids name nothing."""
        values: frozenset[object] = want.values
        ids = frozenset(value for value in values if isinstance(value, bytes))
        if want.column == "id":
            self.load(want.table, ids)
        else:
            self.load_children(Want(want.table, want.column, ids, want.only))

    def load(self, table: str, ids: Iterable[bytes]) -> None:
        """Read rows by id; absent ones are remembered as absent."""
        wanted = {row_id for row_id in ids if (table, row_id) not in self._rows}
        if not wanted:
            return
        entity = self.schema[table]
        kept = self._kept(entity)
        if kept is not None:
            for row_id in [row_id for row_id in wanted if (table, row_id) in kept.rows]:
                self._rows[table, row_id] = kept.rows[table, row_id]
                wanted.discard(row_id)
        for row_id in wanted:
            self._rows[table, row_id] = None
        statement = f"SELECT {select_list(entity.columns)} FROM {quoted(table)} WHERE id IN ({{in}})"
        for values in self._database.rows_in(self._connection, statement, sorted(wanted)):
            self._keep(entity, values)
        if kept is not None:
            kept.rows.update(((table, row_id), self._rows[table, row_id]) for row_id in wanted)

    def load_children(self, want: Want) -> None:
        """Read all rows of a table that name one of some values in one column.

        Rows of which only some columns were read are remembered under those columns alone.
        """
        table, column, only = want.table, want.column, want.only
        entity = self.schema[table]
        if column not in entity.columns:
            raise KeyError(f"{table} has no column {column}")
        wanted = {value for value in want.values if (table, column, value, only) not in self._children}
        for value in self._absent(entity, column, wanted):
            self._children[table, column, value, only] = StoredRows()
            wanted.discard(value)
        if not wanted:
            return
        kept = self._kept(entity)
        if kept is not None:
            for value in [value for value in wanted if (table, column, value) in kept.children]:
                self._children[table, column, value, only] = kept.children[table, column, value]
                wanted.discard(value)
        found: dict[Wire, StoredRows] = {value: StoredRows() for value in wanted}
        statement = (
            f"SELECT {select_list(only or entity.columns)} FROM {quoted(table)} "
            f"WHERE {quoted(column)} IN ({{in}}) ORDER BY id"
        )
        for values in self._database.rows_in(self._connection, statement, sorted(wanted)):
            row = dict(zip(only, values, strict=True)) if only else self._keep(entity, values)
            found[row[column]].append(row)
        for value in wanted:
            self._children[table, column, value, only] = found[value]
            if kept is not None and not only:
                kept.rows.update(((table, cast(bytes, row["id"])), row) for row in found[value])
                kept.children[table, column, value] = found[value]

    def _absent(self, entity: Entity, column: str, values: Iterable[bytes]) -> list[bytes]:
        """Those values that name rows which were looked for in vain: a row is never stored before what it names."""
        item = entity.fields.get(column)
        if item is None or item.ref is None:
            return []
        return [value for value in values if self._rows.get((item.ref, value), _UNREAD) is None]

    def _kept(self, entity: Entity) -> Kept | None:
        """What earlier transactions read of the rows that the whole company holds; None for other rows."""
        if self._shelf is None or not isinstance(entity.scope, Fixed):
            return None
        if self._company is None:
            heads = self._database.rows(
                self._connection, "SELECT epoch, seq, tag FROM feed WHERE id=?", [COMPANY]
            )
            self._company = self._shelf.at(heads[0] if heads else None)
        return self._company

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
        key = entity.name, cast(bytes, values[0])
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = dict(zip(entity.columns, values, strict=True))
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
            [*map(itemgetter(*entity.columns), rows)],
        )
    for table, rows in changes.items():
        entity = database.schema[table]
        columns = entity.columns[1:]
        sets = ",".join(f"{quoted(name)}=?" for name in columns)
        database.execute_many(
            connection,
            f"UPDATE {quoted(table)} SET {sets} WHERE id=?",
            [*map(itemgetter(*columns, "id"), rows)],
        )
