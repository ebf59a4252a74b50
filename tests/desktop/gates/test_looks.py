"""Gates, first copy and signing out in every look."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from crm.customers.actions import create_customer
from crm.errors import Code, LocalFault, NotAllowed
from demo.flaws import flaws
from demo.pictures import every_look, take
from desktop.kit.gate import Door, split_code
from desktop.kit.sync import Phase, SyncView
from desktop.screens.first_run.gate import FirstRun
from desktop.screens.sign_out.dialog import SignOutDialog
from desktop.screens.unlock.gate import Unlock
from desktop.store import drafts
from desktop.store.drafts import Draft
from tests.desktop.conftest import Desk, settle
from tests.desktop.gates.conftest import Keeper
from tests.desktop.stalls import Watch

pytestmark = pytest.mark.usefixtures("chinese_font")

FOLDER = os.environ.get("ROUNDSMAN_PICTURES", "")
"""Where the pictures are kept for looking at; nowhere by default."""

Show = Callable[[Desk, Keeper], QWidget]


def _code(desk: Desk, keeper: Keeper) -> QWidget:
    gate = FirstRun(keeper)
    gate.name.setText("NINA-LAPTOP")
    desk.window.show_gate(gate)
    return desk.window


def _account(desk: Desk, keeper: Keeper) -> QWidget:
    keeper.door = Door(needs_passphrase=True)
    keeper.answer = NotAllowed(Code.BAD_CREDENTIALS, "No.")
    gate = FirstRun(keeper)
    desk.window.show_gate(gate)
    gate.way.click()
    for edit, text in (
        (gate.server, "https://office.example.com"), (gate.login, "nina"), (gate.password, "secret"),
        (gate.name, "NINA-LAPTOP"), (gate.passphrase, "correct horse"), (gate.repeat, "correct horse"),
    ):  # fmt: skip
        edit.setText(text)
    gate.button.click()
    return desk.window


def _stranger(desk: Desk, keeper: Keeper) -> QWidget:
    keeper.answer = LocalFault(Code.UNREACHABLE, "Something else.", reason="stranger")
    gate = FirstRun(keeper)
    desk.window.show_gate(gate)
    gate.server.setText("http://office.example.com")
    gate.code.setText("R4EB-HCR2-JGVZ")
    gate.name.setText("NINA-LAPTOP")
    gate.button.click()
    return desk.window


def _again(desk: Desk, keeper: Keeper) -> QWidget:
    keeper.door = Door(True, "https://office.example.com", "NINA-LAPTOP")
    desk.window.show_gate(FirstRun(keeper))
    return desk.window


def _unlock(desk: Desk, keeper: Keeper) -> QWidget:
    desk.window.show_gate(Unlock(keeper))
    return desk.window


def _wrong_passphrase(desk: Desk, keeper: Keeper) -> QWidget:
    keeper.door = Door(True, "https://office.example.com", "NINA-LAPTOP")
    keeper.answer = LocalFault(Code.WRONG_PASSPHRASE, "Wrong.")
    gate = Unlock(keeper)
    desk.window.show_gate(gate)
    gate.passphrase.setText("something")
    gate._forgotten.click()
    gate.button.click()
    return desk.window


def _copying(desk: Desk, keeper: Keeper) -> QWidget:
    desk.session.sync.show(SyncView(Phase.SYNCING, done=12_400, total=40_000, is_first_copy=True))
    desk.bench.open("first_copy")
    return desk.window


def _copied(desk: Desk, keeper: Keeper) -> QWidget:
    desk.bench.open("first_copy")
    return desk.window


def _sign_out(desk: Desk, keeper: Keeper) -> QWidget:
    desk.window.show_dialog(SignOutDialog(desk.session, keeper, desk.window))
    assert desk.window.dialog is not None
    return desk.window.dialog


def _sign_out_unsent(desk: Desk, keeper: Keeper) -> QWidget:
    store = desk.session.store
    with store.unit_of_work("customer.create", desk.session.actor()) as work:
        create_customer(work, name="海口椰风")
    store.keep(partial(drafts.put, schema=store.schema, draft=Draft("customer.new", at_ms=1))).result()
    shown = _sign_out(desk, keeper)
    assert isinstance(shown, SignOutDialog)
    shown.remove.setChecked(True)
    return shown


SHOWN: dict[str, Show] = {
    "first_run_code": _code,
    "first_run_account": _account,
    "first_run_stranger": _stranger,
    "sign_in_again": _again,
    "unlock": _unlock,
    "unlock_wrong": _wrong_passphrase,
    "first_copy": _copying,
    "first_copy_done": _copied,
    "sign_out": _sign_out,
    "sign_out_unsent": _sign_out_unsent,
}


def _is_data(word: str) -> bool:
    return word in {"NINA", "LAPTOP", "EB", "HCR", "JGVZ", "nina", "LXD"}


@pytest.mark.parametrize("name", SHOWN)
def test_nothing_is_wrong_in_any_look(
    qtbot: QtBot, desk: Desk, keeper: Keeper, watch: Watch, name: str
) -> None:
    found: list[str] = []
    with watch.aside():
        shown = SHOWN[name](desk, keeper)
        for wear in every_look(desk.preferences, desk.window, lambda: settle(desk.session)):
            for _ in range(3):
                settle(desk.session)
            found += [
                f"{wear.file('')}: {flaw}"
                for flaw in flaws(shown, is_data=_is_data, is_chinese=wear.is_chinese)
            ]
            if FOLDER:
                take(shown, Path(FOLDER), name, wear)
    assert found == []


def test_codes_of_passphrases_are_those_of_the_vault() -> None:
    from desktop.vault.errors import PassphraseNeeded, WrongPassphrase

    assert (PassphraseNeeded().code, WrongPassphrase().code) == (
        Code.PASSPHRASE_NEEDED,
        Code.WRONG_PASSPHRASE,
    )


def test_code_may_hold_the_address() -> None:
    assert split_code(" https://office.example.com/#R4EB-HCR2-JGVZ ") == (
        "https://office.example.com/",
        "R4EB-HCR2-JGVZ",
    )
    assert split_code("R4EB-HCR2-JGVZ") == ("", "R4EB-HCR2-JGVZ")
