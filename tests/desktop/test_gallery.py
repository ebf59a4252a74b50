"""Every screen and dialog of the tour: nothing cut off, nothing untranslated, a name for every control, a glyph for every
character.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from demo.flaws import WORD, flaws
from demo.pictures import Wear, chosen, put_on, take
from demo.window.gallery import FULL, LETTERS
from demo.window.hand import Hand
from desktop.kit.theme import look
from desktop.shell.finder import find_records
from tests.desktop.conftest import Desk, MakeDesk
from tests.desktop.stalls import Watch

pytestmark = pytest.mark.usefixtures("chinese_font")

FOLDER = os.environ.get("ROUNDSMAN_PICTURES", "")
"""Where the pictures are kept for looking at; nowhere by default."""
TRIED_ELSEWHERE = {"order_withdrawn", "conflict"}
"""What the made-up copy does not hold; tests of their own look at them."""
LOOKS = chosen("zh.light.150,en.dark.100")


@pytest.fixture
def words(desk: Desk) -> set[str]:
    """The Latin words in the copy, and those that are typed."""
    found = set(LETTERS)
    with desk.session.store.reading() as connection:
        for table in desk.session.store.schema.entities:
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}"):
                for value in row:
                    if isinstance(value, str):
                        found.update(WORD.findall(value))
    return found


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    """The window with all its screens."""
    return make_desk(finder=find_records)


@pytest.mark.parametrize("name", [name for name in FULL if name not in TRIED_ELSEWHERE])
@pytest.mark.parametrize("wear", LOOKS, ids=lambda wear: wear.file("")[1:-4])
def test_nothing_is_wrong(desk: Desk, words: set[str], watch: Watch, name: str, wear: Wear) -> None:
    hand = Hand(desk)
    with watch.aside():
        put_on(desk.preferences, wear)
        desk.window.resize(int(1280 * look().percent / 100), int(800 * look().percent / 100))
        hand.settle()
        shown = FULL[name](hand)
        hand.settle()
        found = flaws(
            shown or desk.window,
            is_data=lambda word: word in words or name == "licences",
            is_chinese=wear.is_chinese,
        )
        if FOLDER:
            take(desk.window, Path(FOLDER), name, wear, above=shown)
        if shown is not None:
            shown.close()
        QApplication.processEvents()
        hand.settle()
    assert found == []
