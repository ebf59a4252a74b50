"""The watch over the GUI thread sees what it must see."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from tests.conftest import PROJECT
from tests.desktop.stalls import MOST_MS, Control, Watch


@pytest.fixture
def control() -> Iterator[Control]:
    control = Control()
    yield control
    control.close()


@pytest.fixture
def planted(qtbot: QtBot, control: Control) -> Watch:
    """A watch of the test's own, while a stall happens outside of that over the test."""
    return Watch(control)


def test_planted_stall_is_caught(qtbot: QtBot, planted: Watch, watch: Watch) -> None:
    with watch.aside():
        planted.start()
        QTimer.singleShot(20, lambda: time.sleep(0.2))
        qtbot.wait(300)
        stalls = planted.finish()
    assert stalls[0].ours_ms > MOST_MS
    assert stalls[0].gap_ms >= 200


def test_stall_in_the_middle_of_a_click_is_caught_too(qtbot: QtBot, planted: Watch, watch: Watch) -> None:
    with watch.aside():
        planted.start()
        time.sleep(0.2)
        assert planted.finish()[0].ours_ms > MOST_MS


def test_window_that_answers_has_no_stall(qtbot: QtBot, planted: Watch, watch: Watch) -> None:
    with watch.aside():
        planted.start()
        qtbot.wait(200)
        stalls = planted.finish()
    assert [stall for stall in stalls if stall.ours_ms > MOST_MS] == []


@pytest.mark.skipif(sys.platform == "win32", reason="no process can be stopped there")
def test_what_the_machine_took_is_taken_off(control: Control, watch: Watch) -> None:
    with watch.aside():
        begin = time.monotonic_ns()
        # The control is stopped as a busy machine would stop it.
        with control.paused():
            time.sleep(0.3)
        time.sleep(0.1)
        end = time.monotonic_ns()
        assert 200 < control.lost_ms(begin, end) < 400


def test_stall_fails_the_test_in_which_it_happens(tmp_path: Path, watch: Watch) -> None:
    program = (
        "import time\n"
        "from tests.desktop.conftest import *\n"
        "pytestmark = REPEATED\n"
        "runs = []\n"
        "def test_that_stalls(qapp):\n"
        "    time.sleep(0.3)\n"
        "def test_that_the_machine_stalled_once(qapp):\n"
        "    runs.append(1)\n"
        "    time.sleep(0.3 if len(runs) == 1 else 0)\n"
        "def test_that_does_not(qapp):\n"
        "    pass\n"
    )
    file = tmp_path / "test_planted.py"
    file.write_text(program, encoding="utf-8")
    with watch.aside():
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:randomly",
                "-p",
                "tests.desktop.conftest",
                str(file),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
            cwd=PROJECT,
        )
    assert "1 failed, 2 passed, 3 rerun" in done.stdout, done.stdout + done.stderr
    assert "the window did not answer for" in done.stdout
