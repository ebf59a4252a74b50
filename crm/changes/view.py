"""Rows as the merge and the rules see them: plain dictionaries of stored values, with unwritten changes on top."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

from crm.changes.actor import Actor, Standing
from crm.changes.entity import Entity, Row, Wire
from crm.errors import Detail


class View(Protocol):
    """Reads merged rows. Deleted rows are in it; ask ``row["deleted"]``."""

    def get(self, table: str, row_id: bytes) -> Row | None:
        """The row, or None when the office has never seen it."""
        ...

    def children(self, table: str, column: str, value: bytes, only: tuple[str, ...] = ()) -> Sequence[Row]:
        """The rows of ``table`` whose ``column`` holds ``value``, in order of id.

        ``only`` names the columns that suffice, ``id`` and ``column`` among them; a view may give more of a row.
        """
        ...

    def standing(self, unit: bytes) -> Standing | None:
        """Division and editors of a unit, or None when there is no such unit."""
        ...


Key: TypeAlias = tuple[str, bytes]


class StoredRows(list[Row]):
    """Rows as they are stored, which nobody changes: what was made of them, by kind, is kept with them."""

    __slots__ = ("made",)

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        super().__init__(rows)
        self.made: dict[type, Any] = {}


class Overlay:
    """Changes on top of a `View`, in memory. Layers stack; `onto` moves the changes one layer down."""

    def __init__(self, below: View) -> None:
        self._below = below
        self.rows: dict[str, dict[bytes, Row]] = {}
        self.standings: dict[bytes, Standing] = {}
        self._indexes: dict[str, dict[str, dict[Wire, set[bytes]]]] = {}

    def get(self, table: str, row_id: bytes) -> Row | None:
        """See `View.get`."""
        found = self.rows.get(table)
        row = found.get(row_id) if found is not None else None
        return row if row is not None else self._below.get(table, row_id)

    def children(self, table: str, column: str, value: bytes, only: tuple[str, ...] = ()) -> Sequence[Row]:
        """See `View.children`."""
        below = self._below.children(table, column, value, only)
        mine = self.rows.get(table)
        if not mine:
            return below
        here = self._indexed(table, column, mine).get(value)
        if not here and not any(_id(row) in mine for row in below):
            return below
        found = {_id(row): row for row in below if _id(row) not in mine}
        if here:
            found.update((row_id, mine[row_id]) for row_id in here)
        return [found[key] for key in sorted(found)]

    def _indexed(self, table: str, column: str, rows: Mapping[bytes, Row]) -> dict[Wire, set[bytes]]:
        """The ids of this layer's rows by their value in a column; kept up to date by `put` once it was asked for."""
        index = self._indexes.setdefault(table, {}).get(column)
        if index is None:
            index = self._indexes[table][column] = {}
            for row_id, row in rows.items():
                index.setdefault(row[column], set()).add(row_id)
        return index

    def standing(self, unit: bytes) -> Standing | None:
        """See `View.standing`."""
        found = self.standings.get(unit)
        return found if found is not None else self._below.standing(unit)

    def put(self, table: str, row: Row) -> None:
        """Set a row in this layer. A row that is in it may not be changed in an indexed column afterwards."""
        row_id = _id(row)
        rows = self.rows.setdefault(table, {})
        before = rows.get(row_id)
        rows[row_id] = row
        indexes = self._indexes.get(table)
        if indexes is None:
            return
        for column, index in indexes.items():
            if before is not None:
                index[before[column]].discard(row_id)
            index.setdefault(row[column], set()).add(row_id)

    def onto(self, below: Overlay) -> None:
        """Move everything of this layer into the one below it."""
        for table, rows in self.rows.items():
            for row in rows.values():
                below.put(table, row)
        below.standings.update(self.standings)


def _id(row: Row) -> bytes:
    value = row["id"]
    assert isinstance(value, bytes)
    return value


# --- rules of a subject, called by the merge ------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """What a rule says about a change.

    ``reject`` undoes the whole changeset (hard rules: rights, moves). ``conflict`` keeps the office's rows of the
    document and leaves a conflict for a person. ``look`` lets it pass and marks it *needs a look* (soft rules).
    ``code`` is an error number for reject and conflict, and a word for a look.
    """

    kind: Literal["reject", "conflict", "look"]
    code: int | str
    text: str
    details: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True)
class Want:
    """Rows that a rule will ask for: those of ``table`` whose ``column`` is one of ``values``; ``only`` as in
    `View.children`.
    """

    table: str
    column: str
    values: frozenset[bytes]
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """One document (or single row) as a changeset leaves it.

    ``before`` is the root row as the office had it (None: new); ``after`` as merged. ``fields`` are the fields of
    the root row that this changeset changed; ``touched`` the rows of the document it wrote, as (table, id).
    """

    entity: Entity
    before: Row | None
    after: Row
    fields: frozenset[str]
    touched: tuple[Key, ...]
    actor: Actor
    intent: str
    business_date: str
    now_ms: int


class Rules(Protocol):
    """What a subject adds to the generic merge of one root entity. All of it is pure.

    ``wants`` names further rows to read for these roots; each want is read before the next is asked for, so that
    later ones can rest on what ``view`` then holds. ``derive`` gives the derived fields of the root and
    of its lines after the merge; ``judge`` says what is wrong or worth a look.
    """

    def wants(self, view: View, roots: Iterable[Row]) -> Iterator[Want]: ...

    def derive(self, view: View, root: Row) -> Mapping[Key, Mapping[str, Wire]]: ...

    def judge(self, view: View, change: Change) -> Iterable[Finding]: ...


Rulebook: TypeAlias = Mapping[str, Rules]
"""Root table name to the rules of its subject."""
