"""The states of a user account and who may move it (SM-17; R-238, R-241, R-249)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from crm.changes.policies import Machine
from crm.rights import Right


class AccountState(StrEnum):
    """Where an account stands. A closed account stays in the directory: people retire, they are never purged."""

    REQUESTED = "requested"
    APPROVED = "approved"
    ACTIVE = "active"
    FROZEN = "frozen"
    CLOSED = "closed"


_S = AccountState

ACCOUNT: Final = Machine(
    name="account",
    start=_S.REQUESTED.value,
    moves={
        (_S.REQUESTED.value, _S.APPROVED.value): Right.ACCOUNT_APPROVE.value,
        (_S.REQUESTED.value, _S.CLOSED.value): Right.ACCOUNT_APPROVE.value,  # the leader says no
        (_S.APPROVED.value, _S.ACTIVE.value): Right.ACCOUNT_MANAGE.value,
        (_S.APPROVED.value, _S.CLOSED.value): Right.ACCOUNT_MANAGE.value,
        (_S.ACTIVE.value, _S.FROZEN.value): Right.ACCOUNT_FREEZE.value,
        (_S.ACTIVE.value, _S.CLOSED.value): Right.ACCOUNT_MANAGE.value,
        (_S.FROZEN.value, _S.ACTIVE.value): Right.ACCOUNT_MANAGE.value,
        (_S.FROZEN.value, _S.CLOSED.value): Right.ACCOUNT_MANAGE.value,
    },
)
