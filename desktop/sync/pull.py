"""Pull: pages until a checkpoint is reached (sync-protocol, 10).

With threads for it, three things happen at once: the office makes the next page, this one is read, and the one before
it is written.
"""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import Executor, Future
from contextlib import closing, suppress
from dataclasses import dataclass, field
from queue import Empty, Queue
from threading import Event

import msgspec

from crm.changes.ops import Outcome, PullRequest, UnitDigest
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

    ``ahead`` asks for the following pages while one is read; without it everything happens in this thread.

    :raises RoundsmanError: what the road, the office or the local copy said; what was used stays used, and the next
        pull continues there.
    """
    inserting: Future[Taken] | None = None
    compare = Comparison()
    try:
        with closing(_arrivals(transport, store.pull_request(rows=rows), ahead)) as arrivals:
            for request, arrival in arrivals:
                page = arrival.page()
                pulled.office_ms = page.office_ms
                if inserting is not None:
                    _note(pulled, compare, inserting.result())
                inserting = store.take_page(request, page)
                compare.gone.update(page.evicted)
    finally:
        if inserting is not None:
            _note(pulled, compare, inserting.result())
    pulled.mismatches = len(store.compare(compare.due()))


_Asked = tuple[PullRequest, Arrival]
_Pages = Generator[_Asked, None, None]


def _arrivals(transport: Transport, request: PullRequest, ahead: Executor | None) -> _Pages:
    """Requests and what arrived, up to the page that completes the checkpoint."""
    arrival = transport.pull(request)
    yield request, arrival
    if not arrival.complete:
        following = _following(transport, request, arrival)
        yield from following if ahead is None else _fetched(following, ahead)


def _following(transport: Transport, request: PullRequest, arrival: Arrival) -> _Pages:
    while not arrival.complete:
        request = msgspec.structs.replace(request, position=arrival.position)
        arrival = transport.pull(request)
        yield request, arrival


def _fetched(following: _Pages, ahead: Executor) -> _Pages:
    """``following``, fetched by ``ahead``: one page waits at most, and the one after it is on its way.

    The thread that received a page asks for the next one itself, at once: handing that to another thread would wait
    for whatever is being decoded.
    """
    waiting: Queue[_Asked | BaseException | None] = Queue(1)
    given_up = Event()

    def fetch() -> None:
        try:
            for asked in following:
                waiting.put(asked)
                if given_up.is_set():
                    return
            waiting.put(None)
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits for the page
            waiting.put(error)

    ahead.submit(fetch)
    try:
        while (asked := waiting.get()) is not None:
            if isinstance(asked, BaseException):
                raise asked
            yield asked
    finally:
        # Whoever waits for room finds it, and then that nobody wants more.
        given_up.set()
        with suppress(Empty):
            waiting.get_nowait()


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
