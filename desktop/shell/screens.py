"""The screens that the window knows, in the order of the navigation. One entry each; nothing is imported before it is used.

An entry's ``make`` imports its screen when it is first gone to, so that the program starts fast.
"""

from __future__ import annotations

from typing import Final

from desktop.kit.screen import Entry

SCREENS: Final[tuple[Entry, ...]] = ()
