"""Two changes of one thing, kept side by side until somebody decides (sync protocol, 8 and 9; R-004, R-250).

A conflict is a row of the unit it is about: whoever holds the customer reads who changed what, and when.
"""

from __future__ import annotations

from typing import ClassVar, Final

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped

from crm.changes.entity import Beside, Personal, Replicated, Scope, field, reference
from crm.changes.policies import DOCUMENT, LATEST, REVIEW, SERVER, state
from crm.conflicts.states import CONFLICT, QUARANTINE
from crm.rights import Right

MAX_SIDE_BYTES: Final = 200 * 1024
"""One side of a conflict is at most as large as a changeset."""


class Conflict(Replicated):
    """What stood before, what one side made of it, and what the other.

    ``base``, ``mine`` and ``theirs`` are MessagePack: a map of field to value (for a document: see
    `crm.conflicts.rules.Sides`). *Mine* is the change that came later to the office and did not pass; *theirs* is
    what the office holds. The office alone makes such rows; a device only decides them. Office fields are in none of
    the sides.

    The row is a document of its own: when two people decide differently, the first decision stands whole, with the
    rows it wrote, and the second one is kept whole as a conflict about this conflict.
    """

    __tablename__ = "conflict"
    document: ClassVar[str | None] = "id"
    scope: ClassVar[Scope] = Beside(table="table_name", row="row_id")
    right: ClassVar[str] = Right.CONFLICT_RESOLVE.value

    table_name: Mapped[str] = field(String(40), policy=SERVER, default="")
    row_id: Mapped[bytes] = field(LargeBinary(16), policy=SERVER, index=True, default=bytes(16))
    field_names: Mapped[str] = field(String(2000), policy=SERVER, default="")
    """Fields separated by commas, or ``@document``."""
    rule: Mapped[str] = field(String(20), policy=SERVER, default="")
    """The `crm.changes.policies.Rule` that left the conflict or decided it."""
    state: Mapped[str] = field(String(10), policy=state(CONFLICT), default=CONFLICT.start)

    base: Mapped[bytes | None] = field(LargeBinary(MAX_SIDE_BYTES), policy=SERVER, default=None)
    mine: Mapped[bytes | None] = field(LargeBinary(MAX_SIDE_BYTES), policy=SERVER, default=None)
    theirs: Mapped[bytes | None] = field(LargeBinary(MAX_SIDE_BYTES), policy=SERVER, default=None)
    change_id: Mapped[bytes | None] = field(LargeBinary(16), policy=SERVER, index=True, default=None)
    """The changeset whose values are *mine*."""
    mine_by: Mapped[bytes | None] = reference("app_user", policy=SERVER, default=None)
    mine_at: Mapped[int] = field(BigInteger, policy=SERVER, default=0)
    """UTC milliseconds."""
    theirs_by: Mapped[bytes | None] = reference("app_user", policy=SERVER, default=None)
    theirs_at: Mapped[int] = field(BigInteger, policy=SERVER, default=0)
    consequence: Mapped[str] = field(String(2000), policy=SERVER, default="")
    """What choosing *mine* would change, as JSON ``{"code": …, numbers…}``; empty: nothing beyond the values."""

    resolution: Mapped[str] = field(String(10), policy=DOCUMENT, default="")
    """``mine``, ``theirs`` or ``other``; empty while nobody has decided."""
    resolved_by: Mapped[bytes | None] = reference("app_user", policy=LATEST, default=None)
    resolved_at: Mapped[int] = field(BigInteger, policy=LATEST, default=0)
    """UTC milliseconds."""
    previous: Mapped[bytes | None] = field(LargeBinary(MAX_SIDE_BYTES), policy=LATEST, default=None)
    """What the decision wrote, with the values before and after, for taking it back (`crm.conflicts.rules`)."""
    note: Mapped[str] = field(String(1000), policy=REVIEW, default="")


class Quarantine(Replicated):
    """A changeset that the office understood too little of to take or refuse.

    It belongs to its author. ``taker_id`` is the one person who deals with it; the row is a document of its own, so
    that a second taker's change is kept whole as a conflict that says who was first.
    """

    __tablename__ = "quarantine"
    document: ClassVar[str | None] = "id"
    scope: ClassVar[Scope] = Personal("person_id")
    right: ClassVar[str] = Right.CONFLICT_RESOLVE.value

    person_id: Mapped[bytes] = reference("app_user", policy=SERVER, index=True)
    change_id: Mapped[bytes] = field(LargeBinary(16), policy=SERVER, index=True)
    device: Mapped[bytes | None] = field(LargeBinary(16), policy=SERVER, default=None)
    intent: Mapped[str] = field(String(64), policy=SERVER, default="")
    code: Mapped[int] = field(BigInteger, policy=SERVER, default=0)
    """An error number (`crm.errors.Code`)."""
    text: Mapped[str] = field(String(500), policy=SERVER, default="")
    state: Mapped[str] = field(String(10), policy=state(QUARANTINE), default=QUARANTINE.start)
    taker_id: Mapped[bytes | None] = reference("app_user", policy=DOCUMENT, default=None)
    taken_at: Mapped[int] = field(BigInteger, policy=LATEST, default=0)
    """UTC milliseconds."""
    note: Mapped[str] = field(String(1000), policy=REVIEW, default="")
