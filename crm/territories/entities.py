"""Territories, part of the directory that everybody holds (R-234).

Plain reference data: what a person holds follows from the customers they own, never from a territory.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import String
from sqlalchemy.orm import Mapped

from crm.changes.entity import Fixed, Replicated, Scope, field, reference
from crm.changes.policies import APPEND
from crm.ids import DIRECTORY, derive_id
from crm.rights import Right


class Territory(Replicated):
    """A place or district in which the firm sells, and the region that it is counted to."""

    __tablename__ = "territory"
    scope: ClassVar[Scope] = Fixed(DIRECTORY)
    right: ClassVar[str] = Right.DIRECTORY_EDIT.value

    code: Mapped[str] = field(String(20))
    name: Mapped[str] = field(String(120))
    region: Mapped[str] = field(String(100), default="")


class UserTerritory(Replicated):
    """A territory in which a person works. The id is `user_territory_id`, so giving one twice is one row."""

    __tablename__ = "user_territory"
    scope: ClassVar[Scope] = Fixed(DIRECTORY)
    right: ClassVar[str] = Right.DIRECTORY_EDIT.value

    user_id: Mapped[bytes] = reference("app_user", policy=APPEND, index=True)
    territory_id: Mapped[bytes] = reference("territory", policy=APPEND, index=True)


def user_territory_id(user_id: bytes, territory_id: bytes) -> bytes:
    """The id of the row that says that the person works in the territory."""
    return derive_id("user_territory", user_id, territory_id)
