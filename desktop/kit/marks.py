"""Marks a text for translation where it stands, when it is looked up later."""

from __future__ import annotations


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:
    """The text itself. As Qt's own, which has no type."""
    return text
