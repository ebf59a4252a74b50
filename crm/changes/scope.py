"""Which unit a row belongs to, and who holds a unit: pure functions over rows (sync-protocol, 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from crm.changes.entity import Beside, Entity, Fixed, Part, Personal, Root, Row, Schema
from crm.ids import CATALOGUE, COMPANY, DIRECTORY

Lookup = Callable[[str, bytes], Row | None]
"""Reads a row by table and id."""

FIXED_UNITS: Final = frozenset({CATALOGUE, DIRECTORY})


class Holder(NamedTuple):
    """Why a principal holds a unit. ``right`` is ``edit`` or ``read``."""

    principal: bytes
    why: str
    right: str


def unit_of(schema: Schema, entity: Entity, row: Row, lookup: Lookup) -> bytes | None:
    """The unit of a row, from its parent; None when the parent is not to be found."""
    scope = entity.scope
    if isinstance(scope, Root):
        return _bytes(row["id"])
    if isinstance(scope, Fixed):
        return scope.unit
    if isinstance(scope, Personal):
        return _bytes(row[scope.person])
    if isinstance(scope, Part):
        table, parent_id = schema.parents[entity.name], row[scope.via]
    else:
        assert isinstance(scope, Beside)
        table, parent_id = str(row[scope.table]), row[scope.row]
    if not isinstance(parent_id, bytes) or schema.get(table) is None:
        return None
    parent = lookup(table, parent_id)
    return None if parent is None else _bytes(parent["unit"])


def holders_of(entity: Entity, row: Row) -> frozenset[Holder]:
    """Who holds the unit whose root is ``row``, by every reason the root itself gives.

    A deleted root keeps its holders: they must learn that it is deleted.
    """
    scope = entity.scope
    if isinstance(scope, Root):
        owner = row[scope.owner]
        return frozenset({Holder(owner, "owner", "edit")}) if isinstance(owner, bytes) else frozenset()
    return frozenset()


def fixed_holders() -> dict[bytes, Holder]:
    """The units that everybody in the company reads."""
    return dict.fromkeys(sorted(FIXED_UNITS), Holder(COMPANY, "company", "read"))


def _bytes(value: object) -> bytes | None:
    return value if isinstance(value, bytes) else None
