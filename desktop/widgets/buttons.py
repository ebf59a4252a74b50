"""Buttons made from commands, and the few that are not: text, icon, tooltip with the key, and whether it can be done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolButton, QWidget

from desktop.kit.commands import Commands
from desktop.kit.icons import button_size, icon
from desktop.kit.theme import look


class CommandButton(QPushButton):
    """A button for a command: its words, its icon, offered as the command is. ``role``: primary, quiet, danger."""

    def __init__(
        self, commands: Commands, name: str, parent: QWidget | None = None, *, role: str = ""
    ) -> None:
        super().__init__(parent)
        self._command = commands[name]
        self._role = role
        if role:
            self.setProperty("role", role)
        action: QAction = commands.action(name)
        action.changed.connect(self._follow)
        self.clicked.connect(action.trigger)
        self._action = action
        self._follow()

    def _follow(self) -> None:
        self.setText(self._command.text.replace("&", "&&"))
        self.setToolTip(self._command.tooltip)
        self.setAccessibleName(self._command.text)
        self.setEnabled(self._action.isEnabled())
        if self._command.icon:
            self.setIcon(icon(self._command.icon, "text_on_accent" if self._role == "primary" else "text"))
            self.setIconSize(button_size())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the look."""
        if event.type() is QEvent.Type.StyleChange:
            self.setIconSize(button_size())
        super().changeEvent(event)


class CommandTool(QToolButton):
    """A button for a command that shows its icon only."""

    def __init__(self, commands: Commands, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._command = commands[name]
        self._action: QAction = commands.action(name)
        self._action.changed.connect(self._follow)
        self.clicked.connect(self._action.trigger)
        self.setIcon(icon(self._command.icon))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._follow()
        self._restyle()

    def _follow(self) -> None:
        self.setToolTip(self._command.tooltip)
        self.setAccessibleName(self._command.text)
        self.setEnabled(self._action.isEnabled())

    def _restyle(self) -> None:
        self.setIconSize(QSize(look().size("icon"), look().size("icon")))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the look."""
        if event.type() is QEvent.Type.StyleChange:
            self._restyle()
        super().changeEvent(event)


class TextButton(QPushButton):
    """A button with words of its own. ``text`` is asked for again when the language changes."""

    def __init__(
        self,
        text: Callable[[], str],
        run: Callable[[], object],
        parent: QWidget | None = None,
        *,
        role: str = "",
        picture: str = "",
        tooltip: Callable[[], str] | None = None,
    ) -> None:
        super().__init__(parent)
        self._words = text
        self._tooltip = tooltip
        if role:
            self.setProperty("role", role)
        if picture:
            self.setIcon(icon(picture, "text_on_accent" if role == "primary" else "text"))
            self.setIconSize(button_size())
        self.clicked.connect(lambda _checked: run())
        self.retranslate()

    def retranslate(self) -> None:
        """Ask for the words again."""
        self.setText(self._words())
        self.setAccessibleName(self._words().replace("&", ""))
        if self._tooltip is not None:
            self.setToolTip(self._tooltip())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language and the look."""
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() is QEvent.Type.StyleChange:
            self.setIconSize(button_size())
        super().changeEvent(event)


class IconButton(QToolButton):
    """A button that shows an icon only; its words are the tooltip and the accessible name."""

    def __init__(
        self,
        picture: str,
        text: Callable[[], str],
        run: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._words = text
        self.setIcon(icon(picture))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda _checked: run())
        self.retranslate()
        self._restyle()

    def retranslate(self) -> None:
        """Ask for the words again."""
        self.setToolTip(self._words())
        self.setAccessibleName(self._words())

    def _restyle(self) -> None:
        self.setIconSize(QSize(look().size("icon"), look().size("icon")))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language and the look."""
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() is QEvent.Type.StyleChange:
            self._restyle()
        super().changeEvent(event)
