"""Writes values as cells that `sync_server.imports.cells` reads back, sign by sign (R-098).

A text that a cell cannot hold as it is, or that a spreadsheet would take for something else, is spelled out as a text
of JSON, in double quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from crm.clock import instant_text
from crm.ids import id_text
from sync_server.imports.export_shape import INSTANT, Column
from sync_server.imports.xlsx_source import ERRORS

MOST_EXACT: Final = 10**15
"""Spreadsheets keep 15 digits of a number; larger ones are written as text."""
FIRST_SHEET_DAY: Final = "1900-03-01"
"""Earlier days are no dates of a workbook: its calendar has a 29th of February 1900."""

_RUNS: Final = re.compile(r"[=@\t\r]|[+-](?![0-9 ()/.-]*\Z)")
"""The beginning of what a spreadsheet may run. A number with its sign, such as a telephone number, is none."""
_LOST: Final = re.compile("\ufffd")
_NOT_IN_SHEETS: Final = re.compile("[\r\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")

Writing = Callable[[Sequence[Any]], Sequence[Any]]
"""Turns the values of a column into cells."""


def as_csv(column: Column) -> Writing:
    """Cells of CSV: texts, empty where there is no value."""
    if column.kind != "text":
        return _plain(column.kind)
    spells_empty = _spells_empty(column)

    def write(text: str | None) -> str:
        if not text:
            return '""' if text is not None and spells_empty else ""
        if text[0] == '"' or _RUNS.match(text) or "\ufffd" in text:
            return _spelled(text, _LOST)
        return text

    return lambda values: [write(value) for value in values]


def as_sheet(column: Column) -> Writing:
    """Cells of a workbook: texts, numbers, dates, true and false, None where there is no value."""
    if column.kind == "int":
        return lambda values: [
            value if value is None or -MOST_EXACT < value < MOST_EXACT else str(value) for value in values
        ]
    if column.kind == "flag":
        return lambda values: [None if value is None else bool(value) for value in values]
    if column.kind == "day":
        return lambda values: [
            date.fromisoformat(value) if value and value >= FIRST_SHEET_DAY else value for value in values
        ]
    if column.kind != "text":
        return _plain(column.kind, None)
    spells_empty = _spells_empty(column)

    def write(text: str | None) -> str | None:
        if not text:
            return '""' if text is not None and spells_empty else None
        if text[0] == '"' or text in ERRORS or _NOT_IN_SHEETS.search(text):
            return _spelled(text, _NOT_IN_SHEETS)
        return text

    return lambda values: [write(value) for value in values]


def as_json(column: Column) -> Writing:
    """Values of JSON: texts, numbers, true and false, null where there is no value."""
    if column.kind == "flag":
        return lambda values: [None if value is None else bool(value) for value in values]
    if column.kind in {"text", "int", "day"}:
        return lambda values: values
    return _plain(column.kind, None)


def _plain(kind: str, nothing: str | None = "") -> Writing:
    """Values that need no care: numbers, days, ids, bytes, instants."""
    form: Callable[[Any], Any]
    if kind == "id":
        form = id_text
    elif kind == "bytes":
        form = _hex
    elif kind == INSTANT:
        form = instant_text
    else:
        form = str

    def write(values: Sequence[Any]) -> Sequence[Any]:
        # Most columns say the same few things over and over.
        cells = {value: form(value) for value in set(values) if value is not None}
        return [cells.get(value, nothing) for value in values]

    return write


def _hex(value: bytes) -> str:
    return value.hex() or "0x"


def _spells_empty(column: Column) -> bool:
    """Whether an empty cell of the column would be read as something else than an empty text."""
    return column.field is not None and (column.field.nullable or not column.field.has_default)


def _spelled(text: str, hidden: re.Pattern[str]) -> str:
    return hidden.sub(lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(text, ensure_ascii=False))
