"""The grid in which an order is written: every cell by the keyboard alone.

Product, Enter, quantity, Enter: the next line. Tab goes through unit, price, discount, day and place; arrows go up and down;
Ctrl+D takes a line off; Ctrl+V takes rows of a spreadsheet. What a scanner types becomes a line of its own.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QModelIndex, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QTableView,
    QWidget,
)

from crm.money import MILLI
from desktop.kit.session import Session
from desktop.kit.theme import look
from desktop.screens.order.editors import LineEditors, ProductEdit, name_editor
from desktop.screens.order.finder import ProductFinder
from desktop.screens.order.lines import TYPED, Col, Line, LinesModel
from desktop.store.reads.products import Product, exact_product

WIDTHS: Final = {
    Col.NUMBER: 36,
    Col.QUANTITY: 68,
    Col.UNIT: 64,
    Col.PRICE: 88,
    Col.DISCOUNT: 68,
    Col.WANTED: 92,
    Col.PLACE: 64,
    Col.AMOUNT: 108,
}
LEAST_PRODUCT: Final = 160


class LinesGrid(QTableView):
    """See the module. ``pasted`` carries text with more than one cell; ``left``: Esc where nothing is being edited;
    ``line_changed`` carries the `Line` that the person is on.
    """

    pasted = Signal(str)
    left = Signal()
    line_changed = Signal(object)

    def __init__(
        self, session: Session, lines: LinesModel, finder: ProductFinder, parent: QWidget | None = None
    ):
        super().__init__(parent)
        self._session = session
        self.lines = lines
        self._finder = finder
        self._customer_id: bytes | None = None
        self._editor: QWidget | None = None
        self._edited: Line | None = None
        self._asking = 0
        self._opened = 0
        self.setModel(lines)
        editors = LineEditors(session.today, self, paste=self.paste)
        editors.moved.connect(self._on_moved)
        editors.opened.connect(self._on_opened)
        editors.product_typed.connect(self._take_product)
        self.setItemDelegate(editors)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.SelectedClicked
        )
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setMinimumSectionSize(look().px(32))
        finder.chosen.connect(self._on_chosen)
        self.selectionModel().currentChanged.connect(self._on_current)
        self.restyle()

    def of_customer(self, customer_id: bytes) -> None:
        """For whom products are looked for."""
        self._customer_id = customer_id

    @property
    def line(self) -> Line | None:
        """The line that the person is on."""
        row = self.currentIndex().row()
        return self.lines.lines[row] if 0 <= row < len(self.lines.lines) else None

    @property
    def editor(self) -> QWidget | None:
        """The editor that is open."""
        return self._editor

    @property
    def is_asking(self) -> bool:
        """Whether products are still looked for."""
        return self._asking > 0

    # -- going from cell to cell

    def begin(self) -> None:
        """Put the keyboard where the next product is typed."""
        self.go(len(self.lines.lines) - 1, Col.PRODUCT)

    def go(self, row: int, column: Col) -> None:
        """Go to a cell and edit it."""
        index = self.lines.index(row, column)
        self.setCurrentIndex(index)
        self.setFocus()
        if index.flags() & Qt.ItemFlag.ItemIsEditable:
            self.edit(index)

    def finish(self) -> None:
        """Take what stands in the editor that is open, and close it. Of products only the one that was typed in full is
        taken, not what was offered for a few letters: nobody is there to see it.
        """
        editor, line = self._editor, self._edited
        if not isinstance(editor, ProductEdit):
            if editor is not None:
                self._close(editor)
            return
        text = editor.text().strip()
        self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.RevertModelCache)
        if line is not None and text and not (line.product is not None and text == line.product.code):
            self._look_for(line, text, in_full=True)

    def _close(self, editor: QWidget) -> None:
        """Take what stands in an editor, and close it."""
        self.commitData(editor)
        self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """However it is closed, what was found for it goes too."""
        if editor is self._editor:
            self._editor = None
            self._finder.hide()
        super().closeEditor(editor, hint)

    def _on_moved(self, way: str) -> None:
        editor, index = self._editor, self.currentIndex()
        if editor is None:
            return
        row, column = index.row(), Col(index.column())
        if way == "escape":
            self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.RevertModelCache)
            self.setFocus()
            return
        if isinstance(editor, ProductEdit) and way == "enter" and editor.is_scanned:
            text = editor.text().strip()
            self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.RevertModelCache)
            self._scan(text, row)
            self.begin()
            return
        self._close(editor)
        line = self.lines.lines[row] if row < len(self.lines.lines) else None
        self._go_on(way, row, column, is_nothing=line is None or line.is_empty)

    def _go_on(self, way: str, row: int, column: Col, *, is_nothing: bool) -> None:
        if way == "enter" and column is Col.PRODUCT:
            self.go(row, Col.PRODUCT if is_nothing else Col.QUANTITY)
        elif way == "enter":
            self.go(min(row + 1, len(self.lines.lines) - 1), Col.PRODUCT)
        elif way in {"up", "down"}:
            target = row + (1 if way == "down" else -1)
            self.go(min(max(target, 0), len(self.lines.lines) - 1), column)
        else:
            self._tab(row, column, 1 if way == "next" else -1)

    def _tab(self, row: int, column: Col, way: int) -> None:
        place = TYPED.index(column) + way if column in TYPED else 0
        if not 0 <= place < len(TYPED):
            row, place = row + way, 0 if way > 0 else len(TYPED) - 1
        if not 0 <= row < len(self.lines.lines) or (way > 0 and self.lines.lines[row].is_empty and place > 0):
            # Beyond the lines the keyboard leaves the grid.
            self.setFocus()
            self.focusNextPrevChild(way > 0)
            return
        self.go(row, TYPED[place])

    # -- products

    def _on_opened(self, editor: QWidget, line: Line) -> None:
        self._editor, self._edited = editor, line
        self._opened += 1
        editor.destroyed.connect(partial(self._forget, self._opened))
        if isinstance(editor, ProductEdit):
            editor.textEdited.connect(self._finder.ask)
            editor.stepped.connect(self._finder.step)
            # The editor gets its place after it was made.
            QTimer.singleShot(0, editor, partial(self._show_finder, editor))

    def _forget(self, number: int) -> None:
        """An editor is gone; only the last one may have been forgotten to be closed."""
        if number == self._opened:
            self._editor = None

    def _show_finder(self, editor: ProductEdit) -> None:
        host = self._finder.parentWidget()
        if self._editor is not editor or host is None or not editor.isVisible():
            return
        corner = editor.mapTo(host, editor.rect().topLeft())
        line = self.line
        is_chosen = line is not None and line.product is not None and line.product.code == editor.text()
        self._finder.stand_at(QRect(corner, editor.size()))
        if not is_chosen:
            self._finder.ask(editor.text())

    def _take_product(self, editor: ProductEdit) -> None:
        """The product that is offered, if it answers what was typed; otherwise it is looked for, and found later."""
        line, text = self._edited, editor.text().strip()
        if line is None or self.lines.row_of(line) is None:
            return
        if line.product is not None and text == line.product.code:
            return
        found = (
            self._finder.product if self._finder.isVisible() and self._finder.is_settled_for(text) else None
        )
        if found is not None:
            self.lines.choose(line, found, unit_id=found.scanned_unit_id)
        elif text:
            self._look_for(line, text)

    def _look_for(self, line: Line, text: str, *, is_scan: bool = False, in_full: bool = False) -> None:
        self.lines.leave_unfound(line, text)
        self._asking += 1

        def arrived(product: Product | None) -> None:
            self._asking -= 1
            if line.product is not None or line.typed != text:
                return
            if product is None:
                self.lines.leave_unfound(line, text, self.not_found)
            elif is_scan:
                self._count_scan(line, product)
            else:
                self.lines.choose(line, product, unit_id=product.scanned_unit_id)

        def failed(error: Exception) -> None:
            self._asking -= 1
            self._session.tasks.failed.emit(error)

        query = partial(exact_product, text=text, customer_id=self._customer_id, in_full=in_full)
        self._session.tasks.read(query, arrived, failed, owner=self)

    def not_found(self) -> str:
        """What is said where no one product answers what was typed."""
        return self.tr("No one product is found for this. Choose it again, or take the line off.")

    def _scan(self, text: str, row: int) -> None:
        line = self.lines.lines[row]
        if not line.is_empty:
            line = Line()
            self.lines.add([line])
        self._look_for(line, text, is_scan=True)

    def _count_scan(self, line: Line, product: Product) -> None:
        """The same pack scanned again is one more of it."""
        unit_id = product.scanned_unit_id or product.packs[0].id
        for other in self.lines.lines:
            same = other.product is not None and other.product.id == product.id and other.unit_id == unit_id
            if other is not line and same:
                row, own = self.lines.row_of(other), self.lines.row_of(line)
                if row is not None and own is not None:
                    more = other.quantity_milli + MILLI
                    self.lines.remove(own)
                    self.lines.setData(self.lines.index(row, Col.QUANTITY), f"{more / MILLI:g}")
                return
        self.lines.choose(line, product, unit_id=unit_id)

    def _on_chosen(self, product: Product) -> None:
        """A product was clicked."""
        line, editor = self._edited, self._editor
        if line is None or not isinstance(editor, ProductEdit):
            return
        self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.RevertModelCache)
        self.lines.choose(line, product, unit_id=product.scanned_unit_id)
        self.go(self.lines.row_of(line) or 0, Col.QUANTITY)

    # -- keys outside the editors

    def remove_line(self) -> Line | None:
        """Take the line off on which the person is."""
        row = self.currentIndex().row()
        editor = self._editor
        if editor is not None:
            self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.RevertModelCache)
        removed = self.lines.remove(row)
        self.go(min(max(row, 0), len(self.lines.lines) - 1), Col.PRODUCT)
        return removed

    def paste(self) -> bool:
        """Take rows from the clipboard; whether there were any."""
        text = QGuiApplication.clipboard().text()
        if "\t" not in text and "\n" not in text.strip():
            return False
        self.pasted.emit(text)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Tab go on as they do in the editors."""
        index, key = self.currentIndex(), event.key()
        plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif plain and key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and index.isValid():
            if index.flags() & Qt.ItemFlag.ItemIsEditable and self._editor is None:
                self.edit(index)
            else:
                self._go_on("enter", index.row(), Col(index.column()), is_nothing=False)
        elif key in {Qt.Key.Key_Tab, Qt.Key.Key_Backtab} and index.isValid():
            self._tab(index.row(), Col(index.column()), 1 if key == Qt.Key.Key_Tab else -1)
        elif plain and key == Qt.Key.Key_Escape:
            self.left.emit()
        elif plain and key == Qt.Key.Key_Delete and index.column() in TYPED[1:]:
            self.lines.setData(index, "")
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Coming in by Tab begins at the empty line."""
        super().focusInEvent(event)
        if event.reason() in {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}:
            self.begin()

    def _on_current(self, _current: QModelIndex, _before: QModelIndex) -> None:
        self.line_changed.emit(self.line)

    # -- look and language

    def retranslate(self) -> None:
        """Titles and texts in the language of the window, and the name of the editor that is open."""
        self.lines.retranslate()
        if self._editor is not None:
            name_editor(self._editor, self.currentIndex())

    def restyle(self) -> None:
        """Take the sizes of the look."""
        self.verticalHeader().setMinimumSectionSize(look().size("row"))
        self.verticalHeader().setDefaultSectionSize(look().size("row"))
        for column, width in WIDTHS.items():
            self.setColumnWidth(column, look().px(width))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The product has the room that is left."""
        super().resizeEvent(event)
        self._fit()
        editor = self._editor
        if isinstance(editor, ProductEdit):
            QTimer.singleShot(0, editor, partial(self._show_finder, editor))

    def _fit(self) -> None:
        taken = sum(look().px(width) for width in WIDTHS.values())
        left = self.viewport().width() - taken
        self.setColumnWidth(Col.PRODUCT, max(left, look().px(LEAST_PRODUCT)))
