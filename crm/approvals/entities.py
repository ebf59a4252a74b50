"""What an approver decided about one sealed document (R-107)."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import BigInteger, LargeBinary, String, Text
from sqlalchemy.orm import Mapped

from crm.changes.entity import Part, Replicated, Scope, field, reference
from crm.changes.policies import APPEND
from crm.orders.states import APPROVE


class ApprovalDecision(Replicated):
    """A decision; it names the seal it is about, so nobody approves what they did not see.

    ``decision`` is ``approved``, ``returned`` or ``rejected``; ``decided_at`` UTC milliseconds. Never changed.
    """

    __tablename__ = "approval_decision"
    scope: ClassVar[Scope] = Part(via="order_id")
    right: ClassVar[str] = APPROVE

    order_id: Mapped[bytes] = reference("sales_order", policy=APPEND, index=True)
    revision: Mapped[int] = field(BigInteger, policy=APPEND)
    seal_hash: Mapped[bytes] = field(LargeBinary(32), policy=APPEND)
    decision: Mapped[str] = field(String(16), policy=APPEND)
    note: Mapped[str] = field(Text, policy=APPEND, default="")
    decided_at: Mapped[int] = field(BigInteger, policy=APPEND)
