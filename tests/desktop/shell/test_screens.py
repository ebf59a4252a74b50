"""The table of screens."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication

from desktop.shell import screens
from tests.desktop.stalls import Watch


def test_every_screen_is_imported_before_it_is_gone_to(qapp: QApplication, watch: Watch) -> None:
    needed = {
        name
        for entry in screens.SCREENS
        for name in entry.make.__code__.co_names
        if name.startswith("desktop.screens.")
    }
    assert needed
    with watch.aside():  # the program does it in a thread of its own
        screens.warm()
    assert needed <= set(sys.modules)
