"""Identifiers: 16 bytes, made where the row is born, ordered by time (UUIDv7, RFC 9562)."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable
from threading import Lock
from typing import Final, NewType

from crm.errors import Code, InvalidInput

RowId = NewType("RowId", bytes)
UnitId = NewType("UnitId", bytes)
FeedId = NewType("FeedId", bytes)
PersonId = NewType("PersonId", bytes)
ChangeId = NewType("ChangeId", bytes)
DeviceId = NewType("DeviceId", bytes)
IncarnationId = NewType("IncarnationId", bytes)

ID_BYTES: Final = 16


class IdFactory:
    """Gives UUIDv7 values that strictly grow within one process.

    ``now_ms`` gives UTC milliseconds; ``random_bytes`` is replaced by tests that need the same ids twice.
    Thread-safe. When the clock stands still or goes back, the last value is counted up instead.
    """

    def __init__(self, now_ms: Callable[[], int], random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._now_ms = now_ms
        self._random_bytes = random_bytes
        self._lock = Lock()
        self._last = 0

    def __call__(self) -> bytes:
        """A new id."""
        with self._lock:
            tail = int.from_bytes(self._random_bytes(10), "big")
            count = ((self._now_ms() & 0xFFFFFFFFFFFF) << 74) | _free_bits(tail)
            if count <= self._last:
                count = self._last + 1 + (tail & 0xFFFF)
            self._last = count
            return _spread(count).to_bytes(ID_BYTES, "big")


_LOW: Final = (1 << 62) - 1


def _free_bits(value: int) -> int:
    """The 74 bits below the milliseconds that neither version nor variant takes."""
    return ((value >> 64) & 0xFFF) << 62 | (value & _LOW)


def _spread(count: int) -> int:
    """Milliseconds and free bits as a UUIDv7: a greater count is a greater id, and a carry skips the fixed bits."""
    return _with_version((count >> 74) << 80 | ((count >> 62) & 0xFFF) << 64 | (count & _LOW), 7)


def _with_version(value: int, version: int) -> int:
    value &= ~(0xF << 76)
    value |= version << 76
    value &= ~(0x3 << 62)
    return value | (0x2 << 62)


def derive_id(*parts: bytes | str) -> bytes:
    """An id that follows from its parts: the same parts give the same id on every machine (UUIDv8).

    Used for association rows, for fixed units, and for rows that a changeset makes at the office.
    """
    digest = hashlib.blake2b(digest_size=ID_BYTES)
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(4, "big"))
        digest.update(raw)
    return _with_version(int.from_bytes(digest.digest(), "big"), 8).to_bytes(ID_BYTES, "big")


def id_text(value: bytes) -> str:
    """The form people and addresses use: ``018f…-…`` (RFC 9562)."""
    return str(uuid.UUID(bytes=value))


def parse_id(text: str) -> bytes:
    """The reverse of `id_text`.

    :raises InvalidInput: code 1007 when it is no id.
    """
    try:
        return uuid.UUID(text).bytes
    except (ValueError, AttributeError) as error:
        raise InvalidInput(Code.BAD_ID, "That is not an identifier.") from error


SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without I, L, O and U, which people misread (Crockford)."""


def check_characters(row_id: bytes) -> str:
    """Four characters, 20 bits, of BLAKE2b over a row's id (its own low bits count up and are too much alike).

    They end the numbers and codes that are given offline, so that even two clones of a laptop give different ones.
    """
    bits = int.from_bytes(hashlib.blake2b(row_id, digest_size=3).digest(), "big")
    return "".join(SIGNS[(bits >> shift) & 31] for shift in (15, 10, 5, 0))


COMPANY: Final = FeedId(derive_id("company"))
"""The feed of everything the whole company shares, and the principal that everybody is a member of."""
CATALOGUE: Final = UnitId(derive_id("unit", "catalogue"))
DIRECTORY: Final = UnitId(derive_id("unit", "directory"))
