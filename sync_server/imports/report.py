"""What became of the rows of an import: counts, a list of what was repaired or rejected, and the rejects as files.

Everything is written as it happens, into a folder of its own, so that memory does not grow with what is wrong.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, NamedTuple, Self

from crm.errors import InvalidInput
from sync_server.imports.load_plan import REJECTED, REPAIRED
from sync_server.imports.places import LOOKUPS, REPORT
from sync_server.imports.wanted import WantedRow

NO_ROOM: Final = 1122
SHOWN: Final = 20
_LIST: Final = ""


class Note(NamedTuple):
    """A row that was repaired or rejected, as the list has it."""

    file: str
    line: int
    outcome: str
    reason: str


class RejectFile(NamedTuple):
    """Where the rejected rows of a file go: a file ``name`` with the same ``columns``.

    ``lookups`` are the files in which its rows look something up; they are kept beside the rejects.
    """

    name: str
    columns: Sequence[str]
    lookups: tuple[Path, ...] = ()


class Report:
    """Collects what becomes of rows. Use as a context; `keep` puts the files where people want them."""

    def __init__(self, files: Mapping[str, RejectFile]) -> None:
        self._files = files
        self._open: dict[str, tuple[IO[str], Any]] = {}
        self.counts: dict[str, Counter[str]] = {}
        self._shown: dict[str, list[Note]] = {REJECTED: [], REPAIRED: []}
        self.noted = 0

    def __enter__(self) -> Self:
        self._scratch = tempfile.TemporaryDirectory(prefix="roundsman-import-")
        self._folder = Path(self._scratch.name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        self._scratch.cleanup()

    def row(self, row: WantedRow, outcome: str, reason: str) -> None:
        """See `sync_server.imports.load.Watch.row`."""
        counts = self.counts.setdefault(row.file, Counter())
        counts[outcome] += 1
        if row.repaired:
            counts[REPAIRED] += 1
            self._note(Note(row.file, row.line, REPAIRED, row.repaired))
        if outcome == REJECTED:
            self._note(Note(row.file, row.line, REJECTED, reason))
            file = self._files.get(row.file)
            if file is not None:
                self._writer(row.file, file.columns).writerow(row.cells)

    @property
    def notes(self) -> tuple[Note, ...]:
        """A few of the rows that were rejected or repaired, the rejected ones first; all of them are in the list."""
        return tuple([*self._shown[REJECTED], *self._shown[REPAIRED]][:SHOWN])

    def total(self, outcome: str) -> int:
        """How many rows of all files ended so."""
        return sum(counts[outcome] for counts in self.counts.values())

    def keep(self, folder: Path) -> list[Path]:
        """Put the files into ``folder`` and give their paths; those of an earlier import are replaced.

        Mended, the folder can be imported with the same map. Nothing is made when there is nothing to tell.
        """
        self._close()
        if (folder / REPORT).is_file():
            for name in (REPORT, *(file.name for file in self._files.values())):
                (folder / name).unlink(missing_ok=True)
        if not self.noted:
            return []
        folder.mkdir(parents=True, exist_ok=True)
        kept = [folder / REPORT]
        shutil.copyfile(self._path(_LIST), kept[0])
        for label, file in self._files.items():
            if self._path(label).exists():
                kept.append(folder / file.name)
                shutil.copyfile(self._path(label), kept[-1])
                for path in file.lookups:
                    copy = folder / LOOKUPS / path.name
                    if path.resolve() != copy.resolve():
                        copy.parent.mkdir(exist_ok=True)
                        shutil.copyfile(path, copy)
        return kept

    # -- steps

    def _note(self, note: Note) -> None:
        self.noted += 1
        shown = self._shown[note.outcome]
        if len(shown) < SHOWN:
            shown.append(note)
        self._writer(_LIST, Note._fields).writerow(note)

    def _path(self, label: str) -> Path:
        return self._folder / f"{label.encode().hex()}.csv"

    def _writer(self, label: str, columns: Iterable[str]) -> Any:
        if label not in self._open:
            # With a mark, so that spreadsheets see that it is UTF-8.
            file = self._path(label).open("w", encoding="utf-8-sig", newline="")
            self._open[label] = file, csv.writer(file, lineterminator="\n")
            self._open[label][1].writerow(columns)
        return self._open[label][1]

    def _close(self) -> None:
        for file, _writer in self._open.values():
            file.close()


def demand_room(folder: Path, files: Iterable[RejectFile]) -> None:
    """Nothing when rejects may be written into ``folder``.

    :raises InvalidInput: code 1122 when files of the same names lie there that are no rejects.
    """
    if not (folder / REPORT).is_file() and any((folder / file.name).exists() for file in files):
        raise InvalidInput(
            NO_ROOM,
            "The folder for rejects holds files of the same names; choose another. Nothing was imported.",
        )
