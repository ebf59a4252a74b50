"""One write transaction of the office: feeds locked, changesets decided one after another, everything written at once.

Push and the office's own actions end here, in `Batch.take` and `Batch.save`; nothing else writes replicated rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, cast

import msgspec
from sqlalchemy import Connection

from crm.changes.capture import writing
from crm.changes.clock import instant_of
from crm.changes.codec import Form
from crm.changes.decision import DOCUMENT_STAMP, Decision, Lost, Sender, Write, settle
from crm.changes.digest import row_hash
from crm.changes.entity import Entity, Fixed, Part, Personal, Root, Row, Schema
from crm.changes.merge import decide
from crm.changes.ops import BIRTH, Changeset, Op, Outcome
from crm.changes.scope import holders_of
from crm.changes.view import Key, Overlay, Rulebook
from crm.ids import derive_id
from crm.people.entities import Division
from sync_server.store.database import Database
from sync_server.store.feeds import DigestBook, Feeds, begin_feeds, hold, open_unit, release
from sync_server.store.rows import OfficeView, write_rows

FORMS: Final = (Form.MSGPACK, Form.JSON)
_ENCODER: Final = msgspec.msgpack.Encoder()


@dataclass(frozen=True)
class Received:
    """A changeset as it is kept: who sent it in which envelope, and what came of it."""

    changeset: Changeset
    device: bytes | None
    incarnation: bytes
    n: int
    hash: bytes
    body: bytes
    form: Form


class Batch:
    """The changesets of one transaction.

    The caller has begun the transaction. Order of calls: `lock`, any number of `weigh` and `take`, `save`. Nothing is written
    before `save`; after an exception the transaction must be rolled back and the batch thrown away.
    """

    def __init__(
        self,
        database: Database,
        connection: Connection,
        rulebook: Rulebook,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self.database = database
        self.connection = connection
        self.schema = database.schema
        self.rulebook = rulebook
        self.feeds = Feeds(database, connection, random_bytes)
        self.below = self._reader()
        self.view = Overlay(self.below)
        self.now_ms = database.now_ms(connection)
        self._before: dict[Key, int | None] = {}
        self._written: dict[Key, Row] = {}
        self._digests = DigestBook()
        self._changesets: list[tuple[Any, ...]] = []
        self._later: list[Callable[[], None]] = []
        self.touched: set[bytes] = set()
        self.released: set[bytes] = set()
        self.told: frozenset[bytes] = frozenset()

    # -- before anything depends on what is read

    def lock(self, changesets: Iterable[Changeset], person: bytes) -> None:
        """Lock every feed that these changesets can touch, in order of feed id, and read what they will ask for.

        The feeds are found by reading without a lock, which is safe because a unit never changes its feed.
        """
        coming = _Coming(self.schema, changesets)
        # PostgreSQL: what is read before the lock may be old the moment it is held, so it is thrown away.
        scout = self.below if self.database.is_sqlite else self._reader()
        self._read_named(scout, coming)
        feeds = {
            self._feed_of(scout, entity, op) for entity, op in coming.ops if not coming.is_brought(entity, op)
        }
        self.feeds.lock([(person, "person"), *(feed for feed in feeds if feed is not None)])
        if scout is not self.below:
            self._read_named(self.below, coming)
        self._read_ahead(coming)

    def feed_of(self, op: Op) -> tuple[bytes, str] | None:
        """The feed that an operation touches, as (id, kind), as far as the rows read so far say."""
        entity = self.schema.get(op.table)
        return self._feed_of(self.below, entity, op) if entity is not None else None

    def _reader(self) -> OfficeView:
        return OfficeView(self.database, self.connection, self.database.shelf)

    def _feed_of(self, view: OfficeView, entity: Entity, op: Op) -> tuple[bytes, str] | None:
        row = view.get(op.table, op.id)
        if row is not None:
            return _feed_of_unit(view, cast(bytes, row["unit"]))
        scope = entity.scope
        if isinstance(scope, Root):
            owner = _named(view, entity, scope.owner, op)
            division = owner.get(scope.division) if owner is not None else None
            return (division, "division") if isinstance(division, bytes) else None
        if isinstance(scope, Part):
            parent = _named(view, entity, scope.via, op)
            return _feed_of_unit(view, cast(bytes, parent["unit"])) if parent is not None else None
        if isinstance(scope, Fixed):
            return _feed_of_unit(view, scope.unit)
        if isinstance(scope, Personal):
            person = _given_id(op.fields.get(scope.person))
            return _feed_of_unit(view, person) if person is not None else None
        return None  # only the office makes rows that stand beside others

    def _read_named(self, view: OfficeView, coming: _Coming) -> None:
        """Read the rows that the operations are about and those they name, and how their units stand."""
        units: set[bytes] = set()
        for table, ids in coming.ids.items():
            view.load(table, ids)
            units.update(
                cast(bytes, row["unit"]) for row_id in ids if (row := view.get(table, row_id)) is not None
            )
        view.load_standings(units)

    def _read_ahead(self, coming: _Coming) -> None:
        """Read in few statements what the rules will ask for; anything missed is read when it is needed."""
        ahead = Overlay(self.below)
        roots: dict[str, list[Row]] = defaultdict(list)
        for (table, row_id), born in coming.born.items():
            ahead.put(table, born)
            if table in self.rulebook and self.below.get(table, row_id) is None:
                # A new row is judged as one that moves from the start, wherever it is born.
                start = {item.name: item.default for item in self.schema[table].machines}
                roots[table].append({**born, **start})
        for table, ids in coming.changed.items():
            if table in self.rulebook:
                roots[table] += [row for row_id in ids if (row := self.below.get(table, row_id)) is not None]
        for table, rows in roots.items():
            for want in self.rulebook[table].wants(ahead, rows):
                self.below.read(want)

    # -- deciding

    def weigh(self, changeset: Changeset, sender: Sender) -> Decision:
        """What one changeset comes to. Only memory is touched, and only when nothing raises."""
        return decide(self.schema, self.rulebook, self.view, changeset, sender)

    def take(self, received: Received, decision: Decision, sender: Sender) -> Outcome:
        """Give the rows of a decision their place in the feeds; they wait for `save`."""
        changeset = received.changeset
        self._add_conflicts(decision, changeset, sender)
        self._settle(decision, changeset, sender)
        outcome = Outcome(
            changeset.change_id,
            received.n,
            decision.kind,
            decision.code,
            decision.text,
            dict(decision.details),
        )
        self.keep(received, outcome, sender.stamp)
        return outcome

    def keep(self, received: Received, outcome: Outcome, effective_stamp: int) -> None:
        """Remember a changeset with its outcome, as sent."""
        changeset = received.changeset
        self._changesets.append(
            (
                changeset.change_id,
                received.device,
                received.incarnation,
                received.n,
                received.hash,
                min(max(changeset.stamp, 0), (1 << 63) - 1),
                effective_stamp,
                changeset.business_date[:10],
                changeset.schema_version & 0x7FFFFFFF,
                changeset.intent[:64],
                changeset.actor[:16],
                FORMS.index(received.form),
                received.body,
                outcome.kind,
                outcome.code,
                outcome.text,
                _ENCODER.encode(outcome.details),
                self.now_ms,
            )
        )

    def add(self, table: str, row: Row, change_id: bytes, person: bytes) -> None:
        """A row that the office itself makes beside a changeset (a quarantine entry)."""
        decision = Decision()
        write = Write(self.schema[table], row, None)
        decision.writes[table, cast(bytes, row["id"])] = write
        self.view.put(table, row)
        changeset = Changeset(change_id, 0, "", 0, "", person, ())
        self._settle(decision, changeset, None)

    def _add_conflicts(self, decision: Decision, changeset: Changeset, sender: Sender) -> None:
        for lost in decision.lost:
            write = self._conflict(lost, changeset, sender)
            decision.writes["conflict", cast(bytes, write.row["id"])] = write
            self.view.put("conflict", write.row)

    def _conflict(self, lost: Lost, changeset: Changeset, sender: Sender) -> Write:
        entity = self.schema["conflict"]
        names = ",".join(lost.fields)
        joined = self._open_conflict(lost, names, sender) if lost.open else None
        if joined is not None:
            # A later value of one's own joins the conflict that is open already.
            row = dict(joined)
            mine = {**msgspec.msgpack.decode(cast(bytes, joined["mine"])), **lost.mine}
            row.update(
                mine=_ENCODER.encode(mine), mine_at=instant_of(sender.stamp), change_id=changeset.change_id
            )
            return Write(entity, row, joined, {"mine", "mine_at", "change_id", DOCUMENT_STAMP})
        row = entity.blank()
        standing = self.view.standing(lost.unit)
        assert standing is not None
        instant = instant_of(sender.stamp)
        row.update(
            id=derive_id("conflict", changeset.change_id, lost.row_id, names),
            unit=lost.unit,
            feed_id=standing.division_id,
            created_at=instant,
            changed_at=instant,
            created_by=sender.actor.id,
            changed_by=sender.actor.id,
            table_name=lost.table,
            row_id=lost.row_id,
            field_names=names,
            rule=lost.rule.value,
            state="open" if lost.open else "decided",
            base=_ENCODER.encode(lost.base),
            mine=_ENCODER.encode(lost.mine),
            theirs=_ENCODER.encode(lost.theirs),
            change_id=changeset.change_id,
            mine_by=lost.mine_by or sender.actor.id,
            mine_at=instant_of(lost.mine_stamp) if lost.mine_by else instant,
            theirs_by=lost.theirs_by,
            theirs_at=instant_of(lost.theirs_stamp),
        )
        return Write(entity, row, None)

    def _open_conflict(self, lost: Lost, names: str, sender: Sender) -> Row | None:
        if lost.mine_by is not None:
            return None
        for row in self.view.children("conflict", "row_id", lost.row_id):
            if (
                (row["state"], row["field_names"], row["mine_by"]) == ("open", names, sender.actor.id)
                and (row["table_name"], row["rule"]) == (lost.table, lost.rule.value)
                and not row["deleted"]
                and "ops" not in lost.mine
            ):
                return row
        return None

    def _settle(self, decision: Decision, changeset: Changeset, sender: Sender | None) -> None:
        if not decision.writes:
            return
        touched: dict[bytes, set[tuple[bytes, str]]] = defaultdict(set)
        rows: dict[bytes, int] = defaultdict(int)
        for write in decision.writes.values():
            feed_id = cast(bytes, write.row["feed_id"])
            touched[feed_id].add((cast(bytes, write.row["unit"]), write.entity.name))
            rows[feed_id] += 1
        seqs = {feed_id: self.feeds.next_seq(feed_id) for feed_id in touched}
        if sender is not None:
            settle(decision, seqs, sender)
        else:
            for write in decision.writes.values():
                write.row["version"] = seqs[cast(bytes, write.row["feed_id"])]
        for write in decision.writes.values():
            self._note(write)
            if isinstance(write.entity.scope, Root):
                self._hold(write, seqs[cast(bytes, write.row["feed_id"])])
        by = sender.actor.id if sender is not None else changeset.actor
        at = instant_of(sender.stamp) if sender is not None else self.now_ms
        for feed_id, units in touched.items():
            self.feeds.advance(
                feed_id, changeset.change_id, by, at, rows[feed_id], frozenset(units), seqs[feed_id]
            )
            self.touched |= {unit for unit, _table in units}

    def _note(self, write: Write) -> None:
        table, row = write.entity.name, write.row
        row_id, unit = cast(bytes, row["id"]), cast(bytes, row["unit"])
        key = table, row_id
        previous = self._written.get(key)
        before = previous if previous is not None else write.before
        self._before.setdefault(key, None if write.before is None else cast(int, write.before["version"]))
        self._written[key] = row
        self._digests.note(
            unit,
            table,
            add=row_hash(row_id, cast(int, row["version"])),
            remove=row_hash(row_id, cast(int, before["version"])) if before is not None else 0,
            rows=0 if before is not None else 1,
        )

    def _hold(self, write: Write, seq: int) -> None:
        """Units begin, and change hands, with the row that says so."""
        unit, feed_id = cast(bytes, write.row["unit"]), cast(bytes, write.row["feed_id"])
        scope = cast(Root, write.entity.scope)
        now = holders_of(write.entity, write.row)
        if write.before is None:
            self._later.append(
                lambda: open_unit(self.database, self.connection, unit, scope.kind, feed_id, now, seq)
            )
        else:
            were = holders_of(write.entity, write.before)
            if were == now:
                return
            self._later.append(lambda: release(self.database, self.connection, unit, were - now, seq))
            self._later.append(lambda: hold(self.database, self.connection, unit, feed_id, now - were, seq))
            self.released |= {one.principal for one in were - now}
        standing = self.view.standing(unit)
        assert standing is not None
        self.view.standings[unit] = type(standing)(
            standing.division_id, frozenset(one.principal for one in now if one.right == "edit")
        )

    # -- writing

    def save(self) -> None:
        """Write rows, digests, feeds and changesets. The caller commits."""
        births: dict[str, list[Row]] = defaultdict(list)
        changes: dict[str, list[Row]] = defaultdict(list)
        for (table, _row_id), row in self._written.items():
            (births if self._before[table, cast(bytes, row["id"])] is None else changes)[table].append(row)
        with writing(self.connection):
            write_rows(self.database, self.connection, births, changes)
        for step in self._later:
            step()
        divisions = births.get(Division.__tablename__, ())
        begin_feeds(
            self.database, self.connection, [(cast(bytes, row["id"]), "division") for row in divisions]
        )
        self._digests.save(self.database, self.connection)
        self.feeds.save()
        self.database.execute_many(
            self.connection,
            "INSERT INTO changeset (change_id, device, incarnation, n, hash, stamp, effective_stamp, business_date, "
            "schema_version, intent, actor, form, body, kind, code, text, details, received_at) "
            "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
            "ON CONFLICT (change_id) DO NOTHING",
            self._changesets,
        )


class _Coming:
    """What a group of changesets brings and names, taken from their operations before anything was checked."""

    def __init__(self, schema: Schema, changesets: Iterable[Changeset]) -> None:
        self.ops: list[tuple[Entity, Op]] = []
        self.ids: dict[str, set[bytes]] = defaultdict(set)
        self.changed: dict[str, set[bytes]] = defaultdict(set)
        self.born: dict[Key, Row] = {}
        for changeset in changesets:
            for op in changeset.ops:
                entity = schema.get(op.table)
                if entity is None or len(op.id) != 16:
                    continue
                self.ops.append((entity, op))
                self.ids[op.table].add(op.id)
                for item in entity.references:
                    target_id = _given_id(op.fields.get(item.name))
                    if target_id is not None:
                        self.ids[str(item.ref)].add(target_id)
                if op.kind == BIRTH:
                    self.born[op.table, op.id] = _row_to_be(entity, op)
                else:
                    self.changed[op.table].add(op.id)

    def is_brought(self, entity: Entity, op: Op) -> bool:
        """Whether the operation makes a part of a row that is made here too: it touches no other feed than that."""
        scope = entity.scope
        if op.kind != BIRTH or not isinstance(scope, Part):
            return False
        parent = str(entity.fields[scope.via].ref), _given_id(op.fields.get(scope.via))
        return parent in self.born


_STORED: Final = frozenset({int, str, bytes, bool, type(None)})


def _row_to_be(entity: Entity, op: Op) -> Row:
    row = entity.blank()
    row["id"] = op.id
    for name, value in op.fields.items():
        if type(value) in _STORED and name in row:
            row[name] = value
    return row


def _given_id(raw: object) -> bytes | None:
    if raw is None:
        return None
    value = raw[1] if isinstance(raw, list | tuple) and len(raw) == 2 else raw
    return value if isinstance(value, bytes) and len(value) == 16 else None


def _named(view: OfficeView, entity: Entity, column: str, op: Op) -> Row | None:
    """The row that an operation names in a column."""
    target_id = _given_id(op.fields.get(column))
    return view.get(str(entity.fields[column].ref), target_id) if target_id is not None else None


def _feed_of_unit(view: OfficeView, unit: bytes) -> tuple[bytes, str] | None:
    standing = view.standing(unit)
    if standing is None or standing.division_id is None:
        return None
    return standing.division_id, "division"
