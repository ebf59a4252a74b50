"""Our own books about one laptop: what its copy must hold and show, read from its file with a connection of our own.

What is confirmed must be the office's rows at the laptop's cursor. What is shown must be that with the laptop's live
changesets on top, by an own small replay; a changeset is live from its making until a receipt names it, whatever the
laptop's journal says of it.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from crm.changes.entity import Part, Schema, Wire
from crm.changes.ops import BIRTH, CHANGE
from crm.changes.policies import Reach, Rule
from crm.changes.view import Key
from tests.simulation.books import quoted, row_sum
from tests.simulation.laptop import Device
from tests.simulation.ledger import Ledger
from tests.simulation.shown import Shown, replayed
from tests.simulation.sight import Entry, Sight, difference, digest_of, look, opened
from tests.simulation.tally import Tally, Violation

REFUSED: Final = frozenset({"rejected", "quarantined"})
QUIET: Final = frozenset({"changed_at", "changed_by", "created_at", "created_by", "unit", "version"})


class Mirror:
    """The books of one laptop. `check` raises `Violation`."""

    def __init__(self, device: Device, schema: Schema, ledger: Ledger, tally: Tally) -> None:
        self.device = device
        self.schema = schema
        self.ledger = ledger
        self.tally = tally
        self.connection = sqlite3.connect(device.path, isolation_level=None, check_same_thread=False)
        self._cursor: dict[bytes, int] = {}
        self._last_stamp = 0
        self._moved_from: dict[bytes, int] = {}
        self._seen: tuple[int, int] | None = None
        self._stamped: set[bytes] = set()
        self._based: set[bytes] = set()
        self._selects = {
            entity.name: f'SELECT {quoted(entity.wire_columns)} FROM "{entity.name}"' for entity in schema
        }

    def close(self) -> None:
        """Close our connection."""
        self.connection.close()

    # -- looking

    def look(self) -> Sight:
        """Everything that the checks need."""
        return look(self.connection, self._selects)

    def has_changed(self) -> bool:
        """Whether the file or the books about the office changed since the last check."""
        [version] = self.connection.execute("PRAGMA data_version").fetchone()
        seen = version, len(self.device.dropped)
        changed = seen != self._seen
        self._seen = seen
        return changed

    def digest(self) -> bytes:
        """The whole contents of the file, for comparing (clock and log left out)."""
        return digest_of(self.connection, besides=("sync_log",))

    # -- checking

    def check(self) -> None:
        """Everything that must hold at any moment (1, 2, 4, 5, 6, 10, 11, 13, 23)."""
        if not self.has_changed():
            return
        sight = self.look()
        self._cursors(sight)
        self._journal(sight)
        confirmed = self._confirmed(sight)
        if sight.state.get("copied"):
            self._scope(sight, confirmed)
        else:
            self._first_copy(sight, confirmed)
        self._shown(sight, confirmed)
        self._bases(sight, confirmed)
        self._resting(sight)

    def _fail(self, invariant: int, text: str) -> Violation:
        return Violation(invariant, f"{self.device.name}: {text}")

    def _cursors(self, sight: Sight) -> None:
        cursor = sight.cursor
        for feed, seq in self._cursor.items():
            if cursor.get(feed, -1) < seq:
                raise self._fail(4, f"the cursor went back in feed {feed.hex()}")
        if cursor != self._cursor:
            self.tally.saw(4)
        for feed, seq in cursor.items():
            if seq > self.ledger.seqs.get(feed, 0):
                raise self._fail(4, f"the cursor stands at {seq}, which is not yet")
        self._moved_from, self._cursor = self._cursor, cursor

    def _journal(self, sight: Sight) -> None:
        """Nothing that was made is missing; nothing changed; what is answered was answered so (2, 10, 13)."""
        device = self.device
        here = {entry.change_id: entry for entry in sight.journal}
        durable = sight.state.get("durable_n", 0)
        for change_id in device.made:
            if change_id not in here:
                known = self.ledger.known.get(change_id)
                is_settled = known is not None and (known.kind not in REFUSED or change_id in device.dropped)
                if known is None or not is_settled or not 0 < known.n <= durable:
                    raise self._fail(2, f"changeset {change_id.hex()} is gone from the journal")
        for entry in sight.journal:
            made = device.made.get(entry.change_id)
            if made is None:
                raise self._fail(2, f"changeset {entry.change_id.hex()} came from nowhere")
            if entry.body != made and entry.change_id not in device.dropped:
                raise self._fail(2, f"the body of changeset {entry.change_id.hex()} was changed")
            self._standing(entry)
            self._stamp(entry)
        numbers = [entry.n for entry in sight.journal if entry.n is not None]
        missing = set(range(durable + 1, sight.state.get("next_n", 1))) - set(numbers)
        if missing or len(set(numbers)) < len(numbers):
            raise self._fail(10, f"the numbers {sorted(numbers)} have a gap or a twin")

    def _standing(self, entry: Entry) -> None:
        if (entry.state == "discarded") != (entry.change_id in self.device.dropped):
            raise self._fail(2, f"changeset {entry.change_id.hex()} is {entry.state}; nobody said so")
        if entry.outcome is None:
            return
        known = self.ledger.known.get(entry.change_id)
        if known is None or known.kind != entry.outcome or known.n != entry.n:
            kind = "nothing" if known is None else known.kind
            raise self._fail(
                3, f"changeset {entry.change_id.hex()} is {entry.outcome} here, {kind} at the office"
            )
        self.tally.saw(3)

    def _stamp(self, entry: Entry) -> None:
        if entry.change_id in self._stamped:
            return
        self._stamped.add(entry.change_id)
        device = self.device
        if not device.has_contact and entry.stamp <= self._last_stamp:
            raise self._fail(13, f"stamp {entry.stamp} does not follow {self._last_stamp}")
        self.tally.saw(13, not device.has_contact)
        self._last_stamp, device.has_contact = entry.stamp, False

    def _bases(self, sight: Sight, confirmed: Mapping[Key, tuple[Wire, ...]]) -> None:
        """A new changeset names the versions that its person saw: by them the office judges what is concurrent (9)."""
        for entry in sight.journal:
            if entry.change_id in self._based:
                continue
            self._based.add(entry.change_id)
            if entry.change_id in self.device.resent or not entry.body:
                continue
            for op in opened(entry.body).ops:
                row = confirmed.get((op.table, op.id))
                version = row[2] if row is not None and op.kind == CHANGE else 0
                if op.base != version:
                    raise self._fail(
                        9,
                        f"changeset {entry.change_id.hex()} names {op.base} of {op.table}, seen was {version!r}",
                    )
                self.tally.saw(9, op.base > 0)

    def _resting(self, sight: Sight) -> None:
        """What rests on a refused change does not go to the office before it (10; sync-protocol, 5)."""
        touched: set[Key] = set()
        born: set[bytes] = set()
        for entry in sight.journal:
            if entry.change_id in self.device.dropped or not entry.body:
                continue
            ops = opened(entry.body).ops
            if entry.state == "parked" or (entry.state == "answered" and entry.outcome in REFUSED):
                touched |= {(op.table, op.id) for op in ops}
                born |= {op.id for op in ops if op.kind == BIRTH}
            elif entry.state == "waiting" and entry.change_id not in self.device.resent and touched:
                named = {value for op in ops if op.kind == BIRTH for value in op.fields.values()}
                if not touched.isdisjoint((op.table, op.id) for op in ops) or not born.isdisjoint(named):
                    raise self._fail(
                        10, f"changeset {entry.change_id.hex()} waits; what it rests on was refused"
                    )

    # -- what is confirmed

    def _confirmed(self, sight: Sight) -> dict[Key, tuple[Wire, ...]]:
        found: dict[Key, tuple[Wire, ...]] = {}
        for name, rows in sight.tables.items():
            for row in rows:
                key: Key = (name, row[0])  # type: ignore[assignment]
                if key in sight.overlay:
                    continue
                if row[2] == 0:
                    raise self._fail(11, f"{name} {key[1].hex()} is known to nobody but the screen")
                found[key] = row
        for key, copy in sight.overlay.items():
            if copy is not None:
                found[key] = tuple(copy[name] for name in self.schema[key[0]].wire_columns)
        return found

    def _scope(self, sight: Sight, confirmed: Mapping[Key, tuple[Wire, ...]]) -> None:
        """After a checkpoint, what is confirmed is the office's at the cursor, row for row (1, 5, 6, 11)."""
        wanted = self.ledger.scope(self.device.laptop.person, sight.cursor)
        if confirmed != wanted:
            raise self._fail(1, difference(self.schema, confirmed, wanted))
        moved = {feed for feed, seq in sight.cursor.items() if self._moved_from.get(feed) != seq}
        if moved:
            self.tally.saw(1)
            self._whole(sight)
        for key in sight.overlay:
            if key not in wanted and sight.overlay[key] is not None:
                raise self._fail(6, f"a copy of {key[0]} {key[1].hex()} stayed behind")

    def _whole(self, sight: Sight) -> None:
        """Count the changesets of several rows that this checkpoint brought, and the units that left."""
        rows: dict[tuple[bytes, int], int] = defaultdict(int)
        person = self.device.laptop.person
        left = 0
        for versions in self.ledger.versions.values():
            feed, seq = versions[-1].feed, versions[-1].seq
            if self._moved_from.get(feed, 0) < seq <= sight.cursor.get(feed, -1):
                rows[feed, seq] += 1
        for unit, owners in self.ledger.owners.items():
            feed = self.ledger.versions["customer", unit][-1].feed
            before, now = self._moved_from.get(feed), sight.cursor.get(feed)
            if before is None or now is None or len(owners) < 2:
                continue
            was, is_ = self.ledger.holds(person, unit, before), self.ledger.holds(person, unit, now)
            left += was != is_
        self.tally.saw(5, sum(count > 1 for count in rows.values()))
        self.tally.saw(6, left)

    def _first_copy(self, sight: Sight, confirmed: Mapping[Key, tuple[Wire, ...]]) -> None:
        """During a first copy each unit that can be seen is whole, as it was at some moment (5).

        But for documents with live changesets: those wait for the receipt at the end.
        """
        units: dict[bytes, dict[Key, tuple[Wire, ...]]] = defaultdict(dict)
        for key, row in confirmed.items():
            if self._root(key, row) not in sight.carried:
                units[row[1]][key] = row  # type: ignore[index]
        for unit, rows in units.items():
            newest = max(int(row[2] or 0) for row in rows.values())
            if not any(rows == then for then in self._moments(unit, newest, sight.carried)):
                raise self._fail(5, f"a part of unit {unit.hex()} is shown during the first copy")
            self.tally.saw(5, len(rows) > 1)

    def _root(self, key: Key, row: tuple[Wire, ...]) -> Wire:
        """The document that a row belongs to or hangs on, or the row itself."""
        entity = self.schema[key[0]]
        column = entity.document
        if column is None and isinstance(entity.scope, Part):
            is_document = self.schema[self.schema.parents[key[0]]].document == "id"
            column = entity.scope.via if is_document else None
        return row[entity.wire_columns.index(column)] if column is not None else key[1]

    def _moments(self, unit: bytes, since: int, besides: set[bytes]) -> Iterable[dict[Key, tuple[Wire, ...]]]:
        """The unit as it was at ``since`` and after each later change, without some documents."""
        mine = {
            key: found
            for key, found in self.ledger.versions.items()
            if found[-1].unit == unit and self._root(key, found[-1].wire) not in besides
        }
        seqs = {version.seq for found in mine.values() for version in found if version.seq >= since}
        for seq in sorted(seqs):
            yield {
                key: next(version.wire for version in reversed(found) if version.seq <= seq)
                for key, found in mine.items()
                if found[0].seq <= seq
            }

    # -- what is shown

    def _shown(self, sight: Sight, confirmed: Mapping[Key, tuple[Wire, ...]]) -> None:
        """The screen shows what is confirmed with the live changesets on top (23)."""
        receipt = sight.state.get("receipt_n", 0)
        live = [
            entry
            for entry in sight.journal
            if entry.change_id not in self.device.dropped
            and (entry.n is None or entry.n > receipt or entry.outcome in REFUSED)
        ]
        if not live and not sight.overlay:
            return
        wanted = replayed(self.schema, Shown(self.schema, confirmed), [opened(entry.body) for entry in live])
        keys = set(sight.overlay) | wanted.touched
        for key in sorted(keys):
            row = wanted.get(key)
            here = next((each for each in sight.tables[key[0]] if each[0] == key[1]), None)
            if (row is None) != (here is None):
                is_shown = "shown" if here is not None else "not shown"
                raise self._fail(23, f"{key[0]} {key[1].hex()} is {is_shown}")
            if row is None or here is None:
                continue
            entity = self.schema[key[0]]
            for name, value in zip(entity.wire_columns, here, strict=True):
                item = entity.fields.get(name)
                if name in QUIET or (item is not None and item.policy.rule is Rule.DERIVED):
                    continue
                if row[name] != value:
                    raise self._fail(
                        23, f"{key[0]} {key[1].hex()} shows {name} {value!r}; it must be {row[name]!r}"
                    )
        answered = sum(entry.outcome is not None and entry.outcome not in REFUSED for entry in live)
        self.tally.saw(23, answered)

    # -- at the end

    def final_check(self) -> None:
        """Queues empty or flagged, equal to the office now, digests equal, no office field (1, 10, 12, 22)."""
        sight = self.look()
        person = self.device.laptop.person
        cursor = sight.cursor
        for feed, seq in self.ledger.seqs.items():
            if feed in cursor and cursor[feed] != seq:
                raise self._fail(10, f"the cursor stands at {cursor[feed]}, the office at {seq}")
        open_ = [entry for entry in sight.journal if entry.state not in ("done", "parked", "discarded")]
        if open_:
            raise self._fail(10, f"{len(open_)} changesets still wait: {open_[0].change_id.hex()}")
        self.tally.saw(10, len(sight.journal))
        confirmed = self._confirmed(sight)
        wanted = {
            key: found[-1].wire
            for key, found in self.ledger.versions.items()
            if self.ledger.holds(person, found[-1].unit)
        }
        if confirmed != wanted:
            raise self._fail(1, difference(self.schema, confirmed, wanted))
        self.tally.saw(1)
        self._digests(confirmed)
        self._office_fields()

    def _digests(self, confirmed: Mapping[Key, tuple[Wire, ...]]) -> None:
        sums: dict[tuple[bytes, str], int] = defaultdict(int)
        for (table, row_id), row in confirmed.items():
            sums[row[1], table] += row_sum(row_id, int(row[2] or 0))  # type: ignore[index]
        stored = {
            (unit, table): digest
            for unit, table, digest in self.ledger.connection.execute(
                "SELECT unit, tbl, digest FROM unit_digest"
            )
        }
        for pair, total in sums.items():
            if (total % (1 << 128)).to_bytes(16, "big") != stored.get(pair):
                raise self._fail(12, f"the digest of {pair[1]} in {pair[0].hex()} differs from the office's")
            self.tally.saw(12)

    def _office_fields(self) -> None:
        for entity in self.schema:
            names = [item.name for item in entity.fields.values() if item.reach is Reach.OFFICE]
            if not names:
                continue
            for row in self.connection.execute(f'SELECT {quoted(names)} FROM "{entity.name}"'):
                for name, value in zip(names, row, strict=True):
                    if value not in (None, "", 0, entity.fields[name].default):
                        raise self._fail(22, f"{entity.name}.{name} of the office is on the laptop")
                self.tally.saw(22)
