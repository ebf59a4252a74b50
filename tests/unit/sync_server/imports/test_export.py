"""Exports of a whole office: what comes back from them, what is refused, and what nothing is left of."""

from __future__ import annotations

import csv
import errno
import io
import json
import shutil
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from crm.approvals import actions as approvals
from crm.changes.entity import OFFICE_ONLY, SYSTEM, Wire
from crm.contacts import actions as contacts
from crm.customers import actions as customers
from crm.orders import actions as orders
from crm.schema import SCHEMA
from sync_server.__main__ import main
from sync_server.imports import export_read
from sync_server.imports.commands import Terminal
from sync_server.imports.export_files import CsvFile
from sync_server.store import migrations
from sync_server.store.database import Database
from sync_server.store.rows import select_list
from sync_server.sync.check import check
from sync_server.sync.office import OfficeWork
from tests.contract.backends import Backend
from tests.unit.sync_server.imports.test_commands import NORTHWIND, needs_northwind, rows
from tests.unit.sync_server.sync.firm import SECRET, Firm

AT_THE_OFFICE = set(SYSTEM + OFFICE_ONLY) - {"id", "deleted"} | {"looks"}
"""Columns that say when and by which change a row came to this office, and what it made of that."""


class Offices:
    """Offices in a folder, and the command line."""

    def __init__(self, folder: Path, template: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._template = template
        self._capsys = capsys
        self.complaint = ""

    def empty(self, name: str = "empty") -> str:
        """The address of an office without any row."""
        path = self.folder / f"{name}.db"
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"

    def run(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Exit code and the answer as plain values."""
        code = main([*arguments, "--json"])
        said = self._capsys.readouterr()
        self.complaint = said.err
        return code, json.loads(said.out.splitlines()[-1]) if said.out else {}

    def export(self, url: str, what: str, out: Path, *more: str) -> dict[str, Any]:
        """``export``, which must succeed."""
        code, answer = self.run("export", what, "--out", str(out), "--database", url, *more)
        assert code == 0, self.complaint
        return answer

    def load(self, url: str, where: Path, map_file: Path) -> dict[str, int]:
        """``import``, which must succeed; how many rows had each outcome."""
        code, answer = self.run("import", str(where), "--map", str(map_file), "--database", url)
        assert code == 0, self.complaint or answer
        found: dict[str, int] = {}
        for counts in answer["outcomes"].values():
            for outcome, count in counts.items():
                found[outcome] = found.get(outcome, 0) + count
        return found


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of an office without any row."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    database = Database(f"sqlite:///{path}", SCHEMA)
    migrations.upgrade(database)
    database.close()
    return path


@pytest.fixture
def offices(tmp_path: Path, template: Path, capsys: pytest.CaptureFixture[str]) -> Offices:
    """See `Offices`."""
    return Offices(tmp_path, template, capsys)


@pytest.fixture
def lived(firm: Firm) -> Firm:
    """The firm after a while: an approved order whose contact left, one that came back and was revised, hard texts."""
    firm.edit("product", firm.products[1], description="", spec='=1+1\n"x"', name="Wall 👩🏽‍🚀 007")

    def begin(work: OfficeWork) -> tuple[bytes, bytes, bytes]:
        customer = customers.create_customer(work, name="+a", phone="+49 30 1").id
        contact = contacts.create_contact(work, customer, name="Left").id
        above = contacts.create_contact(work, customer, name="Above").id
        customers.add_ship_to(work, customer, label="gate", address_city="Beijing")
        return customer, contact, above

    customer, contact, above = firm.act(begin, firm.anna)
    firm.edit("contact", contact, reports_to_id=above)

    def draft(work: OfficeWork) -> bytes:
        order = orders.create_order(
            work, customer, currency="CNY", contact_id=contact, wanted_on=date(2026, 6, 1)
        )
        for place in (0, 1):
            orders.add_line(work, order.id, firm.products[place], quantity_milli=1500, unit_price_minor=333)
        return order.id

    def submit(work: OfficeWork, order_id: bytes) -> bytes:
        seal = orders.submit_order(work, order_id).seal_hash
        assert seal is not None
        return seal

    approved, revised, waiting = (firm.act(draft, firm.anna) for _ in range(3))
    seals = {
        each: firm.act(partial(submit, order_id=each), firm.anna) for each in (approved, revised, waiting)
    }
    firm.act(
        lambda work: approvals.approve_order(work, approved, seals[approved]),
        firm.head,
        touching=[("sales_order", approved)],
    )
    firm.act(
        lambda work: approvals.return_order(work, revised, seals[revised], "too dear"),
        firm.head,
        touching=[("sales_order", revised)],
    )
    firm.act(lambda work: orders.revise_order(work, revised).state, firm.anna)
    firm.act(lambda work: contacts.delete_contact(work, contact).name, firm.anna)
    firm.edit("division", firm.north, name="North")
    return firm


def as_it_is(url: str) -> dict[str, list[dict[str, Wire]]]:
    """Every row of an office by table."""
    database = Database(url, SCHEMA)
    found: dict[str, list[dict[str, Wire]]] = {}
    with database.snapshot() as connection:
        for entity in SCHEMA:
            names = [name for name in entity.columns if name not in AT_THE_OFFICE]
            found[entity.name] = [
                dict(zip(names, values, strict=True))
                for values in database.rows(
                    connection, f"SELECT {select_list(names)} FROM {entity.name} ORDER BY id"
                )
            ]
    database.close()
    return found


def faults(url: str) -> list[Any]:
    """What the check finds."""
    database = Database(url, SCHEMA)
    found = check(database)
    database.close()
    return found


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_a_whole_office_comes_back(lived: Firm, offices: Offices, form: str, tmp_path: Path) -> None:
    out = tmp_path / "office"
    answer = offices.export(lived.url, "all", out, "--format", form)
    assert (answer["one_way"], answer["rows"]["order_seal"], answer["rows"]["approval_decision"]) == (
        ["conflict", "quarantine"], 3, 2,
    )  # fmt: skip
    outcomes = offices.load(lived.url, out, out / "roundsman.toml")
    assert set(outcomes) == {"unchanged"}
    empty = offices.empty()
    offices.load(empty, out, out / "roundsman.toml")
    assert as_it_is(empty) == as_it_is(lived.url)
    assert faults(empty) == []
    assert set(offices.load(empty, out, out / "roundsman.toml")) == {"unchanged"}


def test_an_order_that_waits_for_approval_is_looked_at_again(
    lived: Firm, offices: Offices, tmp_path: Path
) -> None:
    out = tmp_path / "office"
    offices.export(lived.url, "all", out)
    empty = offices.empty()
    offices.load(empty, out, out / "roundsman.toml")
    [(looks,)] = rows(empty, "SELECT looks FROM sales_order WHERE state='submitted'")
    assert "duplicate" in looks


def test_what_came_back_is_taken_back_and_brought_again(
    lived: Firm, offices: Offices, tmp_path: Path
) -> None:
    out = tmp_path / "office"
    offices.export(lived.url, "all", out)
    empty = offices.empty()
    offices.load(empty, out, out / "roundsman.toml")
    code, undone = offices.run("imports", "--undo", "1", "--database", empty)
    assert (code, undone["stayed"]) == (0, 0)
    assert rows(empty, "SELECT COUNT(*) FROM sales_order WHERE deleted=0") == [(0,)]
    offices.load(empty, out, out / "roundsman.toml")
    assert as_it_is(empty) == as_it_is(lived.url)


@pytest.mark.parametrize(
    ("table", "column", "value", "rejected", "reason"),
    [
        ("order_line", "unit_price_minor", "334", 2, "The order is not the document that was sealed."),
        ("order_seal", "hash", "00" * 32, 3, "A sealed document does not match its hash."),
        ("order_seal", "order_id", None, 3, "The order is not the document that was sealed."),
        ("approval_decision", "seal_hash", "00" * 32, 2, "A decision is about a document that is not there."),
    ],
)
def test_a_sealed_order_that_was_tampered_with_is_rejected(
    lived: Firm,
    offices: Offices,
    tmp_path: Path,
    table: str,
    column: str,
    value: str | None,
    rejected: int,
    reason: str,
) -> None:
    out, bad = tmp_path / "office", tmp_path / "bad"
    offices.export(lived.url, "all", out)
    file = out / f"{table}.csv"
    listed = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")))
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, listed[0])
        writer.writeheader()
        writer.writerows({**row, column: value} for row in listed if value is not None)
    empty = offices.empty()
    map_file = str(out / "roundsman.toml")
    code, answer = offices.run(
        "import", str(out), "--map", map_file, "--database", empty, "--rejects", str(bad)
    )
    assert (code, answer["outcomes"]["sales_order"]["rejected"]) == (1, rejected)
    assert reason in (bad / "report.csv").read_text(encoding="utf-8-sig")


@needs_northwind
def test_northwind_comes_back_row_for_row(offices: Offices, tmp_path: Path) -> None:
    first = offices.empty("northwind")
    offices.load(first, NORTHWIND, Path("northwind"))
    offices.export(first, "all", tmp_path / "out")
    second = offices.empty("again")
    offices.load(second, tmp_path / "out", tmp_path / "out" / "roundsman.toml")
    assert as_it_is(second) == as_it_is(first)
    assert rows(second, "SELECT value FROM setting WHERE key='archive_months'") == [("36",)]


def test_an_office_that_was_set_up_keeps_its_administrator(
    lived: Firm, offices: Offices, tmp_path: Path
) -> None:
    old, new = (f"sqlite:///{tmp_path / name}.db" for name in ("old", "new"))
    for url in (old, new):
        assert offices.run("init", "--division", "NOR:North", "--database", url)[0] == 0
    offices.export(old, "all", tmp_path / "out")
    assert set(offices.load(new, tmp_path / "out", tmp_path / "out" / "roundsman.toml")) == {"unchanged"}
    assert rows(new, "SELECT COUNT(*) FROM app_user") == [(1,)]


def test_one_table_is_read_back_alone(lived: Firm, offices: Offices, tmp_path: Path) -> None:
    for table in ("user_role", "contact", "sales_order", "order_seal"):
        out = tmp_path / f"{table}.csv"
        assert offices.export(lived.url, table, out)["files"] == [str(out), f"{out}.map.toml"]
        assert set(offices.load(lived.url, out, Path(f"{out}.map.toml"))) == {"unchanged"}


def test_what_replication_left_is_exported_without_a_map(
    lived: Firm, offices: Offices, tmp_path: Path
) -> None:
    answer = offices.export(lived.url, "conflict", tmp_path / "conflicts.csv")
    assert (answer["files"], answer["one_way"]) == ([str(tmp_path / "conflicts.csv")], ["conflict"])


def test_captions_and_fields_of_the_office_are_for_people(
    lived: Firm, offices: Offices, tmp_path: Path
) -> None:
    out = tmp_path / "products.csv"
    offices.export(lived.url, "product", out)
    first, *_ = csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig")))
    assert (first["category_id.name"], first["cost_minor"]) == ("Posts", str(SECRET))


def test_a_mended_export_changes_what_was_mended(lived: Firm, offices: Offices, tmp_path: Path) -> None:
    out = tmp_path / "customers.json"
    offices.export(lived.url, "customer", out)
    [values] = json.loads(out.read_text(encoding="utf-8"))
    out.write_text(json.dumps([{**values, "note": "seen", "looks": "?"}]), encoding="utf-8")
    assert offices.load(lived.url, out, Path(f"{out}.map.toml")) == {"changed": 1}
    assert lived.sql("SELECT note FROM customer") == [("seen",)]


def test_rows_are_chosen_by_division_and_day(lived: Firm, offices: Offices, tmp_path: Path) -> None:
    def count(what: str, *more: str) -> int:
        answer = offices.export(lived.url, what, tmp_path / "x.csv", "--force", *more)
        found: int = answer["rows"][what]
        return found

    assert [count("sales_order", "--division", code) for code in ("NOR", "SOU")] == [3, 0]
    assert count("product", "--division", "SOU") == 2
    assert [count("order_line", "--since", day) for day in ("2026-05-01", "2026-06-01")] == [6, 0]
    lived.clock.ms += 30 * 86_400_000
    [(order_id,)] = lived.sql("SELECT id FROM sales_order WHERE state='draft'")
    lived.act(lambda work: orders.change_order(work, order_id, note="later").note, lived.anna)
    assert count("sales_order", "--since", "2026-06-01") == 1
    assert count("order_line", "--since", "2026-06-01") == 2


def test_what_hangs_on_deleted_records_stays_away(lived: Firm, offices: Offices, tmp_path: Path) -> None:
    [(customer,)] = lived.sql("SELECT id FROM customer")
    lived.act(lambda work: customers.delete_customer(work, customer).name, lived.anna)
    answer = offices.export(lived.url, "all", tmp_path / "out")
    assert {
        answer["rows"][name] for name in ("customer", "contact", "sales_order", "order_line", "order_seal")
    } == {0}


def test_many_rows_are_read_piece_by_piece(
    lived: Firm, offices: Offices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_read, "ROWS_AT_ONCE", 1)
    offices.export(lived.url, "order_line", tmp_path / "lines.json")
    found = json.loads((tmp_path / "lines.json").read_text(encoding="utf-8"))
    assert [each["id"].replace("-", "") for each in found] == [
        row_id.hex() for (row_id,) in lived.sql("SELECT id FROM order_line ORDER BY id")
    ]


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        (("nothing", "--out", "x.csv"), 1130),
        (("customer", "--out", "x.vcf"), 1130),
        (("customer", "--out", "x.csv", "--format", "xlsx"), 1130),
        (("customer", "--out", "x.json", "--format", "csv"), 1130),
        (("customer", "--out", "x.csv", "--division", "ZZZ"), 1130),
        (("customer", "--out", "there.csv"), 1131),
        (("all", "--out", "folder"), 1131),
        (("all", "--out", "folder", "--force"), 1131),
        (("customer", "--out", "nowhere/x.csv"), 9025),
    ],
)
def test_what_cannot_be_is_said_and_writes_nothing(
    firm: Firm,
    offices: Offices,
    tmp_path: Path,
    arguments: tuple[str, ...],
    number: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.csv").write_text("mine", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine").touch()
    before = sorted(tmp_path.rglob("*"))
    code, _ = offices.run("export", *arguments, "--database", firm.url)
    assert (code, offices.complaint.split(":")[0]) == (2, f"error {number}")
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "there.csv").read_text(encoding="utf-8") == "mine"


def test_an_earlier_export_is_replaced_when_that_is_wanted(
    firm: Firm, offices: Offices, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    offices.export(firm.url, "all", out)
    (out / "old.csv").touch()
    assert offices.run("export", "all", "--out", str(out), "--database", firm.url)[0] == 2
    offices.export(firm.url, "all", out, "--force", "--format", "json")
    assert {path.suffix for path in out.iterdir()} == {".json", ".toml"}
    assert list(tmp_path.iterdir()) == [out]


def _full(_self: CsvFile, _rows: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_and_a_stop_leave_what_was_there(
    firm: Firm, offices: Offices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    offices.export(firm.url, "all", out)
    before = {path: path.read_bytes() for path in out.iterdir()}
    arguments = ("export", "all", "--out", str(out), "--force", "--database", firm.url)
    with monkeypatch.context() as patched:
        patched.setattr(CsvFile, "add", _full)
        assert offices.run(*arguments)[0] == 2
    assert "No space left on device" in offices.complaint
    with monkeypatch.context() as patched:
        patched.setattr(Terminal, "stops", lambda _self: 1)
        assert offices.run(*arguments)[0] == 2
    assert offices.complaint.startswith("error 9024")
    assert {path: path.read_bytes() for path in out.iterdir()} == before
    assert list(tmp_path.iterdir()) == [out]


def test_both_databases_export_alike(firms: Backend, offices: Offices, tmp_path: Path) -> None:
    with firms.office() as url:
        offices.export(url, "all", tmp_path / "out")
        empty = offices.empty()
        offices.load(empty, tmp_path / "out", tmp_path / "out" / "roundsman.toml")
        assert as_it_is(empty) == as_it_is(url)
