"""Reading and writing replicated rows as they are stored and travel: plain values, statement text made once.

Nothing here decides anything. The callers hold a write transaction and have announced the writing of replicated
tables (`crm.changes.capture.writing`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, cast

import msgspec
from sqlalchemy import Connection

from crm.changes.actor import Standing
from crm.changes.entity import Entity, Field, Personal, Root, Row, Schema, Wire
from crm.changes.ops import Block
from crm.changes.scope import FIXED_UNITS
from crm.changes.view import Key
from crm.ids import COMPANY, ID_BYTES
from desktop.store.driver import fetch, fetch_in

INLINE_FROM: Final = 50
"""From so many rows on a statement of its own pays."""
_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(dict[str, Any])


def pack_row(row: Row) -> bytes:
    """A row as the overlay keeps it."""
    return _ENCODER.encode(row)


def unpack_row(data: bytes) -> Row:
    """The reverse of `pack_row`."""
    return cast(Row, _DECODER.decode(data))


def root_of(schema: Schema, entity: Entity, row: Row) -> bytes:
    """The id of the document that a row merges or is judged with; of a row that stands alone, its own id."""
    if entity.document not in (None, "id"):
        return cast(bytes, row[str(entity.document)])
    parent = schema.parents.get(entity.name)
    if parent is not None and schema[parent].is_document_root and entity.document is None:
        return cast(bytes, row[entity.scope.via])  # type: ignore[union-attr]
    return cast(bytes, row["id"])


def content_root(schema: Schema, entity: Entity, row: Row) -> Key | None:
    """The document (table, id) to whose content a row belongs, or the row itself; None for a seal or a decision, which
    hangs on a document and is no part of what it says.
    """
    root_id = root_of(schema, entity, row)
    if root_id == row["id"]:
        return entity.name, root_id
    if entity.document not in (None, "id"):
        return cast(str, entity.fields[str(entity.document)].ref), root_id
    return None


def root_column(schema: Schema, entity: Entity) -> str:
    """The column that `root_of` reads."""
    if entity.document not in (None, "id"):
        return str(entity.document)
    parent = schema.parents.get(entity.name)
    if parent is not None and schema[parent].is_document_root and entity.document is None:
        return entity.scope.via  # type: ignore[union-attr]
    return "id"


class TableRows:
    """The statements of one replicated table."""

    def __init__(self, schema: Schema, entity: Entity) -> None:
        self.entity = entity
        self.name = entity.name
        self.wire = entity.wire_columns
        self.root_column = root_column(schema, entity)
        self._upserts: dict[tuple[str, ...], str] = {}

    @cached_property
    def select(self) -> str:
        """The columns of the wire; to be followed by a WHERE."""
        return f"SELECT {', '.join(self.wire)} FROM {self.name}"

    def upsert(
        self, columns: tuple[str, ...], same: Mapping[str, Wire] | None = None, *, lower_too: bool = False
    ) -> str:
        """A statement that takes rows in the order of ``columns``; ``same`` holds values that all of them have.

        A row that is there already is replaced unless it has a higher version; ``lower_too`` replaces that as well.
        Columns that are not named get their default in a new row, and stay in one that is there.
        """
        key = (*columns, "!") if lower_too else columns
        text = self._upserts.get(key) if not same else None
        if text is None:
            fixed = same or {}
            named = (*columns, *fixed)
            rest = [name for name in self.entity.columns if name not in named]
            values = [
                *("?" for _ in columns),
                *map(_as_text, fixed.values()),
                *(default_literal(self.entity, name) for name in rest),
            ]
            sets = ", ".join(f"{name}=excluded.{name}" for name in named if name != "id")
            text = (
                f"INSERT INTO {self.name} ({', '.join((*named, *rest))}) VALUES ({', '.join(values)}) "
                f"ON CONFLICT (id) DO UPDATE SET {sets}"
            )
            if not lower_too:
                text += f" WHERE excluded.version >= {self.name}.version"
            if not same:
                self._upserts[key] = text
        return text

    def size(self, connection: Connection) -> int:
        """About how many rows there are; without counting them."""
        found = connection.exec_driver_sql(f"SELECT max(rowid) FROM {self.name}").scalar()
        return int(found or 0)

    def get(self, connection: Connection, row_id: bytes) -> Row | None:
        """The row with this id."""
        found = fetch(connection, f"{self.select} WHERE id = ?", (row_id,))
        return self._row(found[0]) if found else None

    def versions(self, connection: Connection, ids: Sequence[bytes]) -> dict[bytes, int]:
        """The versions of the rows with these ids; those that are missing are left out."""
        return dict(fetch_in(connection, f"SELECT id, version FROM {self.name} WHERE id IN ({{in}})", ids))

    def get_many(self, connection: Connection, ids: Iterable[bytes]) -> Iterator[Row]:
        """The rows with these ids, in no order; those that are missing are left out."""
        return self.where_in(connection, "id", ids)

    def where_in(
        self, connection: Connection, column: str, values: Iterable[bytes], only: tuple[str, ...] = ()
    ) -> Iterator[Row]:
        """The rows whose ``column`` holds one of ``values``; of all columns, or of some."""
        if only:
            found = fetch_in(
                connection, f"SELECT {', '.join(only)} FROM {self.name} WHERE {column} IN ({{in}})", values
            )
            return (dict(zip(only, row, strict=True)) for row in found)
        return map(self._row, fetch_in(connection, f"{self.select} WHERE {column} IN ({{in}})", values))

    def put(self, connection: Connection, rows: Sequence[Row], *, lower_too: bool = True) -> None:
        """Write whole rows."""
        if rows:
            connection.exec_driver_sql(
                self.upsert(self.wire, lower_too=lower_too),
                [tuple(row.get(name) for name in self.wire) for row in rows],
            )

    def put_values(
        self, connection: Connection, block: Block, rows: Sequence[tuple[Any, ...]], *, lower_too: bool
    ) -> None:
        """Write rows that came under a block's columns. Unknown columns are passed over."""
        if not rows:
            return
        columns = block.columns
        same = {name: value for name, value in block.same.items() if name in self.wire}
        if any(name not in self.wire for name in columns):
            places = [place for place, name in enumerate(columns) if name in self.wire]
            rows = [tuple(row[place] for place in places) for row in rows]
            columns = tuple(columns[place] for place in places)
        # What is the same in many rows stands in the statement and is not bound again for each of them. Words never
        # do: an error would show them.
        inline = {name: value for name, value in same.items() if len(rows) >= INLINE_FROM and _is_mute(value)}
        bound = tuple(value for name, value in same.items() if name not in inline)
        columns += tuple(name for name in same if name not in inline)
        statement = self.upsert(columns, inline, lower_too=lower_too)
        values = [row + bound for row in rows] if bound else list(rows)
        connection.exec_driver_sql(statement, values)

    def remove(self, connection: Connection, ids: Sequence[bytes]) -> None:
        """Remove rows from this laptop."""
        if ids:
            connection.exec_driver_sql(f"DELETE FROM {self.name} WHERE id = ?", [(row_id,) for row_id in ids])

    def _row(self, values: Any) -> Row:
        return dict(zip(self.wire, values, strict=True))


class AllRows:
    """The statements of every replicated table."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.tables = {entity.name: TableRows(schema, entity) for entity in schema}

    def __getitem__(self, name: str) -> TableRows:
        return self.tables[name]

    def get_keys(self, connection: Connection, keys: Iterable[Key]) -> dict[Key, Row]:
        """Rows by key; those that are missing are left out."""
        by_table: dict[str, list[bytes]] = {}
        for table, row_id in keys:
            by_table.setdefault(table, []).append(row_id)
        return {
            (table, cast(bytes, row["id"])): row
            for table, ids in by_table.items()
            for row in self[table].get_many(connection, ids)
        }


class MainView:
    """The rows that the screen shows, as rules read them (`crm.changes.view.View`)."""

    def __init__(self, rows: AllRows, connection: Connection) -> None:
        self._rows = rows
        self._connection = connection

    def get(self, table: str, row_id: bytes) -> Row | None:
        """See `View.get`."""
        return self._rows[table].get(self._connection, row_id) if table in self._rows.tables else None

    def children(self, table: str, column: str, value: bytes, only: tuple[str, ...] = ()) -> Sequence[Row]:
        """See `View.children`."""
        found = self._rows[table].where_in(self._connection, column, [value], only)
        return sorted(found, key=lambda row: cast(bytes, row["id"]))

    def standing(self, unit: bytes) -> Standing | None:
        """See `View.standing`; as far as this laptop can tell."""
        return standing_of(self._rows.schema, unit, self.get)


def standing_of(schema: Schema, unit: bytes, get: Callable[[str, bytes], Row | None]) -> Standing | None:
    """Division and editors of a unit, from its root row and the row of its owner."""
    if unit in FIXED_UNITS:
        return Standing(COMPANY, frozenset())
    for entity in schema:
        scope = entity.scope
        if isinstance(scope, Root):
            root = get(entity.name, unit)
            owner_table = entity.fields[scope.owner].ref
            if root is None or owner_table is None:
                continue
            owner_id = root[scope.owner]
            owner = get(owner_table, owner_id) if isinstance(owner_id, bytes) else None
            division = owner.get(scope.division) if owner else None
            editors = frozenset({owner_id} if isinstance(owner_id, bytes) else ())
            return Standing(cast("bytes | None", division), editors)
        if isinstance(scope, Personal):
            person_table = entity.fields[scope.person].ref
            person = get(person_table, unit) if person_table else None
            if person is not None:
                return Standing(cast("bytes | None", person.get("division_id")), frozenset({unit}))
    return None


def default_literal(entity: Entity, name: str) -> str:
    """The default of a column that did not come, as SQL text. Made from the declaration alone."""
    item: Field | None = entity.fields.get(name)
    column = entity.table.columns[name]
    default: Wire = item.default if item is not None else None
    if default is None and not column.nullable:
        if item is not None and item.kind in ("text", "day"):
            default = ""
        elif item is not None and item.kind in ("bytes", "id"):
            default = b""
        else:
            default = 0
    return _as_text(default)


def _is_mute(value: Wire) -> bool:
    """Whether a value says nothing about anybody."""
    return (
        value is None
        or isinstance(value, int)
        or value == ""
        or (isinstance(value, bytes) and len(value) <= ID_BYTES)
    )


def _as_text(value: Wire) -> str:
    """A value as SQL text."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(int(value))
