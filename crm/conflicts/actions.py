"""What a person can do about a conflict or a quarantined change (sync protocol, 5 and 9; R-004).

Deciding is a changeset like any other: the same action runs on the laptop and in the console, and can be taken back.
Every action leaves its rows in the session, flushed; whoever owns the work commits it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import cast

from sqlalchemy.orm import Session

from crm.changes.actor import Actor, Standing
from crm.changes.entity import Entity, Replicated, Schema, Wire, to_wire
from crm.changes.work import Work
from crm.conflicts import queries
from crm.conflicts.entities import Conflict, Quarantine
from crm.conflicts.rules import (
    MINE,
    NOT_CHOOSABLE,
    NOTHING_TO_UNDO,
    OTHER,
    TAKEN,
    TARGET_MOVED,
    THEIRS,
    Choice,
    Matter,
    Step,
    Written,
    from_wire,
    matter_of,
    ops_of,
    pack_written,
    steps_of,
    unpack_written,
)
from crm.conflicts.states import CONFLICT, QUARANTINE, ConflictState, QuarantineState
from crm.errors import Code, InvalidInput, NotAllowed, RuleBroken
from crm.ids import id_text
from crm.people.queries import standing_of
from crm.rights import demand_move
from crm.rules import row_of


def resolve_conflict(
    work: Work, schema: Schema, conflict_id: bytes, *, choose: Choice, note: str = ""
) -> Conflict:
    """Decide a conflict: write the chosen values to the rows it is about, and say who decided.

    ``choose`` is ``"mine"`` (the change that did not pass), ``"theirs"`` (what the office held), or other values for
    the same fields. A conflict about a state makes the move, if it can still be made. See
    `crm.conflicts.rules.steps_of` for documents and for the dead.

    A conflict about a decision (two people decided one conflict differently): *theirs* leaves the first decision,
    *mine* takes it back and decides as the second person did.

    :raises RuleBroken: 3001 when it is decided already, or the move cannot be made; 3142 when the rows of the first
        decision were changed since.
    :raises InvalidInput: 3141 when the values are not what the conflict is about; 1003 to 1005.
    :raises NotAllowed: 2002 or 2003 without the right *conflict.resolve*; 2002 when the row is not at hand.
    """
    conflict = queries.find_conflict(work.session, conflict_id)
    standing = queries.standing_of_unit(work.session, schema, conflict.unit)
    resolved = ConflictState.RESOLVED.value
    demand_move(work.actor, CONFLICT, conflict.state, resolved, standing=standing)
    matter = matter_of(row_of(conflict))
    written: list[Written] = []
    if matter.table == Conflict.__tablename__:
        if choose == MINE:
            _decide_again(work, schema, matter)
        elif choose != THEIRS:
            raise InvalidInput(NOT_CHOOSABLE, "Of two decisions one is chosen.")
    else:
        for step in steps_of(schema, matter, choose):
            written.append(_write(work, schema, step, standing))
    conflict.state = resolved
    conflict.resolution = choose if isinstance(choose, str) else OTHER
    conflict.resolved_by = work.actor.id
    conflict.resolved_at = work.now_ms
    conflict.previous = pack_written(written)
    if note:
        conflict.note = note.strip()
    work.session.flush()
    return conflict


def undo_resolution(work: Work, schema: Schema, conflict_id: bytes) -> Conflict:
    """Take a decision back: the rows stand as before it, and the conflict is open again.

    :raises RuleBroken: 3001 when nobody decided it; 3142 when a value that the decision wrote was changed since:
        edit the record itself; 3144 for a conflict about a decision: take back that decision instead.
    :raises NotAllowed: 2002 or 2003 without the right *conflict.resolve*.
    """
    conflict = queries.find_conflict(work.session, conflict_id)
    standing = queries.standing_of_unit(work.session, schema, conflict.unit)
    demand_move(work.actor, CONFLICT, conflict.state, ConflictState.UNDONE.value, standing=standing)
    if conflict.table_name == Conflict.__tablename__:
        raise RuleBroken(NOTHING_TO_UNDO, "Take back the decision that this conflict is about.")
    for written in reversed(unpack_written(conflict.previous)):
        _take_back(work, schema, written, standing)
    conflict.state = ConflictState.UNDONE.value
    conflict.resolution = ""
    conflict.resolved_by = None
    conflict.resolved_at = 0
    conflict.previous = None
    work.session.flush()
    return conflict


# --- writing rows ---------------------------------------------------------------------------------------------------


def _write(work: Work, schema: Schema, step: Step, standing: Standing | None) -> Written:
    entity = schema[step.table]
    row = work.session.get(entity.cls, step.row_id)
    if row is None:
        if not step.is_birth:
            raise NotAllowed(Code.NOT_FOUND, "The record of this conflict is not at hand.")
        values = {name: from_wire(entity.fields[name], value) for name, value in step.values.items()}
        if entity.document != "id":
            _demand_open(work, schema, entity, step.values)
        born = cast("Callable[..., Replicated]", entity.cls)
        work.session.add(born(id=step.row_id, **values))
        work.session.flush()
        return Written(entity.name, step.row_id, True, {})
    target = dict(step.values)
    if step.is_birth:
        target["deleted"] = 0  # it was born by an earlier decision that was taken back
    for name, delta in step.deltas.items():
        target[name] = cast(int, to_wire(getattr(row, name)) or 0) + delta
    changed: dict[str, tuple[Wire, Wire]] = {}
    for name, value in target.items():
        before = to_wire(getattr(row, name))
        if before == value:
            continue
        _demand_state(work.actor, entity, name, before, value, standing)
        changed[name] = before, value
    _demand_open(work, schema, entity, row_of(row), changed)
    for name, (_, value) in changed.items():
        _set(entity, row, name, value)
    work.session.flush()
    return Written(entity.name, step.row_id, False, changed)


def _take_back(work: Work, schema: Schema, written: Written, standing: Standing | None) -> None:
    entity = schema[written.table]
    row = work.session.get(entity.cls, written.row_id)
    if row is None:
        raise NotAllowed(Code.NOT_FOUND, "The record of this conflict is not at hand.")
    if written.is_birth:
        _demand_open(work, schema, entity, row_of(row))
        row.deleted = True
        return
    _demand_open(work, schema, entity, row_of(row), written.fields)
    for name, (_, after) in written.fields.items():
        if to_wire(getattr(row, name)) != after:
            raise RuleBroken(TARGET_MOVED, "The record was changed since; edit it directly.", field=name)
    for name, (before, after) in written.fields.items():
        _demand_state(work.actor, entity, name, after, before, standing)
        _set(entity, row, name, before)


def _demand_open(
    work: Work,
    schema: Schema,
    entity: Entity,
    row: Mapping[str, Wire],
    names: Iterable[str] | None = None,
) -> None:
    """Nothing when the document that ``row`` is part of may be written; ``names`` are the fields (None: the whole row).

    :raises RuleBroken: 3008 when it is sealed: what stands in it changes by a revision only (BR-23).
    """
    column = entity.document
    if column is None or (names is not None and not any(_is_content(entity, name) for name in names)):
        return
    if column == "id":
        root_entity, state = entity, row
    else:
        root_entity = schema[cast(str, entity.fields[column].ref)]
        root = work.session.get(root_entity.cls, cast(bytes, row[column]))
        if root is None:
            return
        state = row_of(root)
    for item in root_entity.machines:
        if item.policy.machine is not None and state[item.name] != item.policy.machine.start:
            raise RuleBroken(
                Code.LOCKED,
                "The document was sealed since; take it up again and decide then.",
                state=cast(str, state[item.name]),
            )


def _is_content(entity: Entity, name: str) -> bool:
    return name == "deleted" or (name in entity.fields and entity.fields[name].policy.group == "document")


def _set(entity: Entity, row: Replicated, name: str, value: Wire) -> None:
    if name == "deleted":
        row.deleted = bool(value)
    else:
        setattr(row, name, from_wire(entity.fields[name], value))


def _demand_state(
    actor: Actor, entity: Entity, name: str, before: Wire, after: Wire, standing: Standing | None
) -> None:
    machine = entity.fields[name].policy.machine if name in entity.fields else None
    if machine is not None:
        demand_move(actor, machine, cast(str, before), cast(str, after), standing=standing)


def _decide_again(work: Work, schema: Schema, matter: Matter) -> None:
    """Do what the second of two people decided about one conflict, in place of what the first did."""
    ops = ops_of(matter.mine)
    wanted = next((op for op in ops if (op.table, op.id) == (matter.table, matter.row_id)), None)
    inner = queries.find_conflict(work.session, matter.row_id)
    if wanted is None or "resolution" not in wanted.fields:
        raise InvalidInput(NOT_CHOOSABLE, "The change that waits here decides nothing.")
    if inner.state == ConflictState.RESOLVED:
        undo_resolution(work, schema, inner.id)
    resolution = wanted.fields["resolution"][1]
    if resolution == "":
        return
    choice: Choice
    if resolution in (MINE, THEIRS):
        choice = resolution
    else:
        about = (inner.table_name, inner.row_id)
        pairs: Mapping[str, list[Wire]] = next((op.fields for op in ops if (op.table, op.id) == about), {})
        choice = {name: pair[1] for name, pair in pairs.items()}
    resolve_conflict(work, schema, inner.id, choose=choice)


# --- quarantine -----------------------------------------------------------------------------------------------------


def take_quarantine(work: Work, quarantine_id: bytes) -> Quarantine:
    """Say that one deals with a change the office put aside. Taking what one has taken already changes nothing.

    :raises RuleBroken: 3143 when somebody else took it; ``taker`` in the details says who.
    """
    row = _of_nobody_else(work, quarantine_id)
    if row.state == QuarantineState.TAKEN:
        return row
    _move(work, row, QuarantineState.TAKEN)
    row.taker_id = work.actor.id
    row.taken_at = work.now_ms
    work.session.flush()
    return row


def release_quarantine(work: Work, quarantine_id: bytes) -> Quarantine:
    """Leave it to somebody else again."""
    row = _of_nobody_else(work, quarantine_id)
    _move(work, row, QuarantineState.WAITING)
    row.taker_id = None
    row.taken_at = 0
    work.session.flush()
    return row


def resend_quarantine(work: Work, quarantine_id: bytes, *, note: str = "") -> Quarantine:
    """Say that the change was entered again, and close the matter."""
    return _close(work, quarantine_id, QuarantineState.RESENT, note)


def discard_quarantine(work: Work, quarantine_id: bytes, *, note: str = "") -> Quarantine:
    """Say that the change is not wanted any more, and close the matter. Its body is kept at the office."""
    return _close(work, quarantine_id, QuarantineState.DISCARDED, note)


def _close(work: Work, quarantine_id: bytes, to: QuarantineState, note: str) -> Quarantine:
    row = _of_nobody_else(work, quarantine_id)
    _move(work, row, to)
    if note:
        row.note = note.strip()
    work.session.flush()
    return row


def _of_nobody_else(work: Work, quarantine_id: bytes) -> Quarantine:
    row = queries.find_quarantine(work.session, quarantine_id)
    if row.taker_id is not None and row.taker_id != work.actor.id:
        raise RuleBroken(TAKEN, "Somebody else deals with this already.", taker=id_text(row.taker_id))
    return row


def _move(work: Work, row: Quarantine, to: QuarantineState) -> None:
    standing = _standing(work.session, row)
    demand_move(work.actor, QUARANTINE, row.state, to.value, standing=standing)
    row.state = to.value


def _standing(session: Session, row: Quarantine) -> Standing:
    return standing_of(session, row.person_id, None)
