"""An order on the rep's desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from crm.catalogue import actions as catalogue
from crm.changes.work import Work
from crm.rights import Role, actor_of
from desktop.screens.order.entry import EntryView
from desktop.screens.order.page import PageView
from desktop.screens.order.screen import OrderScreen
from desktop.store.store import Store
from tests.desktop.conftest import Desk, settle
from tests.desktop.copies import Prepared

CTRL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


class Writer:
    """A person at the keyboard, and nothing else: every key goes to whatever has the focus."""

    def __init__(self, qtbot: QtBot, desk: Desk) -> None:
        self.qtbot = qtbot
        self.desk = desk

    @property
    def screen(self) -> OrderScreen:
        screen = self.desk.bench.screen_here
        assert isinstance(screen, OrderScreen)
        return screen

    @property
    def entry(self) -> EntryView:
        return self.screen.entry

    @property
    def page(self) -> PageView:
        return self.screen.page

    def focus(self) -> QWidget:
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    def settle(self) -> None:
        """Let quotes, reads and writes arrive."""
        for _ in range(3):
            settle(self.desk.session)
            self.qtbot.wait(45)  # the pause before a quote
        settle(self.desk.session)

    def type(self, text: str) -> None:
        """Keys, and what no key has as an input method hands it over."""
        for character in text:
            if character.isascii():
                self.qtbot.keyClick(self.focus(), character)
            else:
                event = QInputMethodEvent()
                event.setCommitString(character)
                QApplication.sendEvent(self.focus(), event)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        self.qtbot.keyClick(self.focus(), key, modifier)

    def enter(self) -> None:
        self.press(Qt.Key.Key_Return)

    def line(self, product: str, quantity: str) -> None:
        """Product, Enter, quantity, Enter."""
        self.type(product)
        self.settle()
        self.enter()
        self.type(quantity)
        self.enter()

    def submit(self) -> None:
        self.press(Qt.Key.Key_Return, CTRL)
        self.settle()

    def codes(self) -> list[str]:
        return [line.product.code for line in self.entry.lines.lines if line.product is not None]

    def quantities(self) -> list[int]:
        return [line.quantity_milli for line in self.entry.lines.lines if line.product is not None]

    def rows(self, statement: str, *values: Any) -> list[Any]:
        with self.desk.session.store.reading() as connection:
            return list(connection.exec_driver_sql(statement, values).all())


@pytest.fixture
def customer_id(prepared: Prepared) -> bytes:
    """A customer of the rep's with orders and prices of its own."""
    return prepared.company.customers[prepared.actor.id][0]


@pytest.fixture
def writer(qtbot: QtBot, desk: Desk, customer_id: bytes) -> Writer:
    """A new order for the customer, the keyboard where the first product is typed."""
    desk.bench.open("order", {"new_for": customer_id.hex()})
    writer = Writer(qtbot, desk)
    writer.settle()
    return writer


def as_office(store: Store, intent: str, action: Callable[[Work], Any]) -> None:
    """Something that the office does to the catalogue, on this copy."""
    keeper = actor_of(bytes(16), division_id=None, roles=[Role.SYSTEM_ADMIN], office=True)
    with store.unit_of_work(intent, keeper) as work:
        action(work)


def give_barcode(store: Store, product_id: bytes, barcode: str) -> None:
    """Put a barcode on a product."""
    as_office(store, "catalogue.edit", lambda work: catalogue.edit_product(work, product_id, barcode=barcode))
