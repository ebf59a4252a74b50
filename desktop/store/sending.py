"""What goes to the office, and what its answer means for the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

import msgspec
from sqlalchemy import Connection, Engine

from crm.changes.capture import writing
from crm.changes.codec import body_hash
from crm.changes.ops import Outcome, Sealed
from crm.changes.safeguards import Safeguards
from crm.changes.view import Key, Rulebook
from crm.errors import Code, LocalFault
from desktop.store import journal as log
from desktop.store.database import repeatable_transaction, transaction
from desktop.store.driver import fetch, fetch_in
from desktop.store.fold import Fold, park_with_dependents
from desktop.store.rows import AllRows
from desktop.store.state import load, save
from desktop.store.tables import JournalState

T = TypeVar("T")

_DUE: Final = f"state IN ('{JournalState.SENDING}', '{JournalState.WAITING}') AND (n IS NULL OR n > ?)"


@dataclass
class Answered:
    """What an answer changed: entries that got their outcome, and those parked with a refused one."""

    outcomes: list[Outcome] = field(default_factory=list)
    parked: int = 0
    keys: set[Key] = field(default_factory=set)


def is_anything_due(connection: Connection, after_n: int = 0) -> bool:
    """Whether anything waits to be sent, or to be sent again; what has a number up to ``after_n`` is left out."""
    return bool(fetch(connection, f"SELECT 1 FROM journal WHERE {_DUE} LIMIT 1", (after_n,)))


def outgoing(
    engine: Engine, *, max_changesets: int, max_bytes: int, now_ms: int, after_n: int = 0
) -> tuple[bytes, list[Sealed]]:
    """The incarnation and the next changesets to send, in order of ``n``: first those whose sending began, then
    waiting ones, which get their numbers here. At least one if there is any. What has a number up to ``after_n`` is
    left out: its answer came and is being written.

    :raises LocalFault: code 4002 when the laptop is not enrolled.
    """
    with transaction(engine) as connection:
        state = load(connection)
        if not state.incarnation:
            raise LocalFault(Code.NOT_ENROLLED, "This laptop is not enrolled yet.")
        chosen = [
            local_seq for local_seq, _ in _within(_candidates(connection, max_changesets, after_n), max_bytes)
        ]
        found = fetch_in(
            connection,
            "SELECT local_seq, change_id, body, n, hash FROM journal WHERE local_seq IN ({in})",
            chosen,
        )
        entries = {local_seq: values for local_seq, *values in found}
        sealed, fresh, n = [], [], state.next_n
        for local_seq in chosen:
            change_id, body, known_n, known_hash = entries[local_seq]
            if known_n is None:
                known_n, known_hash = n, body_hash(body)
                fresh.append((local_seq, known_n, known_hash))
                n += 1
            sealed.append(Sealed(change_id, known_n, known_hash, body))
        if fresh:
            log.number(connection, fresh, incarnation=state.incarnation, now_ms=now_ms)
            save(connection, state, msgspec.structs.replace(state, next_n=n))
        return state.incarnation, sealed


def kept_from(engine: Engine, first_n: int, *, max_changesets: int, max_bytes: int) -> list[Sealed]:
    """Changesets from number ``first_n`` on, whatever became of them: what the office asks for again."""
    with engine.connect() as connection:
        state = load(connection)
        kept = fetch(
            connection,
            "SELECT change_id, n, hash, body FROM journal WHERE incarnation = ? AND n >= ? ORDER BY n LIMIT ?",
            (state.incarnation, first_n, max_changesets),
        )
    sealed = [Sealed(*values) for values in kept]
    return [one for one, _size in _within([(one, len(one.body)) for one in sealed], max_bytes)]


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
        open_entries = log.unanswered(connection, ids)
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


def _within(found: Sequence[tuple[T, int]], max_bytes: int) -> list[tuple[T, int]]:
    """The first of (what, bytes) that fit a batch; always at least one."""
    chosen: list[tuple[T, int]] = []
    total = 0
    for what, size in found:
        total += size
        if chosen and total > max_bytes:
            break
        chosen.append((what, size))
    return chosen


def _candidates(connection: Connection, limit: int, after_n: int) -> list[tuple[int, int]]:
    """(local_seq, bytes) of what may be sent next, in the order in which it must be: what has a number first."""
    return fetch(
        connection,
        f"SELECT local_seq, length(body) FROM journal WHERE {_DUE} ORDER BY n IS NULL, n, local_seq LIMIT ?",
        (after_n, limit),
    )
