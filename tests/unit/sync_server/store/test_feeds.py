"""Counters that order everything, units and who holds them, digests kept row by row (sync-protocol, 6, 7, 13)."""

from __future__ import annotations

from typing import Any

import pytest

from crm.changes.clock import stamp_of
from crm.changes.digest import digest, row_hash
from crm.changes.scope import Holder
from crm.ids import COMPANY
from sync_server.store.database import Database
from sync_server.store.feeds import (
    DigestBook,
    Feeds,
    found_person,
    hold,
    kind_of_feed,
    open_unit,
    release,
)

NORTH, SOUTH, UNIT, ANNA, BEN = (letter * 16 for letter in (b"N", b"S", b"U", b"a", b"b"))


def all_of(database: Database, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with database.snapshot() as connection:
        return database.rows(connection, statement, parameters)


def test_a_feed_begins_when_it_is_first_locked(database: Database) -> None:
    with database.write() as connection:
        feeds = Feeds(database, connection)
        feeds.lock([(SOUTH, "division"), (NORTH, "division")])
        feeds.lock([(NORTH, "division")])
        assert (NORTH in feeds, b"?" * 16 in feeds) == (True, False)
        assert feeds.next_seq(NORTH) == 1
    assert all_of(database, "SELECT id, kind, epoch, seq FROM feed WHERE kind='division' ORDER BY id") == [
        (NORTH, "division", 1, 0),
        (SOUTH, "division", 1, 0),
    ]


def test_every_record_gets_the_next_number_and_a_tag_of_its_own(database: Database) -> None:
    chance = iter(range(256))
    with database.write() as connection:
        feeds = Feeds(database, connection, lambda count: bytes([next(chance)]) * count)
        feeds.lock([(NORTH, "division")])
        open_unit(database, connection, UNIT, "thing", NORTH, [Holder(ANNA, "owner", "edit")], 1)
        for seq in (1, 2):
            touched = frozenset({(UNIT, "customer"), (UNIT, "contact")})
            feeds.advance(NORTH, bytes([seq]) * 16, ANNA, 5, 2, touched, feeds.next_seq(NORTH))
        feeds.save()
    assert all_of(
        database, "SELECT seq, change_id, tag FROM feed_record WHERE feed=? ORDER BY seq", NORTH
    ) == [
        (1, b"\1" * 16, b"\0" * 8),
        (2, b"\2" * 16, b"\1" * 8),
    ]
    assert all_of(database, "SELECT seq, tag FROM feed WHERE id=?", NORTH) == [(2, b"\1" * 8)]
    assert all_of(database, "SELECT head FROM unit WHERE id=?", UNIT) == [(2,)]
    assert len(all_of(database, "SELECT 1 FROM feed_touch WHERE feed=?", NORTH)) == 4


def test_a_number_that_is_not_the_next_is_a_mistake_of_the_program(database: Database) -> None:
    with database.write() as connection:
        feeds = Feeds(database, connection)
        feeds.lock([(NORTH, "division")])
        with pytest.raises(AssertionError):
            feeds.advance(NORTH, b"c" * 16, ANNA, 5, 1, frozenset(), 2)


def test_the_offices_stamps_never_go_back(database: Database) -> None:
    given = []
    for now_ms in (1000, 1000, 500, 2000):
        with database.write() as connection:
            feeds = Feeds(database, connection)
            feeds.lock([(NORTH, "division")])
            given += [feeds[NORTH].stamp_now(now_ms), feeds[NORTH].stamp_now(now_ms)]
            feeds.save()
    assert given == sorted(set(given))
    assert given[0] == stamp_of(1000)
    assert given[-1] == stamp_of(2000) + 1


def test_a_feed_is_the_companys_a_persons_or_a_divisions() -> None:
    assert [kind_of_feed(feed, ANNA) for feed in (COMPANY, ANNA, NORTH)] == ["company", "person", "division"]


# --- holders ----------------------------------------------------------------------------------------------------------


def holders(database: Database) -> list[tuple[Any, ...]]:
    return all_of(
        database,
        "SELECT principal, why, enter_seq, leave_seq, access FROM holder WHERE unit=? "
        "ORDER BY enter_seq, principal, why",
        UNIT,
    )


def test_a_unit_is_opened_once(database: Database) -> None:
    for _ in range(2):
        with database.write() as connection:
            open_unit(database, connection, UNIT, "thing", NORTH, [Holder(ANNA, "owner", "edit")], 3)
    assert all_of(database, "SELECT * FROM unit WHERE id=?", UNIT) == [(UNIT, "thing", NORTH, 3)]
    assert holders(database) == [(ANNA, "owner", 3, None, "edit")]
    assert all_of(database, "SELECT feed FROM principal_feed WHERE principal=?", ANNA) == [(NORTH,)]


def test_a_holder_leaves_by_the_reason_that_ended_and_may_come_back(database: Database) -> None:
    with database.write() as connection:
        two = [Holder(ANNA, "owner", "edit"), Holder(ANNA, "pin", "read")]
        open_unit(database, connection, UNIT, "thing", NORTH, two, 3)
        release(database, connection, UNIT, [Holder(ANNA, "owner", "edit")], 5)
        hold(database, connection, UNIT, NORTH, [Holder(ANNA, "owner", "edit")], 7)
    assert holders(database) == [
        (ANNA, "owner", 3, 5, "edit"),
        (ANNA, "pin", 3, None, "read"),
        (ANNA, "owner", 7, None, "edit"),
    ]


def test_releasing_twice_keeps_the_first_moment(database: Database) -> None:
    with database.write() as connection:
        open_unit(database, connection, UNIT, "thing", NORTH, [Holder(ANNA, "owner", "edit")], 3)
        release(database, connection, UNIT, [Holder(ANNA, "owner", "edit")], 5)
        release(database, connection, UNIT, [Holder(ANNA, "owner", "edit"), Holder(BEN, "owner", "edit")], 6)
    assert holders(database) == [(ANNA, "owner", 3, 5, "edit")]


def test_a_person_is_founded_once(database: Database) -> None:
    for _ in range(2):
        with database.write() as connection:
            found_person(database, connection, ANNA)
    assert all_of(database, "SELECT kind, seq FROM feed WHERE id=?", ANNA) == [("person", 0)]
    assert all_of(database, "SELECT principal, why, access FROM holder WHERE unit=?", ANNA) == [
        (ANNA, "self", "edit")
    ]


# --- digests ----------------------------------------------------------------------------------------------------------


def test_digests_are_kept_up_to_date_from_transaction_to_transaction(database: Database) -> None:
    one, two = b"1" * 16, b"2" * 16
    with database.write() as connection:
        book = DigestBook()
        book.note(UNIT, "contact", add=row_hash(one, 1), remove=0, rows=1)
        book.note(UNIT, "contact", add=row_hash(two, 1), remove=0, rows=1)
        book.save(database, connection)
    with database.write() as connection:
        book = DigestBook()
        book.note(UNIT, "contact", add=row_hash(one, 2), remove=row_hash(one, 1), rows=0)
        book.note(UNIT, "contact", add=row_hash(one, 3), remove=row_hash(one, 2), rows=0)
        book.save(database, connection)
        book.save(database, connection)
    assert all_of(database, 'SELECT tbl, digest, "rows" FROM unit_digest WHERE unit=?', UNIT) == [
        ("contact", digest([(one, 3), (two, 1)]), 2)
    ]
