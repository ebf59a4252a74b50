"""What a field of a record is typed into, made from its declaration; and forms of several of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QWidget

from crm.changes.entity import Wire
from crm.contacts.entities import CommunicationStyle, DecisionRole
from crm.contacts.rules import LOWEST_LEVEL
from crm.customers.entities import DealType, TaxCategory
from crm.errors import RoundsmanError
from crm.people.rules import NAME_MISSING
from crm.schema import SCHEMA
from desktop.kit import words
from desktop.kit.format import NO_VALUE
from desktop.kit.theme import look, spaced
from desktop.kit.translated import Translated
from desktop.widgets.fields import ChoiceInput, DateInput, Field, TextInput

translate: Final = QCoreApplication.translate

_CHOICES: Final[Mapping[str, tuple[type[StrEnum], bool]]] = {
    "deal_type": (DealType, True),
    "tax_category": (TaxCategory, False),
    "decision_role": (DecisionRole, True),
    "communication_style": (CommunicationStyle, True),
}
"""Fields that hold one of a few words, and whether they may be empty."""
_LONG: Final = frozenset({"note", "preferences", "delivery_note"})
REQUIRED: Final = frozenset({("customer", "name"), ("contact", "name"), ("ship_to_address", "label")})

Options = Callable[[], Sequence[tuple[str, str]]]
"""(value, words) of a field whose values are other records; values are ids as hexadecimal text."""


class NoteInput(QPlainTextEdit):
    """Several lines of text. Tab goes on, as in every field."""

    def __init__(self, parent: QWidget | None = None, *, lines: int = 3) -> None:
        super().__init__(parent)
        self._lines = lines
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def sizeHint(self) -> QSize:
        """As high as its lines."""
        return QSize(look().px(160), self.fontMetrics().lineSpacing() * self._lines + look().px(16))

    def minimumSizeHint(self) -> QSize:
        """See `sizeHint`."""
        return QSize(look().px(80), self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter is the form's."""
        if (
            event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            event.ignore()
        else:
            super().keyPressEvent(event)


class Editor:
    """A control for one field of a table, with stored values in and out. ``changed`` is called at each key."""

    def __init__(
        self,
        table: str,
        name: str,
        *,
        today: Callable[[], date],
        options: Options | None = None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.table, self.name = table, name
        self._field = SCHEMA[table].fields[name]
        self.widget = self._make(today, options)
        if isinstance(self.widget, ChoiceInput):
            self.widget.currentIndexChanged.connect(lambda _index: changed())
        else:
            self.widget.textChanged.connect(lambda *_text: changed())

    def _make(
        self, today: Callable[[], date], options: Options | None
    ) -> TextInput | NoteInput | ChoiceInput | DateInput:
        if options is not None:
            return ChoiceInput(options)
        if self.name == "grade":
            return ChoiceInput(grades)
        if self.name in _CHOICES:
            return ChoiceInput(lambda: choices(self.name))
        if self._field.kind == "int":
            return ChoiceInput(lambda: [(str(level), level_text(level)) for level in range(LOWEST_LEVEL + 1)])
        if self._field.kind == "day":
            return DateInput(today)
        if self.name in _LONG:
            return NoteInput()
        return TextInput(longest=self._field.max_length or 200)

    @property
    def value(self) -> Wire:
        """What is typed, as it is stored; text that is no day is an empty day (see `problem`)."""
        widget = self.widget
        if isinstance(widget, ChoiceInput):
            if self._field.kind == "id":
                return bytes.fromhex(widget.value) if widget.value else None
            return int(widget.value or 0) if self._field.kind == "int" else widget.value
        if isinstance(widget, DateInput):
            return widget.value.isoformat() if widget.value is not None else None
        return (widget.toPlainText() if isinstance(widget, NoteInput) else widget.text()).strip()

    @property
    def typed(self) -> date | int | str | bytes | None:
        """The value as actions take it."""
        value = self.value
        return date.fromisoformat(value) if self._field.kind == "day" and isinstance(value, str) else value

    def set_value(self, value: Wire) -> None:
        """Show a stored value."""
        widget = self.widget
        if isinstance(widget, ChoiceInput):
            widget.set_value(value.hex() if isinstance(value, bytes) else "" if value is None else str(value))
        elif isinstance(widget, DateInput):
            widget.set_value(date.fromisoformat(value) if isinstance(value, str) and value else None)
        elif isinstance(widget, NoteInput):
            widget.setPlainText(str(value or ""))
        else:
            widget.setText(str(value or ""))

    @property
    def problem(self) -> str:
        """What is wrong with what is typed, before anything is asked of the rules; empty when nothing is."""
        if isinstance(self.widget, DateInput) and not self.widget.is_understood:
            return translate("Editors", "This is not a day. Type year-month-day.")
        if (self.table, self.name) in REQUIRED and not self.value:
            if self.name == "label":
                return translate("Editors", "Say what people call this place.")
            return words.error_number(NAME_MISSING)
        return ""


def choices(name: str) -> list[tuple[str, str]]:
    """The values of a field with few words, the empty one first where there is one."""
    found, may_be_empty = _CHOICES[name]
    return [
        *([("", NO_VALUE)] if may_be_empty else []),
        *((each.value, words.choice(name, each.value)) for each in found),
    ]


def grades() -> list[tuple[str, str]]:
    """The grades that have words; another one that a record has is kept as it is."""
    known = [name.partition(".")[2] for name in words.CHOICES if name.startswith("grade.")]
    return [("", NO_VALUE), *((grade, words.choice("grade", grade)) for grade in known)]


def level_text(level: int) -> str:
    """A contact's place in the hierarchy."""
    if not level:
        return NO_VALUE
    return translate("Editors", "1 (top)") if level == 1 else str(level)


def field_of(error: Exception) -> str:
    """The field that an error is about; empty when it says none."""
    found = error.details.get("field", "") if isinstance(error, RoundsmanError) else ""
    return str(found)


def wrong_words(error: Exception) -> str:
    """What to say beside the field that an error is about."""
    if field_of(error):
        return translate("Editors", "This value is not allowed here.")
    return words.error(error)


class Form(Translated):
    """Editors in columns, each with its label and its problem. ``edited``: something was typed.

    ``rows`` names the fields line by line; a line with fewer fields than others gives the last one the rest of it.
    """

    edited = Signal()

    def __init__(
        self,
        table: str,
        rows: Sequence[Sequence[str]],
        *,
        today: Callable[[], date],
        options: Mapping[str, Options] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.table = table
        self.editors: dict[str, Editor] = {}
        self._fields: dict[str, Field] = {}
        columns = max(len(row) for row in rows)
        grid = QGridLayout(self)
        spaced(grid, gap="medium")
        for line, names in enumerate(rows):
            for place, name in enumerate(names):
                field = self._field(name, today, (options or {}).get(name))
                span = columns - place if place == len(names) - 1 else 1
                grid.addWidget(field, line, place, 1, span, Qt.AlignmentFlag.AlignTop)
        for place in range(columns):
            grid.setColumnStretch(place, 1)

    def _field(self, name: str, today: Callable[[], date], options: Options | None) -> Field:
        editor = Editor(self.table, name, today=today, options=options, changed=lambda: self._on_edited(name))
        field = Field(
            lambda: words.field(self.table, name),
            editor.widget,
            self,
            is_required=(self.table, name) in REQUIRED,
        )
        self.editors[name], self._fields[name] = editor, field
        return field

    def _on_edited(self, name: str) -> None:
        field = self._fields.get(name)
        if field is not None and field.problem:
            field.show_problem(self.editors[name].problem)
        self.edited.emit()

    @property
    def values(self) -> dict[str, Wire]:
        """What is typed, as it is stored: for drafts."""
        return {name: editor.value for name, editor in self.editors.items()}

    @property
    def typed(self) -> dict[str, object]:
        """What is typed, as actions take it."""
        return {name: editor.typed for name, editor in self.editors.items()}

    def set_values(self, values: Mapping[str, Wire]) -> None:
        """Show stored values; fields that are not named stay."""
        for name, editor in self.editors.items():
            if name in values:
                editor.set_value(values[name])

    @property
    def is_empty(self) -> bool:
        """Whether nothing is typed that a new form would not have."""
        blank = SCHEMA[self.table].blank()
        return all(editor.value in (None, "", 0, blank.get(name)) for name, editor in self.editors.items())

    def check(self) -> bool:
        """Say what is wrong beside each field and go to the first one; whether all is well."""
        wrong = [name for name, editor in self.editors.items() if self._judge(name, editor)]
        if wrong:
            self.editors[wrong[0]].widget.setFocus()
        return not wrong

    def _judge(self, name: str, editor: Editor) -> bool:
        self._fields[name].show_problem(editor.problem)
        return bool(editor.problem)

    def show_error(self, error: Exception) -> bool:
        """Say an error beside the field that it is about; whether it is about one of these."""
        name = field_of(error)
        if name not in self._fields:
            return False
        self._fields[name].show_problem(wrong_words(error))
        self.editors[name].widget.setFocus()
        return True

    def note(self, name: str, text: str) -> None:
        """Say something beside a field."""
        self._fields[name].show_problem(text)

    def begin(self) -> None:
        """Put the keyboard into the first field."""
        next(iter(self.editors.values())).widget.setFocus()
