"""The sync centre and a conflict in every look: nothing cut off, nothing untranslated, a name for every control."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from demo.flaws import flaws
from demo.pictures import ALL, Wear, put_on, take
from desktop.kit.theme import look
from desktop.screens.conflict.screen import ConflictPage
from desktop.screens.sync.screen import SECTIONS, SyncCentre
from tests.desktop.conftest import Desk, MakeDesk, settle
from tests.desktop.stalls import Watch
from tests.desktop.sync_centre.test_sync_centre import entries
from tests.desktop.sync_centre.troubles import Troubles

pytestmark = pytest.mark.usefixtures("chinese_font")

FOLDER = os.environ.get("ROUNDSMAN_PICTURES", "")
"""Where the pictures are kept for looking at; nowhere by default."""

Show = Callable[[Desk, Troubles], None]


def _section(name: str) -> Show:
    def show(desk: Desk, troubles: Troubles) -> None:
        del troubles
        desk.bench.open("sync", {"section": name})

    return show


def _empty(desk: Desk, troubles: Troubles) -> None:
    _section("needs_you")(desk, troubles)
    settle(desk.session)
    shown = desk.bench.screen_here
    assert isinstance(shown, SyncCentre)
    for found in shown.lists.values():
        found.show_entries([])


def _asking(desk: Desk, troubles: Troubles) -> None:
    _section("waiting")(desk, troubles)
    settle(desk.session)
    desk.bench.commands.run("sync.drop")


def _conflict(name: str, *, chosen: str = "") -> Show:
    def show(desk: Desk, troubles: Troubles) -> None:
        desk.bench.open("conflict", {"id": getattr(troubles, f"{name}_conflict").hex()})
        settle(desk.session)
        if chosen:
            shown = desk.bench.screen_here
            assert isinstance(shown, ConflictPage)
            shown.choose(chosen)

    return show


SHOWN: dict[str, Show] = {
    **{f"sync_{name}": _section(name) for name in SECTIONS},
    "sync_empty": _empty,
    "sync_asking": _asking,
    "conflict_phone": _conflict("phone"),
    "conflict_order": _conflict("order"),
    "conflict_dead": _conflict("dead"),
    "conflict_decided": _conflict("phone", chosen="mine"),
}
_DATA = frozenset(
    [
        "LXD",
        "CLXD",
        "CNZN",
        "Chen",
        "Meiling",
        "Deng",
        "Weiming",
        "Huang",
        "Wang",
        "Haitao",
        "Lin",
        "Xiaodong",
        "Purchasing",
        "Marketing",
        "manager",
        "defect",
        "Standard",
        "list",
        "CNY",
        "LED",
        "Payment",
        "advance",
        "in",
    ]
)


def _is_data(word: str) -> bool:
    return word in _DATA or word.isupper()


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("wear", ALL, ids=lambda wear: wear.file("")[1:-4])
def test_nothing_is_wrong_in_any_look(
    qtbot: QtBot, make_desk: MakeDesk, troubles: Troubles, watch: Watch, name: str, wear: Wear
) -> None:
    desk = make_desk(entries())
    with watch.aside():
        put_on(desk.preferences, wear)
        desk.window.resize(int(1280 * look().percent / 100), int(800 * look().percent / 100))
        SHOWN[name](desk, troubles)
        for _ in range(4):
            settle(desk.session)
        assert flaws(desk.window, is_data=_is_data, is_chinese=wear.is_chinese) == []
        if FOLDER:
            take(desk.window, Path(FOLDER), name, wear)
