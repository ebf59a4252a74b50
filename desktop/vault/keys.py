"""The key of the local database."""

from __future__ import annotations

import hmac
import secrets
from typing import Final, NoReturn

KEY_BYTES: Final = 32
"""256 bits, what SQLCipher's AES-256 takes as a raw key."""


class DatabaseKey:
    """A random 256-bit key. Immutable; neither its text nor its `repr` shows it, and it cannot be pickled.

    Python gives no way to wipe it from memory: it lives until the process ends.

    :raises ValueError: when ``raw`` has not exactly 32 bytes.
    """

    __slots__ = ("_raw",)
    _raw: bytes

    def __init__(self, raw: bytes) -> None:
        if len(raw) != KEY_BYTES:
            raise ValueError(f"a database key has {KEY_BYTES} bytes")
        object.__setattr__(self, "_raw", bytes(raw))

    @classmethod
    def generate(cls) -> DatabaseKey:
        """A new key from the operating system's random source."""
        return cls(secrets.token_bytes(KEY_BYTES))

    def reveal(self) -> bytes:
        """The 32 bytes, for a key store."""
        return self._raw

    def reveal_hex(self) -> str:
        """64 lower-case hexadecimal digits, for SQLCipher."""
        return self._raw.hex()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DatabaseKey):
            return NotImplemented
        return hmac.compare_digest(self._raw, other._raw)

    def __hash__(self) -> int:
        return hash(self._raw)

    def __repr__(self) -> str:
        return "DatabaseKey(hidden)"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a database key cannot be changed")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a database key is not pickled")
