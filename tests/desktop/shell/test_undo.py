"""Undo and redo by keys: what waits is taken back, what the office has is undone by a new change that is announced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crm.changes.work import Work
from crm.customers.actions import create_customer, delete_customer, edit_customer
from desktop.kit.deeds import Opposite
from desktop.kit.notices import Notice
from tests.desktop.conftest import Desk, settle
from tests.desktop.shell.conftest import here

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def press(qtbot: QtBot, desk: Desk, modifier: Qt.KeyboardModifier = CTRL) -> None:
    """Ctrl+Z."""
    qtbot.keyClick(QApplication.focusWidget() or desk.window, Qt.Key.Key_Z, modifier)
    for _ in range(4):
        settle(desk.session)


def write(desk: Desk, intent: str, action: Callable[[Any], Any], **how: Any) -> None:
    desk.session.tasks.write(intent, action, lambda _result: None, owner=desk.window, **how)
    settle(desk.session)


def names(desk: Desk) -> dict[bytes, str]:
    """The customers that the rep entered: those without a code of the office."""
    with desk.session.store.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT c.id, c.name FROM customer c JOIN journal_row j ON j.row_id = c.id WHERE c.deleted = 0"
        )
        return {bytes(row[0]): row[1] for row in rows}


def last_notice(desk: Desk) -> Notice:
    return desk.bench.notices.cards[-1].notice


def send(desk: Desk) -> None:
    """The office has what waited."""
    desk.session.store.outgoing(max_changesets=100, max_bytes=1_000_000)


@pytest.fixture
def added(qtbot: QtBot, desk: Desk) -> Desk:
    write(desk, "customer.create", lambda work: create_customer(work, name="海口椰风").id, about="海口椰风")
    return desk


def opposite_of(desk: Desk) -> Opposite:
    """Removes the customers that were entered."""

    def remove(work: Work) -> None:
        for row_id in names(desk):
            delete_customer(work, row_id)

    return Opposite("customer.delete", remove)


def test_menu_says_what_would_be_undone(added: Desk) -> None:
    assert added.bench.commands["edit.undo"].text == "Undo: Add customer (海口椰风)"
    assert added.bench.commands["edit.redo"].text == "Do again"


def test_nothing_done_is_nothing_to_undo(desk: Desk) -> None:
    assert not desk.bench.commands["edit.undo"].is_offered()


def test_what_waits_is_taken_back(qtbot: QtBot, added: Desk) -> None:
    press(qtbot, added)
    assert names(added) == {}
    assert last_notice(added).text == "Undone: Add customer (海口椰风)"
    with added.session.store.reading() as connection:
        assert connection.exec_driver_sql("SELECT state FROM journal").scalars().all() == ["discarded"]


def test_done_again_it_has_the_same_id(qtbot: QtBot, added: Desk) -> None:
    before = names(added)
    press(qtbot, added)
    press(qtbot, added, CTRL | SHIFT)
    assert names(added) == before != {}
    assert added.bench.commands["edit.undo"].is_offered()
    assert not added.bench.commands["edit.redo"].is_offered()


def test_deeds_are_undone_and_done_again_one_by_one(qtbot: QtBot, added: Desk) -> None:
    (row_id,) = names(added)
    write(added, "customer.edit", lambda work: edit_customer(work, row_id, name="琼州").id)
    press(qtbot, added)
    assert names(added) == {row_id: "海口椰风"}
    press(qtbot, added)
    assert names(added) == {}
    press(qtbot, added, CTRL | SHIFT)
    press(qtbot, added, CTRL | SHIFT)
    assert names(added) == {row_id: "琼州"}


def test_new_deed_ends_what_could_be_done_again(qtbot: QtBot, added: Desk) -> None:
    press(qtbot, added)
    write(added, "customer.create", lambda work: create_customer(work, name="琼州").id)
    assert not added.bench.commands["edit.redo"].is_offered()


def test_text_field_keeps_its_own_undo(qtbot: QtBot, added: Desk) -> None:
    here(added).field.setFocus()
    qtbot.keyClicks(here(added).field, "ab")
    press(qtbot, added)
    assert here(added).field.text() == ""
    assert len(names(added)) == 1


def test_what_the_office_has_is_announced_before_it_is_undone(qtbot: QtBot, desk: Desk) -> None:
    write(
        desk,
        "customer.create",
        lambda work: create_customer(work, name="海口椰风").id,
        opposite=opposite_of(desk),
    )
    send(desk)
    press(qtbot, desk)
    assert len(names(desk)) == 1
    notice = last_notice(desk)
    assert notice.text.startswith("The office has “Add customer” already.")
    assert notice.action is not None
    notice.action[1]()
    settle(desk.session)
    assert names(desk) == {}
    # The new change waits: doing the first one again takes it back.
    press(qtbot, desk, CTRL | SHIFT)
    assert len(names(desk)) == 1


def test_what_cannot_be_undone_says_so_and_makes_way(qtbot: QtBot, added: Desk) -> None:
    send(added)
    press(qtbot, added)
    assert last_notice(added).text.startswith("The office has “Add customer (海口椰风)” already.")
    assert last_notice(added).action is None
    assert not added.bench.commands["edit.undo"].is_offered()


def test_what_was_taken_back_elsewhere_is_passed_over(qtbot: QtBot, added: Desk) -> None:
    first = set(names(added))
    write(added, "customer.create", lambda work: create_customer(work, name="琼州").id)
    with added.session.store.reading() as connection:
        latest = connection.exec_driver_sql(
            "SELECT change_id FROM journal ORDER BY local_seq DESC LIMIT 1"
        ).scalar_one()
    added.session.store.take_back(bytes(latest))
    assert set(names(added)) == first
    press(qtbot, added)
    settle(added.session)
    assert names(added) == {}


def test_what_a_form_keeps_by_itself_is_no_step(desk: Desk) -> None:
    write(desk, "customer.create", lambda work: create_customer(work, name="A").id, is_step=False)
    assert not desk.bench.commands["edit.undo"].is_offered()
