"""Reading and writing rows as plain dictionaries, the same on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection

from crm.changes.actor import Standing
from crm.changes.capture import writing
from crm.changes.entity import Row, Wire
from crm.changes.scope import Holder
from crm.changes.view import Want
from crm.schema import SCHEMA
from sync_server.store.database import Database
from sync_server.store.feeds import hold, open_unit, release
from sync_server.store.rows import OfficeView, quoted, write_rows

NORTH, UNIT, ANNA, BEN = (letter * 16 for letter in (b"N", b"U", b"a", b"b"))


def a_row(table: str, row_id: bytes, **values: Any) -> Row:
    """A row with something in every column."""
    row = SCHEMA[table].blank()
    by_kind: dict[str, Wire] = {"id": bytes(16), "bytes": b"x", "int": 7, "flag": 1, "day": "2026-05-29"}
    for item in SCHEMA[table].fields.values():
        if row[item.name] is None and not item.nullable:
            row[item.name] = by_kind.get(item.kind, "Ünï 北京 '\"%?"[: item.max_length or 99])
    row.update(id=row_id, unit=UNIT, feed_id=NORTH, version=1, **values)
    return row


def write(database: Database, table: str, births: list[Row], changes: list[Row]) -> None:
    with database.write() as connection, writing(connection):
        write_rows(database, connection, {table: births}, {table: changes})


@pytest.mark.parametrize("table", sorted(SCHEMA.entities))
def test_a_row_is_read_as_it_was_written(database: Database, table: str) -> None:
    row = a_row(table, b"1" * 16, stamps=b"\x00\xff")
    write(database, table, [row], [])
    with database.snapshot() as connection:
        assert OfficeView(database, connection).get(table, b"1" * 16) == row
    changed = {**row, "version": 1 << 61, "deleted": 1, "stamps": None}
    write(database, table, [], [changed])
    with database.snapshot() as connection:
        found = OfficeView(database, connection).get(table, b"1" * 16)
    assert found == changed
    assert found is not None
    assert {type(value) for value in found.values()} <= {int, str, bytes, type(None)}


def test_a_change_writes_its_row_and_no_other(database: Database) -> None:
    rows = [a_row("contact", bytes([place]) * 16, name=f"n{place}") for place in range(3)]
    write(database, "contact", rows, [])
    write(database, "contact", [], [{**rows[1], "name": "new"}])
    with database.snapshot() as connection:
        view = OfficeView(database, connection)
        names = [row["name"] for row in view.children("contact", "unit", UNIT)]
    assert names == ["n0", "new", "n2"]


def test_children_come_in_order_of_id_dead_ones_too(database: Database) -> None:
    rows = [a_row("contact", bytes([place]) * 16, customer_id=UNIT, deleted=place % 2) for place in (3, 1, 2)]
    write(database, "contact", [*rows, a_row("contact", b"z" * 16, customer_id=ANNA)], [])
    with database.snapshot() as connection:
        view = OfficeView(database, connection)
        found = view.children("contact", "customer_id", UNIT)
        assert [row["id"] for row in found] == [bytes([place]) * 16 for place in (1, 2, 3)]
        assert view.children("contact", "customer_id", b"?" * 16) == []
        with pytest.raises(KeyError):
            view.load_children(Want("contact", "no such column", frozenset({UNIT})))


def test_what_was_read_once_is_not_read_again(database: Database) -> None:
    write(database, "contact", [a_row("contact", b"1" * 16, name="a")], [])
    with database.write() as connection:
        view = OfficeView(database, connection)
        first = view.get("contact", b"1" * 16)
        assert view.get("contact", b"2" * 16) is None
        with writing(connection):
            rows = {"contact": [a_row("contact", b"2" * 16)]}
            write_rows(database, connection, rows, {})
        assert view.get("contact", b"2" * 16) is None
        assert view.children("contact", "unit", UNIT)[0] is first


def test_rows_asked_for_in_part_are_never_taken_for_whole_ones(database: Database) -> None:
    rows = [a_row("contact", bytes([place]) * 16, name=f"n{place}") for place in range(3)]
    write(database, "contact", rows, [])
    some = ("id", "unit", "name")
    with database.snapshot() as connection:
        view = OfficeView(database, connection)
        parts = view.children("contact", "unit", UNIT, some)
        assert [dict(row) for row in parts] == [{name: row[name] for name in some} for row in rows]
        assert view.get("contact", bytes([1]) * 16) == rows[1]
        assert list(view.children("contact", "unit", UNIT)) == rows
        view.read(Want("contact", "unit", frozenset({UNIT}), some))
        assert list(view.children("contact", "unit", UNIT)) == rows


@pytest.mark.parametrize("only", [(), ("id", "unit", "version")])
def test_what_the_company_shares_is_kept_whole(database: Database, only: tuple[str, ...]) -> None:
    """However the first transaction asked."""
    row = a_row("tax_rate", b"t" * 16)
    write(database, "tax_rate", [row], [])
    for asked in (only, (), only):
        with database.snapshot() as connection:
            view = OfficeView(database, connection, database.shelf)
            [found] = view.children("tax_rate", "unit", UNIT, asked)
            assert found["id"] == row["id"]
            if not asked:
                assert found == row


def test_what_hangs_on_a_row_that_is_not_there_is_not_asked_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, absent = b"1" * 16, b"2" * 16
    write(database, "customer", [a_row("customer", there)], [])
    write(database, "contact", [a_row("contact", b"3" * 16, customer_id=there)], [])
    asked: list[bytes] = []
    genuine = database.rows_in

    def rows_in(connection: Connection, statement: str, values: list[bytes]) -> list[tuple[Any, ...]]:
        asked.extend(values)
        return genuine(connection, statement, values)

    with database.snapshot() as connection:
        view = OfficeView(database, connection)
        view.load("customer", [there, absent])
        monkeypatch.setattr(database, "rows_in", rows_in)
        view.load_children(Want("contact", "customer_id", frozenset({there, absent})))
        assert [row["id"] for row in view.children("contact", "customer_id", there)] == [b"3" * 16]
        assert view.children("contact", "customer_id", absent) == []
    assert asked == [there]


def test_how_a_unit_stands_follows_its_holders_who_may_edit(database: Database) -> None:
    with database.write() as connection:
        both = [Holder(ANNA, "owner", "edit"), Holder(BEN, "share", "read")]
        open_unit(database, connection, UNIT, "thing", NORTH, both, 1)
        assert OfficeView(database, connection).standing(UNIT) == Standing(NORTH, frozenset({ANNA}))
        hold(database, connection, UNIT, NORTH, [Holder(BEN, "owner", "edit")], 2)
        release(database, connection, UNIT, both[:1], 2)
        assert OfficeView(database, connection).standing(UNIT) == Standing(NORTH, frozenset({BEN}))
        assert OfficeView(database, connection).standing(b"?" * 16) is None


def test_identifiers_are_quoted() -> None:
    assert quoted('a"b') == '"a""b"'
