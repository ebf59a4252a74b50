"""The states of a sales order and who may make each move (SM-07, R-081 to R-084, R-107).

    draft ─ submitted ─ in_approval ─ approved ─ executing ─ delivered ─ settled ─ closed
      │         │            │  ├─ rejected                     └─ return_open ─ refunded | replaced
      │         │            │  └─ returned ─ draft (next revision)
      │         ├────────────┴──── withdrawn ─ draft (next revision)
      └─ cancelled (also from submitted, returned, withdrawn)

An approver may decide at once, so every decision is also a move from ``submitted``. Taking back an order that was
never sent is no move: the laptop discards the waiting changeset.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from crm.changes.policies import Machine
from crm.rights import Right


class OrderState(StrEnum):
    """Where a sales order stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_APPROVAL = "in_approval"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    EXECUTING = "executing"
    DELIVERED = "delivered"
    SETTLED = "settled"
    CLOSED = "closed"
    RETURN_OPEN = "return_open"
    REFUNDED = "refunded"
    REPLACED = "replaced"


WRITE: Final = Right.ORDER_WRITE.value
WITHDRAW: Final = Right.ORDER_WITHDRAW.value
APPROVE: Final = Right.ORDER_APPROVE.value
EXECUTE: Final = Right.ORDER_EXECUTE.value

_S = OrderState
_MOVES: Final[tuple[tuple[OrderState, OrderState, str], ...]] = (
    (_S.DRAFT, _S.SUBMITTED, WRITE),
    (_S.DRAFT, _S.CANCELLED, WRITE),
    (_S.SUBMITTED, _S.IN_APPROVAL, APPROVE),
    (_S.SUBMITTED, _S.APPROVED, APPROVE),
    (_S.SUBMITTED, _S.RETURNED, APPROVE),
    (_S.SUBMITTED, _S.REJECTED, APPROVE),
    (_S.IN_APPROVAL, _S.APPROVED, APPROVE),
    (_S.IN_APPROVAL, _S.RETURNED, APPROVE),
    (_S.IN_APPROVAL, _S.REJECTED, APPROVE),
    (_S.SUBMITTED, _S.WITHDRAWN, WITHDRAW),
    (_S.IN_APPROVAL, _S.WITHDRAWN, WITHDRAW),
    (_S.SUBMITTED, _S.CANCELLED, WITHDRAW),
    (_S.RETURNED, _S.DRAFT, WRITE),
    (_S.RETURNED, _S.CANCELLED, WRITE),
    (_S.WITHDRAWN, _S.DRAFT, WRITE),
    (_S.WITHDRAWN, _S.CANCELLED, WRITE),
    (_S.APPROVED, _S.EXECUTING, EXECUTE),
    (_S.EXECUTING, _S.DELIVERED, EXECUTE),
    (_S.DELIVERED, _S.SETTLED, EXECUTE),
    (_S.DELIVERED, _S.RETURN_OPEN, EXECUTE),
    (_S.SETTLED, _S.CLOSED, EXECUTE),
    (_S.RETURN_OPEN, _S.REFUNDED, EXECUTE),
    (_S.RETURN_OPEN, _S.REPLACED, EXECUTE),
)

ORDER_MACHINE: Final = Machine(
    name="sales_order",
    start=_S.DRAFT.value,
    moves={(before.value, after.value): right for before, after, right in _MOVES},
)

FINAL: Final = frozenset(
    {_S.REJECTED.value, _S.CANCELLED.value, _S.CLOSED.value, _S.REFUNDED.value, _S.REPLACED.value}
)
"""States that nothing leaves."""
UNDECIDED: Final = frozenset({_S.SUBMITTED.value, _S.IN_APPROVAL.value})
"""Sent and not yet decided: the approval queue."""
REVISABLE: Final = frozenset({_S.RETURNED.value, _S.WITHDRAWN.value})
"""From here the order may become a draft again, as the next revision."""
OWING: Final = frozenset(
    {
        _S.SUBMITTED.value,
        _S.IN_APPROVAL.value,
        _S.APPROVED.value,
        _S.EXECUTING.value,
        _S.DELIVERED.value,
        _S.RETURN_OPEN.value,
    }
)
"""Orders that count against the customer's credit limit."""
PLACED: Final = OWING | {_S.SETTLED.value, _S.CLOSED.value, _S.REPLACED.value}
"""Orders that count as the customer's: placed, and neither refused, given up nor paid back (R-015, R-080)."""
