"""A person at the window: keys and clicks go to the program's own window, and it is waited for what they see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.kit.preferences import Preferences
from desktop.kit.session import Session
from desktop.kit.sync import Phase
from desktop.program import Program
from desktop.screens.first_run.gate import FirstRun
from desktop.screens.unlock.gate import Unlock
from desktop.settings import Settings
from desktop.shell.workbench import Workbench
from tests.desktop.conftest import Desk, settle
from tests.desktop.copies import StandingClock
from tests.desktop.orders.conftest import Writer

S = TypeVar("S")

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.KeyboardModifier.NoModifier
PASSPHRASE = "a passphrase for the day"
SOON_MS = 30_000
"""The longest that anything here may take, on a machine that others use too."""


class Hand:
    """Opens the program on a data folder. Call `close` at the end."""

    def __init__(self, qtbot: QtBot, folder: Path, application: QApplication) -> None:
        self.qtbot = qtbot
        settings = Settings(folder)
        folder.mkdir(parents=True, exist_ok=True)
        kept = Preferences(folder)
        kept.language, kept.theme = "en", "light"
        self.program = Program(settings, application)
        self.window = self.program.window
        self.window.resize(1280, 800)
        self.program.start()
        qtbot.waitExposed(self.window).__enter__()
        self.window.activateWindow()

    def close(self) -> None:
        """Close the laptop as locking does, and the window with it."""
        self.program.lock()
        self.program.wait_closed()
        self.window.hide()
        self.window.deleteLater()
        self.program.deleteLater()

    # -- what is there

    @property
    def bench(self) -> Workbench:
        """The workbench; the laptop is open."""
        bench = self.window.workbench
        assert bench is not None
        return bench

    @property
    def session(self) -> Session:
        """The open laptop."""
        return self.bench.session

    def gate(self, kind: type[S]) -> S:
        """The gate that is shown, once it is this one."""
        self.until(lambda: isinstance(self._front(), kind))
        front = self._front()
        assert isinstance(front, kind)
        return front

    def here(self, kind: type[S]) -> S:
        """The screen that is open, once it is this one."""
        self.until(lambda: isinstance(self.bench.screen_here, kind))
        screen = self.bench.screen_here
        assert isinstance(screen, kind)
        return screen

    def _front(self) -> QWidget:
        stack: Any = self.window.centralWidget()
        front: QWidget = stack.currentWidget()
        return front

    def rows(self, statement: str, *values: Any) -> list[Any]:
        """What the copy holds."""
        with self.session.store.reading() as connection:
            return list(connection.exec_driver_sql(statement, values).all())

    def writer(self) -> Writer:
        """The same person, in the order form."""
        desk = Desk(self.window, self.bench, self.session, self.program.preferences, StandingClock())
        return Writer(self.qtbot, desk)

    # -- what is done

    def until(self, seen: Callable[[], object]) -> None:
        """Wait for what is seen."""
        self.qtbot.waitUntil(lambda: bool(seen()), timeout=SOON_MS)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
        """A key goes to whatever has the keyboard."""
        if QApplication.activeWindow() is None:
            # Without a screen nobody makes a window active again after a dialog.
            self.window.activateWindow()
            self.until(lambda: QApplication.activeWindow() is not None)
        self.qtbot.keyClick(QApplication.focusWidget() or self.window, key, modifier)
        self.settle()

    def settle(self) -> None:
        """Let what is under way arrive."""
        if self.window.workbench is not None:
            settle(self.session)

    def enrol(self, address: str, code: str) -> None:
        """The first run: code, address, passphrase."""
        gate = self.gate(FirstRun)
        self.until(gate.passphrase.isVisible)
        self.qtbot.keyClicks(gate.code, code)
        self.qtbot.keyClicks(gate.server, address)
        self.qtbot.keyClicks(gate.passphrase, PASSPHRASE)
        self.qtbot.keyClicks(gate.repeat, PASSPHRASE)
        self.qtbot.keyClick(gate.repeat, Qt.Key.Key_Return)
        self.until(lambda: self.window.workbench is not None and self.bench.screen_here is not None)

    def unlock(self) -> None:
        """The passphrase, at the gate of a laptop that is closed."""
        gate = self.gate(Unlock)
        self.until(gate.passphrase.isVisible)
        self.qtbot.keyClicks(gate.passphrase, PASSPHRASE)
        self.qtbot.keyClick(gate.passphrase, Qt.Key.Key_Return)
        self.until(lambda: self.window.workbench is not None and self.bench.screen_here is not None)

    def sync(self) -> None:
        """F5, and wait until everything has its answer and the rows are here."""
        self.press(Qt.Key.Key_F5)
        self.until(self.is_in_step)

    def is_in_step(self) -> bool:
        """Whether nothing is to be sent or to be folded."""
        live = self.rows("SELECT count(*) FROM journal WHERE state IN ('waiting', 'sending', 'answered')")
        return live == [(0,)] and self.session.sync.view.phase is Phase.IDLE
