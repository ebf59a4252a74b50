"""Key figures: what it is, how much, and against what."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.kit.format import NO_VALUE
from desktop.kit.theme import spaced
from desktop.kit.translated import Translated
from desktop.widgets.labels import Label


class KeyFigure(Translated):
    """One figure with its caption above and a quiet line below. ``caption`` is asked for again by language."""

    def __init__(self, caption: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = caption
        self._caption = Label(role="secondary")
        self._value = Label(NO_VALUE, role="figure")
        self._detail = Label(role="secondary")
        column = QVBoxLayout(self)
        spaced(column, gap="hair")
        for part in (self._caption, self._value, self._detail):
            column.addWidget(part)
        column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.dress()

    def show_value(self, value: str, detail: str = "", *, meaning: str = "") -> None:
        """Show a value that is written already. ``meaning`` (needs_you, look, done) is said by the detail's colour too."""
        self._value.setText(value or NO_VALUE)
        self._detail.setText(detail)
        self._detail.setProperty("meaning", meaning)
        self._detail.style().polish(self._detail)
        self._name()

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""
        self._caption.setText(self._words())
        self._name()

    def _name(self) -> None:
        self.setAccessibleName(f"{self._words()}: {self._value.text()} {self._detail.text()}".strip())


class KeyFigures(QWidget):
    """Key figures beside each other, all of one width."""

    def __init__(self, *figures: KeyFigure, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        spaced(row, gap="huge")
        for figure in figures:
            row.addWidget(figure, 1)
