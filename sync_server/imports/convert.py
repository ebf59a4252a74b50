"""Turns rows of cells into what they want of the office, as the map says (R-039).

Each file of a map becomes one `Converter`: a list of small functions, made once. What a cell comes to is remembered
for a while, because most columns say the same few things over and over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from crm.changes.entity import Field, Schema
from sync_server.imports.cells import CellProblem, Reading, day, shorten, stored
from sync_server.imports.maps import (
    ANY,
    Blank,
    Cell,
    Count,
    FileMap,
    Fixed,
    ImportMap,
    Lookup,
    RecordMap,
    Source,
    Template,
)
from sync_server.imports.raw import RawRow
from sync_server.imports.wanted import DELETED, KeyText, Reference, Value, WantedRecord, WantedRow

MAX_REMEMBERED: Final = 5000
"""So many cells of a column are remembered at most; memory does not grow with the file."""
LONGEST_REMEMBERED: Final = 500
KEY_SIGN: Final = "\x1f"
"""Stands between the cells of a key of several columns; no cell of a key may hold a control character."""

Cells: TypeAlias = Sequence[str]

_CONTROL: Final = re.compile(r"[\x00-\x1f]")


class Lookups(Protocol):
    """Answers what the map looks up in other files."""

    def find(self, lookup: Lookup, cell: str) -> str | None:
        """The cell that was taken from the row, or None when there is no such row.

        :raises CellProblem: several rows that differ fit.
        """


def key_text(cells: Sequence[str]) -> KeyText:
    """The key that cells make: the cell itself, or several joined so that no two keys are alike.

    :raises CellProblem: a cell holds a control character, which no key may.
    """
    for cell in cells:
        if not cell.isprintable() and _CONTROL.search(cell):
            raise CellProblem(f'"{shorten(cell)}" cannot be a key: it holds a control character')
    return cells[0] if len(cells) == 1 else KEY_SIGN.join(cells)


class Keys:
    """Reads a key out of rows: the key of the row itself, or the one that names its document."""

    def __init__(self, import_map: ImportMap, names: Sequence[str], columns: Sequence[str]) -> None:
        self._reading = Reading.of(import_map)
        self._names = ", ".join(names)
        self._places = tuple(columns.index(name) for name in names)

    def __call__(self, cells: Cells) -> KeyText:
        """The key; empty where a file has no key columns.

        :raises CellProblem: the key is empty, or is none.
        """
        # Every row of every file comes by here, up to four times: no calls that can be done without.
        trim, empty = self._reading.trim, self._reading.empty
        found = []
        for place in self._places:
            cell = cells[place]
            if trim:
                cell = cell.strip()
            found.append("" if cell in empty else cell)
        try:
            key = key_text(found)
        except CellProblem as problem:
            raise CellProblem(f"{self._names}: {problem}") from None
        if not any(found) and found:
            raise CellProblem(f"{self._names}: the key is empty")
        return key

    def guess(self, cells: Cells) -> KeyText:
        """The key that a row which cannot be read seems to have; empty when nothing stands in its place."""
        try:
            return self(cells)
        except (CellProblem, IndexError):
            return ""


class Converter:
    """Converts the rows of one file.

    ``columns`` is the header as it stands in the file.
    """

    def __init__(
        self,
        import_map: ImportMap,
        file: FileMap,
        columns: Sequence[str],
        schema: Schema,
        lookups: Lookups,
    ) -> None:
        self._file = file
        self.key = Keys(import_map, file.key, columns)
        self.document = Keys(import_map, file.part_of.by if file.part_of else (), columns)
        compiler = _Compiler(Reading.of(import_map, is_sheet=file.is_workbook), columns, lookups)
        self._records = tuple(compiler.record(record, schema) for record in file.records)

    def convert(
        self, raw: RawRow, *, problem: str = "", document: KeyText = "", number: int = 0
    ) -> WantedRow:
        """What a row wants.

        ``problem`` is something that is wrong with the row beside what was read, ``document`` the key of its document,
        ``number`` its place there. A row with any problem wants no records.
        """
        line, cells, repaired, damage = raw
        if damage:
            key = self.key.guess(cells)
            return WantedRow(self._file.label, line, cells, key, (), "", damage, document)
        key = ""
        try:
            key = self.key(cells)
            records = tuple([record.make(cells, key, number) for record in self._records])
        except CellProblem:
            records = ()
            problem = "; ".join(filter(None, [problem, *self._problems(cells)]))
        if problem:
            return WantedRow(self._file.label, line, cells, key, (), repaired, problem, document)
        return WantedRow(self._file.label, line, cells, key, records, repaired, "", document)

    def _problems(self, cells: Cells) -> list[str]:
        """Everything that is wrong with a row, each once."""
        found: list[str] = []
        try:
            self.key(cells)
        except CellProblem as problem:
            found.append(str(problem))
        for record in self._records:
            found += record.problems(cells)
        return list(dict.fromkeys(found))


@dataclass(frozen=True)
class _Record:
    """One record of each row: what is the same everywhere, and functions for the rest.

    ``singles`` are (field, place of the cell, what its cells come to), ``others`` need several cells.
    """

    entity: str
    suffix: str
    match: tuple[str, ...]
    fixed: Mapping[str, Value]
    singles: tuple[tuple[str, int, _Remembered], ...]
    others: tuple[tuple[str, Callable[[Cells], Value]], ...]
    counted: tuple[str, ...]
    of_its_own: tuple[str, ...]

    def make(self, cells: Cells, key: KeyText, number: int) -> WantedRecord:
        """The record.

        :raises CellProblem: the first cell that is wrong.
        """
        values = dict(self.fixed)
        for name, place, remembered in self.singles:
            values[name] = remembered[cells[place]]
        for name, function in self.others:
            values[name] = function(cells)
        for name in self.counted:
            values[name] = number
        own = {name: values.pop(name) for name in self.of_its_own}
        row_id = own.get("id")
        return WantedRecord(
            self.entity,
            key + self.suffix,
            values,
            self.match,
            row_id if isinstance(row_id, bytes) else None,
            bool(own.get(DELETED.name)),
        )

    def problems(self, cells: Cells) -> list[str]:
        """Every cell that is wrong."""
        found = []
        for _name, place, remembered in self.singles:
            try:
                remembered[cells[place]]
            except CellProblem as problem:
                found.append(str(problem))
        for _name, function in self.others:
            try:
                function(cells)
            except CellProblem as problem:
                found.append(str(problem))
        return found


class _Remembered(dict[str, Value]):
    """What cells of one column come to."""

    def __init__(self, function: Callable[[str], Value]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, cell: str) -> Value:
        if len(cell) > LONGEST_REMEMBERED:
            return self._function(cell)
        if len(self) >= MAX_REMEMBERED:
            self.clear()
        value = self[cell] = self._function(cell)
        return value


class _Compiler:
    """Makes the functions of one file."""

    def __init__(self, reading: Reading, columns: Sequence[str], lookups: Lookups) -> None:
        self._reading = reading
        self._places = {name: place for place, name in enumerate(columns)}
        self._lookups = lookups

    def record(self, record: RecordMap, schema: Schema) -> _Record:
        """The record of each row."""
        entity = schema[record.entity]
        fixed: dict[str, Value] = {}
        singles: list[tuple[str, int, _Remembered]] = []
        others: list[tuple[str, Callable[[Cells], Value]]] = []
        counted: list[str] = []
        for name, source in record.fields.items():
            item = DELETED if name == DELETED.name else entity.fields.get(name)
            needs = f"{record.entity}.{name}"
            if isinstance(source, Fixed):
                fixed[name] = source.value
            elif isinstance(source, Count):
                counted.append(name)
            elif isinstance(source, Cell) and len(source.columns) == 1:
                function = self._cell(source, item, schema, needs)
                singles.append((name, self._places[source.columns[0]], _Remembered(function)))
            else:
                others.append((name, self._several(source, item, needs)))
        return _Record(
            record.entity,
            f"{KEY_SIGN}{KEY_SIGN}{record.name}" if record.name else "",
            record.match,
            fixed,
            tuple(singles),
            tuple(others),
            tuple(counted),
            tuple(name for name in ("id", DELETED.name) if name in record.fields),
        )

    def _cell(self, source: Cell, item: Field | None, schema: Schema, needs: str) -> Callable[[str], Value]:
        """What the cells of one column come to."""
        reading, lookups = self._reading, self._lookups
        column, default, lookup = source.columns[0], source.default, source.lookup
        finish = self._finish(source, item, schema)

        def read(cell: str) -> Value:
            try:
                literal = reading.literal(cell)
                if literal is not None:
                    return finish(literal)
            except CellProblem as problem:
                raise CellProblem(f"{column}: {problem}") from None
            text = reading.clean(cell)
            if not text and default is None:
                return _empty(item, column, needs)
            try:
                if text and lookup is not None:
                    found = lookups.find(lookup, text)
                    if found is None and default is None:
                        raise CellProblem(f'no row of {lookup.file} has "{shorten(text)}" as its {lookup.by}')
                    text = reading.clean(found or "")
                text = text or default or ""
                if text:
                    return finish(text)
            except CellProblem as problem:
                raise CellProblem(f"{column}: {problem}") from None
            if default is not None and item is not None and item.kind == "text":
                return ""
            return _empty(item, column, needs)

        return read

    def _finish(self, source: Cell, item: Field | None, schema: Schema) -> Callable[[str], Value]:
        """What a cell that is not empty comes to."""
        reading, values, digits, ref = self._reading, source.values, source.digits, source.ref
        if ref is not None:
            table = ref
            if source.match is None:
                return lambda text: Reference(table, key=key_text([text]))
            match = source.match
            if match == "id":
                return lambda text: Reference(table, text, ("id", stored(None, text, reading)))
            other = schema[table].fields[match]
            return lambda text: Reference(table, match=(match, stored(other, text, reading)))
        if values is not None:
            table_of_values = values

            def translate(text: str) -> Value:
                if text in table_of_values:
                    return table_of_values[text]
                if ANY in table_of_values:
                    return table_of_values[ANY]
                known = ", ".join(list(table_of_values)[:12])
                raise CellProblem(f'"{shorten(text)}" is none of the values of the map ({known})')

            return translate
        return lambda text: stored(item, text, reading, digits)

    def _text(self, source: Template, item: Field | None, needs: str) -> Callable[[Cells], Value]:
        """What the cells of a text with places for them come to, line by line."""
        reading, lookups, columns = self._reading, self._lookups, ", ".join(source.columns)
        lines = [
            (line.texts, [(self._places[blank.column], blank) for blank in line.blanks])
            for line in source.lines
        ]

        def fill(cells: Cells) -> Value:
            made: list[str] = []
            is_empty = True
            try:
                for texts, blanks in lines:
                    found = [
                        _shown(reading.clean(cells[place]), blank, reading, lookups)
                        for place, blank in blanks
                    ]
                    is_empty = is_empty and not any(found)
                    if any(found) or not found:
                        filled = texts[0] + "".join(a + b for a, b in zip(found, texts[1:], strict=True))
                        made.append(filled.strip())
                if not is_empty:
                    return stored(item, "\n".join(made), reading)
            except CellProblem as problem:
                raise CellProblem(f"{columns}: {problem}") from None
            return _empty(item, columns, needs)

        return fill

    def _several(self, source: Source, item: Field | None, needs: str) -> Callable[[Cells], Value]:
        """What several cells of a row come to: a text with cells in it, or a key of several columns."""
        reading = self._reading
        if isinstance(source, Template):
            return self._text(source, item, needs)
        assert isinstance(source, Cell)
        cell = source
        table = str(cell.ref)
        places = [self._places[name] for name in cell.columns]

        def name_record(cells: Cells) -> Value:
            found = [reading.clean(cells[place]) for place in places]
            if not any(found):
                return _empty(item, ", ".join(cell.columns), needs)
            try:
                return Reference(table, key=key_text(found))
            except CellProblem as problem:
                raise CellProblem(f"{', '.join(cell.columns)}: {problem}") from None

        return name_record


def _shown(text: str, blank: Blank, reading: Reading, lookups: Lookups) -> str:
    """A cell as it stands in a text; one that is empty stays empty.

    :raises CellProblem: it is no day, or nothing is found for it.
    """
    if not text:
        return ""
    if blank.lookup is not None:
        found = lookups.find(blank.lookup, text)
        if found is None:
            raise CellProblem(f'no row of {blank.lookup.file} has "{shorten(text)}" as its {blank.lookup.by}')
        text = reading.clean(found)
    return day(text, reading.dates) if blank.is_day and text else text


def _empty(item: Field | None, column: str, needs: str) -> Value:
    """The value of an empty cell: nothing, an empty text, or what a new record would have.

    :raises CellProblem: the field must have a value.
    """
    if item is not None:
        if item.nullable:
            return None
        if item.has_default:
            return "" if item.kind == "text" else item.default
    raise CellProblem(f"{column}: the cell is empty, and {needs} must have a value")
