"""Reads a map out of its TOML and says everything that is wrong with it, each error with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePath
from typing import Final

from crm.changes.entity import Schema
from crm.money import EXPONENTS
from sync_server.imports.csv_source import JOIN_SPACED
from sync_server.imports.map_fields import FieldReader
from sync_server.imports.map_order import check_order
from sync_server.imports.map_toml import Table
from sync_server.imports.maps import (
    FileMap,
    Fixed,
    ImportMap,
    MapRefused,
    PartOf,
    RecordMap,
    Setting,
    Source,
)
from sync_server.imports.wanted import DELETED, Value, WantedRecord

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def read_map(given: Mapping[str, object], name: str, schema: Schema) -> ImportMap:
    """The map in ``given`` (as `tomllib` reads it), checked against the schema.

    :raises MapRefused: code 1101 with all that is wrong.
    """
    problems: list[str] = []
    found = _Reader(schema, problems).read(Table(given, "", problems))
    if not problems:
        check_order(found, schema, problems)
    if problems:
        raise MapRefused(name, tuple(problems))
    return found


class _Reader:
    """Reads one map."""

    def __init__(self, schema: Schema, problems: list[str]) -> None:
        self._schema = schema
        self._problems = problems
        self._labels: dict[str, str] = {}

    def read(self, top: Table) -> ImportMap:
        """The whole map."""
        name = top.text("name")
        if name and not NAME.fullmatch(name):
            top.say("name may hold letters, digits, - and _, at most 40.")
        decimal_mark = top.text("decimal_mark", ".")
        if decimal_mark not in {".", ","}:
            top.say('decimal_mark must be "." or ",".')
        dates = top.texts("dates", ["%Y-%m-%d"])
        for pattern in dates:
            if not _is_date_pattern(pattern):
                top.say(f'dates: "{pattern}" is no pattern of a date with year, month and day.')
        currency = top.text("currency", "")
        if currency and currency not in EXPONENTS:
            top.say(f"currency: {currency} is not known here.")
        exact = top.flag("exact", default=False)
        files = top.tables("file", "file")
        self._labels = _labels(files)
        found = ImportMap(
            name=name,
            title=top.text("title", name),
            empty=frozenset({"", *top.texts("empty", [""])}),
            decimal_mark=decimal_mark,
            dates=dates,
            currency=currency,
            trim=top.flag("trim", default=not exact),
            exact=exact,
            office=self._office(top),
            constants=tuple(map(self._constant, top.tables("constant", "constant"))),
            files=tuple(self._file(file, currency) for file in files),
        )
        if not files:
            top.say("there is no [[file]].")
        top.end()
        return found

    def _office(self, top: Table) -> Mapping[str, Setting]:
        found: dict[str, Setting] = {}
        for key, value in top.table("office").items():
            if isinstance(value, int | str):  # a bool is an int
                found[key] = value
            else:
                top.say(f"office: {key} must be a number, a text, true or false.")
        return found

    def _constant(self, table: Table) -> WantedRecord:
        entity_name, key = table.text("entity"), table.text("key")
        table.place = f"{table.place} ({entity_name} {key})"
        values: dict[str, Value] = {}
        entity = self._schema.get(entity_name)
        if entity is None:
            table.say(f"there is no entity {entity_name}.")
        else:
            reader = FieldReader(self._schema, entity, "", self._labels)
            given = {
                name: value if isinstance(value, dict) else {"value": value}
                for name, value in table.table("fields").items()
            }
            sources = reader.read(given, table)
            reader.check_required(sources, table)
            for name, source in sources.items():
                if isinstance(source, Fixed):
                    values[name] = source.value
                else:
                    table.say(f"{name}: a constant has no columns.")
        if entity is None:
            table.table("fields")
        match = table.texts("match", [])
        table.end()
        row_id = values.pop("id", None)
        deleted = bool(values.pop(DELETED.name, 0))
        return WantedRecord(
            entity_name, key, values, match, row_id if isinstance(row_id, bytes) else None, deleted
        )

    def _file(self, table: Table, currency: str) -> FileMap:
        name = table.text("name")
        sheet = table.text("sheet", "")
        label = table.text("label", _default_label(name, sheet))
        table.place = f"{table.place} ({name}{f', sheet {sheet}' if sheet else ''})"
        if PurePath(name).is_absolute() or ".." in PurePath(name).parts or "\\" in name:
            table.say("name must be that of a file in the folder of the import.")
        is_workbook, is_json = FileMap(name, label, ()).is_workbook, FileMap(name, label, ()).is_json
        if sheet and not is_workbook:
            table.say("sheet is for workbooks (.xlsx).")
        repair = table.text("repair", "")
        if repair not in {"", JOIN_SPACED}:
            table.say(f"repair: there is no rule {repair}; there is {JOIN_SPACED}.")
        elif repair and (is_workbook or is_json):
            table.say("repair is for CSV files.")
        separator, encoding = table.text("separator", ""), table.text("encoding", "")
        if separator and (len(separator) != 1 or separator in '"\r\n'):
            table.say("separator must be one sign.")
        if encoding and not _is_encoding(encoding):
            table.say(f"encoding: {encoding} is not known here.")
        records = [self._record(record, currency) for record in table.tables("record", "record")]
        names = [(record.entity, record.name) for record in records]
        for twice in sorted({one for one in names if names.count(one) > 1}):
            table.say(f"a row makes two records of {twice[0]}; give each another name.")
        part_of = self._part_of(table)
        found = FileMap(
            name=name,
            label=label,
            sheet=sheet,
            key=table.texts("key") if records or part_of or "key" in table else (),
            ignore=table.texts("ignore", []),
            repair=repair,
            encoding=encoding,
            separator=separator,
            counted=table.flag("counted", default=True),
            records=tuple(records),
            part_of=part_of,
        )
        table.end()
        return found

    def _part_of(self, table: Table) -> PartOf | None:
        if "part_of" not in table:
            return None
        inner = Table(table.table("part_of"), f"{table.place}, part_of", self._problems)
        file, by = inner.text("file"), inner.texts("by")
        inner.end()
        if file and file not in self._labels:
            inner.say(f"there is no file {file} in this map.")
        return PartOf(self._labels.get(file, file), by)

    def _record(self, table: Table, currency: str) -> RecordMap:
        entity_name = table.text("entity")
        match = table.texts("match", [])
        name = table.text("name", "")
        given = table.table("fields")
        table.place = f"{table.place} ({entity_name})"
        sources: dict[str, Source] = {}
        entity = self._schema.get(entity_name)
        if entity is None:
            if entity_name:
                table.say(f"there is no entity {entity_name}.")
        else:
            reader = FieldReader(self._schema, entity, currency, self._labels)
            sources = reader.read(given, table)
            reader.check_required(sources, table)
            for field in match:
                if field not in sources:
                    table.say(f"match: {field} is no field that this record fills.")
        table.end()
        return RecordMap(entity_name, sources, match, name)


def _labels(files: list[Table]) -> dict[str, str]:
    """What other files may call a file (its label; its name where no other has it), to its label."""
    found: dict[str, str] = {}
    names: list[tuple[str, str]] = []
    for file in files:
        name, sheet, label = (file.value(key) for key in ("name", "sheet", "label"))
        if isinstance(name, str):
            used = (
                label
                if isinstance(label, str)
                else _default_label(name, sheet if isinstance(sheet, str) else "")
            )
            if used in found:
                file.say(f"another file has the label {used}.")
            found[used] = used
            names.append((name, used))
    for name, used in names:
        if sum(other == name for other, _ in names) == 1:
            found.setdefault(name, used)
    return found


def _default_label(name: str, sheet: str) -> str:
    return sheet or PurePath(name).stem


def _is_encoding(name: str) -> bool:
    try:
        "".encode(name)
    except LookupError:
        return False
    return True


def _is_date_pattern(pattern: str) -> bool:
    """Whether a day written with the pattern is read back as the same day."""
    day = datetime(1998, 2, 21)  # noqa: DTZ001 - only its day is looked at
    try:
        return datetime.strptime(day.strftime(pattern), pattern).date() == day.date()  # noqa: DTZ007
    except ValueError:
        return False
