"""Names that the parts of the window share; they import nothing heavy, so that the window is painted soon."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from desktop.kit.marks import QT_TRANSLATE_NOOP

FIRST_COPY: Final = "first_copy"
"""The screen that is shown while the first copy is made."""
GROUP_GO: Final = QT_TRANSLATE_NOOP("Commands", "Go")
GROUP_WINDOW: Final = QT_TRANSLATE_NOOP("Commands", "Window")
GROUP_HELP: Final = QT_TRANSLATE_NOOP("Commands", "Help")

Fact: TypeAlias = tuple[Callable[[], str], str]
"""What the settings only show: its words, and its value."""
