"""The hybrid logical clock that stamps changesets (Kulkarni et al. 2014; sync-protocol, 3).

A stamp is a 64-bit integer: UTC milliseconds in the upper 48 bits, a counter in the lower 16. Order between rows
is decided by the feed's counter and never by a stamp; a stamp labels history and breaks ties of ``latest`` fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crm.clock import Clock

COUNTER_BITS: Final = 16
DAY_MS: Final = 24 * 60 * 60 * 1000
JUMP_MS: Final = DAY_MS
CLAMP_MS: Final = 2 * 60 * 1000


def stamp_of(instant_ms: int) -> int:
    """The smallest stamp of an instant."""
    return max(instant_ms, 0) << COUNTER_BITS


def instant_of(stamp: int) -> int:
    """UTC milliseconds of a stamp."""
    return stamp >> COUNTER_BITS


def effective(stamp: int, office_ms: int) -> int:
    """The stamp as the office uses it: never more than two minutes ahead of the office's clock."""
    return min(stamp, stamp_of(office_ms + CLAMP_MS))


@dataclass(frozen=True)
class Contact:
    """What a device learns about its clock when it talks to the office.

    ``offset_ms`` is office minus laptop; ``jumped`` is true when the laptop's clock moved more than a day against
    the office since the last contact.
    """

    offset_ms: int
    jumped: bool


class HybridClock:
    """Stamps that strictly grow between two contacts.

    ``last`` and ``offset_ms`` are kept by the owner of the clock and handed in again after a restart. Not
    thread-safe: the one writer thread owns it.
    """

    def __init__(self, clock: Clock, *, last: int = 0, offset_ms: int | None = None) -> None:
        self._clock = clock
        self.last = last
        self.offset_ms = offset_ms

    def now_ms(self) -> int:
        """UTC milliseconds corrected by the offset of the last contact."""
        return self._clock.now_ms() + (self.offset_ms or 0)

    def stamp(self) -> int:
        """The next stamp."""
        self.last = max(stamp_of(self.now_ms()), self.last + 1)
        return self.last

    def contact(self, office_ms: int) -> Contact:
        """Take note of the office's clock.

        A jump of more than a day is flagged and not absorbed: the clock is based anew on the office's, so stamps
        may step back here and only here.
        """
        offset = office_ms - self._clock.now_ms()
        jumped = self.offset_ms is not None and abs(offset - self.offset_ms) > JUMP_MS
        self.offset_ms = offset
        ahead = instant_of(self.last) - office_ms
        self.last = stamp_of(office_ms) if ahead > JUMP_MS else max(self.last, stamp_of(office_ms))
        return Contact(offset, jumped)
