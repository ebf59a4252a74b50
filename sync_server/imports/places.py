"""Where the files of a map lie: in a folder, alone, or among rejected rows that were mended."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from sync_server.imports.maps import FileMap, ImportMap
from sync_server.imports.raw import FileRefused

REPORT: Final = "report.csv"
"""A folder that holds it is one of rejects."""
LOOKUPS: Final = "lookups"
"""The folder among rejects that keeps the files in which they look things up."""


class Place(NamedTuple):
    """A file of a map and where it lies."""

    file: FileMap
    path: Path


def reject_name(file: FileMap) -> str:
    """The name of the file of rejected rows: that of the file itself; a workbook and JSON become CSV."""
    return f"{file.name}.{file.label}.csv" if file.is_workbook or file.is_json else file.name


def find_places(import_map: ImportMap, where: Path) -> list[Place]:
    """The files to be imported, in the order of the map.

    In a folder all files of the map must be there; among rejects (see `REPORT`) at least one of them. Where a file is
    named, it is the one file of the map that is called so, or the only one.

    :raises FileRefused: code 1102; they are not there.
    """
    if where.is_file():
        named = [file for file in import_map.files if where.name in {file.name, reject_name(file)}]
        if not named and len(import_map.files) == 1:
            named = list(import_map.files)
        if not named:
            known = ", ".join(dict.fromkeys(file.name for file in import_map.files))
            raise FileRefused(where.name, [f"The map {import_map.name} has no such file; it has {known}."])
        return [Place(file, where) for file in named]
    if not where.is_dir():
        raise FileRefused(str(where), ["There is no such folder or file."])
    is_rejects = (where / REPORT).is_file()
    found: list[Place] = []
    missing: list[str] = []
    for file in import_map.files:
        names = (reject_name(file), file.name) if is_rejects else (file.name,)
        path = next((where / name for name in names if (where / name).is_file()), None)
        if path is not None:
            found.append(Place(file, path))
        else:
            missing.append(file.name)
    if missing and (not is_rejects or not found):
        listed = ", ".join(dict.fromkeys(missing))
        raise FileRefused(where.name or str(where), [f"Files of the map that are not there: {listed}."])
    return found


def lookup_places(import_map: ImportMap, where: Path, places: list[Place]) -> list[Place]:
    """Files that are not imported, but in which those to be imported look something up.

    They lie in the folder of the import, or in its folder `LOOKUPS`.

    :raises FileRefused: code 1102; one is not there.
    """
    folder = where if where.is_dir() else where.parent
    imported = {place.file.label for place in places}
    found: list[Place] = []
    for file in import_map.files:
        users = {
            user.file.title
            for user in places
            if any(look.file == file.label for look in import_map.lookups_of(user.file))
        }
        if not users:
            continue
        kept = folder / LOOKUPS / file.name
        beside = folder / file.name
        if kept.is_file():
            found.append(Place(file, kept))
        elif file.label in imported:
            continue
        elif beside.is_file():
            found.append(Place(file, beside))
        else:
            raise FileRefused(
                file.title, [f"The file is not there, and {', '.join(sorted(users))} needs it."]
            )
    return found
