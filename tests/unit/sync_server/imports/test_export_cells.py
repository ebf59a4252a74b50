"""Whatever a record may hold is the same when its file is read again by its map: CSV, workbook and JSON."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm.changes.entity import Entity, Field, Wire
from crm.errors import InvalidInput
from crm.schema import SCHEMA
from sync_server.imports.export import _FILES as FILES
from sync_server.imports.export_cells import as_csv, as_sheet
from sync_server.imports.export_map import map_text
from sync_server.imports.export_order import Format
from sync_server.imports.export_shape import Column, Shape, in_order, shape_of
from sync_server.imports.map_check import read_map
from sync_server.imports.survey import Survey
from sync_server.imports.wanted import Reference, WantedRecord

READ_BACK = (Format.CSV, Format.XLSX, Format.JSON)
HARD_TEXTS = (
    "", " ", '"', '""', "'", "=1+1", "+49 30 1", "+cmd|' /C calc'!A0", "-5", "@SUM(A1)", "007", "1e5", "a\nb", "a\r\nb",
    "\r", "\ttab ", "a,b;c", 'say "yes"', "\ufffd", "\ufeffx", "\ufffe", "_x0041_", "#N/A", "NULL", "null", "TRUE",
    "1998-05-06", "晨光广告", "👩🏽‍🚀", "\u2028", "\x7f", "\x85",
)  # fmt: skip
SIGNS = st.characters(codec="utf-8", exclude_characters=[chr(n) for n in range(32) if chr(n) not in "\t\n\r"])


def values_of(item: Field) -> st.SearchStrategy[Wire]:
    """Everything that a field may hold."""
    longest = 40 if item.max_length is None else item.max_length
    found: st.SearchStrategy[Any]
    if item.kind == "text":
        hard = [text for text in HARD_TEXTS if len(text) <= longest]
        found = st.sampled_from(hard) | st.text(SIGNS, max_size=min(longest, 40))
    elif item.kind == "int":
        found = st.integers(-(1 << 62) + 1, (1 << 62) - 1) | st.sampled_from(
            [0, 10**15 - 1, 10**15, 2**53 + 1]
        )
    elif item.kind == "day":
        found = st.dates().map(date.isoformat) | st.sampled_from(["0001-01-01", "1900-02-28", "9999-12-31"])
    elif item.kind == "flag":
        found = st.sampled_from([0, 1])
    else:
        size = 16 if item.kind == "id" else min(longest, 64)
        found = st.binary(min_size=size if item.kind == "id" else 0, max_size=size)
    return st.none() | found if item.nullable else found


def rows_of(entity: Entity) -> st.SearchStrategy[dict[str, Wire]]:
    """Rows of an entity, with ids and the mark of deletion."""
    own: dict[str, st.SearchStrategy[Wire]] = {
        "id": st.binary(min_size=16, max_size=16),
        "deleted": st.sampled_from([0, 1]),
    }
    return st.fixed_dictionaries({**own, **{item.name: values_of(item) for item in entity.fields.values()}})


def written_and_read(entity: Entity, rows: list[dict[str, Wire]], form: Format) -> list[WantedRecord]:
    """What the map of an export makes of the file in which these rows were written."""
    shape = shape_of(SCHEMA, entity)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{form.ending}"
        file = FILES[form](path, shape)
        if rows:
            file.add([tuple(_stored(column, row) for column in shape.columns) for row in rows])
        file.end()
        file.close()
        text = map_text(SCHEMA, [(shape, path.name)], title="x", settings={})
        with Survey(read_map(tomllib.loads(text), "x", SCHEMA), path, SCHEMA) as survey:
            [surveyed] = survey.files
            found = list(survey.rows(surveyed))
    assert [row.problem for row in found] == [""] * len(found)
    return [record for row in found for record in row.records]


def _stored(column: Column, row: Mapping[str, Wire]) -> Wire:
    if column.name in row:
        return row[column.name]
    if column.name.endswith("_at"):
        return 1_780_000_000_000
    return None if column.kind != "text" else 'of "another" record'


def back(record: WantedRecord) -> dict[str, Wire]:
    """A record as the row it was written from, computed fields left out."""
    values = {
        name: value.match[1] if isinstance(value, Reference) and value.match else value
        for name, value in record.values.items()
    }
    return {"id": record.id, "deleted": int(record.deleted), **values}  # type: ignore[dict-item]


def taken(entity: Entity, row: Mapping[str, Wire]) -> dict[str, Wire]:
    """What of a row an import takes."""
    shape = shape_of(SCHEMA, entity)
    names = {"id", "deleted", *(column.name for column in shape.columns if column.field is not None)}
    return {name: value for name, value in row.items() if name in names}


@pytest.mark.parametrize("form", READ_BACK)
@pytest.mark.parametrize("table", ["product", "contact", "order_seal", "sales_order"])
@settings(max_examples=12)
@given(data=st.data())
def test_rows_are_read_back_as_they_were(form: Format, table: str, data: st.DataObject) -> None:
    entity = SCHEMA[table]
    rows = data.draw(st.lists(rows_of(entity), max_size=4, unique_by=lambda row: row["id"]))
    found = [back(record) for record in written_and_read(entity, rows, form)]
    assert found == [taken(entity, row) for row in rows]


@pytest.mark.parametrize("form", READ_BACK)
def test_every_hard_text_is_read_back(form: Format) -> None:
    entity = SCHEMA["product"]
    plain = {item.name: item.default for item in entity.fields.values()} | {
        "deleted": 0,
        "base_unit": "piece",
    }
    rows: list[dict[str, Wire]] = [
        {**plain, "id": bytes([place + 1]) * 16, "code": text, "name": text, "description": text}
        for place, text in enumerate(HARD_TEXTS)
    ]
    assert [back(record) for record in written_and_read(entity, rows, form)] == [
        taken(entity, row) for row in rows
    ]


@given(text=st.text(SIGNS, max_size=30))
@example("=1+1")
@example("+cmd|' /C calc'!A0")
@example("-2+3+cmd|' /C calc'!A0")
@example("@SUM(A1)")
@example("\t=1+1")
def test_a_cell_of_csv_never_begins_a_formula(text: str) -> None:
    [cell] = as_csv(Column("note", "text", "", SCHEMA["product"].fields["description"]))([text])
    runs = cell[:1] in "=@\t\r" if cell else False
    signed = cell[:1] in "+-" and not set(cell[1:]) <= set("0123456789 ()/.-") if cell else False
    assert (runs, signed) == (False, False)


def test_numbers_with_their_sign_stay_readable_in_csv() -> None:
    column = Column("phone", "text", "", SCHEMA["contact"].fields["phone"])
    assert as_csv(column)(["+49 30 123-45", "-5", "007"]) == ["+49 30 123-45", "-5", "007"]


def test_a_workbook_keeps_types_and_all_digits() -> None:
    whole = as_sheet(Column("n", "int", "", None))([5, 2**53 + 1, None])
    days = as_sheet(Column("d", "day", "", None))(["1998-05-06", "1900-01-01", None])
    assert whole == [5, "9007199254740993", None]
    assert days == [date(1998, 5, 6), "1900-01-01", None]


def test_a_text_too_long_for_a_workbook_is_said(tmp_path: Path) -> None:
    shape = Shape(SCHEMA["product"], (Column("id", "id", ""), Column("name", "text", "")), (), True)
    file = FILES[Format.XLSX](tmp_path / "table.xlsx", shape)
    with pytest.raises(InvalidInput, match=r"name of product .* has 32,768 characters") as refused:
        file.add([(bytes(16), "x" * 32_768)])
    file.close()
    assert refused.value.code == 1132


def test_every_table_stands_behind_those_it_names() -> None:
    seen: set[str] = set()
    for entity in in_order(SCHEMA, [entity.name for entity in SCHEMA]):
        assert {str(item.ref) for item in entity.references} <= seen | {entity.name}
        seen.add(entity.name)
    assert seen == set(SCHEMA.entities)
