"""Fields of forms: a label, what is typed, and below it what is wrong with it. Values in, values out; no rules.

Numbers are whole minor units, thousandths and basis points, dates are dates. What was typed and is none of these is kept
as it is and said: a person never loses what they typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final, TypeAlias

from PySide6.QtCore import QDate, QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QCalendarWidget,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from desktop.kit import format as formatting
from desktop.kit import icons
from desktop.kit.format import formats
from desktop.kit.theme import look, spaced
from desktop.kit.translated import Translated
from desktop.widgets.buttons import IconButton
from desktop.widgets.labels import Label

Words: TypeAlias = Callable[[], str]


class Field(Translated):
    """A control with its label above and its problem below. ``label`` is asked for again when the language changes.

    ``is_required`` marks the label; whether something is missing is said by `show_problem`.
    """

    def __init__(
        self, label: Words, control: QWidget, parent: QWidget | None = None, *, is_required: bool = False
    ) -> None:
        super().__init__(parent)
        self.control = control
        self._words = label
        self._is_required = is_required
        self._label = QLabel(self)
        self._label.setProperty("role", "secondary")
        self._label.setBuddy(control)
        self._problem = Label(parent=self, role="wrong", wraps=True)
        self._problem.hide()
        column = QVBoxLayout(self)
        spaced(column, gap="hair")
        for part in (self._label, control, self._problem):
            column.addWidget(part)
        self.setFocusProxy(control)
        self.dress()

    @property
    def problem(self) -> str:
        """What is said to be wrong; empty when nothing is."""
        return self._problem.text()

    def show_problem(self, text: str) -> None:
        """Say what is wrong, in the window's language; empty: nothing is."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        self.control.setProperty("state", "wrong" if text else "")
        self.control.style().polish(self.control)
        self.control.setAccessibleDescription(text)

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        words = self._words()
        self._label.setText(f"{words} *" if self._is_required else words)
        self.control.setAccessibleName(words)


class TextInput(QLineEdit):
    """One line of text. ``placeholder`` is asked for again when the language changes."""

    def __init__(
        self, parent: QWidget | None = None, *, placeholder: Words | None = None, longest: int = 200
    ) -> None:
        super().__init__(parent)
        self._placeholder = placeholder
        self.setMaxLength(longest)
        self._retranslate()

    def _retranslate(self) -> None:
        if self._placeholder is not None:
            self.setPlaceholderText(self._placeholder())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)


class FindInput(TextInput):
    """A field to search or filter with: a magnifying glass, and a cross when there is something to clear.

    Esc clears it first; ``left`` is emitted when there was nothing left to clear, or the arrow goes down into the list.
    """

    left = Signal()

    def __init__(self, placeholder: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent, placeholder=placeholder)
        self._cross = IconButton("close", lambda: self.tr("Clear"), self.clear, self)
        self._cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._cross.setCursor(Qt.CursorShape.ArrowCursor)
        self._cross.hide()
        self.textChanged.connect(lambda text: self._cross.setVisible(bool(text)))
        self._retranslate()
        self._place()

    def _retranslate(self) -> None:
        super()._retranslate()
        self.setAccessibleName(self.placeholderText())

    def _place(self) -> None:
        side = look().size("target")
        self.setTextMargins(look().px(24), 0, side, 0)
        _at_the_right(self, self._cross)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc and the arrow down lead back to the list."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in {Qt.Key.Key_Escape, Qt.Key.Key_Down}:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the magnifying glass too."""
        super().paintEvent(event)
        side = look().size("icon")
        painter = QPainter(self)
        box = QRectF(look().px(8), (self.height() - side) / 2, side, side)
        icons.draw(painter, box, "find", look().colour("text_secondary"))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the cross at the right."""
        super().resizeEvent(event)
        self._place()


def _at_the_right(field: QLineEdit, button: QWidget) -> None:
    side = look().size("target")
    button.setFixedSize(side, side)
    gap = (field.height() - side) // 2
    button.move(field.width() - side - gap, gap)


class _NumberInput(QLineEdit):
    """A number: read as it is typed, written in its own form when the keyboard leaves."""

    valued = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setMaxLength(24)
        self.textEdited.connect(lambda _text: self.valued.emit())
        self._restyle()

    def _read(self, text: str) -> int | None:
        raise NotImplementedError

    def _write(self, value: int) -> str:
        raise NotImplementedError

    @property
    def value(self) -> int | None:
        """The number; None when nothing is typed, or something that is none."""
        return self._read(self.text()) if self.text().strip() else None

    @property
    def is_understood(self) -> bool:
        """Whether what is typed, if anything, is a number."""
        return not self.text().strip() or self.value is not None

    def set_value(self, value: int | None) -> None:
        """Show a number; None: nothing."""
        self.setText("" if value is None else self._write(value))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Write the number in its own form."""
        if self.value is not None and not self.isReadOnly():
            self.set_value(self.value)
        super().focusOutEvent(event)

    def _restyle(self) -> None:
        self.setFont(look().font(is_tabular=True))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the look."""
        if event.type() is QEvent.Type.StyleChange:
            self._restyle()
        super().changeEvent(event)


class QuantityInput(_NumberInput):
    """A quantity, in thousandths."""

    def _read(self, text: str) -> int | None:
        return formatting.read_quantity(text)

    def _write(self, value: int) -> str:
        return formats().quantity(value)


class RateInput(_NumberInput):
    """A rate in per cent, in basis points."""

    def _read(self, text: str) -> int | None:
        return formatting.read_rate(text)

    def _write(self, value: int) -> str:
        return formats().rate(value)


class MoneyInput(_NumberInput):
    """An amount in minor units of one currency."""

    def __init__(self, currency: str, parent: QWidget | None = None) -> None:
        self.currency = currency
        super().__init__(parent)

    def _read(self, text: str) -> int | None:
        return formatting.read_money(text, self.currency)

    def _write(self, value: int) -> str:
        return formats().figures(value, self.currency)


class DateInput(QLineEdit):
    """A day, typed in any form of `read_date`; arrows move it, F4 shows a calendar."""

    valued = Signal()

    def __init__(self, today: Callable[[], date], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._today = today
        self._calendar = IconButton(
            "calendar", lambda: self.tr("Choose from a calendar (F4)"), self.show_calendar, self
        )
        self._calendar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._calendar.setCursor(Qt.CursorShape.ArrowCursor)
        self.textEdited.connect(lambda _text: self.valued.emit())
        self._retranslate()

    @property
    def value(self) -> date | None:
        """The day; None when nothing is typed, or something that is none."""
        return read_date(self.text(), self._today())

    @property
    def is_understood(self) -> bool:
        """Whether what is typed, if anything, is a day."""
        return not self.text().strip() or self.value is not None

    def set_value(self, value: date | None) -> None:
        """Show a day; None: nothing."""
        self.setText("" if value is None else value.isoformat())

    def show_calendar(self) -> None:
        """Let a day be chosen from a calendar."""
        menu = QMenu(self)
        calendar = QCalendarWidget(menu)
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        day = self.value or self._today()
        calendar.setSelectedDate(QDate(day.year, day.month, day.day))
        held = QWidgetAction(menu)
        held.setDefaultWidget(calendar)
        menu.addAction(held)

        def choose(chosen: QDate) -> None:
            menu.close()
            self.set_value(date(chosen.year(), chosen.month(), chosen.day()))
            self.valued.emit()

        calendar.activated.connect(choose)
        calendar.clicked.connect(choose)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))
        calendar.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the day by one, F4 shows the calendar."""
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 7, Qt.Key.Key_PageDown: -7}.get(
            Qt.Key(event.key())
        )
        if event.key() == Qt.Key.Key_F4:
            self.show_calendar()
        elif step is not None and not self.isReadOnly():
            self.set_value((self.value or self._today()) + timedelta(days=step))
            self.valued.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Write the day in its own form."""
        if self.value is not None:
            self.set_value(self.value)
        super().focusOutEvent(event)

    def _retranslate(self) -> None:
        self.setPlaceholderText(self.tr("year-month-day"))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the button at the right."""
        super().resizeEvent(event)
        self.setTextMargins(0, 0, look().size("target"), 0)
        _at_the_right(self, self._calendar)


_DAY: Final = re.compile(r"(?:(?:(\d{4})[-/.年])?(\d{1,2})[-/.月])?(\d{1,2})日?$")


def read_date(text: str, today: date) -> date | None:
    """A day as typed: year-month-day, month-day (the next one that comes), day (of this month or the next), +days."""
    plain = unicodedata.normalize("NFKC", text).strip()
    try:
        if plain.startswith("+"):
            return today + timedelta(days=int(plain[1:]))
        found = _DAY.match(plain)
        if found is None:
            return None
        year, month, day = (int(part) if part else None for part in found.groups())
        assert day is not None
        if year is not None and month is not None:
            return date(year, month, day)
        if month is not None:
            this = date(today.year, month, day)
            return this if this >= today else date(today.year + 1, month, day)
        if day >= today.day:
            return today.replace(day=day)
        following = today.replace(day=1) + timedelta(days=32)
        return following.replace(day=day)
    except (ValueError, OverflowError):
        return None


class ChoiceInput(QComboBox):
    """One of a few values. ``choices`` gives (value, words) and is asked again when the language changes."""

    def __init__(
        self, choices: Callable[[], Sequence[tuple[str, str]]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._choices = choices
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setIconSize(QSize(look().size("icon"), look().size("icon")))
        self._fill()

    @property
    def value(self) -> str:
        """The value that is chosen; empty when none is."""
        found = self.currentData()
        return found if isinstance(found, str) else ""

    def set_value(self, value: str) -> None:
        """Choose a value; one that is not offered is added as it is, so that nothing is lost."""
        index = self.findData(value)
        if index < 0 and value:
            self.addItem(value, value)
            index = self.count() - 1
        self.setCurrentIndex(index)

    def refill(self) -> None:
        """Ask for the choices again; what is chosen stays chosen."""
        self._fill()

    def _fill(self) -> None:
        chosen, blocked = self.value, self.blockSignals(True)
        self.clear()
        for value, words in self._choices():
            self.addItem(words, value)
        if chosen:
            self.set_value(chosen)
        self.blockSignals(blocked)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language."""
        if event.type() is QEvent.Type.LanguageChange:
            self._fill()
        super().changeEvent(event)
