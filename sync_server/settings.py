"""What can be set about a server: typed values from the environment, each with a default that needs nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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
    """

    zone: str = "Asia/Shanghai"
    access_s: int = 15 * 60
    refresh_s: int = 90 * 24 * 60 * 60
    threads: int = 24
    look_s: float = 5.0
    wake_s: float = 25.0
    stop_s: int = 10

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings from ``ROUNDSMAN_ZONE``, ``ROUNDSMAN_ACCESS_S``, ``ROUNDSMAN_REFRESH_S``, ``ROUNDSMAN_THREADS``.

        :raises InvalidInput: code 1005 when one of them is no number above 0, or there is no such time zone.
        """
        found = os.environ if environment is None else environment
        default = cls()
        return cls(
            zone=_zone(found.get("ROUNDSMAN_ZONE", default.zone)),
            access_s=_whole(found, "ROUNDSMAN_ACCESS_S", default.access_s),
            refresh_s=_whole(found, "ROUNDSMAN_REFRESH_S", default.refresh_s),
            threads=_whole(found, "ROUNDSMAN_THREADS", default.threads),
        )


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
