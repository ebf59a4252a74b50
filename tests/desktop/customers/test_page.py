"""The page of a customer: what it answers, and editing where things stand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.screens.customer.facts import Fact
from desktop.screens.customer.page import CustomerScreen
from desktop.screens.customers.screen import CustomersScreen
from tests.desktop.conftest import Desk, settle
from tests.desktop.customers.conftest import CTRL, here, office_sets, press, write

ALT = Qt.KeyboardModifier.AltModifier


def fact_under_the_keyboard(page: CustomerScreen) -> str:
    return next((name for name, fact in page.side.details.facts.items() if fact.hasFocus()), "")


def go_to(page: CustomerScreen, name: str) -> Fact:
    fact = page.side.details.facts[name]
    fact.setFocus()
    return fact


def told(page: CustomerScreen) -> list[str]:
    return [each.text for each in page.banners.told]


# --- what it answers --------------------------------------------------------------------------------------------------


def test_figures_say_what_was_bought_and_what_is_open(page: CustomerScreen) -> None:
    assert page.found is not None
    figures = page.found.figures
    assert figures.this_year_minor > 0
    assert page.figures.year.accessibleName().startswith("This year: ¥")
    assert "free" in page.figures.open.accessibleName()


def test_customer_over_the_credit_limit_is_the_first_thing_that_is_said(
    qtbot: QtBot, desk: Desk, page: CustomerScreen, story: bytes
) -> None:
    with desk.session.store.reading():
        office_sets(desk.session.store, "customer", story, credit_limit_minor=100)
    qtbot.waitUntil(lambda: bool(told(page)))
    assert told(page)[0].endswith("over the credit limit of ¥1")
    office_sets(desk.session.store, "customer", story, credit_limit_minor=0)
    qtbot.waitUntil(lambda: told(page)[0].startswith("Nothing on credit"))


def test_returned_order_stands_above_with_its_reason_and_a_way_to_it(
    qtbot: QtBot, desk: Desk, page: CustomerScreen, story: bytes
) -> None:
    with desk.session.store.reading() as connection:
        [(order_id, number)] = connection.exec_driver_sql(
            "SELECT id, number FROM sales_order WHERE customer_id = ? ORDER BY order_date DESC LIMIT 1",
            (story,),
        ).fetchall()
    office_sets(desk.session.store, "sales_order", order_id, state="returned", return_reason="Price too low")
    qtbot.waitUntil(lambda: bool(told(page)))
    assert told(page) == [f"Order {number} was returned: Price too low"]
    assert page.banners.told[0].action is not None


def test_twins_that_the_office_found_are_said_without_their_names(
    qtbot: QtBot, desk: Desk, page: CustomerScreen, story: bytes
) -> None:
    looks = '[{"code":"duplicate","text":"","details":{"records":2,"by":"name,phone"}}]'
    office_sets(desk.session.store, "customer", story, looks=looks)
    qtbot.waitUntil(lambda: bool(told(page)))
    assert told(page) == ["Possibly entered twice: the office has 2 other records like it (Name, Phone)"]


def test_prices_list_each_product_with_every_purchase(qtbot: QtBot, desk: Desk, page: CustomerScreen) -> None:
    press(qtbot, desk, Qt.Key.Key_2, ALT)
    settle(desk.session)
    prices = page.prices
    assert prices.products.rowCount() > 0
    first = prices.products.row(0)
    assert first is not None
    assert prices.purchases.rowCount() == len(first["bought"].purchases)
    press(qtbot, desk, Qt.Key.Key_J)
    second = prices.products.row(1)
    assert second is not None
    assert prices.purchases.rowCount() == len(second["bought"].purchases)


def test_timeline_begins_with_the_newest(qtbot: QtBot, desk: Desk, page: CustomerScreen) -> None:
    press(qtbot, desk, Qt.Key.Key_3, ALT)
    settle(desk.session)
    rows = [page.timeline.model.row(number) for number in range(page.timeline.model.rowCount())]
    times = [row["moment"].at_ms for row in rows if row is not None]
    assert times == sorted(times, reverse=True)
    assert rows[-1] is not None
    assert rows[-1]["what"] == "Customer entered"


def test_customer_that_is_not_here_is_said_and_nothing_breaks(qtbot: QtBot, desk: Desk) -> None:
    desk.bench.open("customer", {"id": bytes(16).hex()})
    settle(desk.session)
    screen = here(desk, CustomerScreen)
    assert screen.found is None
    assert desk.bench.title.text() == "Customer"


def test_escape_returns_to_the_list_on_the_same_row(qtbot: QtBot, desk: Desk) -> None:
    desk.bench.open("customers")
    settle(desk.session)
    table = here(desk, CustomersScreen).page.table
    press(qtbot, desk, Qt.Key.Key_J)
    press(qtbot, desk, Qt.Key.Key_J)
    chosen = table.current_id
    press(qtbot, desk, Qt.Key.Key_Return)
    settle(desk.session)
    assert here(desk, CustomerScreen).place()["id"] == (chosen or b"").hex()
    press(qtbot, desk, Qt.Key.Key_Escape)
    settle(desk.session)
    assert here(desk, CustomersScreen).page.table.current_id == chosen


# --- editing in place -------------------------------------------------------------------------------------------------


def test_field_is_edited_by_f2_and_kept_by_enter(qtbot: QtBot, desk: Desk, page: CustomerScreen) -> None:
    press(qtbot, desk, Qt.Key.Key_E)
    assert fact_under_the_keyboard(page) == "name"
    press(qtbot, desk, Qt.Key.Key_Down)
    assert fact_under_the_keyboard(page) == "name_en"
    press(qtbot, desk, Qt.Key.Key_F2)
    write(qtbot, "Yefeng")
    press(qtbot, desk, Qt.Key.Key_Return)
    settle(desk.session)
    assert page.found is not None
    assert page.found.row["name_en"] == "Yefeng"
    assert fact_under_the_keyboard(page) == "name_en"
    assert page.found.waiting == 1


def test_escape_gives_back_what_was_there(qtbot: QtBot, desk: Desk, page: CustomerScreen) -> None:
    fact = go_to(page, "region")
    before = fact.value
    press(qtbot, desk, Qt.Key.Key_Return)
    write(qtbot, "Somewhere")
    press(qtbot, desk, Qt.Key.Key_Escape)
    assert not fact.is_open
    assert fact.value == before
    assert page.found is not None
    assert page.found.waiting == 0


def test_several_lines_are_kept_by_ctrl_enter(qtbot: QtBot, desk: Desk, page: CustomerScreen) -> None:
    go_to(page, "note")
    press(qtbot, desk, Qt.Key.Key_F2)
    write(qtbot, "one")
    press(qtbot, desk, Qt.Key.Key_Return)
    write(qtbot, "two")
    press(qtbot, desk, Qt.Key.Key_Return, CTRL)
    settle(desk.session)
    assert page.found is not None
    assert page.found.row["note"] == "one\ntwo"


def test_what_cannot_be_is_said_below_the_field_and_what_was_typed_stays(
    qtbot: QtBot, desk: Desk, page: CustomerScreen
) -> None:
    fact = go_to(page, "address_country")
    press(qtbot, desk, Qt.Key.Key_F2)
    write(qtbot, "china")
    press(qtbot, desk, Qt.Key.Key_Return)
    settle(desk.session)
    assert fact.problem
    assert isinstance(fact.editor, QLineEdit)
    assert fact.editor.text() == "ch"  # two letters fit
    name = go_to(page, "name")
    press(qtbot, desk, Qt.Key.Key_F2)
    assert isinstance(name.editor, QLineEdit)
    name.editor.clear()
    press(qtbot, desk, Qt.Key.Key_Return)
    assert name.problem == "The name is missing."


def test_value_that_came_meanwhile_is_said_and_what_was_typed_stays(
    qtbot: QtBot, desk: Desk, page: CustomerScreen, story: bytes
) -> None:
    fact = go_to(page, "phone")
    press(qtbot, desk, Qt.Key.Key_F2)
    write(qtbot, "1234567")
    office_sets(desk.session.store, "customer", story, phone="7654321")
    qtbot.waitUntil(lambda: "7654321" in fact.problem)
    assert isinstance(fact.editor, QLineEdit)
    assert fact.editor.text() == "1234567"
    press(qtbot, desk, Qt.Key.Key_Escape)
    assert fact.value == "7654321"


def test_what_was_typed_and_not_kept_is_there_when_the_person_returns(
    qtbot: QtBot, desk: Desk, page: CustomerScreen, story: bytes
) -> None:
    go_to(page, "phone")
    press(qtbot, desk, Qt.Key.Key_F2)
    write(qtbot, "1234567")
    desk.bench.open("customers")
    settle(desk.session)
    with desk.session.store.reading() as connection:
        other = connection.exec_driver_sql(
            "SELECT id FROM customer WHERE id <> ? LIMIT 1", (story,)
        ).scalar_one()
    desk.bench.open("customer", {"id": bytes(other).hex()})
    settle(desk.session)
    assert not page.side.details.facts["phone"].is_open
    desk.bench.open("customer", {"id": story.hex()})
    qtbot.waitUntil(lambda: page.side.details.facts["phone"].is_open)
    assert page.side.details.facts["phone"].draft == "1234567"


def test_change_is_undone_by_ctrl_z(qtbot: QtBot, desk: Desk, page: CustomerScreen) -> None:
    fact = go_to(page, "region")
    before = fact.value
    press(qtbot, desk, Qt.Key.Key_F2)
    write(qtbot, "Somewhere")
    press(qtbot, desk, Qt.Key.Key_Return)
    settle(desk.session)
    assert fact.value == "Somewhere"
    press(qtbot, desk, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: fact.value == before)


# --- contacts and addresses -------------------------------------------------------------------------------------------


def test_contact_is_added_in_a_dialog_by_keyboard(qtbot: QtBot, desk: Desk, page: CustomerScreen) -> None:
    assert page.found is not None
    before = len(page.found.contacts)
    press(qtbot, desk, Qt.Key.Key_A)
    dialog = page.side.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: QApplication.focusWidget() is dialog.form.editors["name"].widget)
    write(qtbot, "赵敏")
    press(qtbot, desk, Qt.Key.Key_Return, CTRL)
    settle(desk.session)
    assert page.side.dialog is None
    assert len(page.found.contacts) == before + 1
    assert "赵敏" in [row["name"] for row in page.found.contacts]


def test_contact_without_a_name_is_said_in_the_dialog(qtbot: QtBot, desk: Desk, page: CustomerScreen) -> None:
    press(qtbot, desk, Qt.Key.Key_A)
    dialog = page.side.dialog
    assert dialog is not None
    press(qtbot, desk, Qt.Key.Key_Return, CTRL)
    assert dialog.isVisible()
    assert dialog.form.editors["name"].widget.accessibleDescription() == "The name is missing."
    press(qtbot, desk, Qt.Key.Key_Escape)
    assert page.side.dialog is None


def test_card_of_the_main_contact_says_why_it_is_that(
    qtbot: QtBot, desk: Desk, page: CustomerScreen, story: bytes
) -> None:
    page.side.edit_contact(None)
    assert page.side.dialog is not None
    write(qtbot, "赵敏")
    press(qtbot, desk, Qt.Key.Key_Return, CTRL)
    settle(desk.session)
    assert page.found is not None
    people = [row["id"] for row in page.found.contacts]
    for person in people:
        office_sets(desk.session.store, "contact", person, level=0)
    first, last = people[0], people[-1]

    def says(person: bytes) -> str:
        return page.side.contacts.cards[person].accessibleName()

    qtbot.waitUntil(
        lambda: any("Main contact: first by name" in says(person) for person in page.side.contacts.cards)
    )
    for person in (first, last):  # whoever it was by name, the level decides
        for other in people:
            office_sets(desk.session.store, "contact", other, level=1 if other == person else 2)
        qtbot.waitUntil(lambda person=person: "Main contact: highest level" in says(person))  # type: ignore[misc]
        assert "level 1" in page.side.contacts.cards[person].toolTip()
        assert not any("Main contact" in says(other) for other in people if other != person)


def test_cards_that_say_the_same_stay_when_another_changes(
    qtbot: QtBot, desk: Desk, page: CustomerScreen
) -> None:
    assert page.found is not None
    first, *others = page.side.contacts.cards
    cards = dict(page.side.contacts.cards)
    office_sets(desk.session.store, "contact", first, mobile="777")
    qtbot.waitUntil(lambda: page.side.contacts.cards[first] is not cards[first])
    assert "777" in page.side.contacts.cards[first].accessibleName()
    assert all(page.side.contacts.cards[other] is cards[other] for other in others)


def test_page_that_is_hidden_is_read_when_it_is_seen_again(
    qtbot: QtBot, desk: Desk, page: CustomerScreen, story: bytes
) -> None:
    desk.bench.open("customers")
    settle(desk.session)
    before = page.found
    office_sets(desk.session.store, "customer", story, phone="0898 1234")
    qtbot.wait(60)  # the bus tells at most every 50 ms
    settle(desk.session)
    assert page.found is before
    desk.bench.open("customer", {"id": story.hex()})
    settle(desk.session)
    assert page.found is not None
    assert page.found.row["phone"] == "0898 1234"


def test_contact_is_removed_by_delete_and_comes_back_by_undo(
    qtbot: QtBot, desk: Desk, page: CustomerScreen
) -> None:
    assert page.found is not None
    first = page.found.contacts[0]["id"]
    page.side.contacts.cards[first].setFocus()
    press(qtbot, desk, Qt.Key.Key_Delete)
    settle(desk.session)
    assert first not in page.side.contacts.cards
    press(qtbot, desk, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: first in page.side.contacts.cards)


def test_field_of_a_contact_that_changed_meanwhile_is_said_beside_it(
    qtbot: QtBot, desk: Desk, page: CustomerScreen
) -> None:
    assert page.found is not None
    contact = page.found.contacts[0]["id"]
    page.side.contacts.cards[contact].setFocus()
    press(qtbot, desk, Qt.Key.Key_F2)
    dialog = page.side.dialog
    assert dialog is not None
    dialog.form.editors["mobile"].widget.setFocus()
    write(qtbot, "9")
    office_sets(desk.session.store, "contact", contact, mobile="777", email="new@example.com")
    mobile = dialog.form.editors["mobile"].widget
    qtbot.waitUntil(lambda: "777" in mobile.accessibleDescription())
    assert dialog.form.editors["email"].value == "new@example.com"


def test_another_address_becomes_the_usual_one(qtbot: QtBot, desk: Desk, page: CustomerScreen) -> None:
    assert page.found is not None
    if len(page.found.addresses) < 2:
        page.side.edit_address(None)
        assert page.side.dialog is not None
        write(qtbot, "二号仓")
        press(qtbot, desk, Qt.Key.Key_Return, CTRL)
        settle(desk.session)
    other = page.found.addresses[1]["id"]
    page.side.addresses.preferred.emit(other)
    qtbot.waitUntil(lambda: page.found is not None and page.found.addresses[0]["id"] == other)
    assert [row["is_default"] for row in page.found.addresses] == [1, 0]
