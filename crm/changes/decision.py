"""What merging works with and comes to: who sends, what is written, what is lost, and the stamps beside a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, cast

import msgspec

from crm.changes.actor import Actor
from crm.changes.entity import Entity, Row
from crm.changes.policies import Reach, Rule
from crm.changes.view import Finding, Key
from crm.errors import Detail

DOCUMENT_STAMP: Final = "@document"
"""In place of a field's name: the stamp of a whole document, on its root row."""


class FieldStamp(NamedTuple):
    """Who last changed a field after the row was born: the feed's ``seq``, the stamp, the incarnation, the person."""

    seq: int
    stamp: int
    incarnation: bytes
    by: bytes


@dataclass(frozen=True)
class Sender:
    """Who hands in the changeset. ``stamp`` is the effective one, ``now_ms`` the office's clock."""

    actor: Actor
    incarnation: bytes
    stamp: int
    now_ms: int


@dataclass
class Write:
    """A row as it shall be stored. ``before`` is None for a new row. ``stamped`` names the fields to be stamped."""

    entity: Entity
    row: Row
    before: Row | None
    stamped: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Lost:
    """A value that lost, or waits for a person. The sides are field to value; a document carries its operations.

    ``mine_by`` and ``mine_stamp`` are set where *mine* is not the sender's: an edit that a deletion overtook.
    """

    table: str
    row_id: bytes
    unit: bytes
    fields: tuple[str, ...]
    rule: Rule
    open: bool
    base: Mapping[str, Any]
    mine: Mapping[str, Any]
    theirs: Mapping[str, Any]
    theirs_by: bytes | None
    theirs_stamp: int
    code: int = 0
    text: str = ""
    mine_by: bytes | None = None
    mine_stamp: int = 0


@dataclass
class Decision:
    """What a changeset comes to. ``rows`` are the rows to store; none when it was rejected."""

    kind: str = "applied"
    code: int = 0
    text: str = ""
    details: Mapping[str, Detail] = field(default_factory=dict)
    writes: dict[Key, Write] = field(default_factory=dict)
    lost: list[Lost] = field(default_factory=list)
    looks: list[Finding] = field(default_factory=list)


def reaching(entity: Entity, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that may leave the office."""
    return {
        name: value
        for name, value in values.items()
        if name not in entity.fields or entity.fields[name].reach is Reach.ALL
    }


# --- stamps beside the row ------------------------------------------------------------------------------------------

_STAMPS: Final = msgspec.msgpack.Decoder(dict[str, tuple[int, int, bytes, bytes]])
_ENCODER: Final = msgspec.msgpack.Encoder()


def read_stamps(row: Row) -> Mapping[str, FieldStamp]:
    """The row's stamps by field; empty until its first change after birth."""
    raw = row.get("stamps")
    if not isinstance(raw, bytes):
        return {}
    return {name: FieldStamp(*values) for name, values in _STAMPS.decode(raw).items()}


def settle(decision: Decision, seqs: Mapping[bytes, int], sender: Sender) -> None:
    """Give the rows of a decision their version: the ``seq`` this changeset got in each feed it touches.

    Sets ``version`` and ``stamps`` in place. Fields of a new row are not stamped.
    """
    for write in decision.writes.values():
        seq = seqs[cast(bytes, write.row["feed_id"])]
        write.row["version"] = seq
        if write.before is None or not write.stamped:
            continue
        stamp = FieldStamp(seq, sender.stamp, sender.incarnation, sender.actor.id)
        stamps = {**read_stamps(write.row), **dict.fromkeys(sorted(write.stamped), stamp)}
        write.row["stamps"] = _ENCODER.encode({name: tuple(value) for name, value in stamps.items()})
