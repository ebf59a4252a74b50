"""Entering a customer by keyboard, with a look for the same firm."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.screens.customer.new import NewCustomerScreen
from desktop.screens.customer.page import CustomerScreen
from desktop.store.reads.twins import Why
from tests.desktop.conftest import Desk, settle
from tests.desktop.customers.conftest import CTRL, here, press, write

TAB = Qt.Key.Key_Tab


def begin(qtbot: QtBot, desk: Desk) -> NewCustomerScreen:
    desk.bench.open("customers")
    settle(desk.session)
    press(qtbot, desk, Qt.Key.Key_N)
    return here(desk, NewCustomerScreen)


def test_customer_with_two_contacts_is_entered_by_keyboard_alone(qtbot: QtBot, desk: Desk) -> None:
    screen = begin(qtbot, desk)
    write(qtbot, "三亚椰林酒店")
    press(qtbot, desk, TAB)
    write(qtbot, "Palm Grove Hotel")
    press(qtbot, desk, TAB)
    write(qtbot, "0898-8888 1234")
    screen.blocks[0].form.begin()
    write(qtbot, "李娜")
    press(qtbot, desk, Qt.Key.Key_A, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert len(screen.blocks) == 2
    write(qtbot, "王强")
    press(qtbot, desk, TAB)
    press(qtbot, desk, TAB)
    write(qtbot, "13800001111")
    press(qtbot, desk, Qt.Key.Key_Return, CTRL)
    page = here(desk, CustomerScreen)
    settle(desk.session)
    assert page.found is not None
    assert page.found.row["name"] == "三亚椰林酒店"
    assert sorted(row["name"] for row in page.found.contacts) == ["李娜", "王强"]
    assert page.found.waiting == 1
    assert desk.bench.title.text() == "三亚椰林酒店"


def test_form_is_empty_again_after_saving(qtbot: QtBot, desk: Desk) -> None:
    screen = begin(qtbot, desk)
    write(qtbot, "三亚椰林酒店")
    press(qtbot, desk, Qt.Key.Key_Return, CTRL)
    assert screen.is_empty
    assert len(screen.blocks) == 1


def test_name_that_is_missing_is_said_beside_the_field_and_nothing_is_written(
    qtbot: QtBot, desk: Desk
) -> None:
    screen = begin(qtbot, desk)
    press(qtbot, desk, Qt.Key.Key_Return, CTRL)
    assert desk.bench.screen_here is screen
    assert screen.form.editors["name"].widget.accessibleDescription() == "The name is missing."
    assert QApplication.focusWidget() is screen.form.editors["name"].widget


def test_contact_without_a_name_is_said_beside_its_field(qtbot: QtBot, desk: Desk) -> None:
    screen = begin(qtbot, desk)
    write(qtbot, "三亚椰林酒店")
    screen.blocks[0].form.editors["mobile"].widget.setFocus()
    write(qtbot, "13800001111")
    press(qtbot, desk, Qt.Key.Key_Return, CTRL)
    assert desk.bench.screen_here is screen
    assert screen.blocks[0].form.editors["name"].widget.accessibleDescription() == "The name is missing."


def test_same_firm_with_another_character_that_sounds_the_same_is_shown_while_typing(
    qtbot: QtBot, desk: Desk, story: bytes
) -> None:
    screen = begin(qtbot, desk)
    write(qtbot, "海口耶风置业")
    qtbot.waitUntil(lambda: bool(screen.twin_list.cards))
    settle(desk.session)
    assert [(twin.id, twin.whys) for twin in screen.twin_list.twins] == [(story, (Why.SOUND,))]


def test_twin_is_opened_and_what_was_typed_is_there_on_return(qtbot: QtBot, desk: Desk, story: bytes) -> None:
    screen = begin(qtbot, desk)
    write(qtbot, "海口椰风置业有限公司")
    qtbot.waitUntil(lambda: bool(screen.twin_list.cards))
    screen.twin_list.cards[story].setFocus()
    press(qtbot, desk, Qt.Key.Key_Return)
    assert here(desk, CustomerScreen).place()["id"] == story.hex()
    press(qtbot, desk, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert here(desk, NewCustomerScreen).form.values["name"] == "海口椰风置业有限公司"


def test_escape_goes_back_and_keeps_what_was_typed(qtbot: QtBot, desk: Desk) -> None:
    screen = begin(qtbot, desk)
    write(qtbot, "Acme")
    press(qtbot, desk, Qt.Key.Key_Escape)
    assert desk.bench.screen_here is not screen
    press(qtbot, desk, Qt.Key.Key_N)
    assert here(desk, NewCustomerScreen).form.values["name"] == "Acme"
