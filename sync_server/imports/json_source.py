"""Reads JSON: an array of flat objects, one after another, however long it is (R-039)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from sync_server.imports.cells import LITERAL
from sync_server.imports.raw import Expected, FileRefused, RawRow, check_header

BLOCK_CHARS: Final = 1 << 18
MAX_OBJECT_CHARS: Final = 1 << 22
"""A text that begins an object and does not end it in so many signs is no table."""

_SPACE: Final = re.compile(r"[ \t\r\n]*")
NO_TABLE: Final = "This is no JSON array of objects"


class JsonSource:
    """A JSON file whose objects have the columns of the map; see `sync_server.imports.raw.Source`.

    The columns are those of the first object; later ones may lack some, which is no value. Numbers are written with
    ``decimal_mark``, true and false as 1 and 0, null is an empty cell. ``exact``: an empty text, and one that begins
    with a double quote, become cells that spell them out (see `sync_server.imports.cells.Reading`).

    :raises FileRefused: code 1102; also while rows are read, when the file is damaged farther down.
    """

    encoding = "utf-8"
    separator = ""

    def __init__(
        self, path: Path, expected: Expected, *, exact: bool = False, decimal_mark: str = "."
    ) -> None:
        self._path = path
        self._title = expected.title
        self._exact = exact
        self._decimal_mark = decimal_mark
        first = next(self._objects(), None)
        names = [*expected.used, *expected.ignored] if first is None else [name for name, _ in first[1]]
        self.columns = check_header(names, expected).columns

    def rows(self) -> Iterator[RawRow]:
        """See `Source.rows`.

        :raises FileRefused: code 1102 when the file is damaged there.
        """
        places = {name: place for place, name in enumerate(self.columns)}
        for line, members in self._objects():
            cells = [""] * len(places)
            problem = ""
            seen: set[str] = set()
            for name, value in members:
                place = places.get(name.strip())
                if place is None:
                    problem = problem or f"{name}: the first object has no such member"
                elif name in seen:
                    problem = problem or f"{name}: the object has it twice"
                elif isinstance(value, list | _Members):
                    problem = problem or f"{name}: a value within a value cannot be imported"
                else:
                    seen.add(name)
                    cells[place] = self._cell(value)
            yield RawRow(line, tuple(cells), "", problem)

    def _cell(self, value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "1" if value else "0"
        if isinstance(value, int):
            return str(value)
        if isinstance(value, Decimal):
            return format(value, "f").replace(".", self._decimal_mark)
        text = str(value)
        if self._exact and (not text or text[0] == LITERAL):
            return json.dumps(text, ensure_ascii=False)
        return text

    def _objects(self) -> Iterator[tuple[int, _Members]]:
        """Every object with the line in which it begins.

        Read in blocks; an object that goes on behind its block is read again with the next.
        """
        decoder = json.JSONDecoder(
            object_pairs_hook=_Members, parse_float=Decimal, parse_constant=_no_constant
        )
        line = 1
        text = ""
        try:
            with self._path.open(encoding="utf-8-sig", newline="") as file:
                text = file.read(BLOCK_CHARS)
                at = self._expect("[", text, 0)
                line += text.count("\n", 0, at)
                is_first = True
                while True:
                    try:
                        start, value, end = self._next(decoder, text, at, is_first=is_first)
                    except ValueError as error:
                        fresh = file.read(BLOCK_CHARS)
                        if not fresh or len(text) - at > MAX_OBJECT_CHARS:
                            sentence = f"{NO_TABLE}, or it is damaged: see line {line}."
                            raise FileRefused(self._title, [sentence]) from error
                        text, at = text[at:] + fresh, 0
                        continue
                    line += text.count("\n", at, start)
                    if value is None:
                        return
                    yield line, value
                    line += text.count("\n", start, end)
                    at, is_first = end, False
        except OSError as error:
            raise FileRefused(self._title, [f"The file cannot be read: {error.strerror}."]) from error
        except UnicodeDecodeError as error:
            raise FileRefused(self._title, ["The file is not UTF-8 text."]) from error

    def _next(
        self, decoder: json.JSONDecoder, text: str, at: int, *, is_first: bool
    ) -> tuple[int, _Members | None, int]:
        """Where the next object begins, the object or None at the end of the array, and where it ends.

        :raises ValueError: there is none, or not all of it.
        """
        start = _blank(text, at)
        if text.startswith("]", start):
            if text[start + 1 :].strip():
                raise FileRefused(self._title, [f"{NO_TABLE}: something stands behind its end."])
            return start, None, start + 1
        if not is_first:
            start = _blank(text, self._expect(",", text, start))
        if not text.startswith("{", start):
            raise ValueError
        value, end = decoder.raw_decode(text, start)
        return start, value, end

    def _expect(self, sign: str, text: str, at: int) -> int:
        at = _blank(text, at)
        if text.startswith(sign, at):
            return at + 1
        if at < len(text) or sign == "[":
            raise FileRefused(self._title, [f"{NO_TABLE}."])
        raise ValueError


class _Members(list[tuple[str, Any]]):
    """The members of an object in their order."""


def _blank(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    assert found is not None
    return found.end()


def _no_constant(text: str) -> Any:
    raise ValueError(text)
