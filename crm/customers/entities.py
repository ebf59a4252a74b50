"""The customer and its places of delivery (R-012, R-013, R-020, R-031 to R-037).

A customer is the root of a unit: whoever holds it holds its addresses, contacts and orders.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import BigInteger, LargeBinary, String, Text
from sqlalchemy.orm import Mapped

from crm.changes.entity import Day, Flag, Part, Replicated, Root, Scope, field, reference
from crm.changes.policies import APPEND, DERIVED, LATEST, SERVER, Reach, group, state
from crm.customers.states import LIBRARY
from crm.rights import Right


class TaxCategory(StrEnum):
    """How the customer stands to sales tax; the rate itself is the product's."""

    TAXABLE = "taxable"
    EXEMPT = "exempt"


class DealType(StrEnum):
    """What the customer cares for (R-035)."""

    RELATION = "relation"  # 关系客户: quality, service, feeling
    PRICE = "price"  # 交易客户 in this sense: the price alone


class Customer(Replicated):
    """A firm or person that buys or may buy. One customer, one code (R-020).

    The credit limit is the office's (R-036): minor units of ``credit_currency``; None is *no limit set*, 0 is
    *nothing on credit*. The three keys follow from name, phone and registry number and find records that mean the
    same firm (R-017); they are recomputed wherever a row is written.
    """

    __tablename__ = "customer"
    scope: ClassVar[Scope] = Root("customer", owner="owner_id")
    right: ClassVar[str] = Right.CUSTOMER_EDIT.value

    code: Mapped[str] = field(String(32), policy=APPEND)
    """Given where the record is born and for ever; see `crm.customers.rules.customer_code`."""
    name: Mapped[str] = field(String(200))
    name_en: Mapped[str] = field(String(200), default="")
    is_real_name_verified: Mapped[bool] = field(Flag, default=False)
    """The name was checked against a document (实名制, R-020)."""
    owner_id: Mapped[bytes] = reference("app_user", right=Right.CUSTOMER_ASSIGN.value, index=True)
    library: Mapped[str] = field(String(12), policy=state(LIBRARY), default=LIBRARY.start)
    invalid_reason: Mapped[str] = field(String(300), default="")
    pool_reason: Mapped[str] = field(String(300), default="")
    merged_into_id: Mapped[bytes | None] = reference("customer", policy=SERVER, default=None)

    region: Mapped[str] = field(String(100), default="")
    industry: Mapped[str] = field(String(100), default="")
    source: Mapped[str] = field(String(100), default="")
    """The channel by which the customer came (R-031)."""
    grade: Mapped[str] = field(String(16), default="")
    """Empty: not graded. Discount rules name it."""
    deal_type: Mapped[str] = field(String(12), default="")
    """A `DealType`, or empty."""
    website: Mapped[str] = field(String(300), default="")
    email: Mapped[str] = field(String(254), default="")
    phone: Mapped[str] = field(String(40), default="")

    address_country: Mapped[str] = field(String(2), policy=group("address"), default="CN")
    """ISO 3166-1 alpha-2."""
    address_province: Mapped[str] = field(String(60), policy=group("address"), default="")
    address_city: Mapped[str] = field(String(60), policy=group("address"), default="")
    address_street: Mapped[str] = field(String(300), policy=group("address"), default="")
    address_postcode: Mapped[str] = field(String(16), policy=group("address"), default="")

    tax_registration_no: Mapped[str] = field(String(40), default="")
    tax_category: Mapped[str] = field(String(12), default=TaxCategory.TAXABLE.value)
    payment_terms_id: Mapped[bytes | None] = reference("payment_terms", default=None)
    credit_limit_minor: Mapped[int | None] = field(BigInteger, policy=SERVER, default=None)
    credit_currency: Mapped[str] = field(String(3), policy=SERVER, default="CNY")
    """ISO 4217."""
    credit_note_office: Mapped[str] = field(String(1000), policy=SERVER, reach=Reach.OFFICE, default="")
    """What the office thinks of the customer's credit; never leaves the office."""

    preferences: Mapped[str] = field(String(2000), default="")
    """Stated needs, tastes and refusals (R-032)."""
    former_supplier: Mapped[str] = field(String(200), default="")
    """From whom the customer bought before or buys now (R-037)."""
    wanted_channel: Mapped[str] = field(String(40), policy=group("outreach"), default="")
    wanted_frequency: Mapped[str] = field(String(40), policy=group("outreach"), default="")
    """By which channel and how often the customer wants to hear from the firm (R-034)."""
    last_verified_on: Mapped[date | None] = field(Day, policy=LATEST, default=None)
    """Day on which somebody last checked the data (R-023)."""
    note: Mapped[str] = field(String(4000), default="")

    name_key: Mapped[bytes | None] = field(LargeBinary(16), policy=DERIVED, index=True, default=None)
    phone_key: Mapped[bytes | None] = field(LargeBinary(16), policy=DERIVED, index=True, default=None)
    registry_key: Mapped[bytes | None] = field(LargeBinary(16), policy=DERIVED, index=True, default=None)
    code_key: Mapped[bytes | None] = field(LargeBinary(16), policy=DERIVED, index=True, default=None)
    looks: Mapped[str] = field(Text, policy=DERIVED, default="")
    """What deserves a look, as the office's rules last found it: a JSON list, or empty (R-017)."""


class ShipToAddress(Replicated):
    """A place of delivery (R-082). An order copies it; changing it later changes no order."""

    __tablename__ = "ship_to_address"
    scope: ClassVar[Scope] = Part("customer_id")
    right: ClassVar[str] = Right.CUSTOMER_EDIT.value

    customer_id: Mapped[bytes] = reference("customer", index=True)
    label: Mapped[str] = field(String(100))
    """What people call the place: *north gate*, *second warehouse*."""
    recipient: Mapped[str] = field(String(100), default="")
    phone: Mapped[str] = field(String(40), default="")
    address_country: Mapped[str] = field(String(2), policy=group("address"), default="CN")
    """ISO 3166-1 alpha-2."""
    address_province: Mapped[str] = field(String(60), policy=group("address"), default="")
    address_city: Mapped[str] = field(String(60), policy=group("address"), default="")
    address_street: Mapped[str] = field(String(300), policy=group("address"), default="")
    address_postcode: Mapped[str] = field(String(16), policy=group("address"), default="")
    delivery_note: Mapped[str] = field(String(1000), default="")
    """Opening hours, ramp, whom to call."""
    is_default: Mapped[bool] = field(Flag, policy=LATEST, default=False)
