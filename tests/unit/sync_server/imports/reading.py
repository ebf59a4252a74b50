"""What the tests of reading share: files of bytes, small maps, workbooks, and lookups in a dictionary."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from crm.schema import SCHEMA
from sync_server.imports.csv_source import CsvSource
from sync_server.imports.map_check import read_map
from sync_server.imports.maps import ImportMap, Lookup, MapRefused
from sync_server.imports.raw import Expected, RawRow
from sync_server.imports.xlsx_source import XlsxSource

COLUMNS = ("id", "name", "price")


def csv_of(folder: Path, data: bytes | str, columns: Sequence[str] = COLUMNS, **options: Any) -> CsvSource:
    """A CSV file with these bytes (text: as UTF-8), whose map uses ``columns``."""
    path = folder / "table.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return CsvSource(path, Expected("table.csv", tuple(columns)), **options)


def rows_of(folder: Path, data: bytes | str, **options: Any) -> list[RawRow]:
    """The rows of such a file."""
    return list(csv_of(folder, data, **options).rows())


def sheet_of(folder: Path, rows: Sequence[Sequence[object]], *, merged: Sequence[str] = ()) -> XlsxSource:
    """A workbook with one sheet of these rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    for area in merged:
        sheet.merge_cells(area)
    path = folder / "book.xlsx"
    book.save(path)
    return XlsxSource(path, Expected("book.xlsx", COLUMNS))


def map_of(text: str) -> ImportMap:
    """The map that this TOML says."""
    return read_map(tomllib.loads(text), "test", SCHEMA)


def problems_of(text: str) -> tuple[str, ...]:
    """Everything that is wrong with the map that this TOML says."""
    try:
        map_of(text)
    except MapRefused as refused:
        return refused.problems
    return ()


class Answers:
    """Lookups that are answered from a dictionary of cells."""

    def __init__(self, answers: Mapping[str, str] | None = None) -> None:
        self._answers = answers or {}

    def find(self, lookup: Lookup, cell: str) -> str | None:
        """See `sync_server.imports.convert.Lookups`."""
        return self._answers.get(cell)
