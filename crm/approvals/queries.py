"""What approvers and screens read of decisions (R-107)."""

from __future__ import annotations

from sqlalchemy import Select, select

from crm.approvals.entities import ApprovalDecision
from crm.orders.entities import SalesOrder
from crm.orders.states import UNDECIDED


def waiting_orders() -> Select[SalesOrder]:
    """The orders that wait for a decision, the oldest first. Whose they may be is for the caller to restrict."""
    return (
        select(SalesOrder)
        .where(SalesOrder.state.in_(sorted(UNDECIDED)), SalesOrder.deleted.is_(False))
        .order_by(SalesOrder.submitted_at, SalesOrder.id)
    )


def decisions_of(order_id: bytes) -> Select[ApprovalDecision]:
    """Every decision about an order, in order of time."""
    return (
        select(ApprovalDecision)
        .where(ApprovalDecision.order_id == order_id, ApprovalDecision.deleted.is_(False))
        .order_by(ApprovalDecision.decided_at, ApprovalDecision.id)
    )
