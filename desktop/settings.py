"""Where one account's data lies on this machine, and what its enrolment said. Nothing in these files is secret.

The data folder holds: ``enrolment.json`` (written last: with it the folder is enrolled), ``enrolling.json`` (only
while an enrolment is under way or was interrupted), the vault's files, ``roundsman.db`` with its ``-wal`` and
``-shm``, and ``log/``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from crm.errors import LocalFault

T = TypeVar("T", bound=msgspec.Struct)

DAMAGED: Final = 4301
"""A file of the data folder is not what this program wrote."""
OTHER_LIFE: Final = 4302
"""The database belongs to another enrolment than the folder: a copy, or an older state was put back."""
FOLDER: Final = 4303
"""The data folder cannot be read or written."""
DATABASE: Final = 4304
"""The local database cannot be read or written: a full disk, a drive that fails."""
BROKEN: Final = 4399
"""A defect of the program itself."""

VERSION: Final = 1


def product_version() -> str:
    """The version of this program; ``0`` where it was not installed as a package."""
    try:
        return version("roundsman")
    except PackageNotFoundError:
        return "0"


class Enrolling(msgspec.Struct, frozen=True):
    """An enrolment that has begun. From ``seed`` and the code follow the ids that the installation names itself by, so
    that the same code brings the same ids, however often an answer is lost, and another code never meets the ids of
    somebody else."""

    seed: bytes
    version: int = VERSION


class Enrolment(msgspec.Struct, frozen=True):
    """A finished enrolment. ``device_code`` begins every number given offline (``ND-2``); ``zone`` is the company's
    time zone, an IANA name."""

    server: str
    device_id: bytes
    incarnation: bytes
    person: bytes
    device_code: str
    division_id: bytes | None
    zone: str
    device_name: str
    version: int = VERSION


@dataclass(frozen=True)
class Settings:
    """The places in one data folder."""

    folder: Path

    @classmethod
    def at(cls, folder: Path | None, environment: Mapping[str, str] | None = None) -> Settings:
        """The folder that was named, else ``ROUNDSMAN_DATA``, else where this system keeps a user's data."""
        found = os.environ if environment is None else environment
        chosen = folder or found.get("ROUNDSMAN_DATA") or _users_folder(found)
        return cls(Path(chosen).expanduser().absolute())

    @property
    def database(self) -> Path:
        """The encrypted database."""
        return self.folder / "roundsman.db"

    @property
    def database_files(self) -> tuple[Path, ...]:
        """The database and what SQLite keeps beside it."""
        return tuple(self.database.with_name(self.database.name + end) for end in ("", "-wal", "-shm"))

    @property
    def logs(self) -> Path:
        """The folder of the log."""
        return self.folder / "log"

    @property
    def _enrolment(self) -> Path:
        return self.folder / "enrolment.json"

    @property
    def _enrolling(self) -> Path:
        return self.folder / "enrolling.json"

    def enrolment(self) -> Enrolment | None:
        """What was enrolled here, or None.

        :raises LocalFault: code 4301 when the file cannot be read.
        """
        return _read(self._enrolment, Enrolment)

    def keep_enrolment(self, enrolment: Enrolment) -> None:
        """The folder is enrolled from here on; the enrolment under way is over."""
        _write(self._enrolment, enrolment)
        self.forget_enrolling()

    def forget_enrolment(self) -> None:
        """The folder is not enrolled any more."""
        self._enrolment.unlink(missing_ok=True)

    def enrolling(self) -> Enrolling | None:
        """An enrolment that began and did not end, or None. Raises as `enrolment` does."""
        return _read(self._enrolling, Enrolling)

    def keep_enrolling(self, enrolling: Enrolling) -> None:
        """Remember what the ids follow from, before the office hears of them."""
        _write(self._enrolling, enrolling)

    def forget_enrolling(self) -> None:
        """Nothing is under way (any more)."""
        self._enrolling.unlink(missing_ok=True)


def _users_folder(environment: Mapping[str, str]) -> Path:
    if sys.platform == "win32":
        base = environment.get("LOCALAPPDATA")
        return (Path(base) if base else Path.home() / "AppData" / "Local") / "Roundsman"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Roundsman"
    base = environment.get("XDG_DATA_HOME", "")
    # The specification: a path that is not absolute is ignored.
    return (Path(base) if base.startswith("/") else Path.home() / ".local" / "share") / "roundsman"


def _read(path: Path, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise LocalFault(
            DAMAGED,
            f"The file {path.name} in the data folder cannot be read. Nothing was changed; put it back from a copy.",
            file=path.name,
        ) from error


def _write(path: Path, content: msgspec.Struct) -> None:
    from desktop.vault.files import write_atomically  # with it comes all of the vault

    write_atomically(path, msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
