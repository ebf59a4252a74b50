"""Folding: what the office confirmed becomes the ground that this laptop's live changesets stand on (sync-protocol, 10).

All functions work inside the one write transaction that also saves the cursor.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from sqlalchemy import Connection

from crm.changes.ops import Block, Outcome, Receipt
from crm.changes.view import Key, Rulebook
from desktop.store import drafts, overlay, trace
from desktop.store import journal as log
from desktop.store.driver import fetch, fetch_in
from desktop.store.overlay import Confirmed
from desktop.store.rows import AllRows
from desktop.store.staging import Part
from desktop.store.tables import JournalState

logger = logging.getLogger(__name__)

MAX_KEYS_TOLD: Final = 2000
"""Above this many rows, or when units left, a fold names only tables to those who listen."""
HELD_BACK_ROWS: Final = 200
HELD_BACK_SHARE: Final = 0.3
"""A refetch that would remove at least so many rows and this share of all is held back (sync-protocol, 10)."""


@dataclass
class Folded:
    """What a fold did. ``rows`` counts the rows that came; ``held_back`` pairs whose refetch was not believed."""

    rows: int = 0
    evicted: int = 0
    settled: list[Outcome] = field(default_factory=list)
    keys: set[Key] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    held_back: list[tuple[bytes, str]] = field(default_factory=list)

    def note(self, keys: Iterable[Key]) -> None:
        """These rows were written."""
        for key in keys:
            self.keys.add(key)
            self.tables.add(key[0])


class Fold:
    """One fold. Call the steps in the order in which they stand here."""

    def __init__(self, connection: Connection, rows: AllRows, rulebook: Rulebook) -> None:
        self._connection = connection
        self._rows = rows
        self._rulebook = rulebook
        self._affected: set[bytes] = set()
        self._incoming: dict[Key, Confirmed] = {}
        self._fresh: set[Key] = set()
        self.folded = Folded()

    # -- 1: the receipt

    def settle_receipt(self, receipt: Receipt, incarnation: bytes) -> None:
        """Drop the changesets that the receipt names from what is replayed; park those that were refused."""
        told = {outcome.change_id: outcome for outcome in receipt.outcomes}
        settled = []
        for entry in log.unsettled(self._connection, incarnation, receipt.n):
            outcome = told.get(entry.change_id)
            if outcome is not None:
                settled.append((entry, outcome))
            elif entry.outcome is not None:
                known = Outcome(entry.change_id, entry.n, entry.outcome, entry.code, entry.message)
                settled.append((entry, known))
        unheard = [pair for pair in settled if pair[0].state == JournalState.SENDING]
        log.answer(self._connection, unheard, None)
        self.settle(settled)

    def settle(self, settled: Sequence[tuple[log.Numbered, Outcome]]) -> None:
        """See `settle_receipt`; for changesets whose outcome is at hand."""
        refused = [entry for entry, outcome in settled if outcome.kind in log.REFUSED]
        done = [entry.local_seq for entry, outcome in settled if outcome.kind not in log.REFUSED]
        self._affected |= log.roots_of(self._connection, done)
        for entry in refused:
            park_with_dependents(self._connection, entry.local_seq)
        log.finish(self._connection, done)
        self.folded.settled += [outcome for _, outcome in settled]

    # -- 2: the rows

    def take(self, parts: Sequence[Part]) -> None:
        """Confirmed rows: into the tables, or below the live changesets of their document."""
        carried = overlay.all_roots(self._connection)
        live = log.live_roots(self._connection)
        refetched = {pair for part in parts for pair in part.refetched}
        evicted = {unit for part in parts for unit in part.evicted}
        if refetched:
            self._replace(parts, refetched, carried)
        trace.note(self._connection, self._rows, (block for part in parts for block in part.blocks))
        for part in parts:
            for block in part.blocks:
                if block.table in self._rows.tables and block.rows:
                    self._take_block(block, carried, live, evicted, refetched)
        self._hold(part.entering for part in parts)
        self._evict(sorted(evicted))
        if any(part.entering for part in parts) or evicted:
            # Rows that waited for their parents may be shown again, others no longer.
            self._affected |= carried

    def _take_block(
        self,
        block: Block,
        carried: Collection[bytes],
        live: Collection[bytes],
        evicted: Collection[bytes],
        refetched: Collection[tuple[bytes, str]],
    ) -> None:
        table = self._rows[block.table]
        place = {name: block.columns.index(name) for name in ("id", "unit", "version", table.root_column)}
        rows: Sequence[tuple[Any, ...]] = block.rows
        self.folded.rows += len(rows)
        if evicted:
            rows = [row for row in rows if row[place["unit"]] not in evicted]
        if carried:
            root = place[table.root_column]
            # The version of a row in its table is always that of its confirmed copy.
            ids = [row[place["id"]] for row in rows if row[root] in carried]
            versions = table.versions(self._connection, ids)
            straight = []
            for row in rows:
                row_id, root_id = row[place["id"]], row[root]
                above = versions.get(row_id, 0)
                if (row[place["unit"]], block.table) in refetched:
                    above = 0
                if root_id in live:
                    self._below(block, row, root_id, above=above)
                else:
                    straight.append(row)
                    if root_id in carried and row[place["version"]] >= above:
                        self._fresh.add((block.table, row_id))
            rows = straight
        anew: Sequence[tuple[Any, ...]] = ()
        if refetched:
            anew = [row for row in rows if (row[place["unit"]], block.table) in refetched]
            rows = [row for row in rows if (row[place["unit"]], block.table) not in refetched]
        table.put_values(self._connection, block, rows, lower_too=False)
        table.put_values(self._connection, block, anew, lower_too=True)
        self.folded.tables.add(block.table)
        if self.folded.rows <= MAX_KEYS_TOLD:
            self.folded.keys.update((block.table, row[place["id"]]) for row in (*rows, *anew))

    def _below(self, block: Block, values: tuple[Any, ...], root_id: bytes, *, above: int) -> None:
        """A confirmed row of a document that carries live changesets; one below version ``above`` came late."""
        whole = {**block.same, **dict(zip(block.columns, values, strict=True))}
        row = {name: value for name, value in whole.items() if name in self._rows[block.table].wire}
        key = block.table, row["id"]
        before = self._incoming.get(key)
        version = before.row["version"] if before is not None and before.row is not None else above
        if row["version"] >= version:
            self._incoming[key] = Confirmed(*key, row["unit"], root_id, row)
        self._affected.add(root_id)

    def _hold(self, entering: Iterable[Sequence[bytes]]) -> None:
        hold(self._connection, {unit for units in entering for unit in units}, attempt=0)

    def _evict(self, units: list[bytes]) -> None:
        """Units that left: nothing of them stays readable. Waiting bodies stay until they are answered."""
        if not units:
            return
        gone = [(unit,) for unit in units]
        for name in self._rows.tables:
            removed = self._connection.exec_driver_sql(f"DELETE FROM {name} WHERE unit = ?", gone).rowcount
            if removed:
                self.folded.evicted += removed
                self.folded.tables.add(name)
        self._connection.exec_driver_sql("DELETE FROM held_unit WHERE unit = ?", gone)
        trace.forget_units(self._connection, units)
        drafts.forget_units(self._connection, units)
        for unit in units:
            self._affected |= overlay.forget_unit(self._connection, unit)

    # -- 3: the live changesets on top

    def replay(self) -> Folded:
        """Bring every affected document in line."""
        self.folded.note(
            overlay.settle(
                self._connection,
                self._rows,
                self._rulebook,
                roots=self._affected,
                incoming=self._incoming,
                fresh=self._fresh,
            )
        )
        if self.folded.rows > MAX_KEYS_TOLD or self.folded.evicted:
            self.folded.keys.clear()
        return self.folded

    # -- refetch

    def _replace(
        self, parts: Sequence[Part], refetched: Collection[tuple[bytes, str]], carried: Collection[bytes]
    ) -> None:
        """Rows of a refetched unit and table that did not come are no longer there."""
        came = came_ids(parts, refetched)
        missing: dict[str, list[bytes]] = {}
        for unit, name in sorted(refetched):
            if name in self._rows.tables:
                here = fetch(
                    self._connection, f"SELECT id FROM {name} WHERE unit = ? AND version > 0", (unit,)
                )
                missing.setdefault(name, []).extend(row_id for (row_id,) in here if row_id not in came)
        count = sum(map(len, missing.values()))
        if count >= HELD_BACK_ROWS and count > HELD_BACK_SHARE * self._confirmed_rows():
            self.folded.held_back = sorted(refetched)
            logger.error("refetch_held_back rows=%d pairs=%d", count, len(refetched))
            return
        for name, ids in missing.items():
            table = self._rows[name]
            gone = []
            for row in table.get_many(self._connection, ids):
                row_id, root_id = cast(bytes, row["id"]), row[table.root_column]
                if root_id in carried and isinstance(root_id, bytes):
                    self._incoming[name, row_id] = Confirmed(
                        name, row_id, cast(bytes, row["unit"]), root_id, None
                    )
                    self._affected.add(root_id)
                else:
                    gone.append(row_id)
            table.remove(self._connection, gone)
            self.folded.note((name, row_id) for row_id in ids)

    def _confirmed_rows(self) -> int:
        return sum(
            int(
                self._connection.exec_driver_sql(
                    f"SELECT count(*) FROM {name} WHERE version > 0"
                ).scalar_one()
            )
            for name in self._rows.tables
        )


def came_ids(parts: Sequence[Part], pairs: Collection[tuple[bytes, str]]) -> set[bytes]:
    """The ids of the rows in ``parts`` that belong to these units and tables."""
    found: set[bytes] = set()
    for part in parts:
        for block in part.blocks:
            row_id, unit = block.columns.index("id"), block.columns.index("unit")
            found.update(row[row_id] for row in block.rows if (row[unit], block.table) in pairs)
    return found


def hold(connection: Connection, units: Collection[bytes], *, attempt: int) -> None:
    """Units entered. ``attempt`` 0 is after the first copy."""
    if units:
        connection.exec_driver_sql(
            "INSERT INTO held_unit (unit, attempt) VALUES (?, ?) "
            "ON CONFLICT (unit) DO UPDATE SET attempt = excluded.attempt",
            [(unit, attempt) for unit in sorted(units)],
        )


def held_of(connection: Connection, units: Collection[bytes], *, attempt: int | None = None) -> set[bytes]:
    """Which of these units entered (in that attempt)."""
    rows = fetch_in(connection, "SELECT unit, attempt FROM held_unit WHERE unit IN ({in})", units)
    return {unit for unit, entered in rows if attempt is None or entered == attempt}


def park_with_dependents(connection: Connection, local_seq: int) -> list[int]:
    """A refused changeset is parked, and with it those that rest on it and were not sent. Gives them."""
    resting = log.dependents(connection, local_seq, [JournalState.WAITING])
    log.park(connection, [local_seq, *resting])
    return resting


def strays(connection: Connection, attempt: int) -> list[bytes]:
    """Units of an abandoned first copy that the one just completed did not bring."""
    found = fetch(connection, "SELECT unit FROM held_unit WHERE attempt < ? AND attempt > 0", (attempt,))
    return [unit for (unit,) in found]
