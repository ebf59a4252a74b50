"""A person at the window: keys go to whatever has the keyboard, and what is waited for is what can be seen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from demo.premises import TourFailed
from desktop.kit.preferences import Preferences
from desktop.kit.session import Session
from desktop.kit.sync import Phase
from desktop.screens.first_run.gate import FirstRun
from desktop.screens.unlock.gate import Unlock
from desktop.shell.window import MainWindow
from desktop.shell.workbench import Workbench

S = TypeVar("S")

PLAIN: Final = Qt.KeyboardModifier.NoModifier
CTRL: Final = Qt.KeyboardModifier.ControlModifier
PATIENCE_S: Final = 60.0
QUOTE_MS: Final = 45
"""After so long without a key, prices are asked for."""


class Owner(Protocol):
    """Whoever owns the window: the program, or a test."""

    @property
    def window(self) -> MainWindow:
        """The window."""
        ...

    @property
    def preferences(self) -> Preferences:
        """How it looks."""
        ...


class Hand:
    """At somebody's window."""

    def __init__(self, owner: Owner) -> None:
        self.window = owner.window
        self.preferences = owner.preferences

    @property
    def bench(self) -> Workbench:
        """The workbench.

        :raises TourFailed: no laptop is open.
        """
        bench = self.window.workbench
        if bench is None:
            raise TourFailed("The window has no workbench.")
        return bench

    @property
    def session(self) -> Session:
        """The open laptop."""
        return self.bench.session

    # -- what is seen

    def until(self, what: str, seen: Callable[[], object]) -> None:
        """Wait for what is seen.

        :raises TourFailed: it did not come.
        """
        deadline = time.monotonic() + PATIENCE_S
        while not seen():
            if time.monotonic() > deadline:
                raise TourFailed(f"In the window, this did not come: {what}.")
            QTest.qWait(10)

    def gate(self, kind: type[S]) -> S:
        """The gate that is shown, once it is this one."""
        stack: Any = self.window.centralWidget()
        self.until(f"the gate {kind.__name__}", lambda: isinstance(stack.currentWidget(), kind))
        gate: S = stack.currentWidget()
        return gate

    def here(self, kind: type[S]) -> S:
        """The screen that is open, once it is this one."""
        self.until(f"the screen {kind.__name__}", lambda: isinstance(self.bench.screen_here, kind))
        screen = self.bench.screen_here
        assert isinstance(screen, kind)
        return screen

    def rows(self, statement: str, *values: Any) -> list[Any]:
        """What the copy holds."""
        with self.session.store.reading() as connection:
            return list(connection.exec_driver_sql(statement, values).all())

    def settle(self) -> None:
        """Let what is under way arrive, and what was given up go."""
        for pause in (0, QUOTE_MS):
            QTest.qWait(pause)
            while self.window.workbench is not None and self.session.tasks.is_busy:
                QTest.qWait(2)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    # -- what is done

    def focus(self) -> QWidget:
        """Whatever has the keyboard."""
        if QApplication.activeWindow() is None:
            # Without a screen nobody makes a window active again after a dialog.
            self.window.activateWindow()
            QTest.qWait(10)
        return QApplication.focusWidget() or self.window

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
        """One key."""
        QTest.keyClick(self.focus(), key, modifier)
        self.settle()

    def write(self, text: str) -> None:
        """Keys, and what no key has as an input method hands it over."""
        for character in text:
            if character.isascii():
                QTest.keyClicks(self.focus(), character)
            else:
                event = QInputMethodEvent()
                event.setCommitString(character)
                QApplication.sendEvent(self.focus(), event)

    def enrol(self, address: str, code: str, passphrase: str) -> None:
        """The first run: code, address, passphrase twice, Enter."""
        gate = self.gate(FirstRun)
        self.until("the field for the passphrase", gate.passphrase.isVisible)
        for edit, text in (
            (gate.code, code),
            (gate.server, address),
            (gate.passphrase, passphrase),
            (gate.repeat, passphrase),
        ):
            edit.setFocus()
            edit.clear()
            self.write(text)
        QTest.keyClick(gate.repeat, Qt.Key.Key_Return)
        self.until("the workbench", lambda: self.window.workbench is not None)

    def unlock(self, passphrase: str) -> None:
        """The passphrase, at the gate of a laptop that is closed."""
        gate = self.gate(Unlock)
        self.until("the field for the passphrase", gate.passphrase.isVisible)
        gate.passphrase.setFocus()
        self.write(passphrase)
        QTest.keyClick(gate.passphrase, Qt.Key.Key_Return)
        self.until("the workbench", lambda: self.window.workbench is not None)

    def sync(self) -> None:
        """F5, and wait until everything has its answer and the rows are here."""
        self.press(Qt.Key.Key_F5)
        self.until("everything is in step", self.is_in_step)
        self.settle()

    def is_in_step(self) -> bool:
        """Whether nothing is to be sent or to be folded."""
        live = self.rows("SELECT count(*) FROM journal WHERE state IN ('waiting', 'sending', 'answered')")
        return live == [(0,)] and self.session.sync.view.phase is Phase.IDLE
