"""Files of JSON are read object by object; damage is said and nothing is guessed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_server.imports import json_source
from sync_server.imports.json_source import JsonSource
from sync_server.imports.raw import Expected, FileRefused, RawRow
from tests.unit.sync_server.imports.reading import COLUMNS


def rows_of(folder: Path, text: str, *, exact: bool = False, decimal_mark: str = ".") -> list[RawRow]:
    """The rows of a file with this text."""
    path = folder / "table.json"
    path.write_text(text, encoding="utf-8")
    source = JsonSource(path, Expected("table.json", COLUMNS), exact=exact, decimal_mark=decimal_mark)
    assert set(source.columns) == set(COLUMNS)
    return list(source.rows())


def test_values_become_cells(tmp_path: Path) -> None:
    text = '[{"id": 12345678901234567890, "name": null, "price": 1.50},\n{"id": true, "name": " a\\nb ", "price": "x"}]'
    assert rows_of(tmp_path, text, decimal_mark=",") == [
        RawRow(1, ("12345678901234567890", "", "1,50")),
        RawRow(2, ("1", " a\nb ", "x")),
    ]


def test_only_an_exact_map_tells_an_empty_text_from_none(tmp_path: Path) -> None:
    text = json.dumps([{"id": "", "name": '"x"', "price": None}])
    assert rows_of(tmp_path, text)[0].cells == ("", '"x"', "")
    assert rows_of(tmp_path, text, exact=True)[0].cells == ('""', '"\\"x\\""', "")


@pytest.mark.parametrize(
    ("second", "problem"),
    [
        ('{"id": 1, "other": 2}', "other: the first object has no such member"),
        ('{"id": 1, "id": 2}', "id: the object has it twice"),
        ('{"id": [1]}', "id: a value within a value cannot be imported"),
        ('{"id": {"a": 1}}', "id: a value within a value cannot be imported"),
        ('{"id": 7}', ""),
    ],
)
def test_an_object_of_another_form_is_a_row_with_a_problem(tmp_path: Path, second: str, problem: str) -> None:
    first = '{"id": 1, "name": "a", "price": 2}'
    found = rows_of(tmp_path, f"[\n{first},\n{second}\n]")
    assert [(row.line, row.problem) for row in found] == [(2, ""), (3, problem)]


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "{}", '{"id": 1}', "[1]", "[{}", '[{"id": 1, "name": 2, "price": 3}', "[{'id': 1}]", "[NaN]",
        '[{"id": 1, "name": 2, "price": 3} {}]', '[{"id": 1, "name": 2, "price": 3}] []', '[{"id": NaN}]',
        '[{"id": 1, "name": 2, "price": 3},]',
    ],
)  # fmt: skip
def test_what_is_no_array_of_objects_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FileRefused, match=r"table\.json: "):
        rows_of(tmp_path, text)


def test_bytes_that_are_no_utf_8_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.json"
    path.write_bytes(b'[{"id": "\xff", "name": 1, "price": 1}]')
    with pytest.raises(FileRefused, match="not UTF-8"):
        JsonSource(path, Expected("table.json", COLUMNS))


def test_an_empty_array_has_no_rows(tmp_path: Path) -> None:
    assert rows_of(tmp_path, " [ ]\n") == []


@given(
    rows=st.lists(st.tuples(*[st.text(st.characters(codec="utf-8"), max_size=8)] * 3), max_size=6),
    block=st.integers(1, 40),
    indent=st.sampled_from([None, 2]),
)
def test_blocks_may_end_anywhere(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], block: int, indent: int | None
) -> None:
    text = json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in rows], indent=indent)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(json_source, "BLOCK_CHARS", block)
        found = rows_of(tmp_path_factory.getbasetemp(), text)
    assert [row.cells for row in found] == rows
