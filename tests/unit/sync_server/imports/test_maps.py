"""A map is refused with everything that is wrong with it before any file is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm.schema import SCHEMA
from sync_server.imports.maps import MAPS, Cell, Count, Fixed, Lookup, MapRefused, load_map
from sync_server.imports.wanted import Copied, Reference
from tests.unit.sync_server.imports.reading import map_of, problems_of

HEAD = 'name = "test"\ncurrency = "USD"\n'
USERS = """
[[file]]
name = "users.csv"
key = ["id"]
[[file.record]]
entity = "app_user"
[file.record.fields]
name = "name"
rep_code = "code"
"""
CUSTOMERS = """
[[file]]
name = "customers.csv"
key = ["id"]
[[file.record]]
entity = "customer"
[file.record.fields]
code = "id"
name = "name"
owner_id = { ref = "app_user", column = "rep" }
"""
ORDERS = """
[[file]]
name = "orders.csv"
key = ["id"]
[[file.record]]
entity = "sales_order"
[file.record.fields]
number = "id"
rep_id = { ref = "app_user", column = "rep" }
customer_id = { ref = "customer", column = "customer" }
customer_name = { copy = "customer_id.name" }
order_date = "day"
currency = { value = "USD" }
"""
LINES = """
[[file]]
name = "lines.csv"
key = ["order", "product"]
part_of = { file = "orders.csv", by = ["order"] }
[[file.record]]
entity = "order_line"
[file.record.fields]
order_id = { ref = "sales_order", column = "order" }
line_no = { count = true }
product_id = { ref = "product", match = "code", column = "product" }
product_code = "product"
product_name = { copy = "product_id.name" }
unit_name = { value = "pc" }
unit_factor_milli = { value = 1000 }
quantity_milli = { column = "quantity", milli = true }
"""
ALL = HEAD + USERS + CUSTOMERS + ORDERS + LINES


def changed(old: str, new: str) -> str:
    """The whole map with something else in one place."""
    assert ALL.count(old) >= 1
    return ALL.replace(old, new, 1)


def test_a_map_says_where_every_field_comes_from() -> None:
    found = map_of(
        'name = "test"\nempty = ["NULL"]\ndecimal_mark = ","\ndates = ["%d.%m.%Y"]\ncurrency = "JPY"\n'
        "[office]\narchive_months = 36\n"
        '[[constant]]\nentity = "division"\nkey = "main"\nfields = { code = "EX", name = "Example" }\n'
        + USERS
        + 'division_id = { ref = "division", constant = "main" }\n'
        + 'superior_id = { ref = "app_user", column = "boss", default = 2 }\nis_travelling = { value = true }\n'
        + CUSTOMERS
        + 'credit_limit_minor = { column = "limit", money = true }\n'
        + 'address_country = { column = "land", values = { Germany = "DE" } }\n'
        + ORDERS
        + LINES
    )
    assert [file.label for file in found.files] == ["users", "customers", "orders", "lines"]
    users, customers, _orders, lines = (file.records[0].fields for file in found.files)
    assert found.empty == frozenset({"", "NULL"})
    assert found.office == {"archive_months": 36}
    assert found.constants[0].values == {"code": "EX", "name": "Example"}
    assert users["name"] == Cell(("name",))
    assert users["division_id"] == Fixed(Reference("division", key="main"))
    assert users["superior_id"] == Cell(("boss",), ref="app_user", default="2")
    assert users["is_travelling"] == Fixed(1)
    assert customers["credit_limit_minor"] == Cell(("limit",), digits=0)
    assert customers["address_country"] == Cell(("land",), values={"Germany": "DE"})
    assert lines["line_no"] == Count()
    assert lines["quantity_milli"] == Cell(("quantity",), digits=3)
    assert lines["product_name"] == Fixed(Copied("product_id", "name"))
    assert [file.label for file in found.parts_of("orders")] == ["lines"]
    assert found.used_columns(found.files[3]) == ("order", "product", "quantity")


def test_columns_that_other_files_look_up_are_used() -> None:
    look = 'owner_id = { ref = "app_user", lookup = { file = "orders.csv", by = "customer", take = "rep", last = "day" } }'
    found = map_of(changed('owner_id = { ref = "app_user", column = "rep" }', look))
    lookup = Lookup("orders", "customer", "rep", "day")
    assert found.lookups_in("orders") == (lookup,)
    assert found.lookups_of(found.files[1]) == (lookup,)
    assert found.files[1].records[0].fields["owner_id"] == Cell(("customer",), lookup=lookup, ref="app_user")
    assert {"customer", "rep", "day"} <= set(found.used_columns(found.files[2]))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('name = "test"', 'name = "a b"', "name may hold letters"),
        ('name = "test"', "", "name is missing"),
        ('currency = "USD"', 'currency = "XXX"', "XXX is not known"),
        ('currency = "USD"', 'decimal_mark = "·"', "decimal_mark"),
        ('currency = "USD"', 'dates = ["%H:%M"]', '"%H:%M" is no pattern'),
        ('currency = "USD"', "speed = 3", "speed is unknown here"),
        ('currency = "USD"', "office = { a = [1] }", "office: a must be"),
        ('entity = "app_user"', 'entity = "person"', "file 1 (users.csv), record 1 (person): there is no entity person"),
        ('name = "name"\nrep_code', 'nome = "name"\nrep_code', "field nome: app_user has no such field"),
        ('name = "name"\nrep_code', "rep_code", "name is missing: app_user cannot be without it"),
        ('name = "name"\nrep_code', "name = 5\nrep_code", "the name of a column"),
        ('rep_code = "code"', 'rep_code = { value = "toolong" }', "is no value of this field"),
        ('rep_code = "code"', 'rep_code = { column = "code", milli = true }', "milli does not fit the field"),
        ('rep_code = "code"', 'rep_code = { column = "code", shout = true }', "shout is unknown here"),
        ('rep_code = "code"', 'rep_code = { column = "code", value = "A1" }', "exactly one of"),
        ('rep_code = "code"', "rep_code = { count = true }", "count does not fit"),
        ('rep_code = "code"', 'rep_code = { text = "A1" }', "text names no column"),
        ('rep_code = "code"', 'rep_code = { text = "{a} {" }', "columns stand in braces"),
        ('rep_code = "code"', 'rep_code = { column = "code", default = 1.5 }', "default must be written"),
        ('rep_code = "code"', 'rep_code = "code"\nstate = { value = "asleep" }', "none of its states"),
        ('rep_code = "code"', 'rep_code = "code"\nstate = { column = "s", values = { x = "asleep" } }', "its states"),
        ('key = ["id"]', "", "key is missing"),
        ('key = ["id"]', "key = []", "key must be a list of texts"),
        ('name = "users.csv"', 'name = "../users.csv"', "name must be that of a file"),
        ('name = "users.csv"', 'name = "users.csv"\nsheet = "S"', "sheet is for workbooks"),
        ('name = "users.csv"', 'name = "users.csv"\nrepair = "guess"', "there is no rule guess"),
        ('name = "users.csv"', 'name = "users.xlsx"\nrepair = "join-spaced"', "repair is for CSV"),
        ('name = "users.csv"', 'name = "users.csv"\nencoding = "klingon"', "klingon is not known"),
        ('name = "users.csv"', 'name = "users.csv"\nseparator = "ab"', "separator must be one sign"),
        ('name = "users.csv"', 'name = "users.csv"\nlabel = "orders"', "another file has the label orders"),
        ('ref = "app_user", column = "rep" }', 'ref = "persons", column = "rep" }', "there is no entity persons"),
        ('ref = "app_user", column = "rep" }', 'ref = "product", column = "rep" }', "refers to app_user, not to product"),
        ('ref = "app_user", column = "rep" }', 'ref = "app_user", columns = ["a", "b"] }', "has 1 column, this reference 2"),
        ('ref = "app_user", column = "rep" }', 'ref = "app_user", column = "rep", match = "nose" }', "match: nose is no field"),
        ('ref = "app_user", column = "rep" }', 'ref = "app_user", constant = "x" }', "there is no constant app_user x"),
        (
            'ref = "app_user", column = "rep" }',
            'lookup = { file = "x.csv", by = "a", take = "b" }, ref = "app_user" }',
            "there is no file x.csv in this map",
        ),
        ('copy = "customer_id.name"', 'copy = "customer_id.nose"', "customer has no field nose"),
        ('copy = "customer_id.name"', 'copy = "number.name"', "number is no reference"),
        ('copy = "customer_id.name"', 'copy = "customer_id.credit_limit_minor"', "is of another kind"),
        ('order_date = "day"', 'order_date = "day"\nnet_total_minor = "net"', "the office computes it"),
        ('order_date = "day"', 'order_date = { column = "day", money = true }', "money does not fit"),
        ('order_date = "day"', 'order_date = "day"\nrevision = { count = true }', "count is for files with part_of"),
        ('file = "orders.csv", by', 'file = "bills.csv", by', "there is no file bills.csv"),
        ('by = ["order"]', 'by = ["order", "product"]', "by has 2 columns, the key of orders.csv 1"),
        ('file = "orders.csv", by', 'file = "users.csv", by', "users.csv makes no documents"),
        ('ref = "product", match = "code", ', 'ref = "product", ', "no file of this map makes records of product"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(old: str, new: str, told: str) -> None:
    problems = problems_of(changed(old, new))
    assert any(told in problem for problem in problems), problems


def test_all_errors_of_a_map_are_told_at_once() -> None:
    text = changed('currency = "USD"', 'currency = "XXX"').replace('entity = "customer"', 'entity = "client"')
    problems = problems_of(text.replace('rep_code = "code"', 'rep = "code"'))
    assert len(problems) == 4


def test_two_records_of_one_entity_in_a_row_need_names() -> None:
    record = '[[file.record]]\nentity = "app_user"\nfields = { name = "n", rep_code = "c" }\n'
    file = f'{HEAD}[[file]]\nname = "users.csv"\nkey = ["id"]\n{record}'
    assert "two records of app_user" in problems_of(file + record)[0]
    assert problems_of(file + record + 'name = "second"\n') == ()


def test_a_file_that_others_refer_to_must_stand_before_them() -> None:
    assert problems_of(HEAD + CUSTOMERS + USERS) == (
        "customers.csv, customer.owner_id: it refers to users.csv, which must stand before customers.csv.",
    )


def test_files_that_refer_to_each_other_are_refused() -> None:
    grant = """
[[file]]
name = "terms.csv"
key = ["id"]
[[file.record]]
entity = "contact"
[file.record.fields]
name = "name"
customer_id = { ref = "customer", column = "customer" }
[[file.record]]
entity = "app_user"
fields = { name = "name", rep_code = "code" }
"""
    problems = problems_of(HEAD + CUSTOMERS + grant)
    assert len(problems) == 1
    assert "customers.csv and terms.csv refer to each other, so neither can be loaded first." in problems[0]


def test_a_constant_may_name_constants_before_it_only() -> None:
    division = '[[constant]]\nentity = "division"\nkey = "main"\nfields = { code = "EX", name = "Ex" }\n'
    person = (
        '[[constant]]\nentity = "app_user"\nkey = "boss"\n'
        'fields = { name = "B", rep_code = "BB", division_id = { ref = "division", constant = "main" } }\n'
    )
    assert problems_of(HEAD + division + person + CUSTOMERS) == ()
    assert "no constant division main before this one" in problems_of(HEAD + person + division + CUSTOMERS)[0]
    assert "it is there twice" in problems_of(HEAD + division + division + USERS)[0]


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"name = ", "not TOML"), (b"\xff", "not UTF-8"), (None, "no such map"), (b"", "there is no [[file]]")],
)
def test_a_file_that_is_no_map_is_refused(tmp_path: Path, content: bytes | None, told: str) -> None:
    path = tmp_path / "some.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MapRefused) as refused:
        load_map(path, SCHEMA)
    assert refused.value.code == 1101
    assert told in refused.value.message


@pytest.mark.parametrize("path", sorted(MAPS.glob("*.toml")), ids=lambda path: path.stem)
def test_maps_that_come_with_the_program_fit_the_schema(path: Path) -> None:
    found = load_map(path.stem, SCHEMA)
    assert found.name == path.stem


EXACT = """
name = "exact"
exact = true
[[file]]
name = "customers.csv"
key = ["id"]
[[file.record]]
entity = "customer"
[file.record.fields]
id = "id"
deleted = "gone"
code = "code"
name = "name"
owner_id = { ref = "app_user", match = "id", column = "owner" }
"""


def test_an_exact_map_keeps_blanks_unless_it_says_otherwise() -> None:
    assert not map_of(EXACT).trim
    assert map_of(EXACT.replace("exact = true", "exact = true\ntrim = true")).trim


def test_records_are_named_by_id_without_a_file_that_makes_them() -> None:
    [record] = map_of(EXACT).files[0].records
    assert record.fields["owner_id"] == Cell(("owner",), ref="app_user", match="id")
    assert problems_of(EXACT.replace('match = "id", ', "")) == (
        "customers.csv, customer.owner_id: no file of this map makes records of app_user, so they have no keys.",
    )
