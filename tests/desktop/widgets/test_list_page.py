"""A list with everything around it: filter line, suggestions, builder, saved filters, export."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.kit.language import speak
from desktop.kit.notices import Notice
from desktop.kit.preferences import Preferences
from desktop.kit.screen import Place
from desktop.kit.session import Session
from desktop.screens.customers.screen import KIND
from desktop.store.search.query import EVERYTHING, Operator
from desktop.store.search.query import Test as Compared
from desktop.store.store import Store
from desktop.widgets.lists.builder import BuilderDialog, Row
from desktop.widgets.lists.page import ListPage
from desktop.widgets.lists.saved import NameDialog


class Around:
    """What a list asks of the window, noted."""

    commands: Any = None
    room: Any = None

    def __init__(self, preferences: Preferences) -> None:
        self.preferences = preferences
        self.opened: list[tuple[str, Place | None]] = []
        self.told: list[Notice] = []
        self.errors: list[Exception] = []

    def open(self, name: str, place: Place | None = None) -> None:
        self.opened.append((name, place))

    def back(self) -> None:
        self.opened.append(("back", None))

    def notify(self, notice: Notice) -> None:
        self.told.append(notice)

    def tell_error(self, error: Exception) -> None:
        self.errors.append(error)


@pytest.fixture
def around(preferences: Preferences) -> Around:
    return Around(preferences)


@pytest.fixture
def page(qtbot: QtBot, store: Store, session: Session, around: Around) -> Iterator[ListPage]:
    """The list of customers of the made-up company."""
    store.build_indexes()
    store.build_search()
    page = ListPage(session, around, KIND)
    qtbot.addWidget(page)
    page.resize(1000, 600)
    page.show()
    qtbot.waitExposed(page).__enter__()
    page.activateWindow()
    with qtbot.waitSignal(page.model.shown):
        page.show_place({})
    quiet(page, qtbot)
    yield page
    quiet(page, qtbot)


def quiet(page: ListPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not page.session.tasks.is_busy)


def type_filter(page: ListPage, qtbot: QtBot, text: str) -> None:
    page.focus_filter()
    page.filter_bar.clear()
    qtbot.keyClicks(page.filter_bar, text)


def compose(field: QWidget, text: str) -> None:
    """Write as an input method does."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(field, event)


def cities(page: ListPage) -> set[str]:
    rows = [page.model.row(number) for number in range(page.model.rowCount())]
    return {row["address_city"] for row in rows if row is not None}


def test_what_is_typed_filters_the_list_and_says_how_many_there_are(page: ListPage, qtbot: QtBot) -> None:
    before = page.model.rowCount()
    with qtbot.waitSignal(page.model.shown):
        page.filter_bar.setText("city is 海口")
    assert cities(page) == {"海口市"}
    assert 0 < page.model.rowCount() < before
    assert page.count.text() == KIND.counted(page.model.rowCount())
    assert page.place()["filter"] == "city is 海口"


def test_a_filter_that_cannot_be_understood_leaves_the_list_and_says_why(
    page: ListPage, qtbot: QtBot
) -> None:
    before = page.model.rowCount()
    page.filter_bar.setText("city before 2025")
    qtbot.waitUntil(page.reason.isVisible)
    assert page.model.rowCount() == before
    assert page.reason.text().startswith("city cannot be asked like this")
    assert page.filter_bar.accessibleDescription() == page.reason.text()
    with qtbot.waitSignal(page.model.shown):
        page.filter_bar.setText("city is 海口")
    assert not page.reason.isVisible()


def test_what_is_unfinished_is_not_called_wrong_while_it_is_typed(page: ListPage, qtbot: QtBot) -> None:
    type_filter(page, qtbot, "city is")
    page.filter_bar.ask()
    assert not page.reason.isVisible()
    qtbot.keyClick(page.filter_bar, Qt.Key.Key_Escape)
    qtbot.keyClick(page.filter_bar, Qt.Key.Key_Return)
    assert page.reason.isVisible()


def test_a_filter_is_written_by_keys_with_suggestions(page: ListPage, qtbot: QtBot) -> None:
    type_filter(page, qtbot, "ci")
    assert page.filter_bar.suggestions.isVisible()
    qtbot.keyClick(page.filter_bar, Qt.Key.Key_Tab)
    qtbot.keyClicks(page.filter_bar, "is ")
    compose(page.filter_bar, "海")
    offered = page.filter_bar.suggestions.model
    qtbot.waitUntil(lambda: any(row.shown == "海口市" for row in offered.rows))
    qtbot.keyClick(page.filter_bar, Qt.Key.Key_Down)
    with qtbot.waitSignal(page.model.shown):
        qtbot.keyClick(page.filter_bar, Qt.Key.Key_Return)
    assert page.filter_bar.text() == "city is 海口市 "
    assert cities(page) == {"海口市"}
    qtbot.keyClick(page.filter_bar, Qt.Key.Key_Escape)
    qtbot.keyClick(page.filter_bar, Qt.Key.Key_Return)
    assert page.table.hasFocus()


def test_the_filter_speaks_the_language_of_the_window(
    page: ListPage, qapp: QApplication, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(page.model.shown):
        page.filter_bar.setText("city is 海口 and tier is VIP")
    speak(qapp, "zh_CN")
    qtbot.waitUntil(lambda: page.filter_bar.text() == "城市 是 海口 并且 等级 是 VIP")
    assert page.place()["filter"] == "city is 海口 and tier is VIP"


def test_nothing_found_offers_to_clear_the_filter(page: ListPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.model.shown):
        page.filter_bar.setText("name is nobody")
    assert page._nothing.isVisible()
    with qtbot.waitSignal(page.model.shown):
        qtbot.mouseClick(page._clear, Qt.MouseButton.LeftButton)
    assert page.model.rowCount() > 0
    assert page.filter_bar.query == EVERYTHING


def test_a_place_brings_filter_order_and_row_back(page: ListPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.model.shown):
        page.show_place({"filter": "city is 海口", "sort": "code", "descending": True})
    page.table.setCurrentIndex(page.model.index(2, 0))
    place = dict(page.place())
    with qtbot.waitSignal(page.model.shown):
        page.show_place({"filter": ""})
    with qtbot.waitSignal(page.model.shown):
        page.show_place(place)
    qtbot.waitUntil(lambda: page.table.currentIndex().row() == 2)
    assert page.place() == place


# --- the builder -------------------------------------------------------------------------------------------------------


def test_the_builder_shows_what_was_typed_and_gives_back_the_same(page: ListPage, qtbot: QtBot) -> None:
    text = (
        "city in (海口, 三亚) and (tier is VIP or orders at least 2 or status in (Trading, Potential)) "
        "and not (last order between 2025-01 and 30 days ago) and rep is me and phone is empty and 椰风"
    )
    page.filter_bar.set_canonical(text)
    query = page.filter_bar.query
    page.build_filter()
    dialog = page.findChild(BuilderDialog)
    assert dialog is not None
    assert dialog.group.query() == query
    with qtbot.waitSignal(dialog.built) as built:
        qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert built.args == [query]


def test_a_condition_is_chosen_and_filters_the_list(page: ListPage, qtbot: QtBot) -> None:
    page.build_filter()
    dialog = page.findChild(BuilderDialog)
    assert dialog is not None
    row = dialog.group.parts[0]
    assert isinstance(row, Row)
    row.field.set_value("city")
    row.operator.set_value("begins")
    assert dialog.group.query() is None
    dialog.saved.emit()
    assert dialog.isVisible()
    assert dialog.problem.isVisible()
    compose(row.value.first, "海")
    with qtbot.waitSignal(page.model.shown):
        dialog.saved.emit()
    assert page.filter_bar.query == Compared("city", Operator.BEGINS, ("海",))
    assert cities(page) == {"海口市"}


def test_a_value_of_the_wrong_kind_is_marked_with_the_reason(page: ListPage, qtbot: QtBot) -> None:
    page.filter_bar.set_canonical("last order before 2025")
    page.build_filter()
    dialog = page.findChild(BuilderDialog)
    assert dialog is not None
    row = dialog.group.parts[0]
    assert isinstance(row, Row)
    row.value.first.setText("soon")
    assert row.value.first.property("state") == "wrong"
    assert "needs a day" in row.value.first.toolTip()
    assert dialog.group.query() is None


# --- saved filters -----------------------------------------------------------------------------------------------------


def test_a_filter_is_saved_under_a_name_and_chosen_again(page: ListPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.model.shown):
        page.filter_bar.setText("city is 海口")
    page.saved.save()
    dialog = page.findChild(NameDialog)
    assert dialog is not None
    dialog.saved.emit()
    assert dialog.isVisible()
    qtbot.keyClicks(dialog._title, "Haikou")
    dialog._first.setChecked(True)
    qtbot.keyClick(dialog._title, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [chip.text() for chip in page.saved.chips] == ["All", "Haikou"])
    assert page.saved.chips[1].isChecked()
    with qtbot.waitSignal(page.model.shown):
        qtbot.mouseClick(page.saved.chips[0], Qt.MouseButton.LeftButton)
    assert page.filter_bar.text() == ""
    with qtbot.waitSignal(page.model.shown):
        page.show_place({})
    assert page.filter_bar.canonical == "city is 海口"
    kept = page.saved.filters[0]
    page.saved.forget(kept)
    qtbot.waitUntil(lambda: not page.saved.chips)


# --- export ------------------------------------------------------------------------------------------------------------


def test_the_list_is_exported_as_it_is_shown(
    page: ListPage, around: Around, qtbot: QtBot, tmp_path: Path
) -> None:
    with qtbot.waitSignal(page.model.shown):
        page.filter_bar.setText("city is 海口")
    page.table.horizontalHeader().moveSection(1, 0)
    out = tmp_path / "out.csv"
    page.exporting.choose = lambda *_asked: str(out)
    page.export()
    assert page.exporting.isVisible()
    qtbot.waitUntil(lambda: bool(around.told or around.errors))
    assert not around.errors
    with out.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head[:2] == [KIND.columns[1].title(), KIND.columns[0].title()]
    assert len(rows) == page.model.rowCount()
    assert around.told[0].text == f"{len(rows)} rows written to out.csv."
    assert not page.exporting.isVisible()


def test_a_place_that_cannot_be_written_is_told(
    page: ListPage, around: Around, qtbot: QtBot, tmp_path: Path
) -> None:
    page.exporting.choose = lambda *_asked: str(tmp_path / "nowhere" / "out.xlsx")
    page.export()
    qtbot.waitUntil(lambda: bool(around.errors))
    assert not page.exporting.is_running


def test_who_chooses_no_place_exports_nothing(page: ListPage, around: Around) -> None:
    page.exporting.choose = lambda *_asked: ""
    page.export()
    assert not page.exporting.is_running


def test_every_control_around_a_list_has_a_name(page: ListPage) -> None:
    page.build_filter()
    dialog = page.findChild(BuilderDialog)
    assert dialog is not None
    for widget in [*page.findChildren(QWidget), *dialog.findChildren(QWidget)]:
        if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus and widget.isVisible():
            assert widget.accessibleName() or widget.focusProxy(), widget
