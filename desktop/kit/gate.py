"""Gates: what the window shows while no laptop is open, and what they may ask of the program.

A gate is a widget made with a `Gatekeeper`. First run enrols; unlocking asks for the passphrase where the system keeps no
secrets. Both work in the GUI thread and wait for nothing: what they ask for is done elsewhere, and its failure told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.kit.preferences import Preferences


@dataclass(frozen=True)
class Enrol:
    """What a person says to make this folder theirs: the office's address, the one-time code, and what the laptop is called
    there. ``passphrase`` guards the keys where the system has no key store. ``allows_plain_http`` for networks that are
    trusted.
    """

    server: str
    code: str
    device_name: str
    passphrase: str = ""
    allows_plain_http: bool = False


class Gatekeeper(Protocol):
    """The program, as gates may use it. Each failure is called in the GUI thread, unless the owner is gone."""

    @property
    def folder(self) -> Path:
        """The data folder."""
        ...

    @property
    def preferences(self) -> Preferences:
        """Theme, size, language."""
        ...

    def open(self, passphrase: str | None, failed: Callable[[Exception], None], *, owner: QObject) -> None:
        """Open the laptop; then the workbench takes the place of the gate. None: the system keeps the key."""
        ...

    def enrol(self, order: Enrol, failed: Callable[[Exception], None], *, owner: QObject) -> None:
        """Enrol this folder and open it; the first copy then runs while the window can be used."""
        ...

    def quit(self) -> None:
        """End the program."""
        ...


MakeGate: TypeAlias = Callable[[Gatekeeper], QWidget]
