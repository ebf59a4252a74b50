"""A conflict by keys and clicks: three columns, what follows, one key to choose, and taking it back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.screens.conflict.screen import ConflictPage
from desktop.store.store import Store
from desktop.store.tables import JournalState
from tests.desktop.conftest import Desk, MakeDesk, settle
from tests.desktop.sync_centre.test_sync_centre import entries
from tests.desktop.sync_centre.troubles import NEW_MOBILE, OFFICE_MOBILE, Troubles


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    """The window with the sync centre open."""
    desk = make_desk(entries())
    desk.bench.open("sync")
    settle(desk.session)
    return desk


def page(desk: Desk, conflict_id: bytes) -> ConflictPage:
    desk.bench.open("conflict", {"id": conflict_id.hex()})
    settle(desk.session)
    screen = desk.bench.screen_here
    assert isinstance(screen, ConflictPage)
    return screen


def told(shown: ConflictPage) -> list[str]:
    return [label.text() for label in shown.findChildren(QLabel) if label.isVisible()]


def press(qtbot: QtBot, desk: Desk, key: Qt.Key) -> None:
    qtbot.keyClick(QApplication.focusWidget() or desk.window, key)
    settle(desk.session)


def mobile(store: Store, contact: bytes) -> object:
    with store.reading() as connection:
        row = store.rows["contact"].get(connection, contact)
    assert row is not None
    return row["mobile"]


def state(store: Store, conflict_id: bytes) -> object:
    with store.reading() as connection:
        row = store.rows["conflict"].get(connection, conflict_id)
    assert row is not None
    return row["state"]


def test_three_columns_say_before_mine_and_theirs(desk: Desk, troubles: Troubles) -> None:
    words = told(page(desk, troubles.phone_conflict))
    assert {"Before", "Mine", "王海涛 Wang Haitao", "Mobile", NEW_MOBILE, OFFICE_MOBILE} <= set(words)
    assert "Only what is shown changes: no total, no approval." in words


def test_consequence_for_an_order_is_its_total(desk: Desk, troubles: Troubles) -> None:
    words = told(page(desk, troubles.order_conflict))
    assert "The total changes from ¥392,010.28 to ¥3,275,494.36." in words
    assert "36 月 at ¥79,540.00" in words


def test_one_key_keeps_mine_and_the_record_says_so(
    qtbot: QtBot, desk: Desk, troubles: Troubles, store: Store
) -> None:
    shown = page(desk, troubles.phone_conflict)
    assert mobile(store, troubles.contact) == OFFICE_MOBILE
    press(qtbot, desk, Qt.Key.Key_M)
    assert mobile(store, troubles.contact) == NEW_MOBILE
    assert any(text.startswith("Decided by you") for text in told(shown))
    assert desk.bench.rail.buttons["sync"].count == 4


def test_one_key_keeps_theirs_and_writes_nothing_but_the_decision(
    qtbot: QtBot, desk: Desk, troubles: Troubles, store: Store
) -> None:
    page(desk, troubles.phone_conflict)
    press(qtbot, desk, Qt.Key.Key_T)
    assert mobile(store, troubles.contact) == OFFICE_MOBILE
    assert state(store, troubles.phone_conflict) == "resolved"


def test_decision_that_was_not_sent_is_forgotten_when_taken_back(
    qtbot: QtBot, desk: Desk, troubles: Troubles, store: Store
) -> None:
    page(desk, troubles.phone_conflict)
    press(qtbot, desk, Qt.Key.Key_M)
    press(qtbot, desk, Qt.Key.Key_U)
    assert mobile(store, troubles.contact) == OFFICE_MOBILE
    assert state(store, troubles.phone_conflict) == "open"
    assert desk.bench.rail.buttons["sync"].count == 5


def test_decision_that_was_sent_is_taken_back_by_a_change_of_its_own(
    qtbot: QtBot, desk: Desk, troubles: Troubles, store: Store
) -> None:
    page(desk, troubles.phone_conflict)
    press(qtbot, desk, Qt.Key.Key_M)
    store.outgoing(max_changesets=200, max_bytes=1 << 18)
    press(qtbot, desk, Qt.Key.Key_U)
    assert mobile(store, troubles.contact) == OFFICE_MOBILE
    assert state(store, troubles.phone_conflict) == "undone"
    with store.reading() as connection:
        found = connection.exec_driver_sql(
            "SELECT intent FROM journal WHERE state = ? ORDER BY local_seq DESC",
            (JournalState.WAITING.value,),
        ).scalars()
        assert next(iter(found)) == "conflict.undo_resolution"


def test_notice_offers_to_take_the_decision_back(
    qtbot: QtBot, desk: Desk, troubles: Troubles, store: Store
) -> None:
    page(desk, troubles.dead_conflict)
    press(qtbot, desk, Qt.Key.Key_M)
    assert state(store, troubles.dead_conflict) == "resolved"
    desk.bench.notices.cards[-1].act()
    settle(desk.session)
    settle(desk.session)
    assert state(store, troubles.dead_conflict) == "open"


def test_click_chooses_too(qtbot: QtBot, desk: Desk, troubles: Troubles, store: Store) -> None:
    shown = page(desk, troubles.phone_conflict)
    qtbot.mouseClick(shown.buttons["mine"], Qt.MouseButton.LeftButton)
    settle(desk.session)
    assert mobile(store, troubles.contact) == NEW_MOBILE


def test_keys_go_from_one_conflict_to_the_next(qtbot: QtBot, desk: Desk, troubles: Troubles) -> None:
    shown = page(desk, troubles.phone_conflict)
    assert "1 of 3" in told(shown)
    press(qtbot, desk, Qt.Key.Key_J)
    assert "2 of 3" in told(shown)
    press(qtbot, desk, Qt.Key.Key_K)
    assert shown.place() == {"id": troubles.phone_conflict.hex()}


def test_escape_goes_back(qtbot: QtBot, desk: Desk, troubles: Troubles) -> None:
    page(desk, troubles.phone_conflict)
    press(qtbot, desk, Qt.Key.Key_Escape)
    assert desk.bench.history.here is not None
    assert desk.bench.history.here.name == "sync"


def test_conflict_that_is_not_here_says_so(desk: Desk) -> None:
    words = told(page(desk, bytes(16)))
    assert "This conflict is not here any more" in words
