"""What a customer ordered, what they paid for each product, and what happened when: the lists of the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from crm.schema import SCHEMA
from desktop.kit import values, words
from desktop.kit.bus import Changes
from desktop.kit.format import NO_VALUE, formats
from desktop.kit.session import Session
from desktop.kit.theme import spaced
from desktop.kit.translated import Translated
from desktop.store.reads.listing import Reading, Row
from desktop.store.reads.orders import ORDERS, of_customer
from desktop.store.reads.prices import Bought, Purchase, bought
from desktop.store.reads.timeline import Moment, Timeline, What, timeline
from desktop.widgets.changes import beginning_text, person_text, value_text
from desktop.widgets.empty import Empty
from desktop.widgets.fixed import FixedModel
from desktop.widgets.keyset import KeysetModel, ShownColumn
from desktop.widgets.labels import Label
from desktop.widgets.pill_cells import PillCells
from desktop.widgets.table import Table

translate: Final = QCoreApplication.translate


def _day(text: str | None) -> str:
    return formats().day(date.fromisoformat(text)) if text else ""


class OrdersTab(Translated):
    """The customer's orders, the newest first. ``opened`` carries the id of one."""

    opened = Signal(bytes)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = KeysetModel(session.tasks, session.bus, self._columns(), self)
        empty = Empty(
            "orders",
            lambda: self.tr("No orders yet"),
            lambda: self.tr("The first one begins with O: products by code, name or pinyin."),
        )
        self.table = Table(self.model, name="list.customer_orders", empty=empty)
        self.table.setItemDelegateForColumn(2, PillCells(self.table, lambda row: (row["state"], "", "")))
        self.table.opened.connect(self.opened)
        column = QVBoxLayout(self)
        spaced(column, gap="")
        column.addWidget(self.table)
        self.dress()

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
                "reference_no", width=96,
            ),
        )  # fmt: skip

    def show_customer(self, customer_id: bytes) -> None:
        """Show the orders of another customer."""
        self.model.show(Reading(ORDERS, is_descending=True, condition=of_customer(customer_id)))

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self.table.setAccessibleName(self.tr("Orders of the customer"))


class _Reread(Translated):
    """Reads again when one of ``concerns`` changes, at once when it is seen, else when it is next seen."""

    concerns: tuple[str, ...] = ()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.customer_id: bytes | None = None
        self._is_old = False
        session.bus.changed.connect(self._on_changed)

    def show_customer(self, customer_id: bytes) -> None:
        """Show another customer, or the same one anew."""
        self.customer_id = customer_id
        self._is_old = True
        self._freshen()

    def read(self, customer_id: bytes) -> None:
        """Ask for what is shown."""
        raise NotImplementedError

    def _on_changed(self, changes: Changes) -> None:
        if changes.concerns(*self.concerns):
            self._is_old = True
            self._freshen()

    def _freshen(self) -> None:
        if self._is_old and self.isVisible() and self.customer_id is not None:
            self._is_old = False
            self.read(self.customer_id)

    def showEvent(self, event: object) -> None:
        """See `_Reread`."""
        del event
        self._freshen()


class PricesTab(_Reread):
    """Every product the customer ordered with what they paid last; below, each purchase of the one that is chosen (R-080).

    ``opened`` carries the id of an order.
    """

    opened = Signal(bytes)
    concerns = ("sales_order", "order_line")

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._products: list[Bought] = []
        empty = Empty(
            "price",
            lambda: self.tr("No prices yet"),
            lambda: self.tr(
                "What this customer pays for each product is listed here from the first order on."
            ),
        )
        self.products = FixedModel(session.tasks, session.bus, self._product_columns(), self)
        self.product_table = Table(self.products, name="list.customer_products", empty=empty)
        self.purchases = FixedModel(session.tasks, session.bus, self._purchase_columns(), self)
        self.purchase_table = Table(self.purchases, name="list.customer_purchases")
        self.product_table.current_changed.connect(lambda _row_id: self._show_purchases())
        self.purchase_table.opened.connect(self._open)
        self.product_table.opened.connect(lambda _row_id: self.purchase_table.setFocus())
        self._heading = Label(role="strong")
        self._heading.setContentsMargins(8, 8, 8, 8)
        below = QWidget()
        column = QVBoxLayout(below)
        spaced(column, gap="")
        column.addWidget(self._heading)
        column.addWidget(self.purchase_table, 1)
        self._below = below
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self.product_table)
        halves.addWidget(below)
        halves.setStretchFactor(0, 3)
        halves.setStretchFactor(1, 2)
        whole = QVBoxLayout(self)
        spaced(whole, gap="")
        whole.addWidget(halves)
        self.dress()

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
            ShownColumn("unit", lambda: words.field("order_line", "unit_name"), lambda row: last(row).unit_name, width=56),
            ShownColumn("change", lambda: self.tr("Since before"), lambda row: since_text(row["bought"]), is_figure=True, width=88),
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
        """See `_Reread.read`."""
        self.session.tasks.read(
            partial(bought, customer_id=customer_id), self._show, owner=self, slot="prices"
        )

    def _show(self, found: list[Bought]) -> None:
        self._products = found
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


class TimelineTab(_Reread):
    """What happened, the newest first. ``opened`` carries a table and an id."""

    opened = Signal(str, bytes)
    concerns = (
        "customer", "contact", "ship_to_address", "sales_order", "approval_decision", "conflict",
    )  # fmt: skip

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._found: Timeline | None = None
        empty = Empty(
            "clock",
            lambda: self.tr("Nothing happened yet"),
            lambda: self.tr("Orders, decisions and changes stand here in the order in which they happened."),
        )
        self.model = FixedModel(session.tasks, session.bus, self._columns(), self)
        self.table = Table(self.model, name="list.customer_timeline", empty=empty)
        self.table.opened.connect(self._open)
        column = QVBoxLayout(self)
        spaced(column, gap="")
        column.addWidget(self.table)
        self.dress()

    def _columns(self) -> tuple[ShownColumn, ...]:
        return (
            ShownColumn("when", lambda: self.tr("When"), lambda row: row["when"], width=112),
            ShownColumn("what", lambda: self.tr("What"), lambda row: row["what"], width=128),
            ShownColumn("detail", lambda: self.tr("Details"), lambda row: row["detail"], width=336),
            ShownColumn("who", lambda: self.tr("Who"), lambda row: row["who"], width=136),
        )

    def read(self, customer_id: bytes) -> None:
        """See `_Reread.read`."""
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


def moment_lines(found: Timeline, session: Session) -> Iterator[Row]:
    """The timeline in words."""
    now_ms = session.now_ms()
    for number, moment in enumerate(found.moments):
        what, detail = moment_text(moment, found)
        yield {
            "id": str(number).encode(),
            "moment": moment,
            "when": formats().moment(moment.at_ms, now_ms) if moment.at_ms else NO_VALUE,
            "what": what,
            "detail": detail,
            "who": person_text(moment.by, found, session),
        }


def moment_text(moment: Moment, found: Timeline) -> tuple[str, str]:
    """What happened, and what there is to say about it."""
    if moment.what is What.CHANGED:
        return _change_text(moment, found)
    if moment.what is What.CONFLICT:
        return words.table("conflict"), words.state(moment.word)
    parts = [moment.number, formats().money(moment.amount_minor, moment.currency), words.state(moment.word)]
    if moment.what is What.DECIDED:
        titles = {
            "approved": translate("Timeline", "Order approved"),
            "returned": translate("Timeline", "Order returned"),
            "rejected": translate("Timeline", "Order rejected"),
        }
        parts[2] = moment.note
        return titles.get(moment.word, moment.word), " · ".join(part for part in parts if part)
    title = (
        translate("Timeline", "Order submitted")
        if moment.what is What.ORDER_SUBMITTED
        else translate("Timeline", "Order begun")
    )
    return title, " · ".join(parts)


def _change_text(moment: Moment, found: Timeline) -> tuple[str, str]:
    change = moment.change
    assert change is not None
    added = {
        "customer": translate("Timeline", "Customer entered"),
        "contact": translate("Timeline", "Contact added"),
        "ship_to_address": translate("Timeline", "Address added"),
    }
    edited = {
        "customer": translate("Timeline", "Customer changed"),
        "contact": translate("Timeline", "Contact changed"),
        "ship_to_address": translate("Timeline", "Address changed"),
    }
    caption = found.captions.get((change.table, change.row_id))
    name = caption.title if caption is not None and change.table != "customer" else ""
    if change.born:
        return added[change.table], name or beginning_text(change, found)
    if "deleted" in change.fields:
        removed = {
            "customer": translate("Timeline", "Customer removed"),
            "contact": translate("Timeline", "Contact removed"),
            "ship_to_address": translate("Timeline", "Address removed"),
        }
        if change.fields["deleted"][1]:
            return removed[change.table], name
    told = [
        f"{words.field(change.table, field)}: {value_text(change, field, old, found)} → "
        f"{value_text(change, field, new, found)}"
        for field, (old, new) in change.fields.items()
        if values.is_told(SCHEMA[change.table], field)
    ]
    return edited[change.table], " · ".join([*([name] if name else []), *told])
