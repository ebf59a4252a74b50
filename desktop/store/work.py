"""One unit of work on this laptop: rows, journal entry, counters and clock in one transaction (sync-protocol, 4)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from sqlalchemy import Connection, event, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from crm.changes.actor import Actor
from crm.changes.capture import Capture, writing
from crm.changes.codec import encode_changeset
from crm.changes.entity import Replicated, Row, Schema
from crm.changes.ops import BIRTH, Changeset, Op
from crm.changes.view import Key, Rulebook
from crm.errors import Code, LocalFault
from desktop.store import journal as log
from desktop.store import overlay
from desktop.store.overlay import Confirmed
from desktop.store.replay import derived_anew
from desktop.store.rows import AllRows, MainView, content_root, root_of
from desktop.store.tables import JournalState, Touch, counter


@dataclass
class LocalWork:
    """What an action gets (`crm.changes.work.Work`). Valid inside its ``with`` block only.

    ``change_id`` and ``changed`` (the rows written, as (table, id)) are set when the block has ended and something
    was changed; otherwise they stay None and empty.
    """

    session: Session
    actor: Actor
    now_ms: int
    business_date: date
    connection: Connection
    _ids: Callable[[], bytes]
    _device_code: str
    change_id: bytes | None = None
    changed: frozenset[Key] = field(default=frozenset())

    def new_id(self) -> bytes:
        """A new row id."""
        return self._ids()

    def remember_ids(self, again: Sequence[bytes] = ()) -> list[bytes]:
        """Give these ids to the rows that are made first, as when something is done again; the list that comes back
        grows by every id that is given.
        """
        fresh, waiting, given = self._ids, list(reversed(again)), list[bytes]()

        def next_id() -> bytes:
            given.append(waiting.pop() if waiting else fresh())
            return given[-1]

        self._ids = next_id
        return given

    def next_number(self, series: str) -> int:
        """The next value of a counter of this laptop, from 1. It is given back when nothing is written in the end."""
        statement = insert(counter).values(series=series, value=1)
        self.connection.execute(
            statement.on_conflict_do_update(index_elements=["series"], set_={"value": counter.c.value + 1})
        )
        return int(
            self.connection.execute(select(counter.c.value).where(counter.c.series == series)).scalar_one()
        )

    @property
    def device_code(self) -> str:
        """See `Work.device_code`.

        :raises LocalFault: code 4002 before the laptop is enrolled.
        """
        if not self._device_code:
            raise LocalFault(Code.NOT_ENROLLED, "This laptop is not enrolled yet.")
        return self._device_code


class Recorder:
    """Follows one session and turns what it wrote into a journal entry with marks and confirmed copies."""

    def __init__(
        self, rows: AllRows, connection: Connection, session: Session, *, actor: bytes, now_ms: int
    ) -> None:
        self._rows = rows
        self._schema: Schema = rows.schema
        self._connection = connection
        self._session = session
        self._before: dict[Key, Row | None] = {}
        # Ours comes first: the copy is taken before anything of a flush reaches the tables.
        event.listen(session, "before_flush", self._copy_before)
        # A session forgets rows that nobody holds, and actions look the same ones up again and again.
        self._read: list[object] = []
        event.listen(session, "loaded_as_persistent", self._hold)
        event.listen(session, "pending_to_persistent", self._hold)
        self.capture = Capture(rows.schema, session, actor=actor, now_ms=now_ms)

    def close(self) -> None:
        """Stop following."""
        self.capture.close()
        event.remove(self._session, "before_flush", self._copy_before)
        event.remove(self._session, "loaded_as_persistent", self._hold)
        event.remove(self._session, "pending_to_persistent", self._hold)

    def _hold(self, _session: Session, row: object) -> None:
        self._read.append(row)

    def _copy_before(self, session: Session, _context: Any, _instances: Any) -> None:
        fresh: set[Key] = set()
        for row in session.dirty:
            if isinstance(row, Replicated) and session.is_modified(row):
                key = self._schema.by_class[type(row)].name, row.id
                if key not in self._before:
                    fresh.add(key)
        self._copy(fresh)
        for row in session.new:
            if isinstance(row, Replicated):
                self._before.setdefault((self._schema.by_class[type(row)].name, row.id), None)

    def _copy(self, keys: Collection[Key]) -> None:
        if keys:
            self._before.update(dict.fromkeys(keys))
            self._before.update(self._rows.get_keys(self._connection, keys))

    def derive(self, rulebook: Rulebook, *, actor: bytes, now_ms: int) -> None:
        """Compute what follows from the rows that were written, as the office and a replay will.

        Most actions have done so already, and nothing is written then.
        """
        view = MainView(self._rows, self._connection)
        written = self._rows.get_keys(self._connection, self._before)
        roots = {content_root(self._schema, self._schema[key[0]], row) for key, row in written.items()}
        for root_key in sorted(root for root in roots if root is not None):
            rules, root = rulebook.get(root_key[0]), view.get(*root_key)
            if rules is None or root is None:
                continue
            derived = rules.derive(view, root)
            for key, row in self._rows.get_keys(self._connection, derived).items():
                wanted = derived_anew(self._schema[key[0]], row, derived[key])
                if wanted:
                    self._copy({key} - set(self._before))
                    with writing(self._connection):
                        changed = {**row, **wanted, "changed_at": now_ms, "changed_by": actor}
                        self._rows[key[0]].put(self._connection, [changed])

    def record(self, changeset: Changeset, body: bytes, now_ms: int) -> tuple[frozenset[Key], JournalState]:
        """Write entry, marks and confirmed copies; gives the rows written and the state of the entry."""
        self._copy({(op.table, op.id) for op in changeset.ops} - set(self._before))
        ops = {(op.table, op.id): op for op in changeset.ops}
        now = self._rows.get_keys(self._connection, self._before)
        marks = [self._mark(key, ops.get(key), now) for key in sorted(self._before) if key in now]
        marks += self._references(changeset, now)
        blocked = log.is_blocked(self._connection, marks)
        state = JournalState.PARKED if blocked else JournalState.WAITING
        log.append(
            self._connection,
            changeset,
            body,
            document=log.document_of(changeset, marks),
            marks=marks,
            state=state,
            now_ms=now_ms,
        )
        self._keep_confirmed(now)
        return frozenset(self._before), state

    def _mark(self, key: Key, op: Op | None, now: Mapping[Key, Row]) -> log.Mark:
        touch = Touch.DERIVED if op is None else log.touch_of(op.kind)
        return log.Mark(*key, touch, root_of(self._schema, self._schema[key[0]], now[key]))

    def _references(self, changeset: Changeset, now: Mapping[Key, Row]) -> list[log.Mark]:
        """Marks for references to rows that only this laptop knows and another changeset made."""
        found: dict[Key, None] = {}
        for op in changeset.ops:
            entity = self._schema[op.table]
            for name, value in op.fields.items():
                item = entity.fields.get(name)
                target = value if op.kind == BIRTH or value is None else value[1]
                if item is not None and item.ref is not None and isinstance(target, bytes):
                    found[item.ref, target] = None
        strange = [key for key in found if key not in now]
        unknown = overlay.unconfirmed(self._connection, [row_id for _, row_id in strange])
        return [
            log.Mark(table, row_id, Touch.REFERRED, row_id)
            for table, row_id in strange
            if (table, row_id) in unknown
        ]

    def _keep_confirmed(self, now: Mapping[Key, Row]) -> None:
        missing = set(self._before) - overlay.known(self._connection, self._before)
        copies = [
            Confirmed(
                table,
                row_id,
                cast(bytes, now[table, row_id]["unit"]),
                root_of(self._schema, self._schema[table], now[table, row_id]),
                self._before[table, row_id],
            )
            for table, row_id in sorted(missing)
            if (table, row_id) in now
        ]
        overlay.keep(self._connection, copies)


def make_changeset(
    schema: Schema,
    ops: tuple[Op, ...],
    *,
    change_id: bytes,
    stamp: int,
    business_date: date,
    intent: str,
    actor: bytes,
) -> tuple[Changeset, bytes]:
    """The changeset and its body, within the limits.

    :raises InvalidInput: code 1002 over 2,000 rows or 200 KB.
    """
    changeset = Changeset(
        change_id=change_id,
        stamp=stamp,
        business_date=business_date.isoformat(),
        schema_version=schema.version,
        intent=intent,
        actor=actor,
        ops=ops,
    )
    return changeset, encode_changeset(changeset)
