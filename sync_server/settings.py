"""What can be set about a server: typed values from the environment, each with a default that needs nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crm.clock import clock_offset_ms
from crm.errors import Code, InvalidInput

DEFAULT_URL: Final = "sqlite:///roundsman-office.db"


def product_version() -> str:
    """The version of this program; ``0`` where it was not installed as a package."""
    try:
        return version("roundsman")
    except PackageNotFoundError:
        return "0"


@dataclass(frozen=True)
class Settings:
    """Times are seconds. ``zone`` is the company's time zone, an IANA name.

    ``threads`` answer requests beside each other; ``look_s`` is how often a waiting long poll looks at the heads for
    news that no announcement told it of; ``wake_s`` the longest wait that a request may ask for.
    ``clock_offset_ms`` moves the clock, for demos and tests only.
    """

    zone: str = "Asia/Shanghai"
    access_s: int = 15 * 60
    refresh_s: int = 90 * 24 * 60 * 60
    threads: int = 24
    look_s: float = 5.0
    wake_s: float = 25.0
    stop_s: int = 10
    clock_offset_ms: int = 0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings from ``ROUNDSMAN_ZONE``, ``ROUNDSMAN_ACCESS_S``, ``ROUNDSMAN_REFRESH_S``, ``ROUNDSMAN_THREADS``,
        ``ROUNDSMAN_CLOCK_OFFSET_S``.

        :raises InvalidInput: code 1005 when one of them is no number, or not above 0, or there is no such time zone.
        """
        found = os.environ if environment is None else environment
        default = cls()
        return cls(
            zone=_zone(found.get("ROUNDSMAN_ZONE", default.zone)),
            access_s=_whole(found, "ROUNDSMAN_ACCESS_S", default.access_s),
            refresh_s=_whole(found, "ROUNDSMAN_REFRESH_S", default.refresh_s),
            threads=_whole(found, "ROUNDSMAN_THREADS", default.threads),
            clock_offset_ms=clock_offset_ms(found),
        )

    @property
    def clock(self) -> Callable[[], int] | None:
        """UTC milliseconds of the machine's clock, moved; None where it is not moved and the office's own holds."""
        if not self.clock_offset_ms:
            return None
        return lambda: time.time_ns() // 1_000_000 + self.clock_offset_ms


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise InvalidInput(Code.BAD_VALUE, "ROUNDSMAN_ZONE must be a time zone.", field="zone") from error
    return name


def _whole(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or int(text) == 0:
        raise InvalidInput(Code.BAD_VALUE, f"{name} must be a number above 0.", field=name)
    return int(text)
