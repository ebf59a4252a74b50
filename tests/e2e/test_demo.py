"""``make demo`` from outside: run as a process, believed in nothing, recounted from what it leaves behind."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT

PASSPHRASE = "a passphrase for the tour"
KEYS = ["orders", "changesets", "conflicts", "lost", "doubled", "seconds", "server_database", "client_data"]
TIMEOUT_S = 110


@dataclass(frozen=True)
class Ended:
    """A tour that has ended."""

    out: Path
    text: str
    complaints: str
    said: dict[str, Any]
    dump: dict[str, Any]

    @property
    def laptop(self) -> Path:
        return self.out / "laptop"


def run(*command: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(home), "ROUNDSMAN_PASSPHRASE": PASSPHRASE, "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=TIMEOUT_S,
        check=False,
    )


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A small company's tour."""
    folder = tmp_path_factory.mktemp("tour")
    out = folder / "out"
    small = ("--customers", "12", "--products", "24", "--orders-per-customer", "2")
    done = run("demo", "--no-window", "--out", str(out), *small, home=folder)
    assert done.returncode == 0, done.stderr
    dumped = run("desktop", "dump", "--json", "--data", str(out / "laptop"), home=folder)
    assert dumped.returncode == 0, dumped.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    return Ended(out, done.stdout, done.stderr, said, json.loads(dumped.stdout))


@pytest.fixture
def office(ended: Ended) -> Iterator[sqlite3.Connection]:
    uri = f"{Path(ended.said['server_database']).as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        yield connection


def column(office: sqlite3.Connection, statement: str) -> list[Any]:
    return [row[0] for row in office.execute(statement)]


def test_the_last_line_says_what_both_databases_hold(ended: Ended, office: sqlite3.Connection) -> None:
    assert list(ended.said) == KEYS
    assert ended.said["lost"] == 0
    assert ended.said["doubled"] == 0
    assert ended.said["client_data"] == str(ended.laptop)
    for key, table in (("orders", "sales_order"), ("changesets", "changeset"), ("conflicts", "conflict")):
        assert [ended.said[key]] == column(office, f"SELECT count(*) FROM {table}")
    assert ended.said["conflicts"] == 1
    assert ended.complaints == ""


def test_everything_acknowledged_is_at_the_office_once(ended: Ended, office: sqlite3.Connection) -> None:
    journal = ended.dump["journal"]
    assert len(journal) >= 12
    assert {entry["state"] for entry in journal} == {"done"}
    taken = Counter(change.hex() for change in column(office, "SELECT change_id FROM changeset"))
    assert [taken[entry["change_id"]] for entry in journal] == [1] * len(journal)
    kinds = Counter(entry["outcome"] for entry in journal)
    assert kinds == {"applied": len(journal) - 1, "conflict": 1}


def test_no_order_number_is_there_twice(ended: Ended, office: sqlite3.Connection) -> None:
    numbers = column(office, "SELECT number FROM sales_order")
    assert len(numbers) == len(set(numbers))
    begin = f"{ended.dump['device']['device_code']}-"
    assert sum(number.startswith(begin) for number in numbers) == 3


def test_the_orders_of_the_story_end_as_told_on_both_sides(ended: Ended, office: sqlite3.Connection) -> None:
    begin = f"{ended.dump['device']['device_code']}-"
    at_office = sorted(
        office.execute(
            "SELECT number, state, revision, net_total_minor FROM sales_order WHERE number LIKE ?",
            (f"{begin}%",),
        ).fetchall()
    )
    on_laptop = sorted(
        (order["number"], order["state"], order["revision"], order["net_total_minor"])
        for order in ended.dump["tables"]["sales_order"]
        if order["number"].startswith(begin)
    )
    assert at_office == on_laptop
    assert [order[1:3] for order in at_office] == [("approved", 1), ("approved", 2), ("withdrawn", 1)]
    assert at_office[0][3] == 268_600_00


def test_the_laptop_holds_the_reps_customers_and_no_others(ended: Ended, office: sqlite3.Connection) -> None:
    held = {row["id"] for row in ended.dump["tables"]["customer"]}
    person = ended.dump["device"]["person"]
    owners = {row[0].hex(): row[1].hex() for row in office.execute("SELECT id, owner_id FROM customer")}
    assert held == {customer for customer, owner in owners.items() if owner == person}
    assert 0 < len(held) < len(owners)


def test_the_decision_about_the_phone_number_stands_on_both_sides(
    ended: Ended, office: sqlite3.Connection
) -> None:
    [conflict] = ended.dump["tables"]["conflict"]
    assert (conflict["state"], conflict["resolution"]) == ("resolved", "mine")
    [contact] = [row for row in ended.dump["tables"]["contact"] if row["id"] == conflict["row_id"]]
    assert contact["name"].startswith("陈美玲")
    mobile = office.execute("SELECT mobile FROM contact WHERE id = ?", (bytes.fromhex(contact["id"]),))
    assert mobile.fetchall() == [(contact["mobile"],)]


def test_no_file_of_the_laptop_names_a_customer(ended: Ended, office: sqlite3.Connection) -> None:
    names = [name for row in office.execute("SELECT name, name_en FROM customer") for name in row]
    assert len(names) == 24
    files = [path for path in ended.laptop.rglob("*") if path.is_file()]
    assert {"roundsman.db", "roundsman.log"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        assert not [name for name in names if name.encode() in content], path
    in_the_open = (ended.out / "office" / "office.db").read_bytes()
    assert all(name.encode() in in_the_open for name in names)


def test_the_story_is_told_in_plain_words(ended: Ended) -> None:
    assert "\x1b" not in ended.text
    for words in ("林晓东", "Huang Yan 黄燕", "Needs you", "no answer came back", "refused (3001)"):
        assert words in ended.text
    assert f"roundsman dump --json --data {ended.laptop}" in ended.text


def test_the_offices_own_check_agrees(ended: Ended) -> None:
    database = f"sqlite:///{ended.said['server_database']}"
    done = run("sync_server", "check", "--database", database, home=ended.out)
    assert (done.returncode, done.stdout.strip()) == (0, "All invariants hold.")
