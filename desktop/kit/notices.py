"""Short news for the person, shown without taking the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a notice means; the colours of the tokens have the same names."""

    INFORMATION = "information"
    DONE = "done"
    LOOK = "look"
    NEEDS_YOU = "needs_you"


@dataclass(frozen=True)
class Notice:
    """One piece of news, in words that are translated already.

    ``detail`` is for copying: an error number, never customer data. ``action`` is a word and what it does (*Undo*).
    A notice goes by itself after ``lasts_s`` seconds; 0: it stays until it is closed.
    """

    text: str
    kind: Kind = Kind.INFORMATION
    detail: str = ""
    action: tuple[str, Callable[[], None]] | None = None
    lasts_s: float = 6.0
