"""The value of a condition, entered by its kind: chosen, ticked, picked from a calendar, or typed as in a filter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import QDate, QPoint, QStringListModel, Qt, Signal
from PySide6.QtWidgets import (
    QCalendarWidget,
    QCompleter,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QWidget,
    QWidgetAction,
)
from shiboken6 import isValid

from desktop.kit.language import language
from desktop.kit.theme import spaced
from desktop.kit.translated import Translated
from desktop.store.search.query import Operator, QueryError, Value
from desktop.store.search.query_offer import as_typed, value_words
from desktop.store.search.query_read import read_values
from desktop.store.search.query_words import DAYS, RANGE_AND, Kind, QueryField
from desktop.store.search.query_write import write_value
from desktop.widgets.buttons import IconButton
from desktop.widgets.fields import ChoiceInput, TextInput
from desktop.widgets.labels import Label
from desktop.widgets.lists.filter_bar import ValuesOf
from desktop.widgets.lists.reasons import example, reason

_LISTS = frozenset({Operator.IN, Operator.NOT_IN})
_NONE = frozenset({Operator.EMPTY, Operator.FILLED})


class ValueInput(Translated):
    """Shows what a field and an operator ask for (`ask`), and reads it (`read`). ``changed``: something was entered."""

    changed = Signal()

    def __init__(self, values_of: ValuesOf | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values_of = values_of
        self._field: QueryField | None = None
        self._operator = Operator.IS
        self._ticked: list[str] = []
        self._name = ""
        self.choice = ChoiceInput(self._choices, self)
        self.ticks = QPushButton(self)
        self.ticks.setProperty("role", "field")
        self.first = self._line()
        self.second = self._line()
        self._and = Label(lambda: RANGE_AND.written(language()), self, role="secondary")
        self._calendars = [
            IconButton("calendar", lambda: self.tr("Choose a day"), partial(self._show_calendar, line), self)
            for line in (self.first, self.second)
        ]
        row = QHBoxLayout(self)
        spaced(row, gap="hair")
        row.addWidget(self.choice, 1)
        row.addWidget(self.ticks, 1)
        row.addWidget(self.first, 1)
        row.addWidget(self._calendars[0])
        row.addWidget(self._and)
        row.addWidget(self.second, 1)
        row.addWidget(self._calendars[1])
        self.choice.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.ticks.clicked.connect(lambda _checked: self._show_ticks())
        self.dress()

    def _line(self) -> TextInput:
        line = TextInput(self, longest=500)
        completer = QCompleter(QStringListModel(line), line)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        line.setCompleter(completer)
        line.textChanged.connect(lambda _text: self._on_text(line))
        return line

    # -- what is asked for

    def ask(self, field: QueryField, operator: Operator) -> None:
        """Ask for the value of a field under an operator. What was typed stays while the kind is the same."""
        if self._field is not field:
            for line in (self.first, self.second):
                line.clear()
            self._ticked = []
            self._offer(field)
        self._field, self._operator = field, operator
        self.choice.refill()
        if field.kind is Kind.CHOICE and not self.choice.value and field.choices:
            self.choice.setCurrentIndex(0)
        self._arrange()

    def _offer(self, field: QueryField) -> None:
        for line in (self.first, self.second):
            _offered(line, value_words(field, language()))
        if field.is_listed and self._values_of is not None:
            self._values_of(field, lambda values: self._take_values(field, values))

    def _take_values(self, field: QueryField, values: list[str]) -> None:
        # The values may come when the dialog is closed.
        if isValid(self) and field is self._field:
            _offered(self.first, [*value_words(field, language()), *map(as_typed, values)])

    def _arrange(self) -> None:
        field, operator = self._field, self._operator
        is_choice = field is not None and field.kind is Kind.CHOICE
        is_day = field is not None and field.kind in DAYS
        takes, is_range = operator not in _NONE, operator is Operator.BETWEEN
        self.choice.setVisible(takes and is_choice and operator not in _LISTS)
        self.ticks.setVisible(takes and is_choice and operator in _LISTS)
        self.first.setVisible(takes and not is_choice)
        self._calendars[0].setVisible(takes and is_day)
        for part in (self._and, self.second):
            part.setVisible(is_range)
        self._calendars[1].setVisible(is_range and is_day)
        self.retranslate()

    # -- values

    def set_values(self, values: Sequence[Value]) -> None:
        """Show values of the field that was asked for."""
        field = self._field
        if field is None or not values:
            return
        if field.kind is Kind.CHOICE:
            self.choice.set_value(str(values[0]))
            self._ticked = [str(value) for value in values]
        elif self._operator in _LISTS:
            self.first.setText(", ".join(self._typed(value, field) for value in values))
        else:
            for line, value in zip((self.first, self.second), values, strict=False):
                line.setText(self._typed(value, field))
        self._arrange()

    def _typed(self, value: Value, field: QueryField) -> str:
        plain = write_value(value, field, language())
        return as_typed(plain) if isinstance(value, str) and field.kind is not Kind.PHONE else plain

    def read(self) -> tuple[Value, ...] | None:
        """The values; None while they are missing or cannot be read, which is then marked."""
        field = self._field
        if field is None:
            return None
        if self._operator in _NONE:
            return ()
        if field.kind is Kind.CHOICE:
            chosen = self._ticked if self._operator in _LISTS else [self.choice.value]
            return tuple(chosen) if chosen and all(chosen) else None
        lines = (self.first, self.second) if self._operator is Operator.BETWEEN else (self.first,)
        found: list[Value] = []
        for line in lines:
            values = self._read_line(line, field)
            if not values:
                return None
            found += values
        return tuple(found)

    def _read_line(self, line: TextInput, field: QueryField) -> list[Value]:
        text = line.text().strip()
        try:
            values = read_values(text, field, is_list=self._operator in _LISTS) if text else []
            wrong = ""
        except QueryError as error:
            values, wrong = [], reason(error, [field])
        state = "wrong" if wrong else ""
        if line.property("state") != state:
            line.setProperty("state", state)
            line.style().polish(line)
        line.setToolTip(wrong)
        line.setAccessibleDescription(wrong)
        return values

    def _on_text(self, line: TextInput) -> None:
        if self._field is not None:
            self._read_line(line, self._field)
        self.changed.emit()

    # -- choices

    def _choices(self) -> list[tuple[str, str]]:
        if self._field is None:
            return []
        return [(one.value, one.words.written(language())) for one in self._field.choices]

    def tick_menu(self) -> QMenu:
        """Every choice, to be ticked."""
        menu = QMenu(self)
        for value, words in self._choices():
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(value in self._ticked)
            action.toggled.connect(partial(self._tick, value))
        return menu

    def _tick(self, value: str, is_on: bool) -> None:
        known = {*self._ticked, value} if is_on else {*self._ticked} - {value}
        self._ticked = [one for one, _ in self._choices() if one in known]
        self.retranslate()
        self.changed.emit()

    def _show_ticks(self) -> None:
        menu = self.tick_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.ticks.mapToGlobal(QPoint(0, self.ticks.height())))

    def _show_calendar(self, line: TextInput) -> None:
        menu = QMenu(self)
        calendar = QCalendarWidget(menu)
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        held = QWidgetAction(menu)
        held.setDefaultWidget(calendar)
        menu.addAction(held)

        def choose(day: QDate) -> None:
            menu.close()
            line.setText(date(day.year(), day.month(), day.day()).isoformat())

        calendar.activated.connect(choose)
        calendar.clicked.connect(choose)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(line.mapToGlobal(QPoint(0, line.height())))
        calendar.setFocus()

    # -- words

    def name(self, words: str) -> None:
        """What the value is called for those who do not see it."""
        self._name = words
        for part in (self.choice, self.first):
            part.setAccessibleName(words)
        self.second.setAccessibleName(f"{words} 2")
        self.retranslate()

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        words = dict(self._choices())
        told = ", ".join(words.get(value, value) for value in self._ticked)
        self.ticks.setText((told or self.tr("Choose…")).replace("&", "&&"))
        self.ticks.setAccessibleName(f"{self._name} {self.ticks.text()}".strip())
        for line in (self.first, self.second):
            line.setPlaceholderText(example(self._field, self._operator) if self._field is not None else "")


def _offered(line: TextInput, words: Sequence[str]) -> None:
    completer = line.completer()
    assert completer is not None
    model = completer.model()
    assert isinstance(model, QStringListModel)
    model.setStringList(list(dict.fromkeys(words)))
