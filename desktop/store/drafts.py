"""Forms that were begun and not finished: what was typed, kept in the encrypted copy and never sent.

A draft belongs to a form (``kind``, such as ``customer.edit``) and a record; the empty record is one that is not there
yet. It leaves with its record's unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from msgspec import msgpack
from sqlalchemy import Connection

from crm.changes.entity import Schema

Typed: TypeAlias = "str | int | float | bool | bytes | list[Typed] | dict[str, Typed] | None"
"""What a form keeps of a field."""

NO_RECORD: Final = b""


@dataclass(frozen=True)
class Draft:
    """What was typed into one form.

    ``values`` is what the form makes of itself; ``bases`` the versions of the rows it was begun with, by id in
    hexadecimal, so that it can say which were changed meanwhile. ``at_ms`` is when it was kept, UTC milliseconds.
    """

    kind: str
    record: bytes = NO_RECORD
    values: Mapping[str, Typed] = field(default_factory=dict)
    bases: Mapping[str, int] = field(default_factory=dict)
    at_ms: int = 0


def put(connection: Connection, schema: Schema, draft: Draft) -> None:
    """Keep a draft in the place of the former one of its form and record. For `Store.keep`."""
    connection.exec_driver_sql(
        "INSERT OR REPLACE INTO draft (kind, record, unit, typed, bases, at_ms) VALUES (?, ?, ?, ?, ?, ?)",
        (
            draft.kind,
            draft.record,
            _unit(connection, schema, draft.record),
            msgpack.encode(draft.values),
            msgpack.encode(draft.bases),
            draft.at_ms,
        ),
    )


def get(connection: Connection, kind: str, record: bytes = NO_RECORD) -> Draft | None:
    """The draft of a form and a record, if there is one."""
    found = connection.exec_driver_sql(
        "SELECT kind, record, typed, bases, at_ms FROM draft WHERE kind = ? AND record = ?", (kind, record)
    ).first()
    return _draft(found) if found is not None else None


def every(connection: Connection) -> list[Draft]:
    """All drafts, the newest first."""
    found = connection.exec_driver_sql(
        "SELECT kind, record, typed, bases, at_ms FROM draft ORDER BY at_ms DESC, kind"
    )
    return [_draft(row) for row in found]


def drop(connection: Connection, kind: str, record: bytes = NO_RECORD) -> None:
    """The form was finished or thrown away. For `Store.keep`."""
    connection.exec_driver_sql("DELETE FROM draft WHERE kind = ? AND record = ?", (kind, record))


def forget_units(connection: Connection, units: Sequence[bytes]) -> None:
    """Units left: nothing readable of them stays."""
    connection.exec_driver_sql("DELETE FROM draft WHERE unit = ?", [(unit,) for unit in units])


def _draft(row: Any) -> Draft:
    kind, record, typed, bases, at_ms = row
    return Draft(kind, bytes(record), msgpack.decode(typed), msgpack.decode(bases), at_ms)


def _unit(connection: Connection, schema: Schema, record: bytes) -> bytes | None:
    """The unit that the record is in, whichever table has it."""
    if not record:
        return None
    for entity in schema:
        found = connection.exec_driver_sql(
            f"SELECT unit FROM {entity.name} WHERE id = ?",
            (record,),
        ).scalar()
        if found is not None:
            return bytes(found)
    return None
