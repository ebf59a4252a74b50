"""What the status line, the command line and the checks want to know of the local copy. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, func, select

from crm.changes.policies import Rule
from crm.changes.view import Key
from desktop.store import journal as log
from desktop.store import overlay, staging
from desktop.store.replay import replay
from desktop.store.rows import AllRows, MainView
from desktop.store.state import load
from desktop.store.store import Store
from desktop.store.tables import LIVE, LOCAL, JournalState, journal, journal_row

CONFLICT_TABLE: Final = "conflict"


@dataclass(frozen=True)
class Status:
    """The state of the copy in a few numbers.

    ``waiting`` changesets the office has not answered, ``answered`` those it has but whose rows are not here yet,
    ``parked`` those it refused and those that rest on them. ``waiting_documents`` are the documents the waiting ones
    are about, as (table, id), for those who can say what they are worth. ``checkpoint_ms`` is when a checkpoint last
    brought anything (0: never); ``copied`` whether there is a whole copy to work with, also while an upgrade has it made
    anew.
    """

    waiting: int
    answered: int
    parked: int
    conflicts_open: int
    waiting_documents: tuple[Key, ...]
    checkpoint_ms: int
    copied: bool
    enrolled: bool


def status(store: Store) -> Status:
    """The status in one state of the copy."""
    with store.reading() as connection:
        return status_in(connection, store.rows)


def status_in(connection: Connection, rows: AllRows) -> Status:
    """The status as a connection sees it."""
    counted = connection.execute(
        select(journal.c.state, func.count()).where(journal.c.state.in_(LIVE)).group_by(journal.c.state)
    )
    counts: dict[str, int] = {row[0]: row[1] for row in counted}
    documents = connection.execute(
        select(journal.c.root_table, journal.c.root_id)
        .where(
            journal.c.state.in_([JournalState.WAITING.value, JournalState.SENDING.value]),
            journal.c.root_id.is_not(None),
        )
        .distinct()
    ).all()
    state = load(connection)
    return Status(
        waiting=counts.get(JournalState.WAITING.value, 0) + counts.get(JournalState.SENDING.value, 0),
        answered=counts.get(JournalState.ANSWERED.value, 0),
        parked=counts.get(JournalState.PARKED.value, 0),
        conflicts_open=_conflicts(connection, rows),
        waiting_documents=tuple((table, root_id) for table, root_id in documents),
        checkpoint_ms=state.checkpoint_ms,
        copied=state.copied or state.checkpoint_ms > 0,
        enrolled=bool(state.incarnation),
    )


def _conflicts(connection: Connection, rows: AllRows) -> int:
    entity = rows.schema.get(CONFLICT_TABLE)
    if entity is None:
        return 0
    item = next((item for item in entity.fields.values() if item.policy.rule is Rule.STATE), None)
    if item is None or item.policy.machine is None:
        return 0
    query = (
        select(func.count())
        .select_from(entity.table)
        .where(entity.table.c[item.name] == item.policy.machine.start, entity.table.c.deleted == 0)
    )
    return int(connection.execute(query).scalar_one())


# --- the whole copy as plain values --------------------------------------------------------------------------------


def dump(store: Store) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row of every table as (table name, plain values), in one state of the copy: replicated tables in the
    order of the schema, then the local ones. Bytes are hexadecimal text; bodies and confirmed copies are opened.
    """
    with store.reading() as connection:
        for name, table in store.rows.tables.items():
            for row in connection.exec_driver_sql(f"{table.select} ORDER BY id"):
                yield name, plain(dict(zip(table.wire, row, strict=True)))
        for local in LOCAL.sorted_tables:
            for found in connection.execute(select(local).order_by(*local.primary_key.columns)):
                yield local.name, _opened(dict(found._mapping))


def _opened(values: dict[str, Any]) -> dict[str, Any]:
    for name in ("body", "confirmed", "details", "value"):
        packed = values.get(name)
        if isinstance(packed, bytes) and packed:
            values[name] = msgspec.msgpack.decode(packed)
    return {name: plain(value) for name, value in values.items()}


def plain(value: Any) -> Any:
    """A value as JSON can carry it."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


# --- does the copy agree with itself? ------------------------------------------------------------------------------


def faults(store: Store) -> list[str]:
    """Sentences that say where the copy contradicts itself; empty when it is whole.

    Checked: what the tables show is the confirmed rows with the live changesets on top; only rows with live
    changesets are in the overlay; a row that only this laptop knows has a live changeset; marks belong to live
    entries; numbers are without a gap.
    """
    found: list[str] = []
    with store.reading() as connection:
        found += _journal_faults(connection)
        roots = overlay.all_roots(connection)
        dead = roots - log.live_roots(connection)
        if dead:
            found.append(f"{len(dead)} documents are in the overlay without a live changeset")
        copies = overlay.of_roots(connection, roots)
        carried = {(copy.table, copy.row_id) for copy in copies}
        for name in store.rows.tables:
            unknown = connection.exec_driver_sql(f"SELECT id FROM {name} WHERE version = 0").scalars()
            lost = [row_id for row_id in unknown if (name, row_id) not in carried]
            if lost:
                found.append(f"{len(lost)} rows of {name} are unknown to the office and to the journal")
        shown = replay(
            store.schema,
            store.rulebook,
            MainView(store.rows, connection),
            confirmed={(copy.table, copy.row_id): copy.row for copy in copies},
            changesets=log.changesets_on(connection, roots),
        )
        here = store.rows.get_keys(connection, shown)
        for key, row in shown.items():
            found += _row_faults(store.rows, key, row, here.get(key))
        if not load(connection).position and not staging.is_empty(connection):
            found.append("something is staged although no checkpoint is under way")
    return found


def _row_faults(rows: AllRows, key: tuple[str, bytes], wanted: Any, here: Any) -> list[str]:
    name = f"{key[0]} {key[1].hex()}"
    if wanted is None or here is None:
        return (
            [] if wanted is here else [f"{name} is {'shown' if here else 'not shown'}, against the journal"]
        )
    quiet = ("changed_at", "changed_by", "created_at", "created_by")
    differing = [
        column for column in rows[key[0]].wire if column not in quiet and here[column] != wanted.get(column)
    ]
    return [f"{name} differs in {', '.join(differing)}"] if differing else []


def _journal_faults(connection: Connection) -> list[str]:
    found = []
    strange = connection.execute(
        select(func.count())
        .select_from(journal_row.join(journal, journal.c.local_seq == journal_row.c.local_seq))
        .where(journal.c.state.not_in(LIVE))
    ).scalar_one()
    if strange:
        found.append(f"{strange} marks belong to changesets that are not live")
    state = load(connection)
    # Up to the durable mark finished entries are forgotten and parked ones are not, so there may be gaps.
    kept = connection.execute(
        select(func.count()).where(
            journal.c.incarnation == state.incarnation,
            journal.c.n > state.durable_n,
            journal.c.n < state.next_n,
        )
    ).scalar_one()
    if kept != state.next_n - 1 - state.durable_n:
        found.append("the numbers of the journal have a gap")
    return found
