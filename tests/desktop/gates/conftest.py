"""Gates before a keeper that notes what is asked of it, and answers what a test says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from desktop.kit.gate import Door, Enrol
from desktop.kit.preferences import Preferences


class Keeper:
    """A `desktop.kit.gate.Gatekeeper`. ``door`` is what is behind the gate, ``answer`` the next failure."""

    def __init__(self, preferences: Preferences, folder: Path) -> None:
        self.preferences = preferences
        self.folder = folder
        self.door = Door(needs_passphrase=False)
        self.answer: Exception | None = None
        self.opened: list[str | None] = []
        self.enrolled: list[Enrol] = []
        self.signed_out: list[bool] = []

    def look(
        self, then: Callable[[Door], None], failed: Callable[[Exception], None], *, owner: QObject
    ) -> None:
        then(self.door)

    def open(self, passphrase: str | None, failed: Callable[[Exception], None], *, owner: QObject) -> None:
        self.opened.append(passphrase)
        self._fail(failed)

    def enrol(self, order: Enrol, failed: Callable[[Exception], None], *, owner: QObject) -> None:
        self.enrolled.append(order)
        self._fail(failed)

    def sign_out(self, *, removes_copy: bool, failed: Callable[[Exception], None], owner: QObject) -> None:
        self.signed_out.append(removes_copy)
        self._fail(failed)

    def quit(self) -> None:
        pass

    def _fail(self, failed: Callable[[Exception], None]) -> None:
        answer, self.answer = self.answer, None
        if answer is not None:
            failed(answer)


@pytest.fixture
def keeper(preferences: Preferences, tmp_path: Path) -> Keeper:
    """Nothing is behind it yet."""
    return Keeper(preferences, tmp_path)
