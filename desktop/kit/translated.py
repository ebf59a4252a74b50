"""The base of every widget with words: they change with the language, sizes with the look, and nothing is rebuilt."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QDialog, QWidget


class Translated(QWidget):
    """A widget that sets its texts in `retranslate` and what depends on the look in `restyle`.

    Both are called when the window changes its language or its look, from the first `dress` on, which a widget calls
    at the end of its ``__init__``.
    """

    _is_dressed = False

    def dress(self) -> None:
        """Set texts and sizes. A class made from another one may call it again."""
        self._is_dressed = True
        self.retranslate()
        self.restyle()

    def retranslate(self) -> None:
        """Set every text, tooltip and accessible name anew."""

    def restyle(self) -> None:
        """Take sizes and colours that no style sheet gives from `desktop.kit.theme.look`."""

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language and the look."""
        if self._is_dressed:
            _follow(self, event)
        super().changeEvent(event)


class TranslatedDialog(QDialog):
    """The same for dialogs."""

    _is_dressed = False

    def dress(self) -> None:
        """See `Translated.dress`."""
        self._is_dressed = True
        self.retranslate()
        self.restyle()

    def retranslate(self) -> None:
        """See `Translated.retranslate`."""

    def restyle(self) -> None:
        """See `Translated.restyle`."""

    def changeEvent(self, event: QEvent) -> None:
        """Follow the language and the look."""
        if self._is_dressed:
            _follow(self, event)
        super().changeEvent(event)


def _follow(widget: Translated | TranslatedDialog, event: QEvent) -> None:
    if event.type() == QEvent.Type.LanguageChange:
        widget.retranslate()
    elif event.type() == QEvent.Type.StyleChange:
        widget.restyle()
