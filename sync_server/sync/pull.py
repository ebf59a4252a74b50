"""Pull: one page of a checkpoint, read in one snapshot (sync-protocol, 7, 10, 11).

A checkpoint is reached page by page. First come the units that enter: those held now and not at the cursor, whole,
in order of the moment they entered. Then come the changes to units held, feed by feed, found through the feed's
records and read by (unit, version). The page that reaches the heads of its own snapshot completes the checkpoint and
brings evictions, heads and receipt. A row changed meanwhile simply comes again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import msgspec
from sqlalchemy import Connection

from crm.changes.codec import block_of
from crm.changes.entity import Entity
from crm.changes.ops import PROTOCOL, Count, Head, Page, PullRequest, Receipt, UnitDigest
from crm.errors import Code, InvalidInput, NotAllowed, ProtocolFault
from crm.ids import COMPANY
from sync_server.store.database import Database
from sync_server.store.rows import quoted, select_list
from sync_server.sync.push import Caller, stored_outcomes

MAX_ROWS: Final = 20_000
TOUCHES: Final = 4000
UNITS: Final = 100
RECEIPT_LIMIT: Final = 2000
BEFORE_ALL: Final = -1


Place = Annotated[int, msgspec.Meta(ge=BEFORE_ALL, le=(1 << 62))]
_BEFORE_ANY: Final = (BEFORE_ALL, b"")


class _Position(msgspec.Struct, array_like=True):
    """Where a checkpoint under way has got to. Opaque to the laptop; scope is judged anew on every page."""

    first: dict[bytes, Place] = {}  # heads when the checkpoint began
    after: dict[bytes, tuple[Place, bytes]] = {}  # per feed: the last entering unit sent, (enter_seq, unit)
    partial: tuple[bytes, Count, bytes] = (b"", 0, b"")  # unit, table by place, last row id
    in_parts: list[bytes] = []  # units sent in parts, whose digests come at the end
    reached: dict[bytes, Place] = {}  # per feed: changes are sent up to here
    done: Count = 0
    total: Count = 0
    parts_since: Count = 0  # head of its feed when the unit in parts was begun


@dataclass
class _Building:
    """A page as it grows."""

    budget: int
    rows: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    entering: list[bytes] = field(default_factory=list)
    digests: list[UnitDigest] = field(default_factory=list)
    refetched: list[tuple[bytes, str]] = field(default_factory=list)
    count: int = 0

    @property
    def is_full(self) -> bool:
        """Whether the page has the rows it was asked for."""
        return self.count >= self.budget

    def close(self) -> None:
        """What comes next does not fit: the page is full."""
        self.budget = min(self.budget, self.count)

    def add(self, table: str, rows: Sequence[Any]) -> None:
        """Rows of one table."""
        if rows:
            self.rows[table] += rows
            self.count += len(rows)


class Pull:
    """Answers pull requests. Thread-safe: every call has its own snapshot."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tables: tuple[Entity, ...] = tuple(database.schema)

    def __call__(self, caller: Caller, request: PullRequest) -> Page:
        """The next page.

        :raises ProtocolFault: 5003 when the cursor names a place this office never was at.
        :raises NotAllowed: no device. :raises InvalidInput: a position that this office did not give.
        """
        if request.protocol != PROTOCOL:
            raise ProtocolFault(Code.SCHEMA_AHEAD, "The office speaks another edition of the protocol.")
        if caller.device is None:
            raise NotAllowed(Code.NO_RIGHT, "Only an enrolled device holds a copy.")
        with self._database.snapshot() as connection:
            return _Page(self._database, connection, self._tables, caller, request).build()

    def has_news(self, caller: Caller, cursor: dict[str, Head]) -> bool:
        """Whether anything in the person's scope changed after ``cursor``. Costs a look at the heads when not."""
        with self._database.snapshot() as connection:
            page = _Page(
                self._database, connection, self._tables, caller, PullRequest(PROTOCOL, 0, b"", cursor)
            )
            return page.has_news()

    def principals(self, person: bytes) -> frozenset[bytes]:
        """The principals through whom a person holds units."""
        with self._database.snapshot() as connection:
            return frozenset(_principals(self._database, connection, person))


def _principals(database: Database, connection: Connection, person: bytes) -> list[bytes]:
    teams = database.rows(
        connection, "SELECT principal FROM member WHERE person=? AND leave_seq IS NULL", [person]
    )
    return [person, COMPANY, *(row[0] for row in teams)]


class _Page:
    def __init__(
        self,
        database: Database,
        connection: Connection,
        tables: tuple[Entity, ...],
        caller: Caller,
        request: PullRequest,
    ) -> None:
        self.database = database
        self.connection = connection
        self.tables = tables
        self.caller = caller
        self.request = request
        self.cursor = _read_cursor(request.cursor)
        self.principals = _principals(database, connection, caller.person)
        self.heads = self._heads()

    # -- places

    def _heads(self) -> dict[bytes, Head]:
        marks = ",".join("?" * len(self.principals))
        rows = self.database.rows(
            self.connection,
            f"SELECT f.id, f.epoch, f.seq, f.tag FROM feed f WHERE f.id IN "
            f"(SELECT feed FROM principal_feed WHERE principal IN ({marks})) ORDER BY f.id",
            self.principals,
        )
        return {row[0]: Head(row[1], row[2], row[3]) for row in rows}

    def _feeds(self) -> list[bytes]:
        """Feeds in the order in which their units are sent: what everybody reads, one's own things, the division."""
        return sorted(self.heads, key=lambda feed: (feed != COMPANY, feed != self.caller.person, feed))

    def _at_cursor(self, feed: bytes) -> int:
        head = self.cursor.get(feed)
        return head.seq if head is not None else BEFORE_ALL

    def _check_cursor(self) -> None:
        if self._is_rewound():
            raise ProtocolFault(Code.REWOUND, "The office has been set back; everything is compared anew.")

    def _is_rewound(self) -> bool:
        """Whether the cursor names a place where this office never was."""
        for feed, place in self.cursor.items():
            head = self.heads.get(feed)
            if head is None:
                continue
            if place.epoch != head.epoch or place.seq > head.seq:
                return True
            tag = head.tag if place.seq == head.seq else self._tag(feed, place.seq)
            if tag != place.tag:
                return True
        return False

    def _tag(self, feed: bytes, seq: int) -> bytes | None:
        if seq == 0:
            return bytes(8)
        rows = self.database.rows(
            self.connection, "SELECT tag FROM feed_record WHERE feed=? AND seq=?", [feed, seq]
        )
        return rows[0][0] if rows else None

    def has_news(self) -> bool:
        """See `Pull.has_news`. A cursor that does not fit is news too: the pull that follows says so."""
        moved = [feed for feed, head in self.heads.items() if self.cursor.get(feed) != head]
        if not moved:
            return False
        if any(feed not in self.cursor for feed in moved) or self._is_rewound():
            return True
        return any(
            self._touched(feed, self._at_cursor(feed), 1)
            or self._entering(feed, (self._at_cursor(feed), b"\xff" * 16), self._at_cursor(feed), 1)
            or self._leaving(feed, self._at_cursor(feed))
            for feed in moved
        )

    # -- the page

    def build(self) -> Page:
        """The page that the request asks for."""
        request = self.request
        self._check_cursor()
        nothing_moved = not request.position and not request.refetch and self.heads == self.cursor
        if nothing_moved:
            return self._page(_Building(0), None, complete=True)
        position = self._position()
        page = _Building(min(max(request.rows, 1), MAX_ROWS))
        if not request.position:
            self._refetch(page)
        self._enter(page, position)
        if not page.is_full and not position.partial[0]:
            self._changes(page, position)
        complete = (
            not page.is_full
            and not position.partial[0]
            and all(position.reached[feed] == head.seq for feed, head in self.heads.items())
        )
        if complete and position.in_parts:
            held = [unit for unit in position.in_parts[:MAX_ROWS] if self._is_held(unit)]
            page.digests += [UnitDigest(*row) for row in self._stored_digests(held)]
        position.done += page.count
        return self._page(page, position, complete=complete)

    def _position(self) -> _Position:
        if self.request.position:
            try:
                position = msgspec.msgpack.decode(self.request.position, type=_Position)
            except msgspec.DecodeError as error:
                raise InvalidInput(Code.MALFORMED, "The position is none that the office gave.") from error
        else:
            position = _Position(
                first={feed: head.seq for feed, head in self.heads.items()},
                total=self._size_of_entering(),
            )
        for feed, head in self.heads.items():
            # A feed that appeared during the checkpoint begins at its beginning: all its units enter.
            began = position.first.setdefault(feed, head.seq)
            start = self._at_cursor(feed)
            position.reached.setdefault(feed, began if start == BEFORE_ALL else start)
        return position

    def _page(self, page: _Building, position: _Position | None, *, complete: bool) -> Page:
        schema = self.database.schema
        return Page(
            complete=complete,
            blocks=tuple(block_of(schema[table], rows) for table, rows in page.rows.items()),
            position=b"" if complete or position is None else msgspec.msgpack.encode(position),
            entering=tuple(page.entering),
            office_ms=self.database.now_ms(self.connection),
            evicted=tuple(self._evicted(position)) if complete and position is not None else (),
            refetched=tuple(page.refetched),
            heads={feed.hex(): head for feed, head in self.heads.items()} if complete else {},
            digests=tuple(page.digests),
            receipt=self._receipt() if complete else None,
            done=position.done if position else 0,
            total=max(position.total, position.done) if position else 0,
        )

    # -- units that enter

    def _held(self, alias: str) -> str:
        """SQL: the holder row is one of this person's."""
        return f"{alias}.principal IN ({','.join('?' * len(self.principals))})"

    def _entering(
        self, feed: bytes, after: tuple[int, bytes], began: int, limit: int
    ) -> list[tuple[int, bytes]]:
        """(enter_seq, unit) of units held now and not at the cursor, in that order, after a place.

        So are those that left and came back since the checkpoint began at ``began``: the pages between brought
        nothing of them.
        """
        start = self._at_cursor(feed)
        rows = self.database.rows(
            self.connection,
            f"SELECT DISTINCT h.enter_seq, h.unit FROM holder h WHERE {self._held('h')} AND h.feed=? AND h.leave_seq IS NULL "
            f"AND h.enter_seq>? AND (h.enter_seq>? OR (h.enter_seq=? AND h.unit>?)) "
            f"AND NOT EXISTS (SELECT 1 FROM holder o WHERE o.unit=h.unit AND {self._held('o')} "
            f"AND ((h.enter_seq<=? AND o.enter_seq<=? AND (o.leave_seq IS NULL OR o.leave_seq>?)) "
            f"OR (o.leave_seq IS NULL AND o.enter_seq<h.enter_seq))) "
            f"ORDER BY h.enter_seq, h.unit LIMIT {limit}",
            [
                *(*self.principals, feed, start, after[0], after[0], after[1]),
                *(*self.principals, began, start, start),
            ],
        )
        return [(row[0], row[1]) for row in rows]

    def _size_of_entering(self) -> int:
        total = 0
        for feed in self.heads:
            start = self._at_cursor(feed)
            [(rows,)] = self.database.rows(
                self.connection,
                f'SELECT SUM(d."rows") FROM unit_digest d WHERE d.unit IN (SELECT h.unit FROM holder h '
                f"WHERE {self._held('h')} AND h.feed=? AND h.leave_seq IS NULL AND h.enter_seq>?)",
                [*self.principals, feed, start],
            )
            total += int(rows or 0)
        return total

    def _enter(self, page: _Building, position: _Position) -> None:
        """Send entering units, feed by feed, until the page is full or none is left.

        A unit that enters during the checkpoint has a later place in its feed than any sent so far, so going on
        after the last place finds it.
        """
        for feed in self._feeds():
            while not page.is_full:
                if position.partial[0]:
                    self._continue_unit(page, position)
                    continue
                began = position.first.get(feed, self._at_cursor(feed))
                units = self._entering(feed, position.after.get(feed, _BEFORE_ANY), began, UNITS)
                if not units:
                    break
                self._send_units(page, position, feed, units)

    def _send_units(
        self, page: _Building, position: _Position, feed: bytes, units: list[tuple[int, bytes]]
    ) -> None:
        sizes: dict[bytes, int] = defaultdict(int)
        digests: dict[bytes, list[UnitDigest]] = defaultdict(list)
        for unit, table, digest, rows in self._stored_digests(unit for _seq, unit in units):
            sizes[unit] += rows
            digests[unit].append(UnitDigest(unit, table, digest, rows))
        chosen: list[bytes] = []
        room = page.budget - page.count
        for enter_seq, unit in units:
            if sizes[unit] > room:
                if chosen or page.count:
                    room = 0
                    break
                position.after[feed] = enter_seq, unit
                position.partial = unit, 0, b""
                position.parts_since = self.heads[feed].seq
                return
            chosen.append(unit)
            room -= sizes[unit]
            position.after[feed] = enter_seq, unit
        wanted_tables = {item.table for unit in chosen for item in digests[unit]}
        for entity in self.tables:
            if entity.name in wanted_tables:
                page.add(
                    entity.name,
                    self.database.rows_in(
                        self.connection,
                        f"SELECT {select_list(entity.wire_columns)} FROM {quoted(entity.name)} WHERE unit IN ({{in}})",
                        chosen,
                    ),
                )
        page.entering += chosen
        for unit in chosen:
            page.digests += digests[unit]
        if room <= 0:
            page.close()

    def _continue_unit(self, page: _Building, position: _Position) -> None:
        """A unit too large for a page, table by table in order of row id; it may have left meanwhile."""
        unit, place, last = position.partial
        if not self._is_held(unit):
            position.partial = b"", 0, b""
            return
        while place < len(self.tables) and not page.is_full:
            entity = self.tables[place]
            room = page.budget - page.count
            rows = self.database.rows(
                self.connection,
                f"SELECT {select_list(entity.wire_columns)} FROM {quoted(entity.name)} "
                f"WHERE unit=? AND id>? ORDER BY id LIMIT {room}",
                [unit, last],
            )
            page.add(entity.name, rows)
            if len(rows) < room:
                place, last = place + 1, b""
            else:
                last = rows[-1][0]
        if place >= len(self.tables):
            position.partial = b"", 0, b""
            self._catch_up(page, unit, position.parts_since)
            page.entering.append(unit)
            position.in_parts.append(unit)
        else:
            position.partial = unit, place, last

    def _catch_up(self, page: _Building, unit: bytes, since: int) -> None:
        """What changed in a unit while it was sent in parts. With this its rows are all of one moment, so nobody sees
        a part of a changeset.
        """
        tables = self.database.rows(
            self.connection,
            "SELECT DISTINCT t.tbl FROM feed_touch t JOIN unit u ON u.feed=t.feed AND u.id=t.unit "
            "WHERE u.id=? AND t.seq>? ORDER BY t.tbl",
            [unit, since],
        )
        for (table,) in tables:
            page.add(
                table,
                self.database.rows(
                    self.connection,
                    f"SELECT {select_list(self.database.schema[table].wire_columns)} FROM {quoted(table)} "
                    "WHERE unit=? AND version>?",
                    [unit, since],
                ),
            )

    def _is_held(self, unit: bytes) -> bool:
        return bool(
            self.database.rows(
                self.connection,
                f"SELECT 1 FROM holder h WHERE h.unit=? AND {self._held('h')} AND h.leave_seq IS NULL LIMIT 1",
                [unit, *self.principals],
            )
        )

    def _stored_digests(self, units: Iterable[bytes]) -> list[tuple[Any, ...]]:
        return self.database.rows_in(
            self.connection,
            'SELECT unit, tbl, digest, "rows" FROM unit_digest WHERE unit IN ({in}) ORDER BY unit, tbl',
            units,
        )

    # -- changes to units that stay

    def _touched(self, feed: bytes, after: int, limit: int) -> list[tuple[int, bytes, str]]:
        rows = self.database.rows(
            self.connection,
            f"SELECT t.seq, t.unit, t.tbl FROM feed_touch t WHERE t.feed=? AND t.seq>? AND EXISTS "
            f"(SELECT 1 FROM holder h WHERE h.unit=t.unit AND {self._held('h')} AND h.leave_seq IS NULL) "
            f"ORDER BY t.seq LIMIT {limit}",
            [feed, after, *self.principals],
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def _changes(self, page: _Building, position: _Position) -> None:
        for feed in self._feeds():
            while not page.is_full and position.reached[feed] < self.heads[feed].seq:
                self._changes_of(feed, page, position)

    def _changes_of(self, feed: bytes, page: _Building, position: _Position) -> None:
        after, upto = position.reached[feed], self.heads[feed].seq
        touched = self._touched(feed, after, TOUCHES)
        if len(touched) == TOUCHES:
            # A record is never split: stop before the last one, which may go on.
            last = touched[-1][0]
            whole = [one for one in touched if one[0] < last]
            touched, upto = (whole, last - 1) if whole else (self._touched(feed, after, 1 << 20), last)
            touched = [one for one in touched if one[0] <= upto]
        upto = self._within_budget(feed, after, upto, page)
        units: dict[str, set[bytes]] = defaultdict(set)
        for seq, unit, table in touched:
            if seq <= upto:
                units[table].add(unit)
        for table, wanted in units.items():
            entity = self.database.schema[table]
            page.add(
                table,
                self.database.rows_in(
                    self.connection,
                    f"SELECT {select_list(entity.wire_columns)} FROM {quoted(table)} "
                    "WHERE unit IN ({in}) AND version>? AND version<=?",
                    sorted(wanted),
                    after=[after, upto],
                ),
            )
        if upto == self.heads[feed].seq:
            # Only at the head do all rows of a unit belong to one moment, the one its digest speaks of.
            since = (
                position.first.get(feed, after)
                if self._at_cursor(feed) == BEFORE_ALL
                else self._at_cursor(feed)
            )
            seen = {(unit, table) for _seq, unit, table in self._touched(feed, since, 1 << 20)}
            wanted_units = sorted({unit for unit, _table in seen})
            page.digests += [
                UnitDigest(*row) for row in self._stored_digests(wanted_units) if (row[0], row[1]) in seen
            ]
        position.reached[feed] = upto

    def _within_budget(self, feed: bytes, after: int, upto: int, page: _Building) -> int:
        """How far the feed's records go before the page would grow past its rows; at least one record."""
        rows = self.database.rows(
            self.connection,
            f'SELECT seq, "rows" FROM feed_record WHERE feed=? AND seq>? AND seq<=? ORDER BY seq LIMIT {MAX_ROWS}',
            [feed, after, upto],
        )
        room = page.budget - page.count
        for place, (seq, count) in enumerate(rows):
            room -= count
            if room < 0:
                return int(seq) if place == 0 else int(seq) - 1
        return int(rows[-1][0]) if len(rows) == MAX_ROWS else upto

    # -- refetch, leave, receipt

    def _refetch(self, page: _Building) -> None:
        for unit, table in self.request.refetch[:200]:
            entity = self.database.schema.get(table)
            if entity is None or not self._is_held(unit):
                continue
            page.add(
                table,
                self.database.rows(
                    self.connection,
                    f"SELECT {select_list(entity.wire_columns)} FROM {quoted(table)} WHERE unit=?",
                    [unit],
                ),
            )
            page.refetched.append((unit, table))
            page.digests += [UnitDigest(*row) for row in self._stored_digests([unit]) if row[1] == table]

    def _leaving(self, feed: bytes, start: int) -> list[bytes]:
        """Units that this person ceased to hold after ``start`` and does not hold now."""
        rows = self.database.rows(
            self.connection,
            f"SELECT DISTINCT h.unit FROM holder h WHERE {self._held('h')} AND h.feed=? AND h.leave_seq>? "
            f"AND NOT EXISTS (SELECT 1 FROM holder o WHERE o.unit=h.unit AND {self._held('o')} AND o.leave_seq IS NULL)",
            [*self.principals, feed, start, *self.principals],
        )
        return [row[0] for row in rows]

    def _evicted(self, position: _Position) -> list[bytes]:
        """Units to purge: held at the cursor, or sent during this checkpoint, and not held now."""
        return sorted(
            unit for feed in self.heads for unit in self._leaving(feed, self._since(feed, position))
        )

    def _since(self, feed: bytes, position: _Position) -> int:
        """From where on changes concern this device: its cursor, or the beginning of its first copy."""
        start = self._at_cursor(feed)
        return position.first.get(feed, start) if start == BEFORE_ALL else start

    def _receipt(self) -> Receipt:
        rows = self.database.rows(
            self.connection,
            "SELECT last_n, durable_n FROM incarnation WHERE id=? AND device=?",
            [self.request.incarnation, self.caller.device],
        )
        if not rows:
            return Receipt(0, ())
        last_n, durable_n = rows[0]
        since = self.request.receipt_n
        if since >= last_n:
            return Receipt(last_n, (), durable_n)
        outcomes = stored_outcomes(
            self.database,
            self.connection,
            f"incarnation IN ({{in}}) AND n>{int(since)} ORDER BY n LIMIT {RECEIPT_LIMIT}",
            [self.request.incarnation],
        )
        upto = max((one.n for one in outcomes.values()), default=last_n)
        if len(outcomes) < RECEIPT_LIMIT:
            upto = last_n
        return Receipt(upto, tuple(outcomes.values()), durable_n)


def _read_cursor(cursor: dict[str, Head]) -> dict[bytes, Head]:
    try:
        return {bytes.fromhex(feed): head for feed, head in cursor.items()}
    except ValueError as error:
        raise InvalidInput(Code.BAD_ID, "The cursor names no feed.") from error
