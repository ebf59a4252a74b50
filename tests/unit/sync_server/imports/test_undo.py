"""An import is taken back, except what somebody did since (R-039)."""

from __future__ import annotations

from typing import cast

import pytest

from crm.changes.entity import Row
from crm.changes.ops import BIRTH, Op
from crm.changes.view import Key
from sync_server.imports import load as load_module
from sync_server.imports.load import Cancelled
from sync_server.imports.runs import RunState
from sync_server.imports.undo import undo
from tests.unit.sync_server.imports.load_desk import Desk, customer, one, order
from tests.unit.sync_server.sync.firm import ITSELF, Laptop

SYSTEM = ("version", "changed_at", "changed_by", "stamps")


def values(rows: dict[Key, Row]) -> dict[Key, Row]:
    """The living rows without what says when they were changed."""
    return {
        key: {name: value for name, value in row.items() if name not in SYSTEM}
        for key, row in rows.items()
        if not row["deleted"]
    }


def of_customer(desk: Desk, code: str) -> Row:
    [row] = [row for row in desk.living("customer") if row["code"] == code]
    return row


def test_server_and_laptop_are_back_row_for_row(any_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_module, "BATCH_RECORDS", 6)
    desk = any_desk
    anna = desk.firm.laptop(desk.firm.anna)
    there = desk.firm.customer(anna, code="THERE", name="Was there")
    desk.load([customer("KEPT", phone="1")], [order("k", "KEPT", 1000, 1000)], source="earlier")
    anna.checkpoint()
    server, laptop = values(desk.firm.everything()), values(anna.rows)
    settings = desk.firm.sql("SELECT key, value FROM setting ORDER BY key")
    _, run = desk.load(
        [
            customer("THERE", note="from the file"),
            customer("NEW1"),
            customer("NEW2"),
            customer("KEPT", phone="2"),
        ],
        [order("1", "NEW1", 1000, 2000), order("2", "THERE", 500), order("3", "KEPT", 1)],
        settings={"archive_months": "36"},
    )
    anna.checkpoint()
    assert values(anna.rows) == values(desk.firm.in_scope(desk.firm.anna)) != laptop
    undone = desk.undo(run)
    assert (undone.deleted, undone.restored, undone.stayed) == (2 + 3 + 4, 2, 0)
    assert values(desk.firm.everything()) == server
    anna.checkpoint()
    assert values(anna.rows) == laptop
    assert desk.firm.sql("SELECT key, value FROM setting ORDER BY key") == settings
    assert desk.firm.row("customer", there)["deleted"] == 0
    assert desk.runs.get(run.id).state is RunState.UNDONE
    assert desk.firm.faults() == []


def test_undoing_twice_changes_nothing(desk: Desk) -> None:
    _, run = desk.load([customer("ALFKI")])
    desk.undo(run)
    heads = desk.firm.sql("SELECT id, seq FROM feed ORDER BY id")
    undone = desk.undo(run)
    assert (undone.deleted, undone.restored, undone.stayed) == (0, 0, 0)
    assert desk.firm.sql("SELECT id, seq FROM feed ORDER BY id") == heads


def test_what_was_taken_back_can_be_imported_again_as_the_same_records(desk: Desk) -> None:
    files = [customer("ALFKI")], [order("1", "ALFKI", 1000)]
    _, run = desk.load(*files)
    before = values(desk.firm.everything())
    desk.undo(run)
    told, again = desk.load(*files)
    assert set(told.outcomes.values()) == {"created"}
    assert values(desk.firm.everything()) == before
    undone = desk.undo(again)
    assert (undone.deleted, len(desk.living("customer")), desk.firm.faults()) == (3, 0, [])


def test_a_map_that_was_mended_makes_other_records_after_an_undo(desk: Desk) -> None:
    """What never changes was wrong: the records of the first try stay deleted."""
    _, run = desk.load([customer("1", code="WRONG")])
    desk.undo(run)
    told, _ = desk.load([customer("1", code="RIGHT")])
    assert told.outcomes == {("customer", "1"): "created"}
    assert [row["code"] for row in desk.living("customer")] == ["RIGHT"]
    told, _ = desk.load([customer("1", code="RIGHT")])
    assert told.outcomes == {("customer", "1"): "unchanged"}


def test_a_record_that_was_found_by_its_values_is_looked_for_again_after_an_undo(
    desk: Desk, anna: Laptop
) -> None:
    first, second = (desk.firm.customer(anna, name=name) for name in ("One", "Two"))
    _, run = desk.load([one("customer", "1", {"name": "One", "note": "x"}, match=("name",))])
    assert desk.firm.row("customer", first)["note"] == "x"
    desk.undo(run)
    desk.load([one("customer", "1", {"name": "Two", "note": "y"}, match=("name",))])
    assert (desk.firm.row("customer", first)["note"], desk.firm.row("customer", second)["note"]) == ("", "y")


def test_a_value_that_was_changed_since_stays(desk: Desk, anna: Laptop) -> None:
    desk.load([customer("ALFKI", phone="1", note="old")], source="earlier")
    _, run = desk.load([customer("ALFKI", phone="2", note="new")])
    row_id = cast(bytes, of_customer(desk, "ALFKI")["id"])
    anna.hand_in(anna.edit("customer", row_id, phone="3"))
    undone = desk.undo(run)
    row = of_customer(desk, "ALFKI")
    assert (row["phone"], row["note"]) == ("3", "old")
    assert [(one.row_id, one.reason) for one in undone.examples] == [(row_id, "somebody changed phone since")]


def test_a_record_in_which_somebody_changed_something_stays(desk: Desk, anna: Laptop) -> None:
    _, run = desk.load([customer("EDITED"), customer("PLAIN")])
    anna.hand_in(anna.edit("customer", cast(bytes, of_customer(desk, "EDITED")["id"]), phone="1"))
    undone = desk.undo(run)
    assert [row["code"] for row in desk.living("customer")] == ["EDITED"]
    assert (undone.deleted, [one.reason for one in undone.examples]) == (1, ["somebody changed it since"])


def test_what_later_work_rests_on_stays(desk: Desk, anna: Laptop) -> None:
    _, run = desk.load([customer("VISITED"), customer("PLAIN")])
    whose = cast(bytes, of_customer(desk, "VISITED")["id"])
    contact = desk.firm.new_id()
    assert (
        anna.hand_in(Op("contact", contact, BIRTH, 0, {"customer_id": whose, "name": "Maria"})).kind
        == "applied"
    )
    undone = desk.undo(run)
    assert [row["code"] for row in desk.living("customer")] == ["VISITED"]
    assert [one.reason for one in undone.examples] == ["a later contact rests on it"]
    assert [row["id"] for row in desk.living("contact")] == [contact]
    assert desk.firm.faults() == []


def test_an_order_goes_back_whole_or_stays_whole_with_its_customer(desk: Desk) -> None:
    _, run = desk.load(
        [customer("ALFKI"), customer("BOLID")], [order("1", "ALFKI", 1000, 2000), order("2", "BOLID", 1000)]
    )
    first = next(row for row in desk.living("order_line") if row["quantity_milli"] == 2000)
    desk.firm.plant("UPDATE order_line SET note='by hand' WHERE id=?", first["id"])
    undone = desk.undo(run)
    assert [row["number"] for row in desk.living("sales_order")] == ["OLD-1"]
    assert len(desk.living("order_line")) == 2
    assert [row["code"] for row in desk.living("customer")] == ["ALFKI"]
    assert {one.table for one in undone.examples} == {"customer", "sales_order", "order_line"}
    assert undone.stayed == 4


def test_a_line_that_an_import_changed_goes_back_with_its_order(desk: Desk) -> None:
    files = [customer("ALFKI")], [order("1", "ALFKI", 1000, 2000)]
    desk.load(*files)
    before = values(desk.firm.everything())
    _, run = desk.load(files[0], [order("1", "ALFKI", 1000, 9000, 4000, discount_bp=500)])
    undone = desk.undo(run)
    assert values(desk.firm.everything()) == before
    assert (undone.deleted, undone.restored, desk.firm.faults()) == (1, 2, [])


def test_an_undo_that_was_stopped_is_finished_by_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_module, "BATCH_RECORDS", 1)
    _, run = desk.load([customer("A"), customer("B"), customer("C")])
    asked = iter([False, True])
    with pytest.raises(Cancelled):
        undo(desk.firm.office, run, ITSELF, should_stop=lambda: next(asked))
    assert [row["code"] for row in desk.living("customer")] == ["A", "B"]
    assert desk.runs.get(run.id).state is RunState.UNDOING
    assert desk.runs.all()[0].state is RunState.UNFINISHED
    assert desk.undo(run).deleted == 2
    assert desk.living("customer") == []
