"""What goes to the office, and what its answer means for the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
from sqlalchemy import Connection, Engine

from crm.changes.capture import writing
from crm.changes.ops import Outcome, Sealed
from crm.changes.safeguards import Safeguards
from crm.changes.view import Key, Rulebook
from crm.errors import Code, LocalFault
from desktop.store import journal as log
from desktop.store.database import repeatable_transaction, transaction
from desktop.store.fold import Fold, park_with_dependents
from desktop.store.rows import AllRows
from desktop.store.state import load, save
from desktop.store.tables import JournalState, journal

_ANYTHING_TO_SEND: Final = (
    f"SELECT 1 FROM journal WHERE state IN ('{JournalState.SENDING}', '{JournalState.WAITING}') LIMIT 1"
)


@dataclass
class Answered:
    """What an answer changed: entries that got their outcome, and those parked with a refused one."""

    outcomes: list[Outcome] = field(default_factory=list)
    parked: int = 0
    keys: set[Key] = field(default_factory=set)


def outgoing(
    engine: Engine, *, max_changesets: int, max_bytes: int, now_ms: int
) -> tuple[bytes, list[Sealed]]:
    """The incarnation and the next changesets to send, in order of ``n``: first those whose sending began, then
    waiting ones, which get their numbers here. At least one if there is any. With nothing to send no incarnation is
    looked up and no write transaction begun.

    :raises LocalFault: code 4002 when there is something to send and the laptop is not enrolled.
    """
    with engine.connect() as connection:
        if connection.exec_driver_sql(_ANYTHING_TO_SEND).first() is None:
            return b"", []
    with transaction(engine) as connection:
        state = load(connection)
        if not state.incarnation:
            raise LocalFault(Code.NOT_ENROLLED, "This laptop is not enrolled yet.")
        chosen = within(_candidates(connection, max_changesets), max_changesets, max_bytes)
        fresh = [entry for entry in chosen if entry.state is JournalState.WAITING]
        if fresh:
            log.number(
                connection,
                fresh,
                first_n=state.next_n,
                incarnation=state.incarnation,
                now_ms=now_ms,
            )
            save(connection, state, msgspec.structs.replace(state, next_n=state.next_n + len(fresh)))
            ids = [entry.local_seq for entry in chosen]
            chosen = log.entries(connection, journal.c.local_seq.in_(ids))
        return state.incarnation, _sealed(chosen)


def kept_from(engine: Engine, first_n: int, *, max_changesets: int, max_bytes: int) -> list[Sealed]:
    """Changesets from number ``first_n`` on, whatever became of them: what the office asks for again."""
    with engine.connect() as connection:
        state = load(connection)
        kept = log.entries(
            connection,
            journal.c.incarnation == state.incarnation,
            journal.c.n >= first_n,
            limit=max_changesets,
        )
    return _sealed(within(sorted(kept, key=lambda entry: entry.n or 0), max_changesets, max_bytes))


def take_answer(
    engine: Engine,
    rows: AllRows,
    rulebook: Rulebook,
    safeguards: Safeguards,
    *,
    outcomes: Sequence[Outcome],
    now_ms: int,
) -> Answered:
    """Write the outcomes beside the changesets. The rows stay as they are until a page's receipt names them."""
    answered = Answered()
    ids = [outcome.change_id for outcome in outcomes]
    if not ids:
        return answered
    with repeatable_transaction(engine) as connection, writing(connection):
        open_entries = {entry.change_id: entry for entry in _sending(connection, ids)}
        taken = []
        for outcome in outcomes:
            entry = open_entries.pop(outcome.change_id, None)
            if entry is None:
                continue
            taken.append((entry, outcome))
            if outcome.kind in log.REFUSED:
                answered.parked += len(park_with_dependents(connection, entry.local_seq))
        log.answer(connection, taken, now_ms)
        answered.outcomes = [outcome for _, outcome in taken]
        if not safeguards.receipt:
            # What happens without the safeguard: the rows fall back to what was confirmed before.
            fold = Fold(connection, rows, rulebook)
            fold.settle(taken)
            answered.keys = fold.replay().keys
    return answered


def within(found: Sequence[log.Entry], max_changesets: int, max_bytes: int) -> list[log.Entry]:
    """The first entries that fit a batch; always at least one."""
    chosen: list[log.Entry] = []
    size = 0
    for entry in found[:max_changesets]:
        size += len(entry.body)
        if chosen and size > max_bytes:
            break
        chosen.append(entry)
    return chosen


def _candidates(connection: Connection, limit: int) -> list[log.Entry]:
    sending = log.entries(connection, journal.c.state == JournalState.SENDING.value, limit=limit)
    waiting = log.entries(
        connection, journal.c.state == JournalState.WAITING.value, limit=max(limit - len(sending), 0)
    )
    return sorted(sending, key=lambda entry: entry.n or 0) + waiting


def _sending(connection: Connection, ids: Sequence[bytes]) -> list[log.Entry]:
    return log.entries(
        connection, journal.c.change_id.in_(ids), journal.c.state == JournalState.SENDING.value
    )


def _sealed(chosen: Sequence[log.Entry]) -> list[Sealed]:
    return [Sealed(entry.change_id, entry.n or 0, entry.hash or b"", entry.body) for entry in chosen]
