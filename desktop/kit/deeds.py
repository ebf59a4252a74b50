"""What a person did in this session, as it can be undone and done again (`desktop.shell.undo`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from desktop.kit import words
from desktop.store.work import LocalWork

Action: TypeAlias = Callable[[LocalWork], Any]


@dataclass(frozen=True)
class Opposite:
    """The action that undoes another one which the office has already: *remove contact* after *add contact*."""

    intent: str
    action: Action


@dataclass(frozen=True)
class Deed:
    """One change: what was run, whom or what it was about, the changeset it became, and the ids it gave to new rows."""

    intent: str
    action: Action
    change_id: bytes
    ids: tuple[bytes, ...] = ()
    about: str = ""
    opposite: Opposite | None = None

    @property
    def text(self) -> str:
        """In the window's language: ``Change customer (海口椰风)``."""
        what = words.intent(self.intent)
        return f"{what} ({self.about})" if self.about else what
