"""The Qt that is installed, as the program needs it."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication, QWidget


def test_qt_counts_what_it_gives_back(qapp: QApplication) -> None:
    # A binding that takes None without counting it ends the program after some tens of thousands of calls.
    widget = QWidget()
    before = sys.getrefcount(None)
    for _ in range(1000):
        widget.parentWidget()
        widget.setWindowTitle("")
    assert sys.getrefcount(None) > before - 500
