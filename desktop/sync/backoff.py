"""How long to wait after a fault of the road: full jitter (Brooker, *Exponential Backoff And Jitter*, AWS 2015)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

BASE_S: Final = 1.0
CAP_S: Final = 120.0
_HIGHEST_POWER: Final = 16


def delay_s(failures: int, *, uniform: Callable[[float, float], float], retry_after_s: float = 0.0) -> float:
    """Seconds to wait after ``failures`` faults in a row (1 or more): anything from nothing to twice as much as the
    time before, at most two minutes; never less than the office asked for.

    ``uniform(low, high)`` gives a random number (`random.uniform`).
    """
    ceiling = min(CAP_S, BASE_S * 2 ** min(max(failures - 1, 0), _HIGHEST_POWER))
    return retry_after_s + uniform(0.0, ceiling)
