"""Whether a database of the office keeps the protocol's promises: the invariants that one side alone can see.

Reads everything once; meant for `roundsman-server check`, for tests, and after a restore.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

import msgspec
from sqlalchemy import Connection

from crm.changes.codec import Form, decode
from crm.changes.digest import digest
from crm.changes.entity import Part, Root, Row, Schema
from crm.changes.ops import BIRTH, Changeset
from crm.changes.policies import Reach
from crm.changes.scope import Holder, fixed_holders, holders_of, unit_of
from crm.errors import RoundsmanError
from crm.orders.rules import document_of
from crm.orders.seal import canonical, seal_hash
from sync_server.store.database import Database
from sync_server.store.rows import quoted, select_list
from sync_server.sync.batch import FORMS

EPOCH_JUMP: Final = 1 << 32
UNSEALED: Final = frozenset({"draft", "cancelled"})
KEPT: Final = frozenset({"applied", "merged", "conflict"})


@dataclass(frozen=True)
class Violation:
    """A broken promise: the number of the invariant (sync-protocol, 16), what is wrong, and where (ids in hex)."""

    invariant: int
    text: str
    where: str


def check(database: Database) -> list[Violation]:
    """Every violation found in one snapshot; empty when all is well."""
    with database.snapshot() as connection:
        return list(_Check(database, connection).run())


class _Check:
    def __init__(self, database: Database, connection: Connection) -> None:
        self.database = database
        self.connection = connection
        self.schema: Schema = database.schema
        self.rows: dict[str, dict[bytes, Row]] = {}

    def run(self) -> Iterator[Violation]:
        """All checks."""
        for entity in self.schema:
            self.rows[entity.name] = {
                values[0]: dict(zip(entity.columns, values, strict=True))
                for values in self._all(
                    f"SELECT {select_list(entity.columns)} FROM {quoted(entity.name)} ORDER BY id"
                )
            }
        yield from self._feeds()
        yield from self._units()
        yield from self._digests()
        yield from self._holders()
        yield from self._changesets()
        yield from self._orders()
        yield from self._conflicts()

    def _all(self, statement: str) -> list[tuple[Any, ...]]:
        return self.database.rows(self.connection, statement)

    # -- 4: the feeds

    def _feeds(self) -> Iterator[Violation]:
        records: dict[bytes, list[tuple[int, bytes]]] = defaultdict(list)
        for feed, seq, tag in self._all("SELECT feed, seq, tag FROM feed_record ORDER BY feed, seq"):
            records[feed].append((seq, tag))
        feeds = self._all("SELECT id, epoch, seq, tag FROM feed")
        for feed in records.keys() - {row[0] for row in feeds}:
            yield Violation(4, "records of a feed that does not exist", feed.hex())
        for feed, _epoch, head, tag in feeds:
            expected = 1
            for seq, _tag in records[feed]:
                if seq != expected and (seq - expected) % EPOCH_JUMP:
                    yield Violation(4, f"a hole before seq {seq}, expected {expected}", feed.hex())
                expected = seq + 1
            last = records[feed][-1] if records[feed] else (0, bytes(8))
            if (head - last[0]) % EPOCH_JUMP:
                yield Violation(4, f"the counter says {head}, the last record {last[0]}", feed.hex())
            elif last[0] == head and last[1] != tag:
                yield Violation(4, "the counter's tag is not its record's", feed.hex())

    # -- units and rows

    def _units(self) -> Iterator[Violation]:
        units = {unit: (feed, head) for unit, feed, head in self._all("SELECT id, feed, head FROM unit")}
        touches = set(self._all("SELECT feed, seq, unit, tbl FROM feed_touch"))
        last: dict[bytes, int] = defaultdict(int)
        for _feed, seq, unit, _table in touches:
            last[unit] = max(last[unit], seq)
        for unit, (_feed, head) in units.items():
            if last[unit] != head:
                yield Violation(4, f"the head is {head}, the last record {last[unit]}", unit.hex())
        for entity in self.schema:
            for row_id, row in self.rows[entity.name].items():
                where = f"{entity.name} {row_id.hex()}"
                unit = cast(bytes, row["unit"])
                computed = unit_of(self.schema, entity, row, lambda table, key: self.rows[table].get(key))
                if computed is not None and computed != unit:
                    yield Violation(1, "the row is in another unit than its parent", where)
                if computed is None and isinstance(entity.scope, Part):
                    yield Violation(1, "the row's parent is not there", where)
                if unit not in units:
                    yield Violation(1, "the row's unit does not exist", where)
                    continue
                feed, head = units[unit]
                version = cast(int, row["version"])
                if row["feed_id"] != feed:
                    yield Violation(1, "the row names another feed than its unit", where)
                if not 0 < version <= head:
                    yield Violation(4, f"version {version} is above its unit's head {head}", where)
                if (feed, version, unit, entity.name) not in touches:
                    yield Violation(4, f"no record of the feed speaks of version {version}", where)

    # -- 12: digests

    def _digests(self) -> Iterator[Violation]:
        stored = {
            (unit, table): (value, rows)
            for unit, table, value, rows in self._all('SELECT unit, tbl, digest, "rows" FROM unit_digest')
        }
        members: dict[tuple[bytes, str], list[tuple[bytes, int]]] = defaultdict(list)
        for entity in self.schema:
            for row_id, row in self.rows[entity.name].items():
                members[cast(bytes, row["unit"]), entity.name].append((row_id, cast(int, row["version"])))
        for unit, table in sorted(members.keys() | stored.keys()):
            rows = members[unit, table]
            if stored.get((unit, table)) != (digest(rows), len(rows)):
                yield Violation(12, f"the digest of {table} is wrong", unit.hex())

    # -- 6: who holds what

    def _holders(self) -> Iterator[Violation]:
        feeds = dict(self._all("SELECT id, feed FROM unit"))
        reached = set(self._all("SELECT principal, feed FROM principal_feed"))
        held: dict[bytes, set[Holder]] = defaultdict(set)
        for unit, principal, why, access, feed in self._all(
            "SELECT unit, principal, why, access, feed FROM holder WHERE leave_seq IS NULL"
        ):
            held[unit].add(Holder(principal, why, access))
            if feeds.get(unit) != feed:
                yield Violation(6, "a holder is told of another feed than the unit's", unit.hex())
            if (principal, feed) not in reached:
                yield Violation(6, "a holder does not hear of the unit's feed", unit.hex())
        wanted = {unit: frozenset({holder}) for unit, holder in fixed_holders().items()}
        for entity in self.schema:
            if isinstance(entity.scope, Root):
                wanted |= {row_id: holders_of(entity, row) for row_id, row in self.rows[entity.name].items()}
        named = {holder.why for holders in wanted.values() for holder in holders}
        for unit, holders in wanted.items():
            if {one for one in held[unit] if one.why in named} != holders:
                yield Violation(6, "the unit's holders are not those its root names", unit.hex())

    # -- 2, 3: changesets

    def _changesets(self) -> Iterator[Violation]:
        last = {row[0]: row[1] for row in self._all("SELECT id, last_n FROM incarnation")}
        numbers: dict[bytes, list[int]] = defaultdict(list)
        conflicts = {
            cast(bytes, row["change_id"]) for row in self.rows["conflict"].values() if row["change_id"]
        }
        quarantined = {cast(bytes, row["change_id"]) for row in self.rows["quarantine"].values()}
        for change_id, incarnation, n, kind, form, body in self._all(
            "SELECT change_id, incarnation, n, kind, form, body FROM changeset ORDER BY incarnation, n"
        ):
            where = f"changeset {change_id.hex()}"
            if n:
                numbers[incarnation].append(n)
            if kind == "quarantined" and change_id not in quarantined:
                yield Violation(2, "quarantined, and not in quarantine", where)
            if kind == "conflict" and change_id not in conflicts and not self._joined(FORMS[form], body):
                yield Violation(2, "a conflict of which no conflict remains", where)
            if kind in KEPT:
                yield from self._kept(change_id, kind, FORMS[form], body, change_id in conflicts)
        for change_id, feed in self._all(
            "SELECT r.change_id, r.feed FROM feed_record r WHERE NOT EXISTS "
            "(SELECT 1 FROM changeset c WHERE c.change_id = r.change_id)"
        ):
            yield Violation(2, f"the feed {feed.hex()} speaks of a change that is not kept", change_id.hex())
        for incarnation, seen in numbers.items():
            if incarnation in last and max(seen) > last[incarnation]:
                yield Violation(
                    3, f"number {max(seen)} was answered, the last is {last[incarnation]}", incarnation.hex()
                )
            double = [n for n, count in Counter(seen).items() if count > 1]
            if double:
                yield Violation(3, f"number {double[0]} was taken twice", incarnation.hex())

    def _joined(self, form: Form, body: bytes) -> bool:
        """Whether a later value of the same person joined the conflict, which names the later changeset since."""
        try:
            changeset = decode(Changeset, body, form)
        except RoundsmanError:
            return False
        about = {op.id for op in changeset.ops}
        return any(
            row["row_id"] in about and row["mine_by"] == changeset.actor
            for row in self.rows["conflict"].values()
        )

    def _kept(
        self, change_id: bytes, kind: str, form: Form, body: bytes, in_conflict: bool
    ) -> Iterator[Violation]:
        where = f"changeset {change_id.hex()}"
        try:
            changeset = decode(Changeset, body, form)
        except RoundsmanError:
            yield Violation(2, f"its body cannot be read, yet it was {kind}", where)
            return
        for op in changeset.ops:
            if op.kind == BIRTH and op.id not in self.rows[op.table] and not in_conflict:
                yield Violation(2, f"its new {op.table} is not there", where)

    # -- 8, 19: orders

    def _orders(self) -> Iterator[Violation]:
        numbers = Counter(row["number"] for row in self.rows["sales_order"].values())
        for number, count in numbers.items():
            if count > 1:
                yield Violation(8, f"{count} orders bear one number", str(number))
        seals = {(row["order_id"], row["revision"]): row for row in self.rows["order_seal"].values()}
        view = _RowsView(self.rows)
        for row_id, order in self.rows["sales_order"].items():
            if order["state"] in UNSEALED:
                continue
            seal = seals.get((row_id, order["revision"]))
            where = f"sales_order {row_id.hex()}"
            if seal is None:
                if not order["origin"]:
                    yield Violation(19, "the order stands without its sealed document", where)
                continue
            content = cast(bytes, seal["content"])
            if seal_hash(content) != seal["hash"] or seal["hash"] != order["seal_hash"]:
                yield Violation(19, "the seal's hash is not the order's", where)
                continue
            lines, amounts = document_of(view, order)
            if canonical(order, lines, amounts) != content:
                yield Violation(19, "the order differs from what was sealed", where)
        for decision in self.rows["approval_decision"].values():
            seal = seals.get((decision["order_id"], decision["revision"]))
            if seal is None or seal["hash"] != decision["seal_hash"]:
                yield Violation(
                    19, "a decision names a document that was never sealed", cast(bytes, decision["id"]).hex()
                )

    # -- 22: nothing of the office alone leaves it

    def _conflicts(self) -> Iterator[Violation]:
        for row_id, row in self.rows["conflict"].items():
            for side in ("base", "mine", "theirs"):
                names = set(_named(str(row["table_name"]), cast("bytes | None", row[side])))
                if any(self._is_of_the_office(table, name) for table, name in names):
                    yield Violation(
                        22, f"{side} holds a field of the office alone", f"conflict {row_id.hex()}"
                    )

    def _is_of_the_office(self, table: str, name: str) -> bool:
        entity = self.schema.get(table)
        item = entity.fields.get(name) if entity is not None else None
        return item is not None and item.reach is Reach.OFFICE


def _named(table: str, side: bytes | None) -> Iterator[tuple[str, str]]:
    """The fields that one side of a conflict holds, as (table, field)."""
    values = msgspec.msgpack.decode(side) if side is not None else {}
    for op in (*values.get("ops", ()), *values.get("rows", ())):
        yield from ((op[0], name) for name in op[-1])
    if "ops" not in values and "rows" not in values:
        yield from ((table, name) for name in values)


class _RowsView:
    """The rows of a check as a `crm.changes.view.View`."""

    def __init__(self, rows: dict[str, dict[bytes, Row]]) -> None:
        self._rows = rows
        self._index: dict[tuple[str, str], dict[bytes, list[Row]]] = {}

    def get(self, table: str, row_id: bytes) -> Row | None:
        """See `View.get`."""
        return self._rows[table].get(row_id)

    def children(self, table: str, column: str, value: bytes, only: tuple[str, ...] = ()) -> list[Row]:
        """See `View.children`."""
        del only
        index = self._index.get((table, column))
        if index is None:
            index = defaultdict(list)
            for row in self._rows[table].values():
                index[cast(bytes, row[column])].append(row)
            self._index[table, column] = index
        return index.get(value, [])

    def standing(self, unit: bytes) -> None:
        """Not known here."""
        del unit
