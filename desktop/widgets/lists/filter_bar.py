"""The line in which a list is filtered: free words, or the query language; what is wrong is underlined and said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.kit.language import language
from desktop.kit.theme import look
from desktop.store.search.query import Query, QueryError
from desktop.store.search.query_offer import Offer, as_typed, everything_to_begin_with, offers, wanted
from desktop.store.search.query_read import read
from desktop.store.search.query_words import QueryField
from desktop.store.search.query_write import write
from desktop.widgets.fields import FindInput, Words
from desktop.widgets.lists.suggestions import Suggestion, Suggestions

QUIET_MS: Final = 120
"""A list is read again when nothing was typed for so long."""
PATIENCE_MS: Final = 900
"""What is only unfinished is said to be wrong after so long."""
ValuesOf: TypeAlias = Callable[[QueryField, Callable[[list[str]], None]], None]
"""Asks for the values that a field has in the list, the most frequent first, and hands them to the second argument."""


class FilterBar(FindInput):
    """A filter as text. ``asked`` carries what it says (`Query`) when that changed; ``told`` the reason why it cannot be
    understood, or None.

    While it cannot be, the list stays as it was. The text is kept in English and shown in the language of the window.
    What could be typed next is offered below; ``values_of`` knows what stands in the list.
    """

    asked = Signal(object)
    told = Signal(object)

    def __init__(
        self,
        fields: tuple[QueryField, ...],
        placeholder: Words,
        parent: QWidget | None = None,
        *,
        values_of: ValuesOf | None = None,
    ) -> None:
        self._fields = fields
        self._values_of = values_of
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
        self.textEdited.connect(self._offer)
        self.suggestions = Suggestions(self)
        self.suggestions.chosen.connect(self._take)
        self.suggestions.name(self.tr("Suggestions"))

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

    # -- what could come next

    def _offer(self) -> None:
        """Offer what could stand where the cursor is."""
        before = self.text()[: self.cursorPosition()]
        rows = [_suggestion(offer) for offer in offers(before, self._fields, language())]
        self._show_offers(rows)
        place = wanted(before, self._fields)
        if place is None or self._values_of is None:
            return
        begun = place.begun.casefold()

        def add(values: list[str]) -> None:
            if self.text()[: self.cursorPosition()] != before or not self.hasFocus():
                return
            fitting = [value for value in values if begun in value.casefold() and value.casefold() != begun]
            fitting.sort(key=lambda value: not value.casefold().startswith(begun))
            found = [Suggestion(place.start, as_typed(value), value) for value in fitting[:20]]
            # Who begins to type a value wants one; who typed nothing yet may want a longer operator.
            self._show_offers([*found, *rows] if begun else [*rows, *found])

        self._values_of(place.field, add)

    def _show_offers(self, rows: list[Suggestion]) -> None:
        shown = rows if self.hasFocus() else []
        x = self.cursorRect().x()
        if shown:
            begun = self.text()[shown[0].start : self.cursorPosition()]
            x = max(x - self.fontMetrics().horizontalAdvance(begun), 0)
        self.suggestions.show_rows(shown, x)

    def _take(self, chosen: Suggestion) -> None:
        """Put a suggestion in place of what was begun, with a blank behind it, and offer what comes next."""
        text, at = self.text(), self.cursorPosition()
        before = text[: chosen.start]
        gap = "" if not before or before[-1].isspace() or before[-1] in "(,、，（:" else " "
        behind = text[at:].lstrip()
        head = f"{before}{gap}{chosen.text} "
        self.setText(head + behind)
        self.setCursorPosition(len(head))
        self._offer()

    def offer_everything(self) -> None:
        """Offer what could come next, also where nothing is typed."""
        if self.text()[: self.cursorPosition()].strip():
            self._offer()
        else:
            self._show_offers(
                [_suggestion(one) for one in everything_to_begin_with(self._fields, language())]
            )

    # -- keys

    def event(self, event: QEvent) -> bool:
        """Tab takes a suggestion while one is offered; else it goes on as ever."""
        if (
            event.type() is QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Tab
            and self.suggestions.isVisible()
        ):
            return self.suggestions.take_first()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose a suggestion, Enter takes it; without one, Enter filters at once and leads into the list."""
        key = event.key()
        is_offering = self.suggestions.isVisible()
        if key == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.offer_everything()
        elif is_offering and key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.suggestions.step(1 if key == Qt.Key.Key_Down else -1)
        elif is_offering and key == Qt.Key.Key_Escape:
            self.suggestions.hide()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if self.suggestions.current is not None:
                self.suggestions.take_first()
                return
            self.suggestions.hide()
            self.ask()
            self._say()
            if self._error is None:
                self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Whoever goes elsewhere chooses nothing; what is unfinished is said now."""
        self.suggestions.hide()
        super().focusOutEvent(event)
        if self._error is not None and event.reason() is not Qt.FocusReason.ActiveWindowFocusReason:
            self._say()

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

    def _retranslate(self) -> None:
        super()._retranslate()
        if hasattr(self, "suggestions"):
            self.suggestions.name(self.tr("Suggestions"))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language: what was understood is said in it."""
        if event.type() is QEvent.Type.LanguageChange and self._error is None and self.text():
            self.setText(write(self._query, self._fields, language()))
            self._quiet.stop()
        super().changeEvent(event)


def _suggestion(offer: Offer) -> Suggestion:
    return Suggestion(offer.start, offer.text, offer.text)
