"""The directory: small tables that every laptop holds whole, names only (R-233 to R-236, R-249).

How a person signs in (login name, password, devices) is not here: it lives at the office alone and never replicates.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped

from crm.changes.entity import Fixed, Flag, Replicated, Scope, field, reference
from crm.changes.policies import APPEND, LATEST, SERVER, Reach, state
from crm.ids import DIRECTORY, derive_id
from crm.people.states import ACCOUNT
from crm.rights import Right


class Division(Replicated):
    """A business unit (版块) of one of the group's companies: the grain of isolation and of ordering (R-234)."""

    __tablename__ = "division"
    scope: ClassVar[Scope] = Fixed(DIRECTORY)
    right: ClassVar[str] = Right.DIRECTORY_EDIT.value

    code: Mapped[str] = field(String(12), policy=APPEND)
    name: Mapped[str] = field(String(100))
    company: Mapped[str] = field(String(100), default="")
    """The legal company it belongs to (ten divisions, eight companies in the sources)."""


class User(Replicated):
    """A person of the firm. ``rep_code`` is the first part of every number the person gives offline; it is given
    once and never used again, not even after the person has left (sync protocol, 14)."""

    __tablename__ = "app_user"
    scope: ClassVar[Scope] = Fixed(DIRECTORY)
    right: ClassVar[str] = Right.DIRECTORY_EDIT.value

    name: Mapped[str] = field(String(100))
    rep_code: Mapped[str] = field(String(4), policy=APPEND)
    """2 to 4 capital letters or digits, at least one letter."""
    division_id: Mapped[bytes | None] = reference("division", index=True, default=None)
    """None for people of the group itself."""
    superior_id: Mapped[bytes | None] = reference("app_user", index=True, default=None)
    phone: Mapped[str] = field(String(40), default="")
    email: Mapped[str] = field(String(254), policy=SERVER, reach=Reach.OFFICE, default="")
    job_title: Mapped[str] = field(String(100), default="")
    state: Mapped[str] = field(String(12), policy=state(ACCOUNT), default=ACCOUNT.start)
    is_travelling: Mapped[bool] = field(Flag, policy=LATEST, default=False)
    """Travelling people need to sign in only twice a week (BR-02)."""


class UserRole(Replicated):
    """A role that a person has. The id is `user_role_id`, so giving a role twice is one row."""

    __tablename__ = "user_role"
    scope: ClassVar[Scope] = Fixed(DIRECTORY)
    right: ClassVar[str] = Right.DIRECTORY_EDIT.value

    user_id: Mapped[bytes] = reference("app_user", policy=APPEND, index=True)
    role: Mapped[str] = field(String(20), policy=APPEND)
    """A `crm.rights.Role`; a role of a newer version is kept and gives nothing."""


class DataGrant(Replicated):
    """Whose data a person may see beside the own tree (R-236: granted staff and departments).

    The id is `data_grant_id`. ``principal_id`` is a person or a division, as ``principal_kind`` says; it carries no
    reference because it may point to either.
    """

    __tablename__ = "data_grant"
    scope: ClassVar[Scope] = Fixed(DIRECTORY)
    right: ClassVar[str] = Right.DIRECTORY_EDIT.value

    user_id: Mapped[bytes] = reference("app_user", policy=APPEND, index=True)
    principal_kind: Mapped[str] = field(String(8), policy=APPEND)
    """`PERSON` or `DIVISION`."""
    principal_id: Mapped[bytes] = field(LargeBinary(16), policy=APPEND, index=True)
    reason: Mapped[str] = field(String(300), policy=SERVER, reach=Reach.OFFICE, default="")
    granted_by_id: Mapped[bytes | None] = reference(
        "app_user", policy=SERVER, reach=Reach.OFFICE, default=None
    )
    granted_ms: Mapped[int] = field(BigInteger, policy=SERVER, reach=Reach.OFFICE, default=0)
    """UTC milliseconds."""


PERSON = "person"
DIVISION = "division"


def user_role_id(user_id: bytes, role: str) -> bytes:
    """The id of the row that gives ``role`` to the person."""
    return derive_id("user_role", user_id, role)


def data_grant_id(user_id: bytes, principal_id: bytes) -> bytes:
    """The id of the row that lets the person see the data of ``principal_id``."""
    return derive_id("data_grant", user_id, principal_id)
