"""What an import must remember and memory cannot hold: keys, parts of documents, and what is looked up.

It lies in a temporary database that SQLite itself removes when it is closed, or when the process dies.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple, ParamSpec, TypeVar

import msgspec

from crm.errors import OfficeFault
from sync_server.imports.cells import CellProblem, shorten
from sync_server.imports.maps import Lookup
from sync_server.imports.raw import RawRow
from sync_server.imports.wanted import KeyText

P = ParamSpec("P")
T = TypeVar("T")

NO_SCRATCH: Final = 9101
MAX_REMEMBERED: Final = 5000
CACHE_KB: Final = 16_384

_ROW: Final = msgspec.msgpack.Encoder()
_BACK: Final = msgspec.msgpack.Decoder(tuple[int, tuple[str, ...], str, str])
_TABLES: Final = """
CREATE TABLE row_key (file INTEGER, key TEXT, line INTEGER, sure INTEGER);
CREATE TABLE part_key (file INTEGER, key TEXT, line INTEGER);
CREATE TABLE part (root INTEGER, document TEXT, file INTEGER, line INTEGER, body BLOB);
CREATE TABLE looked_up (lookup INTEGER, cell TEXT, take TEXT, last, differs INTEGER,
                        PRIMARY KEY (lookup, cell)) WITHOUT ROWID;
"""
_INDEX_KEYS: Final = """
CREATE INDEX row_key_file ON row_key (file, key, sure, line);
"""
_INDEX_PARTS: Final = """
CREATE INDEX part_document ON part (root, document);
CREATE TABLE doubled (file INTEGER, key TEXT, first INTEGER, PRIMARY KEY (file, key)) WITHOUT ROWID;
INSERT INTO doubled
    SELECT file, key, MIN(line) FROM row_key WHERE sure = 1 GROUP BY file, key HAVING COUNT(*) > 1;
INSERT INTO doubled
    SELECT file, key, MIN(line) FROM part_key GROUP BY file, key HAVING COUNT(*) > 1;
DROP TABLE part_key;
"""


class Part(NamedTuple):
    """A row of a document as it was read: the number of its file, and the row."""

    file: int
    row: RawRow


class Scratch:
    """The temporary database of one import. Files and lookups are told apart by numbers that the caller gives.

    Order of calls: `add_keys`, `end_keys`, `add_part_keys` and `add_parts`, `end_parts`, the rest.

    :raises OfficeFault: code 9101 from every call, when the disk is full or cannot be written.
    """

    def __init__(self) -> None:
        # The empty name: a file of its own in the folder for temporary files, already without a name there.
        self._base = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{CACHE_KB}"):
            self._base.execute(f"PRAGMA {pragma}")
        self._base.executescript(_TABLES)
        self._base.execute("BEGIN")

    def close(self) -> None:
        """Remove everything."""
        self._base.close()

    # -- keys

    def add_keys(self, file: int, keys: Iterable[tuple[KeyText, int, bool]]) -> None:
        """Remember keys with their lines; not ``sure``: the row is damaged and seems to have that key."""
        self._many(
            "INSERT INTO row_key VALUES (?,?,?,?)", ((file, key, line, sure) for key, line, sure in keys)
        )

    def end_keys(self) -> None:
        """All keys of files that are no parts are there."""
        self._script(_INDEX_KEYS)

    def add_part_keys(self, file: int, keys: Iterable[tuple[KeyText, int, bool]]) -> None:
        """Remember keys of parts; those that are not sure are passed over."""
        self._many(
            "INSERT INTO part_key VALUES (?,?,?)", ((file, key, line) for key, line, sure in keys if sure)
        )

    def has_key(self, file: int, key: KeyText) -> bool:
        """Whether any row of a file has, or seems to have, the key."""
        return bool(self._rows("SELECT 1 FROM row_key WHERE file=? AND key=? LIMIT 1", file, key))

    def line_of(self, file: int, key: KeyText) -> int | None:
        """The line of the row that stands for a key: the first that has it, or else that seems to have it."""
        found = self._rows(
            "SELECT line FROM row_key WHERE file=? AND key=? ORDER BY sure DESC, line LIMIT 1", file, key
        )
        return found[0][0] if found else None

    def doubled_files(self) -> frozenset[int]:
        """The files in which two rows have one key."""
        return frozenset(file for (file,) in self._rows("SELECT DISTINCT file FROM doubled"))

    def first_line(self, file: int, key: KeyText) -> int | None:
        """The first line of a key that several rows have."""
        found = self._rows("SELECT first FROM doubled WHERE file=? AND key=?", file, key)
        return found[0][0] if found else None

    # -- parts of documents

    def add_parts(self, root: int, file: int, rows: Iterable[tuple[KeyText, RawRow]]) -> None:
        """Remember rows of ``file`` by the document of file ``root`` that they belong to."""
        self._many(
            "INSERT INTO part VALUES (?,?,?,?,?)",
            ((root, document, file, row.line, _ROW.encode(row)) for document, row in rows),
        )

    def end_parts(self) -> None:
        """All parts and all keys are there."""
        self._script(_INDEX_PARTS)

    def parts(self, root: int, document: KeyText) -> list[Part]:
        """The rows of a document, file by file in the order of their lines."""
        return [
            Part(file, RawRow(*_BACK.decode(body)))
            for file, body in self._rows(
                "SELECT file, body FROM part WHERE root=? AND document=? ORDER BY file, line", root, document
            )
        ]

    def orphans(self, root: int) -> Iterator[KeyText]:
        """The documents that no row of file ``root`` stands for."""
        last: KeyText | None = None
        while True:
            found = self._rows(
                "SELECT document FROM part WHERE root=? AND (? IS NULL OR document > ?) AND NOT EXISTS "
                "(SELECT 1 FROM row_key WHERE file=root AND key=document) ORDER BY document LIMIT 1",
                root,
                last,
                last,
            )
            if not found:
                return
            last = found[0][0]
            yield last

    # -- lookups

    def add_lookup(self, lookup: int, rows: Iterable[tuple[str, str, str | float]]) -> None:
        """Remember (cell, what is taken, by what the newest is told) of rows in the order of the file.

        Of equally new ones the later row counts.
        """
        self._many(
            "INSERT INTO looked_up VALUES (?,?,?,?,0) ON CONFLICT DO UPDATE SET "
            "differs = CASE WHEN excluded.last > last THEN 0 WHEN excluded.last = last AND excluded.take <> take "
            "THEN 1 ELSE differs END, "
            "take = CASE WHEN excluded.last >= last THEN excluded.take ELSE take END, "
            "last = MAX(last, excluded.last)",
            ((lookup, cell, take, last) for cell, take, last in rows),
        )

    def look_up(self, lookup: int, cell: str) -> tuple[str, bool] | None:
        """What is taken for a cell, and whether rows that are equally new differ; None when there is no row."""
        found = self._rows("SELECT take, differs FROM looked_up WHERE lookup=? AND cell=?", lookup, cell)
        return (found[0][0], bool(found[0][1])) if found else None

    # -- SQLite

    def _many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        _guarded(self._base.executemany, statement, rows)

    def _script(self, script: str) -> None:
        for statement in script.split(";"):
            _guarded(self._base.execute, statement)

    def _rows(self, statement: str, *values: Any) -> list[Any]:
        return _guarded(self._fetch, statement, values)

    def _fetch(self, statement: str, values: Sequence[Any]) -> list[Any]:
        return self._base.execute(statement, values).fetchall()


def _guarded(call: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    try:
        return call(*given, **named)
    except sqlite3.OperationalError as error:
        raise OfficeFault(
            NO_SCRATCH, f"The folder for temporary files cannot be used ({error}). Nothing more was imported."
        ) from error


class ScratchLookups:
    """Answers lookups from the scratch database, and remembers some answers."""

    def __init__(self, scratch: Scratch, numbers: dict[Lookup, int]) -> None:
        self._scratch = scratch
        self._numbers = numbers
        self._known: dict[tuple[Lookup, str], tuple[str, bool] | None] = {}

    def find(self, lookup: Lookup, cell: str) -> str | None:
        """See `sync_server.imports.convert.Lookups`."""
        asked = lookup, cell
        if asked not in self._known:
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            self._known[asked] = self._scratch.look_up(self._numbers[lookup], cell)
        found = self._known[asked]
        if found is None:
            return None
        if found[1] and lookup.last is None:
            raise CellProblem(
                f'several rows of {lookup.file} have "{shorten(cell)}" as their {lookup.by}, and differ'
            )
        return found[0]
