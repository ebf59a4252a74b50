"""How a field merges when two sides changed it, and how far it travels (sync-protocol, 2 and 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Reach(StrEnum):
    """How far a field travels. An office field is in no page, conflict or error that leaves the office."""

    ALL = "all"
    OFFICE = "office"


class Rule(StrEnum):
    """The names of the merge rules; a conflict row carries the one that decided."""

    SERVER = "server"
    LATEST = "latest"
    APPEND = "append"
    SUM = "sum"
    STATE = "state"
    GROUP = "group"
    DERIVED = "derived"
    REVIEW = "review"
    DEAD = "dead"
    SEAL = "seal"
    SUBJECT = "subject"  # a rule of the subject: the numbered error in the conflict's consequence says which


@dataclass(frozen=True)
class Machine:
    """A state machine as data: who may move a row from which state to which.

    ``moves`` maps (from, to) to the right a person needs for it. ``start`` is the state of a new row.
    """

    name: str
    start: str | int
    moves: Mapping[tuple[str | int, str | int], str]

    @property
    def states(self) -> frozenset[str | int]:
        """Every state that any move names, and the start."""
        return frozenset({self.start, *(state for move in self.moves for state in move)})

    def right_for(self, before: str | int, after: str | int) -> str | None:
        """The right the move needs, or None when there is no such move."""
        return self.moves.get((before, after))


@dataclass(frozen=True)
class Policy:
    """The declared merge behaviour of one field.

    ``group`` names the fields that merge as one (`Rule.GROUP`), ``then`` says what decides when the group
    was changed on both sides; ``machine`` is set for `Rule.STATE` only.
    """

    rule: Rule
    group: str | None = None
    then: Rule = Rule.REVIEW
    machine: Machine | None = None


SERVER: Final = Policy(Rule.SERVER)
LATEST: Final = Policy(Rule.LATEST)
APPEND: Final = Policy(Rule.APPEND)
SUM: Final = Policy(Rule.SUM)
DERIVED: Final = Policy(Rule.DERIVED)
REVIEW: Final = Policy(Rule.REVIEW)
DOCUMENT: Final = Policy(Rule.GROUP, group="document")
"""Fields of a document: the root row and its lines merge as one, or not at all."""


def group(name: str, *, then: Rule = Rule.REVIEW) -> Policy:
    """Fields that merge as one; ``then`` is `Rule.REVIEW` or `Rule.LATEST`."""
    return Policy(Rule.GROUP, group=name, then=then)


def state(machine: Machine) -> Policy:
    """A field that moves only along ``machine``, judged from the office's current state."""
    return Policy(Rule.STATE, machine=machine)
