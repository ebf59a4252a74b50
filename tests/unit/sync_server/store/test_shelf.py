"""Rows that the whole company holds are read once for many transactions, and never longer than they stand."""

from __future__ import annotations

from typing import Any

import pytest

from crm.changes.capture import writing
from crm.changes.entity import Row
from crm.ids import CATALOGUE, COMPANY
from crm.schema import SCHEMA
from sync_server.store import shelf as shelf_module
from sync_server.store.database import Database
from sync_server.store.feeds import Feeds, found_company
from sync_server.store.rows import OfficeView, write_rows
from sync_server.store.shelf import Shelf

ONE, TWO = b"1" * 16, b"2" * 16


def tax_class(row_id: bytes, name: str) -> Row:
    row = SCHEMA["tax_class"].blank()
    row.update(id=row_id, unit=CATALOGUE, feed_id=COMPANY, code=name, name=name)
    return row


@pytest.fixture
def company(database: Database) -> Database:
    """An office with one tax class."""
    with database.write() as connection, writing(connection):
        found_company(database, connection)
        write_rows(database, connection, {"tax_class": [tax_class(ONE, "old")]}, {})
    return database


def names(database: Database, **view_options: Any) -> list[object]:
    with database.snapshot() as connection:
        view = OfficeView(database, connection, **view_options)
        found = view.get("tax_class", ONE)
        absent = view.get("tax_class", TWO)
        rows = view.children("tax_class", "unit", CATALOGUE)
    return [found and found["name"], absent and absent["name"], *(row["name"] for row in rows)]


def change_behind(database: Database, *, moving_the_feed: bool) -> None:
    with database.write() as connection, writing(connection):
        births = {"tax_class": [tax_class(TWO, "second")]}
        write_rows(database, connection, births, {"tax_class": [tax_class(ONE, "new")]})
        if moving_the_feed:
            feeds = Feeds(database, connection)
            feeds.lock([(COMPANY, "company")])
            feeds.advance(COMPANY, b"c" * 16, ONE, 0, 2, frozenset(), feeds.next_seq(COMPANY))
            feeds.save()


def test_what_one_transaction_read_the_next_does_not_read_again(company: Database) -> None:
    shelf = Shelf()
    assert names(company, shelf=shelf) == ["old", None, "old"]
    change_behind(company, moving_the_feed=False)
    assert names(company, shelf=shelf) == ["old", None, "old"]
    assert names(company) == ["new", "second", "new", "second"]


def test_the_shelf_is_emptied_when_the_company_s_feed_moves(company: Database) -> None:
    shelf = Shelf()
    assert names(company, shelf=shelf) == ["old", None, "old"]
    change_behind(company, moving_the_feed=True)
    assert names(company, shelf=shelf) == ["new", "second", "new", "second"]


def test_nothing_is_shared_where_the_office_has_no_feed() -> None:
    shelf = Shelf()
    head = (1, 7, b"t" * 8)
    assert shelf.at(head) is shelf.at(head)
    assert shelf.at(None) is not shelf.at(None)


def test_the_shelf_holds_only_so_many_rows(company: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf()
    names(company, shelf=shelf)
    monkeypatch.setattr(shelf_module, "LIMIT", 0)
    change_behind(company, moving_the_feed=False)
    assert names(company, shelf=shelf) == ["new", "second", "new", "second"]
