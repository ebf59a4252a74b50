"""``make demo NORTHWIND=1`` from outside: a real company's files, the same story, recounted from what it leaves behind."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_demo import KEYS, run


@pytest.fixture(scope="module")
def told(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, dict[str, Any]]:
    """The folder of a tour that has ended, its text, and its last line."""
    if not (shared_data / "northwind").is_dir():
        pytest.skip("the files of Northwind are not here: expected shared/data/northwind beside the project")
    out = tmp_path_factory.mktemp("northwind") / "out"
    done = run("demo", "--northwind", "--no-window", "--out", str(out), home=out.parent)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return out, done.stdout, json.loads(done.stdout.splitlines()[-1])


def test_nothing_is_lost_or_doubled_between_northwind_and_its_rep(
    told: tuple[Path, str, dict[str, Any]],
) -> None:
    out, text, said = told
    assert list(said) == KEYS
    assert (said["lost"], said["doubled"], said["conflicts"], said["orders"]) == (0, 0, 1, 833)
    assert said["server_database"] == str(out / "office" / "office.db")
    for words in ("Northwind Traders", "Nancy Davolio", "USD 1,265,793.29", "15 customers", "Needs you"):
        assert words in text


def test_the_story_plays_on_the_last_day_of_the_files(told: tuple[Path, str, dict[str, Any]]) -> None:
    out, _text, said = told
    with closing(sqlite3.connect(f"{Path(said['server_database']).as_uri()}?mode=ro", uri=True)) as office:
        days = office.execute(
            "SELECT DISTINCT order_date FROM sales_order WHERE number LIKE 'ND1-1-%'"
        ).fetchall()
        states = office.execute(
            "SELECT state, revision FROM sales_order WHERE number LIKE 'ND1-1-%' ORDER BY number"
        ).fetchall()
        names = [row[0] for row in office.execute("SELECT name FROM customer")]
    assert days == [(date(1998, 5, 6).isoformat(),)]
    assert states == [("approved", 1), ("approved", 2), ("withdrawn", 1)]
    assert "clock_moved" in (out / "office" / "server.log").read_text(encoding="utf-8")
    assert len(names) == 91
    for path in (out / "laptop").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [name for name in names if name.encode() in content], path
