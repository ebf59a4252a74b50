"""A list as a file, as it is shown: its filter, its order, its columns. CSV or a workbook, written row by row.

A file is seen under its name when all of it is there. What a spreadsheet would run as a formula stays text.
"""

from __future__ import annotations

import csv
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from crm.errors import LocalFault
from crm.money import exponent
from desktop.store.reads.listing import Row

CANNOT_WRITE: Final = 4210
TOO_MANY_ROWS: Final = 4211
MOST_IN_SHEET: Final = 1_048_576
"""Rows of a sheet, with the head."""
MOST_IN_CELL: Final = 32_767
TELL_EVERY: Final = 200

Cell: TypeAlias = str | int | Decimal | date | datetime | None


class Form(StrEnum):
    """What kind of file; its value is the ending."""

    CSV = ".csv"
    XLSX = ".xlsx"


class As(StrEnum):
    """How a stored value is written."""

    TEXT = "text"
    COUNT = "count"
    DAY = "day"  # an ISO date
    INSTANT = "instant"  # UTC milliseconds
    MONEY = "money"  # minor units
    QUANTITY = "quantity"  # thousandths
    RATE = "rate"  # basis points


@dataclass(frozen=True)
class Raw:
    """The stored value that a column shows: a name of the listing's columns, and for money that of its currency."""

    name: str
    kind: As = As.TEXT
    currency: str = ""


@dataclass(frozen=True)
class ExportColumn:
    """A column of the file."""

    title: str
    cell: Callable[[Row], Cell]


def raw_columns(title: str, raw: Raw, *, currency_title: str, zone: str) -> list[ExportColumn]:
    """The columns for a stored value: money is a decimal number, and where ``currency_title`` says so, its currency stands
    beside it.
    """
    name, currency = raw.name, raw.currency
    match raw.kind:
        case As.MONEY:
            amount = ExportColumn(
                title, lambda row: _scaled(row[name], exponent(row[currency])) if row[currency] else None
            )
            beside = ExportColumn(
                currency_title, lambda row: row[currency] if row[name] is not None else None
            )
            return [amount, beside] if currency_title else [amount]
        case As.DAY:
            return [ExportColumn(title, lambda row: date.fromisoformat(row[name]) if row[name] else None)]
        case As.INSTANT:
            where = ZoneInfo(zone)
            return [
                ExportColumn(
                    title,
                    lambda row: (
                        datetime.fromtimestamp(row[name] / 1000, UTC).astimezone(where) if row[name] else None
                    ),
                )
            ]
        case As.QUANTITY:
            return [ExportColumn(title, lambda row: _scaled(row[name], 3))]
        case As.RATE:
            return [ExportColumn(title, lambda row: _scaled(row[name], 2))]
        case _:
            return [ExportColumn(title, lambda row: row[name])]


def _scaled(value: int | None, digits: int) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-digits)


def write_rows(
    path: Path,
    columns: Sequence[ExportColumn],
    rows: Iterable[Row],
    *,
    total: int,
    tell: Callable[[int, int], None] = lambda _done, _total: None,
) -> int:
    """Write rows to ``path``, whose ending says the kind of file; gives how many. ``tell`` gets (done, total) now and
    then and stops it by an exception: then nothing is left behind, and what stood there stands.

    :raises LocalFault: code 4210 the place cannot be written; 4211 more rows than a sheet holds.
    """
    form = Form.XLSX if path.suffix.lower() == Form.XLSX.value else Form.CSV
    if form is Form.XLSX and total >= MOST_IN_SHEET:
        raise LocalFault(
            TOO_MANY_ROWS, "A sheet does not hold so many rows. Nothing was written.", rows=total
        )
    try:
        descriptor, name = tempfile.mkstemp(prefix=".roundsman-", suffix=".partial", dir=path.parent)
    except OSError as error:
        raise _cannot_write(error) from error
    made = Path(name)
    try:
        os.close(descriptor)
        file = _FILES[form](made, [column.title for column in columns])
        try:
            done = 0
            for row in rows:
                file.add([column.cell(row) for column in columns])
                done += 1
                if done % TELL_EVERY == 0:
                    tell(done, total)
            file.end()
        finally:
            file.close()
        made.chmod(0o644)
        made.replace(path)
    except OSError as error:
        raise _cannot_write(error) from error
    finally:
        with suppress(OSError):
            made.unlink(missing_ok=True)
    tell(done, done)
    return done


def _cannot_write(error: OSError) -> LocalFault:
    return LocalFault(
        CANNOT_WRITE, "The file cannot be written there. Nothing was changed.", errno=error.errno
    )


class _File(Protocol):
    def add(self, cells: Sequence[Cell]) -> None: ...

    def end(self) -> None: ...

    def close(self) -> None: ...


# --- CSV ---------------------------------------------------------------------------------------------------------------

_RUNS: Final = re.compile(r"[=@\t\r]|[+-](?![0-9 ()/.-]*\Z)")
"""The beginning of what a spreadsheet may run. A number with its sign, such as a telephone number, is none."""


def harmless(text: str) -> str:
    """A text that no spreadsheet runs: with an apostrophe before what would be a formula."""
    return f"'{text}" if _RUNS.match(text.lstrip(" \n")) else text


class _CsvFile:
    """RFC 4180, UTF-8 with a byte order mark, which spreadsheets look for."""

    def __init__(self, path: Path, titles: Sequence[str]) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer: Any = csv.writer(self._file)
        self._writer.writerow([harmless(title) for title in titles])

    def add(self, cells: Sequence[Cell]) -> None:
        self._writer.writerow([_plain(cell) for cell in cells])

    def end(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def _plain(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return harmless(cell)
        case datetime():
            return cell.isoformat(timespec="seconds")
        case date():
            return cell.isoformat()
        case Decimal():
            return f"{cell:f}"
        case _:
            return str(cell)


# --- workbooks ---------------------------------------------------------------------------------------------------------

_NOT_IN_SHEETS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_WIDTHS: Final = (10, 40)


class _SheetFile:
    """One sheet of typed cells, its head fixed. Texts are written as texts, so none is a formula."""

    def __init__(self, path: Path, titles: Sequence[str]) -> None:
        import openpyxl
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Font
        from openpyxl.utils import get_column_letter

        self._path = path
        self._cell: Any = WriteOnlyCell
        self._book = openpyxl.Workbook(write_only=True)
        self._sheet: Any = self._book.create_sheet()
        self._sheet.freeze_panes = "A2"
        head = []
        for number, title in enumerate(titles, start=1):
            self._sheet.column_dimensions[get_column_letter(number)].width = max(
                _WIDTHS[0], min(len(title) * 2, _WIDTHS[1])
            )
            cell = self._text(title)
            cell.font = Font(bold=True)
            head.append(cell)
        self._sheet.append(head)

    def _text(self, text: str) -> Any:
        cell = self._cell(self._sheet, _NOT_IN_SHEETS.sub("", text)[:MOST_IN_CELL])
        cell.data_type = "s"
        return cell

    def add(self, cells: Sequence[Cell]) -> None:
        self._sheet.append([self._typed(cell) for cell in cells])

    def _typed(self, cell: Cell) -> Any:
        match cell:
            case str():
                is_plain = (
                    cell[:1] not in {"=", ""}
                    and len(cell) <= MOST_IN_CELL
                    and not _NOT_IN_SHEETS.search(cell)
                )
                return cell if is_plain and cell[:1] != "#" else (self._text(cell) if cell else None)
            case datetime():
                made = self._cell(self._sheet, cell.replace(tzinfo=None))
                made.number_format = "yyyy-mm-dd hh:mm"
                return made
            case date() if cell.year < 1901:
                return self._text(cell.isoformat())
            case date():
                made = self._cell(self._sheet, cell)
                made.number_format = "yyyy-mm-dd"
                return made
            case Decimal():
                made = self._cell(self._sheet, cell)
                digits = -int(cell.as_tuple().exponent)
                made.number_format = "#,##0" + ("." + "0" * digits if digits > 0 else "")
                return made
            case _:
                return cell

    def end(self) -> None:
        self._book.save(self._path)

    def close(self) -> None:
        if not self._sheet.closed:
            self._sheet.close()


_FILES: Final[Mapping[Form, Callable[[Path, Sequence[str]], _File]]] = {
    Form.CSV: _CsvFile,
    Form.XLSX: _SheetFile,
}
