"""Everything that the sync centre shows, in one state of the copy."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from desktop.store.reads.captions import Captions
from desktop.store.reads.conflicts import Line, open_lines
from desktop.store.reads.outbox import Outbox, read_outbox
from desktop.store.reads.rounds import Rounds, read_rounds
from desktop.store.reads.standing import Standing, standing
from desktop.store.rows import AllRows


@dataclass(frozen=True)
class Centre:
    """The outbox, the conflicts that need somebody with the captions of what they name, the rounds, the standing."""

    outbox: Outbox
    conflicts: tuple[Line, ...]
    conflict_captions: Captions
    rounds: Rounds
    standing: Standing


def read_centre(connection: Connection, rows: AllRows) -> Centre:
    """Read it."""
    lines, names = open_lines(connection, rows)
    return Centre(
        read_outbox(connection, rows),
        tuple(lines),
        names,
        read_rounds(connection),
        standing(connection, rows),
    )
