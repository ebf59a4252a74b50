"""The screen of one order: the entry while it is a draft, the page afterwards.

Places: ``{"id": hex}``, an order; ``{"new_for": hex}``, a new one for a customer; ``{"new": true}``, for one to be chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar, Final, cast

from PySide6.QtWidgets import QStackedLayout

from crm.changes.work import Work
from crm.orders import actions
from crm.orders.states import ORDER_MACHINE, REVISABLE, WRITE, OrderState
from desktop.kit import words
from desktop.kit.bus import Changes
from desktop.kit.commands import Command
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.notices import Kind, Notice
from desktop.kit.screen import Place, Screen, Shell
from desktop.kit.session import Session
from desktop.screens.order.choose import ChooseView
from desktop.screens.order.entry import EntryView
from desktop.screens.order.page import PageView
from desktop.screens.order.papers import Papers
from desktop.store.reads.order import OrderFacts, order_facts
from desktop.store.store import Store

GROUP: Final = QT_TRANSLATE_NOOP("Commands", "Order")


class OrderScreen(Screen):
    """See the module."""

    name: ClassVar[str] = "order"

    def __init__(self, session: Session, shell: Shell) -> None:
        super().__init__(session, shell)
        self._place: Place = {}
        self._facts: OrderFacts | None = None
        self._is_old = False
        self._entry: EntryView | None = None
        self._page: PageView | None = None
        self._choose: ChooseView | None = None
        self._papers = Papers(session, shell, self)
        self._stack = QStackedLayout(self)
        session.bus.changed.connect(self._on_changed)

    # Each part is made when it is first needed: the buttons are made of commands, which are added after the screen was
    # made, and all three at once would take longer than a person notices.

    @property
    def entry(self) -> EntryView:
        """Where a draft is written."""
        if self._entry is None:
            entry = self._entry = EntryView(self.session, self.shell, self.shell.commands, self)
            self._stack.addWidget(entry)
            entry.made.connect(self._on_made)
            entry.submitted.connect(self._on_submitted)
            entry.titled.connect(self.titled)
            entry.left.connect(self.shell.back)
        return self._entry

    @property
    def page(self) -> PageView:
        """Where an order is read."""
        if self._page is None:
            self._page = PageView(self.session, self.shell, self.shell.commands, self)
            self._stack.addWidget(self._page)
        return self._page

    @property
    def choose(self) -> ChooseView:
        """Where the customer of a new order is chosen."""
        if self._choose is None:
            choose = self._choose = ChooseView(self.session, self.shell, self)
            self._stack.addWidget(choose)
            choose.chosen.connect(lambda row_id: self.shell.open("order", {"new_for": row_id.hex()}))
            choose.left.connect(self.shell.back)
        return self._choose

    @property
    def is_writing(self) -> bool:
        """Whether an order is being written."""
        return self._entry is not None and self._stack.currentWidget() is self._entry

    # -- places

    def open(self, place: Place) -> None:
        """See `Screen.open`."""
        if dict(place) == dict(self._place) and (self._facts is not None or self.is_writing):
            self._refresh()
            return
        self._keep()
        self._place, self._facts, self._is_old = dict(place), None, False
        if isinstance(customer := place.get("new_for"), str):
            self._write(bytes.fromhex(customer), None)
        elif isinstance(place.get("id"), str):
            self._read()
            _ = self.page  # made while the order is read
        else:
            self.choose.begin()
            self._stack.setCurrentWidget(self.choose)
            self._on_shown()

    def place(self) -> Place:
        """See `Screen.place`."""
        return self._place

    def title(self) -> str:
        """See `Screen.title`."""
        if self.is_writing:
            customer = self.entry.customer
            name = str(customer["name"]) if customer is not None else ""
            if self.entry.order_id is None:
                return (
                    self.tr("New order for {customer}").format(customer=name)
                    if name
                    else self.tr("New order")
                )
            return self.tr("Order for {customer}").format(customer=name) if name else self.tr("Order")
        facts = self._facts
        if self._choose is not None and self._stack.currentWidget() is self._choose:
            return self.tr("New order")
        return (
            f"{facts.order['number']!s} · {facts.order['customer_name']!s}"
            if facts is not None
            else self.tr("Order")
        )

    @property
    def order_id(self) -> bytes | None:
        """The order that is here."""
        if self.is_writing:
            return self.entry.order_id
        return self._facts.id if self._facts is not None else None

    def _read(self) -> None:
        self._is_old = False
        order_id = bytes.fromhex(str(self._place["id"]))
        query = partial(order_facts, order_id=order_id)
        self.session.tasks.look(query, self._show, self.shell.tell_error, owner=self, slot="order")

    def _show(self, facts: OrderFacts) -> None:
        self._facts = facts
        if facts.state is OrderState.DRAFT and self._may(WRITE):
            self._write(None, facts.id)
            return
        self._stack.setCurrentWidget(self.page)
        self.page.show_facts(facts)
        self._on_shown()

    def _write(self, customer_id: bytes | None, order_id: bytes | None) -> None:
        self.entry.begin(customer_id, order_id)
        self._stack.setCurrentWidget(self.entry)
        self._on_shown()

    def _on_shown(self) -> None:
        self.titled.emit()
        self.shell.commands.refresh()
        if self._page is not None:
            self._page.show_buttons()
        self.take_focus()

    def take_focus(self) -> None:
        """See `Screen.take_focus`."""
        if not self.isVisible():
            return
        here = self._stack.currentWidget()
        if isinstance(here, EntryView | PageView | ChooseView):
            here.take_focus()

    def leave(self) -> None:
        """See `Screen.leave`."""
        self._keep()

    def _keep(self) -> None:
        if self.is_writing:
            self.entry.leave()

    def _refresh(self) -> None:
        if self._is_old or (not self.is_writing and self._facts is not None):
            self._read()

    # -- what happens

    def _on_made(self, order_id: bytes) -> None:
        self._place = {"id": order_id.hex()}
        self.moved.emit()
        self.session.tasks.look(
            partial(order_facts, order_id=order_id),
            lambda facts: self.entry.show_number(str(facts.order["number"])),
            owner=self,
            slot="number",
        )

    def _on_submitted(self, order_id: bytes) -> None:
        self._place = {"id": order_id.hex()}
        self.moved.emit()
        self.shell.notify(
            Notice(
                self.tr("The order is submitted. It is sent by itself."),
                Kind.DONE,
                action=(self.tr("Take back"), lambda: self._take_back_of(order_id)),
            )
        )
        self._read()

    def _on_changed(self, changes: Changes) -> None:
        order_id = self.order_id
        if order_id is None or not changes.touches("sales_order", order_id):
            return
        if self.is_writing:
            keeper = self.entry.keeper
            if changes.is_only_by(keeper) or not keeper.is_kept:
                return
        self._is_old = True
        if self.isVisible():
            self._read()

    # -- commands

    def commands(self) -> Sequence[Command]:
        """See `Screen.commands`."""
        return [
            Command(
                "order.submit", QT_TRANSLATE_NOOP("Commands", "Submit order"), self._submit,
                ("Ctrl+Return", "Ctrl+Enter"), "send", group=GROUP, is_offered=lambda: self.is_writing,
                hint=QT_TRANSLATE_NOOP("Commands", "Seal the order and hand it to the office"),
            ),
            Command(
                "order.remove_line", QT_TRANSLATE_NOOP("Commands", "Take line off"), self._remove_line,
                ("Ctrl+D",), "remove", group=GROUP, is_offered=lambda: self.is_writing,
            ),
            Command(
                "order.repeat", QT_TRANSLATE_NOOP("Commands", "Repeat last order"), self._repeat_last,
                ("Ctrl+Shift+L",), "history", group=GROUP,
                is_offered=lambda: self.is_writing and self.entry.last_order is not None,
                hint=QT_TRANSLATE_NOOP("Commands", "Add the lines of this customer's last order"),
            ),
            Command(
                "order.certificate", QT_TRANSLATE_NOOP("Commands", "Why this price"),
                self._toggle_certificate, ("F8",), "price", group=GROUP,
                is_offered=lambda: self.is_writing,
            ),
            Command(
                "order.customer", QT_TRANSLATE_NOOP("Commands", "Customer"), self._open_customer, ("Ctrl+U",), "customer",
                group=GROUP, is_offered=lambda: self._customer_id() is not None,
                hint=QT_TRANSLATE_NOOP("Commands", "Open the customer of this order"),
            ),
            Command(
                "order.take_back", QT_TRANSLATE_NOOP("Commands", "Take back"), self._take_back, ("Ctrl+B",), "undo",
                group=GROUP, is_offered=lambda: self._unsent() is not None,
                hint=QT_TRANSLATE_NOOP("Commands", "It was not sent yet: make it a draft again"),
            ),
            Command(
                "order.withdraw", QT_TRANSLATE_NOOP("Commands", "Withdraw"),
                lambda: self._move("order.withdraw", actions.withdraw_order), ("Ctrl+W",), "withdraw", group=GROUP,
                is_offered=lambda: self._unsent() is None and self._can(OrderState.WITHDRAWN),
                hint=QT_TRANSLATE_NOOP("Commands", "Ask the order back from the office; it can be revised then"),
            ),
            Command(
                "order.revise", QT_TRANSLATE_NOOP("Commands", "Revise"),
                lambda: self._move("order.revise", actions.revise_order), ("Ctrl+E",), "edit", group=GROUP,
                is_offered=lambda: self._state() in REVISABLE and self._can(OrderState.DRAFT),
                hint=QT_TRANSLATE_NOOP("Commands", "Take the order up again as its next version"),
            ),
            Command(
                "order.cancel", QT_TRANSLATE_NOOP("Commands", "Cancel order"),
                lambda: self._move("order.cancel", actions.cancel_order), (), "block", group=GROUP,
                is_offered=lambda: self.order_id is not None and self._can(OrderState.CANCELLED),
                hint=QT_TRANSLATE_NOOP("Commands", "Give the order up for good"),
            ),
            Command(
                "order.conflict", QT_TRANSLATE_NOOP("Commands", "Decide conflict"), self._open_conflict, (), "conflict",
                group=GROUP, is_offered=lambda: not self.is_writing and bool(self._facts and self._facts.conflicts),
            ),
            *self._papers.commands(lambda: self._facts if not self.is_writing else None, GROUP),
            Command(
                "order.history", QT_TRANSLATE_NOOP("Commands", "History of the order"), self._open_history, ("Ctrl+H",),
                "history", group=GROUP, is_offered=lambda: self.order_id is not None,
            ),
        ]  # fmt: skip

    def _submit(self) -> None:
        self.entry.submit()

    def _remove_line(self) -> None:
        self.entry.remove_line()

    def _repeat_last(self) -> None:
        self.entry.repeat_last()

    def _toggle_certificate(self) -> None:
        self.entry.toggle_certificate()

    def _may(self, right: str) -> bool:
        return self.session.actor().extent(right) > 0

    def _state(self) -> str:
        if self.is_writing:
            return OrderState.DRAFT.value
        return self._facts.state.value if self._facts is not None else ""

    def _can(self, to: OrderState) -> bool:
        """Whether the machine has the move and the person the right; whose order it is, the action asks."""
        right = ORDER_MACHINE.right_for(self._state(), to.value)
        return right is not None and self._may(right)

    def _unsent(self) -> bytes | None:
        return self._facts.unsent_submit if self._facts is not None and not self.is_writing else None

    def _customer_id(self) -> bytes | None:
        if self.is_writing:
            return cast(bytes, self.entry.customer["id"]) if self.entry.customer is not None else None
        return cast(bytes, self._facts.order["customer_id"]) if self._facts is not None else None

    def _open_customer(self) -> None:
        customer_id = self._customer_id()
        if customer_id is not None:
            self.shell.open("customer", {"id": customer_id.hex()})

    def _open_conflict(self) -> None:
        if self._facts is not None and self._facts.conflicts:
            self.shell.open("conflict", {"id": self._facts.conflicts[0].hex()})

    def _open_history(self) -> None:
        if self.order_id is not None:
            self.shell.open("history", {"table": "sales_order", "id": self.order_id.hex()})

    def _move(self, intent: str, action: Callable[[Work, bytes], Any]) -> None:
        order_id = self.order_id
        if order_id is None:
            return
        self._keep()

        def work(work: Work) -> None:
            action(work, order_id)

        def done(_result: None) -> None:
            self._place = {"id": order_id.hex()}
            self.shell.notify(Notice(words.intent(intent), Kind.DONE))
            self._facts = None
            self._read()

        self.session.tasks.write(intent, work, done, self.shell.tell_error, owner=self, about=self._number())

    def _number(self) -> str:
        """The order by its number, for the words of undo."""
        if self.is_writing or self._facts is None:
            return self.entry.number
        return str(self._facts.order["number"])

    def _take_back(self) -> None:
        change_id = self._unsent()
        if change_id is not None:
            self._discard(change_id)

    def _take_back_of(self, order_id: bytes) -> None:
        """From the notice, wherever the person is by now."""

        def found(facts: OrderFacts) -> None:
            if facts.unsent_submit is not None:
                self._discard(facts.unsent_submit)
            else:
                self.shell.notify(
                    Notice(self.tr("The order is on its way to the office. Withdraw it instead."), Kind.LOOK)
                )

        query = partial(order_facts, order_id=order_id)
        self.session.tasks.look(query, found, self.shell.tell_error, owner=self, slot="take_back")

    def _discard(self, change_id: bytes) -> None:
        def work(store: Store) -> list[bytes]:
            return store.take_back(change_id)

        def done(_ids: list[bytes]) -> None:
            self.shell.notify(Notice(self.tr("The order is a draft again."), Kind.DONE))
            self._facts = None
            if "id" in self._place:
                self._read()

        self.session.tasks.change(work, done, self.shell.tell_error, owner=self)
