"""What a person sets for themselves on this laptop. A plain file in the data folder; nothing in it is about customers."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from desktop.kit.theme import LARGEST, SMALLEST

THEMES: Final = ("system", "light", "dark")
PERCENTS: Final = (100, 110, 125, 150, 175, 200)
IDLE_MINUTES: Final = (2, 5, 10, 15, 30, 60)
FILE: Final = "window.ini"


class Preferences(QObject):
    """Kept at once. ``look_changed``: theme, size or row height; ``language_changed``: the language."""

    look_changed = Signal()
    language_changed = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept = QSettings(str(folder / FILE), QSettings.Format.IniFormat, self)

    @property
    def theme(self) -> str:
        """system, light or dark."""
        found = self._text("theme", "system")
        return found if found in THEMES else "system"

    @theme.setter
    def theme(self, name: str) -> None:
        self._kept.setValue("theme", name)
        self.look_changed.emit()

    @property
    def percent(self) -> int:
        """The size of everything, 100 to 200."""
        return min(max(self._number("percent", SMALLEST), SMALLEST), LARGEST)

    @percent.setter
    def percent(self, percent: int) -> None:
        self._kept.setValue("percent", percent)
        self.look_changed.emit()

    @property
    def is_compact(self) -> bool:
        """Whether rows of lists are low."""
        return self._text("rows", "normal") == "compact"

    @is_compact.setter
    def is_compact(self, is_compact: bool) -> None:
        self._kept.setValue("rows", "compact" if is_compact else "normal")
        self.look_changed.emit()

    @property
    def language(self) -> str:
        """system, or a language (`desktop.kit.language.LANGUAGES`)."""
        return self._text("language", "system")

    @language.setter
    def language(self, code: str) -> None:
        self._kept.setValue("language", code)
        self.language_changed.emit()

    @property
    def idle_minutes(self) -> int:
        """After so many minutes without a key or a click the window locks."""
        found = self._number("idle_minutes", 10)
        return found if found in IDLE_MINUTES else 10

    @idle_minutes.setter
    def idle_minutes(self, minutes: int) -> None:
        self._kept.setValue("idle_minutes", minutes)

    # -- shapes: where windows and columns were left

    def shape(self, name: str) -> QByteArray:
        """How a window, a header or a splitter was left; empty when it never was. ``name``: ``window``, ``list.orders``."""
        found = self._kept.value(f"shape/{name}")
        return found if isinstance(found, QByteArray) else QByteArray()

    def keep_shape(self, name: str, shape: QByteArray) -> None:
        """Remember how it was left."""
        self._kept.setValue(f"shape/{name}", shape)

    def _text(self, name: str, otherwise: str) -> str:
        found = self._kept.value(name, otherwise)
        return found if isinstance(found, str) else otherwise

    def _number(self, name: str, otherwise: int) -> int:
        try:
            return int(str(self._kept.value(name, otherwise)))
        except ValueError:
            return otherwise
