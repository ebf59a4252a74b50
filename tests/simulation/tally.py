"""What a seed did, what was checked, and how a broken promise is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

KEPT_LINES: Final = 60
CHECKED: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 18, 19, 20, 21, 22, 23)
"""The invariants that the simulation checks (sync-protocol, 16)."""


class Violation(Exception):
    """A promise was broken. ``invariant`` is its number."""

    def __init__(self, invariant: int, text: str) -> None:
        super().__init__(f"invariant {invariant}: {text}")
        self.invariant = invariant


@dataclass
class Tally:
    """Counts. ``checks`` counts, by invariant, only checks that saw something that could have been wrong."""

    steps: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    checks: Counter[int] = field(default_factory=Counter)
    deeds: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Take another tally in."""
        self.steps += other.steps
        self.faults.update(other.faults)
        self.checks.update(other.checks)
        self.deeds.update(other.deeds)

    def saw(self, invariant: int, times: int = 1) -> None:
        """A check met data on which it could have failed."""
        if times:
            self.checks[invariant] += times


class Trace:
    """What happened, in words for people and as a hash over words and messages."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._hash = blake2b(digest_size=16)

    def note(self, text: str) -> None:
        """One line."""
        self.lines.append(text)
        self._hash.update(text.encode())

    def take(self, data: bytes) -> None:
        """Bytes that went over the road, or the state of a database."""
        self._hash.update(data)

    def digest(self) -> str:
        """The hash of everything so far."""
        return self._hash.hexdigest()

    def last(self, count: int = KEPT_LINES) -> list[str]:
        """The last lines."""
        return self.lines[-count:]
