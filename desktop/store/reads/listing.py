"""Reading long lists page by page, by key and never by OFFSET: each page says from which row on it goes.

A list has one order at a time: a sort expression and the id, so no two rows stand in the same place. Forward pages
begin after a row, backward pages end before one. Every so often along the list stands a *post*, the row before a page:
with the posts any page is reached in one step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection

from desktop.store.driver import fetch
from desktop.store.search import index
from desktop.store.search.find import Typed, matching
from desktop.store.search.query import Query
from desktop.store.search.query_read import read
from desktop.store.search.query_sql import NOWHERE, Sql, Viewpoint, condition
from desktop.store.search.query_words import QueryField
from desktop.store.search.sources import BY_TABLE

PAGE: Final = 200
Row = Mapping[str, Any]
"""One row of a list: its ``id``, its columns by name, and ``key``, the value it is sorted by."""
Key = tuple[Any, bytes]
"""Where a row stands: its sort value and its id."""


@dataclass(frozen=True)
class Column:
    """What a list reads. ``sql`` is an expression over the list's table ``t``, made from no input."""

    name: str
    sql: str
    is_sortable: bool = True


@dataclass(frozen=True)
class Condition:
    """What narrows a list: an expression over ``t`` with ``?`` for each of ``values``. Empty: everything."""

    sql: str = ""
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Listing:
    """A list: a table, what is read of its rows, the tables whose changes can be seen in it, and by what it is filtered."""

    table: str
    columns: tuple[Column, ...]
    sort: str
    concerns: tuple[str, ...] = ()
    is_descending: bool = False
    fields: tuple[QueryField, ...] = ()

    def column(self, name: str) -> Column:
        """A column by name.

        :raises KeyError: there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


@dataclass(frozen=True)
class Reading:
    """A list in one order under one condition. ``text`` is a filter in the query language (docs/filters.md), empty:
    everything; ``viewpoint`` says for it what today is and who *me* is.

    All methods are read queries: they take a connection and give plain values. They raise `QueryError` when the filter
    cannot be understood.
    """

    listing: Listing
    sort: str = ""
    is_descending: bool = False
    condition: Condition = field(default_factory=Condition)
    text: str = ""
    viewpoint: Viewpoint = NOWHERE

    @cached_property
    def query(self) -> Query:
        """What the filter says.

        :raises QueryError: code 1201; it cannot be understood.
        """
        return read(self.text, self.listing.fields)

    @property
    def sorted_by(self) -> Column:
        """The column that decides the order."""
        return self.listing.column(self.sort or self.listing.sort)

    def count(self, connection: Connection) -> int:
        """How many rows there are."""
        where, values = self._where(connection)
        ((found,),) = fetch(connection, f"SELECT count(*) FROM {self.listing.table} t WHERE {where}", values)
        return int(found)

    def forward(self, connection: Connection, after: Key | None = None, *, rows: int = PAGE) -> list[Row]:
        """The rows after a place, or the first ones."""
        return self._rows(connection, after, rows=rows, is_backward=False)

    def backward(self, connection: Connection, before: Key | None = None, *, rows: int = PAGE) -> list[Row]:
        """The rows before a place, or the last ones, in the order of the list."""
        return self._rows(connection, before, rows=rows, is_backward=True)[::-1]

    def posts(self, connection: Connection) -> list[Key]:
        """For every page but the first, the row before it."""
        where, values = self._where(connection)
        order = self._order(is_backward=False)
        found = fetch(
            connection,
            f"SELECT key, id FROM (SELECT {self.sorted_by.sql} AS key, t.id AS id, row_number() OVER (ORDER BY {order}) AS n "
            f"FROM {self.listing.table} t WHERE {where}) WHERE n % {PAGE} = 0 ORDER BY n",
            values,
        )
        return [(key, row_id) for key, row_id in found]

    def place_of(self, connection: Connection, row_id: bytes) -> int | None:
        """At which place (from 0) a row stands; None when it is not in the list."""
        where, values = self._where(connection)
        table, key = self.listing.table, self.sorted_by.sql
        found = fetch(
            connection, f"SELECT {key} FROM {table} t WHERE {where} AND t.id = ?", (*values, row_id)
        )
        if not found:
            return None
        beyond = ">" if self.is_descending else "<"
        ((place,),) = fetch(
            connection,
            f"SELECT count(*) FROM {table} t WHERE {where} AND ({key}, t.id) {beyond} (?, ?)",
            (*values, found[0][0], row_id),
        )
        return int(place)

    def everything(self, connection: Connection) -> Iterator[Row]:
        """All rows in their order, read page by page: for exports."""
        after: Key | None = None
        while rows := self.forward(connection, after):
            yield from rows
            after = place(rows[-1])

    def _rows(self, connection: Connection, key: Key | None, *, rows: int, is_backward: bool) -> list[Row]:
        where, values = self._where(connection)
        sort = self.sorted_by.sql
        if key is not None:
            beyond = "<" if self.is_descending != is_backward else ">"
            where, values = f"{where} AND ({sort}, t.id) {beyond} (?, ?)", (*values, *key)
        chosen = ", ".join(column.sql for column in self.listing.columns)
        found = fetch(
            connection,
            f"SELECT t.id, {sort}, {chosen} FROM {self.listing.table} t WHERE {where} "
            f"ORDER BY {self._order(is_backward=is_backward)} LIMIT ?",
            (*values, rows),
        )
        names = ("id", "key", *(column.name for column in self.listing.columns))
        return [dict(zip(names, row, strict=True)) for row in found]

    def _order(self, *, is_backward: bool) -> str:
        way = "DESC" if self.is_descending != is_backward else "ASC"
        return f"{self.sorted_by.sql} {way}, t.id {way}"

    def _where(self, connection: Connection) -> tuple[str, tuple[Any, ...]]:
        parts, values = ["t.deleted = 0"], list(self.condition.values)
        if self.condition.sql:
            parts.append(f"({self.condition.sql})")
        if self.text.strip():

            def words(text: str) -> Sql:
                return _words(connection, self.listing.table, text)

            sql, found = condition(self.query, self.listing.fields, self.viewpoint, words)
            parts.append(f"({sql})")
            values += found
        return " AND ".join(parts), tuple(values)


def values_of(connection: Connection, listing: Listing, field: QueryField, *, most: int = 200) -> list[str]:
    """The values that a field has in a list, the most frequent first: to be offered."""
    found = fetch(
        connection,
        f"SELECT {field.sql} AS value FROM {listing.table} t WHERE t.deleted = 0 GROUP BY value ORDER BY count(*) DESC LIMIT ?",
        (most,),
    )
    return [str(value) for (value,) in found if value]


def place(row: Row) -> Key:
    """Where a row stands in the list that it was read from."""
    return row["key"], row["id"]


NEAR: Final = 60
"""So many rows are found where only a slip in what was typed finds any."""


def _words(connection: Connection, table: str, text: str) -> Sql:
    """Rows that words find: by the search index, or before that is made, by what their title holds. Where they find
    nothing, one slip is forgiven.
    """
    source = BY_TABLE[table]
    typed = Typed(text)
    if not typed.words or not index.is_made(connection):
        return f"instr(lower(t.{source.names[0]}), lower(?)) > 0", (text.strip(),)
    found = "SELECT rowid FROM search_text WHERE search_text MATCH ? AND rowid > ? AND rowid < ?"
    values = (typed.anywhere, *index.documents(source))
    if fetch(connection, f"{found} LIMIT 1", values) or not typed.with_slips:
        return f"t.id IN (SELECT row_id FROM search_row WHERE doc IN ({found}))", values
    ids = matching(connection, text, table, most=NEAR)
    return f"t.id IN ({', '.join('?' * len(ids))})", tuple(ids)
