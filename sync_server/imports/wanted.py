"""What a row of a file asks of the office: the values that stand between reading files and writing records.

Reading (`sources`, `maps`, `convert`) makes these; loading (`load`) resolves references and compares with the office.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec

from crm.changes.entity import Field, Wire
from crm.changes.policies import LATEST, Reach

KeyText: TypeAlias = str
"""The key of a row as it is remembered: its key cells, joined so that no two keys are alike."""

DELETED: Final = Field(
    name="deleted",
    kind="flag",
    nullable=False,
    max_length=None,
    policy=LATEST,
    reach=Reach.ALL,
    ref=None,
    right=None,
    default=0,
    has_default=True,
)
"""Whether a record is deleted, as maps fill it: a column of every table, and no field of any entity."""


class Reference(msgspec.Struct, frozen=True):
    """A record that is named by its key in the same source, or by the value of one of its fields.

    Of ``key`` and ``match`` one is given; ``match`` is (field, stored value). Both are given for an id: it is the key of
    a record of the same source, or else the record that has it.
    """

    table: str
    key: KeyText | None = None
    match: tuple[str, Wire] | None = None


class Copied(msgspec.Struct, frozen=True):
    """The value of a ``field`` of the record that the reference in column ``via`` of the same record names."""

    via: str
    field: str


Value: TypeAlias = Wire | Reference | Copied


class WantedRecord(msgspec.Struct, frozen=True):
    """One record as a file wants it.

    ``key`` is its key within (source, ``entity``). ``id`` is given where the file names the record's own id.
    ``match`` are the fields by which a record that is known neither by key nor by id may be found. ``deleted`` says that
    the record stands there as a deleted one.
    """

    entity: str
    key: KeyText
    values: Mapping[str, Value]
    match: tuple[str, ...] = ()
    id: bytes | None = None
    deleted: bool = False


class WantedRow(msgspec.Struct, frozen=True):
    """One row of a file after conversion.

    ``line`` is that of the row's first character in a CSV file or the row's number in a sheet, from 1. ``cells`` are
    the cells as read (after repair), in order of the file's columns, for the file of rejects. ``repaired`` says what
    was mended, ``problem`` why the row cannot be imported; empty when nothing was. ``document`` is the key of the
    document this row is a part of, empty for rows that stand by themselves. A row with a problem has no records.
    """

    file: str
    line: int
    cells: tuple[str, ...]
    key: KeyText
    records: tuple[WantedRecord, ...] = ()
    repaired: str = ""
    problem: str = ""
    document: KeyText = ""
