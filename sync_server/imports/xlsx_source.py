"""Reads a sheet of an XLSX workbook, row by row (R-039)."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final, cast

import openpyxl
from openpyxl.utils.cell import column_index_from_string
from openpyxl.workbook.workbook import Workbook

from sync_server.imports.raw import (
    REPEATS_HEADER,
    Expected,
    FileRefused,
    RawRow,
    check_header,
    letter,
    wrong_width,
)

ROWS_AT_ONCE: Final = 500
BLOCK_BYTES: Final = 1 << 20
OVERLAP_BYTES: Final = 1 << 10
ERRORS: Final = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!"}
)
"""What a cell shows whose formula failed."""

_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[ />]")
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')


class XlsxSource:
    """A sheet whose header fits; see `sync_server.imports.raw.Source`.

    ``sheet`` is empty for the first one. The header is the first row that is not blank. Formulas are read by their
    stored results, dates as ``YYYY-MM-DD`` (with ``HH:MM:SS`` where there is a time), numbers as the 15 digits that
    spreadsheets show, with ``decimal_mark``.

    :raises FileRefused: code 1102; also while rows are read, when the file is damaged farther down.
    """

    encoding = ""
    separator = ""

    def __init__(self, path: Path, expected: Expected, *, sheet: str = "", decimal_mark: str = ".") -> None:
        self._path = path
        self._title = expected.title
        self._sheet = sheet
        self._decimal_mark = decimal_mark
        with self._refusing(), closing(self._workbook(results=True)) as book:
            inner = self._inner_path(book)
        self._has_formulas, merges = self._look_through(inner)
        for line, cells, _problem in self._table():
            names = [cell.strip() for cell in cells]
            if any(names):
                covered = _covered(merges, line)
                names += [""] * (max(covered, default=-1) + 1 - len(names))
                self._header_line = line
                self.columns = check_header(names, expected, covered).columns
                return
        check_header([], expected)

    def rows(self) -> Iterator[RawRow]:
        """See `Source.rows`.

        :raises FileRefused: code 1102 when the file is damaged there.
        """
        width = len(self.columns)
        for line, cells, damage in self._table():
            if line <= self._header_line:
                continue
            size = len(cells)
            while size and not cells[size - 1].strip():
                size -= 1
            if not size and not damage:
                continue
            row = tuple(cells[: max(size, width)]) + ("",) * (width - len(cells))
            if damage:
                yield RawRow(line, row, "", damage)
            elif size > width:
                yield RawRow(line, row, "", wrong_width(size, width))
            elif tuple(map(str.strip, row)) == self.columns:
                yield RawRow(line, row, "", REPEATS_HEADER)
            else:
                yield RawRow(line, row)

    def _table(self) -> Iterator[tuple[int, list[str], str]]:
        """Every row of the sheet: its number, its cells as text, and what is wrong with one of them."""
        with self._refusing():
            results = self._workbook(results=True)
        formulas = None
        try:
            if self._has_formulas:
                with self._refusing():
                    formulas = self._workbook(results=False)
                pairs: Iterator[tuple[Any, Any]] = zip(
                    self._rows_of(results), self._rows_of(formulas), strict=True
                )
            else:
                pairs = ((values, None) for values in self._rows_of(results, values_only=True))
            line = 0
            while True:
                with self._refusing():
                    rows = list(islice(pairs, ROWS_AT_ONCE))
                if not rows:
                    return
                for cells, origins in rows:
                    line += 1
                    yield line, *(self._plain(cells) if origins is None else self._calculated(cells, origins))
        finally:
            results.close()
            if formulas is not None:
                formulas.close()

    def _plain(self, values: Sequence[object]) -> tuple[list[str], str]:
        problem = ""
        texts = []
        for place, value in enumerate(values):
            if isinstance(value, str):
                texts.append(value)
                if value in ERRORS and not problem:
                    problem = f"{self._name(place)}: the cell holds the error {value}"
            else:
                texts.append(self._text(value))
        return texts, problem

    def _calculated(self, cells: Sequence[Any], origins: Sequence[Any]) -> tuple[list[str], str]:
        texts, problem = self._plain([cell.value for cell in cells])
        for place, (cell, origin) in enumerate(zip(cells, origins, strict=True)):
            # An empty text as a result is kept with its type, a result that was never computed is not there at all.
            if cell.value is None and origin.data_type == "f" and cell.data_type != "str":
                texts[place] = origin.value if isinstance(origin.value, str) else "="
                problem = problem or f"{self._name(place)}: a formula without a stored result"
        return texts, problem

    def _name(self, place: int) -> str:
        columns = getattr(self, "columns", ())
        return columns[place] if place < len(columns) else f"column {letter(place)}"

    def _text(self, value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, int):
            return str(value)
        if isinstance(value, float):
            return format(Decimal(format(value, ".15g")), "f").replace(".", self._decimal_mark)
        if isinstance(value, datetime):
            day = value.date().isoformat()
            return day if value.time() == time() else f"{day} {value.time().isoformat('seconds')}"
        if isinstance(value, date):
            return value.isoformat()
        return str(value)

    # -- the workbook

    def _workbook(self, *, results: bool) -> Workbook:
        return openpyxl.load_workbook(self._path, read_only=True, data_only=results, keep_links=False)

    def _worksheet(self, book: Workbook) -> Any:
        sheets = {sheet.title: sheet for sheet in book.worksheets}
        if not self._sheet and sheets:
            return next(iter(sheets.values()))
        if self._sheet not in sheets:
            there = ", ".join(sheets) or "none"
            raise FileRefused(self._title, [f"There is no sheet {self._sheet}; there are: {there}."])
        return sheets[self._sheet]

    def _rows_of(self, book: Workbook, *, values_only: bool = False) -> Iterator[Sequence[Any]]:
        sheet = self._worksheet(book)
        sheet.reset_dimensions()  # many programs write a wrong one, and cells beyond it would be lost
        return cast("Iterator[Sequence[Any]]", sheet.iter_rows(values_only=values_only))

    def _inner_path(self, book: Workbook) -> str:
        """Where the sheet lies in the file; the library knows it and has no public name for it."""
        return str(self._worksheet(book)._worksheet_path)

    def _look_through(self, inner: str) -> tuple[bool, list[tuple[int, int, int, int]]]:
        """Whether there are formulas, and the merged cells as (first row, last row, first place, last place).

        The library tells neither while it streams.
        """
        has_formulas = False
        merges: list[tuple[int, int, int, int]] = []
        with self._refusing(), zipfile.ZipFile(self._path) as archive, archive.open(inner) as file:
            for block in _blocks(file):
                has_formulas = has_formulas or _FORMULA.search(block) is not None
                for first, top, last, bottom in _MERGED.findall(block):
                    if len(merges) < ROWS_AT_ONCE:
                        merges.append((int(top), int(bottom), _place(first), _place(last)))
        return has_formulas, merges

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """What the library meets in a file that is no workbook is said in one sentence; its warnings are not ours."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        except (FileRefused, MemoryError):
            raise
        except FileNotFoundError as error:
            raise FileRefused(self._title, ["The file is not there."]) from error
        except Exception as error:  # damaged XML leads the library to errors of any class
            sentence = "This is no XLSX workbook, or it is damaged or protected by a password."
            raise FileRefused(self._title, [sentence]) from error


def _covered(merges: Sequence[tuple[int, int, int, int]], line: int) -> frozenset[int]:
    """The places in a row that have no cell of their own."""
    return frozenset(
        place
        for top, bottom, first, last in merges
        if top <= line <= bottom
        for place in range(first if line > top else first + 1, last + 1)
    )


def _place(letters: bytes) -> int:
    return column_index_from_string(letters.decode("ascii")) - 1


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """The file in blocks that overlap, so that no tag is cut in every block that has a part of it."""
    tail = b""
    while fresh := file.read(BLOCK_BYTES):
        yield tail + fresh
        tail = fresh[-OVERLAP_BYTES:]
