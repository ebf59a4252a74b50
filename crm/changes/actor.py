"""Who acts, with which rights, and how a unit stands to that person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from crm.ids import PersonId


class Extent(IntEnum):
    """How far a right goes (R-233 to R-236). Greater includes smaller."""

    NONE = 0
    OWN = 1  # units the person holds
    TREE = 2  # units held by the person or anyone below in the staff tree, or granted
    DIVISION = 3  # units of the person's division
    ALL = 4  # every division


@dataclass(frozen=True)
class Actor:
    """A person at work. ``office`` is true where the action runs at the office itself (console, import).

    ``imports`` is true where records are brought in as another system had them, or that is taken back: they stand in
    any state, need no seal, and a document that was submitted is not locked (R-039).
    """

    id: PersonId
    division_id: bytes | None
    rights: Mapping[str, Extent]
    office: bool = False
    below: frozenset[bytes] = field(default=frozenset())
    """The people below in the staff tree, and those whose data was granted (R-236)."""
    imports: bool = False

    def extent(self, right: str) -> Extent:
        """How far ``right`` goes for this person."""
        return self.rights.get(right, Extent.NONE)

    def may(self, right: str, standing: Standing) -> bool:
        """Whether the person may use ``right`` on a unit with this standing."""
        extent = self.extent(right)
        if extent is Extent.ALL:
            return True
        if extent is Extent.NONE:
            return False
        if (
            extent >= Extent.DIVISION
            and self.division_id is not None
            and standing.division_id == self.division_id
        ):
            return True
        if self.id in standing.editors:
            return True
        return extent >= Extent.TREE and not self.below.isdisjoint(standing.editors)


@dataclass(frozen=True)
class Standing:
    """What rights are judged by: the division a unit belongs to and who holds it with the right to edit."""

    division_id: bytes | None
    editors: frozenset[bytes]
