"""The window in every look: nothing cut off, nothing untranslated, a name for every control, a glyph for every character."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from crm.errors import RuleBroken
from demo.flaws import flaws, without_glyph
from demo.pictures import ALL, Wear, every_look, put_on, take
from desktop.kit.notices import Kind, Notice
from desktop.kit.sync import Phase, SyncView
from desktop.kit.theme import look
from tests.desktop.conftest import Desk, settle
from tests.desktop.copies import NOW_MS
from tests.desktop.stalls import Watch

pytestmark = pytest.mark.usefixtures("chinese_font")

FOLDER = os.environ.get("ROUNDSMAN_PICTURES", "")
"""Where the pictures are kept for looking at; nowhere by default."""


def _is_data(word: str) -> bool:
    return word in {"First", "Second", "first", "second", "Down", "Send", "LXD"}


Show = Callable[[Desk], QWidget]


def _plain(desk: Desk) -> QWidget:
    return desk.window


def _notices(desk: Desk) -> QWidget:
    desk.bench.notify(Notice("海口椰风 已提交", Kind.DONE, action=("撤销", lambda: None), lasts_s=0))
    desk.bench.tell_error(RuleBroken(3007, "stale"))
    return desk.window


def _offline(desk: Desk) -> QWidget:
    desk.session.sync.show(SyncView(Phase.OFFLINE, next_try_ms=NOW_MS + 20_000, code=4005, contact_ms=NOW_MS))
    return desk.window


def _copying(desk: Desk) -> QWidget:
    desk.session.sync.show(SyncView(Phase.SYNCING, done=40, total=100, is_first_copy=True))
    return desk.window


def _palette(desk: Desk) -> QWidget:
    desk.bench.show_palette()
    return desk.window


def _nothing_found(desk: Desk) -> QWidget:
    desk.bench.show_palette()
    desk.bench.palette_.line.setText("海口海口")
    return desk.window


def _settings(desk: Desk) -> QWidget:
    desk.window.show_settings()
    return _dialog(desk)


def _keys(desk: Desk) -> QWidget:
    desk.window.show_keys()
    return _dialog(desk)


def _licences(desk: Desk) -> QWidget:
    desk.window.show_licences()
    return _dialog(desk)


def _dialog(desk: Desk) -> QWidget:
    assert desk.window.dialog is not None
    return desk.window.dialog


SHOWN: dict[str, Show] = {
    "window": _plain,
    "notices": _notices,
    "offline": _offline,
    "copying": _copying,
    "palette": _palette,
    "nothing_found": _nothing_found,
    "settings": _settings,
    "keys": _keys,
    "licences": _licences,
}


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("wear", ALL, ids=lambda wear: wear.file("")[1:-4])
def test_nothing_is_wrong_in_any_look(qtbot: QtBot, desk: Desk, watch: Watch, name: str, wear: Wear) -> None:
    with watch.aside():
        put_on(desk.preferences, wear)
        desk.window.resize(int(1280 * look().percent / 100), int(800 * look().percent / 100))
        settle(desk.session)
        shown = SHOWN[name](desk)
        for _ in range(3):
            settle(desk.session)
        assert (
            flaws(shown, is_data=_is_package if name == "licences" else _is_data, is_chinese=wear.is_chinese)
            == []
        )
        if FOLDER:
            take(shown, Path(FOLDER), f"shell_{name}", wear)


def _is_package(word: str) -> bool:
    """Names of packages and licences."""
    return True


@pytest.fixture
def corner(qtbot: QtBot, plain_look: None) -> QWidget:
    """A small window to plant flaws in."""
    corner = QWidget()
    QVBoxLayout(corner)
    corner.resize(200, 120)
    qtbot.addWidget(corner)
    return corner


def found_in(corner: QWidget, part: QWidget, *, is_chinese: bool = False) -> list[str]:
    layout = corner.layout()
    assert layout is not None
    layout.addWidget(part)
    corner.show()
    QApplication.processEvents()
    return flaws(corner, is_chinese=is_chinese)


def test_control_without_a_name_is_found(corner: QWidget) -> None:
    assert any("no accessible name" in flaw for flaw in found_in(corner, QLineEdit()))


def test_text_that_is_cut_off_is_found(corner: QWidget) -> None:
    label = QLabel("a text that is much longer than the room it is given")
    label.setFixedWidth(60)
    assert any("cut off" in flaw for flaw in found_in(corner, label))


def test_english_text_in_chinese_is_found(corner: QWidget) -> None:
    assert any(
        "not translated: ['Customers']" in flaw
        for flaw in found_in(corner, QLabel("Customers 12"), is_chinese=True)
    )


def test_button_too_small_to_hit_is_found(corner: QWidget) -> None:
    button = QPushButton("x")
    button.setFixedSize(12, 12)
    assert any("too small" in flaw for flaw in found_in(corner, button))


def test_character_without_a_glyph_is_found(corner: QWidget) -> None:
    assert without_glyph("海口椰风 Customers ¥ −", corner.font()) == ""
    # Of the plane for private use, in which no font of the system has anything.
    assert without_glyph("A\U0010fffd", corner.font()) == "\U0010fffd"


def test_pictures_are_taken_in_every_look(qtbot: QtBot, desk: Desk, watch: Watch, tmp_path: Path) -> None:
    with watch.aside():
        files = [
            take(desk.window, tmp_path, "window", wear)
            for wear in every_look(desk.preferences, desk.window, lambda: settle(desk.session))
        ]
    assert sorted(file.name for file in files) == sorted(
        f"window.{language}.{theme}.{percent}.png"
        for language in ("zh", "en")
        for theme in ("light", "dark")
        for percent in (100, 150)
    )
    assert all(file.stat().st_size > 5_000 for file in files)
