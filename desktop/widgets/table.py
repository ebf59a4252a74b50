"""The view of every long list: quiet rows, columns that a person arranges, and keys for everything.

``J`` and ``K`` or the arrows move, ``Enter`` opens, ``Esc`` goes back, ``/`` asks for the filter, ``Ctrl+C`` copies the
chosen rows as text that a spreadsheet takes. The menu of the head hides and shows columns.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.kit.preferences import Preferences
from desktop.kit.theme import Look, look, tokens
from desktop.store.reads.listing import Row
from desktop.widgets.keyset import KeysetModel, ShownColumn

_BAR_HEIGHT: Final = 8
_LONGEST_BAR: Final = 200
_BAR_SHARES: Final = (0.7, 0.5, 0.6, 0.4)
"""How much of its cell a quiet bar fills, by row: so that bars look like text."""

# As numbers: working with Qt's flags costs as much as drawing.
_SELECTED: Final = QStyle.StateFlag.State_Selected.value
_HOVERED: Final = QStyle.StateFlag.State_MouseOver.value
_LINE: Final = Qt.AlignmentFlag.AlignVCenter.value | Qt.TextFlag.TextSingleLine.value
_LEFT: Final = Qt.AlignmentFlag.AlignLeft.value | _LINE
_RIGHT: Final = Qt.AlignmentFlag.AlignRight.value | _LINE


class Bars(QStyledItemDelegate):
    """Draws cells, and quiet bars for rows that are not here after a moment.

    It asks the model for its rows and not for roles, and draws without the style sheet: a cell costs 20 µs so and 200
    otherwise, and a screen has some hundred (measured 2026-11).
    """

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._table = table

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """See `QStyledItemDelegate.paint`."""
        model = self._table.list_model
        row, column = model.row(index.row()), model.columns[index.column()]
        rect: QRect = option.rect
        state: int = option.state.value
        if state & _SELECTED:
            painter.fillRect(rect, look().colour("selected"))
        elif state & _HOVERED:
            painter.fillRect(rect, look().colour("hover"))
        space = look().space("small")
        box = rect.adjusted(space, 0, -space, 0)
        if row is not None:
            self.draw_cell(painter, box, row, column)
        else:
            model.want(index.row())
            if self._table.is_late:
                self._draw_bar(painter, QRectF(box), index, is_right=column.is_figure)

    def draw_cell(self, painter: QPainter, box: QRect, row: Row, column: ShownColumn) -> None:
        """Draw what a row has in a column into a box."""
        text = column.text(row)
        if not text:
            return
        font, metrics = _face(look(), column.is_figure)
        painter.setFont(font)
        painter.setPen(look().colour("text"))
        shown = metrics.elidedText(_one_line(text), Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, _RIGHT if column.is_figure else _LEFT, shown)

    def _draw_bar(
        self, painter: QPainter, cell: QRectF, index: QModelIndex | QPersistentModelIndex, *, is_right: bool
    ) -> None:
        height = look().px(_BAR_HEIGHT)
        width = max(min(cell.width(), look().px(_LONGEST_BAR)), 0)
        width *= _BAR_SHARES[(index.row() + index.column()) % len(_BAR_SHARES)]
        left = cell.right() - width if is_right else cell.left()
        bar = QRectF(left, cell.center().y() - height / 2, width, height)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look().colour("hairline"))
        painter.drawRoundedRect(bar, height / 2, height / 2)
        painter.restore()


@lru_cache(maxsize=8)
def _face(worn: Look, is_figure: bool) -> tuple[QFont, QFontMetrics]:
    font = worn.font(is_tabular=is_figure)
    return font, QFontMetrics(font)


class Table(QTableView):
    """Shows a `KeysetModel`. ``name`` is what its columns are remembered under, ``empty`` what stands where the list has
    no rows.

    ``opened`` carries the id of the row to open, ``current_changed`` that of the row the person is on (or None);
    ``left``: Esc; ``filter_wanted``: the slash.
    """

    opened = Signal(bytes)
    current_changed = Signal(object)
    left = Signal()
    filter_wanted = Signal()

    def __init__(
        self,
        model: KeysetModel,
        *,
        name: str,
        preferences: Preferences | None = None,
        empty: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._list = model
        self._name = name
        self._preferences = preferences
        self._current_id: bytes | None = None
        self._empty = empty
        self._percent = look().percent
        self.is_late = False
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(tokens()["motion"]["skeleton_after"])
        self._late.timeout.connect(self._be_late)
        self._arranged = QTimer(self)
        self._arranged.setSingleShot(True)
        self._arranged.setInterval(400)
        self._arranged.timeout.connect(self._keep_columns)
        self.setModel(model)
        self.setItemDelegate(Bars(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._set_up_head()
        if empty is not None:
            empty.setParent(self.viewport())
            empty.hide()
        self.activated.connect(self._on_activated)
        self.selectionModel().currentRowChanged.connect(self._on_current)
        model.shown.connect(self._on_shown)
        model.refreshed.connect(self._on_refreshed)
        model.dataChanged.connect(self._on_arrived)
        self.restyle()

    def _set_up_head(self) -> None:
        head = self.horizontalHeader()
        head.setSectionsMovable(True)
        head.setHighlightSections(False)
        head.setStretchLastSection(True)
        head.setMinimumSectionSize(look().px(48))
        head.setTextElideMode(Qt.TextElideMode.ElideRight)
        for number, column in enumerate(self._list.columns):
            self.setColumnWidth(number, look().px(column.width))
            self.setColumnHidden(number, column.is_hidden)
        if self._preferences is not None:
            shape = self._preferences.shape(self._name)
            if not shape.isEmpty():
                head.restoreState(shape)
        # The order is the model's to say, and clicking asks it.
        head.setSortIndicatorShown(True)
        head.setSectionsClickable(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        head.sectionClicked.connect(self._sort)
        head.sectionMoved.connect(self._arranged.start)
        head.sectionResized.connect(self._arranged.start)
        head.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        head.customContextMenuRequested.connect(self._show_columns)

    @property
    def list_model(self) -> KeysetModel:
        """The model that it shows."""
        return self._list

    # -- the row a person is on

    @property
    def current_id(self) -> bytes | None:
        """The id of the row that the person is on."""
        return self._current_id

    def go_to(self, row_id: bytes) -> None:
        """Put the person on a row, wherever in the list it stands."""
        self._list.find(row_id, lambda number: self._go_to(row_id, number))

    def chosen_ids(self) -> list[bytes]:
        """The ids of the chosen rows that are here, in their order."""
        numbers = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [row["id"] for number in numbers if (row := self._list.row(number)) is not None]

    def _go_to(self, row_id: bytes, number: int | None) -> None:
        if number is None or number >= self._list.rowCount():
            return
        self._current_id = row_id
        if self.currentIndex().row() != number:
            self.setCurrentIndex(self._list.index(number, max(self.currentIndex().column(), 0)))

    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        row = self._list.row(current.row()) if current.isValid() else None
        if row is not None and row["id"] != self._current_id:
            self._current_id = row["id"]
            self.current_changed.emit(row["id"])

    def _on_activated(self, index: QModelIndex) -> None:
        row = self._list.row(index.row())
        if row is not None:
            self.opened.emit(row["id"])

    # -- what arrives

    def _on_shown(self) -> None:
        # The bar at the side comes or goes now, not between a first paint and a second.
        self.executeDelayedItemsLayout()
        self._show_empty()
        self._show_order()
        self._wait()
        if self._current_id is not None:
            self.go_to(self._current_id)

    def _on_refreshed(self) -> None:
        self._show_empty()
        if self._current_id is not None:
            self.go_to(self._current_id)

    def _on_arrived(self) -> None:
        self._wait()
        current = self.currentIndex()
        if current.isValid():
            self._on_current(current, current)

    def _wait(self) -> None:
        """Rows that are missing get their bars when they take longer than a moment."""
        self.is_late = False
        self._late.start()

    def _be_late(self) -> None:
        self.is_late = True
        self.viewport().update()

    def _show_empty(self) -> None:
        if self._empty is not None:
            self._empty.setVisible(self._list.rowCount() == 0)
            self._empty.setGeometry(self.viewport().rect())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what stands in an empty list in its middle."""
        super().resizeEvent(event)
        if self._empty is not None:
            self._empty.setGeometry(self.viewport().rect())

    # -- order and columns

    def _sort(self, section: int) -> None:
        column = self._list.columns[section]
        reading = self._list.reading
        if reading is None or not column.sort:
            self._show_order()
            return
        is_again = reading.sorted_by.name == column.sort and not reading.is_descending
        self._list.sort(section, Qt.SortOrder.DescendingOrder if is_again else Qt.SortOrder.AscendingOrder)

    def _show_order(self) -> None:
        reading = self._list.reading
        if reading is None:
            return
        order = Qt.SortOrder.DescendingOrder if reading.is_descending else Qt.SortOrder.AscendingOrder
        sections = [n for n, column in enumerate(self._list.columns) if column.sort == reading.sorted_by.name]
        self.horizontalHeader().setSortIndicator(sections[0] if sections else -1, order)

    def _show_columns(self, at: QPoint) -> None:
        menu = self.column_menu()
        menu.exec(self.horizontalHeader().mapToGlobal(at))
        menu.deleteLater()

    def column_menu(self) -> QMenu:
        """A menu with every column, those that are seen checked. The last one that is seen cannot be hidden."""
        menu = QMenu(self)
        seen = [n for n in range(len(self._list.columns)) if not self.isColumnHidden(n)]
        for number, column in enumerate(self._list.columns):
            action = menu.addAction(column.title().replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(number in seen)
            action.setEnabled(seen != [number])
            action.toggled.connect(lambda is_seen, number=number: self._set_seen(number, is_seen=is_seen))
        return menu

    def _set_seen(self, number: int, *, is_seen: bool) -> None:
        self.setColumnHidden(number, not is_seen)
        if is_seen and self.columnWidth(number) < look().px(48):
            self.setColumnWidth(number, look().px(self._list.columns[number].width))
        self._arranged.start()

    def _keep_columns(self) -> None:
        if self._preferences is not None:
            self._preferences.keep_shape(self._name, self.horizontalHeader().saveState())

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of a list."""
        plain = event.modifiers() in {Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier}
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif plain and event.key() in {Qt.Key.Key_J, Qt.Key.Key_K}:
            self._step(1 if event.key() == Qt.Key.Key_J else -1)
        elif plain and event.key() in {Qt.Key.Key_Home, Qt.Key.Key_End}:
            last = self._list.rowCount() - 1
            self._step_to(0 if event.key() == Qt.Key.Key_Home else last)
        elif plain and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._on_activated(self.currentIndex())
        elif plain and event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.text() == "/":
            self.filter_wanted.emit()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands here, and finding is the filter's: Qt's own search would read every row."""

    def _step(self, way: int) -> None:
        self._step_to(self.currentIndex().row() + way)

    def _step_to(self, number: int) -> None:
        if 0 <= number < self._list.rowCount():
            self.setCurrentIndex(self._list.index(number, max(self.currentIndex().column(), 0)))

    def seen_columns(self) -> list[int]:
        """The numbers of the columns that are seen, as they stand from left to right."""
        head = self.horizontalHeader()
        return sorted(
            (n for n in range(len(self._list.columns)) if not self.isColumnHidden(n)), key=head.visualIndex
        )

    def copy(self) -> None:
        """Put the chosen rows on the clipboard as they are seen: columns by tabs, rows by lines."""
        seen = self.seen_columns()
        numbers = sorted(index.row() for index in self.selectionModel().selectedRows())
        rows = [row for number in numbers if (row := self._list.row(number)) is not None]
        lines = ["\t".join(_one_line(self._list.columns[n].text(row)) for n in seen) for row in rows]
        if lines:
            QGuiApplication.clipboard().setText("\n".join(lines))

    # -- look and language

    def restyle(self) -> None:
        """Take the sizes of the look; columns keep their share of it."""
        factor, self._percent = look().percent / self._percent, look().percent
        if factor != 1:
            # The last one takes what the others leave.
            for number in self.seen_columns()[:-1]:
                self.setColumnWidth(number, round(self.columnWidth(number) * factor))
        self.verticalHeader().setMinimumSectionSize(look().size("row"))
        self.verticalHeader().setDefaultSectionSize(look().size("row"))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language and the look."""
        if hasattr(self, "_list"):
            if event.type() == QEvent.Type.LanguageChange:
                self._list.retranslate()
            elif event.type() == QEvent.Type.StyleChange:
                self.restyle()
        super().changeEvent(event)


def _one_line(text: str) -> str:
    return " ".join(text.split())
