"""What a changeset may ask for at all: values of the right kind, references that are there, rights, moves.

Whatever is wrong here rejects the whole changeset with its number; foreign and absent give the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from crm.changes.actor import Standing
from crm.changes.decision import Sender
from crm.changes.entity import Entity, Field, Row, Schema, Wire
from crm.changes.policies import Reach, Rule
from crm.changes.scope import FIXED_UNITS
from crm.changes.view import View
from crm.errors import Code, Detail, InvalidInput, NotAllowed, RuleBroken
from crm.ids import COMPANY

ABSENT: Final = "There is no such record."


class Admission:
    """The questions that are asked of every operation of one changeset."""

    def __init__(self, schema: Schema, view: View, sender: Sender) -> None:
        self.schema = schema
        self.view = view
        self.sender = sender

    def require(self, right: str, standing: Standing, unit: bytes) -> None:
        if self.sender.actor.may(right, standing):
            return
        if unit in FIXED_UNITS or self.sender.actor.id in standing.editors:
            raise NotAllowed(Code.NO_RIGHT, "You have no right to do this.", right=right)
        raise NotAllowed(Code.NOT_FOUND, ABSENT)

    def rights_to_change(
        self, entity: Entity, values: Mapping[str, tuple[Wire, Wire]], standing: Standing, unit: bytes
    ) -> None:
        moves = [
            entity.fields[name]
            for name in values
            if name in entity.fields and entity.fields[name].policy.rule is Rule.STATE
        ]
        office_only = all(
            name in entity.fields and entity.fields[name].policy.rule in (Rule.STATE, Rule.SERVER)
            for name in values
        )
        if moves and office_only:
            rights = {
                right
                for item in moves
                if (machine := item.policy.machine) is not None
                and (right := machine.moves.get(cast("Any", values[item.name]))) is not None
            }
            if rights and all(self.sender.actor.may(right, standing) for right in rights):
                return
        needed = {
            (entity.fields[name].right if name in entity.fields else None) or entity.right for name in values
        }
        for right in sorted(needed or {entity.right}):
            self.require(right, standing, unit)

    def given(self, entity: Entity, name: str, raw: object, *, birth: bool, old: bool = False) -> Wire:
        if name == "deleted" and (not birth or self.sender.actor.imports):
            if raw not in (0, 1):
                raise InvalidInput(Code.BAD_VALUE, "The value of deleted is not acceptable.", field=name)
            return int(raw)
        item = entity.fields.get(name)
        office = self.sender.actor.office
        if item is None or (item.reach is Reach.OFFICE and not office):
            raise InvalidInput(Code.UNKNOWN_FIELD, "The change names an unknown field.", field=name[:64])
        if item.policy.rule is Rule.DERIVED:
            raise RuleBroken(Code.OFFICE_FIELD, f"{name} is computed and cannot be set.", field=name)
        if old and raw is None:
            return None
        value = item.check(raw)
        if item.policy.rule is Rule.SERVER and not office and not (birth and value == item.default):
            raise RuleBroken(Code.OFFICE_FIELD, f"{name} is set by the office.", field=name)
        return value

    def references(self, entity: Entity, row: Row, values: Mapping[str, Any]) -> None:
        for item in entity.references:
            target_id = values.get(item.name)
            if target_id is None:
                continue
            table = str(item.ref)
            target = self.view.get(table, target_id)
            if target is None or not self._visible(table, target, row):
                raise NotAllowed(Code.NOT_FOUND, ABSENT, field=item.name)

    def _visible(self, table: str, target: Row, row: Row) -> bool:
        unit = cast(bytes, target["unit"])
        if unit in FIXED_UNITS or unit == row["unit"]:
            return True
        standing = self.view.standing(unit)
        return standing is not None and (
            self.sender.actor.id in standing.editors
            or self.sender.actor.may(self.schema[table].right, standing)
        )

    def standing(self, unit: bytes) -> Standing:
        standing = self.view.standing(unit)
        if standing is None:
            if unit in FIXED_UNITS:
                return Standing(COMPANY, frozenset())
            raise NotAllowed(Code.NOT_FOUND, ABSENT)
        return standing

    def move(self, item: Field, before: Wire, after: Wire, standing: Standing) -> None:
        machine = item.policy.machine
        assert machine is not None
        if self.sender.actor.imports and after in machine.states:
            return
        right = machine.right_for(cast("str | int", before), cast("str | int", after))
        if right is None:
            raise RuleBroken(
                Code.ILLEGAL_MOVE,
                f"{item.name} cannot go from {_plain(before)} to {_plain(after)}.",
                field=item.name,
                before=_plain(before),
                after=_plain(after),
            )
        if not self.sender.actor.may(right, standing):
            raise NotAllowed(Code.NO_RIGHT, "You have no right to do this.", right=right)


def _plain(value: Wire) -> Detail:
    return None if isinstance(value, bytes) else value
