"""The list of orders, and choosing for whom a new one is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from crm.orders.actions import create_order
from desktop.screens.order.screen import OrderScreen
from desktop.screens.orders.screen import COLUMNS, OrdersScreen
from tests.desktop.conftest import Desk
from tests.desktop.orders.conftest import Writer


@pytest.fixture
def orders(qtbot: QtBot, desk: Desk) -> OrdersScreen:
    desk.bench.open("orders")
    Writer(qtbot, desk).settle()
    screen = desk.bench.screen_here
    assert isinstance(screen, OrdersScreen)
    return screen


def text(orders: OrdersScreen, row: int, name: str) -> str:
    column = [each.name for each in COLUMNS].index(name)
    return str(orders.page.model.index(row, column).data())


def test_orders_stand_with_the_newest_first(orders: OrdersScreen) -> None:
    days = [orders.page.model.row(row)["order_date"] for row in range(20)]  # type: ignore[index]
    assert days == sorted(days, reverse=True)
    first = orders.page.model.row(0)
    assert first is not None
    assert text(orders, 0, "number") == first["number"]
    assert text(orders, 0, "lines") == str(first["lines"])
    assert text(orders, 0, "gross").startswith("¥")


def test_order_with_unsent_changes_is_marked(
    orders: OrdersScreen, qtbot: QtBot, desk: Desk, customer_id: bytes
) -> None:
    assert text(orders, 0, "outbox") == ""
    with desk.session.store.unit_of_work("order.create", desk.session.actor()) as work:
        create_order(work, customer_id)
    Writer(qtbot, desk).settle()
    assert text(orders, 0, "outbox") == "Waiting"
    assert text(orders, 0, "state") == "Draft"


def test_filter_narrows_the_list(orders: OrdersScreen, qtbot: QtBot, desk: Desk) -> None:
    writer = Writer(qtbot, desk)
    writer.type("/")
    writer.type("status is rejected")
    writer.enter()
    qtbot.waitUntil(lambda: 0 < orders.page.model.rowCount() < 20)
    writer.settle()
    assert {text(orders, row, "state") for row in range(orders.page.model.rowCount())} == {"Rejected"}


def test_enter_opens_an_order(orders: OrdersScreen, qtbot: QtBot, desk: Desk) -> None:
    writer = Writer(qtbot, desk)
    writer.press(Qt.Key.Key_J)
    wanted = text(orders, orders.page.table.currentIndex().row(), "number")
    writer.enter()
    writer.settle()
    assert isinstance(desk.bench.screen_here, OrderScreen)
    assert desk.bench.title.text().startswith(wanted)


def test_new_order_begins_with_its_customer(orders: OrdersScreen, qtbot: QtBot, desk: Desk) -> None:
    writer = Writer(qtbot, desk)
    writer.press(Qt.Key.Key_N)
    writer.settle()
    assert writer.screen.choose.model.rowCount() > 5  # those who ordered last
    writer.type("hkyf")
    writer.settle()
    writer.enter()
    writer.settle()
    assert writer.screen.is_writing
    assert "椰风" in desk.bench.title.text()
    writer.line("P-0007", "1")
    writer.settle()
    assert writer.codes() == ["P-0007"]
