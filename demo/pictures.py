"""Pictures of a window in both languages, both themes and two sizes, for looking at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QWidget

from desktop.kit.preferences import Preferences

LANGUAGES: Final = {"zh": "zh_CN", "en": "en"}
THEMES: Final = ("light", "dark")
PERCENTS: Final = (100, 150)
SIZE: Final = QSize(1280, 800)
"""At 100 %."""


@dataclass(frozen=True)
class Wear:
    """One way in which the window can look."""

    language: str
    theme: str
    percent: int

    def file(self, screen: str) -> str:
        """``<screen>.<zh|en>.<light|dark>.<100|150>.png``."""
        return f"{screen}.{self.language}.{self.theme}.{self.percent}.png"

    @property
    def is_chinese(self) -> bool:
        """Whether Latin words must be data."""
        return self.language == "zh"


ALL: Final = tuple(Wear(*ways) for ways in product(LANGUAGES, THEMES, PERCENTS))


def put_on(preferences: Preferences, wear: Wear) -> None:
    """Let the window look so."""
    preferences.language = LANGUAGES[wear.language]
    preferences.theme = wear.theme
    preferences.percent = wear.percent


def every_look(
    preferences: Preferences, window: QWidget, settle: Callable[[], None], *, size: QSize = SIZE
) -> Iterator[Wear]:
    """Let the window look in every way, one after the other, each time as large as its size asks for."""
    for wear in ALL:
        put_on(preferences, wear)
        window.resize(size * (wear.percent / 100))
        settle()
        yield wear


def take(widget: QWidget, folder: Path, name: str, wear: Wear) -> Path:
    """Save a picture of a widget."""
    QApplication.processEvents()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / wear.file(name)
    if not widget.grab().save(str(file)):
        raise OSError(f"the picture {file.name} could not be saved")
    return file
