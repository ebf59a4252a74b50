"""Pull: pages until a checkpoint is reached (sync-protocol, 10).

The steps are pure, so that one thread can go through them one by one. With a writer in a thread of its own the next
page is fetched and decoded while this one is written.
"""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from crm.changes.ops import Outcome, Page, PullRequest, UnitDigest
from desktop.store.pages import Taken
from desktop.store.store import Store
from desktop.sync.transport import Transport


@dataclass(frozen=True)
class Fetch:
    """Ask the office; the page is sent into the generator."""

    request: PullRequest


@dataclass(frozen=True)
class Insert:
    """Use a page. Pages are used in the order of these steps; the next `Fetch` need not wait for it."""

    request: PullRequest
    page: Page


Step: TypeAlias = Fetch | Insert


def pull_steps(request: PullRequest) -> Generator[Step, Page | None, None]:
    """What to do until the checkpoint that ``request`` begins or continues is reached."""
    while True:
        page = yield Fetch(request)
        assert page is not None
        yield Insert(request, page)
        if page.complete:
            return
        request = msgspec.structs.replace(request, position=page.position)


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


def pull(store: Store, transport: Transport, *, rows: int, pulled: Pulled) -> None:
    """Pull to a checkpoint. ``pulled`` tells how far it came when an error ends it.

    :raises RoundsmanError: what the road, the office or the local copy said; what was used stays used, and the next
        pull continues there.
    """
    steps = pull_steps(store.pull_request(rows=rows))
    inserting: Future[Taken] | None = None
    compare = Comparison()
    step = next(steps, None)
    try:
        while step is not None:
            if isinstance(step, Fetch):
                page = transport.pull(step.request)
                pulled.office_ms = page.office_ms
                step = steps.send(page)
            else:
                if inserting is not None:
                    _note(pulled, compare, inserting.result())
                inserting = store.take_page(step.request, step.page)
                compare.gone.update(step.page.evicted)
                step = next(steps, None)
    finally:
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
