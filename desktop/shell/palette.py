"""The palette: every command with its key, every screen, and whatever a `Finder` finds, by typing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid
from sqlalchemy import Connection

from desktop.kit import icons
from desktop.kit.commands import CONTEXT, Command, Commands
from desktop.kit.screen import Finder, Found, Place
from desktop.kit.session import Session
from desktop.kit.theme import look, spaced
from desktop.kit.translated import Translated
from desktop.widgets.labels import Label, line

MOST_COMMANDS: Final = 40
MOST_FOUND: Final = 30
WIDTH: Final = 640
ROWS: Final = 10
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Row:
    """One line of the palette: what it says, and what it does."""

    title: str
    detail: str
    icon: str
    key: str
    run: Callable[[], object]
    is_offered: bool = True


class Rows(QAbstractListModel):
    """The lines as a model."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[Row] = ()

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these."""
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """See Qt."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title; the accessible text says detail and key too."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (row.title, row.detail, row.key) if part)
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """What is not offered now is seen, but cannot be chosen."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if self.rows[index.row()].is_offered:
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.ItemNeverHasChildren


class _Delegate(QStyledItemDelegate):
    """Icon, title, quiet detail, key at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(look().px(200), look().px(36))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model = index.model()
        assert isinstance(model, Rows)
        row, now = model.rows[index.row()], look()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        box = QRectF(rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(now.colour("selected"))
            radius = now.size("corner")
            painter.drawRoundedRect(box.adjusted(4, 0, -4, 0), radius, radius)
        text = now.colour("text" if row.is_offered else "text_disabled")
        quiet = now.colour("text_secondary" if row.is_offered else "text_disabled")
        side = now.size("icon")
        left = box.left() + now.px(16)
        icons.draw(painter, QRectF(left, box.center().y() - side / 2, side, side), row.icon or "right", quiet)
        left += side + now.px(12)
        right = box.right() - now.px(16)
        middle = Qt.AlignmentFlag.AlignVCenter
        small = now.font("secondary")
        if row.key:
            painter.setFont(small)
            painter.setPen(quiet)
            painter.drawText(
                QRectF(left, box.top(), right - left, box.height()),
                middle | Qt.AlignmentFlag.AlignRight,
                row.key,
            )
            right -= QFontMetrics(small).horizontalAdvance(row.key) + now.px(16)
        body = now.font()
        title = QFontMetrics(body).elidedText(row.title, Qt.TextElideMode.ElideRight, int(right - left))
        painter.setFont(body)
        painter.setPen(text)
        painter.drawText(QRectF(left, box.top(), right - left, box.height()), middle, title)
        left += QFontMetrics(body).horizontalAdvance(title) + now.px(12)
        if row.detail and right - left > now.px(40):
            painter.setFont(small)
            painter.setPen(quiet)
            detail = QFontMetrics(small).elidedText(
                row.detail, Qt.TextElideMode.ElideRight, int(right - left)
            )
            painter.drawText(QRectF(left, box.top(), right - left, box.height()), middle, detail)
        painter.restore()


def rank(command: Command, text: str) -> int | None:
    """How well a command fits what was typed, 0 being best; None: not at all. English words fit in every language."""
    wanted = text.casefold().strip()
    if not wanted:
        return 0
    shown = command.text.casefold()
    if shown.startswith(wanted):
        return 1
    words = " ".join(
        part.casefold()
        for part in (
            command.text,
            command.title,
            command.group_text,
            QCoreApplication.translate(CONTEXT, command.words) if command.words else "",
            command.words,
        )
    )
    if f" {wanted}" in f" {words}":
        return 2
    if all(piece in words for piece in wanted.split()):
        return 3
    return None


class Palette(Translated):
    """Lies over the window while it is open; Esc, or going elsewhere, closes it. The keyboard goes back to where it was."""

    def __init__(
        self,
        session: Session,
        commands: Commands,
        open_place: Callable[[str, Place], None],
        finder: Finder | None,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._commands = commands
        self._open_place = open_place
        self._finder = finder
        self._found: Sequence[Found] = ()
        self._before: QWidget | None = None
        self._frame = QFrame(self)
        self._frame.setProperty("role", "raised")
        self.line = QLineEdit()
        self.line.setProperty("role", "bare")
        self.line.textChanged.connect(self._on_text)
        self.line.installEventFilter(self)
        self.model = Rows(self)
        self.view = QListView()
        self.view.setModel(self.model)
        self.view.setItemDelegate(_Delegate(self.view))
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setMouseTracking(True)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.clicked.connect(self._on_clicked)
        self._nothing = Label(role="secondary")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self._frame)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        head = QVBoxLayout()
        spaced(head, "small", "large")
        head.addWidget(self.line)
        column.addLayout(head)
        column.addWidget(line())
        column.addSpacing(4)
        column.addWidget(self.view)
        column.addWidget(self._nothing)
        column.addSpacing(4)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self._frame)
        parent.installEventFilter(self)
        self.hide()
        self.dress()

    def open(self, text: str = "") -> None:
        """Show it with this text, all of it selected."""
        if not self.isVisible():
            self._before = QApplication.focusWidget()
        self.line.setText(text)
        self.line.selectAll()
        self._fill()
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_palette(self) -> None:
        """Close it without doing anything."""
        before, self._before = self._before, None
        if self.line.hasFocus() and before is not None and isValid(before):
            # First, because what has the keyboard when it is hidden hands it to whatever comes next.
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.hide()

    # -- what is shown

    def _on_text(self, text: str) -> None:
        self._fill()
        if self._finder is not None and text.strip():
            self._session.tasks.read(
                partial(_find, self._finder, text.strip()), self._take, owner=self, slot="find"
            )

    def _take(self, found: Sequence[Found]) -> None:
        self._found = found
        self._fill()

    def _fill(self) -> None:
        text = self.line.text().strip()
        ranked = [
            (rank(command, text), place, command)
            for place, command in enumerate(self._commands.seen())
            if command.in_palette and (text or command.is_offered())
        ]
        fitting = sorted(
            ((fit, place, command) for fit, place, command in ranked if fit is not None),
            key=lambda entry: entry[:2],
        )[:MOST_COMMANDS]
        near = [self._command_row(command) for fit, _, command in fitting if fit <= 2]
        far = [self._command_row(command) for fit, _, command in fitting if fit > 2]
        found = [self._found_row(one) for one in self._found] if text and self._finder is not None else []
        self.model.show_rows([*near, *found, *far])
        self._choose(0, 1)
        self._nothing.setVisible(not self.model.rows)
        self.view.setVisible(bool(self.model.rows))
        self._place()

    def _command_row(self, command: Command) -> Row:
        return Row(
            command.text,
            command.group_text,
            command.icon,
            command.key_text,
            partial(self._commands.run, command.name),
            is_offered=command.is_offered(),
        )

    def _found_row(self, found: Found) -> Row:
        return Row(
            found.title, found.detail, found.icon, "", partial(self._open_place, found.screen, found.place)
        )

    # -- choosing

    @property
    def chosen(self) -> Row | None:
        """The line that Enter would run."""
        index = self.view.currentIndex()
        return self.model.rows[index.row()] if index.isValid() else None

    def _choose(self, start: int, step: int) -> None:
        row = start
        while 0 <= row < len(self.model.rows):
            if self.model.rows[row].is_offered:
                self.view.setCurrentIndex(self.model.index(row))
                return
            row += step

    def _on_clicked(self, index: QModelIndex) -> None:
        if self.model.rows[index.row()].is_offered:
            self._run(self.model.rows[index.row()])

    def _run(self, row: Row) -> None:
        # Closed first: what it does may ask for the keyboard.
        self.close_palette()
        row.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows, Enter and Esc in the line; the size of the window; the keyboard going elsewhere."""
        if watched is self.line and event.type() is QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            return self._on_key(event)
        if watched is self.line and event.type() is QEvent.Type.FocusOut and self.isVisible():
            if self.window().isActiveWindow():
                self.close_palette()
        elif watched is self.parentWidget() and event.type() is QEvent.Type.Resize:
            self._place()
        return False

    def _on_key(self, event: QKeyEvent) -> bool:
        key, here = event.key(), self.view.currentIndex().row()
        if key == Qt.Key.Key_Escape:
            self.close_palette()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if self.chosen is not None:
                self._run(self.chosen)
        elif key == Qt.Key.Key_Down:
            self._choose(here + 1, 1)
        elif key == Qt.Key.Key_Up:
            self._choose(here - 1, -1)
        elif key == Qt.Key.Key_PageDown:
            self._choose(min(here + ROWS, len(self.model.rows) - 1), -1)
        elif key == Qt.Key.Key_PageUp:
            self._choose(max(here - ROWS, 0), 1)
        else:
            return False
        return True

    # -- words and sizes

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self.line.setPlaceholderText(
            self.tr("Find a customer, an order, a product, or a command")
            if self._finder is not None
            else self.tr("Find a command")
        )
        self.line.setAccessibleName(self.line.placeholderText())
        self.view.setAccessibleName(self.tr("What was found"))
        self._nothing.setText(self.tr("Nothing here has this in its name."))
        self._nothing.setMinimumHeight(look().px(64))
        self._fill()

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        self._place()

    def _place(self) -> None:
        parent, now = self.parentWidget(), look()
        if parent is None:
            return
        width = min(now.px(WIDTH), parent.width() - now.px(48))
        rows = min(len(self.model.rows), ROWS)
        self.view.setFixedHeight(max(rows, 1) * now.px(36))
        self.setFixedWidth(width)
        for layout in (self._frame.layout(), self.layout()):
            assert layout is not None
            layout.invalidate()
            layout.activate()
        self.resize(width, self.sizeHint().height())
        self.move((parent.width() - width) // 2, now.px(64))


def _find(finder: Finder, text: str, connection: Connection) -> Sequence[Found]:
    return finder(connection, text, MOST_FOUND)
