"""A filter made by choosing: rows of field, operator and value, in groups of which all, one or none must hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.kit.language import language
from desktop.kit.theme import look, spaced
from desktop.kit.translated import Translated
from desktop.store.search.query import (
    EVERYTHING,
    All,
    Either,
    Not,
    Operator,
    Query,
    Test,
    Words,
    all_of,
    either_of,
)
from desktop.store.search.query_words import QueryField, operator_words
from desktop.widgets.buttons import IconButton, TextButton
from desktop.widgets.dialog import FormDialog
from desktop.widgets.fields import ChoiceInput, TextInput
from desktop.widgets.labels import Label
from desktop.widgets.lists.filter_bar import ValuesOf
from desktop.widgets.lists.values import ValueInput

DEEPEST: Final = 3
"""Groups in groups; a filter that was typed may be deeper and is shown so."""
_LOWEST, _HIGHEST = 200, 400
_WORDS: Final = "*"
"""What stands for a field in a row of words."""
_ALL, _ONE, _NONE = "all", "one", "none"


class Row(Translated):
    """One condition: a field, an operator, a value; or words to be found. ``gone``: it is to be taken out."""

    changed = Signal()
    gone = Signal()

    def __init__(
        self,
        fields: Sequence[QueryField],
        values_of: ValuesOf | None,
        part: Test | Words | None = None,
        parent: QWidget | None = None,
    ) -> None:
        # Every part is made in its place: moving it there would dress it once more.
        super().__init__(parent)
        self._fields = {field.name: field for field in fields}
        self._values_of = values_of
        self.field = ChoiceInput(self._field_choices, self)
        self.operator = ChoiceInput(self._operator_choices, self)
        self.words = TextInput(self)
        self.value = ValueInput(values_of, self)
        self._remove = IconButton("remove", lambda: self.tr("Remove this condition"), self.gone.emit, self)
        row = QHBoxLayout(self)
        spaced(row)
        row.addWidget(self.field, 3)
        row.addWidget(self.operator, 3)
        row.addWidget(self.value, 5)
        row.addWidget(self.words, 5)
        row.addWidget(self._remove, 0, Qt.AlignmentFlag.AlignTop)
        self.field.currentIndexChanged.connect(self._on_field)
        self.operator.currentIndexChanged.connect(self._on_operator)
        self.value.changed.connect(self.changed)
        self.words.textChanged.connect(lambda _text: self.changed.emit())
        self._show(part)
        self.dress()

    def _show(self, part: Test | Words | None) -> None:
        if isinstance(part, Words):
            self.field.set_value(_WORDS)
            self.words.setText(part.text)
        elif isinstance(part, Test) and part.field in self._fields:
            self.field.set_value(part.field)
            self.operator.set_value(part.operator.value)
            self.value.ask(self._fields[part.field], part.operator)
            self.value.set_values(part.values)
        else:
            self.field.setCurrentIndex(0)
        if part is None:
            self._on_field()
        self._arrange()

    def _field_choices(self) -> list[tuple[str, str]]:
        code = language()
        return [
            *((name, _capital(field.words.written(code))) for name, field in self._fields.items()),
            (_WORDS, self.tr("Any text")),
        ]

    def _operator_choices(self) -> list[tuple[str, str]]:
        field = self._fields.get(self.field.value) if hasattr(self, "field") else None
        if field is None:
            return [(Operator.CONTAINS.value, self.tr("contains the words"))]
        return [(one.value, operator_words(field.kind, one).written(language())) for one in field.operators]

    def _on_field(self) -> None:
        former = self.operator.value
        self.operator.refill()
        known = [value for value, _ in self._operator_choices()]
        self.operator.set_value(former if former in known else known[0])
        self._on_operator()

    def _on_operator(self) -> None:
        field = self._fields.get(self.field.value)
        if field is not None and self.operator.value:
            self.value.ask(field, Operator(self.operator.value))
        self._arrange()
        self.changed.emit()

    def _arrange(self) -> None:
        is_words = self.field.value == _WORDS
        self.words.setVisible(is_words)
        self.value.setVisible(not is_words)

    def query(self) -> Query | None:
        """The condition; None while its value is missing or wrong, which is then marked.

        :raises QueryError: never; what is wrong is said beside the value.
        """
        if self.field.value == _WORDS:
            text = " ".join(self.words.text().split())
            return Words(text) if text else None
        values = self.value.read()
        return None if values is None else Test(self.field.value, Operator(self.operator.value), values)

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self.field.refill()
        self.operator.refill()
        self.field.setAccessibleName(self.tr("Field"))
        self.operator.setAccessibleName(self.tr("Comparison"))
        self.words.setAccessibleName(self.tr("Words"))
        self.value.name(self.tr("Value"))


class Group(QFrame):
    """Conditions and groups of which all, one or none must hold."""

    changed = Signal()
    gone = Signal()

    def __init__(
        self,
        fields: Sequence[QueryField],
        values_of: ValuesOf | None,
        query: Query = EVERYTHING,
        *,
        depth: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._fields = fields
        self._values_of = values_of
        self._depth = depth
        self.parts: list[Row | Group] = []
        if depth:
            self.setProperty("role", "card")
        self.mode = ChoiceInput(
            lambda: [
                (_ALL, self.tr("All of these hold")),
                (_ONE, self.tr("At least one of these holds")),
                (_NONE, self.tr("None of these holds")),
            ],
            self,
        )
        self.mode.setAccessibleName(self.tr("How the conditions belong together"))
        self._column = QVBoxLayout()
        spaced(self._column)
        above = QHBoxLayout()
        spaced(above)
        above.addWidget(self.mode)
        above.addStretch(1)
        if depth:
            above.addWidget(IconButton("remove", lambda: self.tr("Remove this group"), self.gone.emit, self))
        below = QHBoxLayout()
        spaced(below)
        below.addWidget(
            TextButton(lambda: self.tr("Add condition"), self.add_row, self, role="quiet", picture="add")
        )
        if depth + 1 < DEEPEST:
            below.addWidget(
                TextButton(lambda: self.tr("Add group"), self.add_group, self, role="quiet", picture="add")
            )
        below.addStretch(1)
        whole = QVBoxLayout(self)
        spaced(whole, *(("small", "medium") if depth else ()), gap="small")
        for layout in (above, self._column, below):
            whole.addLayout(layout)
        self._show(query)
        self.mode.currentIndexChanged.connect(lambda _index: self.changed.emit())

    def _show(self, query: Query) -> None:
        mode, parts = _taken_apart(query)
        self.mode.set_value(mode)
        for one in parts:
            if isinstance(one, Test | Words):
                self._add(Row(self._fields, self._values_of, one, self))
            else:
                self._add(Group(self._fields, self._values_of, one, depth=self._depth + 1, parent=self))
        if not parts:
            self._add(Row(self._fields, self._values_of, None, self))

    def _add(self, part: Row | Group) -> None:
        self.parts.append(part)
        self._column.addWidget(part)
        part.changed.connect(self.changed)
        part.gone.connect(lambda: self._drop(part))

    def _drop(self, part: Row | Group) -> None:
        at = self.parts.index(part)
        self.parts.remove(part)
        self._column.removeWidget(part)
        part.hide()
        part.deleteLater()
        if self.parts:
            following = self.parts[min(at, len(self.parts) - 1)]
            (following.field if isinstance(following, Row) else following.mode).setFocus()
        self.changed.emit()

    def add_row(self) -> None:
        """Add a condition and put the keyboard on it."""
        row = Row(self._fields, self._values_of, None, self)
        self._add(row)
        row.field.setFocus()
        self.changed.emit()

    def add_group(self) -> None:
        """Add a group with one condition."""
        group = Group(self._fields, self._values_of, Either(()), depth=self._depth + 1, parent=self)
        self._add(group)
        group.mode.setFocus()
        self.changed.emit()

    def query(self) -> Query | None:
        """What the group says; None while something in it is missing or wrong."""
        parts = [part.query() for part in self.parts]
        whole = [part for part in parts if part is not None]
        if len(whole) < len(parts):
            return None
        if not whole:
            return EVERYTHING
        if self.mode.value == _ALL:
            return all_of(whole)
        return either_of(whole) if self.mode.value == _ONE else Not(either_of(whole))


class BuilderDialog(FormDialog):
    """The builder. ``built`` carries the filter (`Query`). ``told`` says a filter in words, for the line below."""

    built = Signal(object)

    def __init__(
        self,
        fields: Sequence[QueryField],
        query: Query,
        told: Callable[[Query], str],
        parent: QWidget | None = None,
        *,
        values_of: ValuesOf | None = None,
    ) -> None:
        self._told = told
        body = QWidget()
        self._as_text = Label("", body, role="secondary", wraps=True)
        self._scroll = QScrollArea(body)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        self._scroll.setWidget(inside)
        column = QVBoxLayout(body)
        spaced(column, gap="medium")
        column.addWidget(self._scroll, 1)
        column.addWidget(self._as_text)
        super().__init__(
            lambda: self.tr("Filter"), body, parent, save_words=lambda: self.tr("Apply"), width=760
        )
        held = QVBoxLayout(inside)
        spaced(held, gap="medium")
        held.setSizeConstraint(QLayout.SizeConstraint.SetMinAndMaxSize)
        self.group = Group(fields, values_of, query, parent=inside)
        held.addWidget(self.group)
        held.addStretch(1)
        # When a row is there, but not laid out yet, it has no height.
        self._fit_soon = QTimer(self, singleShot=True, interval=0)
        self._fit_soon.timeout.connect(self._fit)
        self.group.changed.connect(self._on_changed)
        self.saved.connect(self._on_saved)
        self._on_changed()

    def restyle(self) -> None:
        """See `TranslatedDialog.restyle`."""
        super().restyle()
        self._fit()

    def _fit(self) -> None:
        """As high as the conditions need, up to what is comfortable; beyond that they scroll."""
        inside = self._scroll.widget()
        if inside is not None:
            needed = inside.sizeHint().height()
            self._scroll.setMinimumHeight(min(max(needed, look().px(_LOWEST)), look().px(_HIGHEST)))

    def retranslate(self) -> None:
        """See `TranslatedDialog.retranslate`."""
        super().retranslate()
        query = self.group.query() if hasattr(self, "group") else None
        if query is not None:
            self._as_text.setText("" if query == EVERYTHING else self._told(query))

    def _on_changed(self) -> None:
        query = self.group.query()
        self._as_text.setText("" if query is None or query == EVERYTHING else self._told(query))
        self.show_problem("")
        self._fit_soon.start()

    def _on_saved(self) -> None:
        query = self.group.query()
        if query is None:
            self.show_problem(self.tr("A condition has no value yet, or one that cannot be read."))
            return
        self.built.emit(query)
        self.accept()

    def showEvent(self, event: QShowEvent) -> None:
        """The keyboard begins at the first condition."""
        super().showEvent(event)
        first = self.group.parts[0] if self.group.parts else None
        (first.field if isinstance(first, Row) else self.group.mode).setFocus()


def _taken_apart(query: Query) -> tuple[str, tuple[Query, ...]]:
    """How a group shows a filter: which of its parts must hold, and the parts."""
    match query:
        case All(parts):
            return _ALL, parts
        case Either(parts):
            return _ONE, parts
        case Not(Either(parts)):
            return _NONE, parts
        case Not(part):
            return _NONE, (part,)
        case _:
            return _ALL, (query,)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
