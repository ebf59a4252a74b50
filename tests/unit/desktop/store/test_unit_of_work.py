"""What a person did is in the rows and in the journal, or in neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm.changes.ops import BIRTH
from crm.errors import InvalidInput, LocalFault
from desktop.store.store import Changed
from desktop.store.tables import JournalState
from desktop.store.work import LocalWork
from tests.unit.desktop.store.desk import Desk
from tests.unit.desktop.store.toys import ANN, ME, Contact, Customer


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_row_and_journal_entry_are_written_together(desk: Desk) -> None:
    customer, change = desk.new_customer("Acme")

    assert desk.row("toy_customer", customer)["name"] == "Acme"
    changeset = desk.entry(change).changeset()
    assert [(op.table, op.id, op.kind) for op in changeset.ops] == [("toy_customer", customer, BIRTH)]
    assert desk.states() == {change: JournalState.WAITING}
    desk.assert_whole()


def test_unit_of_work_without_a_change_writes_nothing(desk: Desk) -> None:
    with desk.store.unit_of_work("nothing", ME) as work:
        work.next_number("order")

    assert work.change_id is None
    assert desk.states() == {}
    customer, _ = desk.new_customer("Acme")
    order, _ = desk.new_order(customer, 5)
    assert desk.row("toy_order", order)["number"] == "AN-1-1"


def test_exception_inside_keeps_nothing(desk: Desk) -> None:
    def fail() -> None:
        with desk.store.unit_of_work("customer.create", ME) as work:
            work.session.add(Customer(id=work.new_id(), name="Acme", owner_id=ANN))
            work.session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert desk.shown() == {}
    assert desk.states() == {}


def test_change_over_the_limits_is_refused_and_nothing_is_kept(desk: Desk) -> None:
    customer, change = desk.new_customer("Acme")

    with pytest.raises(InvalidInput), desk.store.unit_of_work("contact.import", ME) as work:
        work.session.add_all(Contact(id=work.new_id(), customer_id=customer, name="x") for _ in range(2001))

    assert list(desk.states()) == [change]
    assert len(desk.shown()) == 1
    desk.assert_whole()


def test_writing_past_the_unit_of_work_is_refused(desk: Desk) -> None:
    with pytest.raises(LocalFault), desk.store.reading() as connection:
        connection.exec_driver_sql("DELETE FROM toy_customer")


def test_unit_of_work_inside_another_is_refused(desk: Desk) -> None:
    with (
        pytest.raises(LocalFault),
        desk.store.unit_of_work("outer", ME),
        desk.store.unit_of_work("inner", ME),
    ):
        pass


def test_listeners_hear_which_rows_changed_after_the_commit(desk: Desk) -> None:
    heard: list[Changed] = []
    desk.store.listeners.append(heard.append)

    customer, _ = desk.new_customer("Acme")

    assert heard == [Changed(frozenset({("toy_customer", customer)}), frozenset({"toy_customer"}), "person")]


def test_numbers_count_on_after_a_restart(desk: Desk) -> None:
    customer, _ = desk.new_customer("Acme")
    desk.new_order(customer, 1)
    desk.restart()
    order, _ = desk.new_order(customer, 1)
    assert desk.row("toy_order", order)["number"] == "AN-1-2"


def test_stamps_grow_though_the_clock_goes_back_and_the_program_restarts(desk: Desk) -> None:
    _, first = desk.new_customer("Acme")
    desk.clock.forward(-3_600_000)
    desk.restart()
    _, second = desk.new_customer("Beta")
    assert desk.entry(second).stamp > desk.entry(first).stamp


def test_waiting_change_taken_back_leaves_the_rows_as_before(desk: Desk) -> None:
    customer, _ = desk.new_customer("Acme")
    order, _ = desk.new_order(customer, 10, 20)
    before = desk.shown()
    submit = desk.move(order, "submitted")

    assert desk.store.take_back(submit) == [submit]

    assert desk.shown() == before
    assert desk.states()[submit] is JournalState.DISCARDED
    desk.assert_whole()


def test_discarding_takes_what_rests_on_it_along(desk: Desk) -> None:
    customer, create = desk.new_customer("Acme")
    other, kept = desk.new_customer("Beta")
    _, of_contact = desk.new_contact(customer, "Bob")
    order, of_order = desk.new_order(customer, 10)
    line = desk.add_line(order, 5)

    dropped = desk.store.discard(create)

    assert dropped == [create, of_contact, of_order, line]
    assert set(desk.shown()) == {("toy_customer", other)}
    assert desk.states()[kept] is JournalState.WAITING
    desk.assert_whole()


def test_sent_change_cannot_be_taken_back(desk: Desk) -> None:
    _, change = desk.new_customer("Acme")
    desk.store.outgoing(max_changesets=10, max_bytes=1000)
    with pytest.raises(LocalFault):
        desk.store.take_back(change)
    assert desk.states()[change] is JournalState.SENDING


def test_action_performed_for_another_thread_is_a_unit_of_work(desk: Desk) -> None:
    def create(work: LocalWork) -> bytes:
        row = Customer(id=work.new_id(), name="Acme", owner_id=ANN, name_key="acme")
        work.session.add(row)
        return row.id

    customer = desk.store.perform("customer.create", ME, create).result()

    assert desk.row("toy_customer", customer)["name"] == "Acme"
    assert list(desk.states().values()) == [JournalState.WAITING]


def test_action_that_fails_for_another_thread_keeps_nothing(desk: Desk) -> None:
    def fail(work: LocalWork) -> None:
        work.session.add(Customer(id=work.new_id(), name="Acme", owner_id=ANN))
        work.session.flush()
        raise RuntimeError

    future = desk.store.perform("customer.create", ME, fail)

    assert isinstance(future.exception(), RuntimeError)
    assert (desk.shown(), desk.states()) == ({}, {})


def test_what_a_person_does_on_a_refused_change_is_parked_with_it(desk: Desk) -> None:
    desk.round()
    customer, refused = desk.new_customer("forbidden")
    desk.round()

    contact, of_contact = desk.new_contact(customer, "Bob")
    renamed = desk.rename(customer, "Acme")
    _, other = desk.new_customer("Beta")

    assert desk.row("toy_contact", contact)["name"] == "Bob"
    assert {change: desk.states()[change] for change in (refused, of_contact, renamed, other)} == {
        refused: JournalState.PARKED,
        of_contact: JournalState.PARKED,
        renamed: JournalState.PARKED,
        other: JournalState.WAITING,
    }
    desk.assert_whole()
