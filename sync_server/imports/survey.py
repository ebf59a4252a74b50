"""The first pass over the files of an import, and their rows in the order in which they are loaded.

with Survey(import_map, folder, SCHEMA) as survey:
    for file in survey.files:
        for root, parts in survey.documents(file):
            ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

from crm.changes.entity import Schema
from sync_server.imports.maps import FileMap, ImportMap
from sync_server.imports.wanted import WantedRow

Document: TypeAlias = tuple[WantedRow | None, list[WantedRow]]
"""A row with the rows that are its parts; None where the file of the roots has no such row."""
Progress: TypeAlias = Callable[[str, int], None]
"""Told now and then which file (label) is read and how many rows were."""


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

    ``where`` is a folder with the files of the map, or one of the files. What must be remembered lies in a scratch
    database in ``scratch_folder`` (the system's by default), which is gone when the survey is left. One thread.

    :raises FileRefused: when entered; a file cannot be read at all.
    """

    def __init__(
        self,
        import_map: ImportMap,
        where: Path,
        schema: Schema,
        *,
        progress: Progress | None = None,
        scratch_folder: Path | None = None,
    ) -> None:
        self.map = import_map
        self.files: tuple[SurveyedFile, ...] = ()
        self._where = where
        self._schema = schema
        self._progress = progress
        self._scratch_folder = scratch_folder

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def documents(self, file: SurveyedFile) -> Iterator[Document]:
        """The rows of a file in order, each with its parts; parts without a root come last, by document.

        A file whose rows are parts is given with the file of its roots, and is empty here.
        """
        raise NotImplementedError

    def rows(self, file: SurveyedFile) -> Iterator[WantedRow]:
        """The rows of `documents`, roots before their parts."""
        for root, parts in self.documents(file):
            if root is not None:
                yield root
            yield from parts
