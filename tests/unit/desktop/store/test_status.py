"""What people and checks are told of the copy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop.store.status import dump, faults, status
from tests.unit.desktop.store.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_status_counts_what_waits_and_what_needs_somebody(desk: Desk) -> None:
    acme = desk.office.customer("Acme")
    desk.round()
    desk.new_customer("forbidden")
    desk.round()
    order, _ = desk.new_order(acme, 5)
    desk.visit(acme)

    found = status(desk.store)

    assert (found.waiting, found.answered, found.parked) == (2, 0, 1)
    assert set(found.waiting_documents) == {("toy_order", order), ("toy_customer", acme)}
    assert found.copied
    assert found.enrolled
    assert found.checkpoint_ms == desk.clock.now_ms()


def test_dump_is_plain_and_complete(desk: Desk) -> None:
    acme = desk.office.customer("Acme", contacts=2)
    desk.round()
    desk.rename(acme, "Beta")

    rows = list(dump(desk.store))
    json.dumps(rows)

    assert ("toy_customer", acme.hex()) in [(table, row.get("id")) for table, row in rows]
    [entry] = [row for table, row in rows if table == "journal"]
    assert entry["body"]["ops"][0][4]["name"] == ["Acme", "Beta"]
    [below] = [row for table, row in rows if table == "overlay"]
    assert below["confirmed"]["name"] == "Acme"


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("UPDATE toy_customer SET name = 'x'", "differs in name"),
        ("DELETE FROM toy_customer", "not shown"),
        ("DELETE FROM journal_row", "without a live changeset"),
        ("DELETE FROM overlay", "unknown to the office and to the journal"),
        ("UPDATE journal SET state = 'done'", "not live"),
        ("INSERT INTO staging (unit, body) VALUES (x'', x'')", "staged"),
    ],
)
def test_contradictions_in_the_copy_are_found(desk: Desk, damage: str, sentence: str) -> None:
    desk.round()
    desk.new_customer("Acme")
    assert faults(desk.store) == []
    with desk.store.engine.begin() as connection:
        connection.info["roundsman.writes"] = 1
        connection.exec_driver_sql(damage)
        connection.info["roundsman.writes"] = 0
    assert any(sentence in fault for fault in faults(desk.store)), faults(desk.store)
