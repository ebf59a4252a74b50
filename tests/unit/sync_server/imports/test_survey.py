"""The first pass: what is there, who belongs to whom, and what must be told before the first row is loaded."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from crm.errors import OfficeFault
from crm.schema import SCHEMA
from sync_server.imports.maps import ImportMap, load_map
from sync_server.imports.places import LOOKUPS, REPORT, find_places, reject_name
from sync_server.imports.raw import FileRefused
from sync_server.imports.scratch import NO_SCRATCH, Scratch
from sync_server.imports.survey import Survey
from sync_server.imports.wanted import Reference, WantedRow
from tests.conftest import PROJECT
from tests.unit.sync_server.imports.reading import map_of

MAP = """
name = "test"
currency = "USD"
[[file]]
name = "users.csv"
key = ["id"]
[[file.record]]
entity = "app_user"
fields = { name = "name", rep_code = "code", superior_id = { ref = "app_user", column = "boss" } }
[[file]]
name = "customers.csv"
key = ["id"]
[[file.record]]
entity = "customer"
[file.record.fields]
code = "id"
name = "name"
owner_id = { ref = "app_user", lookup = { file = "orders.csv", by = "customer", take = "rep", last = "day", column = "id" }, default = "1" }
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
[[file]]
name = "lines.csv"
label = "order_lines"
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
quantity_milli = { column = "quantity", milli = true }
"""
USERS = "id,name,code,boss\n1,Ann,AN,2\n2,Ben,BE,\n"
CUSTOMERS = "id,name\nC1,First\nC2,Second\nC3,Third\n"
ORDERS = (
    "id,rep,customer,day\n10,1,C1,1998-01-02\n11,2,C1,1998-01-05\n12,1,C1,1998-01-03\n13,2,C2,1998-01-01\n"
)
LINES = "order,product,quantity\n11,A,1\n10,A,1\n10,B,2\n12,C,3\n10,C,4\n"


@pytest.fixture
def plain_map() -> ImportMap:
    return map_of(MAP)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The four files of the map."""
    where = tmp_path / "in"
    where.mkdir()
    for name, text in (
        ("users.csv", USERS),
        ("customers.csv", CUSTOMERS),
        ("orders.csv", ORDERS),
        ("lines.csv", LINES),
    ):
        (where / name).write_text(text)
    return where


def documents(survey: Survey, label: str) -> list[tuple[WantedRow | None, list[WantedRow]]]:
    """The documents of a file."""
    return list(survey.documents(next(file for file in survey.files if file.label == label)))


def shape(survey: Survey, label: str) -> list[tuple[str | None, list[str]]]:
    """The keys of the documents of a file."""
    return [
        (None if root is None else root.key, [part.key.replace("\x1f", "/") for part in parts])
        for root, parts in documents(survey, label)
    ]


def all_rows(survey: Survey) -> Iterator[WantedRow]:
    """Every row of every file."""
    for file in survey.files:
        yield from survey.rows(file)


def test_files_are_described(plain_map: ImportMap, folder: Path) -> None:
    (folder / "customers.csv").write_bytes("id;name\nC1;Bün\n".encode("utf-8-sig"))
    told: list[tuple[str, int]] = []
    with Survey(plain_map, folder, SCHEMA, progress=lambda label, rows: told.append((label, rows))) as survey:
        found = {
            file.label: (file.rows, file.columns, file.encoding, file.separator) for file in survey.files
        }
    assert found["customers"] == (1, ("id", "name"), "utf-8-sig", ";")
    assert found["order_lines"] == (5, ("order", "product", "quantity"), "utf-8", ",")
    assert told == [("users", 2), ("customers", 1), ("orders", 4), ("order_lines", 5)]


def test_an_order_comes_with_its_lines_wherever_they_stand(plain_map: ImportMap, folder: Path) -> None:
    with Survey(plain_map, folder, SCHEMA) as survey:
        assert shape(survey, "orders") == [
            ("10", ["10/A", "10/B", "10/C"]),
            ("11", ["11/A"]),
            ("12", ["12/C"]),
            ("13", []),
        ]
        _root, parts = documents(survey, "orders")[0]
        assert [part.records[0].values["line_no"] for part in parts] == [1, 2, 3]
        assert [part.line for part in parts] == [3, 4, 6]
        assert {part.document for part in parts} == {"10"}
        assert documents(survey, "order_lines") == []
        assert documents(survey, "orders") == documents(survey, "orders")


def test_lines_without_an_order_come_last_by_document(plain_map: ImportMap, folder: Path) -> None:
    (folder / "lines.csv").write_text(LINES + "99,A,1\n98,A,1\n99,B,1\n")
    with Survey(plain_map, folder, SCHEMA) as survey:
        assert shape(survey, "orders")[4:] == [(None, ["98/A"]), (None, ["99/A", "99/B"])]


def test_a_key_that_comes_again_is_rejected_with_the_line_of_the_first(
    plain_map: ImportMap, folder: Path
) -> None:
    (folder / "orders.csv").write_text(ORDERS + "10,2,C2,1998-02-02\n")
    (folder / "lines.csv").write_text(LINES + "10,A,7\n")
    with Survey(plain_map, folder, SCHEMA) as survey:
        found = documents(survey, "orders")
    assert [len(parts) for _root, parts in found] == [4, 1, 1, 0, 0]
    first, again = found[0][0], found[4][0]
    assert first is not None
    assert again is not None
    assert not first.problem
    assert (again.problem, again.records) == ("the row in line 2 has the same key", ())
    assert [part.problem for part in found[0][1]] == ["", "", "", "the row in line 3 has the same key"]


def test_the_owner_is_taken_from_the_newest_order(plain_map: ImportMap, folder: Path) -> None:
    with Survey(plain_map, folder, SCHEMA) as survey:
        owners = [row.records[0].values["owner_id"] for row in all_rows(survey) if row.file == "customers"]
    assert owners == [Reference("app_user", "2"), Reference("app_user", "2"), Reference("app_user", "1")]


def test_of_equally_new_rows_the_later_one_counts(plain_map: ImportMap, folder: Path) -> None:
    (folder / "orders.csv").write_text(
        "id,rep,customer,day\n1,1,C1,1998-01-02\n2,2,C1,1998-01-02\n3,1,C1,1997-12-31\n"
    )
    with Survey(plain_map, folder, SCHEMA) as survey:
        owner = next(row for row in all_rows(survey) if row.file == "customers").records[0].values["owner_id"]
    assert owner == Reference("app_user", "2")


def test_a_lookup_that_several_rows_answer_differently_is_a_problem(folder: Path) -> None:
    plain = map_of(MAP.replace(', last = "day"', ""))
    with Survey(plain, folder, SCHEMA) as survey:
        problems = [row.problem for row in all_rows(survey) if row.file == "customers"]
    assert problems == ['id: several rows of orders have "C1" as their customer, and differ', "", ""]


@pytest.mark.parametrize(
    ("damaged", "goes_to"),
    [
        ("12,B", "12"),
        ("12,B,1,9", "12"),
        ("77,B", "10"),
        ("1\ufffd,B,2", "10"),
        ('12,"B,2', "12"),
        ("", None),
    ],
)
def test_a_line_that_cannot_be_read_goes_to_its_order_or_to_the_one_before(
    plain_map: ImportMap, folder: Path, damaged: str, goes_to: str | None
) -> None:
    (folder / "lines.csv").write_text(f"order,product,quantity\n12,A,1\n10,B,2\n{damaged}\n13,A,1\n")
    with Survey(plain_map, folder, SCHEMA) as survey:
        bad = [
            root.key
            for root, parts in documents(survey, "orders")
            if root is not None and any(part.problem for part in parts)
        ]
    assert bad == ([goes_to] if goes_to else [])


def test_lines_of_an_order_that_cannot_be_read_come_with_it(plain_map: ImportMap, folder: Path) -> None:
    (folder / "orders.csv").write_text(ORDERS.replace("10,1,C1,", "10,1,C1,5,"))
    with Survey(plain_map, folder, SCHEMA) as survey:
        root, parts = documents(survey, "orders")[0]
    assert root is not None
    assert root.problem == "the row has 5 cells, the header 4"
    assert [part.key for part in parts] == ["10\x1fA", "10\x1fB", "10\x1fC"]


def test_a_sheet_is_read_like_a_file(plain_map: ImportMap, folder: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Orders")
    for row in (["id", "rep", "customer", "day"], [10, 1, "C1", "1998-01-02"]):
        sheet.append(row)
    book.save(folder / "book.xlsx")
    text = MAP.replace('name = "orders.csv"', 'name = "book.xlsx"\nsheet = "Orders"\nlabel = "orders"')
    plain = map_of(
        text.replace("orders.csv", "orders").replace("currency", 'dates = ["%d.%m.%Y"]\ncurrency', 1)
    )
    with Survey(plain, folder, SCHEMA) as survey:
        root, parts = documents(survey, "orders")[0]
    assert root is not None
    assert (root.key, root.records[0].values["order_date"], len(parts)) == ("10", "1998-01-02", 3)
    assert reject_name(plain.by_label["orders"]) == "book.xlsx.orders.csv"


def test_everything_that_is_wrong_with_files_is_told_at_once(plain_map: ImportMap, folder: Path) -> None:
    (folder / "users.csv").write_text("id,name,code\n1,Ann,AN\n")
    (folder / "lines.csv").write_text("")
    with pytest.raises(FileRefused) as refused, Survey(plain_map, folder, SCHEMA):
        raise AssertionError("nothing may be imported")
    assert "users.csv: Columns that are missing: boss." in refused.value.message
    assert "lines.csv: The file is empty." in refused.value.message


def test_a_folder_must_have_all_files(plain_map: ImportMap, folder: Path, tmp_path: Path) -> None:
    (folder / "users.csv").unlink()
    (folder / "lines.csv").unlink()
    with pytest.raises(FileRefused, match=r"not there: users\.csv, lines\.csv"):
        find_places(plain_map, folder)
    with pytest.raises(FileRefused, match="no such folder"):
        find_places(plain_map, tmp_path / "nothing")


def test_rejects_may_be_some_of_the_files_and_look_up_in_the_others(
    plain_map: ImportMap, folder: Path, tmp_path: Path
) -> None:
    rejects = tmp_path / "rejects"
    (rejects / LOOKUPS).mkdir(parents=True)
    shutil.copy(folder / "orders.csv", rejects / LOOKUPS)
    (rejects / "customers.csv").write_text("id,name\nC2,Second\n", encoding="utf-8-sig")
    (rejects / REPORT).write_text("file,line,outcome,reason\n")
    with Survey(plain_map, rejects, SCHEMA) as survey:
        rows = list(all_rows(survey))
    assert survey.absent == ("users", "orders", "order_lines")
    assert [row.records[0].values["owner_id"] for row in rows] == [Reference("app_user", "2")]


def test_lines_come_by_document_where_the_orders_are_absent(
    plain_map: ImportMap, folder: Path, tmp_path: Path
) -> None:
    with Survey(plain_map, folder / "lines.csv", SCHEMA) as survey:
        assert shape(survey, "order_lines") == [
            (None, ["10/A", "10/B", "10/C"]),
            (None, ["11/A"]),
            (None, ["12/C"]),
        ]


def test_one_file_looks_up_in_its_neighbours(plain_map: ImportMap, folder: Path) -> None:
    with Survey(plain_map, folder / "customers.csv", SCHEMA) as survey:
        owners = [row.records[0].values["owner_id"] for row in all_rows(survey)]
    assert owners[0] == Reference("app_user", "2")
    (folder / "orders.csv").unlink()
    with pytest.raises(FileRefused, match=r"orders\.csv: The file is not there, and customers\.csv needs it"):
        Survey(plain_map, folder / "customers.csv", SCHEMA).__enter__()


def test_a_file_that_the_map_does_not_know_is_refused(plain_map: ImportMap, tmp_path: Path) -> None:
    (tmp_path / "bills.csv").write_text("id\n1\n")
    with pytest.raises(FileRefused, match="no such file; it has users"):
        find_places(plain_map, tmp_path / "bills.csv")
    single = map_of('name = "one"\n[[file]]\nname = "a.csv"\nkey = ["id"]\n')
    assert find_places(single, tmp_path / "bills.csv")[0].path.name == "bills.csv"


def test_a_scratch_database_that_cannot_be_used_is_told() -> None:
    scratch = Scratch()
    scratch._base.execute("COMMIT")
    scratch._base.execute("PRAGMA max_page_count = 8")
    with pytest.raises(OfficeFault) as fault:
        scratch.add_keys(0, [(f"key {line}" * 50, line, True) for line in range(1000)])
    assert fault.value.code == NO_SCRATCH
    scratch.close()


def test_memory_does_not_grow_with_keys_and_lines(tmp_path: Path) -> None:
    program = f"""
import resource
from pathlib import Path
from crm.schema import SCHEMA
from sync_server.imports.survey import Survey
from tests.unit.sync_server.imports.reading import map_of
from tests.unit.sync_server.imports.test_survey import CUSTOMERS, MAP, USERS
folder = Path({str(tmp_path)!r})
(folder / "users.csv").write_text(USERS)
(folder / "customers.csv").write_text(CUSTOMERS)
def peak(orders):
    with (folder / "orders.csv").open("w") as file, (folder / "lines.csv").open("w") as lines:
        file.write("id,rep,customer,day\\n")
        lines.write("order,product,quantity\\n")
        for number in range(orders):
            file.write(f"{{number}},1,C{{number}},1998-01-02\\n")
            lines.writelines(f"{{number}},P{{product}},{{product}}\\n" for product in range(5))
    with Survey(map_of(MAP), folder, SCHEMA) as survey:
        count = sum(1 + len(parts) for file in survey.files for _root, parts in survey.documents(file))
    assert count >= 6 * orders
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak(500), peak(6_000))
"""
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=100
    )
    assert run.returncode == 0, run.stderr
    small_kb, large_kb = map(int, run.stdout.split())
    assert large_kb - small_kb < 30_000, "SQLite's cache of 16 MB and buffers, not the 36,000 rows"


# -- Northwind


def test_northwind_is_read_with_209_repairs_and_no_problem(shared_data: Path) -> None:
    found = load_map("northwind", SCHEMA)
    repaired: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    names: dict[tuple[str, str], tuple[str, ...]] = {}
    with Survey(found, shared_data / "northwind", SCHEMA) as survey:
        for row in all_rows(survey):
            assert not row.problem, row
            counts[row.file] += 1
            repaired[row.file] += bool(row.repaired)
            names[row.file, row.key] = row.cells
        assert all(counts[file.label] == file.rows for file in survey.files)
    assert {label: count for label, count in repaired.items() if count} == {
        "customers": 24,
        "orders": 176,
        "suppliers": 9,
    }
    assert names["suppliers", "7"][1] == "Pavlova, Ltd."
    assert names["suppliers", "24"][1] == "G'day, Mate"
    expected = {
        "users": 9,
        "customers": 91,
        "categories": 8,
        "products": 77,
        "suppliers": 29,
        "territories": 53,
    }
    assert expected.items() <= counts.items()
    assert (counts["orders"], counts["order_lines"]) == (830, 2155)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_northwind_in_another_encoding_is_the_same(shared_data: Path, tmp_path: Path, encoding: str) -> None:
    found = load_map("northwind", SCHEMA)
    for path in (shared_data / "northwind").glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_bytes(text.encode(encoding))
    with Survey(found, shared_data / "northwind", SCHEMA) as one, Survey(found, tmp_path, SCHEMA) as other:
        rows = [row for row in all_rows(one) if row.file in {"customers", "suppliers"}]
        again = [row for row in all_rows(other) if row.file in {"customers", "suppliers"}]
    assert len(rows) == 120
    assert rows == again


@pytest.mark.parametrize("seed", range(3))
def test_northwind_with_one_byte_in_twenty_damaged_is_told_row_by_row(
    shared_data: Path, tmp_path: Path, seed: int
) -> None:
    found = load_map("northwind", SCHEMA)
    dice = random.Random(seed)
    for path in sorted((shared_data / "northwind").glob("*.csv")):
        header, _, body = path.read_bytes().partition(b"\n")
        damaged = bytearray(body)
        for place in dice.sample(range(len(damaged)), len(damaged) // 20):
            damaged[place] = dice.randrange(256)
        (tmp_path / path.name).write_bytes(header + b"\n" + bytes(damaged))
    with Survey(found, tmp_path, SCHEMA) as survey:
        rows = list(all_rows(survey))
        assert Counter(row.file for row in rows) == Counter(
            {file.label: file.rows for file in survey.files if file.rows}
        )
    rejected = sum(bool(row.problem) for row in rows)
    assert len(rows) // 2 < rejected < len(rows)
    assert all(bool(row.problem) != bool(row.records) for row in rows if row.file == "orders")
