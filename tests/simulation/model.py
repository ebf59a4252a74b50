"""An own, tiny account of what merging must come to (sync-protocol, 8): plain dictionaries and one function.

It shares nothing with `crm.changes.merge` but the declarations of the fields.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from crm.changes.entity import Entity, Schema, Wire
from crm.changes.ops import BIRTH, Changeset, Op
from crm.changes.policies import Reach, Rule
from crm.changes.view import Key
from tests.simulation.tally import Violation

DOCUMENT: Final = "@document"
OFFICE_MADE: Final = frozenset({"conflict", "quarantine"})
"""Rows of these tables are made by the office beside a changeset; only what people do to them is modelled."""


class Cell(NamedTuple):
    """A field's value and who wrote it last after the row's birth (``seq`` 0: nobody)."""

    value: Wire
    seq: int = 0
    stamp: int = 0
    incarnation: bytes = b""


@dataclass
class Row:
    """One row as it must be at the office: fields and ``deleted``, no derived ones."""

    cells: dict[str, Cell]


@dataclass
class Effect:
    """What a changeset must have done. ``lost`` are (row id, fields, whether a person must decide)."""

    written: set[Key] = field(default_factory=set)
    lost: list[tuple[bytes, tuple[str, ...], bool]] = field(default_factory=list)
    concurrent: int = 0
    overwritten: int = 0
    revived: int = 0

    @property
    def kind(self) -> str:
        """The outcome that must have been given."""
        if any(open_ for _, _, open_ in self.lost):
            return "conflict"
        return "merged" if self.lost else "applied"


class Model:
    """The office's rows as history says they must be."""

    def __init__(self, schema: Schema, rows: dict[Key, Row]) -> None:
        self.schema = schema
        self.rows = rows

    def apply(
        self, changeset: Changeset, *, seqs: dict[bytes, int], stamp: int, incarnation: bytes
    ) -> Effect:
        """Take one accepted changeset in. ``seqs`` gives, by row id, the number it got in the row's feed."""
        effect = Effect()
        for op in changeset.ops:
            entity = self.schema[op.table]
            key = op.table, op.id
            if op.kind == BIRTH:
                if key in self.rows:
                    raise Violation(3, f"{op.table} {op.id.hex()} was born twice")
                self.rows[key] = self._born(entity, op)
                effect.written.add(key)
            elif key not in self.rows:
                raise Violation(2, f"an accepted change of {op.table} {op.id.hex()}, which nobody made")
            else:
                writer = Cell(None, seqs.get(op.id, 0), stamp, incarnation)
                self._change(entity, op, self.rows[key], writer, effect)
        return effect

    def _born(self, entity: Entity, op: Op) -> Row:
        cells = {name: Cell(item.default) for name, item in modelled(entity)}
        cells["deleted"] = Cell(0)
        cells.update({name: Cell(value) for name, value in op.fields.items()})
        return Row(cells)

    def _change(self, entity: Entity, op: Op, row: Row, writer: Cell, effect: Effect) -> None:
        new = {name: pair[1] for name, pair in op.fields.items() if pair[0] != pair[1]}
        if row.cells["deleted"].value and new.get("deleted", 1) != 0:
            edits = tuple(name for name, value in new.items() if row.cells[name].value != value)
            if edits:
                effect.lost.append((op.id, edits, True))
            return
        before = dict(row.cells)
        for name, value in new.items():
            if before[name].value == value:
                continue
            if name == "deleted" and value:
                self._overtaken(entity, op, before, writer, effect)
            names = self._group(entity, name)
            if name == "deleted" or self._is_taken(entity, name, before, names, op, writer, value, effect):
                effect.overwritten += before[name].seq > 0
                effect.revived += name == "deleted" and value == 0
                row.cells[name] = writer._replace(value=value)
                effect.written.add((op.table, op.id))
            elif not any(one[0] == op.id and one[1] == names for one in effect.lost):
                effect.lost.append((op.id, names, True))

    @staticmethod
    def _overtaken(entity: Entity, op: Op, before: dict[str, Cell], writer: Cell, effect: Effect) -> None:
        """What others wrote and the one who deletes had not seen waits for a person."""
        names = tuple(
            name
            for name, item in modelled(entity)
            if item.reach is Reach.ALL
            and before[name].seq > op.base
            and before[name].incarnation != writer.incarnation
        )
        if names:
            effect.concurrent += 1
            effect.lost.append((op.id, names, True))

    def _is_taken(
        self,
        entity: Entity,
        name: str,
        before: dict[str, Cell],
        names: tuple[str, ...],
        op: Op,
        writer: Cell,
        value: Any,
        effect: Effect,
    ) -> bool:
        """Whether the new value stands; a decided loss of either side is noted."""
        policy = entity.fields[name].policy
        if policy.rule is Rule.STATE:
            machine = policy.machine
            assert machine is not None
            return (before[name].value, value) in machine.moves
        if policy.group == "document":
            return True
        others = [
            before[each]
            for each in names
            if before[each].seq > op.base and before[each].incarnation != writer.incarnation
        ]
        if not others:
            return True
        effect.concurrent += 1
        if policy.rule is not Rule.LATEST:
            return False
        [theirs] = others
        effect.lost.append((op.id, names, False))
        return (writer.stamp, writer.incarnation) > (theirs.stamp, theirs.incarnation)

    @staticmethod
    def _group(entity: Entity, name: str) -> tuple[str, ...]:
        item = entity.fields.get(name)
        if item is None or item.policy.rule is not Rule.GROUP or item.policy.group == "document":
            return (name,)
        return tuple(each.name for each in entity.fields.values() if each.policy.group == item.policy.group)


def modelled(entity: Entity) -> Iterable[tuple[str, Any]]:
    """The fields of an entity that people write: derived ones are not among them."""
    for name, item in entity.fields.items():
        if item.policy.rule is not Rule.DERIVED:
            yield name, item
