"""Watches the GUI thread for stalls: times in which the window would not have answered.

A timer fires in the GUI thread every 10 ms; a longer gap is a stall. From it is taken off what the machine itself took: the
gaps that a control process met at the same time, which does nothing but wait 10 ms again and again, and on Linux the
time that this thread was ready to run and was not let. What is left is divided by how much slower than at best the
control's own small piece of work ran just then.

The test function runs in the GUI thread too. What it does between two steps on the window counts, so that nothing escapes;
each use of `qtbot` begins a new measurement, and `Watch.aside` is for work that only the test needs.
"""

from __future__ import annotations

import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer

EVERY_MS: Final = 10
MOST_MS: Final = 100
"""A longer stall fails the test."""
WORTH_MS: Final = 20
"""Shorter gaps are not remembered."""
NEAR_NS: Final = 100_000_000
SLOWEST: Final = 3.0
TOLD_S: Final = 5.0
"""The control has so long to say what it lost."""

_CONTROL: Final = """
import sys, time
print("ready", flush=True)
last = told = time.monotonic_ns()
while True:
    time.sleep(0.01)
    now = time.monotonic_ns()
    if now - last > 15_000_000 or now - told > 50_000_000:
        began = time.thread_time_ns()
        sum(range(4000))
        try:
            print(last, now, time.thread_time_ns() - began, flush=True)
        except OSError:
            break
        told = now
    last = now
"""


@dataclass(frozen=True)
class Stall:
    """A gap in the GUI thread, and how much of it the machine took; milliseconds. ``slowness`` is how many times as long
    as at best anything took meanwhile.
    """

    gap_ms: float
    lost_ms: float
    slowness: float = 1.0

    @property
    def ours_ms(self) -> float:
        """What is left is ours."""
        return (self.gap_ms - self.lost_ms) / self.slowness


class Control:
    """The process that does nothing, and the gaps it met."""

    def __init__(self) -> None:
        self._gaps: list[tuple[int, int]] = []
        self._costs: list[tuple[int, int]] = []
        self._told = threading.Condition()
        self._told_until = 0
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-c", _CONTROL],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            begin, end, cost = map(int, line.split())
            with self._told:
                self._gaps.append((begin, end))
                self._costs.append((end, cost))
                self._told_until = end
                self._told.notify_all()

    def lost_ms(self, begin_ns: int, end_ns: int) -> float:
        """How much of a time the control lost too."""
        with self._told:
            # It says every now and then that it is alive; what it lost is known when it has spoken after the end.
            self._told.wait_for(lambda: self._told_until >= end_ns, TOLD_S)
        lost = sum(
            max(min(end, end_ns) - max(begin, begin_ns) - EVERY_MS * 1_000_000, 0)
            for begin, end in list(self._gaps)
            if end > begin_ns and begin < end_ns
        )
        return lost / 1e6

    def slowness(self, begin_ns: int, end_ns: int) -> float:
        """How many times as long as at best the same work took at that time: two threads of a processor's core share it."""
        costs = [cost for _, cost in self._costs]
        near = [cost for end, cost in self._costs if begin_ns - NEAR_NS <= end <= end_ns + NEAR_NS]
        if not near:
            return 1.0
        return min(max(statistics.median(near) / min(costs), 1.0), SLOWEST)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Keep the control from running, as a busy machine would. Not on Windows."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()


def kept_waiting_ns() -> int:
    """How long this thread was ready to run and was not let, since it began; 0 where the system does not tell."""
    try:
        text = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat").read_text(encoding="ascii")
    except OSError:
        return 0
    return int(text.split()[1])


class Watch(QObject):
    """Measures from `start` to `finish`, in the GUI thread."""

    def __init__(self, control: Control) -> None:
        super().__init__()
        self._control = control
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(self.breathe)
        self._last_ns = 0
        self._last_waited_ns = 0
        self._gaps: list[tuple[int, int, int]] = []
        self._is_aside = False

    def start(self) -> None:
        """Begin."""
        self._begin()
        self._timer.start()

    def finish(self) -> list[Stall]:
        """End; gives the stalls that were longer than `WORTH_MS`, the longest first."""
        self.breathe()
        self._timer.stop()
        found = []
        for begin, end, waited in self._gaps:
            lost = max(self._control.lost_ms(begin, end), waited / 1e6)
            found.append(Stall((end - begin) / 1e6, lost, self._control.slowness(begin, end)))
        return sorted(found, key=lambda stall: -stall.ours_ms)

    def breathe(self) -> None:
        """The window could answer now: a measurement ends and another one begins."""
        if self._is_aside or not self._last_ns:
            return
        now = time.monotonic_ns()
        if now - self._last_ns > (WORTH_MS + EVERY_MS) * 1_000_000:
            self._gaps.append((self._last_ns, now, kept_waiting_ns() - self._last_waited_ns))
        self._begin()

    def _begin(self) -> None:
        self._last_ns, self._last_waited_ns = time.monotonic_ns(), kept_waiting_ns()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What happens inside is the test's own work and is not measured."""
        self.breathe()
        was_aside, self._is_aside = self._is_aside, True
        try:
            yield
        finally:
            self._is_aside = was_aside
            self._begin()
