"""Opens a data file of a map, whatever kind it is."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sync_server.imports.csv_source import CsvSource
from sync_server.imports.json_source import JsonSource
from sync_server.imports.maps import FileMap, ImportMap
from sync_server.imports.raw import Expected, FileRefused, Source
from sync_server.imports.xlsx_source import XlsxSource

WORKBOOKS: Final = frozenset({".xlsx", ".xlsm"})


def open_source(import_map: ImportMap, file: FileMap, path: Path) -> Source:
    """The file with its header checked.

    :raises FileRefused: code 1102 when it cannot be read at all, its header does not fit, or it is not there.
    """
    expected = Expected(file.title, import_map.used_columns(file), file.ignore)
    if not path.is_file():
        raise FileRefused(file.title, ["The file is not there."])
    if path.suffix.lower() in WORKBOOKS:
        return XlsxSource(path, expected, sheet=file.sheet, decimal_mark=import_map.decimal_mark)
    if path.suffix.lower() == ".json":
        return JsonSource(path, expected, exact=import_map.exact, decimal_mark=import_map.decimal_mark)
    return CsvSource(path, expected, repair=file.repair, encoding=file.encoding, separator=file.separator)
