"""What a cell of the line grid is edited with, and the keys that lead from one to the next."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import Final

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QComboBox, QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.screens.order.lines import LINE_ROLE, Col
from desktop.widgets.fields import DateInput

Index = QModelIndex | QPersistentModelIndex
BURST_S: Final = 0.035
"""A scanner types faster than this for each character; nobody else does."""
SHORTEST_SCAN: Final = 8
_FILLED: Final = "roundsman_filled"


class ProductEdit(QLineEdit):
    """The product of a line. It knows a scanner by its speed."""

    stepped = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMaxLength(200)
        self._began = 0.0
        self._typed = 0

    @property
    def is_scanned(self) -> bool:
        """Whether what stands here came in one burst, as from a scanner."""
        text = self.text().strip()
        if len(text) < SHORTEST_SCAN or not text.isalnum() or not text.isascii() or self._typed < len(text):
            return False
        return time.monotonic() - self._began < BURST_S * len(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Time what is typed; arrows go through what was found."""
        if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Down else -1)
            return
        if event.text().isprintable() and event.text():
            if not self.text() or self.hasSelectedText():
                self._began, self._typed = time.monotonic(), 0
            self._typed += 1
        super().keyPressEvent(event)


class DayEdit(DateInput):
    """The delivery day of a line: arrows move between lines here, PageUp and PageDown the week."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See `DateInput.keyPressEvent`."""
        if event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            event.ignore()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The grid writes it in its own form."""
        QLineEdit.focusOutEvent(self, event)


class LineEditors(QStyledItemDelegate):
    """Makes the editors, and tells what a key asks for: ``moved`` carries how to go on from the cell ."""

    moved = Signal(str)
    opened = Signal(object, object)
    product_typed = Signal(object)

    def __init__(self, today: Callable[[], date], parent: QWidget, *, paste: Callable[[], bool]) -> None:
        super().__init__(parent)
        self._today = today
        self._paste = paste

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """An editor for a cell."""
        column = Col(index.column())
        editor: QWidget
        if column is Col.PRODUCT:
            editor = ProductEdit(parent)
        elif column is Col.UNIT:
            editor = self._unit_editor(parent, index)
        elif column is Col.WANTED:
            editor = DayEdit(self._today, parent)
        else:
            field = QLineEdit(parent)
            field.setMaxLength(500 if column is Col.PLACE else 24)
            if column is not Col.PLACE:
                field.setAlignment(Qt.AlignmentFlag.AlignRight)
            editor = field
        editor.setProperty("role", "cell")
        name_editor(editor, index)
        self.opened.emit(editor, index.data(LINE_ROLE))
        return editor

    def _unit_editor(self, parent: QWidget, index: Index) -> QComboBox:
        box = QComboBox(parent)
        line = index.data(LINE_ROLE)
        for pack in line.product.packs if line.product is not None else ():
            box.addItem(pack.name, pack.id)
        return box

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Show what stands in the cell, chosen, so that typing replaces it. Once: views ask again whenever cells change,
        and what is being typed would be lost.
        """
        if editor.property(_FILLED):
            return
        editor.setProperty(_FILLED, True)
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(max(editor.findData(index.data(LINE_ROLE).unit_id), 0))
        elif isinstance(editor, QLineEdit):
            editor.setText(index.data(Qt.ItemDataRole.EditRole) or "")
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Take what was typed. Products are the grid's to find (``product_typed``)."""
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentData())
        elif isinstance(editor, ProductEdit):
            self.product_typed.emit(editor)
        elif isinstance(editor, QLineEdit):
            model.setData(index, editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """It fills its cell."""
        editor.setGeometry(option.rect)

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """The keys that lead on; the rest is the editor's own."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.key() == Qt.Key.Key_D:
                event.ignore()  # some systems delete a character with it
                return True
            return False
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.matches(QKeySequence.StandardKey.Paste) and self._paste():
                return True
            way = self._way(editor, event)
            if way:
                self.moved.emit(way)
                return True
            return False
        if (
            event.type() == QEvent.Type.FocusOut
            and isinstance(editor, QComboBox)
            and editor.view().isVisible()
        ):
            return False
        return super().eventFilter(editor, event)

    def _way(self, editor: QObject, event: QKeyEvent) -> str:
        key, ways = event.key(), event.modifiers()
        if ways & Qt.KeyboardModifier.ControlModifier:
            return ""
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            return "enter"
        if key == Qt.Key.Key_Tab:
            return "next"
        if key == Qt.Key.Key_Backtab:
            return "previous"
        if key == Qt.Key.Key_Escape:
            return "escape"
        if key in {Qt.Key.Key_Up, Qt.Key.Key_Down} and not isinstance(editor, ProductEdit | QComboBox):
            return "up" if key == Qt.Key.Key_Up else "down"
        return ""


def name_editor(editor: QWidget, index: Index) -> None:
    """Give an editor the name of its cell, for those who hear it."""
    title = index.model().headerData(index.column(), Qt.Orientation.Horizontal)
    editor.setAccessibleName(f"{title} {index.row() + 1}")
