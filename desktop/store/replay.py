"""Replay: the confirmed rows with this laptop's live changesets on top (sync-protocol, 10). Pure over a `View`.

Changesets apply in the order in which they were made. A birth makes the row unless the office has it by now; a change
sets its fields, a `sum` field gets its delta; a change of a row that is not here (it left) is passed over. A document
that is sealed by now is touched only by the changesets that move its state along a move that there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast

from crm.changes.actor import Standing
from crm.changes.clock import instant_of
from crm.changes.entity import Entity, Field, Row, Schema, Wire
from crm.changes.ops import BIRTH, Changeset, Op
from crm.changes.policies import Reach, Rule
from crm.changes.scope import unit_of
from crm.changes.view import Key, Rulebook, View
from desktop.store.rows import content_root, root_of, standing_of

LOOKS: Final = "looks"
"""The field for what the office's rules found worth a look. A laptop cannot find it anew and shows it as confirmed."""


class Layer:
    """Rows that are being computed, above those of a `View`. A row that is None here hides the one below."""

    def __init__(self, schema: Schema, below: View, rows: Mapping[Key, Row | None]) -> None:
        self._schema = schema
        self._below = below
        self.rows: dict[Key, Row | None] = {
            key: None if row is None else dict(row) for key, row in rows.items()
        }

    def get(self, table: str, row_id: bytes) -> Row | None:
        """See `View.get`."""
        key = table, row_id
        return self.rows[key] if key in self.rows else self._below.get(table, row_id)

    def children(self, table: str, column: str, value: bytes, only: tuple[str, ...] = ()) -> Sequence[Row]:
        """See `View.children`."""
        found = {
            cast(bytes, row["id"]): row
            for row in self._below.children(table, column, value, only)
            if (table, cast(bytes, row["id"])) not in self.rows
        }
        for (name, row_id), mine in self.rows.items():
            if name == table and mine is not None and mine.get(column) == value:
                found[row_id] = mine
        return [found[key] for key in sorted(found)]

    def standing(self, unit: bytes) -> Standing | None:
        """See `View.standing`."""
        return standing_of(self._schema, unit, self.get)


def replay(
    schema: Schema,
    rulebook: Rulebook,
    view: View,
    *,
    confirmed: Mapping[Key, Row | None],
    changesets: Iterable[Changeset],
) -> dict[Key, Row | None]:
    """The rows of ``confirmed`` as the screen shall show them; None: not to be shown at all.

    ``changesets`` are the live ones in order; of their operations only those on the rows of ``confirmed`` count.
    The result may hold more rows than ``confirmed``: rows of the same documents whose computed fields came out
    differently. ``view`` reads what the screen shows now, for everything else.
    """
    work = _Replay(schema, rulebook, Layer(schema, view, confirmed), frozenset(confirmed))
    for changeset in changesets:
        work.apply(changeset)
    return work.layer.rows


class _Replay:
    def __init__(self, schema: Schema, rulebook: Rulebook, layer: Layer, keys: frozenset[Key]) -> None:
        self.schema = schema
        self.rulebook = rulebook
        self.layer = layer
        self.keys = keys
        self.touched: dict[Key, tuple[int, bytes]] = {}

    def apply(self, changeset: Changeset) -> None:
        """Put one changeset on top, and compute what follows from it, as was done when it was made."""
        closed = self._closed_documents(changeset)
        for op in changeset.ops:
            entity = self.schema.get(op.table)
            if entity is None or (op.table, op.id) not in self.keys:
                continue
            if op.kind == BIRTH:
                self._birth(entity, op, changeset, closed)
            else:
                self._change(entity, op, changeset, closed)
        self._derive()

    def _birth(self, entity: Entity, op: Op, changeset: Changeset, closed: set[bytes]) -> None:
        key = op.table, op.id
        if self.layer.rows[key] is not None:
            return
        row = entity.blank()
        row["id"] = op.id
        row.update({name: value for name, value in op.fields.items() if name in entity.fields})
        if entity.document is not None and root_of(self.schema, entity, row) in closed:
            return
        unit = unit_of(self.schema, entity, row, self.layer.get)
        if unit is None:
            return
        instant = instant_of(changeset.stamp)
        row.update(
            unit=unit,
            created_at=instant,
            created_by=changeset.actor,
            changed_at=instant,
            changed_by=changeset.actor,
        )
        self.layer.rows[key] = row
        self._touch(entity, row, changeset)

    def _change(self, entity: Entity, op: Op, changeset: Changeset, closed: set[bytes]) -> None:
        row = self.layer.rows[op.table, op.id]
        if row is None:
            return
        is_closed = entity.document is not None and root_of(self.schema, entity, row) in closed
        is_line = entity.document not in (None, "id")
        counted = not op.fields and not is_closed
        for name, pair in op.fields.items():
            item = entity.fields.get(name)
            if is_closed and (is_line or item is None or _seals(item)):
                continue
            if item is not None and item.policy.rule is Rule.SUM:
                row[name] = _sum(row[name], pair)
            elif item is not None or name == "deleted":
                row[name] = pair[1]
            counted = True
        if not counted:
            return
        if op.fields:
            row["changed_at"] = instant_of(changeset.stamp)
            row["changed_by"] = changeset.actor
        if not entity.is_document_root or not op.fields or _touches_content(entity, op):
            self._touch(entity, row, changeset)

    def _touch(self, entity: Entity, row: Row, changeset: Changeset) -> None:
        root = content_root(self.schema, entity, row)
        if root is not None:
            self.touched[root] = instant_of(changeset.stamp), changeset.actor

    # -- sealed documents

    def _closed_documents(self, changeset: Changeset) -> set[bytes]:
        """The roots of documents whose content this changeset may not touch, as they stand before it."""
        moves: dict[bytes, Op] = {
            op.id: op
            for op in changeset.ops
            if (entity := self.schema.get(op.table)) is not None and entity.is_document_root
        }
        closed: set[bytes] = set()
        for op in moves.values():
            entity = self.schema[op.table]
            root = self.layer.get(op.table, op.id)
            item = _state_field(entity)
            if root is None or item is None or op.kind == BIRTH:
                continue
            machine = item.policy.machine
            assert machine is not None
            now = root[item.name]
            pair = op.fields.get(item.name)
            if pair is None:
                is_closed = now != machine.start
            else:
                is_closed = now not in (pair[0], pair[1]) and machine.right_for(now, pair[1]) is None  # type: ignore[arg-type]
            if is_closed:
                closed.add(op.id)
        return closed

    # -- computed fields

    def _derive(self) -> None:
        """Compute the derived fields of every document whose content was touched."""
        touched, self.touched = self.touched, {}
        for (table, root_id), (instant, actor) in touched.items():
            rules = self.rulebook.get(table)
            root = self.layer.get(table, root_id)
            if rules is None or root is None:
                continue
            for key, values in rules.derive(self.layer, root).items():
                self._set(key, values, instant, actor)

    def _set(self, key: Key, values: Mapping[str, Wire], instant: int, actor: bytes) -> None:
        entity = self.schema[key[0]]
        row = self.layer.get(*key)
        if row is None:
            return
        wanted = derived_anew(entity, row, values)
        if wanted:
            self.layer.rows[key] = {**row, **wanted, "changed_at": instant, "changed_by": actor}


def derived_anew(entity: Entity, row: Row, values: Mapping[str, Wire]) -> dict[str, Wire]:
    """Of the values that rules derived those that a laptop keeps and that differ from what ``row`` has."""
    return {
        name: value
        for name, value in values.items()
        if (item := entity.fields.get(name)) is not None
        and item.reach is Reach.ALL
        and name != LOOKS
        and row.get(name) != value
    }


def _seals(item: Field) -> bool:
    return item.policy.group == "document" or item.policy.rule is Rule.STATE


def _touches_content(entity: Entity, op: Op) -> bool:
    return any(
        name == "deleted" or (name in entity.fields and entity.fields[name].policy.group == "document")
        for name in op.fields
    )


def _state_field(entity: Entity) -> Field | None:
    return next((item for item in entity.fields.values() if item.policy.rule is Rule.STATE), None)


def _sum(current: Wire, pair: Any) -> int:
    return cast(int, current or 0) + cast(int, pair[1] or 0) - cast(int, pair[0] or 0)
