"""One writer at a time: a person's action goes before the next slice of a fold.

SQLite has one writer per file. Instead of letting threads wait for its lock, all writing goes through one queue, in
order of priority and, within it, of arrival.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, Protocol, TypeVar

from crm.errors import Code, LocalFault

T = TypeVar("T")


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


class InlineWriter:
    """Everything in the thread that calls, at once. For one thread only: the command line, tests, the simulation."""

    def __init__(self) -> None:
        self._busy = False

    def submit(self, work: Callable[[], T], priority: Priority) -> Future[T]:
        """See `Writer.submit`; the future is finished when it is returned."""
        future: Future[T] = Future()
        try:
            with self.turn(priority):
                result = work()
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever asks the future
            future.set_exception(error)
        else:
            future.set_result(result)
        return future

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
    """A thread of its own for all writing. Start it by making it; `close` ends it."""

    def __init__(self) -> None:
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._wake = threading.Condition()
        self._closed = False
        self._holder: int | None = None
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

        self._put(job, priority)
        return future

    @contextmanager
    def turn(self, priority: Priority) -> Iterator[None]:
        """See `Writer.turn`. The writer's thread stands still meanwhile."""
        me = threading.get_ident()
        if self._holder == me or threading.current_thread() is self._thread:
            raise LocalFault(Code.UNCAPTURED_WRITE, "A unit of work cannot begin inside another one.")
        granted, over = threading.Event(), threading.Event()

        def job() -> None:
            granted.set()
            over.wait()

        self._put(job, priority)
        granted.wait()
        self._holder = me
        try:
            yield
        finally:
            self._holder = None
            over.set()

    def close(self) -> None:
        """See `Writer.close`."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _put(self, job: Callable[[], None], priority: Priority) -> None:
        with self._wake:
            if self._closed:
                raise LocalFault(Code.STORE_CLOSED, "The local copy is closed.")
            heapq.heappush(self._queue, (int(priority), next(self._order), job))
            self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._queue and not self._closed:
                    self._wake.wait()
                if not self._queue:
                    return
                _, _, job = heapq.heappop(self._queue)
            job()
