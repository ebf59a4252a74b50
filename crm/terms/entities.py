"""Payment terms, part of the catalogue that everybody holds (needed by every order; domain README, decisions)."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped

from crm.changes.entity import Fixed, Flag, Replicated, Scope, field
from crm.changes.policies import APPEND, group
from crm.ids import CATALOGUE
from crm.rights import Right


class PaymentTerms(Replicated):
    """Such as *30 days net, 2 % within 10 days*. Terms retire, they are never purged: old orders name them."""

    __tablename__ = "payment_terms"
    scope: ClassVar[Scope] = Fixed(CATALOGUE)
    right: ClassVar[str] = Right.CATALOGUE_EDIT.value

    code: Mapped[str] = field(String(16), policy=APPEND)
    name: Mapped[str] = field(String(100))
    days_net: Mapped[int] = field(BigInteger, policy=group("terms"), default=0)
    """Days from the invoice to the due date, 0 to 365; 0 is payment at once."""
    discount_days: Mapped[int] = field(BigInteger, policy=group("terms"), default=0)
    """Days within which the discount holds; 0 when there is none. Not more than ``days_net``."""
    discount_bp: Mapped[int] = field(BigInteger, policy=group("terms"), default=0)
    """Discount for paying early in basis points (200 is 2 %), 0 to 10,000."""
    is_retired: Mapped[bool] = field(Flag, default=False)
