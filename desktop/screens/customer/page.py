"""The page of one customer: it answers before anybody asks (R-015), and everything on it is edited where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from crm.contacts import actions as contacts
from crm.customers import actions as customers
from crm.errors import Code, RoundsmanError
from desktop.kit import words
from desktop.kit.bus import Changes
from desktop.kit.commands import Command
from desktop.kit.format import NO_VALUE
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.notices import Kind, Notice
from desktop.kit.screen import Place, Screen, Shell
from desktop.kit.session import Session
from desktop.kit.theme import look, spaced
from desktop.screens.customer.details import Details
from desktop.screens.customer.editors import wrong_words
from desktop.screens.customer.facts import Fact
from desktop.screens.customer.figures import Figures
from desktop.screens.customer.people import AddressCards, ContactCards
from desktop.screens.customer.record_dialog import RecordDialog, address_dialog, contact_dialog
from desktop.screens.customer.tabs import OrdersTab, PricesTab, TimelineTab
from desktop.screens.customer.warnings import warnings_of
from desktop.store.reads.customer import Whole, whole
from desktop.widgets.banner import Banners
from desktop.widgets.buttons import CommandButton
from desktop.widgets.changes import ChangeList
from desktop.widgets.empty import Empty
from desktop.widgets.labels import Elided
from desktop.widgets.pill import Pill

GROUP: Final = QT_TRANSLATE_NOOP("Commands", "Customer")
_CONCERNS: Final = (
    "customer", "contact", "ship_to_address", "sales_order", "conflict", "payment_terms", "app_user",
)  # fmt: skip
SIDE: Final = 344
"""The width of the column with people and details at 100 %."""
_MEANINGS: Final = {"trading": "done", "potential": "information", "public": "neutral", "invalid": "look", "merged": "neutral"}  # fmt: skip


class CustomerScreen(Screen):
    """See the module. The place is ``{"id": hexadecimal text}``."""

    name = "customer"

    def __init__(self, session: Session, shell: Shell) -> None:
        super().__init__(session, shell)
        self._customer_id: bytes | None = None
        self.found: Whole | None = None
        self.dialog: RecordDialog | None = None
        self._make_head()
        self.banners = Banners()
        self.figures = Figures()
        self._make_tabs()
        self._make_side()
        self._empty = Empty(
            "customer",
            lambda: self.tr("This customer is not on this laptop"),
            lambda: self.tr("It was given to somebody else, or the link is of another laptop."),
        )
        self._lay_out()
        session.bus.changed.connect(self._on_changed)
        session.actor_changed.connect(self._read)
        session.sync.changed.connect(self._tell_age)
        self.dress()

    # -- parts

    def _make_head(self) -> None:
        self._below_name = Elided(role="secondary")
        self._library = Pill("trading", text=NO_VALUE)
        self._buttons = QHBoxLayout()
        spaced(self._buttons)

    def _make_tabs(self) -> None:
        self.orders = OrdersTab(self.session)
        self.prices = PricesTab(self.session)
        self.timeline = TimelineTab(self.session)
        self.changes = ChangeList(self.session)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        for tab in (self.orders, self.prices, self.timeline, self.changes):
            self.tabs.addTab(tab, "")
        self.orders.opened.connect(lambda row_id: self.shell.open("order", {"id": row_id.hex()}))
        self.prices.opened.connect(lambda row_id: self.shell.open("order", {"id": row_id.hex()}))
        self.timeline.opened.connect(self._open_moment)
        self.tabs.currentChanged.connect(lambda _place: self.moved.emit())
        for table in (
            self.orders.table,
            self.prices.product_table,
            self.prices.purchase_table,
            self.timeline.table,
            self.changes.table,
        ):
            table.left.connect(self.shell.back)

    def _make_side(self) -> None:
        self.contacts = ContactCards()
        self.addresses = AddressCards()
        self.details = Details(self.session)
        self.contacts.wanted.connect(self.edit_contact)
        self.contacts.dropped.connect(self._remove_contact)
        self.addresses.wanted.connect(self.edit_address)
        self.addresses.dropped.connect(self._remove_address)
        self.addresses.preferred.connect(self._prefer_address)
        for fact in self.details.facts.values():
            fact.kept.connect(partial(self._keep, fact))
        inside = QWidget()
        column = QVBoxLayout(inside)
        spaced(column, "medium", "large", "huge", "medium", gap="large")
        for part in (self.contacts, self.addresses, self.details):
            column.addWidget(part)
        column.addStretch(1)
        self.side = QScrollArea()
        self.side.setWidget(inside)
        self.side.setWidgetResizable(True)
        self.side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.side.setFrameShape(QFrame.Shape.NoFrame)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        spaced(top, gap="medium")
        top.addWidget(self._library)
        top.addWidget(self._below_name, 1)
        top.addLayout(self._buttons)
        above = QVBoxLayout()
        spaced(above, "large", "large", "medium", "large", gap="medium")
        above.addLayout(top)
        above.addWidget(self.banners)
        above.addWidget(self.figures)
        self._halves = QSplitter(Qt.Orientation.Horizontal)
        self._halves.setChildrenCollapsible(False)
        self._halves.addWidget(self.tabs)
        self._halves.addWidget(self.side)
        self._halves.setStretchFactor(0, 1)
        self._halves.setStretchFactor(1, 0)
        page = QWidget()
        column = QVBoxLayout(page)
        spaced(column, gap="")
        column.addLayout(above)
        column.addWidget(self._halves, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(page)
        self._stack.addWidget(self._empty)
        whole_page = QVBoxLayout(self)
        spaced(whole_page, gap="")
        whole_page.addWidget(self._stack)

    # -- commands

    def commands(self) -> Sequence[Command]:
        """See `Screen.commands`."""

        def may_edit() -> bool:
            return self.found is not None and self.found.may_edit

        def may_order() -> bool:
            return self.found is not None and self.found.may_order

        return [
            Command(
                "customer.new_order", QT_TRANSLATE_NOOP("Commands", "New order"), self.new_order, ("O",), "order",
                group=GROUP, is_offered=may_order,
            ),
            Command(
                "customer.edit", QT_TRANSLATE_NOOP("Commands", "Edit details"), self.edit, ("E",), "edit", group=GROUP,
                is_offered=may_edit, hint=QT_TRANSLATE_NOOP("Commands", "Go to the details; F2 edits the one you are on"),
            ),
            Command(
                "customer.add_contact", QT_TRANSLATE_NOOP("Commands", "Add contact"), partial(self.edit_contact, None),
                ("A",), "person", group=GROUP, is_offered=may_edit,
            ),
            Command(
                "customer.add_address", QT_TRANSLATE_NOOP("Commands", "Add delivery address"),
                partial(self.edit_address, None), (), "location", group=GROUP, is_offered=may_edit,
            ),
            Command(
                "customer.verify", QT_TRANSLATE_NOOP("Commands", "Confirm details"), self.verify, ("V",), "check",
                group=GROUP, is_offered=may_edit,
                hint=QT_TRANSLATE_NOOP("Commands", "Say that the details were checked today and are right"),
            ),
            Command(
                "customer.history", QT_TRANSLATE_NOOP("Commands", "History"), self.show_history, ("H",), "history",
                group=GROUP, is_offered=lambda: self.found is not None,
            ),
            Command(
                "customer.take_back", QT_TRANSLATE_NOOP("Commands", "Take back the chosen change"), self.changes.take_back,
                ("Backspace",), "undo", group=GROUP, is_offered=self._may_take_back,
            ),
            *(
                Command(
                    f"customer.tab_{place + 1}", title, partial(self._show_tab, place), (f"Alt+{place + 1}",), icon,
                    group=GROUP, in_palette=False,
                )
                for place, (title, icon) in enumerate(_TABS)
            ),
        ]  # fmt: skip

    def _may_take_back(self) -> bool:
        return self.tabs.currentWidget() is self.changes and self.changes.can_take_back

    def showEvent(self, event: Any) -> None:
        """The buttons are made from commands, which the window knows by now."""
        super().showEvent(event)
        if not self._buttons.count() and "customer.new_order" in self.shell.commands:
            for name, role in (
                ("customer.verify", "quiet"),
                ("customer.add_contact", ""),
                ("customer.new_order", "primary"),
            ):
                self._buttons.addWidget(CommandButton(self.shell.commands, name, role=role))

    # -- where the person is

    def title(self) -> str:
        """See `Screen.title`."""
        return str(self.found.row["name"]) if self.found is not None else self.tr("Customer")

    def open(self, place: Place) -> None:
        """See `Screen.open`."""
        text = place.get("id")
        customer_id = bytes.fromhex(text) if isinstance(text, str) else None
        tab = place.get("tab")
        if isinstance(tab, int) and 0 <= tab < self.tabs.count():
            self.tabs.setCurrentIndex(tab)
        if customer_id is None:
            self._stack.setCurrentWidget(self._empty)
            return
        if customer_id != self._customer_id:
            self._customer_id, self.found = customer_id, None
            self.details.close_all()
            self.orders.show_customer(customer_id)
            self.prices.show_customer(customer_id)
            self.timeline.show_customer(customer_id)
            self.changes.show_record("customer", customer_id)
            self.side.verticalScrollBar().setValue(0)
        self._read()

    def place(self) -> Place:
        """See `Screen.place`."""
        if self._customer_id is None:
            return {}
        return {"id": self._customer_id.hex(), "tab": self.tabs.currentIndex()}

    def take_focus(self) -> None:
        """See `Screen.take_focus`."""
        widget = self.tabs.currentWidget()
        tables = {
            self.orders: self.orders.table,
            self.prices: self.prices.product_table,
            self.timeline: self.timeline.table,
            self.changes: self.changes.table,
        }
        for tab, table in tables.items():
            if tab is widget:
                table.setFocus()

    # -- what is shown

    def _read(self) -> None:
        if self._customer_id is not None:
            query = partial(
                whole, customer_id=self._customer_id, actor=self.session.actor(), today=self.session.today()
            )
            self.session.tasks.look(query, self._show, self._failed, owner=self, slot="whole")

    def _failed(self, error: Exception) -> None:
        if isinstance(error, RoundsmanError) and error.code == Code.NOT_FOUND:
            self.found = None
            self._stack.setCurrentWidget(self._empty)
            self.titled.emit()
        else:
            self.shell.tell_error(error)

    def _show(self, found: Whole) -> None:
        if found.id != self._customer_id:
            return
        self.found = found
        self._stack.setCurrentIndex(0)
        self._tell()
        self.titled.emit()
        self.shell.commands.refresh()

    def _tell(self) -> None:
        found = self.found
        if found is None:
            return
        row = found.row
        library = row["library"]
        self._library.show_state(library, meaning=_MEANINGS.get(library, "neutral"))
        told = [
            row["code"],
            row["name_en"],
            words.choice("grade", row["grade"]) if row["grade"] else "",
            row["address_city"],
            found.owner if row["owner_id"] != self.session.person else "",
        ]
        self._below_name.setText(" · ".join(part for part in told if part))
        self.banners.show_all(warnings_of(found, self.session.today(), self._open_screen))
        self.figures.show_figures(found.figures, self.session.today())
        self._tell_age()
        self.contacts.show_rows(found.contacts, may_edit=found.may_edit)
        self.addresses.show_rows(found.addresses, may_edit=found.may_edit)
        self.details.show_customer(found)

    def _tell_age(self) -> None:
        if self.found is not None:
            self.figures.show_age(self.found.as_of_ms, self.session.now_ms())

    def _on_changed(self, changes: Changes) -> None:
        if self._customer_id is not None and changes.concerns(*_CONCERNS):
            self._read()

    def _open_screen(self, name: str, place: dict[str, str]) -> None:
        self.shell.open(name, dict(place))

    def _open_moment(self, table: str, row_id: bytes) -> None:
        if table == "sales_order":
            self.shell.open("order", {"id": row_id.hex()})
        elif table == "conflict":
            self.shell.open("conflict", {"id": row_id.hex()})
        else:
            self.shell.open("history", {"table": table, "id": row_id.hex()})

    def _show_tab(self, place: int) -> None:
        self.tabs.setCurrentIndex(place)
        self.take_focus()

    # -- what a person does

    def new_order(self) -> None:
        """Begin an order of this customer."""
        if self._customer_id is not None:
            self.shell.open("order", {"new_for": self._customer_id.hex()})

    def show_history(self) -> None:
        """Go to the history of the customer's own fields."""
        self._show_tab(self.tabs.indexOf(self.changes))

    def edit(self) -> None:
        """Put the keyboard on the first detail."""
        fact = next(iter(self.details.facts.values()))
        self.side.ensureWidgetVisible(fact)
        fact.setFocus()

    def verify(self) -> None:
        """The details were checked today."""
        if self._customer_id is not None:
            customer_id = self._customer_id
            self._write(
                "customer.verify",
                lambda work: customers.verify_customer(work, customer_id),
                lambda: self.tr("Confirmed today"),
            )

    def _keep(self, fact: Fact, value: object) -> None:
        assert self._customer_id is not None
        customer_id, fields = self._customer_id, {fact.name: value}

        def kept(_none: object) -> None:
            fact.accept()
            self._read()

        self.session.tasks.write(
            "customer.edit",
            lambda work: _void(customers.edit_customer(work, customer_id, **fields)),  # type: ignore[arg-type]
            kept,
            lambda error: fact.refuse(wrong_words(error)),
            owner=self,
        )

    def edit_contact(self, contact_id: bytes | None) -> None:
        """Open the dialog of a contact; None: of a new one."""
        if self.found is not None and self.found.may_edit:
            row = next((each for each in self.found.contacts if each["id"] == contact_id), None)
            self._open(contact_dialog(self.session, self.found.id, row, self.shell, self))

    def edit_address(self, address_id: bytes | None) -> None:
        """Open the dialog of a place of delivery; None: of a new one."""
        if self.found is not None and self.found.may_edit:
            row = next((each for each in self.found.addresses if each["id"] == address_id), None)
            self._open(address_dialog(self.session, self.found.id, row, self.shell, self))

    def _open(self, dialog: RecordDialog) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self.dialog = dialog
        dialog.finished.connect(self._on_dialog_closed)
        dialog.open()

    def _on_dialog_closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _remove_contact(self, contact_id: bytes) -> None:
        name = self._name_of(self.found.contacts if self.found else (), contact_id, "name")
        self._write(
            "contact.delete",
            lambda work: contacts.delete_contact(work, contact_id),
            lambda: self.tr("{name} was removed").format(name=name),
            undo=("contact.revive", lambda work: contacts.revive_contact(work, contact_id)),
        )

    def _remove_address(self, address_id: bytes) -> None:
        name = self._name_of(self.found.addresses if self.found else (), address_id, "label")
        self._write(
            "customer.delete_ship_to",
            lambda work: customers.delete_ship_to(work, address_id),
            lambda: self.tr("{name} was removed").format(name=name),
            undo=("customer.revive_ship_to", lambda work: customers.revive_ship_to(work, address_id)),
        )

    def _prefer_address(self, address_id: bytes) -> None:
        self._write(
            "customer.set_default_ship_to",
            lambda work: customers.set_default_ship_to(work, address_id),
            lambda: self.tr("Orders will propose this address"),
        )

    def _name_of(self, rows: Sequence[Any], row_id: bytes, field: str) -> str:
        return next((str(row[field]) for row in rows if row["id"] == row_id), "")

    def _write(self, intent: str, action: Any, told: Any, *, undo: tuple[str, Any] | None = None) -> None:
        """Do something, say so, and offer to undo it."""

        def done(_none: object) -> None:
            self._read()
            offered = None
            if undo is not None:
                offered = (self.tr("Undo"), lambda: self._write(undo[0], undo[1], lambda: self.tr("Undone")))
            self.shell.notify(Notice(told(), Kind.DONE, action=offered))

        self.session.tasks.write(
            intent, lambda work: _void(action(work)), done, self.shell.tell_error, owner=self
        )

    # -- drafts

    def leave(self) -> None:
        """See `Screen.leave`."""

    # -- words and sizes

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        titles = (self.tr("Orders"), self.tr("Prices"), self.tr("Timeline"), self.tr("History"))
        for place, title in enumerate(titles):
            self.tabs.setTabText(place, title)
            self.tabs.setTabToolTip(place, f"{title} (Alt+{place + 1})")
        self.tabs.setAccessibleName(self.tr("Orders, prices, timeline and history"))
        self.side.setAccessibleName(self.tr("Contacts, addresses and details"))
        self._tell()

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        self.side.setMinimumWidth(look().px(280))
        self._halves.setSizes([max(self.width() - look().px(SIDE), look().px(360)), look().px(SIDE)])


_TABS: Final = (
    (QT_TRANSLATE_NOOP("Commands", "Orders of the customer"), "orders"),
    (QT_TRANSLATE_NOOP("Commands", "Prices of the customer"), "price"),
    (QT_TRANSLATE_NOOP("Commands", "Timeline"), "clock"),
    (QT_TRANSLATE_NOOP("Commands", "History of the customer"), "history"),
)


def _void(_done: object) -> None:
    """Entities end with their session: nothing of them is handed on."""
