"""Merge by policy: what one changeset does to the office's rows. Pure: reads a `View`, returns a `Decision`.

The office's order is decided by ``seq`` alone. A field is concurrent when the office changed it after the version
the person saw (``seq > base``) and the last writer was another incarnation. Each changeset applies whole or not at
all: a rejection leaves nothing behind, and a conflict about a document leaves the whole document as the office has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import msgspec

from crm.changes.actor import Standing
from crm.changes.admission import ABSENT, Admission
from crm.changes.clock import instant_of
from crm.changes.decision import (
    DOCUMENT_STAMP,
    Decision,
    FieldStamp,
    Lost,
    Sender,
    Write,
    reaching,
    read_stamps,
)
from crm.changes.documents import DocumentConflictError, document_conflict
from crm.changes.entity import Beside, Entity, Field, Part, Personal, Root, Row, Schema, Wire
from crm.changes.ops import BIRTH, CHANGE, Changeset, Op
from crm.changes.policies import Policy, Reach, Rule
from crm.changes.scope import unit_of
from crm.changes.view import Change, Finding, Key, Overlay, Rulebook
from crm.errors import Code, InvalidInput, NotAllowed, RoundsmanError, RuleBroken


def decide(
    schema: Schema, rulebook: Rulebook, view: Overlay, changeset: Changeset, sender: Sender
) -> Decision:
    """What ``changeset`` does. Its rows are put into ``view`` only when it is not rejected.

    Never raises for what a client can send: bad input, missing rights and illegal moves are a rejection with their
    number. Any other exception is a defect, and the caller's barrier turns it into a quarantine.
    """
    layer = Overlay(view)
    try:
        decision = _Merge(schema, rulebook, layer, changeset, sender).run()
    except DocumentConflictError as conflict:
        return document_conflict(schema, view, layer, changeset, conflict)
    except RoundsmanError as error:
        return Decision("rejected", error.code, error.message, error.details)
    layer.onto(view)
    return decision


class _Merge:
    def __init__(
        self, schema: Schema, rulebook: Rulebook, view: Overlay, changeset: Changeset, sender: Sender
    ) -> None:
        self.schema = schema
        self.rulebook = rulebook
        self.view = view
        self.changeset = changeset
        self.sender = sender
        self.admission = Admission(schema, view, sender)
        self.decision = Decision()
        self.changed: dict[Key, set[str]] = {}
        self.places: dict[Key, tuple[bytes, Standing]] = {}

    def run(self) -> Decision:
        seen: set[Key] = set()
        for op in self.changeset.ops:
            if (op.table, op.id) in seen:
                raise InvalidInput(Code.MALFORMED, "A change names one row twice.")
            seen.add((op.table, op.id))
            entity = self.schema.get(op.table)
            if entity is None:
                raise InvalidInput(Code.UNKNOWN_TABLE, "The change names an unknown kind of record.")
            if len(op.id) != 16:
                raise InvalidInput(Code.BAD_ID, "A record's id has sixteen bytes.")
            if op.kind == BIRTH:
                self._birth(entity, op)
            elif op.kind == CHANGE:
                self._change(entity, op)
            else:
                raise InvalidInput(Code.MALFORMED, "The change names an unknown operation.")
        self._wait_for_the_dead()
        self._merge_documents()
        self._apply_rules()
        for key, write in list(self.decision.writes.items()):
            if write.before is not None and not write.stamped and write.row == write.before:
                del self.decision.writes[key]
        if any(lost.open for lost in self.decision.lost):
            self.decision.kind = "conflict"
        elif self.decision.lost:
            self.decision.kind = "merged"
        return self.decision

    # -- births

    def _birth(self, entity: Entity, op: Op) -> None:
        if isinstance(entity.scope, Beside):
            raise NotAllowed(Code.NO_RIGHT, "Only the office makes such a record.")
        if self.view.get(entity.name, op.id) is not None:
            raise InvalidInput(Code.BAD_ID, "A record with this id exists already.")
        row = entity.blank()
        row["id"] = op.id
        free = entity.free
        for name, raw in op.fields.items():
            check = free.get(name)
            row[name] = (
                check(raw) if check is not None else self.admission.given(entity, name, raw, birth=True)
            )
        for name in entity.required:
            if name not in op.fields:
                raise InvalidInput(Code.BAD_VALUE, f"A new record lacks {name}.", field=name)
        unit, standing = self._place_for_birth(entity, row)
        row["unit"] = unit
        row["feed_id"] = standing.division_id
        instant = instant_of(self.sender.stamp)
        row.update(
            created_at=instant,
            changed_at=instant,
            created_by=self.sender.actor.id,
            changed_by=self.sender.actor.id,
        )
        self.admission.references(entity, row, op.fields)
        self._states_at_birth(entity, row, standing)
        self._put(entity, row, None, set())
        self.changed[entity.name, op.id] = set(op.fields)

    def _states_at_birth(self, entity: Entity, row: Row, standing: Standing) -> None:
        for item in entity.machines:
            machine = item.policy.machine
            assert machine is not None
            if row[item.name] != machine.start:
                self.admission.move(item, machine.start, row[item.name], standing)

    def _place_for_birth(self, entity: Entity, row: Row) -> tuple[bytes, Standing]:
        """The unit in which a new row may be made, and how it stands: asked once for all parts of one row."""
        scope = entity.scope
        key = (entity.name, cast(bytes, row[scope.via])) if isinstance(scope, Part) else None
        if key is not None and key in self.places:
            return self.places[key]
        unit = unit_of(self.schema, entity, row, self.view.get)
        if unit is None:
            raise NotAllowed(Code.NOT_FOUND, ABSENT)
        standing = self._standing_for_birth(entity, row, unit)
        self.admission.require(entity.right, standing, unit)
        if standing.division_id is None:
            raise InvalidInput(Code.BAD_VALUE, "The holder of a new record belongs to no division.")
        if key is not None:
            self.places[key] = unit, standing
        return unit, standing

    def _standing_for_birth(self, entity: Entity, row: Row, unit: bytes) -> Standing:
        scope = entity.scope
        if isinstance(scope, Root):
            owner_id = row[scope.owner]
            owner_table = entity.fields[scope.owner].ref
            owner = (
                self.view.get(owner_table, owner_id) if owner_table and isinstance(owner_id, bytes) else None
            )
            if owner is None:
                raise NotAllowed(Code.NOT_FOUND, ABSENT)
            standing = Standing(
                cast("bytes | None", owner[scope.division]), frozenset({cast(bytes, owner_id)})
            )
            self.view.standings[unit] = standing
            return standing
        return self.admission.standing(unit)

    def _wait_for_the_dead(self) -> None:
        """A part of a dead record, or of a part of one, waits with everything that came with it.

        Asked when every operation was judged: what is kept in a conflict is the sender's to see.
        """
        living: set[Key] = set()
        for write in self.decision.writes.values():
            is_living = write.before is None and not write.row["deleted"]
            dead = self._dead_above(write, living) if is_living else None
            if dead is not None:
                raise DocumentConflictError(
                    dead[1], dead[0], Rule.DEAD, Code.STALE, "The record it belongs to was deleted meanwhile."
                )

    def _dead_above(self, write: Write, living: set[Key]) -> tuple[str, Row] | None:
        """The dead row above; rows with nothing dead from them upwards are in ``living``, and put there."""
        entity, row = write.entity, write.row
        while isinstance(entity.scope, Part):
            key = self.schema.parents[entity.name], cast(bytes, row[entity.scope.via])
            if key in living:
                return None
            parent = self.view.get(*key)
            if parent is None:
                return None
            if parent["deleted"]:
                return key[0], parent
            # A dead row further up ends it all, so this holds whenever it is looked at.
            living.add(key)
            entity, row = self.schema[key[0]], parent
        return None

    # -- changes

    def _change(self, entity: Entity, op: Op) -> None:
        # Values come first: what is wrong with them says nothing about whether there is such a row.
        values: dict[str, tuple[Wire, Wire]] = {}
        for name, raw in op.fields.items():
            if not isinstance(raw, list | tuple) or len(raw) != 2:
                raise InvalidInput(Code.MALFORMED, "A changed field carries its old and its new value.")
            old = self.admission.given(entity, name, raw[0], birth=False, old=True)
            values[name] = old, self.admission.given(entity, name, raw[1], birth=False)
        current = self.view.get(entity.name, op.id)
        if current is None:
            raise NotAllowed(Code.NOT_FOUND, ABSENT)
        unit = cast(bytes, current["unit"])
        standing = self.admission.standing(unit)
        self.admission.rights_to_change(entity, values, standing, unit)
        self.admission.references(entity, current, {name: pair[1] for name, pair in values.items()})
        if op.base < 0:
            raise InvalidInput(Code.BAD_VALUE, "A version is not negative.")
        if current["deleted"] and values and values.get("deleted", (0, 1))[1] != 0:
            self._edit_of_the_dead(entity, current, values)
            return
        row = dict(current)
        stamped: set[str] = set()
        stamps = read_stamps(current)
        for name, (old, new) in values.items():
            self._field(entity, op, row, stamped, stamps, name, old, new, standing)
        if stamped:
            row["changed_at"] = max(instant_of(self.sender.stamp), cast(int, current["created_at"]))
            row["changed_by"] = self.sender.actor.id
        if stamped or (entity.is_document_root and not values):
            self._put(entity, row, current, stamped)
            self.changed.setdefault((entity.name, op.id), set()).update(stamped)

    def _field(
        self,
        entity: Entity,
        op: Op,
        row: Row,
        stamped: set[str],
        stamps: Mapping[str, FieldStamp],
        name: str,
        old: Wire,
        new: Wire,
        standing: Standing,
    ) -> None:
        if name == "deleted":
            if row["deleted"] != new:
                if new:
                    self._overtake(entity, op, stamps)
                row["deleted"] = new
                stamped.add(name)
            return
        item = entity.fields[name]
        rule = item.policy.rule
        if old == new and not (rule is Rule.GROUP and self._group_prevails(entity, op, stamps, item)):
            return  # left as the person saw it: no edit
        if rule is Rule.STATE:
            self._state_field(entity, row, stamped, stamps, item, old, new, standing)
            return
        if rule is Rule.SUM:
            delta = cast(int, new or 0) - cast(int, old or 0)
            if delta:
                row[name] = item.check(cast(int, row[name] or 0) + delta)
                stamped.add(name)
            return
        if row[name] == new:
            return
        if rule is Rule.APPEND or name == _anchor(entity):
            raise RuleBroken(Code.APPEND_ONLY, f"{name} is written once and never changed.", field=name)
        names = entity.groups[item.policy.group] if rule is Rule.GROUP and item.policy.group else (name,)
        theirs = None if item.policy.group == "document" else self._concurrent(op, stamps, names)
        if theirs is None or self._prevails(item.policy, theirs):
            if theirs is not None:
                self._lose(entity, row, names, item.policy, op, theirs)
            row[name] = new
            stamped.add(name)
        elif rule is not Rule.GROUP or not self._already_lost(row, names):
            self._lose(entity, row, names, item.policy, op, theirs)

    def _concurrent(
        self, op: Op, stamps: Mapping[str, FieldStamp], names: Iterable[str]
    ) -> FieldStamp | None:
        others = [
            stamp
            for stamp in (stamps.get(name) for name in names)
            if stamp is not None and stamp.seq > op.base and stamp.incarnation != self.sender.incarnation
        ]
        return max(others) if others else None

    def _prevails(self, policy: Policy, theirs: FieldStamp) -> bool:
        rule = policy.then if policy.rule is Rule.GROUP else policy.rule
        return rule is Rule.LATEST and (self.sender.stamp, self.sender.incarnation) > (
            theirs.stamp,
            theirs.incarnation,
        )

    def _group_prevails(self, entity: Entity, op: Op, stamps: Mapping[str, FieldStamp], item: Field) -> bool:
        """Whether the whole group is taken as this side has it, though the other side changed it too."""
        if item.policy.group in (None, "document"):
            return False
        names = entity.groups[item.policy.group]
        if all(op.fields[name][0] == op.fields[name][1] for name in names if name in op.fields):
            return False
        theirs = self._concurrent(op, stamps, names)
        return theirs is not None and self._prevails(item.policy, theirs)

    def _already_lost(self, row: Row, names: tuple[str, ...]) -> bool:
        return any(lost.row_id == row["id"] and lost.fields == names for lost in self.decision.lost)

    def _lose(
        self,
        entity: Entity,
        row: Row,
        names: tuple[str, ...],
        policy: Policy,
        op: Op,
        theirs: FieldStamp,
    ) -> None:
        if self._already_lost(row, names):
            return
        given = {name: op.fields[name] for name in names if name in op.fields}
        stands: dict[str, Any] = {name: row[name] for name in names}
        self.decision.lost.append(
            Lost(
                table=entity.name,
                row_id=cast(bytes, row["id"]),
                unit=cast(bytes, row["unit"]),
                fields=names,
                rule=policy.rule,
                open=(policy.then if policy.rule is Rule.GROUP else policy.rule) is not Rule.LATEST,
                base=reaching(entity, {name: pair[0] for name, pair in given.items()}),
                mine=reaching(entity, {name: pair[1] for name, pair in given.items()}),
                theirs=reaching(entity, stands),
                theirs_by=theirs.by,
                theirs_stamp=theirs.stamp,
            )
        )

    def _state_field(
        self,
        entity: Entity,
        row: Row,
        stamped: set[str],
        stamps: Mapping[str, FieldStamp],
        item: Field,
        old: Wire,
        new: Wire,
        standing: Standing,
    ) -> None:
        current = row[item.name]
        if current == new:
            return
        machine = item.policy.machine
        assert machine is not None
        if machine.right_for(cast("str | int", current), cast("str | int", new)) is None and (
            current != old and machine.right_for(cast("str | int", old), cast("str | int", new)) is not None
        ):
            # The move was allowed from what the person saw; the office has moved on since.
            self.admission.move(item, old, new, standing)
            stamp = stamps.get(item.name)
            self.decision.lost.append(
                Lost(
                    table=entity.name,
                    row_id=cast(bytes, row["id"]),
                    unit=cast(bytes, row["unit"]),
                    fields=(item.name,),
                    rule=Rule.STATE,
                    open=True,
                    base={item.name: old},
                    mine={item.name: new},
                    theirs={item.name: current},
                    theirs_by=stamp.by if stamp else None,
                    theirs_stamp=stamp.stamp if stamp else 0,
                    code=Code.ILLEGAL_MOVE,
                )
            )
            return
        self.admission.move(item, current, new, standing)
        row[item.name] = new
        stamped.add(item.name)

    def _edit_of_the_dead(
        self, entity: Entity, current: Row, values: Mapping[str, tuple[Wire, Wire]]
    ) -> None:
        edits = {
            name: pair for name, pair in values.items() if pair[0] != pair[1] and current.get(name) != pair[1]
        }
        if not edits:
            return
        stamp = read_stamps(current).get("deleted")
        self.decision.lost.append(
            Lost(
                table=entity.name,
                row_id=cast(bytes, current["id"]),
                unit=cast(bytes, current["unit"]),
                fields=tuple(edits),
                rule=Rule.DEAD,
                open=True,
                base=reaching(entity, {name: pair[0] for name, pair in edits.items()}),
                mine=reaching(entity, {name: pair[1] for name, pair in edits.items()}),
                theirs={"deleted": 1},
                theirs_by=stamp.by if stamp else None,
                theirs_stamp=stamp.stamp if stamp else 0,
            )
        )

    def _overtake(self, entity: Entity, op: Op, stamps: Mapping[str, FieldStamp]) -> None:
        """A deletion by somebody who did not see the last edits: the row dies, they wait as if they came later."""
        current = self.view.get(entity.name, op.id)
        assert current is not None
        edits = {
            name: stamp
            for name, stamp in stamps.items()
            if name in entity.fields
            and entity.fields[name].reach is Reach.ALL
            and stamp.seq > op.base
            and stamp.incarnation != self.sender.incarnation
        }
        if not edits:
            return
        last = max(edits.values())
        self.decision.lost.append(
            Lost(
                table=entity.name,
                row_id=op.id,
                unit=cast(bytes, current["unit"]),
                fields=tuple(name for name in entity.fields if name in edits),
                rule=Rule.DEAD,
                open=True,
                base={},
                mine={name: current[name] for name in edits},
                theirs={"deleted": 1},
                theirs_by=self.sender.actor.id,
                theirs_stamp=self.sender.stamp,
                mine_by=last.by,
                mine_stamp=last.stamp,
            )
        )

    # -- documents

    def _merge_documents(self) -> None:
        """Rows of a document merge as one: judged by the root's base against the root's document stamp."""
        bases = {(op.table, op.id): op for op in self.changeset.ops if self.schema[op.table].is_document_root}
        for write in list(self.decision.writes.values()):
            entity = write.entity
            grouped = self._in_document(write)
            if not grouped:
                continue
            column = str(entity.document)
            root_table = entity.name if column == "id" else cast(str, entity.fields[column].ref)
            root_key = root_table, cast(bytes, write.row[column])
            op = bases.get(root_key)
            if op is None:
                raise InvalidInput(Code.MALFORMED, "Lines are changed together with their document.")
            root = self.view.get(*root_key)
            assert root is not None
            if op.kind == CHANGE:
                theirs = self._concurrent(op, read_stamps(root), (DOCUMENT_STAMP,))
                if theirs is not None:
                    raise DocumentConflictError(
                        root, root_table, Rule.GROUP, Code.STALE, "The document was changed by somebody else."
                    )
            head = self.decision.writes.get(root_key)
            if head is None:
                before = root
                head = self._put(self.schema[root_table], dict(root), before, set())
            if head.before is not None:
                head.stamped.add(DOCUMENT_STAMP)
            self.changed.setdefault(root_key, set())

    def _in_document(self, write: Write) -> bool:
        entity = write.entity
        if entity.document is None:
            return False
        if not entity.is_document_root:
            return True
        if write.before is None:
            return True
        return any(
            name == "deleted" or (name in entity.fields and entity.fields[name].policy.group == "document")
            for name in write.stamped
        )

    # -- rules of the subjects

    def _apply_rules(self) -> None:
        roots: dict[Key, list[Key]] = {}
        for key, write in self.decision.writes.items():
            roots.setdefault(self._root_of(write), []).append(key)
        for root_key, touched in roots.items():
            rules = self.rulebook.get(root_key[0])
            root = self.view.get(*root_key)
            if rules is None or root is None:
                continue
            for (table, row_id), derived in rules.derive(self.view, root).items():
                self._set_derived(table, row_id, derived)
            after = self.view.get(*root_key)
            assert after is not None
            head = self.decision.writes.get(root_key)
            change = Change(
                entity=self.schema[root_key[0]],
                before=head.before if head is not None else after,
                after=after,
                fields=frozenset(self.changed.get(root_key, ())),
                touched=tuple(touched),
                actor=self.sender.actor,
                intent=self.changeset.intent,
                business_date=self.changeset.business_date,
                now_ms=self.sender.now_ms,
            )
            self._judge(rules.judge(self.view, change), root_key, after)

    def _judge(self, findings: Iterable[Finding], root_key: Key, root: Row) -> None:
        looks: list[Finding] = []
        for finding in findings:
            if finding.kind == "reject":
                raise RuleBroken(cast(int, finding.code), finding.text, **finding.details)
            if finding.kind == "conflict":
                raise DocumentConflictError(
                    root, root_key[0], _rule_of(finding), cast(int, finding.code), finding.text
                )
            looks.append(finding)
        self.decision.looks += looks
        if looks and "looks" in self.schema[root_key[0]].fields:
            text = msgspec.json.encode(
                [{"code": look.code, "text": look.text, "details": dict(look.details)} for look in looks]
            ).decode()
            self._set_derived(*root_key, {"looks": text})

    def _root_of(self, write: Write) -> Key:
        entity = write.entity
        if entity.document not in (None, "id"):
            column = str(entity.document)
            return cast(str, entity.fields[column].ref), cast(bytes, write.row[column])
        parent = self.schema.parents.get(entity.name)
        if parent is not None and self.schema[parent].is_document_root and entity.document is None:
            # A seal or a decision is judged with the document it names.
            return parent, cast(bytes, write.row[entity.scope.via])  # type: ignore[union-attr]
        return entity.name, cast(bytes, write.row["id"])

    def _set_derived(self, table: str, row_id: bytes, values: Mapping[str, Wire]) -> None:
        row = self.view.get(table, row_id)
        if row is None or values.items() <= row.items():
            return
        write = self.decision.writes.get((table, row_id))
        if write is None:
            write = self._put(self.schema[table], dict(row), row, set())
        write.row.update(values)

    # -- rights, references, values

    def _put(self, entity: Entity, row: Row, before: Row | None, stamped: set[str]) -> Write:
        write = Write(entity, row, before, stamped)
        self.decision.writes[entity.name, cast(bytes, row["id"])] = write
        self.view.put(entity.name, row)
        return write


def _rule_of(finding: Finding) -> Rule:
    return Rule.SEAL if finding.code == Code.SEAL_BROKEN else Rule.SUBJECT


def _anchor(entity: Entity) -> str | None:
    """The column that says to which unit a row belongs: a row stays in the unit it was born in."""
    scope = entity.scope
    if isinstance(scope, Part):
        return scope.via
    return scope.person if isinstance(scope, Personal) else None
