"""The one window of the program. It shows the workbench of an open session, or a gate: first run, unlocking."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QStackedWidget, QWidget

from desktop.kit.commands import Command
from desktop.kit.language import chosen_language, language, speak
from desktop.kit.marks import QT_TRANSLATE_NOOP
from desktop.kit.preferences import Preferences
from desktop.kit.screen import Entry, Finder
from desktop.kit.theme import LARGEST, SMALLEST, Look, follow_system, look, wear
from desktop.shell.names import GROUP_HELP, GROUP_WINDOW, Fact

if TYPE_CHECKING:
    # The window is painted before the database is imported.
    from desktop.kit.session import Session
    from desktop.shell.workbench import Workbench

log = logging.getLogger(__name__)

NAME: Final = "Roundsman"
SMALLEST_WIDTH, SMALLEST_HEIGHT = 760, 520
FIRST_WIDTH, FIRST_HEIGHT = 1280, 800
_ACTIVITY: Final = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.ShortcutOverride,  # all that is seen of a key which is a shortcut
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.InputMethod,
        QEvent.Type.TouchBegin,
    }
)
LOOK_IDLE_MS: Final = 5_000


class MainWindow(QMainWindow):
    """Follows the preferences: theme, size, language. ``facts`` are shown in the settings, about this laptop.

    ``on_lock`` is called when the person locks or was away for the time set; without it there is no locking. ``on_end``
    is called once when the window was closed.
    """

    def __init__(
        self,
        application: QApplication,
        preferences: Preferences,
        *,
        facts: Callable[[], Sequence[Fact]] = tuple,
        on_lock: Callable[[], None] | None = None,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self.preferences = preferences
        self.workbench: Workbench | None = None
        self._application = application
        self._facts = facts
        self._on_lock = on_lock
        self._on_end = on_end
        self._dialog: QDialog | None = None
        self._stack = QStackedWidget()
        self.setCentralWidget(self._stack)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setWindowTitle(NAME)
        self._idle = QTimer(self, interval=LOOK_IDLE_MS)
        self._idle.timeout.connect(self._look_idle)
        self._activity = Activity(application, self)
        self._active_ms = 0
        self.put_on_look()
        self.put_on_language()
        preferences.look_changed.connect(self.put_on_look)
        preferences.language_changed.connect(self.put_on_language)
        application.styleHints().colorSchemeChanged.connect(self._on_scheme)
        if not self.restoreGeometry(preferences.shape("window")):
            self.resize(look().px(FIRST_WIDTH), look().px(FIRST_HEIGHT))

    # -- what is shown

    def begin(
        self,
        session: Session,
        entries: Sequence[Entry],
        *,
        finder: Finder | None = None,
        more: Sequence[Command] = (),
    ) -> Workbench:
        """Show the workbench of a session."""
        from desktop.shell.workbench import Workbench

        self.end()
        bench = Workbench(
            session,
            entries,
            more=[*self._commands(), *more],
            finder=finder,
            preferences=self.preferences,
            on_title=self._on_title,
        )
        self.workbench = bench
        self._stack.addWidget(bench)
        self._stack.setCurrentWidget(bench)
        if self._on_lock is not None:
            self._active_ms = session.now_ms()
            self._activity.take()
            self._idle.start()
        return bench

    def end(self) -> None:
        """Take the workbench away: screens keep what was typed, and nothing of the session stays on the screen."""
        if self._dialog is not None:
            self._dialog.reject()
        bench, self.workbench = self.workbench, None
        self._idle.stop()
        if bench is not None:
            bench.leave()
            self._stack.removeWidget(bench)
            bench.deleteLater()
            self._on_title("")

    def show_gate(self, gate: QWidget) -> None:
        """Show something else than a workbench: first run, unlocking. The former gate goes."""
        self.end()
        for place in reversed(range(self._stack.count())):
            former = self._stack.widget(place)
            if former is not None and former is not gate:
                self._stack.removeWidget(former)
                former.deleteLater()
        self._stack.addWidget(gate)
        self._stack.setCurrentWidget(gate)
        gate.setFocus()

    @property
    def gate(self) -> QWidget | None:
        """What is shown instead of a workbench."""
        return self._stack.currentWidget() if self.workbench is None else None

    def come_forward(self) -> None:
        """Somebody started the program again: this is the window they look for."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()

    def _on_title(self, title: str) -> None:
        self.setWindowTitle(f"{title} \N{EN DASH} {NAME}" if title else NAME)

    # -- look and language

    def put_on_look(self) -> None:
        """Wear what the preferences say."""
        kept = self.preferences
        is_dark = follow_system(self._application, kept.theme)
        new = Look(is_dark, kept.percent, kept.is_compact)
        wear(self._application, new)
        self.setMinimumSize(look().px(SMALLEST_WIDTH), look().px(SMALLEST_HEIGHT))

    def put_on_language(self) -> None:
        """Speak what the preferences say."""
        code = chosen_language(self.preferences.language)
        if code != language() or self.workbench is None:
            speak(self._application, code)

    def _on_scheme(self) -> None:
        if self.preferences.theme == "system":
            self.put_on_look()

    # -- commands

    def _commands(self) -> list[Command]:
        lock = self._on_lock
        return [
            *([Command(
                "window.lock", QT_TRANSLATE_NOOP("Commands", "Lock"), lock, ("Ctrl+L",), "lock", group=GROUP_WINDOW,
                hint=QT_TRANSLATE_NOOP("Commands", "Close the customers' data until you unlock it again"),
            )] if lock is not None else []),
            Command(
                "window.settings", QT_TRANSLATE_NOOP("Commands", "Settings"), self.show_settings, ("Ctrl+,",), "settings",
                group=GROUP_WINDOW,
                words=QT_TRANSLATE_NOOP("Commands", "language theme dark light size proxy server"),
            ),
            Command(
                "window.larger", QT_TRANSLATE_NOOP("Commands", "Larger"), lambda: self._scale(1), ("Ctrl++", "Ctrl+="),
                "add", group=GROUP_WINDOW, is_offered=lambda: self.preferences.percent < LARGEST,
            ),
            Command(
                "window.smaller", QT_TRANSLATE_NOOP("Commands", "Smaller"), lambda: self._scale(-1), ("Ctrl+-",),
                "remove", group=GROUP_WINDOW, is_offered=lambda: self.preferences.percent > SMALLEST,
            ),
            Command(
                "window.dark", QT_TRANSLATE_NOOP("Commands", "Dark colours"), self._switch_theme, (), "today",
                group=GROUP_WINDOW, is_checked=lambda: look().is_dark,
            ),
            Command(
                "help.keys", QT_TRANSLATE_NOOP("Commands", "Keys"), self.show_keys, ("?",), "keyboard", group=GROUP_HELP,
            ),
            Command(
                "help.licences", QT_TRANSLATE_NOOP("Commands", "Licences"), self.show_licences, (), "document",
                group=GROUP_HELP,
            ),
            Command(
                "window.quit", QT_TRANSLATE_NOOP("Commands", "Quit"), self.quit, ("Ctrl+Q",), "sign_out",
                group=GROUP_WINDOW,
            ),
        ]  # fmt: skip

    def _scale(self, step: int) -> None:
        from desktop.kit.preferences import PERCENTS

        here = self.preferences.percent
        beyond = [percent for percent in PERCENTS if (percent > here if step > 0 else percent < here)]
        if beyond:
            self.preferences.percent = beyond[0] if step > 0 else beyond[-1]

    def _switch_theme(self) -> None:
        self.preferences.theme = "light" if look().is_dark else "dark"

    def show_settings(self) -> None:
        """Open the settings."""
        from desktop.shell.dialogs import SettingsDialog

        self.show_dialog(SettingsDialog(self.preferences, self._facts(), self))

    def show_keys(self) -> None:
        """Open the list of keys."""
        from desktop.shell.dialogs import KeysDialog

        if self.workbench is not None:
            self.show_dialog(KeysDialog(self.workbench.commands.seen(), self))

    def show_licences(self) -> None:
        """Open the licences."""
        from desktop.parts import parts
        from desktop.shell.dialogs import LicencesDialog

        self.show_dialog(LicencesDialog(parts(), self))

    def show_dialog(self, dialog: QDialog) -> None:
        """Open a dialog over the window; there is one at a time."""
        if self._dialog is not None:
            self._dialog.reject()
        self._dialog = dialog
        dialog.finished.connect(self._on_dialog_closed)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.show()

    def _on_dialog_closed(self) -> None:
        self._dialog = None

    @property
    def dialog(self) -> QDialog | None:
        """The dialog that is open."""
        return self._dialog

    # -- away, and the end

    def _look_idle(self) -> None:
        """Every few seconds. The wall clock, because it goes on while the laptop sleeps."""
        if self._on_lock is None or self.workbench is None:
            return
        now_ms = self.workbench.session.now_ms()
        if self._activity.take():
            self._active_ms = now_ms
        elif now_ms - self._active_ms >= self.preferences.idle_minutes * 60_000:
            log.info("window_locked reason=idle")
            self._on_lock()

    def quit(self) -> None:
        """Close the window and end the program."""
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep what was typed and where the window stood."""
        self.preferences.keep_shape("window", self.saveGeometry())
        self.end()
        super().closeEvent(event)
        self._on_end()


class Activity(QObject):
    """Notices keys and clicks anywhere in the program.

    It sees every event there is, which costs time: it looks only until it has seen one that counts.
    """

    def __init__(self, application: QApplication, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._application = application
        self._is_seen = False

    def take(self) -> bool:
        """Whether there was any since this was asked last; looks from now on."""
        was, self._is_seen = self._is_seen, False
        self._application.installEventFilter(self)
        return was

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """See Qt."""
        if event.type() in _ACTIVITY:
            self._is_seen = True
            self._application.removeEventFilter(self)
        return False
