"""A hash over the rows of a unit that does not depend on their order (sync-protocol, 13).

The digest of a set of rows is the sum, modulo 2**128, of BLAKE2b-128 over ``id || version`` (version as eight
bytes, big-endian). A sum can be kept up to date row by row, and unlike XOR it notices a row that is there twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from hashlib import blake2b
from struct import Struct
from typing import Final

DIGEST_BYTES: Final = 16
EMPTY: Final = bytes(DIGEST_BYTES)
"""The digest of no rows."""
_MODULUS: Final = 1 << 128
_EIGHT_BYTES: Final = Struct(">Q").pack


def row_hash(row_id: bytes, version: int) -> int:
    """The contribution of one row."""
    return int.from_bytes(blake2b(row_id + _EIGHT_BYTES(version), digest_size=DIGEST_BYTES).digest())


def digest(rows: Iterable[tuple[bytes, int]]) -> bytes:
    """The digest of (id, version) pairs, 16 bytes; sixteen zero bytes for none."""
    return digests_by_unit((b"", *row) for row in rows).get(b"", EMPTY)


def digests_by_unit(rows: Iterable[tuple[bytes, bytes, int]]) -> dict[bytes, bytes]:
    """The digest of each unit among (unit, id, version) triples. Quick: a first copy looks at every row."""
    sums: dict[bytes, int] = defaultdict(int)
    for unit, row_id, version in rows:
        # `row_hash`, without the call.
        sums[unit] += int.from_bytes(
            blake2b(row_id + _EIGHT_BYTES(version), digest_size=DIGEST_BYTES).digest()
        )
    return {unit: (total % _MODULUS).to_bytes(DIGEST_BYTES) for unit, total in sums.items()}


def moved(before: bytes, *, add: int, remove: int) -> bytes:
    """``before`` with the sums of `row_hash` in ``add`` brought in and ``remove`` taken out."""
    return ((int.from_bytes(before, "big") + add - remove) % _MODULUS).to_bytes(DIGEST_BYTES, "big")
