"""``roundsman-server`` as people and scripts run it."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from crm.schema import SCHEMA
from sync_server.__main__ import main
from sync_server.backup import back_up
from sync_server.store.database import Database
from tests.contract.backends import postgres_programs
from tests.contract.world import World, enrolment


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit code, output and errors of one command."""
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_init_sets_up_once_and_prints_a_password_that_opens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'office.db'}"
    code, out, _ = run(capsys, "init", "--database", url, "--division", "OUT:户外", "--json")
    password = json.loads(out)["password"]
    assert code == 0
    before = dump_file(tmp_path / "office.db")
    code, out, error = run(capsys, "init", "--database", url)
    assert (code, out) == (2, "")
    assert error.startswith("error 9004: ")
    assert dump_file(tmp_path / "office.db") == before
    world = World(url)
    try:
        reply = world.caller().post("/v1/sign-in", {"login": "admin", "password": password})
        assert reply.status == 200
    finally:
        world.close()
    assert password not in str(before)


def dump_file(path: Path) -> list[str]:
    """A SQLite file as text."""
    with sqlite3.connect(path) as connection:
        found = list(connection.iterdump())
    connection.close()
    return found


def test_init_that_was_cut_off_is_continued(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path / 'office.db'}"
    assert run(capsys, "init", "--database", url, "--division", "OUT:Outdoor")[0] == 0
    with sqlite3.connect(tmp_path / "office.db") as connection:
        connection.execute("DELETE FROM account")
    connection.close()
    code, out, _ = run(capsys, "init", "--database", url, "--division", "OUT:Outdoor", "--json")
    assert code == 0
    assert json.loads(out)["login"] == "admin"
    assert len(json.loads(run(capsys, "user", "list", "--database", url, "--json")[1])["people"]) == 1


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("mysql://somewhere/x", 1005),
        ("nonsense", 1005),
        ("sqlite:////no/such/folder/x.db", 9005),
        ("postgresql://127.0.0.1:1/x", 9001),
    ],
)
def test_database_that_cannot_be_is_named_in_one_line(
    url: str, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, error = run(capsys, "check", "--database", url)
    assert (code, out) == (2, "")
    assert error.startswith(f"error {number}: ")
    assert len(error.splitlines()) == 1


def test_command_on_a_database_without_an_office_makes_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, error = run(capsys, "check", "--database", f"sqlite:///{tmp_path / 'none.db'}")
    assert code == 2
    assert error.startswith("error 9005: ")
    assert list(tmp_path.iterdir()) == []


def test_people_are_added_listed_frozen_and_thawed(
    sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    database = ("--database", sqlite_url, "--json")
    added = ("user", "add", "zhou", "--name", "周 Min", "--rep-code", "ZH", "--division", "OUT")
    code, out, _ = run(capsys, *added, "--role", "sales_rep", "--superior", "chen", "--enrol", *database)
    assert code == 0
    made = json.loads(out)
    assert made["password"]
    assert made["enrolment_code"]
    for arguments, number in (
        (("user", "add", "zhou", "--name", "x", "--rep-code", "ZX"), 3160),
        (("user", "add", "zhou2", "--name", "x", "--rep-code", "ZH"), 3101),
        (("user", "add", "zhou3", "--name", "x", "--rep-code", "ZY", "--division", "NO"), 2002),
        (("user", "add", "z u", "--name", "x", "--rep-code", "ZY"), 1005),
        (("user", "freeze", "nobody"), 2002),
        (("user", "thaw", "zhou"), 3001),
    ):
        code, _, error = run(capsys, *arguments, *database)
        assert code == 2
        assert error.startswith(f"error {number}: "), error
    people = {row["login"]: row for row in json.loads(run(capsys, "user", "list", *database)[1])["people"]}
    assert people["zhou"]["state"] == "active"
    assert people["zhou"]["division"] == "OUT"
    assert people["zhou"]["roles"] == ["sales_rep"]
    assert len(people) == 7
    world = World(sqlite_url)
    try:
        ids = world.new_id(), world.new_id()
        enrolled = world.caller().post("/v1/enrol", enrolment(made["enrolment_code"], *ids))
        assert enrolled.status == 200
        assert run(capsys, "user", "freeze", "ZH", *database)[0] == 0
        stopped = world.caller(enrolled.body["access_token"]).get("/v1/orders")
        assert stopped.status == 401
        assert run(capsys, "user", "thaw", "zhou", *database)[0] == 0
        password = json.loads(run(capsys, "user", "password", "zhou", *database)[1])["password"]
        reply = world.caller().post("/v1/sign-in", {"login": "zhou", "password": password})
        assert reply.status == 200
        code_again = json.loads(run(capsys, "user", "enrol-code", "ZH", *database)[1])["enrolment_code"]
        assert code_again != made["enrolment_code"]
        where = ("--address", "https://office.example.com/")
        whole = json.loads(run(capsys, "user", "enrol-code", "ZH", *where, *database)[1])["enrolment_code"]
        assert re.fullmatch(r"https://office\.example\.com/#(\w{4}-){2}\w{4}", whole)
    finally:
        world.close()


def test_check_finds_what_is_broken(sqlite_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "check", "--database", sqlite_url)
    assert (code, out.strip()) == (0, "All invariants hold.")
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        connection.execute("DELETE FROM feed_record WHERE seq = 2")
    connection.close()
    code, out, _ = run(capsys, "check", "--database", sqlite_url)
    assert code == 1
    assert "violation" in out


def test_backup_is_whole_and_moves_the_durable_mark(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join([str(postgres_programs()), os.environ["PATH"]]))
    lin = world.device("lin")
    lin.push(lin.changeset(lin.new_customer()), lin.changeset(lin.new_customer()))
    lin.pull()
    assert lin.pull()[-1].receipt is not None
    target = tmp_path / "copy.backup"
    assert back_up(world.database, target) == target.stat().st_size > 0
    receipt = lin.pull()[-1].receipt
    assert receipt is not None
    assert receipt.durable_n == 2
    lin.push(lin.changeset(lin.new_customer()))
    receipt = lin.pull()[-1].receipt
    assert receipt is not None
    assert (receipt.n, receipt.durable_n) == (3, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["copy.backup"]
    if world.database.is_sqlite:
        copy = Database(f"sqlite:///{target}", SCHEMA)
        with copy.snapshot() as connection:
            assert copy.rows(connection, "SELECT count(*) FROM customer") == [(2,)]
        copy.close()
    else:
        assert target.read_bytes()[:5] == b"PGDMP"


def test_backup_that_cannot_be_made_leaves_nothing(
    sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "there"
    there.write_text("precious")
    for target in (there, tmp_path / "no" / "such" / "folder" / "x"):
        code, _, error = run(capsys, "backup", target, "--database", sqlite_url)
        assert code == 2
        assert error.startswith("error 9007: ")
    assert there.read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir() if path.name != "there"] == []


def test_postgresql_without_pg_dump_says_what_to_do(
    postgres_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code, _, error = run(capsys, "backup", tmp_path / "x", "--database", postgres_url)
    assert code == 2
    assert "pg_dump" in error


def test_self_check_is_one_line_of_named_values(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--self-check")
    report = json.loads(out)
    assert (code, report["ok"], report["failed"]) == (0, True, [])
    assert report["checks"]["time_zone"] == "2026-01-01"
    assert "northwind" in report["checks"]["import_maps"]
    assert set(report["checks"]) >= {"database", "passwords", "zstd", "messages", "application"}
    assert len(out.splitlines()) == 1


@contextmanager
def serving(url: str, ready: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server process and its address."""
    command = [sys.executable, "-m", "sync_server", "serve", "--port", "0", "--ready-file", str(ready)]
    process = subprocess.Popen(
        [*command, "--database", url, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        deadline = time.monotonic() + 60
        while not ready.exists():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline, "the server does not listen"
            time.sleep(0.05)
        yield process, ready.read_text().strip().removeprefix("listening on ")
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=20)


def test_serve_says_where_it_listens_refuses_a_second_and_ends_when_told(
    sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ready = tmp_path / "ready"
    with serving(sqlite_url, ready) as (process, address):
        assert requests.get(f"{address}/v1/hello", timeout=20).json()["product"] == "Roundsman"
        code, out, error = run(capsys, "serve", "--port", "0", "--database", sqlite_url)
        assert (code, out) == (2, "")
        assert error.startswith("error 9002: ")
        process.send_signal(signal.SIGTERM)
        said, log = process.communicate(timeout=20)
        assert process.returncode == 0
    assert said.splitlines() == [f"listening on {address}"]
    assert "request op=hello status=200" in log
    assert not ready.exists()


def test_two_servers_share_one_postgresql(postgres_url: str, tmp_path: Path) -> None:
    with (
        serving(postgres_url, tmp_path / "one") as (_, first),
        serving(postgres_url, tmp_path / "two") as (_, second),
    ):
        assert first != second
        for address in (first, second):
            assert requests.get(f"{address}/v1/hello", timeout=20).status_code == 200


def test_port_that_is_taken_is_named_in_one_line(
    world: World, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    port = world.base.rsplit(":", 1)[1]
    code, out, error = run(capsys, "serve", "--port", port, "--database", sqlite_url)
    assert (code, out) == (2, "")
    assert error.splitlines()[-1].startswith("error 9006: ")
