"""What a customer ordered, what they paid for each product, and what happened when: the lists of the page."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from desktop.kit import words
from desktop.kit.bus import Changes
from desktop.kit.format import formats
from desktop.kit.session import Session
from desktop.kit.theme import spaced
from desktop.kit.translated import Translated
from desktop.screens.customer.moments import moment_lines
from desktop.store.reads.listing import Reading, Row
from desktop.store.reads.orders import ORDERS, of_customer
from desktop.store.reads.prices import Bought, Purchase, bought
from desktop.store.reads.timeline import Moment, Timeline, timeline
from desktop.widgets.changes import ChangeList
from desktop.widgets.empty import Empty
from desktop.widgets.fixed import FixedModel
from desktop.widgets.keyset import KeysetModel, ShownColumn
from desktop.widgets.labels import Label
from desktop.widgets.pill_cells import PillCells
from desktop.widgets.table import Table

translate: Final = QCoreApplication.translate


def _day(text: str | None) -> str:
    return formats().day(date.fromisoformat(text)) if text else ""


class Tab(Translated):
    """One tab of the page. It is filled when it is first seen, and read again when something that concerns it changed
    meanwhile.

    ``opened`` carries the id of an order; ``left``: Esc.
    """

    opened = Signal(bytes)
    left = Signal()
    concerns: tuple[str, ...] = ()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.customer_id: bytes | None = None
        self.is_built = False
        self._is_old = False
        session.bus.changed.connect(self._on_changed)

    def build(self) -> None:
        """Make what is in it."""
        raise NotImplementedError

    def read(self, customer_id: bytes) -> None:
        """Ask for what is shown."""
        raise NotImplementedError

    def take_focus(self) -> None:
        """Put the keyboard into its list."""
        raise NotImplementedError

    def show_customer(self, customer_id: bytes) -> None:
        """Show another customer, or the same one anew."""
        self.customer_id = customer_id
        self._is_old = True
        self._freshen()

    def add(self, *widgets: QWidget) -> None:
        """Fill the tab with these."""
        column = QVBoxLayout(self)
        spaced(column, gap="")
        for widget in widgets:
            column.addWidget(widget)

    def _on_changed(self, changes: Changes) -> None:
        if changes.concerns(*self.concerns):
            self._is_old = True
            self._freshen()

    def _freshen(self) -> None:
        if not self.isVisible() or self.customer_id is None:
            return
        if not self.is_built:
            self.is_built = True
            self.build()
            self.dress()
        if self._is_old:
            self._is_old = False
            self.read(self.customer_id)

    def showEvent(self, event: QShowEvent) -> None:
        """See the class."""
        super().showEvent(event)
        self._freshen()


class OrdersTab(Tab):
    """The customer's orders, the newest first."""

    def build(self) -> None:
        """See `Tab.build`."""
        self.model = KeysetModel(self.session.tasks, self.session.bus, self._columns(), self)
        empty = Empty(
            "orders",
            lambda: self.tr("No orders yet"),
            lambda: self.tr("The first one begins with O: products by code, name or pinyin."),
        )
        self.table = Table(self.model, name="list.customer_orders", empty=empty, parent=self)
        self.table.setItemDelegateForColumn(2, PillCells(self.table, lambda row: (row["state"], "", "")))
        self.table.opened.connect(self.opened)
        self.table.left.connect(self.left)
        self.add(self.table)

    def _columns(self) -> tuple[ShownColumn, ...]:
        return (
            ShownColumn("number", lambda: words.field("sales_order", "number"), lambda row: row["number"], "number", width=152),
            ShownColumn(
                "order_date", lambda: words.field("sales_order", "order_date"), lambda row: _day(row["order_date"]),
                "order_date", width=124,
            ),
            ShownColumn("state", lambda: words.field("sales_order", "state"), lambda row: words.state(row["state"]), "state", width=112),
            ShownColumn(
                "gross", lambda: words.field("sales_order", "gross_total_minor"),
                lambda row: formats().money(row["gross_total_minor"], row["currency"]), "gross_total_minor",
                is_figure=True, width=112,
            ),
            ShownColumn(
                "wanted_on", lambda: words.field("sales_order", "wanted_on"), lambda row: _day(row["wanted_on"]), "wanted_on",
                width=124,
            ),
            ShownColumn(
                "reference_no", lambda: words.field("sales_order", "reference_no"), lambda row: row["reference_no"],
                "reference_no", width=136, is_hidden=True,
            ),
        )  # fmt: skip

    def read(self, customer_id: bytes) -> None:
        """See `Tab.read`; changes are the model's own to follow."""
        self.model.show(Reading(ORDERS, is_descending=True, condition=of_customer(customer_id)))

    def take_focus(self) -> None:
        """See `Tab.take_focus`."""
        if self.is_built:
            self.table.setFocus()

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self.table.setAccessibleName(self.tr("Orders of the customer"))


class PricesTab(Tab):
    """Every product the customer ordered with what they paid last; below, each purchase of the one that is chosen (R-080)."""

    concerns = ("sales_order", "order_line")

    def build(self) -> None:
        """See `Tab.build`."""
        session = self.session
        empty = Empty(
            "price",
            lambda: self.tr("No prices yet"),
            lambda: self.tr(
                "What this customer pays for each product is listed here from the first order on."
            ),
        )
        halves = QSplitter(Qt.Orientation.Vertical, self)
        below = QWidget(halves)
        self.products = FixedModel(session.tasks, session.bus, self._product_columns(), self)
        self.product_table = Table(self.products, name="list.customer_products", empty=empty, parent=halves)
        self.purchases = FixedModel(session.tasks, session.bus, self._purchase_columns(), self)
        self.purchase_table = Table(self.purchases, name="list.customer_purchases", parent=below)
        self.product_table.current_changed.connect(lambda _row_id: self._show_purchases())
        self.purchase_table.opened.connect(self._open)
        self.product_table.opened.connect(lambda _row_id: self.purchase_table.setFocus())
        self._heading = Label(parent=below, role="strong")
        self._heading.setContentsMargins(8, 8, 8, 8)
        column = QVBoxLayout(below)
        spaced(column, gap="")
        column.addWidget(self._heading)
        column.addWidget(self.purchase_table, 1)
        self._below = below
        halves.setChildrenCollapsible(False)
        halves.addWidget(self.product_table)
        halves.addWidget(below)
        halves.setStretchFactor(0, 3)
        halves.setStretchFactor(1, 2)
        for table in (self.product_table, self.purchase_table):
            table.left.connect(self.left)
        self.add(halves)

    def _product_columns(self) -> tuple[ShownColumn, ...]:
        def last(row: Row) -> Purchase:
            found: Bought = row["bought"]
            return found.last

        return (
            ShownColumn("code", lambda: words.field("product", "code"), lambda row: last(row).code, width=80),
            ShownColumn("name", lambda: words.table("product"), lambda row: last(row).name, width=176),
            ShownColumn(
                "paid", lambda: self.tr("Last price"), lambda row: money(last(row).paid_minor, last(row)), is_figure=True,
                width=112,
            ),
            ShownColumn("unit", lambda: words.field("order_line", "unit_name"), lambda row: last(row).unit_name, width=72),
            ShownColumn("change", lambda: self.tr("Since before"), lambda row: since_text(row["bought"]), is_figure=True, width=104),
            ShownColumn(
                "listed", lambda: words.field("order_line", "list_price_minor"),
                lambda row: money(last(row).list_price_minor, last(row)), is_figure=True, width=112, is_hidden=True,
            ),
            ShownColumn("day", lambda: self.tr("Last ordered"), lambda row: _day(last(row).day), width=124),
            ShownColumn("times", lambda: self.tr("Times"), lambda row: formats().number(len(row["bought"].purchases)), is_figure=True, width=56),
        )  # fmt: skip

    def _purchase_columns(self) -> tuple[ShownColumn, ...]:
        return (
            ShownColumn("day", lambda: words.field("sales_order", "order_date"), lambda row: _day(row["bought"].day), width=124),
            ShownColumn("number", lambda: words.table("sales_order"), lambda row: row["bought"].number, width=160),
            ShownColumn(
                "quantity", lambda: words.field("order_line", "quantity_milli"),
                lambda row: f"{formats().quantity(row['bought'].quantity_milli)} {row['bought'].unit_name}", is_figure=True,
                width=96,
            ),
            ShownColumn(
                "unit_price", lambda: words.field("order_line", "unit_price_minor"),
                lambda row: money(row["bought"].unit_price_minor, row["bought"]), is_figure=True, width=112,
            ),
            ShownColumn(
                "discount", lambda: words.field("order_line", "discount_bp"),
                lambda row: formats().rate(row["bought"].discount_bp) if row["bought"].discount_bp else "", is_figure=True,
                width=80,
            ),
            ShownColumn(
                "paid", lambda: self.tr("Paid for one"), lambda row: money(row["bought"].paid_minor, row["bought"]),
                is_figure=True, width=112,
            ),
        )  # fmt: skip

    def read(self, customer_id: bytes) -> None:
        """See `Tab.read`."""
        self.session.tasks.read(
            partial(bought, customer_id=customer_id), self._show, owner=self, slot="prices"
        )

    def take_focus(self) -> None:
        """See `Tab.take_focus`."""
        if self.is_built:
            self.product_table.setFocus()

    def _show(self, found: list[Bought]) -> None:
        self.products.show_rows([{"id": each.last.product_id, "bought": each} for each in found])
        self._below.setVisible(bool(found))
        if found and not self.product_table.currentIndex().isValid():
            self.product_table.setCurrentIndex(self.products.index(0, 0))
        self._show_purchases()

    def _show_purchases(self) -> None:
        row = self.products.row(self.product_table.currentIndex().row())
        chosen: Bought | None = row["bought"] if row is not None else None
        purchases = chosen.purchases if chosen is not None else ()
        self._heading.setText(chosen.last.name if chosen is not None else "")
        self.purchases.show_rows(
            [
                {"id": f"{number}/{each.number}".encode(), "bought": each}
                for number, each in enumerate(purchases)
            ]
        )

    def _open(self, row_id: bytes) -> None:
        number = self.purchases.number_of(row_id)
        row = self.purchases.row(number) if number is not None else None
        if row is not None:
            self.opened.emit(row["bought"].order_id)

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self.product_table.setAccessibleName(self.tr("Products the customer ordered"))
        self.purchase_table.setAccessibleName(self.tr("Purchases of the product"))


def money(amount_minor: int, purchase: Purchase) -> str:
    """An amount in the currency of a purchase."""
    return formats().money(amount_minor, purchase.currency)


def since_text(found: Bought) -> str:
    """By how much the last price differs from the one before, in per cent."""
    before = found.paid_before_minor
    if not before:
        return ""
    change_bp = (found.last.paid_minor - before) * 10_000 // before
    tenths = round(change_bp / 10) * 10
    if not tenths:
        return "="
    return f"{'+' if tenths > 0 else ''}{formats().rate(tenths)}"


class TimelineTab(Tab):
    """What happened, the newest first. ``opened`` carries a table and an id."""

    opened = Signal(str, bytes)
    concerns = (
        "customer", "contact", "ship_to_address", "sales_order", "approval_decision", "conflict",
    )  # fmt: skip

    def build(self) -> None:
        """See `Tab.build`."""
        self._found: Timeline | None = None
        empty = Empty(
            "clock",
            lambda: self.tr("Nothing happened yet"),
            lambda: self.tr("Orders, decisions and changes stand here in the order in which they happened."),
        )
        self.model = FixedModel(self.session.tasks, self.session.bus, self._columns(), self)
        self.table = Table(self.model, name="list.customer_timeline", empty=empty, parent=self)
        self.table.opened.connect(self._open)
        self.table.left.connect(self.left)
        self.add(self.table)

    def take_focus(self) -> None:
        """See `Tab.take_focus`."""
        if self.is_built:
            self.table.setFocus()

    def _columns(self) -> tuple[ShownColumn, ...]:
        return (
            ShownColumn("when", lambda: self.tr("When"), lambda row: row["when"], width=112),
            ShownColumn("what", lambda: self.tr("What"), lambda row: row["what"], width=128),
            ShownColumn("detail", lambda: self.tr("Details"), lambda row: row["detail"], width=336),
            ShownColumn("who", lambda: self.tr("Who"), lambda row: row["who"], width=136),
        )

    def read(self, customer_id: bytes) -> None:
        """See `Tab.read`."""
        self.session.tasks.read(
            partial(timeline, customer_id=customer_id), self._show, owner=self, slot="timeline"
        )

    def _show(self, found: Timeline) -> None:
        self._found = found
        self._tell()

    def _tell(self) -> None:
        if self._found is not None:
            self.model.show_rows(list(moment_lines(self._found, self.session)))

    def _open(self, row_id: bytes) -> None:
        number = self.model.number_of(row_id)
        row = self.model.row(number) if number is not None else None
        if row is not None:
            moment: Moment = row["moment"]
            self.opened.emit(moment.table, moment.row_id)

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self.table.setAccessibleName(self.tr("Timeline of the customer"))
        self._tell()


class HistoryTab(Tab):
    """The history of the customer's own fields. ``chosen``: the person is on another line."""

    chosen = Signal()

    def build(self) -> None:
        """See `Tab.build`."""
        self.changes = ChangeList(self.session, self)
        self.changes.chosen.connect(self.chosen)
        self.changes.table.left.connect(self.left)
        self.add(self.changes)

    def read(self, customer_id: bytes) -> None:
        """See `Tab.read`; changes are the list's own to follow."""
        self.changes.show_record("customer", customer_id)

    def take_focus(self) -> None:
        """See `Tab.take_focus`."""
        if self.is_built:
            self.changes.table.setFocus()

    @property
    def can_take_back(self) -> bool:
        """Whether the chosen change can be taken back."""
        return self.is_built and self.changes.can_take_back

    def take_back(self) -> None:
        """Take the chosen change back."""
        self.changes.take_back()
