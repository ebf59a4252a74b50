"""The products that answer what is typed on a line, below it: the keyboard stays in the line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.kit.format import formats
from desktop.kit.session import Session
from desktop.kit.theme import look, spaced
from desktop.kit.translated import Translated
from desktop.store.reads.products import Product, find_products
from desktop.widgets.labels import Label

Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()
_ROW: Final = 44
_WIDTH: Final = 560
_SHOWN: Final = 7
PRODUCT_ROLE: Final = int(Qt.ItemDataRole.UserRole)


class _Products(QAbstractListModel):
    """The products that are offered."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.products: list[Product] = []

    def show(self, products: Sequence[Product]) -> None:
        """Offer others."""
        self.beginResetModel()
        self.products = list(products)
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """How many."""
        return 0 if parent.isValid() else len(self.products)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name and code, as they are read out."""
        if not index.isValid():
            return None
        product = self.products[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{product.code} {product.name}"
        return product if role == PRODUCT_ROLE else None


class _Painter(QStyledItemDelegate):
    """Two lines for each: the name and what it cost last, the code and how much was taken."""

    def __init__(self, finder: ProductFinder) -> None:
        super().__init__(finder)
        self._finder = finder

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines high."""
        return QSize(0, look().px(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a product."""
        product = index.data(PRODUCT_ROLE)
        now, space = look(), look().space("medium")
        box = QRectF(option.rect)
        painter.save()
        if index.row() == self._finder.row:
            painter.fillRect(box, now.colour("selected"))
        inner = box.adjusted(space, now.px(4), -space, -now.px(4))
        half = inner.height() / 2
        top = QRectF(inner.left(), inner.top(), inner.width(), half)
        low = QRectF(inner.left(), inner.top() + half, inner.width(), half)
        price, when = self._finder.bought_text(product)
        body, small = now.font(is_tabular=True), now.font("secondary", is_tabular=True)
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for row, font, colour, told, aside in (
            (top, body, "text", product.name, price),
            (low, small, "text_secondary", " · ".join(filter(None, (product.code, product.spec))), when),
        ):
            painter.setFont(font)
            painter.setPen(now.colour(colour))
            metrics = QFontMetrics(font)
            taken = metrics.horizontalAdvance(aside) + space if aside else 0
            room = int(row.width() - taken)
            painter.drawText(row, left, metrics.elidedText(told, Qt.TextElideMode.ElideRight, room))
            painter.drawText(row, right, aside)
        painter.restore()


class ProductFinder(Translated):
    """A popover of products. ``chosen`` carries the product that was clicked.

    `ask` looks for a text; what is usual for the customer is offered while nothing is typed. ``row`` is the one that
    Enter takes, -1 for none.
    """

    chosen = Signal(object)

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._customer_id: bytes | None = None
        self._usual: Sequence[Product] = ()
        self._asked = ""
        self._answered = ""
        self._cell = QRect()
        self.row = -1
        self._model = _Products(self)
        frame = QFrame(self)
        frame.setProperty("role", "raised")
        self._title = Label(parent=frame, role="secondary")
        self._list = QListView(frame)
        self._list.setModel(self._model)
        self._list.setItemDelegate(_Painter(self))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setUniformItemSizes(True)
        self._list.clicked.connect(self._on_clicked)
        around = QVBoxLayout(self)
        spaced(around, gap="")
        around.addWidget(frame)
        column = QVBoxLayout(frame)
        spaced(column, "hair", gap="")
        heading = QVBoxLayout()
        spaced(heading, "hair", "small", gap="")
        heading.addWidget(self._title)
        column.addLayout(heading)
        column.addWidget(self._list)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        self.dress()

    def of_customer(self, customer_id: bytes, usual: Sequence[Product]) -> None:
        """For whom products are looked for, and what is usual for them."""
        self._customer_id, self._usual = customer_id, usual

    def is_settled_for(self, text: str) -> bool:
        """Whether what is offered answers a text."""
        return self._answered == self._asked == text.strip()

    @property
    def product(self) -> Product | None:
        """The product that Enter takes."""
        return self._model.products[self.row] if 0 <= self.row < len(self._model.products) else None

    def ask(self, text: str) -> None:
        """Look for what is typed. Empty: what is usual, and Enter takes none of it until an arrow was pressed."""
        self._asked = text.strip()
        self.show()
        self.raise_()
        if not self._asked:
            self._answered = ""
            self._offer(self._usual, -1)
            return

        def arrived(asked: str, products: list[Product]) -> None:
            self._answered = asked
            self._offer(products, 0 if products and not products[0].is_near else -1)

        query = partial(find_products, text=self._asked, customer_id=self._customer_id)
        self._session.tasks.read(query, partial(arrived, self._asked), owner=self, slot="find")

    def _offer(self, products: Sequence[Product], row: int) -> None:
        self._model.show(products)
        self.row = row
        self.retranslate()
        self._fit()

    def step(self, way: int) -> None:
        """Another product."""
        count = len(self._model.products)
        if count:
            self.row = (self.row + way) % count if self.row >= 0 else (0 if way > 0 else count - 1)
            self._list.scrollTo(self._model.index(self.row))
            self._list.viewport().update()

    def stand_at(self, cell: QRect) -> None:
        """Where it stands once something is asked: below a cell (in the parent's coordinates), or above it where there is
        no room below.
        """
        self._cell = cell
        self._fit()

    def _fit(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        now, count = look(), len(self._model.products)
        width = min(now.px(_WIDTH), parent.width())
        title = self._title.sizeHint().height() + 2 * now.px(4)
        height = title + now.px(_ROW) * min(count, _SHOWN) + 2 * now.px(4) + 2
        self._list.setVisible(count > 0)
        top = self._cell.bottom() + 2
        if top + height > parent.height():
            top = max(self._cell.top() - height - 2, 0)
        self.setGeometry(min(self._cell.left(), parent.width() - width), top, width, height)

    def _on_clicked(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(PRODUCT_ROLE))

    def bought_text(self, product: Product) -> tuple[str, str]:
        """What the customer paid last, and how much of it when."""
        last = product.bought
        if last is None:
            return "", ""
        price = formats().money(last.price_minor, last.currency)
        when = self.tr("last {quantity} {unit}, {day}").format(
            quantity=formats().quantity(last.quantity_milli),
            unit=last.unit_name,
            day=formats().day_near(date.fromisoformat(last.on), self._session.today()),
        )
        return price, when

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        count = len(self._model.products)
        if self._asked:
            told = self.tr("%n product(s)", "", count) if count else self.tr("No product found")
        else:
            told = (
                self.tr("Usual for this customer")
                if count
                else self.tr("Type a code, a name, pinyin or scan")
            )
        self._title.setText(told)
        self._list.setAccessibleName(self.tr("Products found"))
