"""Orders in every look: nothing cut off, nothing untranslated, a name for every control, a glyph for every character."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from demo.flaws import flaws
from demo.pictures import every_look, take
from desktop.screens.order.lines import Col
from tests.desktop.conftest import Desk, settle
from tests.desktop.orders.conftest import Writer
from tests.desktop.orders.test_page import find_order
from tests.desktop.stalls import Watch

pytestmark = pytest.mark.usefixtures("chinese_font")

FOLDER = os.environ.get("ROUNDSMAN_PICTURES", "")
"""Where the pictures are kept for looking at; nowhere by default."""


def _lines(writer: Writer) -> None:
    for code, quantity in (("P-0007", "12"), ("P-0021", "3"), ("P-0014", "150")):
        writer.line(code, quantity)
    writer.settle()


def _begin(writer: Writer, customer_id: bytes) -> None:
    writer.desk.bench.open("order", {"new_for": customer_id.hex()})
    writer.settle()


def _new(writer: Writer, customer_id: bytes) -> None:
    _begin(writer, customer_id)


def _found(writer: Writer, customer_id: bytes) -> None:
    _begin(writer, customer_id)
    writer.type("led")


def _written(writer: Writer, customer_id: bytes) -> None:
    _begin(writer, customer_id)
    _lines(writer)
    writer.entry.toggle_certificate()
    writer.entry.grid.go(0, Col.QUANTITY)


def _mended(writer: Writer, customer_id: bytes) -> None:
    _begin(writer, customer_id)
    QGuiApplication.clipboard().setText("P-0007\t900\t\t60%\nABC\t3\nP-0014\tmany")
    writer.entry.grid.paste()
    writer.settle()
    writer.submit()


def _page(writer: Writer, customer_id: bytes) -> None:
    order_id = find_order(writer.desk.session.store, "rejected")
    writer.desk.bench.open("order", {"id": order_id.hex()})


def _revised(writer: Writer, customer_id: bytes) -> None:
    order_id = find_order(writer.desk.session.store, "submitted")
    writer.desk.bench.open("order", {"id": order_id.hex()})
    writer.settle()
    for command in ("order.withdraw", "order.revise"):
        writer.desk.bench.commands.run(command)
        writer.settle()
    writer.entry.lines.setData(writer.entry.lines.index(0, Col.QUANTITY), "99")


def _list(writer: Writer, customer_id: bytes) -> None:
    writer.desk.bench.open("orders")


def _nothing(writer: Writer, customer_id: bytes) -> None:
    writer.desk.bench.open("orders", {"filter": "status is refunded and total > 100000000"})


def _choose(writer: Writer, customer_id: bytes) -> None:
    writer.desk.bench.open("order", {"new": True})


SHOWN: dict[str, Callable[[Writer, bytes], None]] = {
    "order_new": _new,
    "order_found": _found,
    "order_written": _written,
    "order_mended": _mended,
    "order_revised": _revised,
    "order_page": _page,
    "order_choose": _choose,
    "orders": _list,
    "orders_nothing": _nothing,
}


@pytest.mark.parametrize("name", SHOWN)
def test_nothing_is_wrong_in_any_look(
    qtbot: QtBot, desk: Desk, customer_id: bytes, watch: Watch, name: str
) -> None:
    with desk.session.store.reading() as connection:
        statement = (
            "SELECT name || ' ' || spec FROM product UNION ALL SELECT name || ' ' || name_en FROM customer UNION ALL "
            "SELECT name FROM app_user UNION ALL SELECT name || version_label FROM price_list UNION ALL SELECT name FROM "
            "payment_terms UNION ALL SELECT name FROM tax_class UNION ALL SELECT name FROM discount_rule UNION ALL SELECT "
            "label || recipient FROM ship_to_address UNION ALL SELECT note FROM approval_decision UNION ALL SELECT number "
            "FROM sales_order UNION ALL SELECT name FROM product_unit"
        )
        told = " ".join(str(text) for (text,) in connection.exec_driver_sql(statement))
    known = {*re.findall("[A-Za-z]{2,}", told), "led", "KH", "ABC", "many", "LXD", "PDF"}

    def is_data(word: str) -> bool:
        # What a number's check characters and a seal's fingerprint spell is nobody's word.
        return word in known or re.fullmatch("[A-Z]{2,4}|[a-f]{2,}", word) is not None

    found: list[str] = []
    with watch.aside():
        SHOWN[name](Writer(qtbot, desk), customer_id)
        for _ in range(3):
            settle(desk.session)
        while desk.bench.notices.cards:  # what was told before the language changed
            desk.bench.notices.close_last()
        for wear in every_look(desk.preferences, desk.window, lambda: settle(desk.session)):
            settle(desk.session)
            found += [
                f"{wear.file(name)}: {flaw}"
                for flaw in flaws(desk.window, is_data=is_data, is_chinese=wear.is_chinese)
            ]
            if FOLDER:
                take(desk.window, Path(FOLDER), name, wear)
    assert found == []
