"""What a batch of rows asks of the office, decided before anything is written: ids, operations, what became of each row.

Everything that is needed is read in a few queries; then document after document is compared with what stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar, cast

from sqlalchemy import Connection

from crm.changes.entity import Entity, Row, Wire
from crm.changes.ops import BIRTH, CHANGE, Op
from crm.changes.policies import Rule
from crm.changes.view import Key
from crm.errors import RoundsmanError
from sync_server.imports.identity import Keys, Named, NewKey, matching, own_id, stored_key
from sync_server.imports.wanted import Copied, KeyText, Reference, Value, WantedRecord, WantedRow
from sync_server.store.database import Database
from sync_server.store.rows import OfficeView

if TYPE_CHECKING:
    from sync_server.imports.survey import Document

T = TypeVar("T")

CREATED: Final = "created"
CHANGED: Final = "changed"
UNCHANGED: Final = "unchanged"
REPAIRED: Final = "repaired"
REJECTED: Final = "rejected"
OUTCOMES: Final = (CREATED, CHANGED, UNCHANGED, REPAIRED, REJECTED)
"""In the order in which reports have them; a row that was repaired counts as another one too."""
_RANK: Final = (UNCHANGED, CHANGED, CREATED)


class RowRefusedError(Exception):
    """A row cannot be imported; ``row`` is the one to mend, the text says why."""

    def __init__(self, row: WantedRow, text: str) -> None:
        super().__init__(text)
        self.row = row


class UnknownRecordError(RowRefusedError):
    """A row names a record that is not there (yet)."""

    def __init__(self, row: WantedRow, text: str, named: Named | None) -> None:
        super().__init__(row, text)
        self.named = named


@dataclass
class Planned:
    """A document that can be written: its operations, new keys, and what becomes of each of its rows."""

    document: Document
    ops: list[Op] = field(default_factory=list)
    keys: list[NewKey] = field(default_factory=list)
    outcomes: list[tuple[WantedRow, str]] = field(default_factory=list)
    records: int = 0
    """How many records it makes or changes."""


@dataclass
class Plan:
    """``planned`` in an order in which records come before those that name them; the rest cannot be written now."""

    planned: list[Planned] = field(default_factory=list)
    refused: list[tuple[Document, RowRefusedError]] = field(default_factory=list)
    waiting: list[tuple[Document, UnknownRecordError]] = field(default_factory=list)
    """Documents that name a record which a later row of the same file may bring."""

    @property
    def ops(self) -> list[Op]:
        """All operations in order."""
        return [op for each in self.planned for op in each.ops]

    @property
    def keys(self) -> list[NewKey]:
        """All new keys."""
        return [key for each in self.planned for key in each.keys]


def rows_of(document: Document) -> list[WantedRow]:
    """The rows of a document, its root first."""
    root, parts = document
    return [*([root] if root is not None else []), *parts]


class Planner:
    """Plans batches of one source."""

    def __init__(self, database: Database, keys: Keys, new_id: Callable[[], bytes]) -> None:
        self._database = database
        self._keys = keys
        self._new_id = new_id

    def plan(self, connection: Connection, documents: Sequence[Document]) -> Plan:
        """What the documents come to as the office stands in this transaction."""
        plan = Plan()
        sound: list[Document] = []
        taken: dict[Named, WantedRow] = {}
        for document in documents:
            problem = _problem(document, taken)
            if problem is None:
                sound.append(document)
            else:
                plan.refused.append((document, problem))
        batch = _Batch(self._database, connection, self._keys, self._new_id)
        batch.read_ahead(sound)
        for document in batch.in_order(sound):
            try:
                plan.planned.append(batch.plan(document))
            except UnknownRecordError as unknown:
                entities = {record.entity for row in rows_of(document) for record in row.records}
                if unknown.named is not None and unknown.named[0] in entities:
                    plan.waiting.append((document, unknown))
                else:
                    plan.refused.append((document, unknown))
            except RowRefusedError as refused:
                plan.refused.append((document, refused))
        return plan


def _problem(document: Document, taken: dict[Named, WantedRow]) -> RowRefusedError | None:
    """Why a document cannot be looked at at all; otherwise its keys are noted in ``taken``."""
    rows = rows_of(document)
    for row in rows:
        if row.problem:
            return RowRefusedError(row, row.problem)
    mine: dict[Named, WantedRow] = {}
    for row in rows:
        for record in row.records:
            other = taken.get((record.entity, record.key)) or mine.get((record.entity, record.key))
            if other is not None:
                return RowRefusedError(row, f"Line {other.line} has the same key.")
            mine[record.entity, record.key] = row
    taken.update(mine)
    return None


class _Batch:
    """One plan in the making. ``ids`` are the records of keys, ``rows`` records as they will stand."""

    def __init__(
        self, database: Database, connection: Connection, keys: Keys, new_id: Callable[[], bytes]
    ) -> None:
        self._database = database
        self._connection = connection
        self._schema = database.schema
        self._keys = keys
        self._new_id = new_id
        self._view = OfficeView(database, connection)
        self._ids: dict[Named, bytes] = {}
        self._rows: dict[Key, Row] = {}
        self._matches: dict[tuple[str, tuple[str, ...]], dict[tuple[Wire, ...], list[bytes]]] = {}
        self._owners: dict[Key, str] = {}
        self._claimed: dict[tuple[str, tuple[str, ...], tuple[Wire, ...]], KeyText] = {}

    # -- reading

    def read_ahead(self, documents: Sequence[Document]) -> None:
        """Read in few queries what comparing will ask for."""
        records = [record for document in documents for row in rows_of(document) for record in row.records]
        wanted: dict[str, set[KeyText]] = defaultdict(set)
        matches: dict[tuple[str, tuple[str, ...]], set[tuple[Wire, ...]]] = defaultdict(set)
        for record in records:
            wanted[record.entity].add(record.key)
            for value in record.values.values():
                if isinstance(value, Reference):
                    if value.key is not None:
                        wanted[value.table].add(value.key)
                    elif value.match is not None:
                        matches[value.table, (value.match[0],)].add((value.match[1],))
        self._ids = self._keys.find(self._connection, wanted)
        self._read_matches(matches)
        matches = defaultdict(set)
        for record in records:
            if record.match and (record.entity, record.key) not in self._ids and record.id is None:
                values = self._known_values(record, record.match)
                if values is not None:
                    matches[record.entity, record.match].add(values)
        self._read_matches(matches)
        for (entity, _names), found in list(self._matches.items()):
            ids = {row_id for each in found.values() for row_id in each}
            owners = self._keys.owners(self._connection, entity, ids)
            self._owners.update(((entity, row_id), key) for row_id, key in owners.items())
        self._load_rows(records)

    def _read_matches(self, wanted: Mapping[tuple[str, tuple[str, ...]], set[tuple[Wire, ...]]]) -> None:
        for (table, names), values in wanted.items():
            found = self._matches.setdefault((table, names), {})
            found.update(matching(self._database, self._connection, table, names, values - found.keys()))

    def _load_rows(self, records: Iterable[WantedRecord]) -> None:
        ids: dict[str, set[bytes]] = defaultdict(set)
        for record in records:
            known = self._ids.get((record.entity, record.key)) or record.id
            if known is None and own_id(record.entity, {}) is not None:
                values = self._known_values(record, tuple(record.values))
                known = (
                    own_id(record.entity, dict(zip(record.values, values, strict=True))) if values else None
                )
            if known is not None:
                ids[record.entity].add(known)
            for value in record.values.values():
                if isinstance(value, Copied):
                    item = self._schema[record.entity].fields[value.via]
                    target = self._known(record.values.get(value.via))
                    if isinstance(target, bytes):
                        ids[str(item.ref)].add(target)
        for (table, _names), found in self._matches.items():
            ids[table] |= {row_id for each in found.values() for row_id in each}
        for table, some in ids.items():
            self._view.load(table, some)

    def _known_values(self, record: WantedRecord, names: tuple[str, ...]) -> tuple[Wire, ...] | None:
        """Values as far as they are known without the rows of this batch; None when one is not."""
        found = []
        for name in names:
            value = self._known(record.values.get(name))
            if isinstance(value, Reference | Copied):
                return None
            found.append(value)
        return tuple(found)

    def _known(self, value: Value) -> Value:
        if isinstance(value, Reference):
            if value.key is not None:
                return self._ids.get((value.table, value.key), value)
            if value.match is not None:
                found = self._matches[value.table, (value.match[0],)].get((value.match[1],), [])
                return found[0] if len(found) == 1 else value
        return value

    # -- the order of documents

    def in_order(self, documents: Sequence[Document]) -> list[Document]:
        """The documents, each after those of the batch that it names."""
        brings = {
            (record.entity, record.key): place
            for place, document in enumerate(documents)
            for row in rows_of(document)
            for record in row.records
        }

        def names(place: int) -> Iterator[int]:
            for row in rows_of(documents[place]):
                for record in row.records:
                    for named in _named(record):
                        other = brings.get(named)
                        if other is not None and other != place and named not in self._ids:
                            yield other

        return [documents[place] for place in in_order(range(len(documents)), names)]

    # -- comparing

    def plan(self, document: Document) -> Planned:
        """What a document comes to.

        :raises RowRefusedError: it cannot be imported; nothing of it is kept in mind then.
        """
        planned = Planned(document)
        rows = rows_of(document)
        line_of = {(record.entity, record.key): (row, record) for row in rows for record in row.records}
        claims = dict(self._claimed)
        ids: dict[Named, bytes] = {}
        made: dict[Key, Row] = {}
        became: dict[int, str] = {id(row): UNCHANGED for row in rows}
        try:
            for name in in_order(line_of, lambda name: (n for n in _named(line_of[name][1]) if n in line_of)):
                row, record = line_of[name]
                op, what = self._record(row, record, planned, ids, made)
                if op is not None:
                    planned.ops.append(op)
                    planned.records += 1
                    became[id(row)] = max(became[id(row)], what, key=_RANK.index)
            self._add_roots(planned, made)
        except RowRefusedError:
            self._claimed = claims
            raise
        self._ids.update(ids)
        self._rows.update(made)
        planned.outcomes = [(row, became[id(row)]) for row in rows]
        return planned

    def _record(
        self,
        row: WantedRow,
        record: WantedRecord,
        planned: Planned,
        ids: dict[Named, bytes],
        made: dict[Key, Row],
    ) -> tuple[Op | None, str]:
        entity = self._schema[record.entity]
        values: Row = {}
        for name, value in record.values.items():
            if not isinstance(value, Copied):
                values[name] = self._checked(row, entity, name, self._resolved(row, value, ids))
        for name, value in record.values.items():
            if isinstance(value, Copied):
                values[name] = self._checked(row, entity, name, self._copied(entity, value, values, made))
        stands, row_id, is_found = self._stands(row, record, entity, values)
        if (record.entity, record.key) not in self._ids or self._ids[record.entity, record.key] != row_id:
            planned.keys.append(NewKey(record.entity, record.key, row_id, is_found))
        ids[record.entity, record.key] = row_id
        if stands is None:
            made[record.entity, row_id] = {**entity.blank(), "id": row_id, **values}
            return Op(record.entity, row_id, BIRTH, 0, dict(values)), CREATED
        changed = {name: [stands[name], value] for name, value in values.items() if stands[name] != value}
        made[record.entity, row_id] = {**stands, **values, "deleted": 0}
        if stands["deleted"]:
            changed["deleted"] = [1, 0]
        if not changed:
            return None, UNCHANGED
        base = cast(int, stands["version"])
        return (
            Op(record.entity, row_id, CHANGE, base, dict(changed)),
            CREATED if stands["deleted"] else CHANGED,
        )

    def _stands(
        self, row: WantedRow, record: WantedRecord, entity: Entity, values: Row
    ) -> tuple[Row | None, bytes, bool]:
        """The record as it stands or None, its id, and whether it was found by its values."""
        known = self._ids.get((record.entity, record.key))
        if known is not None:
            stands = self._view.get(record.entity, known)
            if stands is not None and not (stands["deleted"] and _is_another(entity, stands, values)):
                return stands, known, False
        given = record.id or own_id(record.entity, values)
        if given is not None:
            stands = self._view.get(record.entity, given)
            return stands, given, stands is not None
        found = self._match(row, record, values) if record.match else None
        if found is not None:
            return self._view.get(record.entity, found), found, True
        return None, self._new_id(), False

    def _match(self, row: WantedRow, record: WantedRecord, values: Row) -> bytes | None:
        """The one record that has the values by which the row may be found."""
        wanted = tuple(values.get(name) for name in record.match)
        said = ", ".join(record.match)
        claim = record.entity, record.match, wanted
        if None not in wanted and self._claimed.setdefault(claim, record.key) != record.key:
            raise RowRefusedError(row, f"Another row has the same {said}.")
        kind = record.entity, record.match
        if wanted not in self._matches.get(kind, {}):
            self._read_matches({kind: {wanted}})
        found = self._matches[kind].get(wanted, [])
        if len(found) > 1:
            raise RowRefusedError(
                row, f"{len(found)} records have the same {said}; it is not clear which one is meant."
            )
        if found and self._owners.get((record.entity, found[0]), stored_key(record.key)) != stored_key(
            record.key
        ):
            raise RowRefusedError(row, f"The record with the same {said} came from another row.")
        return found[0] if found else None

    def _resolved(self, row: WantedRow, value: Value, ids: Mapping[Named, bytes]) -> Wire:
        if not isinstance(value, Reference):
            return cast(Wire, value)
        if value.key is not None:
            named = value.table, value.key
            found = ids.get(named) or self._ids.get(named)
            if found is None:
                raise UnknownRecordError(
                    row, f"There is no {_plain(value.table)} {shown(value.key)!r}.", named
                )
            return found
        assert value.match is not None
        name, wanted = value.match
        records = self._matches[value.table, (name,)].get((wanted,), [])
        if len(records) > 1:
            raise RowRefusedError(row, f"{len(records)} records of {value.table} have {name} {wanted!r}.")
        if not records:
            raise UnknownRecordError(row, f"There is no {_plain(value.table)} with {name} {wanted!r}.", None)
        return records[0]

    def _copied(self, entity: Entity, value: Copied, values: Row, made: Mapping[Key, Row]) -> Wire:
        target = values.get(value.via)
        if not isinstance(target, bytes):
            return None
        key = str(entity.fields[value.via].ref), target
        row = made.get(key) or self._rows.get(key) or self._view.get(*key)
        return None if row is None else row[value.field]

    def _checked(self, row: WantedRow, entity: Entity, name: str, value: Wire) -> Wire:
        item = entity.fields[name]
        if value is None and not item.nullable and item.has_default:
            return item.default
        try:
            return item.check(value)
        except RoundsmanError as error:
            raise RowRefusedError(row, error.message) from error

    def _add_roots(self, planned: Planned, made: Mapping[Key, Row]) -> None:
        """Lines are changed together with their document: an operation without fields says which version it has."""
        present = {(op.table, op.id) for op in planned.ops}
        for op in list(planned.ops):
            entity = self._schema[op.table]
            if entity.document in (None, "id"):
                continue
            column = str(entity.document)
            table = cast(str, entity.fields[column].ref)
            root_id = cast(bytes, made[op.table, op.id][column])
            if (table, root_id) not in present:
                root = self._view.get(table, root_id)
                present.add((table, root_id))
                planned.ops.append(Op(table, root_id, CHANGE, cast(int, root["version"]) if root else 0, {}))


def _is_another(entity: Entity, stands: Row, values: Row) -> bool:
    """Whether a deleted record cannot come back as what the file says, because of a field that never changes."""
    return any(
        stands[name] != value
        for name, value in values.items()
        if entity.fields[name].policy.rule is Rule.APPEND
    )


def _named(record: WantedRecord) -> Iterator[Named]:
    for value in record.values.values():
        if isinstance(value, Reference) and value.key is not None:
            yield value.table, value.key


K = TypeVar("K", bound=Hashable)


def in_order(items: Iterable[K], names: Callable[[K], Iterable[K]]) -> list[K]:
    """The items, each after those that it names; where they name each other in a ring, in the order given."""
    done: dict[K, None] = {}
    begun: set[K] = set()
    for item in items:
        path = [(item, iter(names(item)))] if item not in begun else []
        begun.add(item)
        while path:
            at, others = path[-1]
            following = next((other for other in others if other not in begun), None)
            if following is None:
                done[at] = None
                path.pop()
            else:
                begun.add(following)
                path.append((following, iter(names(following))))
    return list(done)


def shown(key: KeyText) -> str:
    """A key as people read it."""
    return " / ".join("".join(sign if sign.isprintable() else "\n" for sign in key).split("\n"))


def _plain(table: str) -> str:
    return table.replace("_", " ").removeprefix("app ")
