"""What a person can do, declared once: menus, buttons, palette, tooltips and the key list are made from it.

A shortcut is written here and nowhere else. Keys without Ctrl, Alt or Meta that also type something (`J`, `/`, `?`)
sleep while a text field has the focus, and with it while an input method composes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from desktop.kit.language import language

CONTEXT: Final = "Commands"
"""The translation context of titles, hints and groups: `QT_TRANSLATE_NOOP("Commands", "Submit order")`."""


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Command:
    """Something a person can do.

    ``name`` is stable (``order.submit``). ``title`` and ``hint`` are source texts of `CONTEXT`. ``keys`` are key
    sequences in Qt's portable form, the one that is shown first. ``group`` is the menu and the heading in the key list.
    ``is_offered`` is asked when menus, buttons and palette are shown and when a key is pressed. ``is_checked`` makes it
    a command that is on or off. ``icon`` is a name of `desktop.kit.icons`.
    """

    name: str
    title: str
    run: Callable[[], None]
    keys: tuple[str, ...] = ()
    icon: str = ""
    hint: str = ""
    group: str = ""
    is_offered: Callable[[], bool] = _always
    is_checked: Callable[[], bool] | None = None
    in_palette: bool = True
    words: str = ""
    """More source text of `CONTEXT` by which the palette finds it."""
    context: str = CONTEXT
    """The translation context of the title, where it is another one."""
    about: Callable[[], str] | None = None
    """What it would be done to just now, translated: it stands behind the title."""

    @property
    def text(self) -> str:
        """The title in the language of the window, with what it is about."""
        title = QCoreApplication.translate(self.context, self.title)
        about = self.about() if self.about is not None else ""
        if not about:
            return title
        return QCoreApplication.translate("Commands", "{command}: {about}").format(command=title, about=about)

    @property
    def group_text(self) -> str:
        """The group in the language of the window."""
        return QCoreApplication.translate(CONTEXT, self.group) if self.group else ""

    @property
    def key_text(self) -> str:
        """The first key as this system writes it; empty without one."""
        return shown_key(self.keys[0]) if self.keys else ""

    @property
    def tooltip(self) -> str:
        """What it does, and its key."""
        told = QCoreApplication.translate(CONTEXT, self.hint) if self.hint else self.text
        return f"{told} ({self.key_text})" if self.keys else told


def shown_key(key: str) -> str:
    """A key sequence as this system writes it."""
    return _shown_key(key, language())


@cache
def _shown_key(key: str, _language: str) -> str:
    """Kept: every command is asked for it again whenever one of them may be offered or not."""
    return QKeySequence(key, QKeySequence.SequenceFormat.PortableText).toString(
        QKeySequence.SequenceFormat.NativeText
    )


def types_something(key: str) -> bool:
    """Whether the key alone would write a character in a text field."""
    portable = QKeySequence.SequenceFormat.PortableText
    alone = QKeySequence(key, portable).toString(portable).removeprefix("Shift+")
    return len(alone) == 1 or alone == "Space"


def is_typing() -> bool:
    """Whether keys go into a text now: the widget with the focus takes text, also from an input method."""
    widget = QApplication.focusWidget()
    if widget is None or not widget.isEnabled():
        return False
    if not widget.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled):
        return False
    return not bool(widget.property("readOnly"))


class Commands(QObject):
    """The commands of one window: those of the window itself and those of its screens.

    Each gets a `QAction` that belongs to a widget, and its keys work while that widget is seen. ``changed``: commands
    came or went.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: dict[str, _Kept] = {}
        application = QGuiApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)

    def add(self, owner: QWidget, commands: Iterable[Command]) -> None:
        """Offer commands while ``owner`` is seen; they go with it.

        :raises ValueError: a name that is there already.
        """
        for command in commands:
            if command.name in self._kept:
                raise ValueError(f"the command {command.name} is there already")
            self._kept[command.name] = _Kept(command, owner)
        owner.destroyed.connect(self._forget_dead)
        self._on_focus()
        self.changed.emit()

    def remove(self, owner: QWidget) -> None:
        """Offer the commands of ``owner`` no more."""
        for name, kept in list(self._kept.items()):
            if kept.owner is owner:
                del self._kept[name]
                kept.forget()
        self.changed.emit()

    def __iter__(self) -> Iterator[Command]:
        return iter([kept.command for kept in self._kept.values()])

    def __contains__(self, name: str) -> bool:
        return name in self._kept

    def __getitem__(self, name: str) -> Command:
        return self._kept[name].command

    def action(self, name: str) -> QAction:
        """The action of a command, for menus and buttons."""
        return self._kept[name].action

    def seen(self) -> list[Command]:
        """The commands whose owners are seen, offered just now or not, in the order in which they were added."""
        return [kept.command for kept in self._kept.values() if kept.is_seen]

    def run(self, name: str) -> bool:
        """Run a command if it is offered; whether it was."""
        kept = self._kept.get(name)
        if kept is None or not kept.command.is_offered():
            return False
        kept.command.run()
        return True

    def refresh(self) -> None:
        """Ask every command whether it is offered or on, and put texts in the language of the window."""
        for kept in self._kept.values():
            kept.refresh()

    @Slot()
    def _on_focus(self) -> None:
        sleeps = is_typing()
        for kept in self._kept.values():
            for shortcut in kept.sleepers:
                shortcut.setEnabled(not sleeps)

    @Slot()
    def _forget_dead(self) -> None:
        self._kept = {name: kept for name, kept in self._kept.items() if isValid(kept.owner)}
        self.changed.emit()


class _Kept:
    """A command with its action and its keys.

    The keys are shortcuts of their own and not the action's: an action that was not offered when it was last looked at
    would leave its key to somebody else, and those that type something must sleep on their own.
    """

    def __init__(self, command: Command, owner: QWidget) -> None:
        self.command = command
        self.owner = owner
        self.action = QAction(owner)
        self.action.setObjectName(command.name)
        self.action.setCheckable(command.is_checked is not None)
        self.action.triggered.connect(self._run)
        self.shortcuts = [QShortcut(QKeySequence(key), owner, self._run) for key in command.keys]
        self.sleepers = [
            shortcut
            for shortcut, key in zip(self.shortcuts, command.keys, strict=True)
            if types_something(key)
        ]
        self.refresh()

    @property
    def is_seen(self) -> bool:
        return self.owner.isVisible()

    def _run(self) -> None:
        if self.command.is_offered():
            self.command.run()
        if isValid(self.action):
            self.refresh()

    def refresh(self) -> None:
        command, action = self.command, self.action
        text = command.text.replace("&", "&&")
        action.setText(f"{text}\t{command.key_text}" if command.keys else text)
        action.setIconText(command.text)
        action.setToolTip(command.tooltip)
        action.setEnabled(command.is_offered())
        if command.is_checked is not None:
            action.setChecked(command.is_checked())

    def forget(self) -> None:
        for shortcut in self.shortcuts:
            shortcut.deleteLater()
        self.action.deleteLater()
