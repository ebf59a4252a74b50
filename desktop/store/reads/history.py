"""What became of a record: every change that this laptop knows of, its own and those that came from the office.

Its own stand in the journal, with what was meant and how the office answered; those of others were noted when a page
brought them (`desktop.store.trace`). The office's pages echo what was sent from here: an echo is not told twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from crm.changes.ops import BIRTH, Op
from crm.changes.view import Key
from crm.schema import SCHEMA
from desktop.store import journal as log
from desktop.store import trace
from desktop.store.driver import fetch
from desktop.store.reads.captions import Caption, captions
from desktop.store.tables import JournalState, journal
from desktop.store.trace import TRACED, Fields

MOST: Final = 500
"""Changes of one record that are told, the newest."""


@dataclass(frozen=True)
class Change:
    """One change of one row.

    ``fields`` maps a field to (old, new); of a record that was ``born`` here, old is None. ``by`` is a person's id, None
    where nobody is known. ``intent``, ``state``, ``change_id`` and ``code`` are those of this laptop's changeset; a
    change that came from the office has none of them.
    """

    at_ms: int
    by: bytes | None
    table: str
    row_id: bytes
    fields: Fields
    born: bool = False
    intent: str = ""
    state: str = ""
    change_id: bytes | None = None
    code: int = 0

    @property
    def is_from_here(self) -> bool:
        """Whether it was made on this laptop."""
        return self.change_id is not None

    @property
    def is_waiting(self) -> bool:
        """Whether it may still be taken back: its sending did not begin."""
        return self.state == JournalState.WAITING.value


@dataclass(frozen=True)
class History:
    """The changes of a record, the newest first, with what people call the rows that are named in them.

    ``currency`` is that of the record's amounts; ``is_here``: the record itself is on this laptop.
    """

    table: str
    row_id: bytes
    changes: tuple[Change, ...]
    captions: Mapping[Key, Caption] = field(default_factory=dict)
    currency: str = ""
    is_here: bool = True


def history(connection: Connection, *, table: str, row_id: bytes) -> History:
    """What this laptop knows of a record's past; an order has its lines with it."""
    keys = [(table, row_id), *_lines(connection, table, row_id)]
    own = [
        change
        for entry in _entries(connection, [row_id])
        for change in _of_entry(entry)
        if (change.table, change.row_id) in keys
    ]
    came = [_came(*item) for key in keys for item in trace.of_row(connection, *key)]
    changes = _joined(own, came)
    row = _row(connection, table, row_id)
    changes += _birth(table, row_id, row, changes)
    return History(
        table,
        row_id,
        tuple(changes[:MOST]),
        captions(connection, _named(changes, table, row_id)),
        row.get("currency") or row.get("credit_currency") or "",
        bool(row),
    )


def _lines(connection: Connection, table: str, row_id: bytes) -> list[Key]:
    if table != "sales_order":
        return []
    found = fetch(connection, "SELECT id FROM order_line WHERE order_id = ?", (row_id,))
    return [("order_line", line_id) for (line_id,) in found]


def changes_of_customer(
    connection: Connection, customer_id: bytes, rows: Collection[bytes], *, most: int
) -> list[Change]:
    """The last changes in a customer's unit, the newest first. ``rows`` are the ids of its rows that count."""
    own = [
        change
        for entry in _entries(connection, [customer_id, *rows])
        for change in _of_entry(entry)
        if change.row_id == customer_id or change.row_id in rows
    ]
    came = [_came(*item) for item in trace.of_unit(connection, customer_id, most=most)]
    return _joined(own, came)[:most]


# --- this laptop's own --------------------------------------------------------------------------------------------------


def _entries(connection: Connection, ids: Sequence[bytes]) -> Iterator[log.Entry]:
    """Changesets that may be about one of these rows, the oldest first.

    Those of one document name it; the others are looked through: an id stands in a body as it is.
    """
    found: set[int] = set()
    for begin in range(0, len(ids), 400):
        part = ids[begin : begin + 400]
        marks = ",".join("?" * len(part))
        found.update(
            seq
            for (seq,) in fetch(connection, f"SELECT local_seq FROM journal WHERE root_id IN ({marks})", part)
        )
    loose = fetch(
        connection, "SELECT local_seq, body FROM journal WHERE root_id IS NULL OR instr(body, ?) > 0", ids[:1]
    )
    found.update(seq for seq, body in loose if any(row_id in body for row_id in ids))
    wanted = sorted(found)
    for begin in range(0, len(wanted), 400):
        yield from log.entries(connection, journal.c.local_seq.in_(wanted[begin : begin + 400]))


def _of_entry(entry: log.Entry) -> Iterator[Change]:
    if entry.state is JournalState.DISCARDED or not entry.body:
        return
    changeset = entry.changeset()
    for op in changeset.ops:
        fields = _fields(op)
        if fields or op.kind == BIRTH:
            yield Change(
                entry.created_ms,
                changeset.actor,
                op.table,
                op.id,
                fields,
                born=op.kind == BIRTH,
                intent=entry.intent,
                state=entry.state.value,
                change_id=entry.change_id,
                code=entry.code,
            )


def _fields(op: Op) -> Fields:
    if op.kind == BIRTH:
        return {name: (None, value) for name, value in op.fields.items() if value not in (None, "", 0)}
    return {name: (old, new) for name, (old, new) in op.fields.items()}


# --- what came from the office ------------------------------------------------------------------------------------------


def _came(table: str, row_id: bytes, at_ms: int, by: bytes | None, fields: Fields) -> Change:
    return Change(at_ms, by, table, row_id, fields)


def _joined(own: Sequence[Change], came: Iterable[Change]) -> list[Change]:
    """Both in order, the newest first, without the echoes of our own."""
    ours: dict[tuple[str, bytes], list[Change]] = {}
    for change in own:
        if change.state in _ECHOED:
            ours.setdefault((change.table, change.row_id), []).append(change)
    rest = []
    for change in came:
        mine = ours.get((change.table, change.row_id), ())
        fields = {
            name: pair
            for name, pair in change.fields.items()
            if not any(
                each.by == change.by and name in each.fields and each.fields[name][1] == pair[1]
                for each in mine
            )
        }
        if fields:
            rest.append(Change(change.at_ms, change.by, change.table, change.row_id, fields))
    return sorted([*reversed(own), *reversed(rest)], key=lambda change: -change.at_ms)


_ECHOED: Final = frozenset({JournalState.ANSWERED.value, JournalState.DONE.value})


def _row(connection: Connection, table: str, row_id: bytes) -> Mapping[str, Any]:
    if table not in TRACED:
        return {}
    found = connection.exec_driver_sql(f"SELECT * FROM {table} WHERE id = ?", (row_id,)).first()
    return dict(found._mapping) if found is not None else {}


def _birth(table: str, row_id: bytes, row: Mapping[str, Any], known: Sequence[Change]) -> list[Change]:
    """That the record was made, where no changeset of ours says so."""
    if not row or not row["created_at"] or any(change.born and change.row_id == row_id for change in known):
        return []
    return [Change(row["created_at"], row["created_by"], table, row_id, {}, born=True)]


# --- names --------------------------------------------------------------------------------------------------------------


def _named(changes: Iterable[Change], table: str, row_id: bytes) -> set[Key]:
    """Every row whose name may be asked for."""
    named: set[Key] = {(table, row_id)}
    for change in changes:
        named.add((change.table, change.row_id))
        if change.by is not None:
            named.add(("app_user", change.by))
        for name, pair in change.fields.items():
            item = SCHEMA[change.table].fields.get(name)
            if item is not None and item.ref is not None:
                named.update((item.ref, value) for value in pair if isinstance(value, bytes))
    return named


def named_in(changes: Iterable[Change], customer_id: bytes) -> set[Key]:
    """Every row that these changes of a customer name."""
    return _named(changes, "customer", customer_id)
