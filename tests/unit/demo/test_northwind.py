"""Whether Northwind plays, and on which day."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm.clock import clock_offset_ms
from demo import __main__ as program
from demo import northwind
from demo.premises import TourFailed
from desktop.bootstrap import SystemClock


class NoPremises:
    """A house that nobody can move into: what was said before is what counts."""

    def __init__(self, *_parts: object, **_named: object) -> None:
        raise TourFailed("closed")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the tour sets in the environment is put back after the test."""
    for name in (
        "PYTHON_KEYRING_BACKEND",
        "NO_PROXY",
        "no_proxy",
        "ROUNDSMAN_CLOCK_OFFSET_S",
        "ROUNDSMAN_ZONE",
    ):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(program, "Premises", NoPremises)


def test_absent_files_are_said_plainly_and_the_made_up_company_plays_today(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(northwind, "FILES", tmp_path / "nowhere")
    assert program.main(["--northwind", "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr()
    assert f"The files of Northwind are not there ({tmp_path / 'nowhere'})" in told.out
    assert "a made-up company plays" in told.out
    assert clock_offset_ms(os.environ) == 0


def test_with_the_files_it_is_the_sixth_of_may_1998(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "orders.csv").touch()
    monkeypatch.setattr(northwind, "FILES", tmp_path)
    assert program.main(["--northwind", "--out", str(tmp_path / "out")]) == 1
    assert "not there" not in capsys.readouterr().out
    now = datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC)
    assert abs(now - northwind.TODAY).total_seconds() < 60
    assert os.environ["ROUNDSMAN_ZONE"] == "America/Los_Angeles"


def test_without_being_asked_for_northwind_does_not_play(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(northwind, "FILES", tmp_path)
    (tmp_path / "orders.csv").touch()
    assert program.main(["--out", str(tmp_path / "out")]) == 1
    assert "Northwind" not in capsys.readouterr().out
    assert clock_offset_ms(os.environ) == 0
