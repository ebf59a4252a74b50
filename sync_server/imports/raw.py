"""What every kind of file is read into: rows of cells with their lines, and a header that was looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from crm.errors import InvalidInput

BAD_FILE: Final = 1102


class FileRefused(InvalidInput):
    """A file cannot be read at all (1102); ``problems`` are the reasons, a sentence each."""

    def __init__(self, file: str, problems: Sequence[str]) -> None:
        super().__init__(BAD_FILE, f"{file}: {' '.join(problems)}", file=file, problems=len(problems))
        self.file = file
        self.problems = tuple(problems)


class RawRow(NamedTuple):
    """A row as it was read.

    ``line`` counts from 1: the line of the row's first character, or the row of the sheet. ``cells`` are as many as
    there are columns, unless ``problem`` says why they are not. ``repaired`` says what was mended, or is empty.
    """

    line: int
    cells: tuple[str, ...]
    repaired: str = ""
    problem: str = ""


class Source(Protocol):
    """An open file or sheet whose header fits the map.

    ``columns`` is the header without blanks around the names. ``encoding`` and ``separator`` are empty for a sheet.
    """

    columns: tuple[str, ...]
    encoding: str
    separator: str

    def rows(self) -> Iterator[RawRow]:
        """Every row below the header that is not blank, from the beginning at each call."""


@dataclass(frozen=True)
class Expected:
    """What a header is compared with: the ``title`` of the file in messages, the columns that the map uses, and
    those that it passes over."""

    title: str
    used: tuple[str, ...]
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class Header:
    """The ``columns`` of a file, and how many cells without a name follow them (``surplus``)."""

    columns: tuple[str, ...]
    surplus: int


def check_header(cells: Sequence[str], expected: Expected, merged: frozenset[int] = frozenset()) -> Header:
    """The header in ``cells``. ``merged`` are places (from 0) that a merged cell covers.

    :raises FileRefused: code 1102 with every column that is missing, doubled, unknown or without a name.
    """
    names = [cell.strip().removeprefix("\ufeff") for cell in cells]
    size = len(names)
    while size and not names[size - 1] and size - 1 not in merged:
        size -= 1
    surplus = len(names) - size
    del names[size:]
    problems: list[str] = []
    unnamed = [letter(place) for place, name in enumerate(names) if not name]
    counted = Counter(name for name in names if name)
    doubled = [name for name, count in counted.items() if count > 1]
    known = {*expected.used, *expected.ignored}
    missing = [name for name in expected.used if name not in counted]
    unknown = [name for name in counted if name not in known]
    if unnamed:
        problems.append(f"Columns without a name: {_list(unnamed)}.")
    if not counted:
        problems.append("There is no header.")
    elif missing and len(missing) == len(expected.used):
        problems.append(
            f"This is not the expected table: none of its columns {_list(expected.used)} is in the header."
        )
    else:
        if missing:
            problems.append(f"Columns that are missing: {_list(missing)}.")
        if doubled:
            problems.append(f"Columns that are there more than once: {_list(doubled)}.")
        if unknown:
            problems.append(f"Columns that the map does not name: {_list(unknown)}.")
    if problems:
        raise FileRefused(expected.title, problems)
    return Header(tuple(names), surplus)


def wrong_width(found: int, expected: int) -> str:
    """The problem of a row with too few or too many cells."""
    return f"the row has {found} {'cell' if found == 1 else 'cells'}, the header {expected}"


REPEATS_HEADER: Final = "the row repeats the header"


def letter(place: int) -> str:
    """The letter that a spreadsheet gives to the column at ``place``, from 0: ``A``, …, ``Z``, ``AA``."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(names[:20])
    return f"{shown} and {len(names) - 20} more" if len(names) > 20 else shown
