"""The window by keys and clicks: navigation, palette, single keys, language and look while it runs."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crm.errors import RuleBroken
from desktop.kit import words
from desktop.kit.notices import Kind, Notice
from desktop.kit.screen import Found
from desktop.kit.theme import look
from desktop.shell.dialogs import KeysDialog, LicencesDialog, SettingsDialog
from tests.desktop.conftest import Desk, MakeDesk, settle
from tests.desktop.shell.conftest import ENTRIES, here

CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


def press(
    qtbot: QtBot, desk: Desk, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """A key goes to whatever has the keyboard."""
    qtbot.keyClick(QApplication.focusWidget() or desk.window, key, modifier)


# --- screens ----------------------------------------------------------------------------------------------------------


def test_key_of_a_screen_opens_it(qtbot: QtBot, desk: Desk) -> None:
    press(qtbot, desk, Qt.Key.Key_2, CTRL)
    assert here(desk).name == "second"
    assert desk.window.windowTitle() == "second – Roundsman"
    assert desk.bench.rail.buttons["second"].isChecked()
    assert not desk.bench.rail.buttons["first"].isChecked()


def test_click_in_the_navigation_opens_a_screen(qtbot: QtBot, desk: Desk) -> None:
    qtbot.mouseClick(desk.bench.rail.buttons["second"], Qt.MouseButton.LeftButton)
    assert here(desk).name == "second"


def test_screen_is_made_once_and_left_each_time(qtbot: QtBot, desk: Desk) -> None:
    first = here(desk)
    press(qtbot, desk, Qt.Key.Key_2, CTRL)
    press(qtbot, desk, Qt.Key.Key_1, CTRL)
    assert here(desk) is first
    assert first.left == 1


def test_back_and_forward_return_to_places(qtbot: QtBot, desk: Desk) -> None:
    desk.bench.open("hidden", {"id": "a1"})
    desk.bench.open("hidden", {"id": "b2"})
    press(qtbot, desk, Qt.Key.Key_Left, ALT)
    assert here(desk).where == "a1"
    press(qtbot, desk, Qt.Key.Key_Left, ALT)
    assert here(desk).name == "first"
    press(qtbot, desk, Qt.Key.Key_Right, ALT)
    press(qtbot, desk, Qt.Key.Key_Right, ALT)
    assert here(desk).where == "b2"
    assert desk.bench.title.text() == "hidden b2"


def test_screen_opens_where_it_was_left(qtbot: QtBot, desk: Desk) -> None:
    desk.bench.open("second", {"id": "a1"})
    press(qtbot, desk, Qt.Key.Key_1, CTRL)
    press(qtbot, desk, Qt.Key.Key_2, CTRL)
    assert here(desk).where == "a1"


def test_place_in_which_a_person_moved_is_the_one_to_come_back_to(qtbot: QtBot, desk: Desk) -> None:
    desk.bench.open("second")
    here(desk).where = "c3"
    here(desk).moved.emit()
    press(qtbot, desk, Qt.Key.Key_1, CTRL)
    press(qtbot, desk, Qt.Key.Key_Left, ALT)
    assert here(desk).opened[-1] == {"id": "c3"}


def test_count_beside_a_screen_follows_the_copy(qtbot: QtBot, desk: Desk, customer: bytes) -> None:
    button = desk.bench.rail.buttons["second"]
    qtbot.waitUntil(lambda: button.count == 1)
    assert button.accessibleName() == "Second (1)"


def test_counts_of_the_status_line_follow_the_copy(qtbot: QtBot, desk: Desk, customer: bytes) -> None:
    qtbot.waitUntil(lambda: desk.bench.status_line.state.text() == "1 waiting")


# --- keys -------------------------------------------------------------------------------------------------------------


def test_single_key_runs_its_command(qtbot: QtBot, desk: Desk) -> None:
    press(qtbot, desk, Qt.Key.Key_J)
    assert here(desk).done == ["down"]


def test_single_key_sleeps_in_a_text_field(qtbot: QtBot, desk: Desk) -> None:
    here(desk).field.setFocus()
    press(qtbot, desk, Qt.Key.Key_J)
    assert here(desk).done == []
    assert here(desk).field.text() == "j"


def test_key_with_ctrl_works_in_a_text_field(qtbot: QtBot, desk: Desk) -> None:
    here(desk).field.setFocus()
    press(qtbot, desk, Qt.Key.Key_Return, CTRL)
    assert here(desk).done == ["send"]


def test_key_of_a_screen_that_is_not_seen_does_nothing(qtbot: QtBot, desk: Desk) -> None:
    first = here(desk)
    press(qtbot, desk, Qt.Key.Key_2, CTRL)
    press(qtbot, desk, Qt.Key.Key_J)
    assert first.done == []
    assert here(desk).done == ["down"]


def test_no_key_is_given_twice(desk: Desk) -> None:
    keys = [key for command in desk.bench.commands.seen() for key in command.keys]
    assert sorted(keys) == sorted(set(keys))


def test_f6_goes_round_the_parts_of_the_window(qtbot: QtBot, desk: Desk) -> None:
    press(qtbot, desk, Qt.Key.Key_F6)
    assert QApplication.focusWidget() is desk.bench.rail.buttons["first"]
    press(qtbot, desk, Qt.Key.Key_F6)
    assert QApplication.focusWidget() is desk.bench.status_line.state
    press(qtbot, desk, Qt.Key.Key_F6)
    assert QApplication.focusWidget() is here(desk).surface


# --- palette ----------------------------------------------------------------------------------------------------------


def test_palette_runs_the_command_that_was_typed(qtbot: QtBot, desk: Desk) -> None:
    press(qtbot, desk, Qt.Key.Key_K, CTRL)
    palette = desk.bench.palette_
    assert palette.isVisible()
    qtbot.keyClicks(palette.line, "sec")
    assert palette.chosen is not None
    assert (palette.chosen.title, palette.chosen.key) == ("Second", "Ctrl+2")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert here(desk).name == "second"
    assert not palette.isVisible()


def test_escape_gives_the_keyboard_back(qtbot: QtBot, desk: Desk) -> None:
    press(qtbot, desk, Qt.Key.Key_K, CTRL)
    qtbot.keyClick(desk.bench.palette_.line, Qt.Key.Key_Escape)
    assert not desk.bench.palette_.isVisible()
    assert QApplication.focusWidget() is here(desk).surface


def test_palette_passes_over_what_is_not_offered(qtbot: QtBot, desk: Desk) -> None:
    press(qtbot, desk, Qt.Key.Key_K, CTRL)
    palette = desk.bench.palette_
    qtbot.keyClicks(palette.line, "forward")
    assert [row.title for row in palette.model.rows] == ["Forward"]
    assert palette.chosen is None


def test_english_words_find_commands_in_chinese(qtbot: QtBot, desk: Desk) -> None:
    desk.preferences.language = "zh_CN"
    press(qtbot, desk, Qt.Key.Key_K, CTRL)
    qtbot.keyClicks(desk.bench.palette_.line, "settings")
    assert desk.bench.palette_.chosen is not None
    assert desk.bench.palette_.chosen.title == "设置"


def test_palette_shows_what_the_finder_finds(qtbot: QtBot, make_desk: MakeDesk) -> None:
    def find(_connection: object, text: str, _limit: int) -> list[Found]:
        return [Found(f"海口 {text}", "C-1", "customer", "hidden", {"id": "a1"})]

    desk = make_desk(ENTRIES, finder=find)
    desk.bench.open("first")
    press(qtbot, desk, Qt.Key.Key_K, CTRL)
    palette = desk.bench.palette_
    qtbot.keyClicks(palette.line, "hkyf")
    qtbot.waitUntil(lambda: palette.chosen is not None and palette.chosen.title == "海口 hkyf")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert here(desk).where == "a1"


def test_palette_model_keeps_qts_rules(desk: Desk, qtmodeltester: pytest.FixtureRequest) -> None:
    desk.bench.show_palette()
    qtmodeltester.check(desk.bench.palette_.model)  # type: ignore[attr-defined]


# --- notices ----------------------------------------------------------------------------------------------------------


def test_notice_does_not_take_the_keyboard(qtbot: QtBot, desk: Desk) -> None:
    here(desk).field.setFocus()
    desk.bench.notify(Notice("Saved", Kind.DONE))
    assert QApplication.focusWidget() is here(desk).field
    assert [card.notice.text for card in desk.bench.notices.cards] == ["Saved"]


def test_notice_goes_by_itself(qtbot: QtBot, desk: Desk) -> None:
    desk.bench.notify(Notice("Saved", lasts_s=0.05))
    qtbot.waitUntil(lambda: desk.bench.notices.cards == [])


def test_action_of_a_notice_is_reached_by_key(qtbot: QtBot, desk: Desk) -> None:
    done: list[str] = []
    desk.bench.notify(Notice("Submitted", action=("Undo", lambda: done.append("undo"))))
    press(qtbot, desk, Qt.Key.Key_Return, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert done == ["undo"]
    assert desk.bench.notices.cards == []


def test_error_is_told_with_its_number_and_stays(qtbot: QtBot, desk: Desk) -> None:
    desk.bench.tell_error(RuleBroken(3007, "stale"))
    notice = desk.bench.notices.cards[0].notice
    assert notice.text == words.error_number(3007)
    assert notice.detail == "Error 3007"
    assert notice.lasts_s == 0


def test_failure_of_a_task_that_nobody_takes_is_told(qtbot: QtBot, desk: Desk) -> None:
    def refuse(_connection: object) -> None:
        raise RuleBroken(3007, "stale")

    desk.session.tasks.read(refuse, lambda _answer: None, owner=desk.window)
    qtbot.waitUntil(lambda: len(desk.bench.notices.cards) == 1)


# --- language, look, dialogs ------------------------------------------------------------------------------------------


def test_language_changes_while_the_window_runs(qtbot: QtBot, desk: Desk) -> None:
    field = here(desk).field
    field.setText("typed")
    desk.preferences.language = "zh_CN"
    assert desk.bench.commands["window.settings"].text == "设置"
    qtbot.waitUntil(lambda: desk.bench.status_line.state.text().startswith("已是最新"))
    assert here(desk).field is field
    assert field.text() == "typed"


def test_theme_and_size_change_while_the_window_runs(qtbot: QtBot, desk: Desk) -> None:
    desk.window.resize(1920, 1200)
    desk.preferences.theme = "dark"
    desk.preferences.percent = 150
    assert (look().is_dark, look().percent) == (True, 150)
    assert desk.bench.rail.width() == 300
    assert desk.window.font().pixelSize() == 20


def test_ctrl_plus_makes_everything_larger(qtbot: QtBot, desk: Desk) -> None:
    press(qtbot, desk, Qt.Key.Key_Plus, CTRL)
    assert look().percent == 110


def test_question_mark_lists_the_keys(qtbot: QtBot, desk: Desk) -> None:
    press(qtbot, desk, Qt.Key.Key_Question)
    assert isinstance(desk.window.dialog, KeysDialog)
    qtbot.keyClick(desk.window.dialog, Qt.Key.Key_Escape)
    assert desk.window.dialog is None


def test_settings_hold_at_once(qtbot: QtBot, desk: Desk) -> None:
    press(qtbot, desk, Qt.Key.Key_Comma, CTRL)
    dialog = desk.window.dialog
    assert isinstance(dialog, SettingsDialog)
    dialog.language.setCurrentIndex(dialog.language.findData("zh_CN"))
    qtbot.waitUntil(lambda: dialog.windowTitle() == "设置")
    assert desk.preferences.language == "zh_CN"
    dialog.idle.setCurrentIndex(dialog.idle.findData("30"))
    assert desk.preferences.idle_minutes == 30


def test_licences_begin_with_ours_and_name_qt(qtbot: QtBot, desk: Desk) -> None:
    desk.window.show_licences()
    dialog = desk.window.dialog
    assert isinstance(dialog, LicencesDialog)
    assert dialog.list.item(0).text().startswith("roundsman ")
    assert "Apache License" in dialog.text.toPlainText()
    assert any(dialog.list.item(row).text().startswith("PySide6 ") for row in range(dialog.list.count()))


def test_narrow_window_keeps_the_icons_of_the_navigation(qtbot: QtBot, desk: Desk) -> None:
    desk.window.resize(800, 600)
    assert desk.bench.rail.width() == 56
    desk.window.resize(1280, 800)
    assert desk.bench.rail.width() == 200


# --- away -------------------------------------------------------------------------------------------------------------


def test_window_locks_when_nobody_is_there(qtbot: QtBot, desk: Desk) -> None:
    desk.window._look_idle()
    desk.clock.at_ms += 9 * 60_000
    desk.window._look_idle()
    assert desk.locked == []
    desk.clock.at_ms += 2 * 60_000
    desk.window._look_idle()
    assert desk.locked == [None]


def test_key_puts_the_lock_off(qtbot: QtBot, desk: Desk) -> None:
    desk.window._look_idle()
    desk.clock.at_ms += 9 * 60_000
    press(qtbot, desk, Qt.Key.Key_J)
    desk.window._look_idle()
    desk.clock.at_ms += 9 * 60_000
    desk.window._look_idle()
    assert desk.locked == []


def test_end_of_a_session_leaves_nothing_of_it_in_the_window(qtbot: QtBot, desk: Desk) -> None:
    screen = here(desk)
    desk.window.end()
    assert screen.left == 1
    assert desk.window.workbench is None
    assert desk.window.windowTitle() == "Roundsman"
    settle(desk.session)
