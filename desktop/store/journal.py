"""The journal: what this laptop did, in order, and where each changeset stands with the office.

All functions work in the transaction of the connection they are given; none of them writes a replicated table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, select

from crm.changes.codec import decode
from crm.changes.ops import BIRTH, Changeset, Outcome
from crm.changes.view import Key
from desktop.store.driver import fetch, fetch_in
from desktop.store.tables import LIVE, JournalState, Touch, journal

_TOUCHES: Final = f"touch <> {Touch.REFERRED:d}"
_BODIES: Final = 200
"""Bodies that are read at a time."""
_NUMBERED: Final = "local_seq, change_id, n, state, outcome, code, message"
REFUSED: Final = frozenset({"rejected", "quarantined"})
"""Outcomes after which a changeset is parked; all others are done."""
_IS_REFUSED: Final = (
    f"(j.state = '{JournalState.PARKED}' OR (j.state = '{JournalState.ANSWERED}' AND j.outcome IN "
    f"({', '.join(repr(kind) for kind in sorted(REFUSED))})))"
)


@dataclass(frozen=True)
class Entry:
    """One line of the journal. ``n``, ``hash`` and ``incarnation`` are None until the first sending begins."""

    local_seq: int
    change_id: bytes
    intent: str
    root_table: str | None
    root_id: bytes | None
    stamp: int
    business_date: str
    body: bytes
    state: JournalState
    n: int | None
    hash: bytes | None
    incarnation: bytes | None
    outcome: str | None
    code: int
    message: str
    details: dict[str, Any]
    created_ms: int
    sent_ms: int | None
    answered_ms: int | None

    @property
    def is_refused(self) -> bool:
        """Whether the office refused it."""
        return self.outcome in REFUSED

    def changeset(self) -> Changeset:
        """What it did."""
        return decode(Changeset, self.body)


class Numbered(NamedTuple):
    """What an outcome needs to know of an entry that has a number."""

    local_seq: int
    change_id: bytes
    n: int
    state: str
    outcome: str | None
    code: int
    message: str


class Mark(NamedTuple):
    """One row of ``journal_row``: how a changeset concerns a row, and the document the row is part of."""

    table: str
    row_id: bytes
    touch: Touch
    root_id: bytes


def _entry(row: Any) -> Entry:
    values = dict(row._mapping)
    values["state"] = JournalState(values["state"])
    values["details"] = msgspec.msgpack.decode(values["details"]) if values["details"] else {}
    return Entry(**values)


def entries(
    connection: Connection, *conditions: ColumnElement[bool], limit: int | None = None
) -> list[Entry]:
    """Entries that meet all conditions, in order of ``local_seq``."""
    query = select(journal).where(*conditions).order_by(journal.c.local_seq)
    if limit is not None:
        query = query.limit(limit)
    return [_entry(row) for row in connection.execute(query)]


def find(connection: Connection, change_id: bytes) -> Entry | None:
    """The entry of one changeset."""
    found = entries(connection, journal.c.change_id == change_id)
    return found[0] if found else None


def unanswered(connection: Connection, change_ids: Sequence[bytes]) -> dict[bytes, Numbered]:
    """Those of these changesets whose sending began and that have no outcome yet, by id."""
    rows = fetch_in(
        connection,
        f"SELECT {_NUMBERED} FROM journal WHERE state = '{JournalState.SENDING}' AND change_id IN ({{in}})",
        change_ids,
    )
    return {entry.change_id: entry for entry in map(Numbered._make, rows)}


def unsettled(connection: Connection, incarnation: bytes, upto_n: int) -> list[Numbered]:
    """The entries up to a number that are sent or answered and that no receipt has named yet, in order."""
    rows = fetch(
        connection,
        f"SELECT {_NUMBERED} FROM journal WHERE incarnation = ? AND n <= ? "
        f"AND state IN ('{JournalState.SENDING}', '{JournalState.ANSWERED}') ORDER BY n",
        (incarnation, upto_n),
    )
    return [Numbered._make(row) for row in rows]


def append(
    connection: Connection,
    changeset: Changeset,
    body: bytes,
    *,
    document: Key | None,
    marks: Iterable[Mark],
    state: JournalState,
    now_ms: int,
) -> int:
    """Write a new entry with its marks; gives its ``local_seq``."""
    inserted = connection.exec_driver_sql(
        "INSERT INTO journal (change_id, intent, root_table, root_id, stamp, business_date, body, state, code, "
        "message, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, '', ?)",
        (
            changeset.change_id,
            changeset.intent,
            document[0] if document else None,
            document[1] if document else None,
            changeset.stamp,
            changeset.business_date,
            body,
            state.value,
            now_ms,
        ),
    )
    local_seq = int(inserted.lastrowid)
    rows = [(mark.table, mark.row_id, local_seq, int(mark.touch), mark.root_id) for mark in marks]
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO journal_row (table_name, row_id, local_seq, touch, root_id) VALUES (?, ?, ?, ?, ?)",
            rows,
        )
    return local_seq


def marks_of(connection: Connection, local_seqs: Collection[int]) -> dict[int, list[Mark]]:
    """The marks of live entries."""
    found: dict[int, list[Mark]] = {}
    rows = fetch_in(
        connection,
        "SELECT local_seq, table_name, row_id, touch, root_id FROM journal_row WHERE local_seq IN ({in})",
        local_seqs,
    )
    for local_seq, table, row_id, touch, root_id in rows:
        found.setdefault(local_seq, []).append(Mark(table, row_id, Touch(touch), root_id))
    return found


def live_roots(connection: Connection) -> set[bytes]:
    """The documents (and single rows) that live changesets touch."""
    return _ids(fetch(connection, f"SELECT DISTINCT root_id FROM journal_row WHERE {_TOUCHES}"))


def changesets_on(connection: Connection, roots: Collection[bytes]) -> Iterator[Changeset]:
    """The live changesets that touch any of these documents, in order."""
    seqs = fetch_in(
        connection,
        f"SELECT DISTINCT local_seq FROM journal_row WHERE {_TOUCHES} AND root_id IN ({{in}})",
        roots,
    )
    # One part of the bodies after the other: all that waits may be large.
    wanted = sorted(_ids(seqs))
    for start in range(0, len(wanted), _BODIES):
        bodies = fetch_in(
            connection,
            "SELECT local_seq, body FROM journal WHERE local_seq IN ({in})",
            wanted[start : start + _BODIES],
        )
        for _local_seq, body in sorted(bodies):
            yield decode(Changeset, body)


def roots_of(connection: Connection, local_seqs: Collection[int]) -> set[bytes]:
    """The documents that these live entries touch."""
    return _ids(
        fetch_in(
            connection,
            f"SELECT DISTINCT root_id FROM journal_row WHERE {_TOUCHES} AND local_seq IN ({{in}})",
            local_seqs,
        )
    )


def is_blocked(connection: Connection, marks: Sequence[Mark]) -> bool:
    """Whether a changeset with these marks rests on one that the office refused, or that is parked with one."""
    refused = fetch_in(
        connection,
        "SELECT r.table_name, r.row_id, r.touch FROM journal_row r JOIN journal j ON j.local_seq = r.local_seq "
        f"WHERE {_TOUCHES} AND {_IS_REFUSED} AND r.row_id IN ({{in}})",
        {mark.row_id for mark in marks},
    )
    born = {(table, row_id) for table, row_id, touch in refused if touch == Touch.BORN}
    touched = {(table, row_id) for table, row_id, _ in refused}
    return any(
        (mark.table, mark.row_id) in (born if mark.touch is Touch.REFERRED else touched) for mark in marks
    )


def dependents(connection: Connection, local_seq: int, states: Collection[JournalState]) -> list[int]:
    """The later live entries in one of ``states`` that rest on this one: the same row, or a reference to a row it
    created; and those that rest on these, and so on. In order.
    """
    rest = [(local_seq, marks_of(connection, [local_seq]).get(local_seq, []))]
    found: set[int] = set()
    while rest:
        seq, marks = rest.pop()
        candidates: set[int] = set()
        for mark in marks:
            if mark.touch is Touch.REFERRED:
                continue
            later_marks = fetch(
                connection,
                "SELECT local_seq, touch FROM journal_row WHERE row_id = ? AND table_name = ? AND local_seq > ?",
                (mark.row_id, mark.table, seq),
            )
            for later, touch in later_marks:
                if touch != int(Touch.REFERRED) or mark.touch is Touch.BORN:
                    candidates.add(later)
        fresh = _in_states(connection, candidates - found, states)
        found |= fresh
        rest += list(marks_of(connection, fresh).items())
    return sorted(found)


def _in_states(connection: Connection, seqs: Collection[int], states: Collection[JournalState]) -> set[int]:
    named = fetch_in(connection, "SELECT local_seq, state FROM journal WHERE local_seq IN ({in})", seqs)
    return {local_seq for local_seq, state in named if state in states}


# --- moves ----------------------------------------------------------------------------------------------------------


def number(
    connection: Connection,
    chosen: Sequence[tuple[int, int, bytes]],
    *,
    incarnation: bytes,
    now_ms: int,
) -> None:
    """waiting → sending: entries (local_seq, n, hash) get their numbers."""
    connection.exec_driver_sql(
        f"UPDATE journal SET state = '{JournalState.SENDING}', n = ?, hash = ?, incarnation = ?, sent_ms = ? "
        "WHERE local_seq = ?",
        [(n, digest, incarnation, now_ms, local_seq) for local_seq, n, digest in chosen],
    )


def answer(connection: Connection, answers: Sequence[tuple[Numbered, Outcome]], now_ms: int | None) -> None:
    """sending → answered. The rows stay as they are."""
    if answers:
        connection.exec_driver_sql(
            f"UPDATE journal SET state = '{JournalState.ANSWERED}', outcome = ?, code = ?, message = ?, details = ?, "
            "answered_ms = ? WHERE local_seq = ?",
            [
                (
                    outcome.kind,
                    outcome.code,
                    outcome.text,
                    msgspec.msgpack.encode(outcome.details) if outcome.details else None,
                    now_ms,
                    entry.local_seq,
                )
                for entry, outcome in answers
            ],
        )


def park(connection: Connection, local_seqs: Collection[int]) -> None:
    """→ parked. The rows stay visible."""
    _move(connection, local_seqs, JournalState.PARKED)


def finish(connection: Connection, local_seqs: Collection[int]) -> None:
    """→ done: no longer replayed."""
    _move(connection, local_seqs, JournalState.DONE)
    unmark(connection, local_seqs)


def discard(connection: Connection, local_seqs: Collection[int]) -> None:
    """→ discarded: no longer replayed. What never got a number leaves no body behind."""
    _move(connection, local_seqs, JournalState.DISCARDED)
    _each(connection, "UPDATE journal SET body = x'' WHERE local_seq = ? AND n IS NULL", local_seqs)
    unmark(connection, local_seqs)


def unmark(connection: Connection, local_seqs: Collection[int]) -> None:
    """Take the marks away: the entries are not live any more."""
    _each(connection, "DELETE FROM journal_row WHERE local_seq = ?", local_seqs)


def prune(connection: Connection, *, incarnation: bytes, durable_n: int) -> None:
    """Forget finished entries that the office's backup surely holds."""
    connection.execute(
        delete(journal).where(
            journal.c.incarnation == incarnation,
            journal.c.n <= durable_n,
            journal.c.state.in_([JournalState.DONE.value, JournalState.DISCARDED.value]),
        )
    )


def _move(connection: Connection, local_seqs: Collection[int], state: JournalState) -> None:
    _each(connection, f"UPDATE journal SET state = '{state}' WHERE local_seq = ?", local_seqs)


def _each(connection: Connection, statement: str, local_seqs: Collection[int]) -> None:
    if local_seqs:
        connection.exec_driver_sql(statement, [(local_seq,) for local_seq in sorted(local_seqs)])


def _ids(rows: Iterable[tuple[Any, ...]]) -> set[Any]:
    return {row_id for (row_id,) in rows}


def document_of(changeset: Changeset, marks: Sequence[Mark]) -> Key | None:
    """The one document a changeset is about (table and id of its root), or the one row; None when it is more."""
    roots = {mark.root_id for mark in marks if mark.touch in (Touch.CHANGED, Touch.BORN)}
    if len(roots) != 1:
        return None
    (root_id,) = roots
    for op in changeset.ops:
        if op.id == root_id:
            return op.table, root_id
    return None


def touch_of(kind: int) -> Touch:
    """How an operation of this kind concerns its row."""
    return Touch.BORN if kind == BIRTH else Touch.CHANGED


ALL_LIVE: Final = frozenset(JournalState(value) for value in LIVE)
