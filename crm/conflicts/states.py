"""The states of a conflict and of a quarantined change (sync protocol, 5 and 9)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from crm.changes.policies import Machine
from crm.rights import Right


class ConflictState(StrEnum):
    """Only `OPEN` and `UNDONE` need somebody."""

    OPEN = "open"
    DECIDED = "decided"  # a policy decided when the changes met; filed, and can be taken up
    RESOLVED = "resolved"  # a person decided
    UNDONE = "undone"  # the decision was taken back; open again


class QuarantineState(StrEnum):
    """A change that the office could not take, and what its author did with it."""

    WAITING = "waiting"
    TAKEN = "taken"
    RESENT = "resent"
    DISCARDED = "discarded"


_C = ConflictState
_RESOLVE = Right.CONFLICT_RESOLVE.value

CONFLICT: Final = Machine(
    name="conflict",
    start=_C.OPEN.value,
    moves={
        (_C.OPEN.value, _C.RESOLVED.value): _RESOLVE,
        (_C.DECIDED.value, _C.RESOLVED.value): _RESOLVE,
        (_C.UNDONE.value, _C.RESOLVED.value): _RESOLVE,
        (_C.RESOLVED.value, _C.UNDONE.value): _RESOLVE,
    },
)

_Q = QuarantineState

QUARANTINE: Final = Machine(
    name="quarantine",
    start=_Q.WAITING.value,
    moves={
        (_Q.WAITING.value, _Q.TAKEN.value): _RESOLVE,
        (_Q.TAKEN.value, _Q.WAITING.value): _RESOLVE,
        (_Q.TAKEN.value, _Q.RESENT.value): _RESOLVE,
        (_Q.TAKEN.value, _Q.DISCARDED.value): _RESOLVE,
    },
)

NEEDS_A_PERSON: Final = (_C.OPEN.value, _C.UNDONE.value)
"""The states of a conflict that count as *Needs you*."""
