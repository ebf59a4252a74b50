"""The lines of a draft as a grid: an item model of what was typed, whether it is understood or not.

What was typed and is not understood stays where it is and says what is wrong. The last line is always an empty one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Any, Final, cast

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from crm.catalogue.rules import PriceRule
from crm.changes.entity import Row
from crm.orders.completeness import Problem
from crm.orders.drafting import DraftLine, Quote
from crm.orders.pricing import price_rule_of
from desktop.kit import format as formatting
from desktop.kit.format import formats
from desktop.kit.theme import look
from desktop.screens.order.telling import problem_text
from desktop.store.reads.products import Product
from desktop.widgets.fields import read_date

translate: Final = QCoreApplication.translate
Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()
LINE_ROLE: Final = int(Qt.ItemDataRole.UserRole)
"""The `Line` of a cell."""


class Col(IntEnum):
    """The columns."""

    NUMBER = 0
    PRODUCT = 1
    QUANTITY = 2
    UNIT = 3
    PRICE = 4
    DISCOUNT = 5
    WANTED = 6
    PLACE = 7
    AMOUNT = 8


FIGURES: Final = frozenset({Col.NUMBER, Col.QUANTITY, Col.PRICE, Col.DISCOUNT, Col.AMOUNT})
TYPED: Final = (Col.PRODUCT, Col.QUANTITY, Col.UNIT, Col.PRICE, Col.DISCOUNT, Col.WANTED, Col.PLACE)
"""What a person types, in the order in which Tab goes."""


@dataclass(eq=False)
class Line:
    """One line as it was typed. ``typed`` is what stands for the product while none is chosen, ``wrong`` what was typed in
    a column and is not understood, ``trouble`` why the line cannot be kept as one of the order (asked for again by language).

    ``told`` is the line as it would be written, from the last quote.
    """

    product: Product | None = None
    typed: str = ""
    quantity_milli: int = 0
    unit_id: bytes | None = None
    price_minor: int | None = None
    discount_bp: int = 0
    wanted_on: date | None = None
    place: str = ""
    note: str = ""
    id: bytes | None = None
    wrong: dict[Col, str] = field(default_factory=dict)
    trouble: Callable[[], str] | None = None
    told: Row | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands on it."""
        return self.product is None and not self.typed and not self.wrong and not self.quantity_milli

    def draft(self) -> DraftLine | None:
        """The line of the order; None while no product is chosen."""
        if self.product is None:
            return None
        return DraftLine(
            product_id=self.product.id,
            quantity_milli=0 if Col.QUANTITY in self.wrong else self.quantity_milli,
            id=self.id,
            product_unit_id=self.unit_id,
            price_minor=self.price_minor,
            discount_bp=self.discount_bp,
            wanted_on=self.wanted_on,
            delivery_place=self.place,
            note=self.note,
        )


class LinesModel(QAbstractTableModel):
    """See the module. ``edited``: what the order would be has changed. ``today`` is asked when a day is typed."""

    edited = Signal()

    def __init__(self, today: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._today = today
        self.currency = "CNY"
        self.lines: list[Line] = [Line()]

    # -- what is there

    def load(self, lines: Sequence[Line], currency: str) -> None:
        """Show other lines."""
        self.beginResetModel()
        self.currency = currency
        self.lines = [*lines, Line()]
        self.endResetModel()

    def kept(self) -> list[Line]:
        """The lines that can be lines of the order."""
        return [line for line in self.lines if line.product is not None]

    def unfinished(self) -> list[int]:
        """The rows on which something stands that is not understood."""
        return [
            row
            for row, line in enumerate(self.lines)
            if line.wrong or (line.product is None and not line.is_empty)
        ]

    def row_of(self, line: Line) -> int | None:
        """Where a line stands now; None when it was taken off."""
        return next((row for row, each in enumerate(self.lines) if each is line), None)

    # -- editing

    def choose(self, line: Line, product: Product, *, unit_id: bytes | None = None) -> None:
        """Put a product on a line. A line that was another product's becomes a new one."""
        row = self.row_of(line)
        if row is None:
            return
        if line.product is None or line.product.id != product.id:
            line.id, line.told = None, None
            line.unit_id = unit_id if unit_id is not None else product.packs[0].id
            if not line.quantity_milli and Col.QUANTITY not in line.wrong:
                line.quantity_milli = product.first_quantity_milli(line.unit_id)
        line.product, line.typed, line.trouble, line.problems = product, "", None, ()
        self._tell(row)
        self._keep_last_empty()
        self.edited.emit()

    def leave_unfound(self, line: Line, typed: str, trouble: Callable[[], str] | None = None) -> None:
        """Keep what was typed for a product that was not found, and why."""
        row = self.row_of(line)
        if row is None:
            return
        line.product, line.id, line.typed, line.trouble, line.told = None, None, typed, trouble, None
        self._tell(row)
        self._keep_last_empty()
        self.edited.emit()

    def add(self, lines: Sequence[Line]) -> int:
        """Put lines at the end, before the empty one; gives the row of the first."""
        first = len(self.lines) - 1
        if lines:
            self.beginInsertRows(QModelIndex(), first, first + len(lines) - 1)
            self.lines[first:first] = lines
            self.endInsertRows()
            self.edited.emit()
        return first

    def remove(self, row: int) -> Line | None:
        """Take a line off; the empty one at the end stays."""
        if not 0 <= row < len(self.lines) - 1:
            return None
        self.beginRemoveRows(QModelIndex(), row, row)
        line = self.lines.pop(row)
        self.endRemoveRows()
        self._tell_all()
        self.edited.emit()
        return line

    def _keep_last_empty(self) -> None:
        if not self.lines[-1].is_empty:
            self.beginInsertRows(QModelIndex(), len(self.lines), len(self.lines))
            self.lines.append(Line())
            self.endInsertRows()

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take what was typed in a cell. The product is chosen by `choose`."""
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        line, column, text = self.lines[index.row()], Col(index.column()), str(value).strip()
        before = line.draft(), dict(line.wrong)
        self._take(line, column, text, value)
        if (line.draft(), line.wrong) != before:
            self._tell(index.row())
            self._keep_last_empty()
            self.edited.emit()
        return True

    def _take(self, line: Line, column: Col, text: str, value: Any) -> None:
        line.wrong.pop(column, None)
        if column is Col.UNIT:
            line.unit_id = value if isinstance(value, bytes) else None
        elif column is Col.PLACE:
            line.place = text[:500]
        elif column is Col.WANTED:
            line.wanted_on = read_date(text, self._today()) if text else None
            if text and line.wanted_on is None:
                line.wrong[column] = text
        else:
            self._take_figure(line, column, text)

    def _take_figure(self, line: Line, column: Col, text: str) -> None:
        number: int | None = None
        if column is Col.QUANTITY:
            number = formatting.read_quantity(text)
        elif column is Col.DISCOUNT:
            number = formatting.read_rate(text)
            if number is not None and not 0 <= number <= 10_000:
                number = None
        elif column is Col.PRICE:
            number = formatting.read_money(text, self.currency)
        if text and (number is None or number < 0):
            line.wrong[column] = text
        elif column is Col.QUANTITY:
            line.quantity_milli = number or 0
        elif column is Col.DISCOUNT:
            line.discount_bp = number or 0
        elif column is Col.PRICE:
            line.price_minor = number if text else None

    # -- what it comes to

    def show_quote(self, lines: Sequence[Line], quote: Quote) -> None:
        """Show what the lines come to, which were asked about in this order."""
        by_line: dict[int, list[Problem]] = {}
        for problem in quote.problems:
            if problem.line_no is not None:
                by_line.setdefault(problem.line_no, []).append(problem)
        amounts = quote.amounts.lines
        for place, (line, told) in enumerate(zip(lines, quote.lines, strict=True)):
            net = {"net_minor": amounts[place].net_minor} if place < len(amounts) else {}
            line.told = {**told, **net}
            line.problems = tuple(by_line.get(place + 1, ()))
        self._tell_all()

    # -- QAbstractTableModel

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """The lines and the empty one."""
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """See `Col`."""
        return 0 if parent.isValid() else len(Col)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """What is typed can be edited once there is a product."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        found = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if Col(index.column()) in TYPED:
            line = self.lines[index.row()]
            if index.column() in (Col.PRODUCT, Col.QUANTITY) or line.product is not None:
                found |= Qt.ItemFlag.ItemIsEditable
        return found

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles and their alignment."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(Col):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _title(Col(section))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(Col(section))
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, colour, alignment, what is wrong."""
        if not index.isValid():
            return None
        line, column = self.lines[index.row()], Col(index.column())
        if role == LINE_ROLE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(line, column, index.row())
        if role == Qt.ItemDataRole.EditRole:
            return self.typed(line, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.FontRole:
            return look().font(is_tabular=True) if column in FIGURES else None
        if role == Qt.ItemDataRole.ForegroundRole:
            return look().colour(self._colour(line, column))
        if role in {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole}:
            return self.wrong_text(line, column) or (
                self.text(line, column, index.row()) if role == Qt.ItemDataRole.ToolTipRole else ""
            )
        return None

    def text(self, line: Line, column: Col, row: int) -> str:
        """What stands in a cell."""
        if column is Col.NUMBER:
            return "" if line.is_empty else str(row + 1)
        if column is Col.PRODUCT:
            return f"{line.product.code}  {line.product.name}" if line.product is not None else line.typed
        if column in line.wrong:
            return line.wrong[column]
        if line.product is None:
            return (
                formats().quantity(line.quantity_milli)
                if column is Col.QUANTITY and line.quantity_milli
                else ""
            )
        if column is Col.QUANTITY:
            return formats().quantity(line.quantity_milli)
        if column is Col.UNIT:
            return line.product.pack(line.unit_id).name
        if column is Col.DISCOUNT:
            return formats().rate(line.discount_bp) if line.discount_bp else ""
        if column is Col.WANTED:
            return line.wanted_on.isoformat() if line.wanted_on else ""
        if column is Col.PLACE:
            return line.place
        return self._amount(line, column)

    def _amount(self, line: Line, column: Col) -> str:
        if column is Col.PRICE and line.price_minor is not None:
            return formats().figures(line.price_minor, self.currency)
        value = (
            None
            if line.told is None
            else line.told.get("unit_price_minor" if column is Col.PRICE else "net_minor")
        )
        return formats().figures(value, self.currency) if isinstance(value, int) else ""

    def typed(self, line: Line, column: Col) -> str:
        """What stands in the editor of a cell when it opens."""
        if column is Col.PRODUCT:
            return line.typed if line.product is None else line.product.code
        if column is Col.PRICE and line.price_minor is None and column not in line.wrong:
            return ""
        return self.text(line, column, 0)

    def wrong_text(self, line: Line, column: Col) -> str:
        """What is wrong with a cell; empty when nothing is."""
        if column in line.wrong:
            told = {
                Col.QUANTITY: translate("OrderLines", "This is not a quantity."),
                Col.PRICE: translate("OrderLines", "This is not a price."),
                Col.DISCOUNT: translate("OrderLines", "A discount is between 0% and 100%."),
                Col.WANTED: translate("OrderLines", "This is not a day."),
            }
            return told.get(column, "")
        if column is Col.PRODUCT and line.trouble is not None:
            return line.trouble()
        return "\n".join(map(problem_text, line.problems)) if column in (Col.NUMBER, Col.PRODUCT) else ""

    def _colour(self, line: Line, column: Col) -> str:
        if column in line.wrong or (column in (Col.PRODUCT, Col.NUMBER) and line.trouble):
            return "needs_you"
        if column is Col.NUMBER:
            return "needs_you" if line.problems else "text_secondary"
        return "look" if column is Col.PRICE and line.price_minor is not None else "text"

    def retranslate(self) -> None:
        """The language has changed."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(Col) - 1)
        self._tell_all()

    def _tell(self, row: int) -> None:
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(Col) - 1))

    def _tell_all(self) -> None:
        self.dataChanged.emit(self.index(0, 0), self.index(len(self.lines) - 1, len(Col) - 1))


def _alignment(column: Col) -> int:
    side = Qt.AlignmentFlag.AlignRight if column in FIGURES else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)


def _title(column: Col) -> str:
    titles = {
        Col.NUMBER: "#",
        Col.PRODUCT: translate("OrderLines", "Product"),
        Col.QUANTITY: translate("OrderLines", "Quantity"),
        Col.UNIT: translate("OrderLines", "Unit"),
        Col.PRICE: translate("OrderLines", "Price"),
        Col.DISCOUNT: translate("OrderLines", "Discount"),
        Col.WANTED: translate("OrderLines", "Delivery"),
        Col.PLACE: translate("OrderLines", "Place"),
        Col.AMOUNT: translate("OrderLines", "Net"),
    }
    return titles[column]


def line_of(row: Row, products: Mapping[bytes, Product]) -> Line | None:
    """A line of an order as it is edited; None when its product is not here."""
    product = products.get(cast(bytes, row["product_id"]))
    if product is None:
        return None
    wanted = row["wanted_on"]
    by_hand = price_rule_of(row["price_certificate"]) is PriceRule.MANUAL
    return Line(
        product=product,
        quantity_milli=cast(int, row["quantity_milli"]),
        unit_id=cast("bytes | None", row["product_unit_id"]),
        price_minor=cast(int, row["unit_price_minor"]) if by_hand else None,
        discount_bp=cast(int, row["discount_bp"]),
        wanted_on=date.fromisoformat(wanted) if isinstance(wanted, str) else None,
        place=str(row["delivery_place"]),
        note=str(row["note"]),
        id=cast(bytes, row["id"]),
        told=row,
    )
