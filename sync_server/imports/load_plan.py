"""What a batch of rows asks of the office, decided before anything is written: ids, operations, what became of each row.

Everything that is needed is read in a few queries; then document after document is compared with what stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar, cast

from sqlalchemy import Connection

from crm.changes.entity import Entity, Row, Schema, Wire
from crm.changes.ops import BIRTH, CHANGE, Op
from crm.changes.policies import Rule
from crm.changes.view import Key
from crm.errors import RoundsmanError
from sync_server.imports.identity import LINKS, Keys, Named, NewKey, matching, own_id, stored_key
from sync_server.imports.wanted import Copied, KeyText, Reference, WantedRecord, WantedRow
from sync_server.store.database import Database
from sync_server.store.rows import OfficeView

if TYPE_CHECKING:
    from sync_server.imports.survey import Document

_Matches: TypeAlias = dict[tuple[str, tuple[str, ...]], set[tuple[Wire, ...]]]
"""Table and fields to the values that records are looked for by."""

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
        sound: list[_Wanted] = []
        taken: dict[Named, WantedRow] = {}
        for document in documents:
            wanted = _Wanted(document, self._database.schema)
            problem = wanted.problem(taken)
            if problem is None:
                sound.append(wanted)
            else:
                plan.refused.append((document, problem))
        batch = _Batch(self._database, connection, self._keys, self._new_id)
        batch.read_ahead([one for wanted in sound for one in wanted.records])
        for wanted in batch.in_order(sound):
            try:
                plan.planned.append(batch.plan(wanted))
            except UnknownRecordError as unknown:
                entities = {one.entity.name for one in wanted.records}
                if unknown.named is not None and unknown.named[0] in entities:
                    plan.waiting.append((wanted.document, unknown))
                else:
                    plan.refused.append((wanted.document, unknown))
            except RowRefusedError as refused:
                plan.refused.append((wanted.document, refused))
        return plan


class _One:
    """One record of a row: its values by what is to be done with them."""

    __slots__ = ("copies", "entity", "name", "plain", "record", "refs", "row")

    def __init__(self, row: WantedRow, record: WantedRecord, entity: Entity) -> None:
        self.row = row
        self.record = record
        self.entity = entity
        self.name: Named = (record.entity, record.key)
        self.plain: Row = {}
        self.refs: list[tuple[str, Named | None, Reference]] = []
        self.copies: list[tuple[str, Copied]] = []
        for name, value in record.values.items():
            if value.__class__ is Reference:
                ref = value
                self.refs.append((name, None if ref.key is None else (ref.table, ref.key), ref))
            elif value.__class__ is Copied:
                self.copies.append((name, value))
            elif value is None and not entity.fields[name].nullable:
                self.plain[name] = entity.fields[name].default
            else:
                self.plain[name] = cast(Wire, value)


class _Wanted:
    """A document with its rows and the records that they want."""

    __slots__ = ("document", "records", "rows")

    def __init__(self, document: Document, schema: Schema) -> None:
        self.document = document
        self.rows = rows_of(document)
        self.records = [
            _One(row, record, schema[record.entity]) for row in self.rows for record in row.records
        ]

    def problem(self, taken: dict[Named, WantedRow]) -> RowRefusedError | None:
        """Why the document cannot be looked at at all; otherwise its keys are noted in ``taken``."""
        for row in self.rows:
            if row.problem:
                return RowRefusedError(row, row.problem)
        mine: dict[Named, WantedRow] = {}
        for one in self.records:
            other = taken.get(one.name) or mine.get(one.name)
            if other is not None:
                return RowRefusedError(one.row, f"Line {other.line} has the same key.")
            mine[one.name] = one.row
        taken.update(mine)
        return None


class _Batch:
    """One plan in the making: what was read, and what the documents planned so far bring."""

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
        self._made: dict[Key, Row] = {}
        self._matches: dict[tuple[str, tuple[str, ...]], dict[tuple[Wire, ...], list[bytes]]] = {}
        self._owners: dict[Key, str] = {}
        self._claimed: dict[tuple[str, tuple[str, ...], tuple[Wire, ...]], KeyText] = {}

    # -- reading

    def read_ahead(self, records: Sequence[_One]) -> None:
        """Read in few queries what comparing will ask for."""
        wanted: dict[str, set[KeyText]] = defaultdict(set)
        matches: _Matches = defaultdict(set)
        for one in records:
            wanted[one.record.entity].add(one.record.key)
            for _name, named, ref in one.refs:
                if named is not None:
                    wanted[named[0]].add(named[1])
                elif ref.match is not None:
                    matches[ref.table, (ref.match[0],)].add((ref.match[1],))
        self._ids = self._keys.find(self._connection, wanted)
        self._read_matches(matches)
        matches = defaultdict(set)
        for one in records:
            if one.record.match and one.name not in self._ids:
                values = self._known(one)
                if values.keys() >= set(one.record.match):
                    matches[one.record.entity, one.record.match].add(
                        tuple(values[name] for name in one.record.match)
                    )
        self._read_matches(matches)
        for (entity, _names), found in self._matches.items():
            ids = {row_id for each in found.values() for row_id in each}
            owners = self._keys.owners(self._connection, entity, ids)
            self._owners.update(((entity, row_id), key) for row_id, key in owners.items())
        self._load_rows(records)

    def _read_matches(self, wanted: _Matches) -> None:
        for (table, names), values in wanted.items():
            found = self._matches.setdefault((table, names), {})
            found.update(matching(self._database, self._connection, table, names, values - found.keys()))

    def _load_rows(self, records: Iterable[_One]) -> None:
        ids: dict[str, set[bytes]] = defaultdict(set)
        for one in records:
            known = self._ids.get(one.name) or one.record.id
            if known is None and one.record.entity in LINKS:
                known = own_id(one.record.entity, self._known(one))
            if known is not None:
                ids[one.record.entity].add(known)
            for _name, named, ref in one.refs:
                if named is not None and ref.match is not None and named not in self._ids:
                    ids[ref.table].add(cast(bytes, ref.match[1]))
            if one.copies:
                sources = {copied.via for _name, copied in one.copies}
                for name, named, ref in one.refs:
                    target = self._ids.get(named) if named is not None and name in sources else None
                    if target is not None:
                        ids[ref.table].add(target)
        for (table, _names), found in self._matches.items():
            ids[table] |= {row_id for each in found.values() for row_id in each}
        for table, some in ids.items():
            self._view.load(table, some)

    def _known(self, one: _One) -> Row:
        """The values that are known without the rows of this batch."""
        found = dict(one.plain)
        for name, named, ref in one.refs:
            if named is not None:
                row_id = self._ids.get(named) or (ref.match[1] if ref.match is not None else None)
                row_ids = [row_id] if isinstance(row_id, bytes) else []
            else:
                row_ids = self._matched(ref)
            if len(row_ids) == 1:
                found[name] = row_ids[0]
        return found

    def _matched(self, ref: Reference) -> list[bytes]:
        assert ref.match is not None
        name, value = ref.match
        return self._matches[ref.table, (name,)].get((value,), [])

    # -- the order of documents

    def in_order(self, documents: Sequence[_Wanted]) -> list[_Wanted]:
        """The documents, each after those of the batch that it names."""
        brings = {one.name: place for place, wanted in enumerate(documents) for one in wanted.records}
        names: list[list[int]] = []
        for place, wanted in enumerate(documents):
            others = (
                brings[named]
                for one in wanted.records
                for _name, named, _ref in one.refs
                if named is not None and named in brings and named not in self._ids
            )
            names.append([other for other in others if other != place])
        return [documents[place] for place in in_order(range(len(documents)), names.__getitem__)]

    # -- comparing

    def plan(self, wanted: _Wanted) -> Planned:
        """What a document comes to.

        :raises RowRefusedError: it cannot be imported; nothing of it is kept in mind then.
        """
        planned = Planned(wanted.document)
        mine = {one.name: one for one in wanted.records}
        claims = dict(self._claimed) if any(one.record.match for one in wanted.records) else None
        ids: dict[Named, bytes] = {}
        made: dict[Key, Row] = {}
        became: dict[int, int] = {id(row): 0 for row in wanted.rows}
        try:
            for one in in_order(
                wanted.records,
                lambda one: [
                    mine[named] for _name, named, _ref in one.refs if named is not None and named in mine
                ],
            ):
                op, rank = self._record(one, planned, ids, made)
                if op is not None:
                    planned.ops.append(op)
                    planned.records += 1
                    became[id(one.row)] = max(became[id(one.row)], rank)
            self._add_roots(planned, made)
        except RowRefusedError:
            if claims is not None:
                self._claimed = claims
            raise
        self._ids.update(ids)
        self._made.update(made)
        planned.outcomes = [(row, _RANK[became[id(row)]]) for row in wanted.rows]
        return planned

    def _record(
        self, one: _One, planned: Planned, ids: dict[Named, bytes], made: dict[Key, Row]
    ) -> tuple[Op | None, int]:
        """The operation of a record, and the place in `_RANK` of what becomes of it."""
        entity, table = one.entity, one.record.entity
        values = dict(one.plain)
        for name, named, ref in one.refs:
            found = (ids.get(named) or self._ids.get(named)) if named is not None else None
            values[name] = found if found is not None else self._resolved(one.row, named, ref)
        for name, copied in one.copies:
            values[name] = self._checked(one.row, entity, name, self._copied(entity, copied, values, made))
        stands, row_id, is_found = self._stands(one, values)
        if self._ids.get(one.name) != row_id:
            planned.keys.append(NewKey(table, one.record.key, row_id, is_found))
        ids[one.name] = row_id
        deleted = int(one.record.deleted)
        if stands is None:
            made[table, row_id] = values
            return Op(table, row_id, BIRTH, 0, {**values, "deleted": 1} if deleted else dict(values)), 2
        changed = {name: [stands[name], value] for name, value in values.items() if stands[name] != value}
        made[table, row_id] = {**stands, **values, "deleted": deleted}
        if stands["deleted"] != deleted:
            changed["deleted"] = [stands["deleted"], deleted]
        if not changed:
            return None, 0
        rank = 2 if stands["deleted"] and not deleted else 1
        return Op(table, row_id, CHANGE, cast(int, stands["version"]), dict(changed)), rank

    def _stands(self, one: _One, values: Row) -> tuple[Row | None, bytes, bool]:
        """The record as it stands or None, its id, and whether it was found by its values."""
        record = one.record
        known = self._ids.get(one.name)
        if known is not None:
            stands = self._view.get(record.entity, known)
            if stands is not None and not (stands["deleted"] and _is_another(one.entity, stands, values)):
                return stands, known, False
        given = record.id
        if given is None and record.entity in LINKS:
            given = own_id(record.entity, values)
        stands = self._view.get(record.entity, given) if given is not None else None
        if given is not None and (stands is not None or not record.match):
            return stands, given, stands is not None
        found = self._match(one, values) if record.match else None
        if found is not None:
            return self._view.get(record.entity, found), found, True
        return None, given or self._new_id(), False

    def _match(self, one: _One, values: Row) -> bytes | None:
        """The one record that has the values by which the row may be found."""
        record = one.record
        wanted = tuple(values.get(name) for name in record.match)
        said = ", ".join(record.match)
        claim = record.entity, record.match, wanted
        if None not in wanted and self._claimed.setdefault(claim, record.key) != record.key:
            raise RowRefusedError(one.row, f"Another row has the same {said}.")
        kind = record.entity, record.match
        if wanted not in self._matches.get(kind, {}):
            self._read_matches({kind: {wanted}})
        found = self._matches[kind].get(wanted, [])
        if len(found) > 1:
            text = f"{len(found)} records have the same {said}; it is not clear which one is meant."
            raise RowRefusedError(one.row, text)
        mine = stored_key(record.key)
        if found and self._owners.get((record.entity, found[0]), mine) != mine:
            raise RowRefusedError(one.row, f"The record with the same {said} came from another row.")
        return found[0] if found else None

    def _resolved(self, row: WantedRow, named: Named | None, ref: Reference) -> bytes:
        """The record of a reference whose key is not known, or that names it by a value."""
        table = _plain(ref.table)
        if named is not None:
            row_id = ref.match[1] if ref.match is not None else None
            if isinstance(row_id, bytes) and self._view.get(ref.table, row_id) is not None:
                return row_id
            raise UnknownRecordError(row, f"There is no {table} {shown(named[1])!r}.", named)
        assert ref.match is not None
        name, wanted = ref.match
        records = self._matched(ref)
        if len(records) > 1:
            raise RowRefusedError(row, f"{len(records)} records of {table} have {name} {wanted!r}.")
        if not records:
            raise UnknownRecordError(row, f"There is no {table} with {name} {wanted!r}.", None)
        return records[0]

    def _copied(self, entity: Entity, value: Copied, values: Row, made: Mapping[Key, Row]) -> Wire:
        target = values.get(value.via)
        if not isinstance(target, bytes):
            return None
        table = str(entity.fields[value.via].ref)
        row = made.get((table, target)) or self._made.get((table, target)) or self._view.get(table, target)
        if row is None:
            return None
        return row[value.field] if value.field in row else self._schema[table].fields[value.field].default

    @staticmethod
    def _checked(row: WantedRow, entity: Entity, name: str, value: Wire) -> Wire:
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


K = TypeVar("K", bound=Hashable)


def in_order(items: Iterable[K], names: Callable[[K], Sequence[K]]) -> list[K]:
    """The items, each after those that it names; where they name each other in a ring, in the order given."""
    done: dict[K, None] = {}
    begun: set[K] = set()
    for item in items:
        if item in begun:
            continue
        begun.add(item)
        others = names(item)
        if not others or all(other in done for other in others):
            done[item] = None
            continue
        path = [(item, iter(others))]
        while path:
            at, rest = path[-1]
            following = next((other for other in rest if other not in begun), None)
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
