"""Our own books about the office: every version of every row, every changeset, and what must have come of it.

The books are kept by looking into the office's file after every request, with a connection of our own, and by an own
account of merging (`model`). Nothing here calls the code that is tried.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, cast

import msgspec

from crm.changes.entity import Entity, Schema, Wire
from crm.changes.ops import Changeset
from crm.changes.view import Key
from crm.ids import CATALOGUE, DIRECTORY
from tests.simulation.books import Beginning, Known, Version, quoted, row_sum
from tests.simulation.documents import check_decision, check_order
from tests.simulation.model import DOCUMENT, OFFICE_MADE, Cell, Effect, Model, Row, modelled
from tests.simulation.tally import Tally, Violation

KEPT: Final = frozenset({"applied", "merged", "conflict"})
EVERYBODYS: Final = (CATALOGUE, DIRECTORY)


class Ledger:
    """The books. `observe` brings them up to date and checks what is new; it raises `Violation`."""

    def __init__(self, path: Path, schema: Schema, tally: Tally, beginning: Beginning | None = None) -> None:
        self.schema = schema
        self.tally = tally
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.versions: dict[Key, list[Version]] = {}
        self.values: dict[Key, dict[str, Wire]] = {}
        self.owners: dict[bytes, list[tuple[int, bytes]]] = {}
        self.known: dict[bytes, Known] = {}
        self.seqs: dict[bytes, int] = {}
        self.numbers: dict[str, bytes] = {}
        self.dead_or_alive: dict[Key, bool] = {}
        self._marks = (0, 0, 0)
        self._scopes: dict[Any, dict[Key, tuple[Wire, ...]]] = {}
        self.model = Model(schema, {})
        if beginning is None:
            self._read_all()
        else:
            self.versions = {key: list(found) for key, found in beginning.versions.items()}
            self.values = dict(beginning.values)
            self.owners = {unit: list(found) for unit, found in beginning.owners.items()}
            self._marks, self.seqs = beginning.marks, dict(beginning.seqs)
        self.model.rows = {key: self._as_model(key, row) for key, row in self.values.items()}

    def close(self) -> None:
        """Close our connection."""
        self.connection.close()

    def beginning(self) -> Beginning:
        """The books as they stand, for other seeds."""
        return Beginning(self.versions, self.values, self.owners, self._marks, self.seqs)

    # -- reading

    def _all(self, statement: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement, tuple(parameters)).fetchall()

    def _read_all(self) -> None:
        for entity in self.schema:
            for row in self._all(f'SELECT {quoted(entity.columns)} FROM "{entity.name}"'):
                self._note_row(entity, dict(zip(entity.columns, row, strict=True)))
        for feed, seq in self._all("SELECT id, seq FROM feed"):
            self.seqs[feed] = seq
        self._marks = self._newest()

    def _newest(self) -> tuple[int, int, int]:
        [(record, touch, changeset)] = self._all(
            "SELECT (SELECT max(rowid) FROM feed_record), (SELECT max(rowid) FROM feed_touch), "
            "(SELECT max(rowid) FROM changeset)"
        )
        return record or 0, touch or 0, changeset or 0

    def _as_model(self, key: Key, row: Mapping[str, Wire]) -> Row:
        cells = {name: Cell(row[name]) for name, _ in modelled(self.schema[key[0]])}
        cells["deleted"] = Cell(row["deleted"])
        return Row(cells)

    def _note_row(self, entity: Entity, row: dict[str, Wire]) -> None:
        key = entity.name, row["id"]
        version, unit, feed = row["version"], row["unit"], row["feed_id"]
        assert isinstance(version, int)
        assert isinstance(unit, bytes)
        assert isinstance(feed, bytes)
        assert isinstance(key[1], bytes)
        wire = tuple(row[name] for name in entity.wire_columns)
        found = self.versions.setdefault((entity.name, key[1]), [])
        if found and found[-1].seq >= version:
            if found[-1].seq == version and found[-1].wire == wire:
                return
            raise Violation(4, f"{entity.name} {key[1].hex()} changed without a higher version")
        found.append(Version(version, unit, feed, wire))
        self.values[entity.name, key[1]] = row
        if entity.name == "customer":
            owners = self.owners.setdefault(key[1], [])
            owner = row["owner_id"]
            assert isinstance(owner, bytes)
            if not owners or owners[-1][1] != owner:
                owners.append((version, owner))

    # -- who holds what

    def holds(self, person: bytes, unit: bytes, seq: int | None = None) -> bool:
        """Whether a person held a unit at a number of its feed (None: holds it now)."""
        if unit in EVERYBODYS or unit == person:
            return True
        owners = self.owners.get(unit, [])
        place = len(owners) if seq is None else bisect_right(owners, seq, key=lambda one: one[0])
        return place > 0 and owners[place - 1][1] == person

    def scope(self, person: bytes, cursor: Mapping[bytes, int]) -> dict[Key, tuple[Wire, ...]]:
        """Every row that a person's laptop must hold when it stands at ``cursor`` (feed to number)."""
        name = person, tuple(sorted(cursor.items()))
        if name in self._scopes:
            return self._scopes[name]
        found = {}
        for key, versions in self.versions.items():
            newest = versions[-1]
            at = cursor.get(newest.feed)
            if at is None or not self.holds(person, newest.unit, at):
                continue
            place = bisect_right(versions, at, key=lambda one: one.seq)
            if place:
                found[key] = versions[place - 1].wire
        if len(self._scopes) > 40:
            self._scopes.clear()
        self._scopes[name] = found
        return found

    # -- what is new

    def observe(self) -> int:
        """Look at what the office did since the last time; gives the number of new changesets.

        :raises Violation: 2, 3, 4, 7, 8, 9, 19.
        """
        newest = self._newest()
        if newest == self._marks:
            return 0
        record, touch, changeset = self._marks
        seqs = self._new_records(record)
        rows: dict[Key, dict[str, Wire]] = {}
        for feed, seq, unit, table in self._all(
            "SELECT feed, min(seq), unit, tbl FROM feed_touch WHERE rowid>? GROUP BY feed, unit, tbl", [touch]
        ):
            del feed
            entity = self.schema[table]
            for found in self._all(
                f'SELECT {quoted(entity.columns)} FROM "{table}" WHERE unit=? AND version>=?', [unit, seq]
            ):
                rows[table, found[0]] = dict(zip(entity.columns, found, strict=True))
        came = self._new_changesets(changeset)
        self._marks = newest
        self._take(came, rows, seqs)
        self._scopes.clear()
        return len(came)

    def _new_records(self, after: int) -> dict[bytes, dict[bytes, int]]:
        seqs: dict[bytes, dict[bytes, int]] = defaultdict(dict)
        for feed, seq, change_id in self._all(
            "SELECT feed, seq, change_id FROM feed_record WHERE rowid>? ORDER BY rowid", [after]
        ):
            if seq != self.seqs.get(feed, 0) + 1:
                raise Violation(4, f"seq {seq} of feed {feed.hex()} follows {self.seqs.get(feed, 0)}")
            self.tally.saw(4)
            self.seqs[feed] = seq
            if change_id in self.known or feed in seqs[change_id]:
                raise Violation(3, f"changeset {change_id.hex()} took effect a second time, at seq {seq}")
            seqs[change_id][feed] = seq
        return seqs

    def _new_changesets(self, after: int) -> list[tuple[Known, bytes, int]]:
        found = []
        for change_id, incarnation, n, kind, code, body, stamp in self._all(
            "SELECT change_id, incarnation, n, kind, code, body, effective_stamp FROM changeset "
            "WHERE rowid>? ORDER BY rowid",
            [after],
        ):
            try:
                changeset = msgspec.msgpack.decode(body, type=Changeset)
            except msgspec.DecodeError:
                changeset = None
            known = Known(change_id, incarnation, n, kind, code, changeset)
            if change_id in self.known:
                raise Violation(3, f"changeset {change_id.hex()} was answered twice")
            if n and any(one.incarnation == incarnation and one.n == n for one in self.known.values()):
                raise Violation(3, f"number {n} of an incarnation was given two changesets")
            self.known[change_id] = known
            self.tally.saw(3)
            found.append((known, incarnation, stamp))
        return found

    def _take(
        self,
        came: list[tuple[Known, bytes, int]],
        rows: dict[Key, dict[str, Wire]],
        seqs: dict[bytes, dict[bytes, int]],
    ) -> None:
        conflicts: dict[bytes, list[dict[str, Wire]]] = defaultdict(list)
        for (table, _row_id), row in rows.items():
            if table == "conflict" and isinstance(row["change_id"], bytes):
                conflicts[row["change_id"]].append(row)
        written: set[Key] = set()
        feeds = {key[1]: row["feed_id"] for key, row in rows.items()}
        for known, incarnation, stamp in came:
            changeset = known.changeset
            if known.kind not in KEPT or changeset is None:
                if seqs.get(known.change_id) and known.kind != "quarantined":
                    raise Violation(2, f"a {known.kind} changeset left a record in a feed")
                self._refused(known, rows)
                continue
            mine = conflicts.get(known.change_id, [])
            if any(row["field_names"] == DOCUMENT for row in mine):
                self._expect(known, "conflict", "a document waits for a person")
                self.tally.saw(9)
                continue
            numbers = seqs.get(known.change_id, {})
            by_row = {op.id: numbers.get(cast(bytes, feeds.get(op.id)), 0) for op in changeset.ops}
            effect = self.model.apply(changeset, seqs=by_row, stamp=stamp, incarnation=incarnation)
            written |= effect.written
            self._losses(known, effect, mine, rows)
        self._compare(written, rows)

    def _expect(self, known: Known, kind: str, why: str) -> None:
        if known.kind != kind:
            raise Violation(
                9, f"changeset {known.change_id.hex()} was {known.kind}; it must be {kind}: {why}"
            )

    def _refused(self, known: Known, rows: Mapping[Key, Mapping[str, Wire]]) -> None:
        if known.kind == "quarantined":
            held = [
                row
                for key, row in rows.items()
                if key[0] == "quarantine" and row["change_id"] == known.change_id
            ]
            if len(held) != 1:
                raise Violation(2, f"changeset {known.change_id.hex()} is in no quarantine")
            self.tally.saw(2)

    def _losses(
        self,
        known: Known,
        effect: Effect,
        mine: list[dict[str, Wire]],
        rows: Mapping[Key, Mapping[str, Wire]],
    ) -> None:
        """Each value that lost is in a conflict that names the rule; nothing else is."""
        self._expect(known, effect.kind, f"lost {[one[1] for one in effect.lost]}")
        named = {(row["row_id"], tuple(str(row["field_names"]).split(","))): row for row in mine}
        for row_id, names, is_open in effect.lost:
            row = named.pop((row_id, names), None)
            if row is None:
                # A later value of the same person's may have joined the conflict and carries its own name there.
                row = next(
                    (
                        dict(each)
                        for key, each in rows.items()
                        if key[0] == "conflict"
                        and (each["row_id"], each["field_names"]) == (row_id, ",".join(names))
                    ),
                    None,
                )
            if row is None:
                raise Violation(9, f"{names} of {row_id.hex()} was lost, and no conflict tells of it")
            if not row["rule"] or (is_open and row["state"] == "decided"):
                raise Violation(
                    9, f"the conflict about {names} of {row_id.hex()} names no rule or needs nobody"
                )
            self.tally.saw(9)
        if named:
            raise Violation(9, f"a conflict about {[one[1] for one in named]}, and nothing was lost")
        self.tally.saw(9, effect.concurrent)
        self.tally.saw(7, effect.revived)

    def _compare(self, written: set[Key], rows: dict[Key, dict[str, Wire]]) -> None:
        """The office's rows are what history makes of them."""
        for key in sorted(written - set(rows)):
            raise Violation(2, f"{key[0]} {key[1].hex()} was changed, and no feed speaks of it")
        for key, row in rows.items():
            if key[0] in OFFICE_MADE:
                self._adopt(key, row)
            self._note_row(self.schema[key[0]], row)
            self.compare_row(key, row)
            if key in written:
                self.tally.saw(2)
        for key in rows:
            if key[0] == "sales_order":
                self._number(key[1])
                check_order(self.values, key[1], self.tally)
            elif key[0] == "approval_decision":
                check_decision(self.values, key[1], self.tally)
            elif key[0] == "order_seal" and len(self.versions[key]) > 1:
                raise Violation(19, f"the seal {key[1].hex()} was changed")

    def _adopt(self, key: Key, row: Mapping[str, Wire]) -> None:
        """What the office itself writes on conflicts and quarantined changes is not modelled."""
        found = self.model.rows.get(key)
        if found is None:
            self.model.rows[key] = self._as_model(key, row)
            return
        for name in ("mine", "mine_at", "change_id"):
            if name in found.cells:
                found.cells[name] = found.cells[name]._replace(value=row[name])

    def compare_row(self, key: Key, row: Mapping[str, Wire]) -> None:
        """One row against the model."""
        wanted = self.model.rows.get(key)
        if wanted is None:
            raise Violation(3, f"{key[0]} {key[1].hex()} is there, and no changeset made it")
        for name, cell in wanted.cells.items():
            if row[name] != cell.value:
                what = 7 if name == "deleted" else 2
                raise Violation(
                    what, f"{key[0]} {key[1].hex()}: {name} is {row[name]!r}, history says {cell.value!r}"
                )

    def _number(self, row_id: bytes) -> None:
        number = str(self.values["sales_order", row_id]["number"])
        if self.numbers.setdefault(number, row_id) != row_id:
            raise Violation(8, f"two orders bear the number {number}")
        place = self.schema["sales_order"].wire_columns.index("number")
        if len({version.wire[place] for version in self.versions["sales_order", row_id]}) > 1:
            raise Violation(8, f"the order {row_id.hex()} changed its number")
        self.tally.saw(8)

    # -- the whole

    def full_check(self) -> None:
        """Every row of the office against the books, and every digest against the rows (1, 2, 12)."""
        sums: dict[tuple[bytes, str], tuple[int, int]] = {}
        for entity in self.schema:
            seen = 0
            for found in self._all(f'SELECT {quoted(entity.columns)} FROM "{entity.name}"'):
                row = dict(zip(entity.columns, found, strict=True))
                versions = self.versions.get((entity.name, found[0]))
                wire = tuple(row[name] for name in entity.wire_columns)
                if versions is None or versions[-1].wire != wire:
                    raise Violation(4, f"{entity.name} {found[0].hex()} changed, and no feed speaks of it")
                self.compare_row((entity.name, found[0]), row)
                total, count = sums.get((row["unit"], entity.name), (0, 0))
                sums[row["unit"], entity.name] = total + row_sum(found[0], row["version"]), count + 1
                seen += 1
            if seen != sum(key[0] == entity.name for key in self.versions):
                raise Violation(2, f"rows of {entity.name} are gone")
        for unit, table, digest, count in self._all('SELECT unit, tbl, digest, "rows" FROM unit_digest'):
            total, rows = sums.pop((unit, table), (0, 0))
            if rows != count or (total % (1 << 128)).to_bytes(16, "big") != digest:
                raise Violation(12, f"the office's digest of {table} in {unit.hex()} is wrong")
            self.tally.saw(12)
        if sums:
            raise Violation(12, f"{len(sums)} pairs of unit and table have no digest")

    @property
    def heads(self) -> dict[bytes, int]:
        """The last number of each feed."""
        return dict(self.seqs)
