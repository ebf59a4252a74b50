"""Crashes between any two statements: the party is gone, and what it had not committed with it."""

from __future__ import annotations

import gc
from typing import Any

from sqlalchemy import Engine, event


class SimulatedCrash(BaseException):
    """A party died. No code may catch it but the play, which starts the party again from its disk."""

    def __init__(self, party: str) -> None:
        super().__init__(party)
        self.party = party


def bury() -> None:
    """Let go of everything that a dead party left in this process.

    A cursor that hangs in the traceback of a crash keeps its closed connection, and with it a lock, alive.
    """
    gc.collect()


class Fuse:
    """Counts the statements of one party and crashes it before the one that was chosen. A commit counts as well.

    ``is_blown`` says that the party is dead: whatever it still tries fails, and whatever error comes out of it on the
    way down is the crash, until `mend`.
    """

    def __init__(self, party: str) -> None:
        self.party = party
        self.is_blown = False
        self._left: int | None = None

    def arm(self, statements: int) -> None:
        """Crash before statement number ``statements`` from now, counted from 1."""
        self._left = statements

    def disarm(self) -> None:
        """Nothing will happen."""
        self._left = None

    def mend(self) -> None:
        """The party starts again."""
        self._left, self.is_blown = None, False

    def tick(self, *_arguments: Any, **_named: Any) -> None:
        """One statement is about to run."""
        if self._left is not None:
            self._left -= 1
            self.is_blown = self.is_blown or self._left <= 0
        if self.is_blown:
            raise SimulatedCrash(self.party)

    def wire(self, engine: Engine) -> None:
        """Count the statements and commits of an engine."""
        event.listen(engine, "before_cursor_execute", self.tick)
        event.listen(engine, "commit", self.tick)
