"""The contact (R-042, R-043, R-045, R-046)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped

from crm.changes.entity import Day, Part, Replicated, Scope, field, reference
from crm.changes.policies import LATEST
from crm.rights import Right


class DecisionRole(StrEnum):
    """The part a contact plays when the customer decides."""

    DECIDER = "decider"
    APPROVER = "approver"
    INFLUENCER = "influencer"
    BUYER = "buyer"
    USER = "user"
    GATEKEEPER = "gatekeeper"


class CommunicationStyle(StrEnum):
    """How the contact likes to be talked to (R-046: 完美型、和善型、活泼型、力量型)."""

    PERFECT = "perfect"
    AMIABLE = "amiable"
    LIVELY = "lively"
    POWERFUL = "powerful"


class Contact(Replicated):
    """A person at a customer; several per customer."""

    __tablename__ = "contact"
    scope: ClassVar[Scope] = Part("customer_id")
    right: ClassVar[str] = Right.CUSTOMER_EDIT.value

    customer_id: Mapped[bytes] = reference("customer", index=True)
    name: Mapped[str] = field(String(100))
    title: Mapped[str] = field(String(100), default="")
    """Job title."""
    department: Mapped[str] = field(String(100), default="")
    level: Mapped[int] = field(BigInteger, default=0)
    """Place in the customer's hierarchy, 1 at the top to 9; 0: not known (R-043)."""
    decision_role: Mapped[str] = field(String(12), default="")
    """A `DecisionRole`, or empty."""
    birthday: Mapped[date | None] = field(Day, default=None)
    phone: Mapped[str] = field(String(40), default="")
    mobile: Mapped[str] = field(String(40), default="")
    email: Mapped[str] = field(String(254), default="")
    sms_number: Mapped[str] = field(String(40), default="")
    """Where text messages go, when it is not ``mobile``."""
    communication_style: Mapped[str] = field(String(12), default="")
    """A `CommunicationStyle`, or empty."""
    reports_to_id: Mapped[bytes | None] = reference("contact", index=True, default=None)
    """A contact of the same customer; never oneself, directly or in a ring."""
    last_verified_on: Mapped[date | None] = field(Day, policy=LATEST, default=None)
    """Day on which somebody last checked the data (R-023)."""
    note: Mapped[str] = field(String(2000), policy=LATEST, default="")
    """Cosmetic: the later text wins without asking anybody."""
