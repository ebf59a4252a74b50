"""The table of screens."""

from __future__ import annotations

import sys

from desktop.shell import screens


def test_every_screen_is_imported_before_it_is_gone_to() -> None:
    needed = {
        name
        for entry in screens.SCREENS
        for name in entry.make.__code__.co_names
        if name.startswith("desktop.screens.")
    }
    assert needed
    screens.warm()
    assert needed <= set(sys.modules)
