"""The list of customers, the finder, and the history of a record."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crm.changes.actor import Actor
from crm.changes.ops import Outcome
from crm.customers.actions import edit_customer
from desktop.kit.session import Session
from desktop.kit.sync import Phase, SyncView
from desktop.screens.customer.page import CustomerScreen
from desktop.screens.customers.screen import COLUMNS, CustomersScreen
from desktop.screens.history.screen import HistoryScreen
from desktop.shell.finder import find_records
from desktop.store.database import transaction
from tests.desktop.conftest import Desk, settle
from tests.desktop.customers.conftest import CTRL, act, here, office_sets, press, write


def open_list(desk: Desk) -> CustomersScreen:
    desk.bench.open("customers")
    settle(desk.session)
    return here(desk, CustomersScreen)


def names(screen: CustomersScreen) -> list[str]:
    rows = (screen.page.model.row(number) for number in range(screen.page.model.rowCount()))
    return [row["name"] for row in rows if row is not None]


def test_every_customer_of_the_rep_is_listed_by_name(desk: Desk) -> None:
    screen = open_list(desk)
    with desk.session.store.reading() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM customer WHERE deleted = 0").scalar_one()
    assert screen.page.model.rowCount() == count
    assert names(screen) == sorted(names(screen))


def test_orders_and_what_they_come_to_stand_beside_a_customer(desk: Desk, story: bytes) -> None:
    screen = open_list(desk)
    number = screen.page.model.number_of(story)
    assert number is not None
    row = screen.page.model.row(number)
    assert row is not None
    shown = {column.name: column.text(row) for column in COLUMNS}
    assert int(shown["orders"]) > 0
    assert shown["bought"].startswith("¥")
    assert shown["last_order"]
    assert shown["main_contact"]


def test_filter_that_finds_nothing_can_be_cleared(qtbot: QtBot, desk: Desk) -> None:
    screen = open_list(desk)
    before = screen.page.model.rowCount()
    press(qtbot, desk, Qt.Key.Key_Slash)
    write(qtbot, "qqqqqq")
    qtbot.waitUntil(lambda: screen.page.model.rowCount() == 0)
    screen.page.clear_filter()
    qtbot.waitUntil(lambda: screen.page.model.rowCount() == before)


def test_pinyin_in_the_filter_finds_a_customer(qtbot: QtBot, desk: Desk) -> None:
    screen = open_list(desk)
    press(qtbot, desk, Qt.Key.Key_Slash)
    write(qtbot, "hkyf")
    qtbot.waitUntil(lambda: names(screen) == ["海口椰风置业有限公司"])


def test_empty_list_says_that_the_first_copy_is_running(desk: Desk) -> None:
    screen = open_list(desk)
    assert screen._none.accessibleName() == "No customers yet"
    desk.session.sync.show(SyncView(Phase.SYNCING, is_first_copy=True))
    assert screen._none.accessibleName() == "Your customers are on their way"


# --- the finder -------------------------------------------------------------------------------------------------------


def test_palette_opens_a_customer_by_initials(qtbot: QtBot, desk: Desk, story: bytes) -> None:
    open_list(desk)
    press(qtbot, desk, Qt.Key.Key_K, CTRL)
    write(qtbot, "hkyf")
    settle(desk.session)
    press(qtbot, desk, Qt.Key.Key_Return)
    settle(desk.session)
    assert here(desk, CustomerScreen).place()["id"] == story.hex()


def test_contact_is_found_and_leads_to_its_customer(desk: Desk, story: bytes) -> None:
    with desk.session.store.reading() as connection:
        found = find_records(connection, "chen meiling", 10)
    assert [(each.icon, each.screen, each.place) for each in found[:1]] == [
        ("person", "customer", {"id": story.hex()})
    ]
    assert found[0].detail.startswith("海口椰风置业有限公司")


def test_order_is_found_by_a_part_of_its_number(desk: Desk) -> None:
    with desk.session.store.reading() as connection:
        row_id, number = connection.exec_driver_sql("SELECT id, number FROM sales_order LIMIT 1").one()
        found = find_records(connection, number, 10)
    assert (found[0].screen, found[0].place) == ("order", {"id": bytes(row_id).hex()})


# --- history ----------------------------------------------------------------------------------------------------------


def open_history(desk: Desk, story: bytes) -> HistoryScreen:
    desk.bench.open("history", {"table": "customer", "id": story.hex()})
    settle(desk.session)
    return here(desk, HistoryScreen)


def lines(screen: HistoryScreen) -> list[tuple[str, str, str, str]]:
    rows = (screen.changes.model.row(number) for number in range(screen.changes.model.rowCount()))
    return [(row["what"], row["before"], row["after"], row["who"]) for row in rows if row is not None]


def test_history_says_old_and_new_and_by_whom(desk: Desk, story: bytes) -> None:
    act(desk.session.store, desk.session.actor(), lambda work: edit_customer(work, story, region="南区"))
    screen = open_history(desk, story)
    assert lines(screen)[0] == ("Region", "海南省", "南区", "You")
    assert lines(screen)[-1][0] == "Entered"
    row = screen.changes.model.row(0)
    assert row is not None
    assert (row["state"], row["where"]) == ("Waiting", desk.session.device_code)


def test_waiting_change_is_taken_back_by_backspace(qtbot: QtBot, desk: Desk, story: bytes) -> None:
    act(desk.session.store, desk.session.actor(), lambda work: edit_customer(work, story, region="南区"))
    screen = open_history(desk, story)
    screen.changes.table.setCurrentIndex(screen.changes.model.index(0, 0))
    press(qtbot, desk, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: [line[0] for line in lines(screen)] == ["Entered"])


def test_change_that_was_sent_is_set_back_by_a_new_one(qtbot: QtBot, desk: Desk, story: bytes) -> None:
    store = desk.session.store
    act(store, desk.session.actor(), lambda work: edit_customer(work, story, region="南区"))
    [(change_id, n)] = [
        (each.change_id, each.n) for each in store.outgoing(max_changesets=10, max_bytes=10**6)[1]
    ]
    store.take_answer([Outcome(change_id, n, "applied")])
    screen = open_history(desk, story)
    screen.changes.table.setCurrentIndex(screen.changes.model.index(0, 0))
    press(qtbot, desk, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: len(lines(screen)) == 3)
    assert [line[:3] for line in lines(screen)[:2]] == [
        ("Region", "南区", "海南省"),
        ("Region", "海南省", "南区"),
    ]


def test_history_follows_what_comes_in(qtbot: QtBot, desk: Desk, story: bytes) -> None:
    screen = open_history(desk, story)
    act(desk.session.store, desk.session.actor(), lambda work: edit_customer(work, story, phone="1"))
    qtbot.waitUntil(lambda: lines(screen)[0][0] == "Phone")
    office_sets(desk.session.store, "customer", story, region="x")
    settle(desk.session)
    assert QApplication.focusWidget() is screen.changes.table


def test_history_of_an_order_has_its_lines(desk: Desk, story: bytes) -> None:
    with desk.session.store.reading() as connection:
        order_id, line_id, name = connection.exec_driver_sql(
            "SELECT o.id, l.id, l.product_name FROM sales_order o JOIN order_line l ON l.order_id = o.id "
            "WHERE o.customer_id = ? LIMIT 1",
            (story,),
        ).one()
    with transaction(desk.session.store.engine) as connection:
        connection.exec_driver_sql(
            "INSERT INTO trace (table_name, row_id, unit, at_ms, by_id, fields) VALUES ('order_line', ?, ?, 1, NULL, ?)",
            (line_id, story, msgspec.msgpack.encode({"quantity_milli": (1000, 2500)})),
        )
    desk.bench.open("history", {"table": "sales_order", "id": bytes(order_id).hex()})
    settle(desk.session)
    assert (f"Quantity · {name}", "1", "2.5", "The office") in lines(here(desk, HistoryScreen))


def test_person_without_the_right_is_offered_no_new_customer(desk: Desk, session: Session) -> None:
    screen = open_list(desk)
    assert screen._new.isEnabled()
    session._actor = Actor(session.actor().id, None, {})
    session.actor_changed.emit()
    assert not screen._new.isEnabled()
    assert not desk.bench.commands.run("customers.new")
