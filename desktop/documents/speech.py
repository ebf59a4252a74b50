"""The language of a document, which may be another than the window's."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Final

from PySide6.QtCore import QTranslator

from desktop.kit import words
from desktop.kit.format import Formats
from desktop.kit.language import compiled

CONTEXT: Final = "OrderPaper"
"""The translation context of what stands on an order: ``QT_TRANSLATE_NOOP("OrderPaper", "Sales order")``."""


class Speech:
    """Words, dates and numbers in one language. Usable in any thread.

    :raises LocalFault: code 4402 when the translations of this installation are missing.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.formats = Formats(language)
        self._translator = _loaded(language)

    def say(self, text: str, context: str = CONTEXT) -> str:
        """A source text in the language."""
        return self._translator.translate(context, text) or text

    def state(self, code: str) -> str:
        """The word of a state."""
        found = words.STATES.get(code)
        return code if found is None else self.say(found, "States")

    def day(self, iso: object) -> str:
        """An ISO day as it is written; empty for none."""
        return self.formats.day(date.fromisoformat(iso)) if isinstance(iso, str) and iso else ""


@cache
def _loaded(language: str) -> QTranslator:
    translator = QTranslator()
    translator.load(str(compiled(language)))
    return translator
