"""The outbox: what this laptop did, where it stands with the office, and what it waits for (sync protocol, 4 and 5).

Changesets about one thing (an order with its lines, a contact) are one *matter*. Each is in one of three places:

- *waiting*: not answered yet, or parked behind something that was refused;
- *needs you*: refused or set aside by the office;
- *done*: accepted, or dropped here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection

from crm.changes.entity import Wire
from crm.changes.ops import BIRTH, Op
from crm.changes.view import Key
from crm.conflicts.states import NEEDS_A_PERSON, QuarantineState
from crm.orders.states import UNDECIDED
from desktop.store import journal as log
from desktop.store.driver import fetch, fetch_in
from desktop.store.reads.captions import Caption, Captions, captions
from desktop.store.rows import AllRows
from desktop.store.tables import LIVE, JournalState, Touch, journal

MOST_LIVE: Final = 1000
"""So many changesets that are not done are read; a laptop that has more says how many."""
MOST_DONE: Final = 300

_HEADS: Final = (
    "customer",
    "sales_order",
    "contact",
    "ship_to_address",
    "customer_price",
    "conflict",
    "quarantine",
)
"""What a changeset about more than one document is named after, the first that is in it."""
_UNSETTLED: Final = (QuarantineState.WAITING.value, QuarantineState.TAKEN.value)
_REFUSED: Final = (
    f"outcome IN ({', '.join(repr(kind) for kind in sorted(log.REFUSED))}) "
    f"AND state IN ('{JournalState.PARKED}', '{JournalState.ANSWERED}')"
)


class Place(StrEnum):
    """Where a matter is."""

    WAITING = "waiting"
    NEEDS_YOU = "needs_you"
    DONE = "done"


@dataclass(frozen=True)
class Change:
    """One field: its stored value before (None for a new row) and after."""

    name: str
    before: Wire
    after: Wire


@dataclass(frozen=True)
class Touched:
    """One row that a step wrote. ``title`` names it, also when it is not here any more."""

    table: str
    row_id: bytes
    title: str
    is_birth: bool
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Step:
    """One changeset. ``number`` is the one it has with the office; None until its first sending starts.
    ``conflict_id`` is the conflict that it left.
    """

    change_id: bytes
    local_seq: int
    intent: str
    state: JournalState
    number: int | None
    outcome: str
    code: int
    message: str
    created_ms: int
    sent_ms: int
    answered_ms: int
    rows: tuple[Touched, ...]
    conflict_id: bytes | None = None
    conflict_state: str = ""

    @property
    def is_unsent(self) -> bool:
        """Whether it can be edited or dropped without anybody knowing."""
        return self.state is JournalState.WAITING

    @property
    def is_refused(self) -> bool:
        """Whether the office refused it or set it aside."""
        return self.outcome in log.REFUSED

    @property
    def can_be_dropped(self) -> bool:
        """Whether this laptop may forget it: never sent, or refused, or behind a refused one."""
        return self.state in {JournalState.WAITING, JournalState.PARKED}


@dataclass(frozen=True)
class Matter:
    """What was done about one thing. ``table`` and ``row_id`` are that thing's, ``amount_minor`` what an order comes to.

    ``record_state`` is the state the record shows now. ``waits_for`` are the titles of matters that must pass first.
    """

    place: Place
    table: str
    row_id: bytes
    title: str
    within: str
    customer_id: bytes | None
    steps: tuple[Step, ...]
    amount_minor: int | None = None
    currency: str = ""
    record_state: str = ""
    is_here: bool = True
    waits_for: tuple[tuple[str, bytes, str], ...] = ()

    @property
    def key(self) -> str:
        """What the matter is found again by."""
        return f"{self.place}:{self.table}:{self.row_id.hex()}"

    @property
    def last(self) -> Step:
        """The step that was made last."""
        return self.steps[-1]

    @property
    def refused(self) -> Step | None:
        """The step that was refused."""
        return next((step for step in self.steps if step.is_refused), None)

    @property
    def is_held_back(self) -> bool:
        """Whether it waits for something else that was refused."""
        return self.place is Place.WAITING and any(step.state is JournalState.PARKED for step in self.steps)

    @property
    def can_be_withdrawn(self) -> bool:
        """Whether the order was handed in and nobody has decided."""
        return self.table == "sales_order" and self.record_state in UNDECIDED


@dataclass(frozen=True)
class SetAside:
    """A change of the person's that the office put aside and that this laptop does not hold: made on another one."""

    row_id: bytes
    change_id: bytes
    intent: str
    code: int
    message: str
    state: str
    at_ms: int


@dataclass(frozen=True)
class Outbox:
    """Everything, the latest first; what waits in the order in which it goes, what is held
    back behind it. ``untold`` counts what waits and was not read."""

    waiting: tuple[Matter, ...]
    needs_you: tuple[Matter, ...]
    done: tuple[Matter, ...]
    set_aside: tuple[SetAside, ...]
    captions: Captions
    untold: int


def count_needs_you(connection: Connection) -> int:
    """How many things wait for the person: refused matters, set-aside ones, open conflicts."""
    marks = ", ".join("?" * len(NEEDS_A_PERSON))
    ((refused, conflicts),) = fetch(
        connection,
        f"SELECT EXISTS (SELECT 1 FROM journal WHERE {_REFUSED}), "
        f"(SELECT count(*) FROM conflict WHERE deleted = 0 AND state IN ({marks}))",
        NEEDS_A_PERSON,
    )
    matters = _count_refused(connection) if refused else 0
    return matters + int(conflicts) + len(_set_aside(connection))


def count_waiting(connection: Connection) -> int:
    """How many things are to be sent."""
    states = (JournalState.WAITING.value, JournalState.SENDING.value)
    ((found,),) = fetch(
        connection,
        "SELECT count(DISTINCT ifnull(root_id, change_id)) FROM journal WHERE state IN (?, ?)",
        states,
    )
    return int(found)


def _count_refused(connection: Connection) -> int:
    states = [JournalState.PARKED.value, JournalState.ANSWERED.value]
    entries = log.entries(connection, journal.c.state.in_(states))
    heads = {entry.local_seq: _head(entry, entry.changeset().ops) for entry in entries}
    rests = _rests_on(entries, log.marks_of(connection, list(heads)))
    places = _places(entries, heads, rests)
    return len({heads[seq] for seq, place in places.items() if place is Place.NEEDS_YOU})


def read_outbox(connection: Connection, rows: AllRows) -> Outbox:
    """The outbox in one state of the copy."""
    live = log.entries(connection, journal.c.state.in_(LIVE), limit=MOST_LIVE)
    done = _last_done(connection)
    entries = [*live, *done]
    ops = {entry.local_seq: entry.changeset().ops if entry.body else () for entry in entries}
    names = captions(connection, _keys(rows, ops.values(), entries))
    conflicts = _conflicts_left(connection, entries)
    head_of = {entry.local_seq: _head(entry, ops[entry.local_seq]) for entry in entries}
    rests = _rests_on(live, log.marks_of(connection, [entry.local_seq for entry in live]))
    places = _places(entries, head_of, rests)
    groups: dict[tuple[Place, Key], list[log.Entry]] = {}
    for entry in entries:
        groups.setdefault((places[entry.local_seq], head_of[entry.local_seq]), []).append(entry)
    orders = _orders(connection, [row_id for _, (table, row_id) in groups if table == "sales_order"])
    found: dict[Place, list[Matter]] = {place: [] for place in Place}
    for (place, head), some in groups.items():
        steps = tuple(
            _step(entry, ops[entry.local_seq], names, conflicts) for entry in sorted(some, key=_seq)
        )
        before = {head_of[seq] for entry in some for seq in rests.get(entry.local_seq, ())} - {head}
        found[place].append(_matter(place, head, steps, names, orders, sorted(before)))
    return Outbox(
        waiting=tuple(sorted(found[Place.WAITING], key=_turn)),
        needs_you=tuple(sorted(found[Place.NEEDS_YOU], key=_latest)),
        done=tuple(sorted(found[Place.DONE], key=_latest)),
        set_aside=tuple(_set_aside(connection)),
        captions=names,
        untold=_count_live(connection) - len(live),
    )


def dropped_with(connection: Connection, change_id: bytes) -> list[int]:
    """The other changesets (``local_seq``) that go when this one is dropped, because they rest on it."""
    entry = log.find(connection, change_id)
    if entry is None:
        return []
    return log.dependents(connection, entry.local_seq, [JournalState.WAITING, JournalState.PARKED])


# --- parts -----------------------------------------------------------------------------------------------------------


def _seq(entry: log.Entry) -> int:
    return entry.local_seq


def _count_live(connection: Connection) -> int:
    marks = ", ".join("?" * len(LIVE))
    return int(fetch(connection, f"SELECT count(*) FROM journal WHERE state IN ({marks})", LIVE)[0][0])


def _turn(matter: Matter) -> tuple[bool, int]:
    return matter.is_held_back, matter.steps[0].local_seq


def _latest(matter: Matter) -> int:
    return -matter.last.local_seq


def _last_done(connection: Connection) -> list[log.Entry]:
    states = [JournalState.DONE.value, JournalState.DISCARDED.value]
    seqs = fetch(
        connection,
        "SELECT local_seq FROM journal WHERE state IN (?, ?) ORDER BY local_seq DESC LIMIT ?",
        (*states, MOST_DONE),
    )
    if not seqs:
        return []
    return log.entries(connection, journal.c.state.in_(states), journal.c.local_seq >= seqs[-1][0])


def _places(
    entries: Iterable[log.Entry], head_of: Mapping[int, Key], rests: Mapping[int, Collection[int]]
) -> dict[int, Place]:
    """Where each changeset is. What was refused because it rests on another thing that was refused waits for that."""
    found: dict[int, Place] = {}
    held: set[int] = set()
    needed: set[Key] = set()
    behind: set[Key] = set()
    for entry in sorted(entries, key=_seq):
        seq, head = entry.local_seq, head_of[entry.local_seq]
        if entry.state not in log.ALL_LIVE or (entry.state is JournalState.ANSWERED and not entry.is_refused):
            found[seq] = Place.DONE
            continue
        if any(other in held and head_of[other] != head for other in rests.get(seq, ())):
            behind.add(head)
        if entry.is_refused or entry.state is JournalState.PARKED:
            held.add(seq)
            if entry.is_refused and head not in behind:
                needed.add(head)
            found[seq] = Place.NEEDS_YOU if head in needed else Place.WAITING
        else:
            found[seq] = Place.WAITING
    return found


def _head(entry: log.Entry, ops: Sequence[Op]) -> Key:
    """What a changeset is about."""
    if entry.root_table is not None and entry.root_id is not None:
        return entry.root_table, entry.root_id
    for table in _HEADS:
        for op in ops:
            if op.table == table:
                return op.table, op.id
    return (ops[0].table, ops[0].id) if ops else ("", entry.change_id)


def _keys(rows: AllRows, all_ops: Iterable[Sequence[Op]], entries: Iterable[log.Entry]) -> set[Key]:
    """The rows written, and those that written values point to."""
    found: set[Key] = {
        (entry.root_table, entry.root_id) for entry in entries if entry.root_table and entry.root_id
    }
    for ops in all_ops:
        for op in ops:
            found.add((op.table, op.id))
            entity = rows.schema.get(op.table)
            for name, value in op.fields.items():
                item = entity.fields.get(name) if entity is not None else None
                if item is not None and item.ref is not None:
                    pair = [value] if op.kind == BIRTH else value
                    found.update((item.ref, each) for each in pair if isinstance(each, bytes))
    return found


def _conflicts_left(connection: Connection, entries: Iterable[log.Entry]) -> dict[bytes, tuple[bytes, str]]:
    changes = [entry.change_id for entry in entries if entry.outcome == "conflict"]
    found = fetch_in(
        connection,
        "SELECT change_id, id, state FROM conflict WHERE deleted = 0 AND change_id IN ({in})",
        changes,
    )
    return {change_id: (conflict_id, state) for change_id, conflict_id, state in found}


def _step(
    entry: log.Entry, ops: Sequence[Op], names: Captions, conflicts: Mapping[bytes, tuple[bytes, str]]
) -> Step:
    conflict_id, conflict_state = conflicts.get(entry.change_id, (None, ""))
    return Step(
        conflict_id=conflict_id,
        conflict_state=conflict_state,
        change_id=entry.change_id,
        local_seq=entry.local_seq,
        intent=entry.intent,
        state=entry.state,
        number=entry.n,
        outcome=entry.outcome or "",
        code=entry.code,
        message=entry.message,
        created_ms=entry.created_ms,
        sent_ms=entry.sent_ms or 0,
        answered_ms=entry.answered_ms or 0,
        rows=tuple(_touched(op, names) for op in ops if op.fields),
    )


def _touched(op: Op, names: Captions) -> Touched:
    is_birth = op.kind == BIRTH
    changes = tuple(
        Change(name, None, value) if is_birth else Change(name, value[0], value[1])
        for name, value in op.fields.items()
    )
    return Touched(op.table, op.id, _title((op.table, op.id), op.fields, names).title, is_birth, changes)


def _title(key: Key, fields: Mapping[str, Any], names: Captions) -> Caption:
    """The caption of a row; of one that is gone, what the changeset itself says."""
    if key in names:
        return names[key]
    for name in ("number", "name", "label", "product_name"):
        value = fields.get(name)
        value = value[1] if isinstance(value, list | tuple) else value
        if isinstance(value, str) and value:
            return Caption(value, str(fields.get("customer_name", "")))
    return Caption("")


def _matter(
    place: Place,
    head: Key,
    steps: tuple[Step, ...],
    names: Captions,
    orders: Mapping[bytes, tuple[int, str, str]],
    before: Iterable[Key],
) -> Matter:
    told = {row.row_id: row.title for step in steps for row in step.rows}
    caption = names.get(head, Caption(told.get(head[1], "")))
    amount, currency, state = orders.get(head[1], (None, "", ""))
    return Matter(
        place=place,
        table=head[0],
        row_id=head[1],
        title=caption.title,
        within=caption.within,
        customer_id=caption.customer_id,
        steps=steps,
        amount_minor=amount,
        currency=currency,
        record_state=state,
        is_here=head in names,
        waits_for=tuple(
            (table, row_id, names[table, row_id].title)
            for table, row_id in before
            if (table, row_id) in names
        ),
    )


def _orders(connection: Connection, ids: Collection[bytes]) -> dict[bytes, tuple[int, str, str]]:
    found = fetch_in(
        connection, "SELECT id, gross_total_minor, currency, state FROM sales_order WHERE id IN ({in})", ids
    )
    return {row_id: (amount, currency, state) for row_id, amount, currency, state in found}


def _rests_on(live: Iterable[log.Entry], marks: Mapping[int, Sequence[log.Mark]]) -> dict[int, set[int]]:
    """For each changeset that is not answered, the earlier ones that it rests on: they wrote the same row, or made a
    row that it points to.
    """
    wrote: dict[Key, list[int]] = {}
    born: dict[Key, int] = {}
    found: dict[int, set[int]] = {}
    for entry in live:
        mine = marks.get(entry.local_seq, ())
        for mark in mine:
            key = mark.table, mark.row_id
            earlier = [born[key]] if key in born else []
            if mark.touch is not Touch.REFERRED:
                earlier += wrote.get(key, [])
            found.setdefault(entry.local_seq, set()).update(earlier)
        for mark in mine:
            key = mark.table, mark.row_id
            if mark.touch is Touch.BORN:
                born[key] = entry.local_seq
            if mark.touch in {Touch.BORN, Touch.CHANGED}:
                wrote.setdefault(key, []).append(entry.local_seq)
    return found


def _set_aside(connection: Connection) -> list[SetAside]:
    found = fetch(
        connection,
        "SELECT q.id, q.change_id, q.intent, q.code, q.text, q.state, q.created_at FROM quarantine q "
        "WHERE q.deleted = 0 AND q.state IN (?, ?) AND NOT EXISTS "
        "(SELECT 1 FROM journal j WHERE j.change_id = q.change_id AND j.state IN (?, ?)) ORDER BY q.id DESC",
        (*_UNSETTLED, JournalState.PARKED.value, JournalState.ANSWERED.value),
    )
    return [SetAside(*row) for row in found]
