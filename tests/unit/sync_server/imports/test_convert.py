"""What cells come to: exactly what they say, or a sentence that says what is wrong."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.ids import derive_id, id_text
from crm.schema import SCHEMA
from sync_server.imports.cells import CellProblem, Reading, day, moment, number
from sync_server.imports.convert import Converter, Keys, key_text
from sync_server.imports.raw import RawRow
from sync_server.imports.wanted import Copied, Reference, WantedRow
from tests.unit.sync_server.imports.reading import Answers, map_of

HEAD = 'name = "test"\nempty = ["NULL"]\ncurrency = "USD"\ndates = ["%Y-%m-%d %H:%M:%S.%f", "%d.%m.%Y"]\n'


def converted(entity: str, fields: str, cells: dict[str, str], *, top: str = "", **lookups: str) -> WantedRow:
    """What a row of a file with these columns wants of one record, whose fields are said in TOML."""
    needed = {
        "product": 'code = { value = "P" }\nname = { value = "P" }\nbase_unit = { value = "pc" }\n',
        "contact": 'customer_id = { ref = "customer", match = "code", column = "key" }\nname = { value = "C" }\n',
        "app_user": 'name = { value = "N" }\nrep_code = { value = "AB" }\n',
    }[entity]
    kept = "".join(
        line + "\n" for line in needed.splitlines() if f"\n{line.split()[0]} =" not in f"\n{fields}"
    )
    text = (
        f'{HEAD}{top}[[file]]\nname = "a.csv"\nkey = ["key"]\n[[file.record]]\nentity = "{entity}"\n'
        f'[file.record.fields]\n{kept}{fields}\n[[file]]\nname = "other.csv"\nkey = ["id"]\n'
    )
    found = map_of(text)
    columns = {"key": "K1", **cells}
    converter = Converter(found, found.files[0], list(columns), SCHEMA, Answers(lookups))
    return converter.convert(RawRow(7, tuple(columns.values())))


def value(entity: str, field: str, spec: str, cell: str, *, top: str = "", **lookups: str) -> object:
    """What a cell in column ``x`` comes to in a field."""
    row = converted(entity, f"{field} = {spec}", {"x": cell}, top=top, **lookups)
    assert not row.problem, row.problem
    return row.records[0].values[field]


def problem(entity: str, field: str, spec: str, cell: str, *, top: str = "", **lookups: str) -> str:
    """What is said of a cell in column ``x``."""
    row = converted(entity, f"{field} = {spec}", {"x": cell}, top=top, **lookups)
    assert row.records == ()
    return row.problem


MONEY = '{ column = "x", money = true }'


@pytest.mark.parametrize(
    ("field", "spec", "cell", "expected"),
    [
        ("cost_minor", MONEY, "12.30", 1230),
        ("cost_minor", MONEY, " -0.5 ", -50),
        ("cost_minor", MONEY, "14", 1400),
        ("cost_minor", MONEY, ".25", 25),
        ("cost_minor", MONEY, "7.", 700),
        ("cost_minor", MONEY, "1.2300", 123),
        ("cost_minor", MONEY, "NULL", None),
        ("cost_minor", '{ column = "x", money = true, currency = "JPY" }', "12", 12),
        ("cost_minor", '{ column = "x", money = true, default = "3.5" }', "", 350),
        ("cost_minor", '"x"', "1230", 1230),
        ("min_quantity_milli", '{ column = "x", milli = true }', "12.5", 12500),
        ("min_quantity_milli", '{ column = "x", milli = true }', "", 0),
        ("step_quantity_milli", '{ column = "x", fraction = true }', "0.15", 1500),
        ("step_quantity_milli", '{ column = "x", percent = true }', "15", 1500),
        ("name", '"x"', "  Chai ", "Chai"),
        ("description", '"x"', "", None),
        ("description", '{ column = "x", default = "" }', "", ""),
        ("name", '{ column = "x", default = "?" }', "NULL", "?"),
        ("state", '{ column = "x", values = { "1" = "retired", "0" = "active" } }', "1", "retired"),
        ("state", '{ column = "x", values = { "0" = "active", "*" = "retired" } }', "7", "retired"),
        ("category_id", '{ ref = "product_category", match = "name", column = "x" }', "Tea", ("name", "Tea")),
    ],
)
def test_a_cell_comes_to_the_stored_value(field: str, spec: str, cell: str, expected: object) -> None:
    if isinstance(expected, tuple):
        expected = Reference("product_category", match=expected)
    assert value("product", field, spec, cell) == expected


@pytest.mark.parametrize(
    ("field", "spec", "cell", "told"),
    [
        ("cost_minor", MONEY, "1.234,56", 'x: "1.234,56" is not a number with "." as decimal mark'),
        ("cost_minor", MONEY, "1,5", 'x: "1,5" is not a number with "." as decimal mark'),
        ("cost_minor", MONEY, "12.345", 'x: "12.345" has more than 2 decimals'),
        ("cost_minor", MONEY, "1e3", 'x: "1e3" is not a number with "." as decimal mark'),
        ("cost_minor", MONEY, "٣", 'x: "٣" is not a number with "." as decimal mark'),
        ("cost_minor", MONEY, "-", 'x: "-" is not a number with "." as decimal mark'),
        ("cost_minor", MONEY, "9" * 20, f'x: "{"9" * 20}" is too large'),
        ("cost_minor", MONEY, "9" * 5000, f'x: "{"9" * 60}…" is not a number with "." as decimal mark'),
        ("cost_minor", '"x"', "1.5", 'x: "1.5" is not a whole number'),
        ("name", '"x"', "", "x: the cell is empty, and product.name must have a value"),
        ("name", '"x"', "a\x00b", 'x: "a\x00b" holds a control character'),
        ("code", '"x"', "c" * 41, f'x: "{"c" * 41}" has 41 characters, code may have 40'),
        (
            "state",
            '{ column = "x", values = { "1" = "retired" } }',
            "2",
            'x: "2" is none of the values of the map (1)',
        ),
        ("category_id", '"x"', "12", 'x: "12" is not an id of Roundsman'),
    ],
)
def test_a_cell_that_is_no_value_is_told_with_its_column(field: str, spec: str, cell: str, told: str) -> None:
    assert problem("product", field, spec, cell) == told


def test_a_decimal_comma_is_read_where_the_map_says_so() -> None:
    top = 'decimal_mark = ","\n'
    assert value("product", "cost_minor", MONEY, "1234,56", top=top) == 123456
    assert "decimal mark" in problem("product", "cost_minor", MONEY, "1.234,56", top=top)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("1996-07-04 00:00:00.000", "1996-07-04"), ("4.7.1996", "1996-07-04"), ("29.02.1996", "1996-02-29")],
)
def test_a_day_is_read_by_the_first_pattern_that_fits(cell: str, expected: str) -> None:
    assert day(cell, ("%Y-%m-%d %H:%M:%S.%f", "%d.%m.%Y")) == expected


@pytest.mark.parametrize("cell", ["1997-02-30 00:00:00.000", "30.02.1997", "1997-13-01", "tomorrow"])
def test_a_day_that_does_not_exist_is_told_with_what_is_expected(cell: str) -> None:
    with pytest.raises(CellProblem) as told:
        day(cell, ("%Y-%m-%d %H:%M:%S.%f", "%d.%m.%Y"))
    assert (
        str(told.value)
        == f'"{cell}" is no date; expected is one like 1998-02-21 14:30:00.000000 or 21.02.1998'
    )


@pytest.mark.parametrize(
    ("cell", "expected"), [("Yes", 1), ("TRUE", 1), ("1", 1), ("no", 0), ("False", 0), ("", 0)]
)
def test_a_flag_is_yes_or_no(cell: str, expected: int) -> None:
    assert value("app_user", "is_travelling", '"x"', cell) == expected


def test_a_flag_that_is_neither_is_told() -> None:
    assert (
        problem("app_user", "is_travelling", '"x"', "maybe")
        == 'x: "maybe" is neither yes (1, true) nor no (0, false)'
    )


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3), st.sampled_from(".,"))
def test_a_number_is_shifted_exactly(given_number: Decimal, mark: str) -> None:
    text = f"{given_number:f}".replace(".", mark)
    assert number(text, mark, 3) == int(given_number.scaleb(3))


@given(st.text(max_size=12), st.integers(0, 4))
def test_any_text_is_a_number_or_a_problem(text: str, digits: int) -> None:
    try:
        found = number(text, ".", digits)
    except CellProblem:
        return
    assert Decimal(text).scaleb(digits) == found


def test_references_name_records_by_key_constant_or_field() -> None:
    fields = 'superior_id = { ref = "app_user", column = "boss" }\n'
    assert converted("app_user", fields, {"boss": "5"}).records[0].values["superior_id"] == Reference(
        "app_user", "5"
    )
    assert converted("app_user", fields, {"boss": "NULL"}).records[0].values["superior_id"] is None
    by_id = converted("app_user", 'superior_id = "boss"', {"boss": id_text(derive_id("a"))})
    assert by_id.records[0].values["superior_id"] == derive_id("a")


def test_a_record_may_have_its_own_id() -> None:
    row = converted("app_user", 'id = "own"', {"own": id_text(derive_id("a"))})
    assert row.records[0].id == derive_id("a")
    assert "id" not in row.records[0].values
    assert converted("app_user", 'id = "own"', {"own": "7"}).problem == 'own: "7" is not an id of Roundsman'


LOOKED_UP = 'superior_id = { ref = "app_user", lookup = { file = "other.csv", by = "id", take = "boss", column = "x" } }'


def test_a_lookup_takes_the_cell_of_another_file() -> None:
    assert converted("app_user", LOOKED_UP, {"x": "A"}, A="9").records[0].values["superior_id"] == Reference(
        "app_user", "9"
    )
    assert converted("app_user", LOOKED_UP, {"x": ""}, A="9").records[0].values["superior_id"] is None
    assert (
        converted("app_user", LOOKED_UP, {"x": "B"}, A="9").problem == 'x: no row of other has "B" as its id'
    )


def test_a_lookup_that_finds_nothing_takes_the_default() -> None:
    with_default = LOOKED_UP.removesuffix("}") + ', default = "2" }'
    for cell in ("B", "", "NULL"):
        row = converted("app_user", with_default, {"x": cell}, A="9")
        assert row.records[0].values["superior_id"] == Reference("app_user", "2")


def test_texts_are_made_of_several_cells() -> None:
    fields = 'description = { text = "{title}: {fax}" }'
    assert (
        converted("product", fields, {"title": "Owner", "fax": "1"}).records[0].values["description"]
        == "Owner: 1"
    )
    assert converted("product", fields, {"title": "NULL", "fax": ""}).records[0].values["description"] is None
    assert converted("product", 'spec = { text = "{title}" }', {"title": "x" * 201}).problem.startswith(
        "title: "
    )
    name = converted("product", 'name = { text = "{a} {b}" }', {"a": "", "b": ""})
    assert name.problem == "a, b: the cell is empty, and product.name must have a value"


def test_a_text_leaves_out_lines_without_cells_and_writes_days_and_looked_up_names() -> None:
    fields = (
        'description = { text = "Sent {sent:day} by {via}\\nFax {fax}\\nEnd", '
        'lookups = { via = { file = "other.csv", by = "id", take = "name" } } }'
    )
    full = converted("product", fields, {"sent": "4.7.1996", "via": "3", "fax": "12"}, **{"3": "Federal"})
    assert full.records[0].values["description"] == "Sent 1996-07-04 by Federal\nFax 12\nEnd"
    some = converted("product", fields, {"sent": "NULL", "via": "", "fax": "12"})
    assert some.records[0].values["description"] == "Fax 12\nEnd"
    none = converted("product", fields, {"sent": "NULL", "via": "", "fax": ""})
    assert none.records[0].values["description"] is None


def test_a_copy_is_left_to_whoever_knows_the_record() -> None:
    fields = 'division_id = "d"\nsuperior_id = { ref = "app_user", column = "b" }\nphone = { copy = "superior_id.phone" }'
    values = converted("app_user", fields, {"d": "", "b": "1"}).records[0].values
    assert values["phone"] == Copied("superior_id", "phone")


def test_every_problem_of_a_row_is_told_once() -> None:
    fields = 'cost_minor = { column = "x", money = true }\nfloor_price_minor = { column = "x", money = true }\nname = "n"'
    row = converted("product", fields, {"x": "?", "n": ""})
    assert row.problem.split("; ") == [
        'x: "?" is not a number with "." as decimal mark',
        "n: the cell is empty, and product.name must have a value",
    ]
    assert (row.line, row.key, row.cells, row.records) == (7, "K1", ("K1", "?", ""), ())


def test_an_empty_key_is_a_problem() -> None:
    assert converted("app_user", "", {"key": "NULL"}).problem == "key: the key is empty"
    assert "control character" in converted("app_user", "", {"key": "a\x1fb"}).problem


def test_a_damaged_row_keeps_its_cells_and_what_seems_to_be_its_key() -> None:
    found = map_of(f'{HEAD}[[file]]\nname = "a.csv"\nkey = ["key"]\n')
    converter = Converter(found, found.files[0], ["key", "x"], SCHEMA, Answers())
    row = converter.convert(RawRow(3, ("K1", "a", "b"), "", "the row has 3 cells, the header 2"))
    assert (row.key, row.cells, row.problem) == ("K1", ("K1", "a", "b"), "the row has 3 cells, the header 2")


def test_blanks_stay_where_the_map_says_so() -> None:
    assert value("product", "name", '"x"', " Chai ", top="trim = false\n") == " Chai "


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=4), min_size=2, max_size=2),
        min_size=2,
        max_size=2,
    )
)
def test_no_two_keys_are_alike(rows: list[list[str]]) -> None:
    first, second = rows
    assert (key_text(first) == key_text(second)) == (first == second)


def test_a_key_of_several_columns_may_have_an_empty_one() -> None:
    keys = Keys(map_of(f'{HEAD}[[file]]\nname = "a.csv"\n'), ["a", "b"], ["b", "a"])
    assert keys(("", "1")) == key_text(["1", ""])
    assert keys.guess(("only one",)) == ""
    with pytest.raises(CellProblem, match="a, b: the key is empty"):
        keys(("NULL", " "))


def test_the_newest_is_told_by_date_then_number_then_letters() -> None:
    reading = Reading(frozenset({""}), True, ",", ("%d.%m.%Y",))
    assert moment("2.1.1997", reading) < moment("1.12.1997", reading)  # type: ignore[operator]
    assert moment("9,5", reading) < moment("10", reading)  # type: ignore[operator]
    assert moment("a", reading) == "a"


@pytest.mark.parametrize(
    ("cell", "expected"), [('""', ""), ('"\\ufffd=1"', "\ufffd=1"), ("", None), (" a ", " a "), ('a"', 'a"')]
)
def test_an_exact_map_reads_texts_that_are_spelled_out(cell: str, expected: str | None) -> None:
    assert value("product", "spec", '"x"', cell, top="exact = true\n") == expected


@pytest.mark.parametrize("cell", ['"', '"a', '"a"b', '"\\q"'])
def test_what_begins_to_be_spelled_out_and_is_not_is_rejected(cell: str) -> None:
    said = problem("product", "spec", '"x"', cell, top="exact = true\n")
    assert said == f"x: {cell} begins with a double quote and is no text of JSON"
    assert value("product", "spec", '"x"', cell) == cell
