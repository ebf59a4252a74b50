"""What could be typed next, below the line: chosen with the arrows and Enter or Tab, or not looked at at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.kit.theme import look

ROWS: Final = 10
WIDTH: Final = 320
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Suggestion:
    """A text that could stand from ``start`` on. ``shown`` is how it is listed; ``detail`` what it is."""

    start: int
    text: str
    shown: str
    detail: str = ""


class _Model(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[Suggestion] = ()

    def show_rows(self, rows: Sequence[Suggestion]) -> None:
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.shown
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.shown}, {row.detail}" if row.detail else row.shown
        return None


class _Rows(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(look().px(120), look().px(28))


class Suggestions(QFrame):
    """Lies over the window below a field and never takes the keyboard. ``chosen`` carries a `Suggestion`."""

    chosen = Signal(object)

    def __init__(self, field: QWidget) -> None:
        super().__init__(field)
        self._field = field
        self.setProperty("role", "raised")
        self.model = _Model(self)
        self.view = QListView()
        self.view.setModel(self.model)
        self.view.setItemDelegate(_Rows(self.view))
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setUniformItemSizes(True)
        self.view.setAccessibleName("")
        self.view.clicked.connect(self._on_clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, look().space("hair"), 1, look().space("hair"))
        column.addWidget(self.view)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def name(self, text: str) -> None:
        """Say what it is to those who do not see it."""
        self.view.setAccessibleName(text)

    def show_rows(self, rows: Sequence[Suggestion], x: int) -> None:
        """Offer these, from a place of the field on; none: nothing is seen."""
        self.model.show_rows(rows)
        if not rows:
            self.hide()
            return
        window = self._field.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        now = look()
        row = self.view.sizeHintForRow(0)
        height = max(row, 1) * min(len(rows), ROWS) + 2 * now.space("hair") + 2
        corner = self._field.mapTo(window, QPoint(x, self._field.height() + now.px(4)))
        width = min(now.px(WIDTH), window.width() - now.space("medium"))
        left = max(min(corner.x(), window.width() - width - now.space("small")), 0)
        self.setGeometry(left, corner.y(), width, min(height, window.height() - corner.y()))
        self.show()
        self.raise_()

    @property
    def current(self) -> Suggestion | None:
        """The one that the person is on."""
        row = self.view.currentIndex().row()
        return self.model.rows[row] if self.isVisible() and 0 <= row < len(self.model.rows) else None

    def step(self, way: int) -> None:
        """Go down or up; beyond the ends to the other end."""
        count = len(self.model.rows)
        at = self.view.currentIndex().row()
        to = (at + way) % count if at >= 0 else (0 if way > 0 else count - 1)
        self.view.setCurrentIndex(self.model.index(to))

    def take_first(self) -> bool:
        """Choose what the person is on, or the first."""
        found = self.current or (self.model.rows[0] if self.isVisible() and self.model.rows else None)
        if found is not None:
            self.chosen.emit(found)
        return found is not None

    def _on_clicked(self, index: QModelIndex) -> None:
        self.chosen.emit(self.model.rows[index.row()])

    def changeEvent(self, event: QEvent) -> None:
        """A new look or language: what was offered is old."""
        if event.type() in {QEvent.Type.StyleChange, QEvent.Type.LanguageChange} and hasattr(self, "model"):
            self.hide()
        super().changeEvent(event)
