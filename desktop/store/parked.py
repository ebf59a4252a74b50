"""Taking back what was not sent, and dealing with what the office refused."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

import msgspec
from sqlalchemy import Connection

from crm.changes.codec import encode_changeset
from crm.changes.view import Key, Rulebook
from desktop.store import journal as log
from desktop.store import overlay
from desktop.store.errors import ChangeSent, ChangeUnknown
from desktop.store.rows import AllRows
from desktop.store.tables import JournalState, Touch, journal

_UNSENT: Final = frozenset({JournalState.WAITING, JournalState.PARKED})


def discard(
    connection: Connection,
    rows: AllRows,
    rulebook: Rulebook,
    change_id: bytes,
    *,
    states: Collection[JournalState] = _UNSENT,
) -> tuple[list[bytes], set[Key]]:
    """Drop a changeset that is in one of ``states`` and those that rest on it and were not sent; the rows become
    what they are without them. Gives the ids of the dropped changesets and the rows that changed.

    :raises ChangeUnknown: there is no such changeset. :raises ChangeSent: it is in another state.
    """
    entry = _require(connection, change_id, states)
    dropped = [entry.local_seq, *log.dependents(connection, entry.local_seq, _UNSENT)]
    roots = log.roots_of(connection, dropped)
    ids = [other.change_id for other in log.entries(connection, journal.c.local_seq.in_(dropped))]
    log.discard(connection, dropped)
    return ids, overlay.settle(connection, rows, rulebook, roots=roots)


def resend(
    connection: Connection,
    rows: AllRows,
    rulebook: Rulebook,
    change_id: bytes,
    *,
    new_id: Callable[[], bytes],
    stamp: Callable[[], int],
    now_ms: int,
) -> tuple[list[bytes], set[Key]]:
    """Put a parked changeset and its parked dependents into the queue again: the same operations in the same order
    under new ids. Gives the new ids and the rows that changed: what goes again comes after what was done meanwhile, so
    where both set a value the one that goes again is shown, as the office will have it.

    :raises ChangeUnknown: there is no such changeset. :raises ChangeSent: it is not parked.
    """
    entry = _require(connection, change_id, {JournalState.PARKED})
    again = [
        entry.local_seq,
        *log.dependents(connection, entry.local_seq, [JournalState.PARKED]),
    ]
    marks = log.marks_of(connection, again)
    new_ids = []
    for old in log.entries(connection, journal.c.local_seq.in_(again)):
        changeset = msgspec.structs.replace(old.changeset(), change_id=new_id(), stamp=stamp())
        document = (
            (old.root_table, old.root_id) if old.root_table is not None and old.root_id is not None else None
        )
        log.append(
            connection,
            changeset,
            encode_changeset(changeset),
            document=document,
            marks=marks.get(old.local_seq, []),
            state=JournalState.WAITING,
            now_ms=now_ms,
        )
        log.discard(connection, [old.local_seq])
        new_ids.append(changeset.change_id)
    roots = {mark.root_id for some in marks.values() for mark in some if mark.touch is not Touch.REFERRED}
    return new_ids, overlay.settle(connection, rows, rulebook, roots=roots)


def _require(connection: Connection, change_id: bytes, states: Collection[JournalState]) -> log.Entry:
    entry = log.find(connection, change_id)
    if entry is None:
        raise ChangeUnknown()
    if entry.state not in states:
        raise ChangeSent(state=entry.state.value)
    return entry
