"""Sheets of workbooks come in as they are shown, and say what of them cannot be read."""

from __future__ import annotations

import random
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_server.imports.raw import REPEATS_HEADER, Expected, FileRefused, letter
from sync_server.imports.xlsx_source import XlsxSource
from tests.unit.sync_server.imports.reading import COLUMNS, sheet_of

HEADER = list(COLUMNS)


def rewritten(path: Path, change: tuple[str, str]) -> None:
    """Change the XML of the first sheet: what the library would not write."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    inner = "xl/worksheets/sheet1.xml"
    changed = re.sub(change[0], change[1], members[inner].decode())
    assert changed != members[inner].decode()
    members[inner] = changed.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def again(path: Path, **options: str) -> XlsxSource:
    """Open a workbook."""
    return XlsxSource(path, Expected("book.xlsx", COLUMNS), **options)


def test_cells_are_read_as_they_are_shown(tmp_path: Path) -> None:
    cells: list[list[object]] = [
        [14, 14.0, 0.1 + 0.2],
        [datetime(1998, 5, 6), datetime(1998, 5, 6, 13, 30), date(1996, 7, 4)],  # noqa: DTZ001
        [True, None, "  x "],
        [1e21, -0.000001, 12345678.9],
    ]
    source = sheet_of(tmp_path, [HEADER, *cells])
    assert [row.cells for row in source.rows()] == [
        ("14", "14", "0.3"),
        ("1998-05-06", "1998-05-06 13:30:00", "1996-07-04"),
        ("TRUE", "", "  x "),
        ("1000000000000000000000", "-0.000001", "12345678.9"),
    ]


@settings(max_examples=30, deadline=None)
@given(value=st.integers(-(10**9), 10**9), digits=st.integers(0, 6))
def test_a_number_of_up_to_fifteen_digits_has_no_noise(value: int, digits: int) -> None:
    source = object.__new__(XlsxSource)
    source._decimal_mark = ","
    written = f"{value / 10**digits:.{digits}f}"
    shown = source._text(float(written))
    assert float(shown.replace(",", ".")) == float(written)
    assert len(shown.lstrip("-").replace(",", "")) <= max(10, digits + 1)


def test_numbers_have_the_decimal_mark_of_the_map(tmp_path: Path) -> None:
    sheet_of(tmp_path, [HEADER, [1, "a.b", 12.5]])
    source = again(tmp_path / "book.xlsx", decimal_mark=",")
    assert [row.cells for row in source.rows()] == [("1", "a.b", "12,5")]


def test_rows_have_the_numbers_of_the_sheet_and_blank_ones_are_passed_over(tmp_path: Path) -> None:
    source = sheet_of(tmp_path, [[], HEADER, [1, "a", 2], [None, " ", None], [3], [], HEADER])
    rows = list(source.rows())
    assert [(row.line, row.cells) for row in rows[:2]] == [(3, ("1", "a", "2")), (5, ("3", "", ""))]
    assert (rows[2].line, rows[2].problem) == (7, REPEATS_HEADER)


def test_a_cell_beyond_the_header_rejects_its_row(tmp_path: Path) -> None:
    source = sheet_of(tmp_path, [HEADER, [1, 2, 3, None, "x"], [4, 5, 6]])
    assert [row.problem for row in source.rows()] == ["the row has 5 cells, the header 3", ""]


def test_a_formula_without_a_stored_result_rejects_its_row(tmp_path: Path) -> None:
    source = sheet_of(tmp_path, [HEADER, [1, "a", "=A2*2"], [2, "b", 3]])
    rows = list(source.rows())
    assert [row.problem for row in rows] == ["price: a formula without a stored result", ""]
    assert rows[0].cells == ("1", "a", "=A2*2")


@pytest.mark.parametrize(
    ("stored", "cell", "problem"),
    [
        ('<c r="C2"><f>A2*2</f><v>2</v></c>', "2", ""),
        ('<c r="C2" t="str"><f>""</f><v></v></c>', "", ""),
        ('<c r="C2" t="str"><f>"x"</f><v>x</v></c>', "x", ""),
        (
            '<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
            "#DIV/0!",
            "price: the cell holds the error #DIV/0!",
        ),
    ],
)
def test_a_formula_is_read_by_its_stored_result(tmp_path: Path, stored: str, cell: str, problem: str) -> None:
    sheet_of(tmp_path, [HEADER, [1, "a", "=A2*2"]])
    rewritten(tmp_path / "book.xlsx", (r'<c r="C2".*?</c>', stored))
    assert [(row.cells[2], row.problem) for row in again(tmp_path / "book.xlsx").rows()] == [(cell, problem)]


def test_cells_are_read_where_the_sheet_says_a_wrong_size(tmp_path: Path) -> None:
    sheet_of(tmp_path, [HEADER, [1, "a", 2], [3, "b", 4]])
    rewritten(tmp_path / "book.xlsx", (r'<dimension ref="[^"]*"', '<dimension ref="A1:A1"'))
    assert len(list(again(tmp_path / "book.xlsx").rows())) == 2


@pytest.mark.parametrize(
    ("header", "merged", "told"),
    [
        (["id", "name", None, "price"], "B1:C1", "without a name: C."),
        (["id", "name", "price", None, None], "C1:E1", "without a name: D, E."),
        (["id", None, "price"], "A1:B1", "without a name: B. Columns that are missing: name."),
    ],
)
def test_merged_cells_of_a_header_are_named_by_their_letters(
    tmp_path: Path, header: list[str | None], merged: str, told: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        sheet_of(tmp_path, [header, [1, 2, 3]], merged=[merged])
    assert told in refused.value.message


def test_merged_cells_below_the_header_are_empty_cells(tmp_path: Path) -> None:
    source = sheet_of(tmp_path, [HEADER, [1, "a", 2], [3, None, 4]], merged=["B2:B3"])
    assert [row.cells for row in source.rows()] == [("1", "a", "2"), ("3", "", "4")]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (["id", "name"], "missing: price."),
        (["id", "name", "name", "price"], "more than once: name."),
        (["id", "name", "price", "size"], "does not name: size."),
        ([], "no header"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(tmp_path: Path, header: list[str], told: str) -> None:
    with pytest.raises(FileRefused, match=re.escape(told)):
        sheet_of(tmp_path, [header] if header else [])


def test_a_sheet_is_found_by_its_name(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Prices").append(HEADER)
    book.save(tmp_path / "book.xlsx")
    assert again(tmp_path / "book.xlsx", sheet="Prices").columns == COLUMNS
    with pytest.raises(FileRefused, match=r"no sheet Customers; there are: Sheet, Prices"):
        again(tmp_path / "book.xlsx", sheet="Customers")


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_text("id,name,price\n1,2,3\n")
    with pytest.raises(FileRefused, match="no XLSX workbook"):
        again(tmp_path / "book.xlsx")
    with pytest.raises(FileRefused, match="not there"):
        again(tmp_path / "none.xlsx")


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_workbook_is_read_or_refused(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    sheet_of(tmp_path, [HEADER, *([number, f"name {number}", number / 4] for number in range(60))])
    path = tmp_path / "book.xlsx"
    damaged = bytearray(path.read_bytes())
    for place in dice.sample(range(len(damaged)), 1 + len(damaged) // (20 if seed % 2 else 400)):
        damaged[place] = dice.randrange(256)
    path.write_bytes(damaged)
    try:
        rows = list(again(path).rows())
    except FileRefused:
        rows = []
    assert len(rows) <= 60
    assert all(len(row.cells) == 3 for row in rows if not row.problem)


def test_a_date_that_no_calendar_has_is_an_error_of_its_cell(tmp_path: Path) -> None:
    sheet_of(tmp_path, [HEADER, [datetime(1998, 5, 6), "a", 2]])  # noqa: DTZ001
    rewritten(tmp_path / "book.xlsx", (r"<v>35921</v>", "<v>99999999999</v>"))
    assert [row.problem for row in again(tmp_path / "book.xlsx").rows()] == [
        "id: the cell holds the error #VALUE!"
    ]


def test_places_have_the_letters_of_spreadsheets() -> None:
    assert [letter(place) for place in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]
