"""Lists as files."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from crm.errors import LocalFault
from desktop.store.export import (
    CANNOT_WRITE,
    MOST_IN_SHEET,
    TOO_MANY_ROWS,
    As,
    ExportColumn,
    Raw,
    harmless,
    raw_columns,
    write_rows,
)
from desktop.store.reads.listing import Row

ROWS: list[Row] = [
    {
        "name": "海口椰风",
        "gross": 1_234_505,
        "currency": "CNY",
        "day": "2026-11-03",
        "at": 1_793_670_060_000,
        "n": 3,
    },
    {"name": '=HYPERLINK("http://x","y")', "gross": 500, "currency": "JPY", "day": "", "at": 0, "n": 0},
]


def columns() -> list[ExportColumn]:
    made = [ExportColumn("Name", lambda row: row["name"])]
    for title, raw in (
        ("Total", Raw("gross", As.MONEY, "currency")),
        ("Day", Raw("day", As.DAY)),
        ("Changed", Raw("at", As.INSTANT)),
        ("Orders", Raw("n", As.COUNT)),
    ):
        made += raw_columns(title, raw, currency_title="Currency", zone="Asia/Shanghai")
    return made


def test_csv_has_decimal_money_its_currency_and_iso_days(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    assert write_rows(path, columns(), ROWS, total=2) == 2
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, first, second = csv.reader(file)
    assert head == ["Name", "Total", "Currency", "Day", "Changed", "Orders"]
    assert first == ["海口椰风", "12345.05", "CNY", "2026-11-03", "2026-11-03T09:41:00+08:00", "3"]
    assert second == ['\'=HYPERLINK("http://x","y")', "500", "JPY", "", "", "0"]


def test_a_workbook_has_typed_cells_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    write_rows(path, columns(), ROWS, total=2)
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    head, first, second = sheet.iter_rows()
    assert [cell.value for cell in head] == ["Name", "Total", "Currency", "Day", "Changed", "Orders"]
    assert [cell.value for cell in first] == [
        "海口椰风", 12345.05, "CNY", datetime(2026, 11, 3), datetime(2026, 11, 3, 9, 41), 3,  # noqa: DTZ001
    ]  # fmt: skip
    assert first[1].number_format == "#,##0.00"
    assert (second[0].value, second[0].data_type) == ('=HYPERLINK("http://x","y")', "s")
    assert second[1].number_format == "#,##0"


@pytest.mark.parametrize(
    "text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd", "\t=1", "  =1+1", "\r=1"]
)
def test_what_a_spreadsheet_would_run_stays_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["+86 138-0000", "-5", "海口", "a=b", "", "(0898) 12"])
def test_numbers_and_plain_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_who_stops_it_finds_what_was_there_before_and_nothing_else(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("before")

    class Enough(Exception):
        pass

    def stop(done: int, _total: int) -> None:
        if done >= 400:
            raise Enough

    with pytest.raises(Enough):
        write_rows(path, columns(), (ROWS[0] for _ in range(1000)), total=1000, tell=stop)
    assert path.read_text() == "before"
    assert [found.name for found in tmp_path.iterdir()] == [name]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(LocalFault) as caught:
        write_rows(tmp_path / "nowhere" / "out.csv", columns(), ROWS, total=2)
    assert caught.value.code == CANNOT_WRITE


def test_more_rows_than_a_sheet_holds_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    def never() -> Iterator[Row]:
        raise AssertionError
        yield

    with pytest.raises(LocalFault) as caught:
        write_rows(tmp_path / "out.xlsx", columns(), never(), total=MOST_IN_SHEET)
    assert caught.value.code == TOO_MANY_ROWS
    assert not list(tmp_path.iterdir())


def test_signs_that_no_sheet_can_hold_are_left_out_and_old_days_are_texts(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    made = [ExportColumn("A", lambda row: row["a"]), ExportColumn("B", lambda row: row["b"])]
    write_rows(
        path, made, [{"a": "x\x00y", "b": date(1850, 1, 2)}, {"a": "#REF!", "b": Decimal("1.005")}], total=2
    )
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    _, first, second = sheet.iter_rows(values_only=True)
    assert first == ("xy", "1850-01-02")
    assert second == ("#REF!", 1.005)
