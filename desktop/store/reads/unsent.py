"""What is on this laptop only: asked before it is signed out."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.store import drafts
from desktop.store.reads.standing import Standing, standing
from desktop.store.rows import AllRows


@dataclass(frozen=True)
class Unsent:
    """``forms`` is how many forms were begun."""

    standing: Standing
    forms: int

    @property
    def count(self) -> int:
        """How many things the office does not have."""
        return self.standing.waiting + self.standing.status.parked + self.forms


def unsent_here(connection: Connection, rows: AllRows) -> Unsent:
    """All of it, in one state of the copy."""
    return Unsent(standing(connection, rows), len(drafts.every(connection)))
