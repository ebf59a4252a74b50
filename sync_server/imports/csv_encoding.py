"""Which encoding a file of text is in: UTF-8, UTF-16 or GB18030."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

from sync_server.imports.raw import FileRefused

BLOCK_BYTES: Final = 1 << 20
MAX_LINE_BYTES: Final = 4 << 20
"""A file without a line break in so many bytes is no table, and must not be read into memory as one line."""

LOST: Final = "\ufffd"
"""Stands in decoded text for bytes that are no text in its encoding."""

MARKED: Final = frozenset({"utf-8-sig", "utf-16"})
"""What `find_encoding` gives only for a file that says its encoding itself."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)


def find_encoding(path: Path, title: str) -> str:
    """The codec of the file, read once or twice in blocks.

    A byte order mark decides. Otherwise it is UTF-8 when all of it is; a damaged file is taken for what explains its
    bytes better (see `_is_chinese`).

    :raises FileRefused: code 1102; the file is empty, cannot be read, or has no lines.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
        if not start:
            raise FileRefused(title, ["The file is empty."])
        is_text = _is_utf8(path, title)
        for mark, name in _MARKS:
            if start.startswith(mark):
                return name
        return "utf-8" if is_text or not _is_chinese(path) else "gb18030"
    except OSError as error:
        raise FileRefused(title, [f"The file cannot be read: {error.strerror}."]) from error


def _is_utf8(path: Path, title: str) -> bool:
    """Whether every byte of it is UTF-8; also sees that lines end now and then."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_text = True
    unbroken = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            last = max(block.rfind(b"\n"), block.rfind(b"\r"))
            unbroken = unbroken + len(block) if last < 0 else len(block) - last
            if unbroken > MAX_LINE_BYTES:
                raise FileRefused(title, ["This is no table: a line never ends."])
            if is_text:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    is_text = False
    if is_text:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return is_text


def _is_chinese(path: Path) -> bool:
    """Whether a file that is not UTF-8 throughout is rather GB18030 than damaged UTF-8.

    GB18030 reads nearly everything as something: a damaged letter and the one behind it become a rare character.
    So what it cannot read counts twice, and what is beyond the 7,000 characters in common use (GB 2312) once.
    """
    western = codecs.getincrementaldecoder("utf-8")("replace")
    chinese = codecs.getincrementaldecoder("gb18030")("replace")
    lost_western = against_chinese = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            lost_western += western.decode(block).count(LOST)
            text = chinese.decode(block)
            common = text.encode("gb2312", "ignore").decode("gb2312")
            against_chinese += text.count(LOST) + len(text) - len(common)
    return against_chinese < lost_western
