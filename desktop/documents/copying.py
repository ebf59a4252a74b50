"""Lets the Chinese of a PDF be searched and copied.

A font draws some characters and the radicals that look the same with one glyph, and of such a glyph Qt tells a PDF the
radical: ⼾ (U+2F3E) for 户. They look right, but nobody finds 户. What was written is known here, so the tables that say which
character a glyph is (ToUnicode, which Qt leaves uncompressed) are put right in place: every entry has four digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from PySide6.QtGui import QFont, QFontDatabase, QRawFont

_RADICALS: Final = tuple(map(chr, range(0x2E80, 0x2FE0)))
_TABLE: Final = re.compile(rb"begincmap\n.*?endcmap", re.DOTALL)
_LIST: Final = re.compile(rb"\[[^\]]*\]")
_ENTRY: Final = re.compile(rb"<([0-9A-Fa-f]{4})>")


def usual(texts: Iterable[str], font: QFont) -> Mapping[str, str]:
    """The radicals that the font draws with the glyph of a character of ``texts``, and that character."""
    raw = QRawFont.fromFont(font, QFontDatabase.WritingSystem.SimplifiedChinese)
    written = sorted({character for text in texts for character in text if "\u3400" <= character <= "\u9fff"})
    by_glyph = {_glyph(raw, character): character for character in written}
    by_glyph.pop(0, None)
    found = ((radical, by_glyph.get(_glyph(raw, radical))) for radical in _RADICALS)
    return {radical: character for radical, character in found if character is not None}


def _glyph(raw: QRawFont, character: str) -> int:
    found = raw.glyphIndexesForString(character)
    return int(found[0]) if found else 0


def put_right(content: bytes, meant: Mapping[str, str]) -> bytes:
    """A PDF as Qt writes it, with each radical told as the character that is meant."""
    codes = {f"{ord(radical):04X}".encode(): f"{ord(usual):04X}".encode() for radical, usual in meant.items()}

    def entry(found: re.Match[bytes]) -> bytes:
        return b"<" + codes.get(found[1].upper(), found[1]) + b">"

    def table(found: re.Match[bytes]) -> bytes:
        return _LIST.sub(lambda listed: _ENTRY.sub(entry, listed[0]), found[0])

    return _TABLE.sub(table, content)
