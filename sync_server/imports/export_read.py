"""Reads what an export holds: living rows by their ids, many at once, all of one moment (R-098)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection

from crm.changes.entity import Entity
from sync_server.imports.export_shape import Shape, is_of_the_company, parents, root_of
from sync_server.store.database import Database
from sync_server.store.rows import quoted

ROWS_AT_ONCE: Final = 2000

Rows: TypeAlias = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Choice:
    """Which rows: of one division's units, and changed since a moment (UTC milliseconds).

    What belongs to no division is always chosen. Documents are whole: a change in any part chooses all of it.
    """

    division: bytes | None = None
    since_ms: int | None = None


class Reader:
    """Reads in one snapshot, held by the caller.

    Rows are those that live, in units and documents that live. Deleted ones are there as far as rows of the export
    name them (a contact who left, on an order that stands): without them the others could not come back.
    """

    def __init__(
        self, database: Database, connection: Connection, shapes: Sequence[Shape], choice: Choice
    ) -> None:
        self._database = database
        self._connection = connection
        self._schema = database.schema
        self._choice = choice
        self._with_dead = {
            entity.name
            for entity in self._schema
            if self._rows(f"SELECT 1 FROM {quoted(entity.name)} WHERE deleted=1 LIMIT 1")
        }
        self._named = self._named_dead(shapes)

    def count(self, shape: Shape) -> int:
        """How many rows there are."""
        joins, where, values = self._chosen(shape.entity)
        [(count,)] = self._rows(f"SELECT COUNT(*) FROM {quoted(shape.name)} t {joins} WHERE {where}", *values)
        return int(count) + len(self._named.get(shape.name, ()))

    def rows(self, shape: Shape) -> Iterator[Rows]:
        """The rows in the order of the shape's columns, some at a time."""
        joins, where, values = self._chosen(shape.entity)
        table = quoted(shape.name)
        wanted = ",".join(column.sql for column in shape.columns)
        captions = " ".join(shape.joins)
        last: bytes = b""
        while rows := self._rows(
            f"SELECT {wanted} FROM {table} t {joins} {captions} WHERE t.id > ? AND {where} "
            f"ORDER BY t.id LIMIT {ROWS_AT_ONCE}",
            last,
            *values,
        ):
            yield rows
            last = rows[-1][0]
        named = sorted(self._named.get(shape.name, ()))
        if named:
            yield self._database.rows_in(
                self._connection,
                f"SELECT {wanted} FROM {table} t {captions} WHERE t.id IN ({{in}}) ORDER BY t.id",
                named,
            )

    # -- steps

    def _rows(self, statement: str, *values: Any) -> Rows:
        return self._database.rows(self._connection, statement, values)

    def _chosen(self, entity: Entity) -> tuple[str, str, list[Any]]:
        """Joins, conditions and their values, by which the living rows of an entity are chosen."""
        joins, aliases = parents(self._schema, entity)
        conditions = ["t.deleted=0", *(f"{alias}.deleted=0" for alias in aliases)]
        values: list[Any] = []
        if self._choice.division is not None and not is_of_the_company(entity):
            conditions.append("t.feed_id=?")
            values.append(self._choice.division)
        if self._choice.since_ms is not None:
            condition, count = self._changed(entity)
            conditions.append(condition)
            values += [self._choice.since_ms] * count
        return joins, " AND ".join(conditions), values

    def _changed(self, entity: Entity) -> tuple[str, int]:
        """The condition that a row, or anything in its document, was changed since; how many values it takes."""
        root = entity.name if entity.is_document_root else root_of(self._schema, entity)
        if root is None:
            return "t.changed_at>=?", 1
        head = "t" if root == entity.name else "p0"
        found = [f"{head}.changed_at>=?"]
        for part in self._schema:
            if root_of(self._schema, part) == root:
                column = quoted(str(getattr(part.scope, "via", "")))
                found.append(
                    f"EXISTS (SELECT 1 FROM {quoted(part.name)} d WHERE d.{column}={head}.id AND d.changed_at>=?)"
                )
        return f"({' OR '.join(found)})", len(found)

    def _named_dead(self, shapes: Sequence[Shape]) -> dict[str, set[bytes]]:
        """The deleted rows of these shapes that rows of theirs name, and that those name in turn."""
        exported = {shape.name for shape in shapes if shape.comes_back}
        found: dict[str, set[bytes]] = defaultdict(set)
        fresh: dict[str, set[bytes]] = defaultdict(set)
        for shape in shapes:
            joins, where, values = self._chosen(shape.entity)
            for item in shape.entity.references if shape.comes_back else ():
                if item.ref in self._with_dead & exported:
                    named = self._rows(
                        f"SELECT DISTINCT r.id FROM {quoted(shape.name)} t {joins} "
                        f"JOIN {quoted(item.ref)} r ON r.id=t.{quoted(item.name)} AND r.deleted=1 WHERE {where}",
                        *values,
                    )
                    fresh[item.ref].update(row_id for (row_id,) in named)
        while any(fresh.values()):
            later: dict[str, set[bytes]] = defaultdict(set)
            for table, ids in fresh.items():
                found[table] |= ids
                for item in self._schema[table].references:
                    if item.ref in self._with_dead & exported:
                        named = self._database.rows_in(
                            self._connection,
                            f"SELECT r.id FROM {quoted(table)} t JOIN {quoted(item.ref)} r "
                            f"ON r.id=t.{quoted(item.name)} AND r.deleted=1 WHERE t.id IN ({{in}})",
                            sorted(ids),
                        )
                        later[item.ref].update(row_id for (row_id,) in named)
            fresh = {table: ids - found[table] for table, ids in later.items()}
        return found
