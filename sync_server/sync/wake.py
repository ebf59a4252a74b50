"""Waking those who wait: after a commit, the holders of the touched units are told that there is news.

Waiting is asynchronous, announcing may come from any thread. Missing an announcement loses nothing: whoever waits
also looks at the heads now and then. Announcements to one waiter are coalesced, because it is woken once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from threading import Lock


class Hub:
    """The waiters of one server process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiters: dict[asyncio.Event, tuple[asyncio.AbstractEventLoop, frozenset[bytes]]] = {}

    def announce(self, principals: Iterable[bytes]) -> None:
        """Wake those who wait for any of these principals. Thread-safe; returns at once."""
        told = frozenset(principals)
        if not told:
            return
        with self._lock:
            waiting = [
                (event, loop)
                for event, (loop, wanted) in self._waiters.items()
                if not wanted.isdisjoint(told)
            ]
        for event, loop in waiting:
            try:
                loop.call_soon_threadsafe(event.set)
            except RuntimeError:  # the loop has closed: nobody waits there any more
                self._forget(event)

    async def wait(self, principals: frozenset[bytes], timeout_s: float) -> bool:
        """Wait until one of ``principals`` has news, at most ``timeout_s`` seconds; whether there was an announcement."""
        event = asyncio.Event()
        with self._lock:
            self._waiters[event] = (asyncio.get_running_loop(), principals)
        try:
            await asyncio.wait_for(event.wait(), timeout_s)
        except TimeoutError:
            return False
        finally:
            self._forget(event)
        return True

    def _forget(self, event: asyncio.Event) -> None:
        with self._lock:
            self._waiters.pop(event, None)
