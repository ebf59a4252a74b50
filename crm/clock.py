"""Time as the business sees it. Instants are UTC milliseconds; business dates live in the company's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Where the time comes from. Injected everywhere; ``crm`` never asks the machine."""

    def now_ms(self) -> int:
        """UTC milliseconds since 1970."""
        ...


def business_date(instant_ms: int, zone: str) -> date:
    """The calendar day on which ``instant_ms`` falls in ``zone`` (an IANA name such as ``Asia/Shanghai``)."""
    return datetime.fromtimestamp(instant_ms / 1000, tz=UTC).astimezone(ZoneInfo(zone)).date()


def instant_text(instant_ms: int) -> str:
    """ISO 8601 in UTC with milliseconds, for logs and dumps."""
    return (
        datetime.fromtimestamp(instant_ms / 1000, tz=UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )
