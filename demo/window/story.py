"""A second laptop of the rep, from its first run to a decided conflict: with keys and clicks alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from PySide6.QtCore import Qt

from demo.cast import Cast
from demo.premises import OrderDesk, Premises, TourFailed
from demo.road import Road
from demo.window.hand import CTRL, Hand
from demo.words import Teller, count
from desktop.screens.conflict.screen import ConflictPage
from desktop.screens.customer.page import CustomerScreen
from desktop.screens.customers.screen import CustomersScreen
from desktop.screens.order.screen import OrderScreen
from desktop.screens.sync.screen import SyncCentre

LINES: Final = 10
PUSH: Final = "/v1/push"
PLACE: Final = "滨海大道 88 号"
QUESTIONS: Final = 4
"""So often the form may ask for something before it takes the order."""


@dataclass
class WindowStory:
    """Everybody who takes part. ``order_id`` and ``contact_id`` are what the story is about."""

    teller: Teller
    premises: Premises
    cast: Cast
    road: Road
    desk: OrderDesk
    hand: Hand
    passphrase: str
    snap: Callable[[str], None] = field(default=lambda _name: None)
    """Takes a picture of what can be seen only now."""
    order_id: bytes = b""
    contact_id: bytes = b""

    def run(self) -> None:
        """The whole story."""
        self.first_run()
        self.without_network()
        self.lost_answer()
        self.returned()
        self.conflict()

    # -- 1

    def first_run(self) -> None:
        """A code, a passphrase, the first copy."""
        tell, hand = self.teller, self.hand
        tell.step("The window: a second laptop for the same rep")
        code = self.premises.enrolment_code(self.cast.rep, issuer=self.cast.issuer)
        self.snap("first_run")
        hand.enrol(self.road.url, code, self.passphrase)
        self.snap("first_copy")
        hand.until("the first copy", lambda: hand.is_in_step() and not hand.session.sync.view.is_first_copy)
        customers = hand.rows("SELECT count(*) FROM customer WHERE deleted = 0")[0][0]
        tell.say(f"Set up with a code and a passphrase; {count(customers, 'customer')} are here.")

    # -- 2

    def without_network(self) -> None:
        """An order of ten lines, and a phone number, with no network."""
        tell, hand = self.teller, self.hand
        self.road.cut()
        hand.press(Qt.Key.Key_F5)
        hand.until("offline is told", lambda: hand.session.sync.view.is_offline)
        tell.say(f"The network is cut. The status line says: {hand.bench.status_line.state.text()}")
        customer = self._find(self.cast.customer)
        hand.press(Qt.Key.Key_O)
        screen = hand.here(OrderScreen)
        hand.settle()
        codes = [
            row[0]
            for row in hand.rows(
                "SELECT code FROM product WHERE state = 'active' AND deleted = 0 ORDER BY code LIMIT ?", LINES
            )
        ]
        for number, product in enumerate(codes, start=1):
            hand.write(product)
            hand.settle()
            hand.press(Qt.Key.Key_Return)
            hand.write(str(number))
            hand.press(Qt.Key.Key_Return)
        self.submit(screen)
        assert screen.order_id is not None
        self.order_id = screen.order_id
        [(number, total)] = hand.rows(
            "SELECT number, gross_total_minor FROM sales_order WHERE id = ?", self.order_id
        )
        tell.say(
            f"{number}: ten lines by the keys alone, submitted, {total / 100:,.2f} with tax. It waits here."
        )
        self._change_phone(customer)

    def _find(self, name: str) -> bytes:
        """Ctrl+K, some letters, Enter."""
        hand = self.hand
        hand.press(Qt.Key.Key_1, CTRL)
        hand.here(CustomersScreen)
        hand.press(Qt.Key.Key_K, CTRL)
        hand.write(name)
        hand.until("something is found", lambda: not hand.session.tasks.is_busy)
        hand.settle()
        hand.press(Qt.Key.Key_Return)
        page = hand.here(CustomerScreen)
        hand.until("the customer", lambda: page.found is not None)
        hand.settle()
        assert page.found is not None
        return page.found.id

    def submit(self, screen: OrderScreen) -> None:
        """Ctrl+Enter; what is missing is gone to and filled in, and what deserves a look is confirmed."""
        hand = self.hand
        for _ in range(QUESTIONS):
            hand.press(Qt.Key.Key_Return, CTRL)
            if not screen.is_writing:
                return
            if hand.focus() is screen.entry.head.wanted:
                hand.write("+14")
            elif not screen.entry.confirm.isVisible():
                hand.write(PLACE)
        raise TourFailed("The order form does not take the order.")

    def _change_phone(self, customer: bytes) -> None:
        """F2 on a contact's card, the new number, Ctrl+Enter; and the office writes down another one."""
        hand = self.hand
        [(contact, name)] = hand.rows(
            "SELECT id, name FROM contact WHERE customer_id = ? AND deleted = 0 ORDER BY id LIMIT 1", customer
        )
        self.contact_id = contact
        hand.bench.open("customer", {"id": customer.hex()})
        page = hand.here(CustomerScreen)
        hand.until("the contact's card", lambda: contact in page.side.contacts.cards)
        hand.settle()
        page.side.contacts.cards[contact].setFocus()
        hand.press(Qt.Key.Key_F2)
        hand.until("the contact's form", lambda: page.side.dialog is not None)
        dialog = page.side.dialog
        assert dialog is not None
        mobile: Any = dialog.form.editors["mobile"].widget
        mobile.setFocus()
        mobile.selectAll()
        hand.write(self.cast.mobile_of_rep)
        self.snap("contact_form")
        hand.press(Qt.Key.Key_Return, CTRL)
        hand.until("the number is kept", lambda: self._mobile() == self.cast.mobile_of_rep)
        self.premises.correct_mobile(self.cast.approver, contact, self.cast.mobile_at_office)
        self.teller.say(f"{name}: a new number here, another one at the office.")

    def _mobile(self) -> str:
        return str(self.hand.rows("SELECT mobile FROM contact WHERE id = ?", self.contact_id)[0][0])

    # -- 3

    def lost_answer(self) -> None:
        """Everything arrives, the answer does not; F5 does the rest."""
        hand = self.hand
        self.road.mend()
        self.road.lose_answer_to(PUSH)
        lost = self.road.answers_lost
        hand.press(Qt.Key.Key_F5)
        hand.until("an answer is lost", lambda: self.road.answers_lost == lost + 1)
        hand.sync()
        waiting = [order["id"] for order in self.desk.waiting()]
        if len(waiting) != len(set(waiting)):
            raise TourFailed("An order is at the office twice.")
        self.teller.say("Network back, an answer lost, F5: everything is at the office, once.")

    # -- 4

    def returned(self) -> None:
        """The office returns the order; it is revised and submitted again."""
        hand = self.hand
        seen = self.desk.read(self.order_id)
        self.desk.give_back(self.order_id, seen["seal_hash"], self.cast.reason)
        hand.until("the order is back", lambda: self._state() == "returned")
        hand.bench.open("order", {"id": self.order_id.hex()})
        screen = hand.here(OrderScreen)
        hand.settle()
        self.snap("order_returned")
        hand.press(Qt.Key.Key_E, CTRL)
        hand.until("the order can be written", lambda: screen.is_writing)
        hand.settle()
        self.submit(screen)
        hand.sync()
        seen = self.desk.read(self.order_id)
        self.desk.approve(self.order_id, seen["seal_hash"])
        hand.until("the order is approved", lambda: self._state() == "approved")
        self.teller.say(
            "Returned with a reason, revised, submitted again and approved: the window shows each step."
        )

    def _state(self) -> str:
        return str(self.hand.rows("SELECT state FROM sales_order WHERE id = ?", self.order_id)[0][0])

    # -- 5

    def conflict(self) -> None:
        """Two numbers for one phone: compared, decided, taken back, decided again."""
        hand = self.hand
        hand.press(Qt.Key.Key_9, CTRL)
        centre = hand.here(SyncCentre)
        centre.show_section("needs_you")
        hand.until("the conflict", lambda: centre.lists["needs_you"].rows.entries)
        hand.settle()
        hand.press(Qt.Key.Key_Return)
        page = hand.here(ConflictPage)
        hand.until("both sides", lambda: "mine" in page.buttons)
        hand.settle()
        self.snap("conflict_open")
        for key, number in (
            (Qt.Key.Key_M, self.cast.mobile_of_rep),
            (Qt.Key.Key_U, self.cast.mobile_at_office),
        ):
            hand.press(key)
            hand.until("the number follows the decision", lambda number=number: self._mobile() == number)  # type: ignore[misc]
            hand.sync()
        self.teller.say("The conflict, side by side: decided by one key, and taken back by another.")
