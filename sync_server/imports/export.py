"""An export: every living row of an entity, or of all, in files, with the map that reads them back (R-098, R-153)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from crm.clock import business_date
from crm.errors import InvalidInput, OfficeFault
from sync_server.imports import vcard
from sync_server.imports.export_files import (
    MOST_IN_SHEET,
    NO_ROOM_IN_CELL,
    CardFile,
    CsvFile,
    JsonFile,
    RowFile,
    SheetFile,
    put_in_place,
    staged,
)
from sync_server.imports.export_map import SETTINGS, map_text
from sync_server.imports.export_order import ALL, Exported, Format, Order
from sync_server.imports.export_read import Choice, Reader
from sync_server.imports.export_shape import Shape, in_order, shape_of
from sync_server.imports.load import Bystander
from sync_server.imports.maps import Setting
from sync_server.sync.office import Office

BAD_EXPORT: Final = 1130
NO_REPLACING: Final = 1131
STOPPED: Final = 9024

MAP_OF_ALL: Final = "roundsman.toml"
"""The map beside the files of all entities; a folder that holds it is an export."""


_FILES: Final[Mapping[Format, Callable[[Path, Shape], RowFile]]] = {
    Format.CSV: CsvFile,
    Format.XLSX: SheetFile,
    Format.JSON: JsonFile,
    Format.VCARD: CardFile,
}


def export(office: Office, order: Order, *, bystander: Bystander | None = None) -> Exported:
    """Write what is ordered, as it stands at one moment. Nothing is seen at ``out`` before all of it is there.

    Fields of the office are among it: whoever runs this has the database itself.

    :raises InvalidInput: 1130 there is no such entity or division, or the file is of another kind; 1131 something
        stands at ``out``; 1132 a workbook cannot hold it.
    :raises OfficeFault: 9024 it was stopped; 9025 the files cannot be written; 9001. Nothing is left behind.
    """
    began = time.monotonic()
    shapes = _shapes(office, order)
    names = {shape.name: f"{shape.name}{order.form.ending}" for shape in shapes}
    map_name = MAP_OF_ALL
    if order.what != ALL:
        names, map_name = {order.what: order.out.name}, f"{order.out.name}.map.toml"
    _demand_place(order, map_name)
    with office.database.snapshot() as connection, staged(order.out) as folder:
        choice = Choice(_division(office, connection, order.division), _since_ms(order.since, office.zone))
        made = folder / "made"
        made.mkdir()
        files = {made / names[shape.name]: shape for shape in shapes}
        rows = _write(
            Reader(office.database, connection, shapes, choice), files, order, bystander or Bystander()
        )
        back = [(shape, names[shape.name]) for shape in shapes if shape.comes_back]
        if back:
            today = business_date(office.database.now_ms(connection), office.zone)
            text = map_text(
                office.schema,
                back,
                title=f"Export of {order.what}, {today}",
                settings=_settings(office, connection) if order.what == ALL else {},
            )
            (made / map_name).write_text(text, encoding="utf-8")
        written = [*names.values(), *([map_name] if back else [])]
        if order.what == ALL:
            put_in_place(made, order.out)
        else:
            for name in reversed(written):
                put_in_place(made / name, order.out.with_name(name))
    place = order.out if order.what == ALL else order.out.parent
    return Exported(
        rows=rows,
        files=tuple(place / name for name in written),
        one_way=tuple(shape.name for shape in shapes if not shape.comes_back),
        seconds=time.monotonic() - began,
    )


def _write(reader: Reader, files: Mapping[Path, Shape], order: Order, bystander: Bystander) -> dict[str, int]:
    """Write the files, and count their rows.

    :raises InvalidInput: code 1132. :raises OfficeFault: code 9024 when somebody wants it stopped.
    """
    counts = {shape.name: reader.count(shape) for shape in files.values()}
    if order.form is Format.XLSX:
        for name, count in counts.items():
            if count >= MOST_IN_SHEET:
                raise InvalidInput(
                    NO_ROOM_IN_CELL,
                    f"{name} has {count:,} rows; a sheet holds {MOST_IN_SHEET - 1:,} and the header. Export as csv or "
                    "json. Nothing was written.",
                )
    total, done = sum(counts.values()), 0
    written: dict[str, int] = {}
    for path, shape in files.items():
        before = done
        with closing(_FILES[order.form](path, shape)) as file:
            for rows in reader.rows(shape):
                if bystander.stops():
                    raise OfficeFault(STOPPED, "The export was stopped. Nothing was left behind.")
                file.add(rows)
                done += len(rows)
                bystander.exporting(shape.name, done, total)
            file.end()
        written[shape.name] = done - before
    return written


def _shapes(office: Office, order: Order) -> list[Shape]:
    """What is written, in the order in which it can be imported.

    :raises InvalidInput: code 1130 when there is no such entity, or it does not go with the format.
    """
    schema = office.schema
    if order.what != ALL and schema.get(order.what) is None:
        known = ", ".join(entity.name for entity in schema)
        raise InvalidInput(BAD_EXPORT, f"There is no entity {order.what}. There is {ALL}, and: {known}.")
    if order.form is Format.VCARD:
        if order.what != vcard.ENTITY:
            raise InvalidInput(BAD_EXPORT, f"Only {vcard.ENTITY} can be written as vcard.")
        return [Shape(schema[order.what], vcard.COLUMNS, (), comes_back=False)]
    ending = order.out.suffix.lower()
    if order.what != ALL and ending != order.form.ending and order.form is not Format.CSV:
        raise InvalidInput(BAD_EXPORT, f"The name of a file of {order.form} must end in {order.form.ending}.")
    if order.what != ALL and order.form is Format.CSV and ending in {".xlsx", ".xlsm", ".json"}:
        raise InvalidInput(BAD_EXPORT, f"The name of a file of csv cannot end in {ending}.")
    names = [entity.name for entity in schema] if order.what == ALL else [order.what]
    return [shape_of(schema, entity) for entity in in_order(schema, names)]


def _demand_place(order: Order, map_name: str) -> None:
    """Nothing when the export may be put where it is wanted.

    :raises InvalidInput: code 1131 when something is there that it would replace.
    """
    out = order.out
    if order.what == ALL:
        there = out.exists() and (not out.is_dir() or any(out.iterdir()))
        replaceable = (out / MAP_OF_ALL).is_file()
    else:
        there = out.exists() or out.with_name(map_name).exists()
        replaceable = not out.is_dir()
    if there and not (order.force and replaceable):
        hint = "With --force it is replaced." if replaceable else "It is no export, so it is never replaced."
        raise InvalidInput(NO_REPLACING, f"{out} is there already. {hint} Nothing was written.")


def _division(office: Office, connection: Connection, code: str | None) -> bytes | None:
    if code is None:
        return None
    found = office.database.rows(connection, "SELECT id FROM division WHERE code=? AND deleted=0", [code])
    if not found:
        raise InvalidInput(BAD_EXPORT, f"There is no division with the code {code}.")
    row_id: bytes = found[0][0]
    return row_id


def _since_ms(since: date | None, zone: str) -> int | None:
    """The moment at which a day begins in the company's zone, in UTC milliseconds."""
    if since is None:
        return None
    return int(datetime.combine(since, time_of_day(), ZoneInfo(zone)).timestamp() * 1000)


def _settings(office: Office, connection: Connection) -> dict[str, Setting]:
    found = office.database.rows_in(
        connection, "SELECT key, value FROM setting WHERE key IN ({in})", SETTINGS
    )
    return {key: json.loads(value) for key, value in found}
