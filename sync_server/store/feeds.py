"""Feeds, units and holders: the counters that order everything, and who holds what (sync-protocol, 6 and 7)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from crm.changes.clock import stamp_of
from crm.changes.digest import DIGEST_BYTES, moved
from crm.changes.scope import Holder, fixed_holders
from crm.ids import COMPANY
from sync_server.store.database import Database

TAG_BYTES: Final = 8
EMPTY_TAG: Final = bytes(TAG_BYTES)
FIRST_EPOCH: Final = 1


@dataclass
class Feed:
    """One counter row, locked by this transaction."""

    id: bytes
    kind: str
    epoch: int
    seq: int
    tag: bytes
    stamp: int
    moved: bool = False

    def stamp_now(self, now_ms: int) -> int:
        """The next stamp of the office in this feed, never below one given before."""
        self.stamp = max(stamp_of(now_ms), self.stamp + 1)
        self.moved = True
        return self.stamp


@dataclass
class Record:
    """One line of a feed: which units and tables a changeset touched."""

    feed: bytes
    seq: int
    change_id: bytes
    by: bytes
    at: int
    tag: bytes
    rows: int
    touched: frozenset[tuple[bytes, str]]


def kind_of_feed(feed_id: bytes, person: bytes | None) -> str:
    """company, person or division."""
    if feed_id == COMPANY:
        return "company"
    return "person" if feed_id == person else "division"


class Feeds:
    """The feeds of one write transaction.

    `lock` takes the counter rows in order of feed id and must be called before anything that depends on them is
    read; on SQLite the transaction itself is the lock.
    """

    def __init__(
        self,
        database: Database,
        connection: Connection,
        random_bytes: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._database = database
        self._connection = connection
        self._random_bytes = random_bytes
        self._feeds: dict[bytes, Feed] = {}
        self._records: list[Record] = []

    def lock(self, feed_ids: Iterable[tuple[bytes, str]]) -> None:
        """Lock feeds, given as (id, kind); those that do not exist yet are begun."""
        wanted = {feed_id: kind for feed_id, kind in feed_ids if feed_id not in self._feeds}
        if not wanted:
            return
        if not self._database.is_sqlite:
            self.begin(wanted)
        self._read(wanted)
        missing = {feed_id: kind for feed_id, kind in wanted.items() if feed_id not in self._feeds}
        if missing:
            self.begin(missing)
            self._read(missing)

    def begin(self, wanted: Mapping[bytes, str]) -> None:
        """Make those of the feeds (id to kind) that do not exist yet, without locking any.

        On PostgreSQL they are committed at once: a row that only some of the waiting transactions can see would be
        locked out of order, and three of them could wait for each other.
        """
        known = self._database.rows_in(
            self._connection, "SELECT id FROM feed WHERE id IN ({in})", sorted(wanted)
        )
        missing = sorted(wanted.keys() - {row[0] for row in known})
        if not missing:
            return
        own = nullcontext(self._connection) if self._database.is_sqlite else self._database.write()
        with own as connection:
            begin_feeds(self._database, connection, [(feed_id, wanted[feed_id]) for feed_id in missing])

    def _read(self, wanted: dict[bytes, str]) -> None:
        suffix = "" if self._database.is_sqlite else " FOR UPDATE"
        statement = (
            f"SELECT id, kind, epoch, seq, tag, stamp FROM feed WHERE id IN ({{in}}) ORDER BY id{suffix}"
        )
        for values in self._database.rows_in(self._connection, statement, sorted(wanted)):
            self._feeds[values[0]] = Feed(*values)

    def __getitem__(self, feed_id: bytes) -> Feed:
        return self._feeds[feed_id]

    def __contains__(self, feed_id: bytes) -> bool:
        return feed_id in self._feeds

    def advance(
        self,
        feed_id: bytes,
        change_id: bytes,
        by: bytes,
        at: int,
        rows: int,
        touched: frozenset[tuple[bytes, str]],
        seq: int,
    ) -> None:
        """Write the next record of a feed; ``seq`` is the one that `next_seq` promised."""
        feed = self._feeds[feed_id]
        assert seq == feed.seq + 1
        feed.seq = seq
        feed.tag = self._random_bytes(TAG_BYTES)
        feed.moved = True
        self._records.append(Record(feed_id, seq, change_id, by, at, feed.tag, rows, touched))

    def next_seq(self, feed_id: bytes) -> int:
        """The ``seq`` that the next record will get."""
        return self._feeds[feed_id].seq + 1

    def save(self) -> None:
        """Write counters, records and unit heads."""
        database, connection = self._database, self._connection
        database.execute_many(
            connection,
            "UPDATE feed SET seq=?, tag=?, stamp=? WHERE id=?",
            [(feed.seq, feed.tag, feed.stamp, feed.id) for feed in self._feeds.values() if feed.moved],
        )
        database.execute_many(
            connection,
            'INSERT INTO feed_record (feed, seq, change_id, "by", at, tag, "rows") VALUES (?,?,?,?,?,?,?)',
            [(r.feed, r.seq, r.change_id, r.by, r.at, r.tag, r.rows) for r in self._records],
        )
        database.execute_many(
            connection,
            "INSERT INTO feed_touch (feed, seq, unit, tbl) VALUES (?,?,?,?)",
            [(r.feed, r.seq, unit, table) for r in self._records for unit, table in sorted(r.touched)],
        )
        heads: dict[bytes, int] = {}
        for record in self._records:
            for unit, _table in record.touched:
                heads[unit] = record.seq
        database.execute_many(
            connection, "UPDATE unit SET head=? WHERE id=?", [(seq, unit) for unit, seq in heads.items()]
        )
        self._records.clear()
        for feed in self._feeds.values():
            feed.moved = False


def begin_feeds(database: Database, connection: Connection, feeds: Iterable[tuple[bytes, str]]) -> None:
    """Make feeds, given as (id, kind), where there are none. Doing it again changes nothing."""
    database.execute_many(
        connection,
        "INSERT INTO feed (id, kind, epoch, seq, tag, stamp) VALUES (?,?,?,?,?,?) ON CONFLICT (id) DO NOTHING",
        [(feed_id, kind, FIRST_EPOCH, 0, EMPTY_TAG, 0) for feed_id, kind in feeds],
    )


@dataclass
class DigestBook:
    """What a transaction adds to and takes from the digests of units."""

    added: dict[tuple[bytes, str], tuple[int, int, int]] = field(default_factory=dict)

    def note(self, unit: bytes, table: str, *, add: int, remove: int, rows: int) -> None:
        """Add ``add`` and take ``remove`` (sums of `row_hash`); ``rows`` is how many rows there are more."""
        before = self.added.get((unit, table), (0, 0, 0))
        self.added[unit, table] = before[0] + add, before[1] + remove, before[2] + rows

    def save(self, database: Database, connection: Connection) -> None:
        """Bring the stored digests up to date."""
        if not self.added:
            return
        units = sorted({unit for unit, _table in self.added})
        stored = {
            (unit, table): (digest, rows)
            for unit, table, digest, rows in database.rows_in(
                connection, 'SELECT unit, tbl, digest, "rows" FROM unit_digest WHERE unit IN ({in})', units
            )
        }
        values = []
        for (unit, table), (add, remove, more) in self.added.items():
            digest, rows = stored.get((unit, table), (bytes(DIGEST_BYTES), 0))
            values.append((unit, table, moved(digest, add=add, remove=remove), rows + more))
        database.execute_many(
            connection,
            'INSERT INTO unit_digest (unit, tbl, digest, "rows") VALUES (?,?,?,?) '
            'ON CONFLICT (unit, tbl) DO UPDATE SET digest = excluded.digest, "rows" = excluded."rows"',
            values,
        )
        self.added.clear()


def open_unit(
    database: Database,
    connection: Connection,
    unit: bytes,
    kind: str,
    feed: bytes,
    holders: Iterable[Holder],
    seq: int,
) -> None:
    """A new unit and those who hold it from ``seq`` on. Doing it again changes nothing."""
    database.execute_many(
        connection,
        "INSERT INTO unit (id, kind, feed, head) VALUES (?,?,?,?) ON CONFLICT (id) DO NOTHING",
        [(unit, kind, feed, seq)],
    )
    hold(database, connection, unit, feed, holders, seq)


def hold(
    database: Database,
    connection: Connection,
    unit: bytes,
    feed: bytes,
    holders: Iterable[Holder],
    seq: int,
) -> None:
    """Let principals hold a unit from ``seq`` on."""
    rows = list(holders)
    database.execute_many(
        connection,
        "INSERT INTO holder (unit, principal, why, enter_seq, feed, access, leave_seq) VALUES (?,?,?,?,?,?,NULL) "
        "ON CONFLICT (unit, principal, why, enter_seq) DO UPDATE SET leave_seq = NULL",
        [(unit, one.principal, one.why, seq, feed, one.right) for one in rows],
    )
    database.execute_many(
        connection,
        "INSERT INTO principal_feed (principal, feed) VALUES (?,?) ON CONFLICT (principal, feed) DO NOTHING",
        [(one.principal, feed) for one in rows],
    )


def release(
    database: Database, connection: Connection, unit: bytes, holders: Iterable[Holder], seq: int
) -> None:
    """End some reasons for which principals hold a unit, at ``seq``."""
    database.execute_many(
        connection,
        "UPDATE holder SET leave_seq=? WHERE unit=? AND principal=? AND why=? AND leave_seq IS NULL",
        [(seq, unit, one.principal, one.why) for one in holders],
    )


def found_company(database: Database, connection: Connection) -> None:
    """What every office has from the start: the company's feed and the units everybody reads."""
    begin_feeds(database, connection, [(COMPANY, "company")])
    for unit, one in fixed_holders().items():
        open_unit(database, connection, unit, "company", COMPANY, [one], 0)


def found_person(database: Database, connection: Connection, person: bytes) -> None:
    """A person's own feed and unit. Doing it again changes nothing."""
    if database.rows(connection, "SELECT 1 FROM unit WHERE id=?", [person]):
        return
    Feeds(database, connection).begin({person: "person"})
    open_unit(database, connection, person, "person", person, [Holder(person, "self", "edit")], 0)
