"""Orders on paper: read back from the PDF that was written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crm.capitals import capitals
from crm.errors import LocalFault
from desktop.documents.order import order_paper
from desktop.documents.writing import NOT_WRITTEN, write_pdf
from desktop.screens.order.screen import OrderScreen
from desktop.store.reads.order import OrderFacts, order_facts
from desktop.store.store import Store
from tests.desktop.conftest import Desk
from tests.desktop.orders.conftest import Writer
from tests.desktop.orders.test_page import find_order, opened

pytestmark = pytest.mark.usefixtures("chinese_font")


@pytest.fixture
def facts(store: Store) -> OrderFacts:
    with store.session() as session:
        return order_facts(session, find_order(store, "approved"))


def read(path: Path) -> list[str]:
    """The text of each page, as it is copied from it."""
    document = QPdfDocument()
    assert document.load(str(path)) is QPdfDocument.Error.None_
    pages = [document.getAllText(page).text() for page in range(document.pageCount())]
    document.close()
    return pages


def flat(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_everything_that_counts_stands_on_the_paper(
    qapp: QApplication, facts: OrderFacts, tmp_path: Path, language: str
) -> None:
    path = tmp_path / "order.pdf"
    assert write_pdf(order_paper(facts, language), path) == 1
    (page,) = read(path)
    text = flat(page)
    assert facts.customer is not None
    for wanted in (
        facts.order["number"],
        facts.order["customer_name"],
        facts.customer["tax_registration_no"],
        facts.lines[0]["product_name"],
        facts.order["payment_terms_name"],
    ):
        assert flat(str(wanted)) in text
    gross = facts.amounts.gross_total_minor
    assert f"{gross // 100:,}.{gross % 100:02}" in text
    if language == "zh_CN":
        assert "销售订单" in text
        assert f"合计（大写）：{capitals(gross, 'CNY')}" in text
        assert "第1页，共1页" in text
    else:
        assert "Salesorder" in text
        assert "Page1of1" in text


def test_long_order_goes_on_with_the_heads_of_its_table(
    qapp: QApplication, facts: OrderFacts, tmp_path: Path
) -> None:
    many = replace(facts, lines=tuple([*facts.lines] * 40)[:100])
    path = tmp_path / "order.pdf"
    pages = write_pdf(order_paper(many, "en"), path)
    texts = [flat(text) for text in read(path)]
    assert len(texts) == pages == 4
    assert all("CodeProductQuantity" in text for text in texts)
    assert all(f"Page{number}of{pages}" in text for number, text in enumerate(texts, start=1))
    assert sum(text.count("Forthebuyer") for text in texts) == 1


def test_fonts_are_in_the_file(qapp: QApplication, facts: OrderFacts, tmp_path: Path) -> None:
    path = tmp_path / "order.pdf"
    write_pdf(order_paper(facts, "zh_CN"), path)
    content = path.read_bytes()
    assert content.count(b"/FontFile") >= 2  # regular and semibold
    assert b"/ToUnicode" in content


def test_draft_says_that_it_binds_nobody(qapp: QApplication, facts: OrderFacts, tmp_path: Path) -> None:
    draft = replace(facts, order={**facts.order, "state": "draft"})
    path = tmp_path / "order.pdf"
    write_pdf(order_paper(draft, "en"), path)
    assert "notbinding" in flat(read(path)[0])


def test_file_that_cannot_be_written_is_an_error_of_its_own(
    qapp: QApplication, facts: OrderFacts, tmp_path: Path
) -> None:
    with pytest.raises(LocalFault) as raised:
        write_pdf(order_paper(facts, "en"), tmp_path / "gone" / "order.pdf")
    assert raised.value.code == NOT_WRITTEN


def test_paper_speaks_another_language_than_the_window(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    writer = opened(qtbot, desk, "approved")
    screen = writer.screen
    assert isinstance(screen, OrderScreen)
    assert screen.page.facts is not None
    path = tmp_path / "order.pdf"
    screen._papers.write(screen.page.facts, "zh_CN", path)
    writer.settle()
    assert "销售订单" in flat(read(path)[0])
    assert desk.bench.notices.cards[-1].notice.text == "Saved: order.pdf"


def test_paper_is_offered_in_both_languages(qtbot: QtBot, desk: Desk) -> None:
    writer: Writer = opened(qtbot, desk, "approved")
    offered = [action.isEnabled() for action in writer.page.papers.menu().actions()]
    assert offered == [True] * 4


def test_printer_gets_the_pages_that_a_file_has(qtbot: QtBot, desk: Desk, tmp_path: Path) -> None:
    writer = opened(qtbot, desk, "approved")
    screen = writer.screen
    assert screen.page.facts is not None
    path = tmp_path / "printed.pdf"
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(path))
    printer.setFullPage(True)
    screen._papers.print(screen.page.facts, "en", printer)
    writer.settle()
    del printer
    assert "Page1of1" in flat(read(path)[0])
    assert desk.bench.notices.cards[-1].notice.text == "1 page handed to the printer"
