"""Pull: pages until a checkpoint is reached (sync-protocol, 10).

With threads for it, three things happen at once: the office makes the next page, this one is read, and the one before
it is written.
"""

from __future__ import annotations

from concurrent.futures import Executor, Future
from dataclasses import dataclass, field

import msgspec

from crm.changes.ops import Outcome, UnitDigest
from desktop.store.pages import Taken
from desktop.store.store import Store
from desktop.sync.transport import Arrival, Transport


@dataclass
class Pulled:
    """What a pull did. ``settled`` are outcomes that the receipt made final."""

    pages: int = 0
    rows: int = 0
    evicted: int = 0
    settled: list[Outcome] = field(default_factory=list)
    mismatches: int = 0
    held_back: int = 0
    first_copy: bool = False
    complete: bool = False
    office_ms: int = 0


def pull(
    store: Store, transport: Transport, *, rows: int, pulled: Pulled, ahead: Executor | None = None
) -> None:
    """Pull to a checkpoint. ``pulled`` tells how far it came when an error ends it.

    ``ahead`` asks for the next page while this one is read; without it everything happens in this thread.

    :raises RoundsmanError: what the road, the office or the local copy said; what was used stays used, and the next
        pull continues there.
    """
    request = store.pull_request(rows=rows)
    arrival = transport.pull(request)
    coming: Future[Arrival] | None = None
    inserting: Future[Taken] | None = None
    compare = Comparison()
    try:
        while True:
            following = msgspec.structs.replace(request, position=arrival.position)
            is_last = arrival.complete
            if ahead is not None and not is_last:
                coming = ahead.submit(transport.pull, following)
            page = arrival.page()
            pulled.office_ms = page.office_ms
            if inserting is not None:
                _note(pulled, compare, inserting.result())
            inserting = store.take_page(request, page)
            compare.gone.update(page.evicted)
            if is_last:
                break
            request = following
            arrival = transport.pull(request) if coming is None else coming.result()
    finally:
        if coming is not None:
            coming.cancel()
        if inserting is not None:
            _note(pulled, compare, inserting.result())
    pulled.mismatches = len(store.compare(compare.due()))


@dataclass
class Comparison:
    """Which digests are to be compared with the copy when the checkpoint is reached."""

    _open: dict[tuple[bytes, str], UnitDigest] = field(default_factory=dict)
    gone: set[bytes] = field(default_factory=set)

    def note(self, taken: Taken) -> None:
        """A page was used. A unit that changed during the checkpoint comes again with a later digest."""
        for pair in taken.verified:
            self._open.pop(pair, None)
        self._open.update({(item.unit, item.table): item for item in taken.digests})

    def due(self) -> list[UnitDigest]:
        """The digests to compare; not those of units that left."""
        return [item for item in self._open.values() if item.unit not in self.gone]


def _note(pulled: Pulled, compare: Comparison, taken: Taken) -> None:
    compare.note(taken)
    pulled.pages += 1
    pulled.rows += taken.rows
    pulled.evicted += taken.folded.evicted
    pulled.settled += taken.folded.settled
    pulled.held_back += len(taken.folded.held_back)
    pulled.first_copy = pulled.first_copy or taken.first_copy
    pulled.complete = taken.complete
