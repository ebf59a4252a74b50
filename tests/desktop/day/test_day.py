"""A rep's day: enrol, first copy, no network, a customer, an order, a phone changed twice, a lost answer, a returned order, a
conflict, and a laptop that dies in the middle of an order form.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crm.conflicts.entities import Conflict
from demo.company import Company
from demo.premises import OrderDesk, Premises, without_proxies
from demo.road import Road
from desktop.bootstrap import CLOCK
from desktop.kit.sync import Phase
from desktop.screens.conflict.screen import ConflictPage
from desktop.screens.customer.new import NewCustomerScreen
from desktop.screens.customer.page import CustomerScreen
from desktop.screens.customers.screen import CustomersScreen
from desktop.screens.order.lines import Col
from desktop.screens.order.screen import OrderScreen
from desktop.screens.sync.screen import SyncCentre
from tests.conftest import PROJECT
from tests.desktop.day.hand import CTRL, SHIFT, Hand
from tests.desktop.stalls import Watch

PUSH = "/v1/push"
MINE, OFFICES = "139 0000 8802", "138 0000 8801"


@dataclass
class Office:
    """The office: its premises with a server process, its company, and the road to it."""

    premises: Premises
    company: Company
    road: Road

    @property
    def rep(self) -> bytes:
        """Whose day it is."""
        return self.company.reps[0]

    def column(self, statement: str, *values: Any) -> list[Any]:
        """One column of what the office's database holds."""
        with self.premises.database.snapshot() as connection:
            return list(connection.exec_driver_sql(statement, values).scalars())


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A small company with a server process, and a road that can be cut."""
    without_proxies()
    premises = Premises(tmp_path_factory.mktemp("office"), seed=7, clock=CLOCK)
    company = premises.settle(
        customers=12, products=24, orders_per_customer=2, watch=lambda _done, _all: None
    )
    premises.let_in(company.approver, "desk")
    with premises.serving(), Road(*premises.host_and_port()) as road:
        yield Office(premises, company, road)
    premises.close()


@pytest.fixture
def hand(qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    """The program in a new data folder, where the system keeps no keys."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    hand = Hand(qtbot, tmp_path / "laptop", qapp)
    yield hand
    hand.close()


def write(hand: Hand, text: str) -> None:
    """Typed into whatever has the keyboard; what no key has, as an input method hands it over."""
    widget = QApplication.focusWidget()
    assert widget is not None
    if text.isascii():
        hand.qtbot.keyClicks(widget, text)
    else:
        event = QInputMethodEvent()
        event.setCommitString(text)
        QApplication.sendEvent(widget, event)


@pytest.mark.timeout(240)
@pytest.mark.allow_log("desktop.sync", "urllib3", "desktop")
def test_a_day_through_the_window(
    qapp: QApplication, qtbot: QtBot, hand: Hand, office: Office, watch: Watch
) -> None:
    company = office.company
    with watch.aside():
        code = office.premises.enrolment_code(office.rep, issuer=company.division_admin)
        desk = OrderDesk(office.premises.address, login="desk", password=office.premises.password)

    # Enrol; the first copy; to work.
    hand.enrol(office.road.url, code)
    hand.until(
        lambda: hand.session.sync.view.phase is Phase.IDLE and not hand.session.sync.view.is_first_copy
    )
    assert hand.rows("SELECT count(*) FROM customer")[0][0] > 0
    hand.press(Qt.Key.Key_1, CTRL)
    hand.here(CustomersScreen)

    # The network is cut.
    office.road.cut()
    hand.until(lambda: hand.session.sync.view.is_offline)
    assert "Offline" in hand.bench.status_line.state.text()

    # A new customer with two contacts.
    hand.press(Qt.Key.Key_N)
    form = hand.here(NewCustomerScreen)
    write(hand, "海口椰风度假村")
    form.blocks[0].form.begin()
    write(hand, "王芳")
    hand.press(Qt.Key.Key_A, CTRL | SHIFT)
    write(hand, "陈强")
    hand.press(Qt.Key.Key_Return, CTRL)
    page = hand.here(CustomerScreen)
    hand.until(lambda: page.found is not None and len(page.found.contacts) == 2)
    assert page.found is not None
    new_customer = page.found.id

    # An order of ten lines by keyboard alone.
    hand.press(Qt.Key.Key_O)
    hand.here(OrderScreen)
    writer = hand.writer()
    writer.settle()
    codes = [
        row[0] for row in hand.rows("SELECT code FROM product WHERE state = 'active' ORDER BY code LIMIT 10")
    ]
    for number, product in enumerate(codes, start=1):
        writer.line(product, str(number))
    writer.settle()
    assert writer.codes() == codes
    submit(writer)
    order_id = writer.screen.order_id
    assert order_id is not None
    assert state(hand, order_id) == "submitted"

    # A phone, changed here and at the office.
    contact, customer = phone_of_a_contact(hand, new_customer)
    with watch.aside():
        office.premises.correct_mobile(company.approver, contact, OFFICES)
    hand.bench.open("customer", {"id": customer.hex()})
    page = hand.here(CustomerScreen)
    hand.until(
        lambda: page.found is not None and page.found.id == customer and contact in page.side.contacts.cards
    )
    hand.settle()
    page.side.contacts.cards[contact].setFocus()
    hand.press(Qt.Key.Key_F2)
    hand.until(lambda: page.side.dialog is not None)
    dialog = page.side.dialog
    assert dialog is not None
    mobile: Any = dialog.form.editors["mobile"].widget
    mobile.setFocus()
    mobile.selectAll()
    write(hand, MINE)
    hand.press(Qt.Key.Key_Return, CTRL)
    hand.until(lambda: hand.rows("SELECT mobile FROM contact WHERE id = ?", contact) == [(MINE,)])

    # Back on the network; an answer gets lost; everything is there once.
    office.road.lose_answer_to(PUSH)
    office.road.mend()
    hand.press(Qt.Key.Key_F5)
    hand.until(lambda: office.road.answers_lost == 1)
    hand.until(hand.is_in_step)
    numbers = office.column("SELECT number FROM sales_order WHERE id = ?", order_id)
    assert len(numbers) == 1
    assert office.column("SELECT count(*) FROM sales_order WHERE number = ?", numbers[0]) == [1]
    assert office.column("SELECT count(*) FROM order_line WHERE order_id = ? AND deleted = 0", order_id) == [
        10
    ]
    assert office.column("SELECT name FROM contact WHERE customer_id = ? ORDER BY name", new_customer) == [
        "王芳",
        "陈强",
    ]

    # The office returns the order; it is revised and handed in again.
    with watch.aside():
        seen = desk.read(order_id)
        desk.give_back(order_id, seen["seal_hash"], "第 3 行数量太多")
    hand.until(lambda: state(hand, order_id) == "returned")
    hand.bench.open("order", {"id": order_id.hex()})
    writer = hand.writer()
    writer.settle()
    hand.press(Qt.Key.Key_E, CTRL)
    hand.until(lambda: writer.screen.is_writing)
    writer.settle()
    writer.entry.grid.go(2, Col.QUANTITY)
    writer.type("1")
    writer.enter()
    writer.settle()
    submit(writer)
    assert state(hand, order_id) == "submitted"
    hand.sync()
    assert office.column("SELECT revision FROM sales_order WHERE id = ?", order_id) == [2]

    # The conflict: mine, and then taken back.
    hand.press(Qt.Key.Key_9, CTRL)
    centre = hand.here(SyncCentre)
    centre.show_section("needs_you")
    hand.until(lambda: any("conflict" in entry.key for entry in centre.lists["needs_you"].rows.entries))
    hand.press(Qt.Key.Key_Return)
    conflict = hand.here(ConflictPage)
    hand.until(lambda: "mine" in conflict.buttons)
    hand.press(Qt.Key.Key_M)
    hand.until(lambda: hand.rows("SELECT mobile FROM contact WHERE id = ?", contact) == [(MINE,)])
    hand.sync()
    assert office.column("SELECT mobile FROM contact WHERE id = ?", contact) == [MINE]
    hand.press(Qt.Key.Key_U)
    hand.until(lambda: hand.rows("SELECT mobile FROM contact WHERE id = ?", contact) == [(OFFICES,)])
    hand.sync()
    assert office.column("SELECT mobile FROM contact WHERE id = ?", contact) == [OFFICES]
    assert office.column(f"SELECT state FROM {Conflict.__tablename__} WHERE row_id = ?", contact) == [
        "undone"
    ]
    with watch.aside():
        assert office.premises.violations() == []
        desk.close()

    # The laptop dies in the middle of an order form. What was typed is there.
    folder = hand.program.folder
    hand.program.lock()
    with watch.aside():
        hand.program.wait_closed()
        kill_in_the_middle(folder, new_customer, codes[:3])
    hand.unlock()
    known = hand.rows(
        "SELECT id FROM sales_order WHERE customer_id = ? AND state = 'draft' ORDER BY number DESC",
        new_customer,
    )
    assert len(known) == 1
    hand.bench.open("order", {"id": known[0][0].hex()})
    writer = hand.writer()
    writer.settle()
    assert writer.screen.is_writing
    assert writer.codes() == codes[:3]
    assert writer.quantities() == [1000, 2000, 3000]
    hand.sync()


def submit(writer: Any) -> None:
    """Ctrl+Enter; what is missing is gone to and filled in, and what deserves a look is confirmed."""
    for _ in range(4):
        writer.submit()
        if not writer.screen.is_writing:
            break
        if writer.focus() is writer.entry.head.wanted:
            writer.type("+14")
        elif not writer.entry.confirm.isVisible():
            writer.type("滨海大道 88 号")
    assert not writer.screen.is_writing


def state(hand: Hand, order_id: bytes) -> str:
    return str(hand.rows("SELECT state FROM sales_order WHERE id = ?", order_id)[0][0])


def phone_of_a_contact(hand: Hand, not_of: bytes) -> tuple[bytes, bytes]:
    """A contact of a customer that the office knows."""
    found = hand.rows(
        "SELECT t.id, t.customer_id FROM contact t WHERE t.version > 0 AND t.deleted = 0 AND t.customer_id <> ? "
        "ORDER BY t.id LIMIT 1",
        not_of,
    )
    return found[0][0], found[0][1]


def kill_in_the_middle(folder: Path, customer: bytes, codes: list[str]) -> None:
    """A window in a process of its own, killed while it is typed into."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    typist = subprocess.Popen(
        [sys.executable, "-m", "tests.desktop.day.typist", str(folder), customer.hex(), *codes],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert typist.stdout is not None
        assert typist.stdout.readline().strip() == "typed", typist.communicate()[1]
    finally:
        typist.kill()
        typist.communicate()
