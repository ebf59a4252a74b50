"""Stamps label history and decide between latest values; order is decided by nobody's clock (sync-protocol, 3)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crm.changes.clock import (
    CLAMP_MS,
    DAY_MS,
    Contact,
    HybridClock,
    effective,
    instant_of,
    stamp_of,
)
from tests.unit.crm.changes.subjects import NOON


@dataclass
class Wall:
    """A laptop's clock, set by hand."""

    at: int = NOON

    def now_ms(self) -> int:
        return self.at


jumps = st.integers(-400 * DAY_MS, 400 * DAY_MS)


def test_a_stamp_holds_the_instant_it_was_given() -> None:
    wall = Wall()
    assert instant_of(HybridClock(wall).stamp()) == NOON
    assert stamp_of(NOON) == NOON << 16
    assert stamp_of(-5) == 0


@given(moves=st.lists(jumps, min_size=1, max_size=20))
def test_stamps_strictly_grow_between_two_contacts_whatever_the_clock_does(moves: list[int]) -> None:
    wall = Wall()
    clock = HybridClock(wall)
    clock.contact(NOON)
    given_out = [clock.stamp()]
    for move in moves:
        wall.at = max(wall.at + move, 0)
        given_out.append(clock.stamp())
    assert given_out == sorted(set(given_out))


def test_a_clock_that_stands_still_gives_as_many_stamps_as_are_asked_for() -> None:
    clock = HybridClock(Wall())
    stamps = [clock.stamp() for _ in range(70_000)]
    assert all(later > earlier for earlier, later in pairwise(stamps))
    assert instant_of(stamps[-1]) == NOON + 1


def test_a_restart_goes_on_where_the_clock_stopped() -> None:
    wall = Wall()
    clock = HybridClock(wall)
    last = clock.stamp()
    wall.at -= 10 * DAY_MS
    again = HybridClock(wall, last=clock.last, offset_ms=clock.offset_ms)
    assert again.stamp() > last


def test_a_wrong_clock_is_put_right_by_the_office() -> None:
    wall = Wall(NOON + 3 * 3_600_000)
    clock = HybridClock(wall)
    assert clock.contact(NOON) == Contact(offset_ms=-3 * 3_600_000, jumped=False)
    assert clock.now_ms() == NOON
    assert instant_of(clock.stamp()) == NOON


@given(move=jumps)
def test_a_jump_of_more_than_a_day_against_the_last_contact_is_flagged(move: int) -> None:
    wall = Wall()
    clock = HybridClock(wall)
    assert not clock.contact(NOON).jumped
    wall.at += move
    assert clock.contact(NOON).jumped == (abs(move) > DAY_MS)


def test_a_long_time_without_contact_is_no_jump() -> None:
    wall = Wall()
    clock = HybridClock(wall)
    clock.contact(NOON)
    wall.at += 30 * DAY_MS
    assert clock.contact(NOON + 30 * DAY_MS) == Contact(0, jumped=False)


@given(ahead=st.integers(DAY_MS + 1, 400 * DAY_MS))
def test_a_jump_ahead_is_not_absorbed_and_the_next_contact_bases_the_clock_anew(ahead: int) -> None:
    wall = Wall()
    clock = HybridClock(wall)
    clock.contact(NOON)
    wall.at += ahead
    assert instant_of(clock.stamp()) == NOON + ahead
    assert clock.contact(NOON).jumped
    assert clock.last == stamp_of(NOON)
    assert instant_of(clock.stamp()) == NOON


@given(ahead=st.integers(0, DAY_MS - 1))
def test_stamps_do_not_step_back_for_a_clock_that_is_less_than_a_day_off(ahead: int) -> None:
    wall = Wall(NOON + ahead)
    clock = HybridClock(wall)
    before = clock.stamp()
    clock.contact(NOON)
    assert clock.stamp() > before


@given(stamp=st.integers(0, (1 << 62) - 1), office_ms=st.integers(0, NOON * 2))
def test_the_effective_stamp_is_never_more_than_two_minutes_ahead_of_the_office(
    stamp: int, office_ms: int
) -> None:
    found = effective(stamp, office_ms)
    assert found <= stamp
    assert instant_of(found) <= office_ms + CLAMP_MS
    if instant_of(stamp) < office_ms + CLAMP_MS:
        assert found == stamp
    assert CLAMP_MS == 120_000
