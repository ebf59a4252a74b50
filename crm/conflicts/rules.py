"""Pure decisions about conflicts: what a side holds, and what choosing it writes (sync protocol, 8 and 9).

A side is MessagePack. Of single fields (or one merge group) it is a map of field to value. Of a document it is, for
*mine*, ``{"intent": …, "ops": [[table, id, kind, base, fields], …]}`` — the whole changeset that did not pass — and
for *theirs* ``{"rows": [[table, id, {field: value}], …]}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, TypeAlias, cast

import msgspec

from crm.changes.entity import Entity, Field, Row, Schema, Wire
from crm.changes.ops import BIRTH, Op
from crm.changes.policies import Reach, Rule
from crm.changes.view import Change, Finding, Rulebook, View
from crm.conflicts.states import ConflictState, QuarantineState
from crm.errors import Code, Detail, InvalidInput
from crm.rules import PlainRules, reject

BAD_RESOLUTION: Final = 3140  # state and resolution do not fit, or somebody decides in another's name
NOT_CHOOSABLE: Final = 3141  # the values chosen are not those the conflict is about
TARGET_MOVED: Final = 3142  # what the decision wrote was changed since: it cannot be taken back blindly
TAKEN: Final = 3143  # somebody else deals with it already
NOTHING_TO_UNDO: Final = 3144

MINE: Final = "mine"
THEIRS: Final = "theirs"
OTHER: Final = "other"

Choice: TypeAlias = Literal["mine", "theirs"] | Mapping[str, Wire]
"""One of the two sides, or other values: field to stored value (a day as ``YYYY-MM-DD``, a flag as 0 or 1)."""

Values: TypeAlias = Mapping[str, Wire]


def pack(side: Mapping[str, Any]) -> bytes:
    """A side, or any map of stored values, as it is kept in a conflict."""
    return msgspec.msgpack.encode(side)


def unpack(side: bytes | None) -> dict[str, Any]:
    """The reverse of `pack`; nothing was kept: an empty map."""
    return {} if side is None else msgspec.msgpack.decode(side, type=dict[str, Any])


def consequence_text(code: str, numbers: Mapping[str, Detail]) -> str:
    """What choosing *mine* would change, as it is kept in a conflict: a word and numbers, to be told in any language."""
    return msgspec.json.encode({"code": code, **numbers}).decode()


def ops_of(mine: Mapping[str, Any]) -> tuple[Op, ...]:
    """The operations of a document's *mine*; none when the side is about single fields."""
    return tuple(
        Op(table, bytes(row_id), kind, base, fields)
        for table, row_id, kind, base, fields in mine.get("ops", ())
    )


def from_wire(field: Field, value: Wire) -> object:
    """A stored value as the attribute of a mapped object holds it."""
    if value is None:
        return None
    if field.kind == "day":
        return date.fromisoformat(str(value))
    if field.kind == "flag":
        return bool(value)
    return value


# --- what a choice writes -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One row to write. ``values`` are stored values, ``deleted`` among them; ``deltas`` are added to what stands."""

    table: str
    row_id: bytes
    values: Values
    deltas: Mapping[str, int]
    is_birth: bool = False


@dataclass(frozen=True)
class Matter:
    """What a conflict is about, without its row."""

    table: str
    row_id: bytes
    names: tuple[str, ...]
    rule: str
    mine: Mapping[str, Any]
    theirs: Mapping[str, Any]

    @property
    def is_document(self) -> bool:
        """Whether a whole changeset waits, not single fields."""
        return "ops" in self.mine


def steps_of(schema: Schema, matter: Matter, choice: Choice) -> list[Step]:
    """What the choice writes, in order.

    Of a document, *theirs* writes nothing: it stands. *Mine* writes the values of header and lines onto what stands
    now; it makes no move and sets no seal, so a document that was being submitted becomes a draft that its author
    looks at and submits again. A record that died gets its life back with *mine*.

    :raises InvalidInput: 1003 or 1004 when this version does not know the table or a field, 1005 when a value does
        not fit, 3141 when other values are given for a document or for fields the conflict is not about.
    """
    entity = _entity(schema, matter.table)
    if not isinstance(choice, str):
        return [_other(entity, matter, choice)]
    if choice not in (MINE, THEIRS):
        raise InvalidInput(NOT_CHOOSABLE, "Choose mine, theirs, or values.")
    life: dict[str, Wire] = {"deleted": 0} if matter.rule == Rule.DEAD else {}
    if matter.is_document:
        if choice == THEIRS:
            return []
        revive = [Step(matter.table, matter.row_id, life, {})] if life else []
        return [*revive, *_replay(schema, ops_of(matter.mine))]
    side = {**life, **matter.mine} if choice == MINE else matter.theirs
    return [Step(matter.table, matter.row_id, _checked(entity, side), {})]


def _other(entity: Entity, matter: Matter, values: Values) -> Step:
    allowed = set(matter.names) | ({"deleted"} if matter.rule == Rule.DEAD else set())
    if matter.is_document or not values or not allowed.issuperset(values):
        raise InvalidInput(NOT_CHOOSABLE, "These values are not what the conflict is about.")
    return Step(matter.table, matter.row_id, _checked(entity, values), {})


def _checked(entity: Entity, values: Mapping[str, Any]) -> Values:
    found: dict[str, Wire] = {}
    for name, value in values.items():
        if name == "deleted":
            found[name] = int(bool(value))
            continue
        field = entity.fields.get(name)
        if field is None or field.reach is Reach.OFFICE:
            raise InvalidInput(Code.UNKNOWN_FIELD, "The conflict names an unknown field.", field=name[:64])
        if field.policy.rule not in (Rule.SERVER, Rule.DERIVED):
            found[name] = field.check(value)
    return found


def _entity(schema: Schema, table: str) -> Entity:
    entity = schema.get(table)
    if entity is None:
        raise InvalidInput(Code.UNKNOWN_TABLE, "The conflict is about an unknown kind of record.")
    return entity


BOUND_TO_MOVES: Final[Mapping[str, frozenset[str]]] = {
    "sales_order": frozenset({"revision", "seal_hash", "submitted_at"}),
}
"""Fields of a document that only a move writes (submit, revise): replaying values leaves them alone."""


def _replay(schema: Schema, ops: Iterable[Op]) -> Iterator[Step]:
    for op in ops:
        entity = _entity(schema, op.table)
        if _hangs_on_a_document(schema, entity):
            continue
        birth = op.kind == BIRTH
        values: dict[str, Any] = {}
        deltas: dict[str, int] = {}
        for name, raw in op.fields.items():
            field = entity.fields.get(name)
            rule = field.policy.rule if field is not None else None
            if rule is Rule.STATE or (rule is Rule.APPEND and not birth):
                continue
            if name in BOUND_TO_MOVES.get(op.table, ()):
                continue
            if rule is Rule.SUM and not birth:
                deltas[name] = int(raw[1] or 0) - int(raw[0] or 0)
            else:
                values[name] = raw if birth else raw[1]
        if birth or values or deltas:
            yield Step(op.table, op.id, _checked(entity, values), deltas, is_birth=birth)


def _hangs_on_a_document(schema: Schema, entity: Entity) -> bool:
    """A seal, or a decision: it belongs to a document and is no part of what the document says."""
    parent = schema.parents.get(entity.name)
    return entity.document is None and parent is not None and schema[parent].is_document_root


# --- what a decision wrote ------------------------------------------------------------------------------------------


class Written(msgspec.Struct, frozen=True, array_like=True):
    """One row as a decision wrote it: for each field the value before and after."""

    table: str
    row_id: bytes
    is_birth: bool
    fields: dict[str, tuple[Any, Any]]


_WRITTEN: Final = msgspec.msgpack.Decoder(list[Written])


def pack_written(written: Iterable[Written]) -> bytes:
    """What a decision wrote, as it is kept for taking it back."""
    return msgspec.msgpack.encode(list(written))


def unpack_written(raw: bytes | None) -> list[Written]:
    """The reverse of `pack_written`."""
    return [] if raw is None else _WRITTEN.decode(raw)


# --- rules for the merge --------------------------------------------------------------------------------------------

_RESOLUTIONS: Final = frozenset({MINE, THEIRS, OTHER})


class ConflictRules(PlainRules):
    """The rules of ``conflict``."""

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        """Rejects a state that does not fit the resolution, and a decision in somebody else's name (3140)."""
        if change.before is None:
            return
        after = change.after
        is_resolved = after["state"] == ConflictState.RESOLVED
        if is_resolved != (after["resolution"] in _RESOLUTIONS) or (not is_resolved and after["resolution"]):
            yield reject(BAD_RESOLUTION, "A conflict is resolved with one of its sides or other values.")
        if is_resolved and "resolved_by" in change.fields and after["resolved_by"] != change.actor.id:
            yield reject(BAD_RESOLUTION, "A decision carries the name of the person who makes it.")


class QuarantineRules(PlainRules):
    """The rules of ``quarantine``."""

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        """Rejects whatever anybody but the taker does (3143), and taking without a taker (3140)."""
        before, after = change.before, change.after
        if before is None:
            return
        first = cast("bytes | None", before["taker_id"])
        if first is not None and change.actor.id != first:
            yield reject(TAKEN, "Somebody else deals with this already.")
        if (after["taker_id"] is None) != (after["state"] == QuarantineState.WAITING):
            yield reject(BAD_RESOLUTION, "Whoever takes it, is named.")
        if (
            after["taker_id"] is not None
            and "taker_id" in change.fields
            and after["taker_id"] != change.actor.id
        ):
            yield reject(BAD_RESOLUTION, "A person takes it in the own name.")


def matter_of(row: Row | Mapping[str, Any]) -> Matter:
    """What a conflict row is about."""
    return Matter(
        table=str(row["table_name"]),
        row_id=cast(bytes, row["row_id"]),
        names=tuple(name for name in str(row["field_names"]).split(",") if name),
        rule=str(row["rule"]),
        mine=unpack(cast("bytes | None", row["mine"])),
        theirs=unpack(cast("bytes | None", row["theirs"])),
    )


RULES: Final[Rulebook] = {"conflict": ConflictRules(), "quarantine": QuarantineRules()}
"""The rules of this subject, by table."""
