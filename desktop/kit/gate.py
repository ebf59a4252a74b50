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
    """What a person says to make this folder theirs, or to sign in again: the office's address, the one-time code or the
    account (``login``, ``password``) that one is asked for with, and what the laptop is called there. ``passphrase``
    guards the keys where the system has no key store. ``allows_plain_http`` for networks that are trusted.
    """

    server: str
    device_name: str
    code: str = ""
    login: str = ""
    password: str = ""
    passphrase: str = ""
    allows_plain_http: bool = False


@dataclass(frozen=True)
class Door:
    """What a gate stands before. ``server`` and ``device_name`` are empty when this folder was never enrolled; else it is
    signed in again. ``needs_passphrase``: the system keeps no secrets for us.
    """

    needs_passphrase: bool
    server: str = ""
    device_name: str = ""

    @property
    def is_enrolled(self) -> bool:
        """Whether there is a copy already."""
        return bool(self.server)


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

    def look(
        self, then: Callable[[Door], None], failed: Callable[[Exception], None], *, owner: QObject
    ) -> None:
        """Find out what is behind the gate."""
        ...

    def open(self, passphrase: str | None, failed: Callable[[Exception], None], *, owner: QObject) -> None:
        """Open the laptop; then the workbench takes the place of the gate. None: the system keeps the key."""
        ...

    def enrol(self, order: Enrol, failed: Callable[[Exception], None], *, owner: QObject) -> None:
        """Enrol this folder, or sign in again, and open it; a first copy then runs while the window can be used."""
        ...

    def sign_out(self, *, removes_copy: bool, failed: Callable[[Exception], None], owner: QObject) -> None:
        """End the sign-in, and with ``removes_copy`` destroy the copy with all that was not sent. Then the gate of the
        first run is shown.
        """
        ...

    def quit(self) -> None:
        """End the program."""
        ...


MakeGate: TypeAlias = Callable[[Gatekeeper], QWidget]


def split_code(text: str) -> tuple[str, str]:
    """(Address, code) of a code that holds the office's address, ``https://office.example.com/#R4EB-HCR2-JGVZ``; of one
    that does not, the address is empty.
    """
    address, mark, code = text.strip().rpartition("#")
    return (address, code.strip()) if mark and "//" in address else ("", text.strip())
