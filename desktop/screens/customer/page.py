"""The page of one customer: it answers before anybody asks (R-015), and everything on it is edited where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from crm.errors import Code, RoundsmanError
from desktop.kit import words
from desktop.kit.bus import Changes
from desktop.kit.commands import Command
from desktop.kit.format import NO_VALUE
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.screen import Place, Screen, Shell
from desktop.kit.session import Session
from desktop.kit.theme import look, spaced
from desktop.screens.customer.figures import Figures
from desktop.screens.customer.side import Side
from desktop.screens.customer.tabs import HistoryTab, OrdersTab, PricesTab, Tab, TimelineTab
from desktop.screens.customer.warnings import warnings_of
from desktop.store.reads.customer import Whole, whole
from desktop.widgets.banner import Banners
from desktop.widgets.buttons import CommandButton
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
        self._is_built = False

    # -- parts

    def _build(self) -> None:
        """Make the parts, from the outermost to the innermost, when the page stands in its window: a part that changes its
        parent is dressed anew with all that is in it, and this is a page of many parts.
        """
        self._is_built = True
        self._stack = QStackedWidget(self)
        whole_page = QVBoxLayout(self)
        spaced(whole_page, gap="")
        whole_page.addWidget(self._stack)
        page = QWidget(self._stack)
        self._stack.addWidget(page)
        column = QVBoxLayout(page)
        spaced(column, gap="")
        above = QVBoxLayout()
        spaced(above, "large", "large", "medium", "large", gap="medium")
        column.addLayout(above)
        self._make_head(page, above)
        self._halves = QSplitter(Qt.Orientation.Horizontal, page)
        self._halves.setChildrenCollapsible(False)
        column.addWidget(self._halves, 1)
        self._make_tabs()
        self.side = Side(self.session, self.shell, self._halves)
        self.side.written.connect(self._read)
        self._halves.addWidget(self.side)
        self._halves.setStretchFactor(0, 1)
        self._halves.setStretchFactor(1, 0)
        self._empty = Empty(
            "customer",
            lambda: self.tr("This customer is not on this laptop"),
            lambda: self.tr("It was given to somebody else, or the link is of another laptop."),
            parent=self._stack,
        )
        self._stack.addWidget(self._empty)
        self.session.bus.changed.connect(self._on_changed)
        self.session.actor_changed.connect(self._read)
        self.session.sync.changed.connect(self._tell_age)
        self.dress()

    def _make_head(self, page: QWidget, above: QVBoxLayout) -> None:
        self._library = Pill("trading", page, text=NO_VALUE)
        self._below_name = Elided("", page, role="secondary")
        top = QHBoxLayout()
        spaced(top, gap="medium")
        top.addWidget(self._library)
        top.addWidget(self._below_name, 1)
        for name, role in (
            ("customer.verify", "quiet"),
            ("customer.add_contact", ""),
            ("customer.new_order", "primary"),
        ):
            top.addWidget(CommandButton(self.shell.commands, name, page, role=role))
        self.banners = Banners(page)
        self.figures = Figures(page)
        above.addLayout(top)
        above.addWidget(self.banners)
        above.addWidget(self.figures)

    def _make_tabs(self) -> None:
        self.tabs = QTabWidget(self._halves)
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self._halves.addWidget(self.tabs)
        self.orders = OrdersTab(self.session)
        self.prices = PricesTab(self.session)
        self.timeline = TimelineTab(self.session)
        self.history = HistoryTab(self.session)
        for tab in (self.orders, self.prices, self.timeline, self.history):
            self.tabs.addTab(tab, "")
            tab.left.connect(self.shell.back)
        self.orders.opened.connect(self._open_order)
        self.prices.opened.connect(self._open_order)
        self.timeline.opened.connect(self._open_moment)
        self.history.chosen.connect(self.shell.commands.refresh)
        self.tabs.currentChanged.connect(lambda _place: self.moved.emit())

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
                "customer.add_contact", QT_TRANSLATE_NOOP("Commands", "Add contact"), lambda: self.side.edit_contact(None),
                ("A",), "person", group=GROUP, is_offered=may_edit,
            ),
            Command(
                "customer.add_address", QT_TRANSLATE_NOOP("Commands", "Add delivery address"),
                lambda: self.side.edit_address(None), (), "location", group=GROUP, is_offered=may_edit,
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
                "customer.take_back", QT_TRANSLATE_NOOP("Commands", "Take back the chosen change"), self._take_back,
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

    def _take_back(self) -> None:
        self.history.take_back()

    def _may_take_back(self) -> bool:
        return self._is_built and self.tabs.currentWidget() is self.history and self.history.can_take_back

    # -- where the person is

    def title(self) -> str:
        """See `Screen.title`."""
        return str(self.found.row["name"]) if self.found is not None else self.tr("Customer")

    def open(self, place: Place) -> None:
        """See `Screen.open`."""
        if not self._is_built:
            self._build()
        text = place.get("id")
        customer_id = bytes.fromhex(text) if isinstance(text, str) else None
        tab = place.get("tab")
        if isinstance(tab, int) and 0 <= tab < self.tabs.count():
            self.tabs.setCurrentIndex(tab)
        if customer_id is None:
            self._stack.setCurrentWidget(self._empty)
            return
        if customer_id != self._customer_id:
            self.side.show_nobody()
            self._customer_id, self.found = customer_id, None
            self.orders.show_customer(customer_id)
            self.prices.show_customer(customer_id)
            self.timeline.show_customer(customer_id)
            self.history.show_customer(customer_id)
        self._read()

    def place(self) -> Place:
        """See `Screen.place`."""
        if self._customer_id is None or not self._is_built:
            return {}
        return {"id": self._customer_id.hex(), "tab": self.tabs.currentIndex()}

    def take_focus(self) -> None:
        """See `Screen.take_focus`."""
        tab = self.tabs.currentWidget()
        if isinstance(tab, Tab):
            tab.take_focus()

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
        self.side.show_customer(found)

    def _tell_age(self) -> None:
        if self.found is not None:
            self.figures.show_age(self.found.as_of_ms, self.session.now_ms())

    def _on_changed(self, changes: Changes) -> None:
        # Going there reads it anyway.
        if self._customer_id is not None and self.isVisible() and changes.concerns(*_CONCERNS):
            self._read()

    def _open_screen(self, name: str, place: dict[str, str]) -> None:
        self.shell.open(name, dict(place))

    def _open_order(self, order_id: bytes) -> None:
        self.shell.open("order", {"id": order_id.hex()})

    def _open_moment(self, table: str, row_id: bytes) -> None:
        if table == "sales_order":
            self._open_order(row_id)
        elif table == "conflict":
            self.shell.open("conflict", {"id": row_id.hex()})
        else:
            self.shell.open("history", {"table": table, "id": row_id.hex()})

    def _show_tab(self, place: int) -> None:
        self.tabs.setCurrentIndex(place)
        self.take_focus()

    # -- what a person does

    def edit(self) -> None:
        """Put the keyboard on the first detail."""
        self.side.edit()

    def verify(self) -> None:
        """The details were checked today."""
        self.side.verify()

    def new_order(self) -> None:
        """Begin an order of this customer."""
        if self._customer_id is not None:
            self.shell.open("order", {"new_for": self._customer_id.hex()})

    def show_history(self) -> None:
        """Go to the history of the customer's own fields."""
        self._show_tab(self.tabs.indexOf(self.history))

    def leave(self) -> None:
        """See `Screen.leave`."""
        if self._is_built:
            self.side.leave()

    # -- words and sizes

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        titles = (self.tr("Orders"), self.tr("Prices"), self.tr("Timeline"), self.tr("History"))
        for place, title in enumerate(titles):
            self.tabs.setTabText(place, title)
            self.tabs.setTabToolTip(place, f"{title} (Alt+{place + 1})")
        self.tabs.setAccessibleName(self.tr("Orders, prices, timeline and history"))
        self._tell()

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        # What the lists would like to have at least would push the figures into each other.
        self._halves.setMinimumHeight(look().px(160))
        self._halves.setSizes([max(self.width() - look().px(SIDE), look().px(360)), look().px(SIDE)])


_TABS: Final = (
    (QT_TRANSLATE_NOOP("Commands", "Orders of the customer"), "orders"),
    (QT_TRANSLATE_NOOP("Commands", "Prices of the customer"), "price"),
    (QT_TRANSLATE_NOOP("Commands", "Timeline"), "clock"),
    (QT_TRANSLATE_NOOP("Commands", "History of the customer"), "history"),
)
