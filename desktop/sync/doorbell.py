"""What ends the rest between two rounds: a person did something, or the office has news."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Final, Protocol, Self

from desktop.store.status import status
from desktop.store.store import Changed, Store
from desktop.sync.transport import Transport

LOOK_S: Final = 0.5
"""How often a rest looks whether the program ends."""


class Stop(Protocol):
    """What ends the program (`threading.Event`)."""

    def is_set(self) -> bool:
        """Whether it ends."""
        ...

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it ends, at most ``timeout`` seconds; whether it does."""
        ...


class Doorbell:
    """Listens to the store and, in a thread of its own, to the office. A context manager.

    The long poll goes on while a round is made; its answer then ends the next rest, at worst for nothing.
    """

    def __init__(self, store: Store, transport: Transport) -> None:
        self._store = store
        self._transport = transport
        self._rung = threading.Event()
        self._lock = threading.Lock()
        self._polling = False
        self._answer: bool | Exception | None = None
        self._is_wanted = False

    def __enter__(self) -> Self:
        self._store.listeners.append(self._changed)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._store.listeners.remove(self._changed)

    def ring(self) -> None:
        """Somebody wants a round now. From any thread; a rest that is not there yet ends as soon as it begins."""
        self._is_wanted = True
        self._rung.set()

    def rest(self, stop: Stop, wake_s: float) -> None:
        """Return when there is something to do or the program ends.

        :raises RoundsmanError: what the long poll met.
        """
        self._rung.clear()
        while not (stop.is_set() or self._take_wanted() or status(self._store).waiting):
            self._listen(wake_s)
            while not self._rung.wait(LOOK_S):
                if stop.is_set():
                    return
            self._rung.clear()
            with self._lock:
                answer, self._answer = self._answer, None
            if isinstance(answer, Exception):
                raise answer
            if answer:
                return

    def _take_wanted(self) -> bool:
        was, self._is_wanted = self._is_wanted, False
        return was

    def _changed(self, changed: Changed) -> None:
        if changed.by == "person":
            self._rung.set()

    def _listen(self, wake_s: float) -> None:
        with self._lock:
            if self._polling:
                return
            self._polling = True
        # Not kept from ending with the program by a poll that the office still holds.
        threading.Thread(target=self._poll, args=(wake_s,), name="roundsman-wake", daemon=True).start()

    def _poll(self, wake_s: float) -> None:
        answer: bool | Exception
        try:
            answer = self._transport.wake(self._store.state().cursor, wake_s)
        except Exception as error:  # noqa: BLE001 - it belongs to the thread that rests
            answer = error
        with self._lock:
            self._answer, self._polling = answer, False
        self._rung.set()
