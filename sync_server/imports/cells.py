"""What the text of one cell means, by the kind of the field it is for. Nothing is rounded, nothing is guessed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from crm.changes.entity import Field, Wire
from crm.errors import InvalidInput
from crm.ids import parse_id
from sync_server.imports.maps import ImportMap

SHOWN: Final = 60
MAX_NUMBER_SIGNS: Final = 40
SHEET_DATES: Final = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S")
"""How dates of a sheet are read, see `sync_server.imports.xlsx_source`."""
LITERAL: Final = '"'
"""Begins a cell that spells out a text, see `Reading.literal`."""
FLAGS: Final = {"1": 1, "true": 1, "yes": 1, "0": 0, "false": 0, "no": 0}

_SAMPLE: Final = datetime(1998, 2, 21, 14, 30)  # noqa: DTZ001 - shows how a date is written


class CellProblem(Exception):
    """A cell cannot be imported; the text is a sentence for people."""


@dataclass(frozen=True)
class Reading:
    """How the cells of a map are read. ``exact``: a cell that begins with a double quote is a text of JSON."""

    empty: frozenset[str]
    trim: bool
    decimal_mark: str
    dates: tuple[str, ...]
    exact: bool = False

    @classmethod
    def of(cls, import_map: ImportMap, *, is_sheet: bool = False) -> Self:
        """What a map says; a sheet's own form of dates is understood beside it."""
        dates = import_map.dates
        if is_sheet:
            dates = tuple(dict.fromkeys((*dates, *SHEET_DATES)))
        return cls(import_map.empty, import_map.trim, import_map.decimal_mark, dates, import_map.exact)

    def clean(self, cell: str) -> str:
        """The cell without blanks around it, where the map says so; empty when the map takes it for no value."""
        text = cell.strip() if self.trim else cell
        return "" if text in self.empty else text

    def literal(self, cell: str) -> str | None:
        """The text that a cell spells out, which may be empty; None for every other cell.

        :raises CellProblem: it begins as one, and is none.
        """
        if not self.exact or cell[:1] != LITERAL:
            return None
        try:
            found = json.loads(cell)
        except ValueError:
            found = None
        if not isinstance(found, str):
            raise CellProblem(f"{shorten(cell)} begins with a double quote and is no text of JSON")
        return found


def stored(item: Field | None, text: str, reading: Reading, digits: int | None = None) -> Wire:
    """The value of a cell that is not empty, as it is stored. No field: the id of a record.

    ``digits`` is how many decimals a number is shifted by.

    :raises CellProblem: the text is no such value.
    """
    kind = "id" if item is None else item.kind
    value: Wire
    if kind == "text":
        value = text
    elif kind == "int":
        value = number(text, reading.decimal_mark, digits or 0)
    elif kind == "day":
        value = day(text, reading.dates)
    elif kind == "flag":
        if text.lower() not in FLAGS:
            raise CellProblem(f'"{shorten(text)}" is neither yes (1, true) nor no (0, false)')
        value = FLAGS[text.lower()]
    else:
        value = _bytes(text, kind)
    if item is None:
        return value
    try:
        return item.check(value)
    except InvalidInput:
        raise CellProblem(_why(item, text)) from None


def number(text: str, decimal_mark: str, digits: int) -> int:
    """A decimal number shifted by ``digits`` decimals, exactly: with 2 digits ``12.3`` is 1230.

    :raises CellProblem: it is none, has more decimals, or signs between its digits.
    """
    match = _NUMBERS[decimal_mark].fullmatch(text) if len(text) <= MAX_NUMBER_SIGNS else None
    if match is None:
        raise CellProblem(f'"{shorten(text)}" is not a number with "{decimal_mark}" as decimal mark')
    sign, whole, fraction = match.group(1), match.group(2), (match.group(3) or "").rstrip("0")
    if len(fraction) > digits:
        if digits == 0:
            raise CellProblem(f'"{text}" is not a whole number')
        raise CellProblem(f'"{text}" has more than {digits} decimals')
    return int(f"{sign}{whole}{fraction.ljust(digits, '0')}")


_NUMBERS: Final = {
    mark: re.compile(rf"([+-]?)(?=[0-9{mark}]*[0-9])([0-9]*)(?:[{mark}]([0-9]*))?") for mark in ".,"
}


def day(text: str, patterns: tuple[str, ...]) -> str:
    """A day as ``YYYY-MM-DD``; a time behind it is left out.

    :raises CellProblem: it fits none of the patterns, or there is no such day.
    """
    for pattern in patterns:
        try:
            return datetime.strptime(text, pattern).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    samples = " or ".join(_SAMPLE.strftime(pattern) for pattern in patterns)
    raise CellProblem(f'"{shorten(text)}" is no date; expected is one like {samples}')


def moment(text: str, reading: Reading) -> str | float:
    """What tells which of two cells is the later or greater: dates by time, numbers by size, the rest by letters."""
    for pattern in reading.dates:
        try:
            return datetime.strptime(text, pattern).isoformat()  # noqa: DTZ007 - only compared with its like
        except ValueError:
            continue
    try:
        return float(text.replace(reading.decimal_mark, "."))
    except ValueError:
        return text


def shorten(text: str) -> str:
    """A cell as sentences show it."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _bytes(text: str, kind: str) -> bytes:
    try:
        return parse_id(text) if kind == "id" else bytes.fromhex(text.removeprefix("0x"))
    except (InvalidInput, ValueError):
        form = "an id of Roundsman" if kind == "id" else "bytes in hexadecimal digits"
        raise CellProblem(f'"{shorten(text)}" is not {form}') from None


def _why(item: Field, text: str) -> str:
    if item.kind == "text" and item.max_length is not None and len(text) > item.max_length:
        return f'"{shorten(text)}" has {len(text)} characters, {item.name} may have {item.max_length}'
    if item.kind == "text":
        return f'"{shorten(text)}" holds a control character'
    if item.kind == "int":
        return f'"{text}" is too large'
    return f'"{shorten(text)}" cannot be stored in {item.name}'
