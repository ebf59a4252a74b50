"""What our books are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from crm.changes.entity import Wire
from crm.changes.ops import Changeset
from crm.changes.view import Key


class Version(NamedTuple):
    """A row as it was from ``seq`` of its feed on. ``wire`` are the values of the columns that travel."""

    seq: int
    unit: bytes
    feed: bytes
    wire: tuple[Wire, ...]


@dataclass(frozen=True)
class Known:
    """A changeset that the office answered."""

    change_id: bytes
    incarnation: bytes
    n: int
    kind: str
    code: int
    changeset: Changeset | None


@dataclass
class Beginning:
    """The books at the beginning of every seed, read once."""

    versions: dict[Key, list[Version]]
    values: dict[Key, dict[str, Wire]]
    owners: dict[bytes, list[tuple[int, bytes]]]
    marks: tuple[int, int, int]
    seqs: dict[bytes, int]


def quoted(names: Iterable[str]) -> str:
    """Column names for a SELECT."""
    return ",".join(f'"{name}"' for name in names)


def row_sum(row_id: bytes, version: int) -> int:
    """What a row contributes to a digest (sync-protocol, 13)."""
    data = row_id + version.to_bytes(8, "big")
    return int.from_bytes(blake2b(data, digest_size=16).digest(), "big")
