"""Sync in a thread of its own, and how it stands, told in the GUI thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, Protocol

from PySide6.QtCore import QObject, Qt, Signal, Slot

from crm.changes.ops import Head, PullRequest, PushAnswer, PushRequest
from crm.clock import Clock
from crm.errors import Code
from desktop.kit import words
from desktop.kit.sync import Phase, Sync, SyncView
from desktop.sync.doorbell import Stop
from desktop.sync.engine import RoundReport
from desktop.sync.transport import Arrival, Transport

log = logging.getLogger(__name__)

WAITING_WILL_NOT_MEND: Final = frozenset(
    {Code.NOT_SIGNED_IN, Code.BAD_CREDENTIALS, Code.DEVICE_STATE, Code.FORK, Code.SCHEMA_AHEAD}
)
END_S: Final = 5.0
"""The end waits this long for the message under way; everything is safe without its answer."""


class Engine(Protocol):
    """What runs the rounds (`desktop.sync.engine.SyncEngine`)."""

    def run_forever(self, stop: Stop) -> None:
        """Round after round until ``stop`` is set."""
        ...

    def ring(self) -> None:
        """End its rest."""
        ...


class Bell:
    """Ends the engine, and its pauses between two tries. A `desktop.sync.doorbell.Stop`."""

    def __init__(self, on_wait: Callable[[float], None]) -> None:
        self._condition = threading.Condition()
        self._is_set = False
        self._is_rung = False
        self._on_wait = on_wait

    def is_set(self) -> bool:
        """See `Stop`."""
        return self._is_set

    def wait(self, timeout: float | None = None) -> bool:
        """See `Stop`; also ended by `ring`."""
        self._on_wait(timeout or 0.0)
        with self._condition:
            self._condition.wait_for(lambda: self._is_set or self._is_rung, timeout)
            self._is_rung = False
        return self._is_set

    def ring(self) -> None:
        """End the pause, if there is one."""
        with self._condition:
            self._is_rung = True
            self._condition.notify_all()

    def set(self) -> None:
        """End it all."""
        with self._condition:
            self._is_set = True
            self._condition.notify_all()


class Watched:
    """A transport that tells a `SyncThread` what goes by."""

    def __init__(self, inner: Transport, watcher: SyncThread) -> None:
        self._inner = inner
        self._watcher = watcher

    def push(self, request: PushRequest) -> PushAnswer:
        """See `Transport.push`."""
        self._watcher.on_ask()
        return self._inner.push(request)

    def pull(self, request: PullRequest) -> Arrival:
        """See `Transport.pull`."""
        self._watcher.on_ask()
        arrival = self._inner.pull(request)
        self._watcher.on_page(arrival.done, arrival.total, is_last=arrival.complete)
        return arrival

    def wake(self, cursor: dict[str, Head], timeout_s: float) -> bool:
        """See `Transport.wake`."""
        return self._inner.wake(cursor, timeout_s)


class SyncThread(Sync):
    """Runs an engine until `stop`. What it learns in that thread arrives in the GUI thread through one signal.

    The engine is handed in by `start`, because it is made with what watches it: a `Watched` transport, and `on_report`
    as what it tells its reports to.
    """

    _learned = Signal(object)

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._bell = Bell(self._on_wait)
        self._thread: threading.Thread | None = None
        self._engine: Engine | None = None
        self._seen = SyncView()
        self._lock = threading.Lock()
        self._learned.connect(self.show, Qt.ConnectionType.QueuedConnection)

    # -- in the GUI thread

    def start(self, engine: Engine, *, is_first_copy: bool = False) -> None:
        """Begin. ``is_first_copy``: the copy is not whole yet."""
        self._engine = engine
        self._learn(phase=Phase.IDLE, is_first_copy=is_first_copy)
        self._thread = threading.Thread(target=self._run, args=(engine,), name="roundsman-sync", daemon=True)
        self._thread.start()

    @Slot()
    def now(self) -> None:
        """See `Sync.now`."""
        if self._engine is not None:
            self._bell.ring()
            self._engine.ring()

    def stop(self) -> None:
        """See `Sync.stop`. At most `END_S` seconds."""
        self._bell.set()
        if self._thread is not None:
            self._thread.join(END_S)
            self._thread = None

    # -- in the thread that syncs

    def _run(self, engine: Engine) -> None:
        try:
            engine.run_forever(self._bell)
        except Exception as error:
            log.exception("sync_broken")
            self._learn(phase=Phase.REFUSED, code=words.code_of(error), message="")
            return
        self._learn(phase=Phase.OFF)

    def on_ask(self) -> None:
        """A message goes to the office that is part of a round. Whether it arrives is not known yet."""
        if self._seen.phase is Phase.IDLE:
            self._learn(phase=Phase.SYNCING)

    def on_page(self, done: int, total: int, *, is_last: bool) -> None:
        """A page came; so much of so much is here. The only page of a small round says nothing."""
        if not is_last or self._seen.total:
            total = max(total, done)
            self._learn(phase=Phase.SYNCING, done=total if is_last else done, total=total, next_try_ms=0)

    def on_report(self, report: RoundReport) -> None:
        """A round is over."""
        changed: dict[str, Any] = {"done": 0, "total": 0, "code": report.code, "message": report.message}
        if report.clock_offset_ms is not None:
            changed |= {
                "contact_ms": self._clock.now_ms(),
                "clock_offset_ms": report.clock_offset_ms,
                "is_clock_wrong": report.is_clock_wrong,
            }
        if report.code == 0:
            changed |= {"phase": Phase.IDLE, "next_try_ms": 0, "is_first_copy": False}
        else:
            is_refusal = report.code in WAITING_WILL_NOT_MEND
            changed["phase"] = Phase.REFUSED if is_refusal else Phase.OFFLINE
        self._learn(**changed)

    def _on_wait(self, seconds: float) -> None:
        """The engine pauses after a failure, which may have been the long poll's: of that there is no report."""
        changed: dict[str, Any] = {"next_try_ms": self._clock.now_ms() + round(seconds * 1000)}
        if self._seen.phase is not Phase.REFUSED:
            changed |= {"phase": Phase.OFFLINE, "code": self._seen.code or Code.UNREACHABLE}
        self._learn(**changed)

    def _learn(self, **changed: Any) -> None:
        with self._lock:
            self._seen = replace(self._seen, **changed)
            self._learned.emit(self._seen)
