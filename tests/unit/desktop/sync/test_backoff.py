"""Pauses after faults of the road."""

from __future__ import annotations

from desktop.sync.backoff import CAP_S, delay_s


def highest(_low: float, high: float) -> float:
    return high


def test_pauses_double_up_to_the_cap() -> None:
    delays = [delay_s(failures, uniform=highest) for failures in range(1, 12)]
    assert delays[:4] == [1, 2, 4, 8]
    assert delays[-1] == CAP_S
    assert delays == sorted(delays)


def test_pause_may_be_anything_down_to_nothing() -> None:
    assert delay_s(5, uniform=lambda low, _high: low) == 0


def test_pause_is_never_shorter_than_the_office_asked_for() -> None:
    assert delay_s(1, uniform=lambda low, _high: low, retry_after_s=30) == 30


def test_many_failures_do_not_overflow() -> None:
    assert delay_s(100_000, uniform=highest) == CAP_S
