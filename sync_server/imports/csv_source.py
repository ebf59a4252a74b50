"""Reads CSV: separator and encoding found out, damage kept to the rows where it is (R-039)."""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import IO, Final

from sync_server.imports.csv_encoding import LOST, MARKED, find_encoding
from sync_server.imports.raw import (
    REPEATS_HEADER,
    Expected,
    FileRefused,
    RawRow,
    check_header,
    wrong_width,
)

SEPARATORS: Final = ",;\t|"
BLOCK_CHARS: Final = 1 << 18
"""Lines are taken in blocks of about so many characters."""
MAX_HEADER_LINES: Final = 20
MAX_ROW_CHARS: Final = 1 << 19
"""A row that is longer is one whose quote never ends."""

JOIN_SPACED: Final = "join-spaced"
LOOSE_QUOTE: Final = "a quote begins a cell of the row and ends in the middle of a cell or never"
BYTE_ORDER_MARK: Final = "\ufeff"


csv.field_size_limit(MAX_ROW_CHARS)


class CsvSource:
    """A CSV file whose header fits; see `sync_server.imports.raw.Source`.

    Cells stand between separators or in double quotes, a quote in quotes is doubled, quoted cells may hold line
    breaks (RFC 4180). ``repair`` is empty or `JOIN_SPACED`. ``encoding`` is for files that have no byte order mark;
    without it the encoding is found out. ``separator`` is one that is possible besides the usual ones.

    :raises FileRefused: code 1102.
    """

    def __init__(
        self,
        path: Path,
        expected: Expected,
        *,
        repair: str = "",
        encoding: str = "",
        separator: str = "",
    ) -> None:
        self._path = path
        self._title = expected.title
        self._joins = repair == JOIN_SPACED
        found = find_encoding(path, expected.title)
        self.encoding = found if found in MARKED else encoding or found
        with self._open() as file:
            first = _first_row(file)
            self.separator = _find_separator(first, expected, separator + SEPARATORS)
            header = check_header(_split(first, self.separator), expected)
        self.columns = header.columns
        self._surplus = header.surplus
        self._width = len(header.columns) + header.surplus
        self._head = _split(first, self.separator)[0]

    def rows(self) -> Iterator[RawRow]:
        """See `Source.rows`. A row that cannot be read has a problem; nothing is raised for it."""
        rows = self._table()
        next(rows)
        yield from rows

    def _open(self) -> IO[str]:
        try:
            return self._path.open(encoding=self.encoding, errors="replace", newline="")
        except OSError as error:
            raise FileRefused(self._title, [f"The file cannot be read: {error.strerror}."]) from error

    def _table(self) -> Iterator[RawRow]:
        """Every row that is not blank, beginning with the header."""
        line = 1
        rest: list[str] = []
        with self._open() as file:
            while True:
                fresh = file.readlines(BLOCK_CHARS)
                lines = rest + fresh
                if not lines:
                    return
                taken = yield from self._block(lines, line, is_last=not fresh)
                rest = lines[taken:]
                line += taken

    def _block(self, lines: list[str], line: int, *, is_last: bool) -> Generator[RawRow, None, int]:
        """The rows in ``lines``, the first of which is number ``line``.

        Returns how many lines were used up: a row that goes on behind a block that is not the last one is left.
        """
        text = "".join(lines)
        is_plain = not self._surplus and LOST not in text and BYTE_ORDER_MARK not in text
        width, head = self._width, self._head
        start = 0
        while start < len(lines):
            first = start
            reader = csv.reader(lines[first:] if first else lines, delimiter=self.separator, strict=True)
            end = start
            problem = ""
            try:
                for cells in reader:
                    end = first + reader.line_num
                    if is_plain and len(cells) == width and cells[0] != head and cells[0][:1] > " ":
                        yield RawRow(line + start, tuple(cells))
                    elif end - start > 1 and not self._fits(cells):
                        problem = (
                            f"{wrong_width(len(cells), len(self.columns))}: a quote in it may lack its end"
                        )
                        break
                    elif (row := self._odd_row(line + start, cells)) is not None:
                        yield row
                    start = end
            except csv.Error:
                end = first + reader.line_num
                if end == len(lines) and not is_last and sum(map(len, lines[start:])) < MAX_ROW_CHARS:
                    return start
                problem = LOOSE_QUOTE
            if problem:
                resume = self._next_fit(lines, start + 1, end)
                yield self._broken(line + start, lines[start:resume], problem)
                start = resume
        return start

    def _fits(self, cells: Sequence[str]) -> bool:
        return len(cells) == self._width or self._joined(cells) is not None

    def _next_fit(self, lines: Sequence[str], start: int, end: int) -> int:
        """The first line from ``start`` to ``end`` that is a row by itself; ``end`` when there is none."""
        for place in range(start, end):
            try:
                if any(map(self._fits, csv.reader([lines[place]], delimiter=self.separator, strict=True))):
                    return place
            except csv.Error:
                continue
        return end

    def _broken(self, line: int, lines: Sequence[str], problem: str) -> RawRow:
        """Lines in which quotes do not say where cells end, as pieces with all their quotes."""
        return RawRow(line, tuple("".join(lines).rstrip("\r\n").split(self.separator)), "", problem)

    def _odd_row(self, line: int, cells: list[str]) -> RawRow | None:
        """A row that needs a second look; None for a blank one."""
        if not any(map(str.strip, cells)):
            return None
        if any(LOST in cell for cell in cells):
            where = ""
            if len(cells) == self._width:
                place = next(place for place, cell in enumerate(cells) if LOST in cell)
                where = f"{self.columns[place]}: " if place < len(self.columns) else ""
            return RawRow(line, tuple(cells), "", f"{where}bytes that are no text in {self._encoding_name}")
        repaired = ""
        if len(cells) != self._width:
            joined = self._joined(cells)
            if joined is None:
                return RawRow(line, tuple(cells), "", wrong_width(len(cells), len(self.columns)))
            repaired = self._what_was_joined(cells, joined)
            cells = joined
        if self._surplus:
            if any(map(str.strip, cells[len(self.columns) :])):
                return RawRow(line, tuple(cells), "", wrong_width(len(cells), len(self.columns)))
            del cells[len(self.columns) :]
        if tuple(cell.strip().removeprefix(BYTE_ORDER_MARK) for cell in cells) == self.columns:
            return RawRow(line, tuple(cells), "", REPEATS_HEADER)
        return RawRow(line, tuple(cells), repaired)

    def _joined(self, cells: Sequence[str]) -> list[str] | None:
        """The cells of a row with too many pieces, those that begin with a space joined to the piece before them;
        None when there is no such rule, or the row still does not fit."""
        if not self._joins or len(cells) <= self._width:
            return None
        joined: list[str] = []
        for piece in cells:
            if joined and piece.startswith(" "):
                joined[-1] += self.separator + piece
            else:
                joined.append(piece)
        return joined if len(joined) == self._width else None

    def _what_was_joined(self, pieces: Sequence[str], cells: Sequence[str]) -> str:
        """What the report says of a mended row."""
        known = set(pieces)
        joined = ", ".join(f'"{cell}"' for cell in cells if cell not in known)
        return f'"{self.separator}" without quotes taken as part of {joined}'

    @property
    def _encoding_name(self) -> str:
        return self.encoding.upper().removesuffix("-SIG")


def _first_row(file: IO[str]) -> list[str]:
    """The lines up to the end of the first row that is not blank: up to an even number of quotes."""
    lines: list[str] = []
    for _ in range(MAX_HEADER_LINES):
        text = file.readline()
        if lines or text.strip():
            lines.append(text)
        if not text or (lines and "".join(lines).count('"') % 2 == 0):
            break
    return lines


def _find_separator(lines: list[str], expected: Expected, signs: str) -> str:
    """The sign that splits the header into the most of the columns that are expected, or else into the most.

    Of equals it is the first.
    """
    known = {*expected.used, *expected.ignored}

    def worth(sign: str) -> tuple[int, int]:
        names = [name.strip() for name in _split(lines, sign)]
        return len(known.intersection(names)), len(names)

    return max(signs, key=worth)


def _split(lines: list[str], separator: str) -> list[str]:
    return next(csv.reader(lines, delimiter=separator), [""])
