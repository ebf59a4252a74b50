"""Time in a simulated world: one true time, and clocks that are off by days."""

from __future__ import annotations

from typing import Final

BEGINNING_MS: Final = 1_780_000_000_000
"""UTC milliseconds of a day in May 2026."""
MINUTE_MS: Final = 60_000
DAY_MS: Final = 24 * 60 * MINUTE_MS


class TrueTime:
    """What the office's clock shows. It moves only when the play says so."""

    def __init__(self, now_ms: int = BEGINNING_MS) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """UTC milliseconds."""
        return self._now_ms

    def advance(self, by_ms: int) -> None:
        """Let time pass."""
        self._now_ms += by_ms


class LaptopClock:
    """A clock that is off by ``offset_ms`` and gains ``drift_ppm`` millionths on the true time."""

    def __init__(self, time: TrueTime, *, offset_ms: int = 0, drift_ppm: int = 0) -> None:
        self._time = time
        self.offset_ms = offset_ms
        self.drift_ppm = drift_ppm

    def now_ms(self) -> int:
        """UTC milliseconds as this laptop believes."""
        true_ms = self._time.now_ms()
        return true_ms + self.offset_ms + (true_ms - BEGINNING_MS) * self.drift_ppm // 1_000_000
