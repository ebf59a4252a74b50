"""Rows of files become records of the office, each with its outcome (R-039)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import msgspec
import pytest

from crm.changes.ops import BIRTH, CHANGE, Op
from crm.errors import OfficeFault
from crm.ids import IdFactory, id_text
from crm.orders.number import order_number
from sync_server.imports import load as load_module
from sync_server.imports.identity import stored_key
from sync_server.imports.load import Cancelled
from sync_server.imports.runs import UNDER_WAY, RunState
from sync_server.imports.wanted import Reference, Value, WantedRecord, WantedRow
from tests.unit.sync_server.imports.load_desk import SOURCE, Desk, Document, customer, one, order
from tests.unit.sync_server.sync.firm import ITSELF, Laptop


def test_a_row_becomes_a_record_and_a_second_run_changes_nothing(any_desk: Desk) -> None:
    told, run = any_desk.load([customer("ALFKI", phone="030-1")])
    [row] = any_desk.living("customer")
    assert told.outcomes == {("customer", "ALFKI"): "created"}
    assert (row["code"], row["phone"], row["owner_id"], row["library"]) == (
        "ALFKI",
        "030-1",
        any_desk.firm.anna,
        "trading",
    )
    heads = any_desk.firm.sql("SELECT id, seq FROM feed ORDER BY id")
    told, again = any_desk.load([customer("ALFKI", phone="030-1")])
    assert told.outcomes == {("customer", "ALFKI"): "unchanged"}
    assert any_desk.firm.sql("SELECT id, seq FROM feed ORDER BY id") == heads
    assert (run.state, again.id) == (RunState.DONE, run.id + 1)
    assert any_desk.firm.faults() == []


def test_what_people_changed_since_is_changed_again(desk: Desk, anna: Laptop) -> None:
    desk.load([customer("ALFKI", phone="030-1", note="old")])
    [row] = desk.living("customer")
    row_id = row["id"]
    assert isinstance(row_id, bytes)
    anna.hand_in(anna.edit("customer", row_id, name="Renamed", note="mine"))
    told, _ = desk.load([customer("ALFKI", phone="030-2", note="old")])
    [row] = desk.living("customer")
    assert told.outcomes == {("customer", "ALFKI"): "changed"}
    assert (row["id"], row["name"], row["phone"], row["note"]) == (row_id, "Firm ALFKI", "030-2", "old")
    assert desk.living("conflict") == []
    assert desk.firm.faults() == []


def test_an_import_reaches_the_laptop_of_the_owner_alone(desk: Desk, anna: Laptop) -> None:
    ben = desk.firm.laptop(desk.firm.ben)
    desk.load([customer("ALFKI"), customer("BOLID")], [order("1", "ALFKI", 2000)])
    for laptop in (anna, ben):
        laptop.checkpoint()
    assert anna.rows == desk.firm.in_scope(desk.firm.anna)
    assert {table for table, _ in ben.rows if table in ("customer", "sales_order")} == set()


def test_an_order_stands_in_any_state_without_a_seal_and_its_amounts_are_computed(desk: Desk) -> None:
    told, _ = desk.load([customer("ALFKI")], [order("1", "ALFKI", 1500, 2000, line={"discount_bp": 1000})])
    [row] = desk.living("sales_order")
    assert set(told.outcomes.values()) == {"created"}
    assert (row["state"], row["number"], row["customer_name"]) == ("closed", "OLD-1", "Firm ALFKI")
    assert row["net_total_minor"] == 1350 + 1800
    assert desk.firm.faults() == []


def test_one_bad_line_rejects_the_whole_order_and_is_named(any_desk: Desk) -> None:
    root, parts = order("1", "ALFKI", 1000, 1000)
    parts[1] = msgspec.structs.replace(parts[1], records=(), problem="the price is no number")
    told, _ = any_desk.load([customer("ALFKI")], [(root, parts), order("2", "ALFKI", 1000)])
    assert [row["number"] for row in any_desk.living("sales_order")] == ["OLD-2"]
    assert (
        told.outcomes["lines", "1/2"]
        == told.outcomes["lines", "1/1"]
        == told.outcomes["orders", "1"]
        == "rejected"
    )
    assert told.reasons["lines", "1/2"] == "the price is no number"
    assert (
        told.reasons["orders", "1"] == "It belongs together with 1/2 (lines, line 12): the price is no number"
    )


def test_a_rule_refuses_its_row_and_no_other(desk: Desk) -> None:
    customers = [customer(f"C{number}", name=" " if number in (3, 17) else "Firm") for number in range(20)]
    told, _ = desk.load(customers)
    assert {key for (_, key), outcome in told.outcomes.items() if outcome == "rejected"} == {"C3", "C17"}
    assert told.reasons["customer", "C3"] == "The value of name is not acceptable."
    assert len(desk.living("customer")) == 18
    assert desk.firm.faults() == []


def test_an_unknown_reference_is_named_with_its_key(desk: Desk) -> None:
    told, _ = desk.load([customer("ALFKI", owner="ZZZ")], [order("1", "NOBOD", 1000)])
    assert told.reasons["customer", "ALFKI"] == "There is no user with rep_code 'ZZZ'."
    assert told.reasons["orders", "1"] == "There is no customer 'NOBOD'."
    assert desk.living("customer") == desk.living("sales_order") == []


def employee(key: str, superior: str | None, code: str, north: bytes) -> Document:
    values: dict[str, Any] = {
        "name": f"Person {key}",
        "rep_code": code,
        "division_id": north,
        "state": "active",
    }
    if superior is not None:
        values["superior_id"] = Reference("app_user", superior)
    role = WantedRecord(
        "user_role", f"{key}/role", {"user_id": Reference("app_user", key), "role": "sales_rep"}
    )
    return WantedRow("users", 2, (key,), key, (role, WantedRecord("app_user", key, values))), []


def test_rows_may_name_rows_that_come_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    north = desk.firm.north
    file = [
        employee("1", "2", "E1", north),
        employee("2", "5", "E2", north),
        employee("5", None, "E5", north),
    ]
    told, _ = desk.load(file)
    people = {row["rep_code"]: row for row in desk.living("app_user")}
    assert set(told.outcomes.values()) == {"created"}
    assert (people["E1"]["superior_id"], people["E2"]["superior_id"]) == (
        people["E2"]["id"],
        people["E5"]["id"],
    )
    monkeypatch.setattr(load_module, "BATCH_RECORDS", 2)
    told, _ = desk.load(
        [
            employee(f"a{key}", f"a{above}" if above else None, f"F{key}", north)
            for key, above in (("1", "2"), ("2", "5"), ("5", None))
        ]
    )
    assert set(told.outcomes.values()) == {"created"}
    assert {row["state"] for row in desk.living("app_user")} == {"active"}
    assert desk.firm.faults() == []


def test_people_who_are_each_others_superior_are_rejected(desk: Desk) -> None:
    told, _ = desk.load(
        [employee("1", "2", "E1", desk.firm.north), employee("2", "1", "E2", desk.firm.north)]
    )
    assert set(told.outcomes.values()) == {"rejected"}
    assert told.reasons["users", "1"] == "There is no user '2'."


def test_a_record_that_was_there_is_found_by_its_values(any_desk: Desk) -> None:
    anna = any_desk.firm.laptop(any_desk.firm.anna)
    there = any_desk.firm.customer(anna, code="ALFKI", name="Typed by hand")
    told, _ = any_desk.load([customer("ALFKI")])
    assert told.outcomes == {("customer", "ALFKI"): "changed"}
    assert [(row["id"], row["name"]) for row in any_desk.living("customer")] == [(there, "Firm ALFKI")]
    told, _ = any_desk.load([customer("ALFKI")])
    assert told.outcomes == {("customer", "ALFKI"): "unchanged"}


def test_two_that_match_are_a_rejection_and_never_a_guess(desk: Desk, anna: Laptop) -> None:
    for _ in range(2):
        desk.firm.customer(anna, name="Twin")
    told, _ = desk.load(
        [customer("A", match=("name",), name="Twin"), customer("B", match=("name",), name="Other")]
    )
    assert told.outcomes == {("customer", "A"): "rejected", ("customer", "B"): "created"}
    assert "2 records have the same name" in told.reasons["customer", "A"]


def test_two_rows_never_become_one_record(desk: Desk) -> None:
    first = customer("A", match=("name",), name="Same")
    told, _ = desk.load([first, customer("B", match=("name",), name="Same")])
    assert told.reasons == {("customer", "B"): "Another row has the same name."}
    told, _ = desk.load([customer("C", match=("name",), name="Same")])
    assert told.reasons == {("customer", "C"): "The record with the same name came from another row."}
    told, _ = desk.load([first])
    assert told.outcomes == {("customer", "A"): "unchanged"}


def test_a_key_that_comes_twice_is_taken_once(desk: Desk) -> None:
    second = WantedRow("more", 9, (), "A", customer("A", name="Later")[0].records)  # type: ignore[union-attr]
    told, _ = desk.load([customer("A"), (second, [])])
    assert told.outcomes == {("customer", "A"): "created", ("more", "A"): "rejected"}
    assert told.reasons["more", "A"] == "Line 2 has the same key."


def test_a_value_that_never_changes_is_not_changed_by_an_import(desk: Desk) -> None:
    desk.load([customer("ALFKI")])
    told, _ = desk.load([one("customer", "ALFKI", {"code": "OTHER"})])
    assert told.reasons == {("customer", "ALFKI"): "code is written once and never changed."}


def test_a_deleted_record_comes_back(any_desk: Desk) -> None:
    any_desk.load([customer("ALFKI")])
    [row] = any_desk.living("customer")
    any_desk.firm.edit("customer", row["id"], deleted=True)  # type: ignore[arg-type]
    told, _ = any_desk.load([customer("ALFKI", phone="1")])
    assert told.outcomes == {("customer", "ALFKI"): "created"}
    assert [(back["id"], back["phone"]) for back in any_desk.living("customer")] == [(row["id"], "1")]
    assert any_desk.firm.faults() == []


def test_a_line_that_changed_changes_its_order_alone(desk: Desk) -> None:
    files = [customer("ALFKI")], [order("1", "ALFKI", 1000, 2000), order("2", "ALFKI", 1000)]
    desk.load(*files)
    told, _ = desk.load(files[0], [order("1", "ALFKI", 1000, 5000, 7000), order("2", "ALFKI", 1000)])
    assert {key: outcome for key, outcome in told.outcomes.items() if outcome != "unchanged"} == {
        ("lines", "1/2"): "changed",
        ("lines", "1/3"): "created",
    }
    totals = {row["number"]: row["net_total_minor"] for row in desk.living("sales_order")}
    assert totals == {"OLD-1": 13_000, "OLD-2": 1000}
    assert desk.firm.faults() == []


def test_an_order_that_was_made_here_is_not_changed(desk: Desk, anna: Laptop) -> None:
    """Its seal is what the customer signed: no file overrides it."""
    whose = desk.firm.customer(anna)
    order_id = IdFactory(desk.firm.clock)()
    number = order_number("ANN-1", 1, order_id)
    birth = {
        "number": number,
        "rep_id": anna.person,
        "customer_id": whose,
        "customer_name": "x",
        "order_date": "2026-05-29",
        "currency": "CNY",
    }
    assert anna.hand_in(Op("sales_order", order_id, BIRTH, 0, birth)).kind == "applied"
    root, _ = one("sales_order", "77", {"number": number, "state": "closed"}, match=("number",))
    told, _ = desk.load([(root, [])])
    assert told.outcomes == {("sales_order", "77"): "rejected"}
    assert desk.firm.row("sales_order", order_id)["state"] == "draft"


def test_batches_are_whole_documents_and_each_is_one_changeset(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_module, "BATCH_RECORDS", 7)
    desk.load([customer("ALFKI")], [order(str(n), "ALFKI", 1000, 1000, 1000) for n in range(4)])
    batches = desk.firm.sql("SELECT n, change_id FROM import_batch ORDER BY n")
    sizes = [len(_ops(desk, change_id)) for _, change_id in batches]
    assert ([n for n, _ in batches], sizes) == ([1, 2, 3, 4, 5], [1, 4, 4, 4, 4])
    assert len(desk.living("order_line")) == 12


def test_a_stop_gives_up_the_batch_under_way(any_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_module, "BATCH_RECORDS", 1)
    asked: Iterator[bool] = iter([False, False, False, True])
    any_desk.should_stop = lambda: next(asked)
    with pytest.raises(Cancelled):
        any_desk.load([customer("A"), customer("B"), customer("C")])
    assert [row["code"] for row in any_desk.living("customer")] == ["A"]
    assert any_desk.firm.sql("SELECT key FROM import_key") == [("A",)]
    assert any_desk.firm.faults() == []


def test_two_imports_of_one_source_at_once_are_one_too_many(any_desk: Desk) -> None:
    with any_desk.runs.only_one(SOURCE):
        with pytest.raises(OfficeFault) as refusal:
            any_desk.load([customer("A")])
        told, _ = any_desk.load([customer("A")], source="another")
    assert refusal.value.code == UNDER_WAY
    assert told.outcomes == {("customer", "A"): "created"}


def test_a_run_that_was_killed_is_unfinished_and_the_next_one_finishes_it(desk: Desk) -> None:
    cut = desk.runs.begin(SOURCE, "Cut off", ITSELF, {})
    assert desk.runs.all()[0].state is RunState.UNFINISHED
    with desk.runs.only_one(SOURCE):
        assert desk.runs.all()[0].state is RunState.RUNNING
    desk.load([customer("A")])
    assert [(run.id - cut.id, run.state) for run in desk.runs.all()] == [
        (1, RunState.DONE),
        (0, RunState.UNFINISHED),
    ]


def test_a_record_that_somebody_changes_meanwhile_is_compared_again(
    desk: Desk, anna: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.load([customer("A", phone="1")])
    [row] = desk.living("customer")
    record = desk.firm.office.record
    meanwhile = [lambda: anna.hand_in(anna.edit("customer", row["id"], phone="2"))]  # type: ignore[arg-type]

    def slow(*arguments: Any, **named: Any) -> Any:
        if meanwhile:
            meanwhile.pop()()
        return record(*arguments, **named)

    monkeypatch.setattr(desk.firm.office, "record", slow)
    told, run = desk.load([customer("A", phone="3")])
    assert told.outcomes == {("customer", "A"): "changed"}
    [(_, change_id)] = desk.runs.batches(run.id)
    [op] = _ops(desk, change_id)
    assert (op[2], op[4]["phone"]) == (CHANGE, ["2", "3"])


def _ops(desk: Desk, change_id: bytes) -> list[Any]:
    [(body,)] = desk.firm.sql("SELECT body FROM changeset WHERE change_id=?", change_id)
    return cast("list[Any]", msgspec.msgpack.decode(body)["ops"])


def test_keys_too_long_for_an_index_are_told_apart() -> None:
    long = "x" * 500
    assert stored_key("short") == "short"
    assert len({stored_key(key) for key in (long, long + "y", long[:200], "a\0b", "a b")}) == 5
    assert all(len(stored_key(key)) <= 200 and "\0" not in stored_key(key) for key in (long, "a\0b"))


def test_ids_name_records_of_the_office_and_of_later_rows(desk: Desk) -> None:
    customer_id, above, below = (desk.firm.new_id() for _ in range(3))

    def contact(row_id: bytes, name: str, boss: bytes | None) -> Document:
        named = Reference("contact", id_text(boss), ("id", boss)) if boss is not None else None
        owner = Reference("customer", id_text(customer_id), ("id", customer_id))
        values: dict[str, Value] = {"name": name, "customer_id": owner, "reports_to_id": named}
        return one("contact", id_text(row_id), values, id=row_id)

    told, _ = desk.load([customer("A", row_id=customer_id)])
    assert told.reasons == {}
    told, _ = desk.load(
        [
            contact(below, "Below", above),
            contact(above, "Above", None),
            contact(desk.firm.new_id(), "No", bytes(16)),
        ],
        source="another",
    )
    assert [row["reports_to_id"] for row in desk.living("contact") if row["name"] == "Below"] == [above]
    assert list(told.reasons.values()) == [f"There is no contact '{id_text(bytes(16))}'."]


def test_an_id_that_is_not_there_is_looked_for_by_values_and_keeps_its_name(desk: Desk) -> None:
    other = desk.firm.new_id()
    ann = one("app_user", id_text(other), {"name": "Anna", "rep_code": "ANN"}, id=other, match=("rep_code",))
    boss = Reference("app_user", id_text(other), ("id", other))
    ben = one("app_user", "ben", {"name": "Ben", "rep_code": "BEN", "superior_id": boss}, match=("rep_code",))
    told, _ = desk.load([ann, ben])
    assert told.outcomes == {("app_user", id_text(other)): "unchanged", ("app_user", "ben"): "changed"}
    assert desk.firm.row("app_user", desk.firm.ben)["superior_id"] == desk.firm.anna


def test_a_record_can_come_deleted_be_deleted_and_come_back(desk: Desk, anna: Laptop) -> None:
    row_id = desk.firm.new_id()
    for deleted, outcome in ((True, "created"), (True, "unchanged"), (False, "created"), (True, "changed")):
        told, _ = desk.load([customer("A", row_id=row_id, deleted=deleted)])
        assert list(told.outcomes.values()) == [outcome]
        assert desk.firm.row("customer", row_id)["deleted"] == deleted
    assert desk.firm.faults() == []
    anna.checkpoint()
    desk.load([customer("A", row_id=row_id)])
    anna.fetch()
    assert anna.rows["customer", row_id]["deleted"] == 0
