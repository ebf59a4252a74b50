"""What an approver can do with a submitted order (R-107, BR-22). Nobody approves what they did not see.

Every decision names the seal it is about, moves the order and writes one `ApprovalDecision`, in one unit of work.
"""

from __future__ import annotations

from typing import Final

from crm.approvals.entities import ApprovalDecision
from crm.changes.work import Work
from crm.errors import Code, InvalidInput, RuleBroken
from crm.orders.editing import moving
from crm.orders.entities import SalesOrder
from crm.orders.states import OrderState

MAX_NOTE: Final = 4000


def take_into_approval(work: Work, order_id: bytes) -> SalesOrder:
    """Say that somebody is looking at the order; the rep sees it. A decision does not need it.

    :raises RuleBroken: 3001 the order is not waiting.
    :raises NotAllowed: 2002, 2003 without the right *order.approve*.
    """
    order = moving(work, order_id, OrderState.IN_APPROVAL)
    order.state = OrderState.IN_APPROVAL.value
    work.session.flush()
    return order


def approve_order(
    work: Work, order_id: bytes, seal_hash: bytes, note: str = "", *, legal_number: str | None = None
) -> ApprovalDecision:
    """Approve the document that ``seal_hash`` names. The office may add the gapless ``legal_number`` here.

    :raises RuleBroken: 3001 the order is not waiting for a decision (or somebody was first), 3005 another document
        stands than the one that was read, 3002 a legal number is given on a laptop.
    :raises NotAllowed: 2002, 2003 without the right *order.approve*.
    """
    if legal_number is not None and not work.actor.office:
        raise RuleBroken(Code.OFFICE_FIELD, "A legal number is given by the office.", field="legal_number")
    decision, order = _decide(work, order_id, OrderState.APPROVED, seal_hash, note)
    if legal_number is not None:
        order.legal_number = legal_number
    work.session.flush()
    return decision


def return_order(work: Work, order_id: bytes, seal_hash: bytes, reason: str) -> ApprovalDecision:
    """Give the order back to the rep, who may revise it, and say why.

    :raises InvalidInput: 1005 without a reason.
    :raises: see `approve_order`.
    """
    return _give_back(work, order_id, OrderState.RETURNED, seal_hash, reason)


def reject_order(work: Work, order_id: bytes, seal_hash: bytes, reason: str) -> ApprovalDecision:
    """Refuse the order for good, and say why.

    :raises InvalidInput: 1005 without a reason.
    :raises: see `approve_order`.
    """
    return _give_back(work, order_id, OrderState.REJECTED, seal_hash, reason)


def _give_back(
    work: Work, order_id: bytes, to: OrderState, seal_hash: bytes, reason: str
) -> ApprovalDecision:
    if not reason.strip():
        raise InvalidInput(Code.BAD_VALUE, "Say why: the rep must know what to do.", field="reason")
    decision, order = _decide(work, order_id, to, seal_hash, reason)
    if work.actor.office:
        order.return_reason = decision.note
    work.session.flush()
    return decision


def _decide(
    work: Work, order_id: bytes, to: OrderState, seal_hash: bytes, note: str
) -> tuple[ApprovalDecision, SalesOrder]:
    order = moving(work, order_id, to)
    if order.seal_hash is None or order.seal_hash != seal_hash:
        raise RuleBroken(
            Code.SEAL_OTHER,
            "The order was changed since you read it; read it again.",
            revision=order.revision,
        )
    if len(note) > MAX_NOTE:
        raise InvalidInput(Code.BAD_VALUE, "The note is too long.", field="note", limit=MAX_NOTE)
    decision = ApprovalDecision(
        id=work.new_id(),
        order_id=order.id,
        revision=order.revision,
        seal_hash=seal_hash,
        decision=to.value,
        note=note.strip(),
        decided_at=work.now_ms,
    )
    work.session.add(decision)
    order.state = to.value
    return decision, order
