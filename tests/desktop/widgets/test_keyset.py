"""The item model of long lists."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from desktop.store.reads.customers import CUSTOMERS
from desktop.store.reads.listing import PAGE, Condition, Reading
from desktop.store.store import Changed
from desktop.widgets.keyset import KEPT_PAGES, ROW_ROLE
from tests.desktop.stalls import Watch
from tests.desktop.widgets.conftest import COUNT, Desk
from tests.unit.desktop.store.search.copies import customer, put, row_id


def tell(desk: Desk) -> None:
    """What the store does after a commit of the office."""
    for listener in desk.store.listeners:
        listener(Changed(frozenset(), frozenset({"customer"}), "office"))


def is_here(index: QModelIndex) -> bool:
    return index.data() is not None


def test_it_keeps_what_qt_asks_of_models(
    desk: Desk, qtbot: QtBot, qtmodeltester: ModelTester, watch: Watch
) -> None:
    # The tester looks at every row whenever the model says anything.
    with watch.aside():
        qtmodeltester.check(desk.model)
        desk.model.index(COUNT - 1, 0).data()
        qtbot.waitUntil(lambda: desk.model.row(COUNT - 1) is not None)
        put(desk.store, "customer", customer("new", "新客户", code="A-1"))
        with qtbot.waitSignal(desk.model.refreshed):
            tell(desk)
        with qtbot.waitSignal(desk.model.shown):
            desk.model.show(Reading(CUSTOMERS, "name", condition=Condition("t.address_city = ?", ("三亚",))))
        qtmodeltester.check(desk.model)
        qtbot.waitUntil(lambda: not desk.tasks.is_busy)


def test_it_opens_with_its_count_and_the_first_page_only(desk: Desk) -> None:
    assert desk.model.rowCount() == COUNT
    assert desk.codes() == [f"C-{number:05}" for number in range(PAGE)]


def test_the_end_is_read_from_the_end(desk: Desk, qtbot: QtBot) -> None:
    last = desk.model.index(COUNT - 1, 0)
    assert last.data() is None
    qtbot.waitUntil(lambda: last.data() == f"C-{COUNT - 1:05}")
    assert desk.model.index(COUNT - 30, 0).data() == f"C-{COUNT - 30:05}"
    assert desk.model.row(2 * PAGE) is None


def test_a_place_in_the_middle_is_reached_at_once(desk: Desk, qtbot: QtBot) -> None:
    middle = desk.model.index(2 * PAGE + 7, 0)
    qtbot.waitUntil(lambda: middle.data() == f"C-{2 * PAGE + 7:05}")
    assert desk.model.row(PAGE) is None


def test_every_row_is_its_own(desk: Desk, qtbot: QtBot) -> None:
    for page in range(COUNT // PAGE + 1):
        first = desk.model.index(page * PAGE, 0)
        qtbot.waitUntil(partial(is_here, first))
    assert desk.codes() == [f"C-{number:05}" for number in range(COUNT)]
    assert KEPT_PAGES > COUNT // PAGE


def test_sorting_shows_the_other_end_first(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.model.shown):
        desk.model.sort(0, Qt.SortOrder.DescendingOrder)
    assert desk.model.index(0, 0).data() == f"C-{COUNT - 1:05}"


def test_a_column_without_an_order_changes_nothing(desk: Desk) -> None:
    desk.model.sort(4)
    assert not desk.tasks.is_busy


def test_only_the_last_of_two_readings_is_shown(desk: Desk, qtbot: QtBot) -> None:
    shown: list[int] = []
    desk.model.shown.connect(lambda: shown.append(desk.model.rowCount()))
    desk.model.show(Reading(CUSTOMERS, text="客户1"))
    desk.model.show(Reading(CUSTOMERS, text="客户829"))
    qtbot.waitUntil(lambda: not desk.tasks.is_busy)
    assert shown == [1]


def test_a_chosen_row_stays_chosen_when_others_come_before_it(desk: Desk, qtbot: QtBot) -> None:
    chosen = QPersistentModelIndex(desk.model.index(5, 0))
    put(desk.store, "customer", customer("new", "新客户", code="A-1"))
    with qtbot.waitSignal(desk.model.refreshed):
        tell(desk)
    assert chosen.row() == 6
    assert chosen.data(ROW_ROLE)["id"] == row_id("c5")
    assert desk.model.rowCount() == COUNT + 1


def test_a_row_that_left_is_gone_and_the_list_is_shorter(desk: Desk, qtbot: QtBot) -> None:
    put(desk.store, "customer", customer("c0", "客户0", code="C-00000", deleted=1, version=2))
    with qtbot.waitSignal(desk.model.refreshed):
        tell(desk)
    assert desk.model.rowCount() == COUNT - 1
    assert desk.model.index(0, 0).data() == "C-00001"


def test_changes_of_other_tables_read_nothing(desk: Desk, qtbot: QtBot) -> None:
    for listener in desk.store.listeners:
        listener(Changed(frozenset(), frozenset({"product"}), "office"))
    qtbot.waitSignal(desk.bus.changed).wait()
    assert not desk.tasks.is_busy


def test_a_row_is_found_where_it_stands_though_its_page_is_not_here(desk: Desk, qtbot: QtBot) -> None:
    found: list[int | None] = []
    desk.model.find(row_id("c700"), found.append)
    qtbot.waitUntil(lambda: found == [700])
