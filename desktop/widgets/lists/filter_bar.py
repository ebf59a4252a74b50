"""The line in which a list is filtered: free words, or the query language; what is wrong is underlined and said."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.kit.language import language
from desktop.kit.theme import look
from desktop.store.search.query import Query, QueryError
from desktop.store.search.query_read import read
from desktop.store.search.query_words import QueryField
from desktop.store.search.query_write import write
from desktop.widgets.fields import FindInput, Words

QUIET_MS: Final = 120
"""A list is read again when nothing was typed for so long."""
PATIENCE_MS: Final = 900
"""What is only unfinished is said to be wrong after so long."""


class FilterBar(FindInput):
    """A filter as text. ``asked`` carries what it says (`Query`) when that changed; ``told`` the reason why it cannot be
    understood, or None.

    While it cannot be, the list stays as it was. The text is kept in English and shown in the language of the window.
    """

    asked = Signal(object)
    told = Signal(object)

    def __init__(
        self, fields: tuple[QueryField, ...], placeholder: Words, parent: QWidget | None = None
    ) -> None:
        self._fields = fields
        self._query = read("", fields)
        self._error: QueryError | None = None
        self._shown: QueryError | None = None
        super().__init__(placeholder, parent)
        self.setMaxLength(2000)
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self.ask)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._say)
        self.textChanged.connect(self._on_text)

    @property
    def query(self) -> Query:
        """What the list is filtered by: what was understood last."""
        return self._query

    @property
    def canonical(self) -> str:
        """What the list is filtered by, as it is kept."""
        return write(self._query, self._fields)

    @property
    def error(self) -> QueryError | None:
        """Why what is typed cannot be understood; None when it can."""
        return self._error

    def set_query(self, query: Query) -> None:
        """Show a filter, and ask for it when it is another one."""
        self.setText("" if write(query, self._fields) == '""' else write(query, self._fields, language()))
        self.ask()

    def set_canonical(self, text: str) -> None:
        """Show a filter as it was kept. What cannot be understood any more is shown as it is, and said."""
        try:
            self.set_query(read(text, self._fields))
        except (QueryError, KeyError):
            self.setText(text)
            self.ask()

    def ask(self) -> None:
        """Take what is typed now."""
        self._quiet.stop()
        try:
            query = read(self.text(), self._fields)
        except QueryError as error:
            self._error = error
            if error.is_unfinished and self.hasFocus():
                self._show_error(None)
                self._patience.start()
            else:
                self._say()
            return
        self._error = None
        self._patience.stop()
        self._show_error(None)
        if query != self._query:
            self._query = query
            self.asked.emit(query)

    def _on_text(self) -> None:
        self._show_error(None)
        self._patience.stop()
        self._quiet.start()

    def _say(self) -> None:
        self._show_error(self._error)

    def _show_error(self, error: QueryError | None) -> None:
        if error is not self._shown:
            self._shown = error
            self.told.emit(error)
            self.update()

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes what is typed at once, and leads into the list."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.ask()
            self._say()
            if self._error is None:
                self.left.emit()
        else:
            super().keyPressEvent(event)

    # -- look and language

    def paintEvent(self, event: QPaintEvent) -> None:
        """Underline what is wrong."""
        super().paintEvent(event)
        if self._shown is None:
            return
        metrics = self.fontMetrics()
        text, cursor = self.text(), self.cursorRect()
        zero = cursor.x() + cursor.width() / 2 - metrics.horizontalAdvance(text[: self.cursorPosition()])
        start, end = min(self._shown.start, len(text)), min(self._shown.end, len(text))
        left = zero + metrics.horizontalAdvance(text[:start])
        right = max(zero + metrics.horizontalAdvance(text[:end]), left + look().px(6))
        box = QRectF(self.rect()).adjusted(self.textMargins().left(), 0, -self.textMargins().right(), 0)
        bottom = (self.height() + metrics.height()) / 2
        painter = QPainter(self)
        painter.setClipRect(box)
        painter.setPen(QPen(look().colour("needs_you"), max(look().px(2), 2)))
        painter.drawLine(QPointF(left, bottom), QPointF(right, bottom))
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language: what was understood is said in it."""
        if event.type() is QEvent.Type.LanguageChange and self._error is None and self.text():
            self.setText(write(self._query, self._fields, language()))
            self._quiet.stop()
        super().changeEvent(event)
