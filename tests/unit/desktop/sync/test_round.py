"""A laptop and its office come to the same rows, whatever the road does."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm.errors import Code
from desktop.store import logbook
from desktop.store.store import Changed
from desktop.store.tables import JournalState
from tests.unit.desktop.store.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_first_copy_brings_everything_in_scope(desk: Desk) -> None:
    for number in range(7):
        desk.office.customer(f"Customer {number}", contacts=3)
    report = desk.round()
    assert (report.code, report.complete, report.first_copy) == (0, True, True)
    desk.assert_in_step()


@pytest.mark.parametrize("page_rows", [1, 2, 3, 5, 8])
def test_first_copy_in_small_pages_brings_everything(tmp_path: Path, page_rows: int) -> None:
    desk = Desk(tmp_path, page_rows=page_rows)
    for number in range(4):
        desk.office.customer(f"Customer {number}", contacts=3)
    assert desk.round().code == 0
    desk.assert_in_step()


def test_order_goes_to_the_office_and_the_approval_comes_back(desk: Desk) -> None:
    customer = desk.office.customer("Acme")
    desk.round()
    order, _ = desk.new_order(customer, 10, 20)
    desk.move(order, "submitted")
    assert desk.sync.status().waiting == 2

    report = desk.round()

    assert (report.pushed, report.outcomes) == (2, {"applied": 2})
    desk.assert_in_step()
    assert desk.sync.status().waiting == 0
    desk.office.write("toy_order", order, state="approved")
    desk.round()
    assert desk.row("toy_order", order)["state"] == "approved"
    desk.assert_in_step()


def test_lost_answer_doubles_nothing(desk: Desk) -> None:
    customer = desk.office.customer("Acme")
    desk.round()
    change = desk.visit(customer, 3)
    desk.office.lose = ["after"]

    assert desk.round().code == Code.UNREACHABLE
    assert desk.states()[change] is JournalState.SENDING
    assert desk.row("toy_customer", customer)["visits"] == 3
    assert desk.round().code == 0

    assert desk.office.applied == [change]
    assert desk.row("toy_customer", customer)["visits"] == 3
    desk.assert_in_step()


def test_answered_change_stays_shown_until_a_receipt_names_it(desk: Desk) -> None:
    customer = desk.office.customer("Acme")
    desk.round()
    change = desk.rename(customer, "Acme Ltd")

    desk.push_only()

    assert desk.states()[change] is JournalState.ANSWERED
    assert desk.row("toy_customer", customer)["name"] == "Acme Ltd"
    assert desk.row("toy_customer", customer)["version"] < desk.office.seq
    desk.assert_whole()


def test_rejected_change_is_parked_visible_and_can_be_sent_again(desk: Desk) -> None:
    desk.round()
    customer, create = desk.new_customer("forbidden")
    desk.new_contact(customer, "Bob")
    desk.sync.store.outgoing(max_changesets=1, max_bytes=10_000)

    report = desk.round()

    assert report.outcomes["rejected"] >= 1
    assert desk.states()[create] is JournalState.PARKED
    assert desk.row("toy_customer", customer)["version"] == 0
    assert desk.sync.status().parked == 2
    desk.assert_whole()

    desk.office.write("toy_person", customer, name="x")
    new = desk.store.resend(create)
    assert len(new) == 2
    assert desk.states()[create] is JournalState.DISCARDED
    desk.assert_whole()


def test_parked_change_discarded_takes_its_rows_away(desk: Desk) -> None:
    desk.round()
    customer, create = desk.new_customer("forbidden")
    desk.round()
    desk.store.discard(create)
    assert ("toy_customer", customer) not in desk.shown()
    desk.round()
    desk.assert_in_step()


def test_office_defect_quarantines_one_change_and_stops_no_other(desk: Desk) -> None:
    customer = desk.office.customer("Acme")
    desk.round()
    order, _ = desk.new_order(customer, 1)
    crash = desk.write_note(order, "crash")
    other = desk.rename(customer, "Acme Ltd")
    desk.round()
    assert desk.states()[crash] is JournalState.PARKED
    assert desk.states()[other] is JournalState.DONE
    desk.assert_whole()


def test_idle_round_changes_nothing_on_disk(desk: Desk) -> None:
    desk.office.customer("Acme", contacts=2)
    desk.round()
    desk.round()
    with desk.store.reading() as connection:
        before = connection.exec_driver_sql("PRAGMA data_version").scalar_one()
        log_length = (desk.path.parent / "copy.db-wal").stat().st_size
        report = desk.round()
        assert report.is_idle
        assert connection.exec_driver_sql("PRAGMA data_version").scalar_one() == before
    assert (desk.path.parent / "copy.db-wal").stat().st_size == log_length


def test_unit_that_leaves_takes_its_rows_along_and_waiting_bodies_stay(desk: Desk) -> None:
    customer = desk.office.customer("Acme", contacts=2)
    desk.round()
    desk.office.take_away(customer)
    change = desk.rename(customer, "Acme Ltd")
    order, _ = desk.new_order(customer, 5)

    desk.pull_only()

    assert {key[0] for key in desk.shown()} == {"toy_person"}
    assert desk.states()[change] is JournalState.WAITING
    desk.assert_whole()

    desk.office.give_back(customer)
    desk.pull_only()
    assert desk.row("toy_customer", customer)["name"] == "Acme Ltd"
    assert desk.row("toy_order", order)["total"] == 5
    desk.assert_whole()

    desk.round()
    desk.assert_in_step()


def test_rounds_that_did_something_are_logged_and_idle_ones_are_not(desk: Desk) -> None:
    desk.office.customer("Acme")
    desk.round()
    desk.round()
    desk.round()
    with desk.store.reading() as connection:
        [(at_ms, entry)] = logbook.last_entries(connection, 10)
    assert at_ms == desk.clock.now_ms() - 2000
    assert (entry["pulled_rows"], entry["code"]) == (2, 0)


def test_those_who_listen_hear_what_the_office_brought(desk: Desk) -> None:
    acme = desk.office.customer("Acme", contacts=1)
    desk.round()
    heard: list[Changed] = []
    desk.store.listeners.append(heard.append)

    desk.office.write("toy_customer", acme, name="Beta")
    desk.round()
    assert heard == [Changed(frozenset({("toy_customer", acme)}), frozenset({"toy_customer"}), "office")]

    heard.clear()
    desk.office.take_away(acme)
    desk.round()
    assert heard == [Changed(frozenset(), frozenset({"toy_customer", "toy_contact"}), "office")]


def test_indexes_are_there_after_the_first_copy(desk: Desk) -> None:
    desk.office.customer("Acme")
    desk.round()
    with desk.store.reading() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT * FROM toy_contact WHERE unit = x''"
        ).all()
    assert "ix_toy_contact_unit" in str(plan)
    assert desk.store.state().indexed
