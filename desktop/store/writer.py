"""One writer at a time: a person's action goes before the next slice of a fold.

SQLite has one writer per file. Instead of letting threads wait for its lock, whoever writes takes a turn, in order of
priority and, within it, of arrival. Who can wait takes it in their own thread, because handing work to another thread
and waiting for it costs more than most of this work; the rest runs in a thread of the writer.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from enum import IntEnum
from queue import SimpleQueue
from typing import Any, Final, Protocol, TypeVar

from crm.errors import Code, LocalFault

T = TypeVar("T")

_AFTER_ALL: Final = 100
"""The end comes after everything that was asked for before it."""


class Priority(IntEnum):
    """Who goes first; smaller is sooner."""

    PERSON = 0
    SYNC = 10
    BACKGROUND = 20


class Writer(Protocol):
    """Gives the right to write to one at a time."""

    def submit(self, work: Callable[[], T], priority: Priority) -> Future[T]:
        """Run ``work`` when its turn comes. Its exception is the future's."""
        ...

    def turn(self, priority: Priority) -> Any:
        """A context manager: the caller's own thread may write inside it.

        :raises LocalFault: code 4001 when the thread has the turn already.
        """
        ...

    def close(self) -> None:
        """Finish what was submitted and stop. Later submissions are refused (code 4004)."""
        ...


def at_once(writer: Writer, work: Callable[[], T], priority: Priority) -> Future[T]:
    """Run ``work`` in the caller's thread, when its turn comes; the future is finished when it is returned."""
    future: Future[T] = Future()
    try:
        with writer.turn(priority):
            result = work()
    except BaseException as error:  # noqa: BLE001 - it belongs to whoever asks the future
        future.set_exception(error)
    else:
        future.set_result(result)
    return future


class InlineWriter:
    """Everything in the thread that calls, at once. For one thread only: the command line, tests, the simulation."""

    def __init__(self) -> None:
        self._busy = False

    def submit(self, work: Callable[[], T], priority: Priority) -> Future[T]:
        """See `Writer.submit`; the future is finished when it is returned."""
        return at_once(self, work, priority)

    @contextmanager
    def turn(self, priority: Priority) -> Iterator[None]:
        """See `Writer.turn`."""
        if self._busy:
            raise LocalFault(Code.UNCAPTURED_WRITE, "A unit of work cannot begin inside another one.")
        self._busy = True
        try:
            yield
        finally:
            self._busy = False

    def close(self) -> None:
        """See `Writer.close`."""


class ThreadWriter:
    """Turns for many threads, and a thread of its own for what is submitted. Start it by making it; `close` ends it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_busy = False
        self._is_closed = False
        self._waiting: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._holder: int | None = None
        self._inbox: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="roundsman-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[], T], priority: Priority) -> Future[T]:
        """See `Writer.submit`. The work runs in the writer's thread."""
        future: Future[T] = Future()

        def job() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 - it belongs to whoever asks the future
                future.set_exception(error)
            else:
                future.set_result(result)

        self._ask(priority, lambda: self._inbox.put(job))
        return future

    @contextmanager
    def turn(self, priority: Priority) -> Iterator[None]:
        """See `Writer.turn`."""
        me = threading.get_ident()
        if self._holder == me:
            raise LocalFault(Code.UNCAPTURED_WRITE, "A unit of work cannot begin inside another one.")
        granted = threading.Event()
        self._ask(priority, granted.set)
        try:
            granted.wait()
            self._holder = me
            yield
        finally:
            # Whoever was interrupted while waiting gets the turn all the same, and has to pass it on.
            granted.wait()
            self._pass_on()

    def close(self) -> None:
        """See `Writer.close`."""
        with self._lock:
            was_closed, self._is_closed = self._is_closed, True
        if not was_closed:
            self._ask(_AFTER_ALL, lambda: self._inbox.put(None))
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _ask(self, priority: int, grant: Callable[[], None]) -> None:
        """Call ``grant`` when the turn comes, in whatever thread ended the turn before."""
        with self._lock:
            if self._is_closed and priority != _AFTER_ALL:
                raise LocalFault(Code.STORE_CLOSED, "The local copy is closed.")
            if self._is_busy:
                heapq.heappush(self._waiting, (int(priority), next(self._order), grant))
                return
            self._is_busy = True
        grant()

    def _pass_on(self) -> None:
        """The turn is over: the next one begins."""
        self._holder = None
        with self._lock:
            if not self._waiting:
                self._is_busy = False
                return
            _, _, grant = heapq.heappop(self._waiting)
        grant()

    def _run(self) -> None:
        while (job := self._inbox.get()) is not None:
            self._holder = self._thread.ident
            job()
            self._pass_on()
