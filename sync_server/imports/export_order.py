"""What an export is asked for, and what it answers (R-098)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final

ALL: Final = "all"
"""What is asked for when every entity is."""


class Format(StrEnum):
    """What kind of file is written."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    VCARD = "vcard"

    @property
    def ending(self) -> str:
        """How the names of such files end."""
        return ".vcf" if self is Format.VCARD else f".{self.value}"


@dataclass(frozen=True)
class Order:
    """What is to be exported: ``what`` is an entity or `ALL`, ``out`` the file or folder that is made.

    ``division`` is a code; with ``since`` only what was changed on that day or later. ``force`` replaces what an
    earlier export left at ``out``.
    """

    what: str
    form: Format
    out: Path
    division: str | None = None
    since: date | None = None
    force: bool = False


@dataclass(frozen=True)
class Exported:
    """What an export came to: rows of each entity, the files (the map is the last), and entities that no import
    brings back."""

    rows: Mapping[str, int]
    files: tuple[Path, ...]
    one_way: tuple[str, ...]
    seconds: float
