"""A hash over the rows of a unit that does not depend on their order (sync-protocol, 13).

The digest of a set of rows is the sum, modulo 2**128, of BLAKE2b-128 over ``id || version`` (version as eight
bytes, big-endian). A sum can be kept up to date row by row, and unlike XOR it notices a row that is there twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

DIGEST_BYTES: Final = 16
_MODULUS: Final = 1 << 128


def row_hash(row_id: bytes, version: int) -> int:
    """The contribution of one row."""
    return int.from_bytes(
        blake2b(row_id + version.to_bytes(8, "big"), digest_size=DIGEST_BYTES).digest(), "big"
    )


def digest(rows: Iterable[tuple[bytes, int]]) -> bytes:
    """The digest of (id, version) pairs, 16 bytes; sixteen zero bytes for none."""
    total = 0
    for row_id, version in rows:
        total += row_hash(row_id, version)
    return (total % _MODULUS).to_bytes(DIGEST_BYTES, "big")


def moved(before: bytes, *, add: int, remove: int) -> bytes:
    """``before`` with the sums of `row_hash` in ``add`` brought in and ``remove`` taken out."""
    return ((int.from_bytes(before, "big") + add - remove) % _MODULUS).to_bytes(DIGEST_BYTES, "big")
