"""Screens: pages in the window's stack, and what they may ask of the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeAlias

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from desktop.kit.commands import Command, Commands
from desktop.kit.notices import Notice
from desktop.kit.preferences import Preferences
from desktop.kit.translated import Translated

if TYPE_CHECKING:
    # The window is painted before the database is imported.
    from sqlalchemy import Connection

    from desktop.kit.session import Session

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
Place: TypeAlias = Mapping[str, Json]
"""Which record (ids as hexadecimal text), which filter, scrolled where: plain JSON, so that back, forward and a restart
return to it. It is kept in the encrypted copy."""

CONTEXT = "Screens"
"""The translation context of the titles in `Entry`."""


class Shell(Protocol):
    """The window, as screens may use it."""

    @property
    def commands(self) -> Commands:
        """All commands; a screen adds its own by `Screen.commands`."""
        ...

    @property
    def preferences(self) -> Preferences | None:
        """What the person has set for themselves, and where columns were left; None: nothing is remembered."""
        ...

    @property
    def room(self) -> QWidget:
        """What the screens stand in: each is made there, because what changes its parent is dressed anew."""
        ...

    def open(self, name: str, place: Place | None = None) -> None:
        """Go to the screen with this name; where it was left, without a place."""
        ...

    def back(self) -> None:
        """Go where the person was before."""
        ...

    def notify(self, notice: Notice) -> None:
        """Tell the person without taking the keyboard."""
        ...

    def tell_error(self, error: Exception) -> None:
        """Tell what went wrong, in the window's language, with the number."""
        ...


class Screen(Translated):
    """A page of the window. Made when it is first gone to, and then kept while the session lasts.

    ``titled``: the title is another one. ``moved``: the place is another one, to be remembered but not gone back to.
    """

    name: ClassVar[str]
    titled = Signal()
    moved = Signal()

    def __init__(self, session: Session, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(parent if parent is not None else shell.room)
        self.session = session
        self.shell = shell

    def title(self) -> str:
        """What stands above the page and in the window's title, translated."""
        raise NotImplementedError

    def commands(self) -> Sequence[Command]:
        """What can be done here. Asked once, after the screen was made."""
        return ()

    def open(self, place: Place) -> None:
        """Show a place; an empty one is the screen as it begins."""

    def place(self) -> Place:
        """Where the person is."""
        return {}

    def take_focus(self) -> None:
        """Put the keyboard where the work begins."""
        self.setFocus()

    def leave(self) -> None:
        """The person goes elsewhere, the session is locked or the program ends: keep what was typed."""


@dataclass(frozen=True)
class Counter:
    """The number beside an entry of the navigation. ``needs_you`` gives it the colour of what a person must do."""

    count: Callable[[Connection], int]
    tables: frozenset[str]
    """It is counted anew when one of these changes."""
    needs_you: bool = False


@dataclass(frozen=True)
class Entry:
    """A screen the window knows. ``make`` imports what it needs when it is called, so that the program starts fast.

    ``title`` is a source text of `CONTEXT`. Without ``key`` and with ``in_rail`` False it is only gone to from others.
    """

    name: str
    title: str
    icon: str
    make: Callable[[Session, Shell], Screen]
    in_rail: bool = True
    key: str = ""
    counter: Counter | None = None

    @property
    def text(self) -> str:
        """The title in the language of the window."""
        return QCoreApplication.translate(CONTEXT, self.title)


@dataclass(frozen=True)
class Found:
    """One thing that a `Finder` found: two lines, an icon, and where it is opened."""

    title: str
    detail: str
    icon: str
    screen: str
    place: Place


class Finder(Protocol):
    """Finds records for the palette. It is called in a reader's thread."""

    def __call__(self, connection: Connection, text: str, limit: int) -> Sequence[Found]:
        """The best matches, best first."""
        ...
