"""What the tests of the customers' screens say: open a customer, press a key, change something at the office."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import Connection

from crm.changes.capture import writing
from desktop.screens.customer.page import CustomerScreen
from desktop.shell.finder import find_records
from desktop.store.database import transaction
from desktop.store.store import Changed, Store
from desktop.store.work import LocalWork
from tests.desktop.conftest import Desk, MakeDesk, settle
from tests.desktop.copies import Prepared

S = TypeVar("S", bound=QWidget)
CTRL = Qt.KeyboardModifier.ControlModifier
PLAIN = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def desk(make_desk: MakeDesk, session: Any) -> Desk:
    """The real window with the program's own screens and finder."""
    session.store.build_indexes()
    session.store.build_search()
    return make_desk(finder=find_records)


@pytest.fixture
def story(prepared: Prepared) -> bytes:
    """海口椰风, the customer of the tour."""
    return prepared.company.customers[prepared.actor.id][0]


@pytest.fixture
def page(desk: Desk, story: bytes, qtbot: QtBot) -> CustomerScreen:
    """The page of 海口椰风, read."""
    desk.bench.open("customer", {"id": story.hex()})
    screen = here(desk, CustomerScreen)
    qtbot.waitUntil(lambda: screen.found is not None)
    settle(desk.session)
    return screen


def here(desk: Desk, kind: type[S]) -> S:
    """The screen that is open."""
    screen = desk.bench.screen_here
    assert isinstance(screen, kind)
    return screen


def press(qtbot: QtBot, desk: Desk, key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    """A key goes to whatever has the keyboard."""
    qtbot.keyClick(QApplication.focusWidget() or desk.window, key, modifier)
    settle(desk.session)


def write(qtbot: QtBot, text: str) -> None:
    """Typed into whatever has the keyboard."""
    widget = QApplication.focusWidget()
    assert widget is not None
    if text.isascii():
        qtbot.keyClicks(widget, text)
    else:
        # What an input method hands over comes whole.
        event = QInputMethodEvent()
        event.setCommitString(text)
        QApplication.sendEvent(widget, event)


def act(store: Store, person: Any, action: Callable[[LocalWork], object]) -> None:
    """Something the person does elsewhere on this laptop."""
    with store.unit_of_work("test", person) as work:
        action(work)


def office_sets(store: Store, table: str, row_id: bytes, **fields: Any) -> None:
    """A row arrives from the office with other values."""
    with transaction(store.engine) as connection, writing(connection):
        _set(connection, table, row_id, fields)
    told = Changed(frozenset({(table, row_id)}), frozenset({table}), "office")
    for listener in store.listeners:
        listener(told)


def _set(connection: Connection, table: str, row_id: bytes, fields: dict[str, Any]) -> None:
    names = ", ".join(f"{name} = ?" for name in fields)
    connection.exec_driver_sql(
        f"UPDATE {table} SET {names}, version = version + 1 WHERE id = ?", (*fields.values(), row_id)
    )
