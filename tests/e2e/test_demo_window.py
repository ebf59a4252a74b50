"""``make demo`` where there is no screen: its story in the window, out of sight, and pictures of everything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from demo.pictures import ALL, chosen
from demo.window.gallery import EMPTY, FULL
from tests.conftest import PROJECT

pytestmark = pytest.mark.usefixtures("chinese_font")

LOOK = "zh.dark.100"
TIMEOUT_S = 280
ONLY_THEN = {"first_run", "first_copy", "contact_form", "order_returned", "conflict_open", "unlock"}
"""What can be seen only at one moment of the story."""


@pytest.mark.timeout(TIMEOUT_S + 20)
def test_the_story_is_played_and_every_picture_is_taken(tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONUTF8": "1"}
    environment.pop("DISPLAY", None)
    environment.pop("WAYLAND_DISPLAY", None)
    out, pictures = tmp_path / "out", tmp_path / "pictures"
    small = ("--customers", "12", "--products", "24", "--orders-per-customer", "2")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "demo", "--out", str(out), "--pictures", str(pictures)),
            *("--looks", LOOK, *small),
        ],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert (said["lost"], said["doubled"], said["conflicts"]) == (0, 0, 2)
    taken = {path.name.removesuffix(f".{LOOK}.png"): path for path in pictures.iterdir()}
    assert set(taken) == {*FULL, *EMPTY, *ONLY_THEN}
    for path in taken.values():
        picture = QImage(str(path))
        assert picture.width() >= 1200, path
        colours = {picture.pixel(x, y) for x in range(0, picture.width(), 9) for y in range(0, 800, 9)}
        assert len(colours) > 8, path


def test_looks_are_chosen_by_their_names() -> None:
    assert chosen("") == ALL
    assert [wear.file("x") for wear in chosen("zh.light.100,en.dark.150")] == [
        "x.zh.light.100.png",
        "x.en.dark.150.png",
    ]
    with pytest.raises(ValueError, match="no look"):
        chosen("fr.light.100")
