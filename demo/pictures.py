"""Pictures of a window in both languages, both themes and two sizes, for looking at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPainter
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


def chosen(names: str) -> tuple[Wear, ...]:
    """The looks in ``zh.light.100,en.dark.150``; all of them when empty.

    :raises ValueError: there is no such look.
    """
    known = {f"{wear.language}.{wear.theme}.{wear.percent}": wear for wear in ALL}
    try:
        return tuple(known[name] for name in names.split(",")) if names else ALL
    except KeyError as error:
        raise ValueError(f"no look is called {error}; there are {', '.join(known)}") from error


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


def take(widget: QWidget, folder: Path, name: str, wear: Wear, *, above: QWidget | None = None) -> Path:
    """Save a picture of a widget; with a dialog ``above`` it, where a person would see it."""
    QApplication.processEvents()
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / wear.file(name)
    picture = widget.grab()
    if above is not None:
        painter = QPainter(picture)
        painter.fillRect(picture.rect(), QColor(0, 0, 0, 64))
        painter.drawPixmap((widget.rect().center() - above.rect().center()), above.grab())
        painter.end()
    if not picture.save(str(file)):
        raise OSError(f"the picture {file.name} could not be saved")
    return file
