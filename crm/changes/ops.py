"""The changeset and the messages in which changesets and rows travel.

All messages are msgspec structs; the same structs are written as MessagePack (devices) and as JSON (people, tests).
In JSON, bytes are base64 text. Rows travel as arrays under one list of column names.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec

Count = Annotated[int, msgspec.Meta(ge=0, le=(1 << 62))]
Instant = Annotated[int, msgspec.Meta(ge=-(1 << 52), le=(1 << 52))]
Id = Annotated[bytes, msgspec.Meta(min_length=16, max_length=16)]
Tag = Annotated[bytes, msgspec.Meta(min_length=8, max_length=8)]
Hash = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
Name = Annotated[str, msgspec.Meta(max_length=64, pattern="^[^\\x00-\\x1f]*$")]
Date = Annotated[str, msgspec.Meta(min_length=10, max_length=10, pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]

BIRTH: Final = 0
CHANGE: Final = 1

PROTOCOL: Final = 1
"""The number of this edition of the protocol; it changes only when an older device could misread a message."""


class Op(msgspec.Struct, frozen=True, array_like=True):
    """One row of a changeset.

    ``kind`` is `BIRTH` or `CHANGE`. ``base`` is the confirmed version of the row as the person saw it (0: the office
    has not seen it). ``fields`` maps a field to its new value (birth) or to ``[old, new]`` (change). An operation
    without fields on a document's root says which version of the whole document the lines were edited on.
    """

    table: Name
    id: Id
    kind: Count
    base: Count
    fields: dict[str, Any]


class Changeset(msgspec.Struct, frozen=True):
    """One thing a person did, with everything it changed. It applies whole or not at all (sync-protocol, 4)."""

    change_id: Id
    stamp: Count
    business_date: Date
    schema_version: Count
    intent: Name
    actor: Id
    ops: tuple[Op, ...]


class Sealed(msgspec.Struct, frozen=True, array_like=True):
    """A changeset ready to be sent: its number within the incarnation and the hash of its bytes.

    ``body`` is the encoded `Changeset` in the encoding of the message around it (in JSON: the JSON text as base64);
    ``hash`` is BLAKE2b-256 of ``body``.
    """

    change_id: Id
    n: Annotated[int, msgspec.Meta(ge=1, le=(1 << 62))]
    hash: Hash
    body: bytes


class PushRequest(msgspec.Struct, frozen=True):
    """Waiting changesets in order of ``n``, at most 200 or 256 KB.

    ``now_ms`` is the laptop's clock, so that the office can say how far it is off.
    """

    protocol: Count
    incarnation: Id
    now_ms: Instant
    changesets: tuple[Sealed, ...]


class Outcome(msgspec.Struct, frozen=True, array_like=True):
    """What the office says of one changeset.

    ``kind``: applied, merged, conflict, rejected, quarantined. ``code`` is 0 or an error number, ``text`` a sentence
    in English, ``details`` plain values for a program.
    """

    change_id: bytes
    n: int
    kind: str
    code: int = 0
    text: str = ""
    details: dict[str, Any] = {}


class PushAnswer(msgspec.Struct, frozen=True):
    """Outcomes in the order of the request.

    ``expected_n`` is the next number the office waits for. ``fork`` is set instead of outcomes when a number came
    again with another hash. ``office_ms`` is the office's clock.
    """

    outcomes: tuple[Outcome, ...]
    expected_n: int
    office_ms: int
    fork: bool = False


class Head(msgspec.Struct, frozen=True, array_like=True):
    """A place in a feed. ``tag`` is the random mark of the record at ``seq``."""

    epoch: Count
    seq: Count
    tag: Tag


class Block(msgspec.Struct, frozen=True, array_like=True):
    """Rows of one table under one list of columns.

    A column that holds the same value in every row may be left out of ``columns`` and stand in ``same`` instead:
    most fields of most rows are empty, and what is not sent, decoded and bound costs nothing. ``id``, ``unit``,
    ``version`` and references always stand in ``columns``.
    """

    table: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    same: dict[str, Any] = {}


class UnitDigest(msgspec.Struct, frozen=True, array_like=True):
    """What the office holds of one unit and table in the snapshot of the page."""

    unit: bytes
    table: str
    digest: bytes
    rows: int


class Receipt(msgspec.Struct, frozen=True):
    """The highest ``n`` answered for this incarnation, in the same snapshot as the rows, and the outcomes since.

    ``durable_n`` is the highest number that the office's last backup surely holds.
    """

    n: int
    outcomes: tuple[Outcome, ...]
    durable_n: int = 0


class PullRequest(msgspec.Struct, frozen=True):
    """Ask for the next page.

    ``cursor`` is the checkpoint the device stands at (feed to head), ``position`` the opaque mark of the last page
    of the checkpoint under way (empty: begin one), ``receipt_n`` the highest ``n`` whose outcome is folded already,
    ``refetch`` (unit, table) pairs whose digest did not match.
    """

    protocol: Count
    schema_version: Count
    incarnation: Id
    cursor: dict[str, Head]
    position: bytes = b""
    receipt_n: Count = 0
    rows: Count = 5000
    refetch: tuple[tuple[Id, Name], ...] = ()


class Page(msgspec.Struct, frozen=True):
    """One page of a checkpoint; all of it is one snapshot of the office.

    ``entering`` names the units that are complete with this page and were not held before; their rows may be shown
    at once; rows of a unit that is not named there continue on the next page. ``evicted`` and ``receipt``, ``heads`` and
    ``digests`` come with the page that completes the checkpoint (``complete``).
    """

    complete: bool
    blocks: tuple[Block, ...]
    position: bytes
    entering: tuple[bytes, ...]
    office_ms: int
    evicted: tuple[bytes, ...] = ()
    refetched: tuple[tuple[bytes, str], ...] = ()
    heads: dict[str, Head] = {}
    digests: tuple[UnitDigest, ...] = ()
    receipt: Receipt | None = None
    done: int = 0
    total: int = 0

    def page(self) -> Page:
        """The page itself, where something may still have to be read first (`desktop.sync.transport.Arrival`)."""
        return self


MAX_OPS: Final = 2000
MAX_CHANGESET_BYTES: Final = 200 * 1024
MAX_BATCH: Final = 200
MAX_BATCH_BYTES: Final = 256 * 1024
MAX_REQUEST_BYTES: Final = 1024 * 1024
MAX_EXPANDED_BYTES: Final = 4 * 1024 * 1024
MAX_PAGE_BYTES: Final = 64 * 1024 * 1024
