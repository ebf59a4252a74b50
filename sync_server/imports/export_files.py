"""Writes rows into files, one after another: CSV, a workbook, JSON, cards. What is half written is never seen (R-098)."""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, Protocol

import msgspec
import openpyxl
from openpyxl.cell import WriteOnlyCell

from crm.errors import InvalidInput, OfficeFault
from crm.ids import id_text
from sync_server.imports import vcard
from sync_server.imports.export_cells import as_csv, as_json, as_sheet
from sync_server.imports.export_read import Rows
from sync_server.imports.export_shape import Shape

NO_ROOM_IN_CELL: Final = 1132
CANNOT_WRITE: Final = 9025

MOST_IN_CELL: Final = 32_767
"""Characters that a cell of a workbook holds."""
MOST_IN_SHEET: Final = 1_048_576
"""Rows of a sheet, with the header."""
_JSON: Final = msgspec.json.Encoder()


class RowFile(Protocol):
    """A file that takes rows under the columns of one shape."""

    def add(self, rows: Rows) -> None:
        """Write these rows behind those before."""

    def end(self) -> None:
        """Finish the file: it is whole, and on the disk."""

    def close(self) -> None:
        """Let go of it, finished or not."""


class CsvFile:
    """CSV as RFC 4180 has it, in UTF-8 with a byte order mark, which spreadsheets look for."""

    def __init__(self, path: Path, shape: Shape) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer: Any = csv.writer(self._file)
        self._columns = [as_csv(column) for column in shape.columns]
        self._writer.writerow([column.name for column in shape.columns])

    def add(self, rows: Rows) -> None:
        """See `RowFile.add`."""
        cells = (write(values) for write, values in zip(self._columns, zip(*rows, strict=True), strict=True))
        self._writer.writerows(zip(*cells, strict=True))

    def end(self) -> None:
        """See `RowFile.end`."""
        _end(self._file)

    def close(self) -> None:
        """See `RowFile.close`."""
        self._file.close()


class SheetFile:
    """A workbook with one sheet of typed cells; a text that looks like a formula stays text."""

    def __init__(self, path: Path, shape: Shape) -> None:
        self._path = path
        self._shape = shape
        self._book = openpyxl.Workbook(write_only=True)
        self._sheet = self._book.create_sheet(shape.name)
        self._sheet.freeze_panes = "A2"
        self._columns = [as_sheet(column) for column in shape.columns]
        self._sheet.append([column.name for column in shape.columns])

    def add(self, rows: Rows) -> None:
        """See `RowFile.add`.

        :raises InvalidInput: code 1132 when a text is longer than a cell may be.
        """
        columns = zip(*rows, strict=True)
        cells = (write(values) for write, values in zip(self._columns, columns, strict=True))
        for row in zip(*cells, strict=True):
            self._sheet.append([self._cell(value, row) if isinstance(value, str) else value for value in row])

    def _cell(self, text: str, row: Sequence[object]) -> object:
        if len(text) > MOST_IN_CELL:
            name = self._shape.columns[row.index(text)].name
            raise InvalidInput(
                NO_ROOM_IN_CELL,
                f"{name} of {self._shape.name} {row[0]} has {len(text):,} characters; a cell of a workbook holds "
                f"{MOST_IN_CELL:,}. Export as csv or json. Nothing was written.",
            )
        if text[:1] != "=":
            return text
        cell = WriteOnlyCell(self._sheet, text)
        cell.data_type = "s"
        return cell

    def end(self) -> None:
        """See `RowFile.end`."""
        self._book.save(self._path)
        with self._path.open("rb+") as file:
            os.fsync(file.fileno())

    def close(self) -> None:
        """See `RowFile.close`."""
        if not self._sheet.closed:
            self._sheet.close()


class JsonFile:
    """One array of objects, one object a line."""

    def __init__(self, path: Path, shape: Shape) -> None:
        self._file = path.open("wb")
        self._names = [column.name for column in shape.columns]
        self._columns = [as_json(column) for column in shape.columns]
        self._before = b"[\n"

    def add(self, rows: Rows) -> None:
        """See `RowFile.add`."""
        columns = zip(*rows, strict=True)
        cells = (write(values) for write, values in zip(self._columns, columns, strict=True))
        for values in zip(*cells, strict=True):
            self._file.write(self._before)
            self._file.write(_JSON.encode(dict(zip(self._names, values, strict=True))))
            self._before = b",\n"

    def end(self) -> None:
        """See `RowFile.end`."""
        self._file.write(b"[]\n" if self._before == b"[\n" else b"\n]\n")
        _end(self._file)

    def close(self) -> None:
        """See `RowFile.close`."""
        self._file.close()


class CardFile:
    """Contacts as vCards, one behind the other."""

    def __init__(self, path: Path, shape: Shape) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._names = [column.name for column in shape.columns]

    def add(self, rows: Rows) -> None:
        """See `RowFile.add`."""
        for row in rows:
            values = dict(zip(self._names, row, strict=True))
            self._file.write(vcard.card({**values, "id": id_text(values["id"])}))

    def end(self) -> None:
        """See `RowFile.end`."""
        _end(self._file)

    def close(self) -> None:
        """See `RowFile.close`."""
        self._file.close()


def _end(file: IO[Any]) -> None:
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """A hidden folder beside ``out`` to write into, gone afterwards whatever happens.

    :raises OfficeFault: code 9025 when the disk is full, the folder is not there, or may not be written to.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".partial", dir=out.parent))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise OfficeFault(
            CANNOT_WRITE, f"{out} cannot be written: {error.strerror or error}. Nothing was left behind."
        ) from error


def put_in_place(made: Path, out: Path) -> None:
    """Make the finished file or folder stand at ``out``, in place of what stands there."""
    if made.is_dir() and out.exists():
        before = made.with_name("before")
        os.replace(out, before)
        try:
            os.replace(made, out)
        except OSError:
            os.replace(before, out)
            raise
    else:
        os.replace(made, out)
