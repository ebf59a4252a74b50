"""Capture: what a session writes becomes the operations of one changeset (sync-protocol, 4).

Capture collects over the whole transaction, once per row: the first old value, the last new one; a field that ends
where it began drops out. `guard` makes sure that nothing slips past: a statement that writes a replicated table
outside a captured flush, or outside push and fold, raises before it reaches the database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, cast

from sqlalchemy import Connection, Engine, event, inspect
from sqlalchemy.orm import Session, UOWTransaction

from crm.changes.entity import (
    Beside,
    Entity,
    Fixed,
    Part,
    Personal,
    Replicated,
    Root,
    Row,
    Schema,
    Wire,
    to_wire,
)
from crm.changes.ops import BIRTH, CHANGE, Op
from crm.changes.policies import Reach, Rule
from crm.changes.view import Key
from crm.errors import Code, LocalFault

_ALLOWED: Final = "roundsman.writes"


class _Captured:
    """What happened to one row in this transaction."""

    __slots__ = ("base", "born", "context", "entity", "new", "old", "unit")

    def __init__(self, entity: Entity, base: int, unit: bytes, *, born: bool) -> None:
        self.entity = entity
        self.base = base
        self.unit = unit
        self.born = born
        self.old: dict[str, Wire] = {}
        self.new: dict[str, Wire] = {}
        self.context: dict[str, Wire] = {}


class Capture:
    """Collects the writes of one session, from now until `close`.

    ``actor`` and ``now_ms`` are put on the rows as who and when. Rolling back to a savepoint would leave what was
    collected behind the rows, so it makes the capture unusable.
    """

    def __init__(self, schema: Schema, session: Session, *, actor: bytes, now_ms: int) -> None:
        self._schema = schema
        self._session = session
        self._actor = actor
        self._now_ms = now_ms
        self._rows: dict[Key, _Captured] = {}
        self._broken = False
        self._flushing: dict[Any, Any] | None = None
        event.listen(session, "before_flush", self._before_flush)
        event.listen(session, "after_flush", self._after_flush)
        event.listen(session, "after_soft_rollback", self._after_rollback)

    def close(self) -> None:
        """Stop listening."""
        self._flush_ended()
        event.remove(self._session, "before_flush", self._before_flush)
        event.remove(self._session, "after_flush", self._after_flush)
        event.remove(self._session, "after_soft_rollback", self._after_rollback)

    # -- session events

    def _before_flush(self, session: Session, _context: UOWTransaction, _instances: Any) -> None:
        if any(isinstance(row, Replicated) for row in session.deleted):
            raise LocalFault(Code.UNCAPTURED_WRITE, "Rows are marked as deleted, never removed.")
        for row in session.new:
            if isinstance(row, Replicated):
                row.unit = self._unit(row)
                row.created_at = row.changed_at = self._now_ms
                row.created_by = row.changed_by = self._actor
        for row in session.dirty:
            if isinstance(row, Replicated) and session.is_modified(row):
                row.changed_at = self._now_ms
                row.changed_by = self._actor
        self._flushing = session.connection().info
        _allow(self._flushing, +1)

    def _flush_ended(self) -> None:
        """Guard the connection again, also after a flush that failed: it goes back to the pool."""
        if self._flushing is not None:
            _allow(self._flushing, -1)
            self._flushing = None

    def _after_flush(self, session: Session, _context: UOWTransaction) -> None:
        self._flush_ended()
        for row in session.new:
            if isinstance(row, Replicated):
                self._collect_birth(row)
        for row in session.dirty:
            if isinstance(row, Replicated):
                self._collect_change(row)

    def _after_rollback(self, session: Session, _previous: Any) -> None:
        self._flush_ended()
        if self._rows or session.in_nested_transaction():
            self._broken = True

    # -- collecting

    def _collect_birth(self, row: Replicated) -> None:
        entity = self._schema.by_class[type(row)]
        captured = _Captured(entity, 0, row.unit, born=True)
        captured.new = {name: to_wire(getattr(row, name)) for name in (*entity.fields, "deleted")}
        self._rows[entity.name, row.id] = captured

    def _collect_change(self, row: Replicated) -> None:
        entity = self._schema.by_class[type(row)]
        state = inspect(row)
        captured = self._rows.get((entity.name, row.id))
        for name in (*entity.fields, "deleted"):
            history = state.attrs[name].history
            if not history.has_changes():
                continue
            if captured is None:
                captured = _Captured(entity, row.version, row.unit, born=False)
                self._rows[entity.name, row.id] = captured
            if not captured.born and history.deleted:
                captured.old.setdefault(name, to_wire(history.deleted[0]))
            captured.new[name] = to_wire(getattr(row, name))
        if captured is not None:
            captured.context = {
                name: to_wire(getattr(row, name)) for names in _whole_groups(entity) for name in names
            }

    def _unit(self, row: Replicated) -> bytes:
        entity = self._schema.by_class[type(row)]
        scope = entity.scope
        if isinstance(scope, Root):
            return row.id
        if isinstance(scope, Fixed):
            return scope.unit
        if isinstance(scope, Personal):
            return cast(bytes, getattr(row, scope.person))
        if isinstance(scope, Part):
            table, parent_id = self._schema.parents[entity.name], getattr(row, scope.via)
        else:
            assert isinstance(scope, Beside)
            table, parent_id = getattr(row, scope.table), getattr(row, scope.row)
        parent = self._find(self._schema[table].cls, parent_id)
        if parent is None:
            raise LocalFault(Code.UNCAPTURED_WRITE, f"A new {entity.name} names a parent that is not there.")
        return parent.unit or self._unit(parent)

    def _find(self, cls: type[Replicated], row_id: bytes) -> Replicated | None:
        for row in self._session.new:
            if type(row) is cls and row.id == row_id:
                return row
        with self._session.no_autoflush:
            return self._session.get(cls, row_id)

    # -- result

    def ops(self) -> tuple[Op, ...]:
        """The operations, parents before their parts; empty when nothing was changed in the end.

        Derived fields are left out; a document whose lines alone were changed gets an operation without fields for
        its root, which carries the version the lines were edited on.

        :raises LocalFault: code 4001 when a savepoint was rolled back under the capture.
        """
        if self._broken:
            raise LocalFault(
                Code.UNCAPTURED_WRITE, "A part of this unit of work was rolled back; start again."
            )
        found: dict[Key, Op] = {}
        for (table, row_id), captured in self._rows.items():
            op = _operation(table, row_id, captured)
            if op is not None:
                found[table, row_id] = op
        self._add_document_roots(found)
        order = {name: place for place, name in enumerate(self._schema.entities)}
        return tuple(sorted(found.values(), key=lambda op: order[op.table]))

    def _add_document_roots(self, found: dict[Key, Op]) -> None:
        for (table, row_id), op in list(found.items()):
            entity = self._schema[table]
            if op.table != table or entity.document in (None, "id"):
                continue
            column = str(entity.document)
            root = cast(str, entity.fields[column].ref)
            line = self._session.get(entity.cls, row_id)
            root_id = cast(bytes, getattr(line, column))
            if (root, root_id) not in found:
                head = self._session.get(self._schema[root].cls, root_id)
                found[root, root_id] = Op(root, root_id, CHANGE, head.version if head else 0, {})


def _operation(table: str, row_id: bytes, captured: _Captured) -> Op | None:
    fields = captured.entity.fields
    if captured.born:
        values: Row = {
            name: value
            for name, value in captured.new.items()
            if name in fields and _travels(captured.entity, name, value)
        }
        if captured.new.get("deleted"):
            return None  # made and removed again within one unit of work
        return Op(table, row_id, BIRTH, 0, dict(values))
    changed = {
        name: [captured.old.get(name), value]
        for name, value in captured.new.items()
        if captured.old.get(name) != value
        and (name == "deleted" or fields[name].policy.rule is not Rule.DERIVED)
    }
    for names in _whole_groups(captured.entity):
        if not changed.keys().isdisjoint(names):
            # Fields that merge as one travel as one, so that a conflict shows the whole of each side.
            for name in names:
                changed.setdefault(name, [captured.context[name], captured.context[name]])
    return Op(table, row_id, CHANGE, captured.base, dict(changed)) if changed else None


def _whole_groups(entity: Entity) -> list[tuple[str, ...]]:
    return [names for group, names in entity.groups.items() if group != "document"]


def _travels(entity: Entity, name: str, value: Wire) -> bool:
    item = entity.fields[name]
    if item.policy.rule is Rule.DERIVED:
        return False
    of_the_office = item.policy.rule is Rule.SERVER or item.reach is Reach.OFFICE
    return not (of_the_office and value == item.default)


# --- the guard ------------------------------------------------------------------------------------------------------


def _allow(info: dict[Any, Any], step: int) -> None:
    info[_ALLOWED] = max(info.get(_ALLOWED, 0) + step, 0)


@contextmanager
def writing(connection: Connection) -> Iterator[None]:
    """Push and fold, the two places that write replicated tables with Core, say so with this."""
    info = connection.info
    _allow(info, +1)
    try:
        yield
    finally:
        _allow(info, -1)


_NOISE: Final = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_WORD: Final = re.compile(r"'\w+'")
_TARGET: Final = (
    r"\b(?:(?:insert(?:\s+or\s+\w+)?\s+into|replace\s+into|update(?:\s+or\s+\w+)?|delete\s+from|merge\s+into|copy)"
    r"(?:\s+(?:only\s+)?|(?=[\"`\[']))(?:[\"`\[']?\w+[\"`\]']?\s*\.\s*){0,2}"
    r"|(?:truncate|drop\s+table)\s[^;]*?\b)[\"`\[']?(?:%s)\b"
)


def _signal(noise: re.Match[str]) -> str:
    """A comment or a string says nothing, but SQLite takes a string where a table's name belongs."""
    return noise[0] if _WORD.fullmatch(noise[0]) else " "


def guard(engine: Engine, schema: Schema) -> None:
    """Refuse every statement on ``engine`` that writes a replicated table outside capture, push and fold.

    Works below the ORM: bulk DML, Core, text and driver SQL alike. The check looks at the text once per distinct
    statement.

    :raises LocalFault: code 4001, from the offending ``execute``, before the database sees the statement.
    """
    target = re.compile(_TARGET % "|".join(map(re.escape, schema.entities)), re.IGNORECASE)
    verdicts: dict[str, bool] = {}

    def writes(statement: str) -> bool:
        verdict = verdicts.get(statement)
        if verdict is None:
            verdict = target.search(_NOISE.sub(_signal, statement)) is not None
            if len(verdicts) < 2000:
                verdicts[statement] = verdict
        return verdict

    @event.listens_for(engine, "before_cursor_execute")
    def refuse(
        connection: Connection,
        _cursor: Any,
        statement: str,
        _parameters: Any,
        _context: Any,
        _executemany: bool,
    ) -> None:
        if not connection.info.get(_ALLOWED) and writes(statement):
            raise LocalFault(
                Code.UNCAPTURED_WRITE, "Replicated rows are written through a unit of work only."
            )
