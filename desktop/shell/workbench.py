"""What the window shows while a session is open: navigation, pages, status line, palette, notices.

It is the `Shell` of the screens. Made when a laptop was opened, gone when it is locked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from desktop.kit import words
from desktop.kit.bus import Changes
from desktop.kit.commands import Command, Commands
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.notices import Kind, Notice
from desktop.kit.preferences import Preferences
from desktop.kit.screen import CONTEXT as SCREENS
from desktop.kit.screen import Entry, Finder, Place, Screen
from desktop.kit.session import Session
from desktop.kit.theme import look, spaced
from desktop.kit.translated import Translated
from desktop.shell.history import History, Stop
from desktop.shell.names import FIRST_COPY, GROUP_GO, GROUP_WINDOW
from desktop.shell.palette import Palette
from desktop.shell.rail import Rail, RailButton
from desktop.shell.status_line import StatusLine
from desktop.shell.undo import UndoStack
from desktop.widgets.buttons import CommandTool
from desktop.widgets.empty import Empty
from desktop.widgets.labels import Elided
from desktop.widgets.notice import Notices

log = logging.getLogger(__name__)

NARROW = 960
"""Below this many pixels at 100 % only the icons of the navigation are shown."""
SYNC_CENTRE = "sync"


class Workbench(Translated):
    """See the module. ``more`` are the commands of whoever owns the window: settings, lock, quit."""

    def __init__(
        self,
        session: Session,
        entries: Sequence[Entry],
        *,
        more: Sequence[Command] = (),
        finder: Finder | None = None,
        preferences: Preferences | None = None,
        on_title: Callable[[str], None] = lambda _title: None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.preferences = preferences
        self.history = History()
        self._entries = {entry.name: entry for entry in entries}
        self._screens: dict[str, Screen] = {}
        self._on_title = on_title
        page = QFrame()
        page.setProperty("role", "page")
        self.notices = Notices(page)
        self._commands = Commands(self)
        self.undo = UndoStack(session, self.notify, self.tell_error, self)
        self._commands.add(self, [*self._own_commands(), *self.undo.commands(), *more])
        self.undo.changed.connect(self._commands.refresh)

        self.menu_button = self._rail_button("window.menu")
        self.rail = Rail(
            session,
            [entry for entry in entries if entry.in_rail],
            self.open,
            above=[self.menu_button, self._rail_button("window.palette")],
            below=[self._rail_button(name) for name in ("window.settings",) if name in self._commands],
        )
        self.head = self._make_head()
        self.pages = QStackedWidget()
        self._nothing = Empty(
            "home",
            lambda: self.tr("Choose where to begin"),
            lambda: self.tr("Everything stands in the navigation at the left; Ctrl+K finds the rest."),
        )
        self.pages.addWidget(self._nothing)
        inside = QVBoxLayout(page)
        spaced(inside, gap="")
        inside.addWidget(self.head)
        inside.addWidget(self.pages, 1)
        self.status_line = StatusLine(session, self._open_sync_centre)
        across = QHBoxLayout()
        spaced(across, gap="")
        across.addWidget(self.rail)
        across.addWidget(page, 1)
        column = QVBoxLayout(self)
        spaced(column, gap="")
        column.addLayout(across, 1)
        column.addWidget(self.status_line)

        self.palette_ = Palette(session, self._commands, self.open, finder, self)
        session.tasks.failed.connect(self.tell_error)
        session.actor_changed.connect(self._commands.refresh)
        self._refresh_soon = QTimer(self, singleShot=True, interval=0)
        self._refresh_soon.timeout.connect(self._commands.refresh)
        session.bus.changed.connect(self._on_changed)
        self.dress()

    def _rail_button(self, name: str) -> RailButton:
        command = self._commands[name]
        button = RailButton(command.icon, lambda: command.text, command.keys[0])
        button.clicked.connect(lambda _checked: self._commands.run(name))
        return button

    def _make_head(self) -> QFrame:
        head = QFrame()
        head.setProperty("role", "head")
        self.title = Elided(role="title")
        row = QHBoxLayout(head)
        spaced(row, "small", "large", gap="hair")
        for name in ("window.back", "window.forward"):
            row.addWidget(CommandTool(self._commands, name))
        row.addSpacing(4)
        row.addWidget(self.title, 1)
        return head

    # -- the shell of the screens

    @property
    def commands(self) -> Commands:
        """See `Shell.commands`."""
        return self._commands

    @property
    def room(self) -> QWidget:
        """See `Shell.room`."""
        return self.pages

    @property
    def screen_here(self) -> Screen | None:
        """The screen that is open."""
        widget = self.pages.currentWidget()
        return widget if isinstance(widget, Screen) else None

    def open(self, name: str, place: Place | None = None) -> None:
        """See `Shell.open`."""
        if place is None:
            place = self.history.last_place(name) or {}
        self.history.go(Stop(name, dict(place)))
        self._show(name, place)

    def back(self) -> None:
        """See `Shell.back`."""
        if self.history.can_go_back:
            stop = self.history.back()
            self._show(stop.name, stop.place)

    def forward(self) -> None:
        """Go forward again."""
        if self.history.can_go_forward:
            stop = self.history.forward()
            self._show(stop.name, stop.place)

    def notify(self, notice: Notice) -> None:
        """See `Shell.notify`."""
        self.notices.tell(notice)

    def tell_error(self, error: Exception) -> None:
        """See `Shell.tell_error`."""
        number = self.tr("Error {code}").format(code=words.code_of(error))
        self.notify(Notice(words.error(error), Kind.NEEDS_YOU, detail=number, lasts_s=0))

    def leave(self) -> None:
        """Every screen keeps what was typed: the session is about to end."""
        for screen in self._screens.values():
            screen.leave()

    def _on_changed(self, _changes: Changes) -> None:
        self._refresh_soon.start()

    # -- pages

    def _screen(self, name: str) -> Screen:
        screen = self._screens.get(name)
        if screen is None:
            screen = self._entries[name].make(self.session, self)
            self._screens[name] = screen
            self.pages.addWidget(screen)
            self._commands.add(screen, screen.commands())
            screen.titled.connect(self._on_titled)
            screen.moved.connect(lambda: self._on_moved(screen))
        return screen

    def _show(self, name: str, place: Place) -> None:
        former = self.screen_here
        screen = self._screen(name)
        if former is not None and former is not screen:
            former.leave()
        screen.open(place)
        self.pages.setCurrentWidget(screen)
        self.rail.mark(name)
        self._on_titled()
        self._commands.refresh()
        screen.take_focus()

    def _on_titled(self) -> None:
        screen = self.screen_here
        title = screen.title() if screen is not None else ""
        self.title.setText(title)
        self._on_title(title)

    def _on_moved(self, screen: Screen) -> None:
        if screen is self.screen_here:
            self.history.stay(dict(screen.place()))
            self._on_titled()

    # -- commands of the window

    def _own_commands(self) -> list[Command]:
        return [
            *(self._go_command(entry) for entry in self._entries.values() if entry.in_rail),
            Command(
                "window.palette", QT_TRANSLATE_NOOP("Commands", "Find or do"), self.show_palette,
                ("Ctrl+K",), "find", group=GROUP_WINDOW, in_palette=False,
                hint=QT_TRANSLATE_NOOP("Commands", "Find anything, or run a command"),
            ),
            Command(
                "window.back", QT_TRANSLATE_NOOP("Commands", "Back"), self.back, ("Alt+Left",), "back",
                group=GROUP_GO, is_offered=lambda: self.history.can_go_back,
            ),
            Command(
                "window.forward", QT_TRANSLATE_NOOP("Commands", "Forward"), self.forward, ("Alt+Right",), "forward",
                group=GROUP_GO, is_offered=lambda: self.history.can_go_forward,
            ),
            Command(
                "window.next_area", QT_TRANSLATE_NOOP("Commands", "Next part of the window"), self._next_area,
                ("F6",), "right", group=GROUP_WINDOW,
            ),
            Command(
                "window.menu", QT_TRANSLATE_NOOP("Commands", "Menu"), self.show_menu, ("F10",), "list",
                group=GROUP_WINDOW, in_palette=False,
            ),
            Command(
                "sync.now", QT_TRANSLATE_NOOP("Commands", "Sync now"), self.session.sync.now, ("F5",), "sync",
                hint=QT_TRANSLATE_NOOP("Commands", "Exchange with the office what is new on both sides"),
                group=GROUP_WINDOW,
            ),
            Command(
                "notice.act", QT_TRANSLATE_NOOP("Commands", "Do what the last notice offers"),
                self.notices.act_on_last, ("Ctrl+Shift+Return",), "right", group=GROUP_WINDOW,
                is_offered=lambda: any(card.notice.action for card in self.notices.cards),
            ),
            Command(
                "notice.close", QT_TRANSLATE_NOOP("Commands", "Close the last notice"),
                self.notices.close_last, ("Ctrl+Shift+Backspace",), "close", group=GROUP_WINDOW,
                is_offered=lambda: bool(self.notices.cards),
            ),
        ]  # fmt: skip

    def _go_command(self, entry: Entry) -> Command:
        return Command(
            f"go.{entry.name}",
            entry.title,
            lambda: self.open(entry.name),
            (entry.key,) if entry.key else (),
            entry.icon,
            group=GROUP_GO,
            context=SCREENS,
        )

    def show_palette(self) -> None:
        """Open the palette."""
        self._commands.refresh()
        self.palette_.open()

    def make_menu(self) -> QMenu:
        """Every command that is seen now, by group."""
        self._commands.refresh()
        menu = QMenu(self)
        menu.setAccessibleName(self.tr("Menu"))
        groups: dict[str, QMenu] = {}
        for command in self._commands.seen():
            if command.name == "window.menu":
                continue
            if command.group and command.group not in groups:
                groups[command.group] = menu.addMenu(command.group_text)
            groups.get(command.group, menu).addAction(self._commands.action(command.name))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def show_menu(self) -> None:
        """Open the menu below its button."""
        menu = self.make_menu()
        menu.popup(self.menu_button.mapToGlobal(self.menu_button.rect().bottomLeft()))
        if menu.actions():
            menu.setActiveAction(menu.actions()[0])

    def _next_area(self) -> None:
        areas: list[QWidget] = [self.pages, self.rail, self.status_line.state]
        focus = QApplication.focusWidget()
        here = next(
            (
                place
                for place, area in enumerate(areas)
                if focus is not None and (area is focus or area.isAncestorOf(focus))
            ),
            -1,
        )
        area = areas[(here + 1) % len(areas)]
        if area is self.pages and self.screen_here is not None:
            self.screen_here.take_focus()
        elif area is self.rail:
            button = next((b for b in self.rail.buttons.values() if b.isChecked()), self.menu_button)
            button.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            area.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _open_sync_centre(self) -> None:
        if self.session.sync.view.is_first_copy and FIRST_COPY in self._entries:
            self.open(FIRST_COPY)
        elif SYNC_CENTRE in self._entries:
            self.open(SYNC_CENTRE)
        else:
            self.session.sync.now()

    # -- words and sizes

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self._commands.refresh()
        self._on_titled()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window keeps the icons of the navigation only."""
        super().resizeEvent(event)
        self.rail.show_narrow(self.width() < look().px(NARROW))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size too."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange and isValid(self) and hasattr(self, "rail"):
            self.rail.show_narrow(self.width() < look().px(NARROW))
