"""What an action needs from its surroundings; the laptop and the office each provide one."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from sqlalchemy.orm import Session

from crm.changes.actor import Actor


class Work(Protocol):
    """One unit of work: what happens in it becomes one changeset, or nothing.

    ``session`` is a session whose writes are captured. ``now_ms`` is UTC milliseconds of the injected clock and
    ``business_date`` the day in the company's time zone; both stand still during the unit of work.
    """

    @property
    def session(self) -> Session: ...

    @property
    def actor(self) -> Actor: ...

    @property
    def now_ms(self) -> int: ...

    @property
    def business_date(self) -> date: ...

    def new_id(self) -> bytes:
        """A new row id."""
        ...

    def next_number(self, series: str) -> int:
        """The next value of a counter that belongs to this device, from 1; kept with the unit of work."""
        ...

    @property
    def device_code(self) -> str:
        """The part of offline numbers that names person and device: ``ND-2`` (rep code, device ordinal)."""
        ...
