"""Banners: what a person should know before anything else, as a line with an icon in the colour of its meaning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.kit import icons
from desktop.kit.theme import look, spaced
from desktop.widgets.buttons import TextButton
from desktop.widgets.labels import Label

_ICONS: Final = {
    "needs_you": "needs_you",
    "look": "attention",
    "information": "information",
    "done": "done",
    "neutral": "waiting",
}


@dataclass(frozen=True)
class Telling:
    """One banner: a meaning of the tokens (needs_you, look, information, neutral), words, and what can be done at once."""

    meaning: str
    text: str
    action: tuple[str, Callable[[], None]] | None = None


class Banner(QWidget):
    """One line with a ground in the colour of its meaning."""

    def __init__(self, told: Telling, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.told = told
        self.setAccessibleName(told.text)
        row = QHBoxLayout(self)
        spaced(row, "hair", "small", gap="small")
        self._gap = QWidget(self)
        row.addWidget(self._gap)
        text = Label(told.text, self, wraps=True)
        text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row.addWidget(text, 1, Qt.AlignmentFlag.AlignVCenter)
        if told.action is not None:
            words, run = told.action
            self.button = TextButton(lambda: words, run, self, role="link")
            row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)

        self._restyle()

    def _restyle(self) -> None:
        """Leave room for the icon, and be as high as what is clicked."""
        self._gap.setFixedWidth(look().size("icon"))
        self.setMinimumHeight(look().px(32))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the look."""
        if event.type() is QEvent.Type.StyleChange:
            self._restyle()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground and icon."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look().colour(f"{self.told.meaning}_quiet"))
        corner = look().size("corner")
        painter.drawRoundedRect(self.rect(), corner, corner)
        side = look().size("icon")
        box = QRectF(look().space("small"), (self.height() - side) / 2, side, side)
        icons.draw(painter, box, _ICONS[self.told.meaning], look().colour(self.told.meaning))
        painter.end()


class Banners(QWidget):
    """Banners below each other; nothing where there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.told: tuple[Telling, ...] = ()
        self._column = QVBoxLayout(self)
        spaced(self._column, gap="hair")
        self.hide()

    def show_all(self, warnings: Sequence[Telling]) -> None:
        """Show these, in their order."""
        known = [(each.meaning, each.text) for each in self.told]
        self.told = tuple(warnings)
        if known == [(each.meaning, each.text) for each in warnings]:
            return
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for each in warnings:
            self._column.addWidget(Banner(each, self))
        self.setVisible(bool(warnings))
