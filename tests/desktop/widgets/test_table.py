"""The view of long lists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.kit.preferences import Preferences
from desktop.kit.theme import Look, wear
from desktop.store.reads.customers import CUSTOMERS
from desktop.store.reads.listing import Reading
from desktop.widgets.table import Table
from tests.desktop.widgets.conftest import COUNT, Desk
from tests.desktop.widgets.test_keyset import tell
from tests.unit.desktop.store.search.copies import customer, put, row_id


@pytest.fixture
def preferences(tmp_path: Path) -> Preferences:
    return Preferences(tmp_path)


@pytest.fixture
def table(desk: Desk, qtbot: QtBot, preferences: Preferences) -> Iterator[Table]:
    table = Table(desk.model, name="list.test", preferences=preferences, empty=QLabel("Nothing here"))
    table.setAccessibleName("Customers")
    qtbot.addWidget(table)
    table.resize(900, 400)
    table.show()
    table.setCurrentIndex(desk.model.index(0, 0))
    yield table
    table.close()


def test_j_and_k_move_and_enter_opens(table: Table, qtbot: QtBot) -> None:
    qtbot.keyClicks(table, "jjk")
    assert table.current_id == row_id("c1")
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [row_id("c1")]


def test_escape_leaves_and_the_slash_asks_for_the_filter(table: Table, qtbot: QtBot) -> None:
    with qtbot.waitSignals([table.left, table.filter_wanted]):
        qtbot.keyClick(table, Qt.Key.Key_Escape)
        qtbot.keyClicks(table, "/")


def test_end_goes_to_the_last_row_and_it_arrives(table: Table, desk: Desk, qtbot: QtBot) -> None:
    qtbot.keyClick(table, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: table.current_id == row_id(f"c{COUNT - 1}"))
    assert table.currentIndex().row() == COUNT - 1


def test_the_person_stays_on_a_row_wherever_it_moves(table: Table, desk: Desk, qtbot: QtBot) -> None:
    table.setCurrentIndex(desk.model.index(3, 0))
    with qtbot.waitSignal(desk.model.shown):
        desk.model.sort(0, Qt.SortOrder.DescendingOrder)
    qtbot.waitUntil(lambda: table.currentIndex().row() == COUNT - 4)
    put(desk.store, "customer", customer("new", "新客户", code="Z-1"))
    with qtbot.waitSignal(desk.model.refreshed):
        tell(desk)
    qtbot.waitUntil(lambda: table.currentIndex().row() == COUNT - 3)
    assert table.current_id == row_id("c3")


def test_chosen_rows_are_copied_as_they_are_seen(table: Table, qtbot: QtBot) -> None:
    table.horizontalHeader().moveSection(1, 0)
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "客户0\tC-00000\t三亚\t\n客户1\tC-00001\t海口\t"


def test_clicking_a_head_sorts_by_it_and_again_the_other_way(table: Table, desk: Desk, qtbot: QtBot) -> None:
    head = table.horizontalHeader()
    for is_descending in (False, True):
        with qtbot.waitSignal(desk.model.shown):
            head.sectionClicked.emit(2)
        reading = desk.model.reading
        assert reading is not None
        assert (reading.sorted_by.name, reading.is_descending) == ("address_city", is_descending)
        assert head.sortIndicatorSection() == 2


def test_columns_are_found_as_they_were_left(
    table: Table, desk: Desk, qtbot: QtBot, preferences: Preferences
) -> None:
    head = table.horizontalHeader()
    head.resizeSection(0, 177)
    head.moveSection(0, 1)
    table.column_menu().actions()[3].trigger()
    qtbot.waitUntil(lambda: not preferences.shape("list.test").isEmpty())
    again = Table(desk.model, name="list.test", preferences=preferences)
    qtbot.addWidget(again)
    assert again.columnWidth(0) == 177
    assert again.horizontalHeader().visualIndex(0) == 1
    assert not again.isColumnHidden(3)


def test_rows_and_columns_grow_with_the_look(table: Table, qapp: QApplication) -> None:
    before = table.columnWidth(1)
    wear(qapp, Look(percent=150))
    try:
        assert table.columnWidth(1) == round(before * 1.5)
        assert table.rowHeight(0) == 48
    finally:
        wear(qapp, Look())
    assert table.columnWidth(1) == before


def test_the_last_column_cannot_be_hidden(table: Table) -> None:
    for number in (0, 1, 2):
        table.setColumnHidden(number, True)
    actions = table.column_menu().actions()
    assert [action.isEnabled() for action in actions] == [True, True, True, True, False]


def test_what_to_do_stands_in_an_empty_list_only(table: Table, desk: Desk, qtbot: QtBot) -> None:
    label = table.viewport().findChild(QLabel)
    assert isinstance(label, QLabel)
    assert not label.isVisible()
    with qtbot.waitSignal(desk.model.shown):
        desk.model.show(Reading(CUSTOMERS, text="nobody"))
    assert label.isVisible()
    assert label.size() == table.viewport().size()
