"""Writing an order by the keyboard alone."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from crm.orders.drafting import DraftLine
from crm.orders.entities import SalesOrder
from crm.schema import RULEBOOK, SCHEMA
from desktop.screens.order.editors import ProductEdit
from desktop.screens.order.lines import Col, Line, LinesModel
from desktop.store.reads.products import find_products
from desktop.store.store import Store
from desktop.vault.database import open_engine
from tests.desktop.conftest import Desk
from tests.desktop.copies import KEY, ZONE, Prepared, StandingClock
from tests.desktop.orders.conftest import CTRL, Writer, give_barcode

SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_ten_lines_are_written_and_submitted_by_the_keyboard_alone(writer: Writer) -> None:
    codes = [
        code
        for (code,) in writer.rows("SELECT code FROM product WHERE state = 'active' ORDER BY code LIMIT 10")
    ]
    for number, code in enumerate(codes, start=1):
        writer.line(code, str(number))
    writer.settle()
    assert writer.codes() == codes
    assert writer.quantities() == [number * 1000 for number in range(1, 11)]
    writer.submit()
    assert writer.focus() is writer.entry.head.wanted  # the day is missing, and is gone to
    writer.type("+14")
    writer.submit()
    if writer.screen.is_writing:  # the office will look at it: asked about once
        assert writer.entry.confirm.isVisible()
        writer.submit()
    assert not writer.screen.is_writing
    ((state, gross),) = writer.rows(
        "SELECT state, gross_total_minor FROM sales_order WHERE id = ?", writer.screen.order_id
    )
    assert state == "submitted"
    assert gross > 0
    assert writer.rows("SELECT count(*) FROM order_line WHERE order_id = ?", writer.screen.order_id) == [
        (10,)
    ]


def test_product_is_found_by_code_name_pinyin_and_initials(writer: Writer) -> None:
    for typed in ("P-0021", "国贸", "guomao", "hkgm"):
        writer.line(typed, "1")
    writer.settle()
    assert writer.codes() == ["P-0021"] * 4


def test_enter_before_the_answer_came_still_finds_the_product(writer: Writer) -> None:
    writer.type("P-0007")
    writer.enter()  # nothing has arrived yet
    writer.type("3")
    writer.enter()
    writer.settle()
    assert writer.codes() == ["P-0007"]
    assert writer.quantities() == [3000]


def test_text_that_finds_nothing_stays_and_says_so(writer: Writer) -> None:
    writer.type("nothing like it")
    writer.settle()
    writer.enter()
    writer.settle()
    line = writer.entry.lines.lines[0]
    assert line.typed == "nothing like it"
    assert line.trouble is not None
    writer.submit()
    assert writer.screen.is_writing


def test_arrows_choose_among_what_is_usual(writer: Writer) -> None:
    usual = [product.code for product in writer.entry.finder._usual]
    writer.press(Qt.Key.Key_Down)
    writer.press(Qt.Key.Key_Down)
    writer.enter()
    writer.settle()
    assert writer.codes() == [usual[1]]


def test_scanner_makes_a_line_each_and_counts_the_same_again(
    qtbot: QtBot, desk: Desk, prepared: Prepared, writer: Writer
) -> None:
    first, second = prepared.company.products[:2]
    give_barcode(desk.session.store, first, "6901234567892")
    give_barcode(desk.session.store, second, "6909876543210")
    for barcode in ("6901234567892", "6909876543210", "6901234567892"):
        qtbot.keyClicks(writer.focus(), barcode)
        writer.enter()
    writer.settle()
    assert len(writer.codes()) == 2
    assert writer.quantities() == [2000, 1000]
    assert isinstance(writer.entry.grid.editor, ProductEdit)


def test_click_elsewhere_takes_what_was_typed(writer: Writer, qtbot: QtBot) -> None:
    writer.type("P-0021")
    writer.settle()
    assert writer.entry.finder.isVisible()
    qtbot.mouseClick(writer.entry.head.reference, Qt.MouseButton.LeftButton)
    writer.settle()
    assert writer.codes() == ["P-0021"]
    assert not writer.entry.finder.isVisible()


def test_product_that_is_clicked_is_taken(writer: Writer, qtbot: QtBot) -> None:
    writer.type("led")
    writer.settle()
    view = writer.entry.finder._list
    box = view.visualRect(view.model().index(2, 0))
    code = view.model().index(2, 0).data().split()[0]
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    writer.type("4")
    writer.enter()
    writer.settle()
    assert (writer.codes(), writer.quantities()) == ([code], [4000])


def test_tab_goes_through_unit_price_discount_day_and_place(writer: Writer) -> None:
    writer.type("P-0014")
    writer.settle()
    for text in ("", "100", "", "30", "2.5", "+7", "北门"):
        if text:
            writer.type(text)
        writer.press(Qt.Key.Key_Tab)
    writer.settle()
    (line,) = writer.entry.lines.kept()
    assert (line.quantity_milli, line.price_minor, line.discount_bp) == (100_000, 3000, 250)
    assert line.wanted_on == date(2026, 11, 3) + timedelta(days=7)
    assert line.place == "北门"


def test_control_d_takes_a_line_off_and_the_notice_brings_it_back(writer: Writer, desk: Desk) -> None:
    writer.line("P-0007", "1")
    writer.line("P-0021", "2")
    writer.settle()
    writer.press(Qt.Key.Key_Up)
    writer.press(Qt.Key.Key_Escape)
    writer.entry.grid.go(0, Col.PRODUCT)
    writer.press(Qt.Key.Key_D, CTRL)
    assert writer.codes() == ["P-0021"]
    desk.bench.notices.act_on_last()
    writer.settle()
    assert writer.codes() == ["P-0007", "P-0021"]


def test_what_is_typed_and_not_understood_stays_and_holds_the_order_up(writer: Writer) -> None:
    writer.line("P-0007", "a few")
    writer.settle()
    line = writer.entry.lines.lines[0]
    assert line.wrong == {Col.QUANTITY: "a few"}
    writer.submit()
    assert writer.screen.is_writing
    assert writer.entry.grid.currentIndex().column() == Col.QUANTITY


def test_rows_of_a_spreadsheet_become_lines_and_bad_ones_are_kept_to_mend(writer: Writer) -> None:
    QGuiApplication.clipboard().setText(
        "Code\tQuantity\tUnit\tDiscount\r\nP-0007\t12\t\t5%\r\nP-0021\t２\r\nno such thing\t3\r\nP-0014\tmany\r\nP-0014\t1\t火车\r\n"
    )
    writer.press(Qt.Key.Key_Escape)
    writer.press(Qt.Key.Key_V, CTRL)
    writer.settle()
    lines = writer.entry.lines.lines
    assert [line.product.code if line.product else line.typed for line in lines[:5]] == [
        "P-0007",
        "P-0021",
        "no such thing",
        "P-0014",
        "P-0014",
    ]
    assert (lines[0].quantity_milli, lines[0].discount_bp) == (12_000, 500)
    assert lines[1].quantity_milli == 2000
    assert lines[2].trouble is not None
    assert "no such thing" in lines[2].trouble()
    assert lines[3].wrong == {Col.QUANTITY: "many"}
    assert lines[4].wrong == {Col.UNIT: "火车"}
    assert writer.entry.grid.currentIndex().row() == 2


def test_rows_pasted_while_typing_become_lines_too(writer: Writer) -> None:
    QGuiApplication.clipboard().setText("P-0007\t12\nP-0021\t2")
    writer.press(Qt.Key.Key_V, CTRL)
    writer.settle()
    assert writer.codes() == ["P-0007", "P-0021"]


def test_last_order_is_written_again_with_one_key(writer: Writer) -> None:
    last = writer.entry.last_order
    writer.press(Qt.Key.Key_L, CTRL | SHIFT)
    writer.settle()
    wanted = writer.rows(
        "SELECT product_code, quantity_milli FROM order_line WHERE order_id = ? ORDER BY line_no", last
    )
    assert list(zip(writer.codes(), writer.quantities(), strict=True)) == [tuple(row) for row in wanted]


# --- what it comes to -------------------------------------------------------------------------------------------------


def test_sums_stand_beside_the_lines_before_anything_is_saved(writer: Writer) -> None:
    writer.line("P-0007", "12")
    writer.settle()
    assert writer.entry.order_id is None
    assert writer.entry.side.totals.gross == "¥459,192.00"
    assert writer.entry.grid.lines.index(0, Col.AMOUNT).data() == "433,200.00"


def test_credit_and_the_age_of_the_data_are_told(writer: Writer) -> None:
    writer.line("P-0007", "500")
    writer.settle()
    texts = " ".join(writer.entry.side.told.texts)
    assert "Over the credit limit" in texts
    assert writer.entry.side.credit._figures[0].text() == "4,000,000.00"
    assert writer.entry.side.credit._age.text().startswith("Prices and credit as of")


def test_discount_beyond_the_rule_is_told_with_what_is_allowed(writer: Writer) -> None:
    writer.type("P-0014")
    writer.settle()
    for text in ("", "10", "", "", "60"):
        if text:
            writer.type(text)
        writer.press(Qt.Key.Key_Tab)
    writer.settle()
    assert any("Discount above what is allowed: 60%" in text for text in writer.entry.side.told.texts)


def test_certificate_says_where_a_price_comes_from(writer: Writer) -> None:
    writer.line("P-0007", "12")
    writer.settle()
    writer.entry.grid.go(0, Col.QUANTITY)
    writer.press(Qt.Key.Key_F8)
    writer.settle()
    told = dict(writer.entry.side.certificate.rows)
    assert told["From"] == "Agreed price"
    assert told["List price"] == "¥38,000.00"
    assert told["Tax"].startswith("6%")
    assert "office" in told["Floor price"]


# --- it keeps itself --------------------------------------------------------------------------------------------------


def test_nothing_is_written_before_something_is_typed(writer: Writer, desk: Desk) -> None:
    before = writer.rows("SELECT count(*) FROM sales_order")
    desk.bench.open("orders")
    writer.settle()
    assert writer.rows("SELECT count(*) FROM sales_order") == before


def test_draft_is_kept_two_seconds_after_the_last_key(writer: Writer, qtbot: QtBot) -> None:
    writer.line("P-0007", "12")
    with qtbot.waitSignal(writer.entry.keeper.kept, timeout=4000):
        pass
    ((state, number),) = writer.rows(
        "SELECT state, number FROM sales_order WHERE id = ?", writer.entry.order_id
    )
    assert state == "draft"
    writer.settle()
    assert writer.entry._number.text() == number
    assert writer.screen.place() == {"id": writer.entry.order_id.hex()}  # type: ignore[union-attr]


def test_draft_is_kept_when_the_focus_goes(writer: Writer, desk: Desk) -> None:
    writer.line("P-0007", "12")
    writer.press(Qt.Key.Key_F6)
    writer.settle()
    assert writer.entry.keeper.is_kept
    assert writer.entry.order_id is not None


def test_leaving_twice_in_a_row_writes_each_line_once(writer: Writer) -> None:
    writer.line("P-0007", "12")
    writer.entry.keeper.keep()
    writer.line("P-0021", "1")
    writer.entry.keeper.keep()  # while the first is under way
    writer.settle()
    assert writer.rows("SELECT count(*) FROM order_line WHERE order_id = ?", writer.entry.order_id) == [(2,)]


def test_what_was_kept_is_there_after_the_program_was_killed(
    writer: Writer, desk: Desk, store: Store, tmp_path: Path, customer_id: bytes
) -> None:
    writer.line("P-0007", "12")
    writer.press(Qt.Key.Key_F6)
    writer.settle()
    # The files as a killed program leaves them: nothing was closed, nothing folded.
    for name in ("copy.db", "copy.db-wal"):
        if (tmp_path / name).exists():
            shutil.copy(tmp_path / name, tmp_path / name.replace("copy", "found"))
    engine = open_engine(tmp_path / "found.db", KEY)
    found = Store(engine, SCHEMA, RULEBOOK, StandingClock(), zone=ZONE, ids=lambda: bytes(16))
    with found.session() as session:
        order = session.get_one(SalesOrder, writer.entry.order_id)
        assert (order.state, order.customer_id, order.gross_total_minor) == ("draft", customer_id, 45_919_200)
    engine.dispose()


def test_draft_opens_where_it_was_left(writer: Writer, desk: Desk) -> None:
    writer.line("P-0007", "12")
    writer.type("P-0021")
    writer.settle()
    writer.enter()
    desk.bench.open("orders")
    writer.settle()
    order_id = desk.bench._screens["order"].place()["id"]
    desk.bench._screens["order"]._place = {}  # type: ignore[attr-defined]
    desk.bench.open("order", {"id": order_id})
    writer.settle()
    assert writer.screen.is_writing
    assert writer.codes() == ["P-0007", "P-0021"]


def test_leaving_takes_no_product_that_was_only_offered(writer: Writer, desk: Desk) -> None:
    writer.line("P-0007", "12")
    writer.type("guomao")
    writer.settle()
    assert writer.entry.finder.product is not None, "nothing is offered"
    desk.bench.open("orders")
    writer.settle()
    order_id = writer.desk.bench._screens["order"].place()["id"]
    in_draft = "SELECT product_code FROM order_line WHERE order_id = ? AND deleted = 0"
    assert writer.rows(in_draft, bytes.fromhex(str(order_id))) == [("P-0007",)]
    desk.bench.open("order", {"id": order_id})
    writer.settle()
    assert [line.typed for line in writer.entry.lines.lines] == ["", "guomao", ""]
    assert not writer.entry.finder.isVisible() or writer.entry.finder.row == -1
    # Neither are they lost when the order is read anew, as after a start.
    desk.bench.open("orders")
    writer.settle()
    desk.bench._screens["order"]._place = {}  # type: ignore[attr-defined]
    desk.bench.open("order", {"id": order_id})
    writer.settle()
    assert (writer.codes(), writer.entry.lines.lines[1].typed) == (["P-0007"], "guomao")


def test_leaving_takes_a_code_that_was_typed_in_full(writer: Writer, desk: Desk) -> None:
    writer.type("P-0021")
    desk.bench.open("orders")  # no answer has come yet
    desk.bench.open("order")
    writer.settle()
    assert writer.codes() == ["P-0021"]


def test_lines_that_are_not_understood_are_found_again_too(writer: Writer, desk: Desk) -> None:
    QGuiApplication.clipboard().setText("P-0007\t12\nno such thing\t3\nP-0014\tmany")
    writer.press(Qt.Key.Key_V, CTRL)
    writer.settle()
    desk.bench.open("orders")
    writer.settle()
    order_id = desk.bench._screens["order"].place()["id"]
    desk.bench._screens["order"]._place = {}  # type: ignore[attr-defined]
    desk.bench.open("order", {"id": order_id})
    writer.settle()
    first, second, third = writer.entry.lines.lines[:3]
    assert (first.product is not None, first.quantity_milli) == (True, 12_000)
    assert (second.typed, second.quantity_milli) == ("no such thing", 3000)
    assert third.wrong == {Col.QUANTITY: "many"}


def test_undo_takes_the_submission_back(writer: Writer) -> None:
    writer.line("P-0007", "12")
    writer.entry.head.wanted.setFocus()
    writer.type("+14")
    writer.submit()
    if writer.screen.is_writing:
        writer.submit()
    assert not writer.screen.is_writing
    writer.press(Qt.Key.Key_Z, CTRL)
    writer.settle()
    assert writer.screen.is_writing
    assert writer.codes() == ["P-0007"]


# --- parts ------------------------------------------------------------------------------------------------------------


def test_model_of_lines_keeps_qts_rules(desk: Desk, qtmodeltester: Any) -> None:
    with desk.session.store.reading() as connection:
        (product,) = find_products(connection, "P-0007", None)[:1]
    model = LinesModel(desk.session.today)
    model.load([Line(product=product, quantity_milli=1000)], "CNY")
    model.add([Line(typed="x", trouble=lambda: "y"), Line(product=product)])
    model.choose(model.lines[-1], product)
    model.remove(0)
    model.setData(model.index(0, Col.QUANTITY), "5")
    assert model.rowCount() == 4
    assert model.lines[1].draft() == DraftLine(product.id, 0)
    qtmodeltester.check(model)
