"""The map of an import: which column of which file becomes which field of which record (R-039, R-153).

A map is a TOML file, see ``docs/imports.md``. `load_map` reads it and checks all of it against the schema before any
data file is opened; `map_check` does the checking.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, TypeAlias

from crm.changes.entity import Schema, Wire
from crm.errors import InvalidInput
from sync_server.imports.wanted import Copied, Reference, WantedRecord

BAD_MAP: Final = 1101
MAPS: Final = Path(__file__).resolve().parents[2] / "resources" / "import_maps"
"""The maps that come with the program."""

ANY: Final = "*"
"""Among the values of a cell: any cell that is not named."""

Setting: TypeAlias = int | str | bool


class MapRefused(InvalidInput):
    """A map cannot be used (1101); ``problems`` are all of its errors, a sentence with its place each."""

    def __init__(self, name: str, problems: tuple[str, ...]) -> None:
        listed = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(
            BAD_MAP, f"The map {name} cannot be used:\n{listed}", map=name, problems=len(problems)
        )
        self.problems = problems


@dataclass(frozen=True)
class Fixed:
    """The same value for every row: a stored value, a reference to a constant, or a copy from a named record."""

    value: Wire | Reference | Copied


@dataclass(frozen=True)
class Lookup:
    """The cell is looked up in the file with label ``file``: ``take`` of the row whose ``by`` is the cell.

    With ``last`` the newest of several rows by that column counts; without, several that differ are a problem.
    """

    file: str
    by: str
    take: str
    last: str | None = None


@dataclass(frozen=True)
class Cell:
    """The value stands in a column (several: the parts of a reference's key).

    ``default`` is read in place of an empty cell, or of a lookup that finds nothing. ``values`` translates cells to
    stored values; `ANY` stands for every other cell. ``digits`` is how many decimals a number is shifted by (money, thousandths, basis points). ``ref``
    is the table that the cell names a record of: by key, by its field ``match``, or by its id where ``match`` is ``id``.
    """

    columns: tuple[str, ...]
    lookup: Lookup | None = None
    default: str | None = None
    values: Mapping[str, Wire] | None = None
    digits: int | None = None
    ref: str | None = None
    match: str | None = None


@dataclass(frozen=True)
class Blank:
    """A place in a text for a cell: as it stands, written as a day, or what is looked up for it."""

    column: str
    is_day: bool = False
    lookup: Lookup | None = None


@dataclass(frozen=True)
class TextLine:
    """One line of a text: ``blanks`` stand between ``texts``, of which there is one more."""

    texts: tuple[str, ...]
    blanks: tuple[Blank, ...]


@dataclass(frozen=True)
class Template:
    """Text with cells in it. A line is left out when all of its cells are empty, the text when all cells are."""

    lines: tuple[TextLine, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it names."""
        return tuple(blank.column for line in self.lines for blank in line.blanks)

    @property
    def lookups(self) -> tuple[Lookup, ...]:
        """What it looks up."""
        return tuple(blank.lookup for line in self.lines for blank in line.blanks if blank.lookup is not None)


@dataclass(frozen=True)
class Count:
    """The place of the row among the rows of its document, from 1."""


Source: TypeAlias = Fixed | Cell | Template | Count


@dataclass(frozen=True)
class RecordMap:
    """One record that each row of a file makes.

    ``fields`` may name ``id`` and ``deleted`` besides the fields of the entity: the record's own id, and whether it was
    deleted. ``name`` tells records of one entity in one row apart; it is empty for the only one.
    """

    entity: str
    fields: Mapping[str, Source]
    match: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class PartOf:
    """The rows are parts of documents: the root row is in the file with label ``file``, its key in columns ``by``."""

    file: str
    by: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class FileMap:
    """One file or sheet of the map; equal to nothing but itself.

    ``label`` is how reports and other files of the map call it. ``encoding`` and ``separator`` are empty where they
    can be found out. A file without records is one to look up in, or to count. ``counted`` says whether its records are
    among those that the result of an import counts.
    """

    name: str
    label: str
    key: tuple[str, ...]
    sheet: str = ""
    ignore: tuple[str, ...] = ()
    repair: str = ""
    encoding: str = ""
    separator: str = ""
    counted: bool = True
    records: tuple[RecordMap, ...] = ()
    part_of: PartOf | None = None

    @property
    def is_workbook(self) -> bool:
        """Whether the name is that of an XLSX workbook."""
        return self.name.lower().endswith((".xlsx", ".xlsm"))

    @property
    def is_json(self) -> bool:
        """Whether the name is that of a file of JSON."""
        return self.name.lower().endswith(".json")

    @property
    def title(self) -> str:
        """The file as messages name it."""
        return f"{self.name}, sheet {self.sheet}" if self.sheet else self.name


@dataclass(frozen=True)
class ImportMap:
    """A whole map. ``files`` are in the order in which they are loaded: what others refer to comes first.

    ``name`` is the source under which keys are remembered. ``empty`` are the cells that mean no value, ``dates`` the
    strptime patterns, ``trim`` whether blanks around a cell are taken away. ``office`` are settings of the office.
    ``exact`` is for files that an export wrote: cells stand for what they hold, sign by sign.
    """

    name: str
    title: str
    files: tuple[FileMap, ...]
    constants: tuple[WantedRecord, ...] = ()
    office: Mapping[str, Setting] = field(default_factory=dict)
    empty: frozenset[str] = frozenset({""})
    decimal_mark: str = "."
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    currency: str = ""
    trim: bool = True
    exact: bool = False

    @cached_property
    def by_label(self) -> Mapping[str, FileMap]:
        """The files by their labels."""
        return {file.label: file for file in self.files}

    def parts_of(self, label: str) -> tuple[FileMap, ...]:
        """The files whose rows are parts of the documents in the file ``label``."""
        return tuple(file for file in self.files if file.part_of is not None and file.part_of.file == label)

    def used_columns(self, file: FileMap) -> tuple[str, ...]:
        """The columns of a file that the map reads, each once: key, fields, and what other files look up."""
        found = list(file.key)
        if file.part_of is not None:
            found += file.part_of.by
        for record in file.records:
            for source in record.fields.values():
                if isinstance(source, Cell | Template):
                    found += source.columns
        for lookup in self.lookups_in(file.label):
            found += [lookup.by, lookup.take, *([lookup.last] if lookup.last else [])]
        return tuple(dict.fromkeys(found))

    def lookups_in(self, label: str) -> tuple[Lookup, ...]:
        """What is looked up in the file ``label``, each once."""
        return tuple(
            dict.fromkeys(
                lookup for file in self.files for lookup in self.lookups_of(file) if lookup.file == label
            )
        )

    def lookups_of(self, file: FileMap) -> tuple[Lookup, ...]:
        """What the rows of ``file`` look up."""
        found: list[Lookup] = []
        for record in file.records:
            for source in record.fields.values():
                if isinstance(source, Cell) and source.lookup is not None:
                    found.append(source.lookup)
                elif isinstance(source, Template):
                    found += source.lookups
        return tuple(found)


def load_map(name_or_path: str | Path, schema: Schema) -> ImportMap:
    """The map of this name among those that come with the program, or in the TOML file at this path.

    A path is known by its ending ``.toml``.

    :raises MapRefused: code 1101, with everything that is wrong with it.
    """
    from sync_server.imports.map_check import read_map

    text = str(name_or_path)
    path = Path(text) if text.endswith(".toml") else MAPS / f"{text}.toml"
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        known = ", ".join(sorted(each.stem for each in MAPS.glob("*.toml"))) or "none"
        raise MapRefused(
            text,
            (f"There is no such map. It is a file that ends in .toml, or one of the program: {known}.",),
        ) from None
    except OSError as error:
        raise MapRefused(text, (f"The file cannot be read: {error.strerror}.",)) from error
    except UnicodeDecodeError as error:
        raise MapRefused(text, ("The file is not UTF-8 text.",)) from error
    except tomllib.TOMLDecodeError as error:
        raise MapRefused(text, (f"The file is not TOML: {error}.",)) from error
    return read_map(given, text, schema)
