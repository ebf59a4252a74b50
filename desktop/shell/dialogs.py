"""The window's own dialogs: settings, the list of keys, licences. Each follows language and look while it is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QScrollArea,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.kit.commands import Command, shown_key
from desktop.kit.language import LANGUAGES, NAMES
from desktop.kit.preferences import IDLE_MINUTES, PERCENTS, Preferences
from desktop.kit.theme import look, spaced
from desktop.kit.translated import TranslatedDialog
from desktop.parts import Part
from desktop.shell.names import Fact
from desktop.widgets.buttons import TextButton
from desktop.widgets.fields import ChoiceInput, Field
from desktop.widgets.labels import Label, line

_ELSEWHERE: Final = {
    "LGPL": "https://www.gnu.org/licenses/lgpl-3.0.html",
    "GPL": "https://www.gnu.org/licenses/gpl-3.0.html",
}


class Dialog(TranslatedDialog):
    """A heading, a body, and buttons below. Esc closes it. ``heading`` is asked for again by language."""

    def __init__(self, parent: QWidget | None, *, width: int, height: int = 0) -> None:
        super().__init__(parent)
        self._wanted = (width, height)
        self._heading = Label(role="title")
        self.body = QVBoxLayout()
        spaced(self.body, gap="medium")
        self.buttons = QHBoxLayout()
        spaced(self.buttons)
        self.buttons.addStretch(1)
        self._close = TextButton(lambda: self.tr("Close"), self.accept)
        self.buttons.addWidget(self._close)
        column = QVBoxLayout(self)
        spaced(column, "huge", gap="large")
        column.addWidget(self._heading)
        column.addLayout(self.body, 1)
        column.addLayout(self.buttons)

    def heading(self) -> str:
        """What the dialog is, translated."""
        raise NotImplementedError

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self._heading.setText(self.heading())
        self.setWindowTitle(self.heading())
        self.setAccessibleName(self.heading())

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        width, height = self._wanted
        self.setMinimumWidth(look().px(width))
        if height:
            self.setMinimumHeight(look().px(height))


class SettingsDialog(Dialog):
    """What a person sets for themselves. Every choice holds at once."""

    def __init__(
        self, preferences: Preferences, facts: Sequence[Fact], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, width=520)
        self._preferences = preferences
        self.language = ChoiceInput(self._languages)
        self.theme = ChoiceInput(self._themes)
        self.percent = ChoiceInput(self._percents)
        self.rows = ChoiceInput(self._rows)
        self.idle = ChoiceInput(self._idle)
        fields = (
            Field(lambda: self.tr("Language"), self.language),
            Field(lambda: self.tr("Colours"), self.theme),
            Field(lambda: self.tr("Size"), self.percent),
            Field(lambda: self.tr("Rows of lists"), self.rows),
            Field(lambda: self.tr("Lock when nobody is here for"), self.idle),
        )
        grid = QGridLayout()
        spaced(grid, gap="large")
        for place, field in enumerate(fields):
            grid.addWidget(field, place // 2, place % 2)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)
        self.body.addLayout(grid)
        self.body.addWidget(line())
        self.body.addWidget(Label(lambda: self.tr("This laptop"), role="section"))
        self.body.addLayout(_facts(facts))
        self.body.addStretch(1)
        for control, value in (
            (self.language, preferences.language),
            (self.theme, preferences.theme),
            (self.percent, str(preferences.percent)),
            (self.rows, "compact" if preferences.is_compact else "normal"),
            (self.idle, str(preferences.idle_minutes)),
        ):
            control.set_value(value)
            control.currentIndexChanged.connect(self._keep)
        self.dress()
        self.language.setFocus()

    def heading(self) -> str:
        """See `Dialog.heading`."""
        return self.tr("Settings")

    def _keep(self) -> None:
        kept = self._preferences
        if self.language.value != kept.language:
            kept.language = self.language.value
        if self.theme.value != kept.theme:
            kept.theme = self.theme.value
        if int(self.percent.value) != kept.percent:
            kept.percent = int(self.percent.value)
        if (self.rows.value == "compact") != kept.is_compact:
            kept.is_compact = self.rows.value == "compact"
        if int(self.idle.value) != kept.idle_minutes:
            kept.idle_minutes = int(self.idle.value)

    def _languages(self) -> list[tuple[str, str]]:
        return [("system", self.tr("As the system")), *((code, NAMES[code]) for code in LANGUAGES)]

    def _themes(self) -> list[tuple[str, str]]:
        return [
            ("system", self.tr("As the system")),
            ("light", self.tr("Light")),
            ("dark", self.tr("Dark")),
        ]

    def _percents(self) -> list[tuple[str, str]]:
        return [(str(percent), f"{percent} %") for percent in PERCENTS]

    def _rows(self) -> list[tuple[str, str]]:
        return [("normal", self.tr("Normal")), ("compact", self.tr("Low"))]

    def _idle(self) -> list[tuple[str, str]]:
        return [(str(minutes), self.tr("%n minute(s)", "", minutes)) for minutes in IDLE_MINUTES]


def _facts(facts: Iterable[Fact]) -> QGridLayout:
    grid = QGridLayout()
    spaced(grid)
    grid.setHorizontalSpacing(look().space("huge"))
    for row, (words, value) in enumerate(facts):
        grid.addWidget(Label(words, role="secondary"), row, 0, Qt.AlignmentFlag.AlignTop)
        shown = Label(value, wraps=True)
        shown.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        shown.setAccessibleName(f"{words()}: {value}")
        grid.addWidget(shown, row, 1)
    grid.setColumnStretch(1, 1)
    return grid


class KeysDialog(Dialog):
    """Every key that does something here, by group, made from the commands."""

    def __init__(self, commands: Sequence[Command], parent: QWidget | None = None) -> None:
        super().__init__(parent, width=640, height=480)
        self._commands = [command for command in commands if command.keys]
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self.body.addWidget(self._area)
        self.dress()
        self._area.setFocus()

    def heading(self) -> str:
        """See `Dialog.heading`."""
        return self.tr("Keys")

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        super().retranslate()
        self._area.setAccessibleName(self.heading())
        groups: dict[str, list[Command]] = {}
        for command in self._commands:
            groups.setdefault(command.group_text, []).append(command)
        page = QWidget()
        columns = QHBoxLayout(page)
        spaced(columns, gap="huge")
        halves = [QVBoxLayout(), QVBoxLayout()]
        for half in halves:
            spaced(half, gap="large")
            columns.addLayout(half, 1)
        heights = [0, 0]
        for name, members in groups.items():
            shorter = heights.index(min(heights))
            halves[shorter].addLayout(_group(name, members))
            heights[shorter] += len(members) + 2
        for half in halves:
            half.addStretch(1)
        self._area.setWidget(page)


def _group(name: str, members: Sequence[Command]) -> QGridLayout:
    grid = QGridLayout()
    spaced(grid, gap="hair")
    grid.addWidget(Label(name, role="section"), 0, 0, 1, 2)
    for row, command in enumerate(members, start=1):
        grid.addWidget(Label(command.text), row, 0)
        keys = QHBoxLayout()
        spaced(keys, gap="hair")
        keys.addStretch(1)
        for key in command.keys:
            keys.addWidget(Label(shown_key(key), role="key"))
        grid.addLayout(keys, row, 1)
    grid.setColumnStretch(0, 1)
    return grid


class _Rows(QStyledItemDelegate):
    """Rows of the height of a list."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width(), look().size("row_compact"))


class LicencesDialog(Dialog):
    """What Roundsman is made of, and under which licences; ours first."""

    def __init__(self, parts: Sequence[Part], parent: QWidget | None = None) -> None:
        super().__init__(parent, width=760, height=520)
        self._parts = parts
        self._note = Label(role="secondary", wraps=True)
        self.list = QListWidget()
        self.list.addItems([f"{part.name} {part.version}" for part in parts])
        self.list.setItemDelegate(_Rows(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._licence = QLabel()
        self._licence.setProperty("role", "strong")
        self._licence.setTextFormat(Qt.TextFormat.PlainText)
        self._licence.setWordWrap(True)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        right = QVBoxLayout()
        spaced(right)
        right.addWidget(self._licence)
        right.addWidget(self.text, 1)
        row = QHBoxLayout()
        spaced(row, gap="large")
        row.addWidget(self.list, 2)
        row.addLayout(right, 5)
        self.body.addWidget(self._note)
        self.body.addLayout(row, 1)
        self.list.currentRowChanged.connect(self._show)
        self.dress()
        self.list.setCurrentRow(0)
        self.list.setFocus()

    def heading(self) -> str:
        """See `Dialog.heading`."""
        return self.tr("Licences")

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        super().retranslate()
        self._note.setText(
            self.tr(
                "Roundsman is free software under the Apache Licence 2.0. It stands on the work of others, whose "
                "packages and licences are these. Icons: Phosphor Icons (MIT)."
            )
        )
        self.list.setAccessibleName(self.tr("Packages"))
        self.text.setAccessibleName(self.tr("Text of the licence"))
        self._show(self.list.currentRow())

    def restyle(self) -> None:
        """See `Translated.restyle`."""
        super().restyle()
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPixelSize(look().px(12))
        self.text.setFont(fixed)

    def _show(self, row: int) -> None:
        if not 0 <= row < len(self._parts):
            return
        part = self._parts[row]
        self._licence.setText(part.licence or self.tr("See the text"))
        links = [url for name, url in _ELSEWHERE.items() if name in part.licence]
        text = part.text() or self.tr("The text of this licence can be read here:") + "\n" + "\n".join(links)
        self.text.setPlainText(text)
