"""The first pass over the files of an import, and their rows in the order in which they are loaded.

with Survey(import_map, folder, SCHEMA) as survey:
    for file in survey.files:
        for root, parts in survey.documents(file):
            ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeAlias

from crm.changes.entity import Schema
from sync_server.imports.cells import CellProblem, Reading, moment
from sync_server.imports.convert import Converter, Keys
from sync_server.imports.maps import FileMap, ImportMap, Lookup
from sync_server.imports.places import Place, find_places, lookup_places
from sync_server.imports.raw import FileRefused, RawRow, Source
from sync_server.imports.scratch import Scratch, ScratchLookups
from sync_server.imports.sources import open_source
from sync_server.imports.wanted import KeyText, WantedRow

Document: TypeAlias = tuple[WantedRow | None, list[WantedRow]]
"""A row with the rows that are its parts; None where the file of the roots has no such row."""
Progress: TypeAlias = Callable[[str, int], None]
"""Told now and then which file (label) is read and how many rows were."""

ROWS_AT_ONCE: Final = 2000


@dataclass(frozen=True)
class SurveyedFile:
    """What the first pass found out about a file.

    ``columns`` is the header as it stands in the file, ``rows`` how many rows follow (damaged ones too).
    ``encoding`` and ``separator`` are empty for a sheet.
    """

    spec: FileMap
    path: Path
    columns: tuple[str, ...]
    rows: int
    encoding: str
    separator: str

    @property
    def label(self) -> str:
        """How reports call it."""
        return self.spec.label


class Survey:
    """Reads every file of a map once when it is entered, and gives their rows afterwards.

    ``where`` is a folder with the files of the map, or one of the files (see `sync_server.imports.places`). What must
    be remembered lies in a temporary database, which is gone when the survey is left. After it is entered,
    ``files`` are in the order in which they are loaded, and ``absent`` are the labels of files of the map that are
    not there, which only a folder of rejects and a single file allow. One thread at a time.

    :raises FileRefused: when entered; files cannot be read at all. All of them are told at once.
    :raises OfficeFault: code 9101, at any time; there is no room for temporary files.
    """

    def __init__(
        self, import_map: ImportMap, where: Path, schema: Schema, *, progress: Progress | None = None
    ) -> None:
        self.map = import_map
        self.files: tuple[SurveyedFile, ...] = ()
        self.absent: tuple[str, ...] = ()
        self._where = where
        self._schema = schema
        self._progress = progress
        self._numbers = {file.label: number for number, file in enumerate(import_map.files)}
        self._sources: dict[str, Source] = {}
        self._converters: dict[str, Converter] = {}
        self._lookups: dict[Lookup, int] = {}
        self._doubled: frozenset[int] = frozenset()

    def __enter__(self) -> Self:
        places = find_places(self.map, self._where)
        beside = lookup_places(self.map, self._where, places)
        opened = self._open([*places, *beside])
        self.absent = tuple(
            file.label for file in self.map.files if all(place.file is not file for place in places)
        )
        self._scratch = Scratch()
        try:
            for file in self.map.files:
                for lookup in self.map.lookups_in(file.label):
                    self._lookups[lookup] = len(self._lookups)
            for place in beside:
                for rows in self._batches(place.file, opened[place]):
                    self._note_lookups(place.file, opened[place].columns, rows)
            counts = {
                place.file.label: self._first_pass(place.file, opened[place])
                for place in places
                if place.file.part_of is None
            }
            self._scratch.end_keys()
            counts |= {
                place.file.label: self._first_pass(place.file, opened[place])
                for place in places
                if place.file.part_of is not None
            }
            self._scratch.end_parts()
            self._doubled = self._scratch.doubled_files()
        except BaseException:
            self._scratch.close()
            raise
        lookups = ScratchLookups(self._scratch, self._lookups)
        surveyed = []
        for place in places:
            file, source = place.file, opened[place]
            self._sources[file.label] = source
            self._converters[file.label] = Converter(self.map, file, source.columns, self._schema, lookups)
            surveyed.append(
                SurveyedFile(
                    file, place.path, source.columns, counts[file.label], source.encoding, source.separator
                )
            )
        self.files = tuple(surveyed)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scratch.close()

    def documents(self, file: SurveyedFile) -> Iterator[Document]:
        """The rows of a file in order, each with its parts; parts without a root come last, by document.

        A file whose rows are parts is given with the file of its roots, and is empty here unless that is absent.
        """
        if file.spec.part_of is not None:
            if file.spec.part_of.file in self.absent:
                yield from self._orphans(self._numbers[file.spec.part_of.file])
            return
        number = self._numbers[file.label]
        converter = self._converters[file.label]
        has_parts = any(part.label in self._sources for part in self.map.parts_of(file.label))
        for raw in self._sources[file.label].rows():
            row = converter.convert(raw)
            first = self._first_line(number, row, raw)
            if first is not None:
                row = converter.convert(raw, problem=_same_key(first))
            stands = first is None and row.key and has_parts
            if stands and raw.problem:
                stands = self._scratch.line_of(number, row.key) == raw.line
            yield row, self._parts(number, row.key) if stands else []
        if has_parts:
            yield from self._orphans(number)

    def rows(self, file: SurveyedFile) -> Iterator[WantedRow]:
        """The rows of `documents`, roots before their parts."""
        for root, parts in self.documents(file):
            if root is not None:
                yield root
            yield from parts

    # -- the first pass

    def _open(self, places: Sequence[Place]) -> dict[Place, Source]:
        """All files with their headers checked.

        :raises FileRefused: what is wrong with all of them.
        """
        opened: dict[Place, Source] = {}
        refused: list[FileRefused] = []
        for place in places:
            try:
                opened[place] = open_source(self.map, place.file, place.path)
            except FileRefused as error:
                refused.append(error)
        if len(refused) == 1:
            raise refused[0]
        if refused:
            lines = [f"\n  {error.message}" for error in refused]
            raise FileRefused(f"{len(refused)} files cannot be read", lines)
        return opened

    def _batches(self, file: FileMap, source: Source) -> Iterator[list[RawRow]]:
        """The rows of a file, many at once, with progress told."""
        rows = source.rows()
        count = 0
        while batch := list(islice(rows, ROWS_AT_ONCE)):
            yield batch
            count += len(batch)
            if self._progress is not None:
                self._progress(file.label, count)

    def _first_pass(self, file: FileMap, source: Source) -> int:
        """Remember what must be known before the first row is loaded. Returns the number of rows."""
        number = self._numbers[file.label]
        keys = Keys(self.map, file.key, source.columns)
        sorter = _Sorter(self, file, source.columns) if file.part_of is not None else None
        add_keys = self._scratch.add_keys if sorter is None else self._scratch.add_part_keys
        count = 0
        for rows in self._batches(file, source):
            count += len(rows)
            if file.key:
                add_keys(number, _keys_of(rows, keys))
            if sorter is not None:
                sorter.add(rows)
            self._note_lookups(file, source.columns, rows)
        return count

    def _note_lookups(self, file: FileMap, columns: Sequence[str], rows: Sequence[RawRow]) -> None:
        reading = Reading.of(self.map, is_sheet=file.is_workbook)
        for lookup in self.map.lookups_in(file.label):
            by, take = columns.index(lookup.by), columns.index(lookup.take)
            last = columns.index(lookup.last) if lookup.last else None
            self._scratch.add_lookup(
                self._lookups[lookup],
                [
                    (
                        cell,
                        row.cells[take],
                        "" if last is None else moment(reading.clean(row.cells[last]), reading),
                    )
                    for row in rows
                    if not row.problem and (cell := reading.clean(row.cells[by]))
                ],
            )

    # -- afterwards

    def _first_line(self, number: int, row: WantedRow, raw: RawRow) -> int | None:
        """The line of an earlier row with the same key."""
        if number not in self._doubled or raw.problem or not row.key:
            return None
        first = self._scratch.first_line(number, row.key)
        return first if first != row.line else None

    def _parts(self, root: int, document: KeyText) -> list[WantedRow]:
        """The parts of a document, counted file by file."""
        found: list[WantedRow] = []
        counts: dict[int, int] = {}
        for number, raw in self._scratch.parts(root, document):
            counts[number] = counts.get(number, 0) + 1
            converter = self._converters[self.map.files[number].label]
            row = converter.convert(raw, document=document, number=counts[number])
            first = self._first_line(number, row, raw)
            if first is not None:
                row = converter.convert(raw, problem=_same_key(first), document=document)
            found.append(row)
        return found

    def _orphans(self, root: int) -> Iterator[Document]:
        for document in self._scratch.orphans(root):
            yield None, self._parts(root, document)


class _Sorter:
    """Lays the rows of one file of parts into the scratch database by their documents.

    A row whose document cannot be told, because it is damaged, goes to the document of the row before it: lines of a
    document mostly stand together, and a document with a line too many is looked at before it is imported.
    """

    def __init__(self, survey: Survey, file: FileMap, columns: Sequence[str]) -> None:
        assert file.part_of is not None
        self._scratch = survey._scratch
        self._number = survey._numbers[file.label]
        self._root = survey._numbers[file.part_of.file]
        self._document = Keys(survey.map, file.part_of.by, columns)
        self._before: KeyText = ""

    def add(self, rows: Sequence[RawRow]) -> None:
        """The next rows of the file."""
        self._scratch.add_parts(self._root, self._number, [(self._document_of(row), row) for row in rows])

    def _document_of(self, row: RawRow) -> KeyText:
        found = self._document.guess(row.cells)
        if not found or (row.problem and not self._scratch.has_key(self._root, found)):
            return self._before
        self._before = found
        return found


def _keys_of(rows: Sequence[RawRow], keys: Keys) -> Iterator[tuple[KeyText, int, bool]]:
    """The keys of rows with their lines; whether they are sure."""
    for row in rows:
        if row.problem:
            if guess := keys.guess(row.cells):
                yield guess, row.line, False
            continue
        try:
            yield keys(row.cells), row.line, True
        except CellProblem:
            continue


def _same_key(line: int) -> str:
    return f"the row in line {line} has the same key"
