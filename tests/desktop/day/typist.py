"""The window in a process of its own: unlocks, types an order, says what is confirmed and what is being typed, types on.

    python -m tests.desktop.day.typist FOLDER CUSTOMER CODE CODE …

It tells ``typed`` when all products stand in the form and what was typed is kept, and then goes on typing until it is killed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.program import Program
from desktop.screens.order.screen import OrderScreen
from desktop.screens.unlock.gate import Unlock
from desktop.settings import Settings
from desktop.shell.application import make_application
from tests.desktop.day.hand import PASSPHRASE

WAIT_S = 30.0


def until(seen: Callable[[], object]) -> None:
    end = time.monotonic() + WAIT_S
    while not seen():
        if time.monotonic() > end:
            raise TimeoutError("what was waited for did not come")
        QTest.qWait(20)


def keys(text: str) -> None:
    for character in text:
        widget = QApplication.focusWidget()
        assert widget is not None
        QTest.keyClicks(widget, character)


def enter() -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    QTest.keyClick(widget, Qt.Key.Key_Return)


def main(folder: Path, customer: str, codes: list[str]) -> None:
    """Type until the end."""
    program = Program(Settings(folder), make_application())
    program.start()
    program.window.activateWindow()
    stack: Any = program.window.centralWidget()
    until(lambda: isinstance(stack.currentWidget(), Unlock))
    gate: Unlock = stack.currentWidget()
    until(gate.passphrase.isVisible)
    QTest.keyClicks(gate.passphrase, PASSPHRASE)
    QTest.keyClick(gate.passphrase, Qt.Key.Key_Return)
    until(lambda: program.window.workbench is not None)
    bench = program.window.workbench
    assert bench is not None
    until(lambda: bench.screen_here is not None and not bench.session.tasks.is_busy)
    bench.open("order", {"new_for": customer})
    screen = bench.screen_here
    assert isinstance(screen, OrderScreen)
    until(lambda: screen.is_writing and not bench.session.tasks.is_busy)
    screen.take_focus()
    until(lambda: (focus := QApplication.focusWidget()) is not None and screen.isAncestorOf(focus))
    for number, code in enumerate(codes, start=1):
        keys(code)
        until(lambda: not bench.session.tasks.is_busy)
        QTest.qWait(100)
        enter()
        keys(str(number))
        enter()
        until(lambda: not bench.session.tasks.is_busy)
    until(lambda: screen.order_id is not None and screen.entry.keeper.is_kept)
    print("typed", flush=True)
    while True:
        keys("P-00")
        QTest.qWait(50)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
