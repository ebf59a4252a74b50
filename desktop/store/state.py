"""What this laptop remembers of its talk with the office: one immutable value, kept field by field."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from crm.changes.ops import Head
from desktop.store.driver import fetch


class SyncState(msgspec.Struct, frozen=True):
    """Everything that survives a restart beside rows and journal.

    ``local_version`` is that of the tables that never leave the laptop.

    ``incarnation`` and ``device_code`` are empty until the laptop is enrolled. ``next_n`` is the number that the
    next changeset gets; ``receipt_n`` the highest one whose outcome is folded; ``durable_n`` the highest one that
    the office's backup holds. ``cursor`` is the last checkpoint, ``position`` the opaque mark of the checkpoint under
    way, which began at the cursor whose hash is ``staged_for``. ``copied``: a first checkpoint was completed, since the last upgrade;
    ``attempt`` counts the beginnings of a first copy; ``indexed``: the indexes were made after it. ``clock_last`` and
    ``clock_offset_ms`` belong to the hybrid clock. ``refetch`` are (unit, table) pairs whose digest did not match.
    ``checkpoint_ms`` is when a checkpoint last brought anything.
    """

    schema_version: int = 0
    local_version: int = 0
    incarnation: bytes = b""
    device_code: str = ""
    next_n: int = 1
    receipt_n: int = 0
    durable_n: int = 0
    cursor: dict[str, Head] = {}
    position: bytes = b""
    staged_for: bytes = b""
    copied: bool = False
    attempt: int = 0
    indexed: bool = False
    clock_last: int = 0
    clock_offset_ms: int | None = None
    refetch: tuple[tuple[bytes, str], ...] = ()
    checkpoint_ms: int = 0


_FIELDS: Final = {field.name: field for field in msgspec.structs.fields(SyncState)}
_DECODERS: Final[dict[str, Any]] = {
    name: msgspec.msgpack.Decoder(field.type) for name, field in _FIELDS.items()
}
_ENCODER: Final = msgspec.msgpack.Encoder()


def load(connection: Connection) -> SyncState:
    """The state as it is in this transaction."""
    rows = fetch(connection, "SELECT name, value FROM sync_state")
    return SyncState(**{name: _DECODERS[name].decode(value) for name, value in rows if name in _DECODERS})


def save(connection: Connection, before: SyncState, after: SyncState) -> None:
    """Write the fields that differ; nothing when none does."""
    changed = [
        (name, _ENCODER.encode(getattr(after, name)))
        for name in _FIELDS
        if getattr(before, name) != getattr(after, name)
    ]
    if changed:
        connection.exec_driver_sql(
            "INSERT INTO sync_state (name, value) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            changed,
        )
