"""Time as the business sees it. Instants are UTC milliseconds; business dates live in the company's time zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from crm.errors import Code, InvalidInput

CLOCK_OFFSET: Final = "ROUNDSMAN_CLOCK_OFFSET_S"
"""The variable that moves the clock of either program, for demos and tests: seconds, backwards with a minus."""

_SECONDS: Final = re.compile(r"[+-]?[0-9]{1,10}", re.ASCII)


class Clock(Protocol):
    """Where the time comes from. Injected everywhere; ``crm`` never asks the machine."""

    def now_ms(self) -> int:
        """UTC milliseconds since 1970."""
        ...


def clock_offset_ms(environment: Mapping[str, str]) -> int:
    """By how many milliseconds `CLOCK_OFFSET` moves the machine's clock; 0 where it is not set.

    :raises InvalidInput: code 1005 when it is no whole number of seconds.
    """
    text = environment.get(CLOCK_OFFSET, "").strip()
    if not text:
        return 0
    if not _SECONDS.fullmatch(text):
        raise InvalidInput(
            Code.BAD_VALUE, f"{CLOCK_OFFSET} must be a whole number of seconds.", field=CLOCK_OFFSET
        )
    return int(text) * 1000


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
