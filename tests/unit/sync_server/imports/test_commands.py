"""``import`` and ``imports`` from end to end: small files, a map of their own, and the company of the shared data."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm.schema import SCHEMA
from sync_server.__main__ import main
from sync_server.imports import load as load_module
from sync_server.imports.commands import Terminal
from sync_server.store import migrations
from sync_server.store.database import Database
from sync_server.sync.check import check
from tests.conftest import PROJECT
from tests.contract.backends import Backend

NORTHWIND = PROJECT.parent / "shared" / "data" / "northwind"
needs_northwind = pytest.mark.skipif(
    not NORTHWIND.is_dir(), reason=f"the sample company is not at {NORTHWIND}"
)

MAP = """
name = "shop"
title = "A shop"
currency = "USD"

[office]
archive_months = 36

[[file]]
name = "customers.csv"
label = "customers"
key = ["code"]
[[file.record]]
entity = "customer"
match = ["code"]
[file.record.fields]
code = "code"
name = "name"
phone = "phone"
owner_id = { ref = "app_user", match = "rep_code", column = "rep" }

[[file]]
name = "products.csv"
label = "products"
key = ["code"]
[[file.record]]
entity = "product"
match = ["code"]
[file.record.fields]
code = "code"
name = "name"
category_id = { ref = "product_category", match = "name", column = "category" }
base_unit = { value = "piece" }

[[file]]
name = "orders.csv"
label = "orders"
key = ["number"]
[[file.record]]
entity = "sales_order"
[file.record.fields]
number = "number"
origin = { value = "shop" }
rep_id = { ref = "app_user", match = "rep_code", column = "rep" }
customer_id = { ref = "customer", column = "customer" }
customer_name = { copy = "customer_id.name" }
state = { value = "settled" }
order_date = "day"
currency = { value = "USD" }

[[file]]
name = "lines.csv"
label = "order_lines"
key = ["number", "product"]
part_of = { file = "orders.csv", by = ["number"] }
[[file.record]]
entity = "order_line"
[file.record.fields]
order_id = { ref = "sales_order", column = "number" }
line_no = { count = true }
product_id = { ref = "product", column = "product" }
product_code = { copy = "product_id.code" }
product_name = { copy = "product_id.name" }
unit_name = { value = "piece" }
quantity_milli = { column = "quantity", milli = true }
unit_price_minor = { column = "price", money = true }
discount_bp = { column = "discount", fraction = true }
"""

FILES = {
    "customers.csv": "code,name,phone,rep\nA,Alpha,1,ANN\nB,Beta,2,BEN\n",
    "products.csv": "code,name,category\nP1,Plank,Posts\nP2,Panel,Posts\n",
    "orders.csv": "number,customer,rep,day\n1,A,ANN,2020-01-02\n2,B,BEN,2020-01-03\n",
    "lines.csv": "number,product,quantity,price,discount\n1,P1,2,10.00,0.1\n1,P2,1.5,3.33,0\n2,P1,1,9.99,0\n",
}
GROSS = 2000 + 500 + 999  # 1.5 pieces at 3.33 are 4.995
NET = 1800 + 500 + 999


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with the files and their map."""
    folder = tmp_path / "files"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    (tmp_path / "shop.toml").write_text(MAP, encoding="utf-8")
    return folder


@pytest.fixture
def url(sqlite_firms: Backend) -> Iterator[str]:
    """The firm's database."""
    with sqlite_firms.office() as found:
        yield found


@pytest.fixture
def any_url(firms: Backend) -> Iterator[str]:
    """The firm's database, of each kind in turn."""
    with firms.office() as found:
        yield found


class Shell:
    """Runs commands and reads what they say."""

    def __init__(self, files: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.files = files
        self._capsys = capsys
        self.complaint = ""

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code and what was said."""
        code = main(arguments)
        said = self._capsys.readouterr()
        self.complaint = said.err
        return code, said.out

    def load(self, url: str, *more: str, where: Path | None = None) -> tuple[int, dict[str, Any]]:
        """``import --json``: exit code and the last line."""
        map_file = str(self.files.parent / "shop.toml")
        code, said = self.run(
            "import", str(where or self.files), "--map", map_file, "--json", "--database", url, *more
        )
        return code, json.loads(said.splitlines()[-1]) if said else {}

    def imports(self, url: str, *more: str) -> dict[str, Any]:
        """``imports --json``."""
        code, said = self.run("imports", "--json", "--database", url, *more)
        assert code == 0, self.complaint
        found: dict[str, Any] = json.loads(said)
        return found


@pytest.fixture
def shell(files: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Commands over the files."""
    return Shell(files, capsys)


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Rows of a query."""
    database = Database(url, SCHEMA)
    with database.snapshot() as connection:
        found = database.rows(connection, statement)
    database.close()
    return found


def everything(url: str) -> list[Any]:
    """All that a database holds, table by table."""
    tables = [*SCHEMA.entities, "feed", "changeset", "import_run", "import_key", "import_batch", "setting"]
    return [sorted(rows(url, f"SELECT * FROM {table}"), key=repr) for table in tables]


def test_the_answer_is_read_back_from_the_database(shell: Shell, any_url: str) -> None:
    code, answer = shell.load(any_url)
    assert code == 0, shell.complaint
    assert answer["rows"] == {"customers": 2, "products": 2, "orders": 2, "order_lines": 3}
    assert {name: answer[name] for name in ("repaired", "rejected", "changed", "gross_minor", "net_minor", "run")} == {
        "repaired": 0, "rejected": 0, "changed": 9, "gross_minor": GROSS, "net_minor": NET, "run": 1,
    }  # fmt: skip
    code, again = shell.load(any_url)
    assert (code, again["changed"], again["rows"], again["run"]) == (0, 0, answer["rows"], 2)
    assert rows(any_url, "SELECT value FROM setting WHERE key='archive_months'") == [("36",)]


def test_a_dry_run_says_the_same_and_writes_nothing(shell: Shell, any_url: str) -> None:
    before = everything(any_url)
    code, rehearsed = shell.load(any_url, "--dry-run")
    assert everything(any_url) == before
    assert (code, rehearsed.pop("dry_run"), rehearsed.pop("run")) == (0, True, None)
    _, done = shell.load(any_url)
    assert done.pop("run") == 1
    assert rehearsed | {"seconds": 0} == done | {"seconds": 0}


def test_rejects_are_mended_and_imported_with_the_same_map(shell: Shell, url: str, tmp_path: Path) -> None:
    text = FILES["lines.csv"].replace("1,P2,1.5,3.33,0", '1,P2,1.5,"1.234,56",0')
    (shell.files / "lines.csv").write_text(text, encoding="utf-8")
    folder = tmp_path / "rejects"
    code, answer = shell.load(url, "--rejects", str(folder))
    assert (code, answer["rejected"], answer["rows"]["orders"], answer["rows"]["order_lines"]) == (1, 3, 1, 1)
    with (folder / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = [(row["file"], row["line"], row["outcome"]) for row in csv.DictReader(file)]
    assert sorted(listed) == [
        ("order_lines", "2", "rejected"),
        ("order_lines", "3", "rejected"),
        ("orders", "2", "rejected"),
    ]
    bad = folder / "lines.csv"
    bad.write_text(bad.read_text(encoding="utf-8-sig").replace('"1.234,56"', "3.33"), encoding="utf-8")
    code, answer = shell.load(url, "--rejects", str(folder), where=folder)
    assert (code, answer["rejected"], answer["rows"], answer["net_minor"]) == (
        0, 0, {"customers": 2, "products": 2, "orders": 2, "order_lines": 3}, NET,
    )  # fmt: skip
    assert not bad.exists()


def test_rejects_never_replace_the_files_themselves(shell: Shell, url: str) -> None:
    code, _ = shell.load(url, "--rejects", str(shell.files))
    assert (code, shell.complaint.startswith("error 1122")) == (2, True)
    assert rows(url, "SELECT COUNT(*) FROM customer") == [(0,)]


def test_an_import_is_listed_and_taken_back(shell: Shell, url: str) -> None:
    shell.load(url)
    [listed] = shell.imports(url)["imports"]
    assert (listed["id"], listed["source"], listed["state"]) == (1, "shop", "done")
    assert listed["outcomes"]["order_lines"] == {"created": 3}
    undone = shell.imports(url, "--undo", "1")
    assert (undone["deleted"], undone["stayed"]) == (9, 0)
    assert rows(url, "SELECT COUNT(*) FROM customer WHERE deleted=0") == [(0,)]
    assert rows(url, "SELECT COUNT(*) FROM setting WHERE key='archive_months'") == [(0,)]
    assert [each["state"] for each in shell.imports(url)["imports"]] == ["undone"]
    code, _ = shell.run("imports", "--undo", "7", "--database", url)
    assert (code, shell.complaint.startswith("error 1120")) == (2, True)


def test_people_read_sentences(shell: Shell, url: str) -> None:
    code, said = shell.run(
        "import",
        str(shell.files),
        "--map",
        str(shell.files.parent / "shop.toml"),
        "--database",
        url,
        "--as",
        "ANN",
    )
    assert (code, "Import 1 is done. 9 records created or changed" in said) == (0, True)
    assert "The order lines come to USD 34.99, after discounts USD 32.99." in said
    _, said = shell.run("imports", "--database", url)
    assert "A shop" in said
    _, said = shell.run("imports", "--undo", "1", "--database", url)
    assert "9 records deleted" in said
    [(author,)] = rows(url, "SELECT DISTINCT actor FROM changeset WHERE intent='import.shop'")
    assert [(author,)] == rows(url, "SELECT id FROM app_user WHERE rep_code='ANN'")


def _stop_after_four_rows(monkeypatch: pytest.MonkeyPatch, *, then: list[int]) -> None:
    """Somebody asks for a stop when four rows were loaded, and once more when ``then`` was answered."""
    loaded: list[str] = []
    twice = bool(then)
    monkeypatch.setattr(Terminal, "loaded", lambda _self, label: loaded.append(label))

    def stops(_self: Terminal) -> int:
        if len(loaded) < 4:
            return 0
        return (then.pop() if then else 2) if twice else 1

    monkeypatch.setattr(Terminal, "stops", stops)


def test_cancelling_takes_back_what_was_brought(
    shell: Shell, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_module, "BATCH_RECORDS", 2)
    _stop_after_four_rows(monkeypatch, then=[])
    code, _ = shell.load(url)
    assert (code, shell.complaint.startswith("error 9022")) == (2, True)
    assert rows(url, "SELECT COUNT(*) FROM import_batch WHERE taken_back=1")[0][0] > 0
    assert rows(url, "SELECT COUNT(*) FROM customer WHERE deleted=0") == [(0,)]
    [listed] = shell.imports(url)["imports"]
    assert listed["state"] == "cancelled"


def test_a_second_request_to_stop_leaves_it_unfinished(
    shell: Shell, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_module, "BATCH_RECORDS", 2)
    _stop_after_four_rows(monkeypatch, then=[1])
    code, _ = shell.load(url)
    monkeypatch.undo()
    assert (code, shell.complaint.startswith("error 9023")) == (2, True)
    assert [each["state"] for each in shell.imports(url)["imports"]] == ["unfinished"]
    code, answer = shell.load(url)
    assert (code, answer["rows"]["order_lines"]) == (0, 3)


@needs_northwind
def test_northwind_is_loaded_whole(shell: Shell, any_url: str, tmp_path: Path) -> None:
    fresh = any_url
    if fresh.startswith("sqlite"):
        fresh = f"sqlite:///{tmp_path / 'northwind.db'}"
        database = Database(fresh, SCHEMA)
        migrations.upgrade(database)
        database.close()
    code, said = shell.run("import", str(NORTHWIND), "--map", "northwind", "--json", "--database", fresh)
    answer = json.loads(said.splitlines()[-1])
    assert code == 0
    assert answer["rows"] == {
        "users": 9, "customers": 91, "categories": 8, "products": 77, "suppliers": 29, "territories": 53,
        "orders": 830, "order_lines": 2155,
    }  # fmt: skip
    assert (answer["repaired"], answer["rejected"]) == (209, 0)
    assert (answer["gross_minor"], answer["net_minor"]) == (135445859, 126579329)
    _, said = shell.run("import", str(NORTHWIND), "--map", "northwind", "--json", "--database", fresh)
    assert json.loads(said.splitlines()[-1])["changed"] == 0
    database = Database(fresh, SCHEMA)
    assert check(database) == []
    database.close()
