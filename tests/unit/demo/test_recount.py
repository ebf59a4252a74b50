"""The recount can say no: every fault it looks for is put before it once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from demo.__main__ import prepare_folder
from demo.premises import TourFailed
from demo.recount import Recount, files_that_name, recount

PERSON, UNIT, CHANGE, INCARNATION = (bytes([number]) * 16 for number in (1, 2, 3, 4))
ORDER = bytes([5]) * 16
NUMBER = "LXD-2-00001-K7QD"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """An office that took one changeset with one order."""
    path = tmp_path / "office.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE changeset (change_id BLOB, incarnation BLOB, n INTEGER);"
            "CREATE TABLE sales_order (id BLOB, unit BLOB, number TEXT);"
            "CREATE TABLE conflict (id BLOB, unit BLOB);"
            "CREATE TABLE holder (unit BLOB, principal BLOB, why TEXT, leave_seq INTEGER);"
            "CREATE TABLE member (person BLOB, principal BLOB, leave_seq INTEGER);"
        )
    write(path, "INSERT INTO changeset VALUES (?,?,1)", CHANGE, INCARNATION)
    write(path, "INSERT INTO sales_order VALUES (?,?,?)", ORDER, UNIT, NUMBER)
    write(path, "INSERT INTO holder VALUES (?,?,'owner',NULL)", UNIT, PERSON)
    return path


def write(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)


def dump() -> dict[str, Any]:
    """The laptop that made them."""
    order = {"id": ORDER.hex(), "unit": UNIT.hex(), "number": NUMBER}
    births = [["sales_order", ORDER.hex(), 0, 0, {}]]
    entry = {"change_id": CHANGE.hex(), "outcome": "applied", "state": "done", "body": {"ops": births}}
    return {
        "device": {"person": PERSON.hex(), "device_code": "LXD-2"},
        "tables": {"sales_order": [order], "conflict": []},
        "journal": [entry],
    }


def test_nothing_is_found_where_nothing_is_wrong(office: Path) -> None:
    assert recount(office, dump()) == Recount(1, 1, 0, lost=0, doubled=0, unlike=0, waiting=0)


def test_an_acknowledged_change_that_the_office_lacks_is_lost(office: Path) -> None:
    write(office, "DELETE FROM changeset")
    assert recount(office, dump()).lost == 1


def test_a_row_that_vanished_after_its_change_was_taken_is_lost(office: Path) -> None:
    write(office, "DELETE FROM sales_order")
    found = recount(office, dump())
    assert (found.lost, found.unlike) == (1, 1)


def test_a_change_taken_twice_is_doubled(office: Path) -> None:
    write(office, "INSERT INTO changeset VALUES (?,?,2)", CHANGE, INCARNATION)
    assert recount(office, dump()).doubled == 1


def test_a_number_taken_twice_under_two_changes_is_doubled(office: Path) -> None:
    write(office, "INSERT INTO changeset VALUES (?,?,1)", bytes(16), INCARNATION)
    assert recount(office, dump()).doubled == 1


def test_an_order_number_given_twice_is_doubled(office: Path) -> None:
    write(office, "INSERT INTO sales_order VALUES (?,?,?)", bytes(16), bytes(16), "HEJ-1-00001-AAAA")
    write(office, "INSERT INTO sales_order VALUES (?,?,?)", bytes(15) + b"1", bytes(16), "HEJ-1-00001-AAAA")
    assert recount(office, dump()).doubled == 1


def test_an_order_of_this_laptop_that_its_journal_never_made_is_doubled(office: Path) -> None:
    write(office, "INSERT INTO sales_order VALUES (?,?,?)", bytes(16), bytes(16), "LXD-2-00002-AAAA")
    assert recount(office, dump()).doubled == 1


def test_rows_that_differ_are_counted_and_those_of_others_are_not(office: Path) -> None:
    write(office, "INSERT INTO sales_order VALUES (?,?,?)", bytes(16), bytes(16), "HEJ-1-00001-AAAA")
    assert recount(office, dump()).unlike == 0
    mine = dump()
    mine["tables"]["sales_order"][0]["number"] = "LXD-2-00001-XXXX"
    assert recount(office, mine).unlike == 1


def test_a_change_without_an_answer_waits_and_is_not_lost(office: Path) -> None:
    write(office, "DELETE FROM changeset")
    mine = dump()
    mine["journal"][0]["outcome"] = None
    found = recount(office, mine)
    assert (found.waiting, found.lost) == (1, 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_name_in_plain_text_is_found_wherever_it_lies(tmp_path: Path, encoding: str) -> None:
    names = ["海口椰风置业有限公司", "Haikou Yefeng Properties Co., Ltd."]
    (tmp_path / "log").mkdir()
    (tmp_path / "clean").write_bytes(b"\x00\xff nothing")
    assert files_that_name(names, tmp_path) == []
    for name in names:
        leak = tmp_path / "log" / ".hidden"
        leak.write_bytes(b"\x00" * 5 + name.encode(encoding) + b"\x00")
        assert files_that_name(names, tmp_path) == [leak]


def test_a_tour_replaces_an_earlier_one_and_nothing_else(tmp_path: Path) -> None:
    folder = prepare_folder(tmp_path / "out")
    (folder / "laptop").mkdir()
    (folder / "notes.txt").write_text("mine")
    assert prepare_folder(tmp_path / "out") == folder
    assert not (folder / "laptop").exists()
    assert (folder / "notes.txt").exists()
    strange = tmp_path / "strange"
    (strange / "office").mkdir(parents=True)
    with pytest.raises(TourFailed, match="no tour left"):
        prepare_folder(strange)
    assert (strange / "office").exists()
