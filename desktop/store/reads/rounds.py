"""The log of sync rounds: what each did, and where it stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from desktop.store import logbook
from desktop.store.state import load
from desktop.store.tables import KEPT_LOG


@dataclass(frozen=True)
class Round:
    """One round. ``sent`` changes got an answer, ``outcomes`` says which; ``received`` rows came and ``left`` went with
    units that are no longer carried here. ``code`` is 0 when it came to its end. ``clock_offset_ms`` is office minus laptop.
    """

    at_ms: int
    sent: int
    received: int
    left: int
    pages: int
    outcomes: Mapping[str, int]
    conflicts: int
    parked: int
    mismatches: int
    held_back: int
    is_first_copy: bool
    seconds: float
    code: int
    message: str
    clock_offset_ms: int | None
    is_clock_wrong: bool


@dataclass(frozen=True)
class Rounds:
    """The rounds, the latest first. ``checkpoint_ms`` is when one last brought anything: prices and credit are as of
    then.
    """

    rounds: tuple[Round, ...]
    checkpoint_ms: int


def read_rounds(connection: Connection) -> Rounds:
    """The log as it is kept."""
    entries = logbook.last_entries(connection, KEPT_LOG)
    return Rounds(tuple(_round(at_ms, body) for at_ms, body in entries), load(connection).checkpoint_ms)


def _round(at_ms: int, body: Mapping[str, Any]) -> Round:
    return Round(
        at_ms=at_ms,
        sent=int(body.get("pushed", 0)),
        received=int(body.get("pulled_rows", 0)),
        left=int(body.get("evicted_rows", 0)),
        pages=int(body.get("pages", 0)),
        outcomes=dict(body.get("outcomes", {})),
        conflicts=int(body.get("conflicts", 0)),
        parked=int(body.get("parked", 0)),
        mismatches=int(body.get("mismatches", 0)),
        held_back=int(body.get("held_back", 0)),
        is_first_copy=bool(body.get("first_copy", False)),
        seconds=float(body.get("seconds", 0.0)),
        code=int(body.get("code", 0)),
        message=str(body.get("message", "")),
        clock_offset_ms=body.get("clock_offset_ms"),
        is_clock_wrong=bool(body.get("is_clock_wrong", False)),
    )
