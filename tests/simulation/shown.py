"""An own, small replay: what a screen must show when some changesets are put on top of what is confirmed.

It follows the words of the protocol (section 10) and shares nothing with `desktop.store.replay` but the declarations.
Computed fields are not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crm.changes.entity import Entity, Part, Schema, Wire
from crm.changes.ops import BIRTH, Changeset, Op
from crm.changes.policies import Rule
from crm.changes.view import Key


class Shown:
    """Rows on top of the confirmed ones. ``touched`` are the rows that any changeset named."""

    def __init__(self, schema: Schema, confirmed: Mapping[Key, tuple[Wire, ...]]) -> None:
        self._schema = schema
        self._confirmed = confirmed
        self._rows: dict[Key, dict[str, Any]] = {}
        self.touched: set[Key] = set()

    def get(self, key: Key) -> dict[str, Any] | None:
        """The row as it must be shown; None: not at all."""
        found = self._rows.get(key)
        if found is None and key in self._confirmed:
            columns = self._schema[key[0]].wire_columns
            found = self._rows[key] = dict(zip(columns, self._confirmed[key], strict=True))
        return found

    def put(self, key: Key, row: dict[str, Any]) -> None:
        """A row that only the laptop knows."""
        self._rows[key] = row


def replayed(schema: Schema, rows: Shown, changesets: Iterable[Changeset]) -> Shown:
    """``rows`` with the changesets on top, in order."""
    for changeset in changesets:
        closed = _closed(schema, rows, changeset)
        for op in changeset.ops:
            key = op.table, op.id
            rows.touched.add(key)
            entity = schema[op.table]
            if op.kind == BIRTH:
                _birth(schema, rows, entity, op, closed)
            else:
                _change(rows, entity, op, closed)
    return rows


def _closed(schema: Schema, rows: Shown, changeset: Changeset) -> set[bytes]:
    """Documents that are sealed by now and that this changeset does not move along a move that there is."""
    found = set()
    for op in changeset.ops:
        entity = schema[op.table]
        root = rows.get((op.table, op.id))
        if entity.document != "id" or op.kind == BIRTH or root is None:
            continue
        for name, item in entity.fields.items():
            machine = item.policy.machine
            if machine is None:
                continue
            pair = op.fields.get(name)
            stands = root[name]
            if pair is None:
                is_closed = stands != machine.start
            else:
                is_closed = stands not in pair and (stands, pair[1]) not in machine.moves
            if is_closed:
                found.add(op.id)
    return found


def _document(entity: Entity, row: Mapping[str, Any]) -> bytes | None:
    return None if entity.document is None else row[entity.document]


def _birth(schema: Schema, rows: Shown, entity: Entity, op: Op, closed: set[bytes]) -> None:
    key = op.table, op.id
    if rows.get(key) is not None:
        return
    row: dict[str, Any] = {name: item.default for name, item in entity.fields.items()}
    row |= {"id": op.id, "deleted": 0, "version": 0} | op.fields
    if _document(entity, row) in closed:
        return
    if isinstance(entity.scope, Part):
        parent = schema.parents[op.table], row[entity.scope.via]
        if rows.get(parent) is None:
            return  # what it belongs to left this laptop
    rows.put(key, row)


def _change(rows: Shown, entity: Entity, op: Op, closed: set[bytes]) -> None:
    row = rows.get((op.table, op.id))
    if row is None:
        return
    is_closed = _document(entity, row) in closed
    for name, pair in op.fields.items():
        item = entity.fields.get(name)
        if is_closed and (
            entity.document != "id"
            or item is None
            or item.policy.group == "document"
            or item.policy.rule is Rule.STATE
        ):
            continue
        row[name] = pair[1]
