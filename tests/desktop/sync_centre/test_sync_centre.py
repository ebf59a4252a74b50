"""The sync centre by keys and clicks: what waits, what needs the person, what is done, every round."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.kit.screen import Entry, Place, Screen, Shell
from desktop.kit.session import Session
from desktop.kit.sync import Phase, SyncView
from desktop.screens.conflict.screen import ConflictPage
from desktop.screens.sync.entries import EntryModel
from desktop.screens.sync.screen import SyncCentre
from desktop.screens.sync.sheet import Sheet
from desktop.shell.screens import SCREENS
from desktop.store.reads.outbox import read_outbox
from desktop.store.store import Store
from tests.desktop.conftest import Desk, MakeDesk, settle
from tests.desktop.copies import NOW_MS
from tests.desktop.stalls import Watch
from tests.desktop.sync_centre.troubles import Troubles


class Elsewhere(Screen):
    """In place of the screens of customers and orders: it notes where it was sent."""

    name = "elsewhere"

    def __init__(self, session: Session, shell: Shell) -> None:
        super().__init__(session, shell)
        self.opened: list[Place] = []

    def title(self) -> str:
        return "Elsewhere"

    def open(self, place: Place) -> None:
        self.opened.append(place)


def entries() -> Sequence[Entry]:
    """The sync centre and conflicts as they are, the rest by something that only notes."""
    own = [entry for entry in SCREENS if entry.name in {"sync", "conflict"}]
    others = [Entry(name, name.title(), "home", Elsewhere, in_rail=False) for name in ("customer", "order")]
    return [*own, *others]


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    """The window with the sync centre open."""
    desk = make_desk(entries())
    desk.bench.open("sync")
    settle(desk.session)
    return desk


def centre(desk: Desk) -> SyncCentre:
    screen = desk.bench.screen_here
    assert isinstance(screen, SyncCentre)
    return screen


def go_to(desk: Desk, section: str, row_id: bytes) -> SyncCentre:
    """Put the person on the entry about a row."""
    shown = centre(desk)
    shown.show_section(section)
    key = next(entry.key for entry in shown.lists[section].rows.entries if row_id.hex() in entry.key)
    assert shown.lists[section].go_to(key)
    settle(desk.session)
    return shown


def words_of(widget: QWidget) -> list[str]:
    found = widget.findChildren(QLabel)
    return [label.text() for label in found if label.isVisibleTo(widget)]


def button(widget: QWidget, text: str) -> QPushButton:
    (found,) = [one for one in widget.findChildren(QPushButton) if one.text() == text]
    return found


def press(
    qtbot: QtBot, desk: Desk, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    qtbot.keyClick(QApplication.focusWidget() or desk.window, key, modifier)
    settle(desk.session)


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_opens_where_there_is_something_to_do(desk: Desk) -> None:
    shown = centre(desk)
    assert shown.section == "needs_you"
    assert [shown.tabs.tabText(number) for number in range(4)] == [
        "Waiting  3",
        "Needs you  5",
        "Done",
        "Log",
    ]


def test_count_in_the_navigation_is_what_needs_the_person(desk: Desk) -> None:
    assert desk.bench.rail.buttons["sync"].count == 5


def test_status_line_opens_it(qtbot: QtBot, desk: Desk) -> None:
    desk.bench.open("customer")
    qtbot.mouseClick(desk.bench.status_line.state, Qt.MouseButton.LeftButton)
    assert centre(desk).isVisible()


def test_change_of_a_phone_is_told_old_and_new(desk: Desk, troubles: Troubles) -> None:
    shown = go_to(desk, "waiting", troubles.edited_contact)
    assert shown.entry is not None
    assert shown.entry.detail == f"Mobile {troubles.edited_before} → 139 0000 3333"
    (sheet,) = shown.detail.findChildren(Sheet)
    assert sheet.accessibleName() == f"Mobile: {troubles.edited_before} → 139 0000 3333"


def test_order_is_told_with_number_customer_and_sum(desk: Desk, troubles: Troubles) -> None:
    entry = go_to(desk, "waiting", troubles.waiting_order).entry
    assert entry is not None
    assert entry.title.startswith("LXD-2-")
    assert (entry.beside, entry.figure) == ("海口椰风度假村", "¥412,642.40")
    assert entry.detail == "Begin order · Add order line ×10 · Submit order"


def test_what_is_held_back_says_what_it_waits_for(qtbot: QtBot, desk: Desk, troubles: Troubles) -> None:
    shown = go_to(desk, "waiting", troubles.refused_order)
    assert shown.entry is not None
    assert shown.entry.pill[0] == "Held back"
    qtbot.mouseClick(button(shown.detail, "文昌东郊椰林酒店"), Qt.MouseButton.LeftButton)
    assert desk.bench.history.here is not None
    assert desk.bench.history.here.place == {"id": troubles.refused_customer.hex()}


def test_refused_change_says_what_happened_what_is_safe_and_what_to_do(
    desk: Desk, troubles: Troubles
) -> None:
    told = words_of(go_to(desk, "needs_you", troubles.refused_customer).detail)
    assert "A customer has this code already." in told
    assert any(text.startswith("Nothing is lost") for text in told)
    assert any(text.startswith("Look whether the same record is there already") for text in told)


def test_every_round_is_in_the_log_with_its_outcomes(qtbot: QtBot, desk: Desk) -> None:
    shown = centre(desk)
    press(qtbot, desk, Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    assert shown.section == "log"
    first = shown.lists["log"].rows.entries[0]
    assert first.title == "16 changes sent · 17 records received"
    assert first.detail == "3 conflicts · 12 refused · 1 set aside"


def test_details_of_a_round_go_to_the_clipboard(qtbot: QtBot, desk: Desk) -> None:
    shown = centre(desk)
    shown.show_section("log")
    settle(desk.session)
    qtbot.mouseClick(button(shown.detail, "Copy details"), Qt.MouseButton.LeftButton)
    assert "Changes sent: 16" in QGuiApplication.clipboard().text()


def test_next_try_and_age_of_prices_are_told(desk: Desk) -> None:
    desk.session.sync.show(SyncView(Phase.OFFLINE, next_try_ms=NOW_MS + 40_000, code=4005, contact_ms=NOW_MS))
    settle(desk.session)
    told = " ".join(words_of(centre(desk)))
    assert "Next try in 40 s" in told
    assert "Prices and credit as of" in told
    assert "(4005)" in told


def test_empty_lists_say_what_to_do(desk: Desk) -> None:
    shown = centre(desk)
    for name, found in shown.lists.items():
        found.show_entries([])
        shown.show_section(name)
        settle(desk.session)
        assert all(label.isVisible() for label in found.findChildren(QLabel))


def test_model_of_the_lists_is_sound(desk: Desk, watch: Watch) -> None:
    with watch.aside():
        model = EntryModel()
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        model.show(centre(desk).lists["waiting"].rows.entries)
        model.show(centre(desk).lists["log"].rows.entries)
        model.show([])


# --- what is done about it -------------------------------------------------------------------------------------------


def test_keys_move_and_enter_opens_the_record(qtbot: QtBot, desk: Desk, troubles: Troubles) -> None:
    shown = centre(desk)
    press(qtbot, desk, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert shown.section == "waiting"
    press(qtbot, desk, Qt.Key.Key_J)
    press(qtbot, desk, Qt.Key.Key_Return)
    assert desk.bench.history.here is not None
    assert (desk.bench.history.here.name, desk.bench.history.here.place) == (
        "order",
        {"id": troubles.waiting_order.hex()},
    )


def test_submitted_order_that_was_not_sent_is_edited_as_a_draft(
    qtbot: QtBot, desk: Desk, troubles: Troubles, store: Store
) -> None:
    go_to(desk, "waiting", troubles.waiting_order)
    press(qtbot, desk, Qt.Key.Key_E)
    assert desk.bench.history.here is not None
    assert desk.bench.history.here.name == "order"
    assert state_of(store, troubles.waiting_order) == "draft"


def test_dropping_asks_first_and_says_what_goes_with_it(
    qtbot: QtBot, desk: Desk, troubles: Troubles, store: Store
) -> None:
    shown = go_to(desk, "waiting", troubles.new_customer)
    press(qtbot, desk, Qt.Key.Key_Delete)
    asking = shown.detail.asking
    assert asking is not None
    assert "12 other changes" in asking.accessibleName()
    assert state_of(store, troubles.waiting_order) == "submitted"
    press(qtbot, desk, Qt.Key.Key_Space)
    assert state_of(store, troubles.waiting_order) is None
    assert shown.lists["waiting"].rows.entries[0].title.startswith("黄伟明")
    assert shown.tabs.tabText(0) == "Waiting  1"


def test_escape_keeps_what_was_to_be_dropped(qtbot: QtBot, desk: Desk, troubles: Troubles) -> None:
    shown = go_to(desk, "waiting", troubles.edited_contact)
    press(qtbot, desk, Qt.Key.Key_Delete)
    press(qtbot, desk, Qt.Key.Key_Escape)
    assert shown.detail.asking is None
    assert shown.isVisible()
    assert len(shown.lists["waiting"].rows.entries) == 4


def test_refused_change_is_sent_again_with_what_rests_on_it(
    qtbot: QtBot, desk: Desk, troubles: Troubles
) -> None:
    shown = go_to(desk, "needs_you", troubles.refused_customer)
    press(qtbot, desk, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: shown.tabs.tabText(1) == "Needs you  4")
    assert shown.tabs.tabText(0) == "Waiting  5"


def test_set_aside_change_that_is_dropped_is_closed_at_the_office_too(
    qtbot: QtBot, desk: Desk, troubles: Troubles, store: Store
) -> None:
    go_to(desk, "needs_you", troubles.set_aside_customer)
    press(qtbot, desk, Qt.Key.Key_Delete)
    press(qtbot, desk, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: quarantine_state(store) == "discarded")


def test_sent_change_is_withdrawn_by_a_change_of_its_own(qtbot: QtBot, desk: Desk, store: Store) -> None:
    shown = centre(desk)
    shown.show_section("done")
    done = next(entry for entry in shown.lists["done"].rows.entries if "office@example.com" in entry.detail)
    shown.lists["done"].go_to(done.key)
    settle(desk.session)
    press(qtbot, desk, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: any("office@example.com" in text for text in waiting(store)))


def test_conflict_is_opened_from_the_list(qtbot: QtBot, desk: Desk, troubles: Troubles) -> None:
    go_to(desk, "needs_you", troubles.phone_conflict)
    press(qtbot, desk, Qt.Key.Key_Return)
    assert isinstance(desk.bench.screen_here, ConflictPage)


def state_of(store: Store, order_id: bytes) -> str | None:
    with store.reading() as connection:
        row = store.rows["sales_order"].get(connection, order_id)
    return None if row is None else str(row["state"])


def quarantine_state(store: Store) -> str:
    with store.reading() as connection:
        return str(connection.exec_driver_sql("SELECT state FROM quarantine").scalar_one())


def waiting(store: Store) -> list[str]:
    """The values before of what waits."""
    with store.reading() as connection:
        found = read_outbox(connection, store.rows)
    return [
        str(change.before)
        for matter in found.waiting
        for step in matter.steps
        for row in step.rows
        for change in row.changes
    ]
