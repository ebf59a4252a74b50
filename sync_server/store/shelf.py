"""What every order asks for again: rows that the whole company holds, kept between transactions of one process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from crm.changes.entity import Row
from crm.changes.view import Key, StoredRows

LIMIT: Final = 20_000
"""So many rows are kept, about a kilobyte each."""


@dataclass(frozen=True)
class Kept:
    """Rows and lists of rows as they stand at one head of the company's feed; None for what is not there.

    Shared among threads: what is in it is never changed, and is put there whole.
    """

    head: tuple[Any, ...] | None
    rows: dict[Key, Row | None] = field(default_factory=dict)
    children: dict[tuple[str, str, bytes], StoredRows] = field(default_factory=dict)


class Shelf:
    """Catalogue and directory of one database, as far as somebody read them.

    Whoever writes a row of a unit that everybody holds moves the company's feed in the same transaction, and the
    tag of its head is random. So what was read under one head is good under that head, and thrown away with it.
    """

    def __init__(self) -> None:
        self._kept = Kept(None)

    def at(self, head: tuple[Any, ...] | None) -> Kept:
        """What is kept at this head (epoch, seq, tag); None: the office has no such feed, so nothing is shared."""
        kept = self._kept
        if head is None or kept.head != head or len(kept.rows) > LIMIT:
            kept = self._kept = Kept(head)
        return kept
