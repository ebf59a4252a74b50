"""Sales orders with their lines and seals (R-081, R-082, R-107; sync-protocol, 14).

An order and its lines are one document: they merge as one, or not at all. Amounts are minor units of the order's
currency, discounts and rates basis points, quantities thousandths of the line's unit.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Final

from sqlalchemy import BigInteger, LargeBinary, String, Text
from sqlalchemy.orm import Mapped

from crm.changes.entity import Day, Flag, Part, Replicated, Scope, field, reference
from crm.changes.policies import APPEND, DERIVED, DOCUMENT, SERVER, Reach, state
from crm.orders.states import ORDER_MACHINE, WRITE, OrderState

MAX_SEAL_BYTES: Final = 150 * 1024


class SalesOrder(Replicated):
    """An order of one customer.

    ``number`` is given where the order is born and never changes; ``legal_number`` the office may add at approval.
    ``revision`` counts from 1 and grows when a returned or withdrawn order is taken up again. ``seal_hash`` names
    the `OrderSeal` of the revision that was submitted last. ``is_net``: unit prices are without tax.
    ``discount_bp`` is the discount on the whole order, after those of the lines. ``submitted_at`` is UTC
    milliseconds. ``looks`` is what deserves a look, as a JSON list (`crm.orders.looks`); it rests on office fields
    too and stays at the office. ``origin`` is the system that an order was brought from (R-039), empty for one that was
    made here; one that was brought has no seal unless it is submitted here again.
    """

    __tablename__ = "sales_order"
    scope: ClassVar[Scope] = Part(via="customer_id")
    right: ClassVar[str] = WRITE
    document: ClassVar[str | None] = "id"

    number: Mapped[str] = field(String(40), policy=APPEND, index=True)
    legal_number: Mapped[str | None] = field(String(40), policy=SERVER, default=None)
    origin: Mapped[str] = field(String(40), policy=SERVER, default="")
    rep_id: Mapped[bytes] = reference("app_user", policy=APPEND)
    customer_id: Mapped[bytes] = reference("customer", policy=APPEND, index=True)
    customer_name: Mapped[str] = field(String(200), policy=DOCUMENT)
    contact_id: Mapped[bytes | None] = reference("contact", policy=DOCUMENT, default=None)
    state: Mapped[str] = field(
        String(16), policy=state(ORDER_MACHINE), index=True, default=OrderState.DRAFT.value
    )
    revision: Mapped[int] = field(BigInteger, policy=DOCUMENT, default=1)
    order_date: Mapped[date] = field(Day, policy=DOCUMENT)
    wanted_on: Mapped[date | None] = field(Day, policy=DOCUMENT, default=None)
    ship_to_address_id: Mapped[bytes | None] = reference("ship_to_address", policy=DOCUMENT, default=None)
    delivery_place: Mapped[str] = field(String(500), policy=DOCUMENT, default="")
    payment_terms_id: Mapped[bytes | None] = reference("payment_terms", policy=DOCUMENT, default=None)
    payment_terms_name: Mapped[str] = field(String(200), policy=DOCUMENT, default="")
    currency: Mapped[str] = field(String(3), policy=DOCUMENT)
    price_list_id: Mapped[bytes | None] = reference("price_list", policy=DOCUMENT, default=None)
    is_net: Mapped[bool] = field(Flag, policy=DOCUMENT, default=True)
    discount_bp: Mapped[int] = field(BigInteger, policy=DOCUMENT, default=0)
    discount_reason: Mapped[str] = field(String(500), policy=DOCUMENT, default="")
    reference_no: Mapped[str] = field(String(80), policy=DOCUMENT, default="")
    note: Mapped[str] = field(Text, policy=DOCUMENT, default="")
    seal_hash: Mapped[bytes | None] = field(LargeBinary(32), policy=DOCUMENT, default=None)
    submitted_at: Mapped[int | None] = field(BigInteger, policy=DOCUMENT, default=None)
    return_reason: Mapped[str | None] = field(Text, policy=SERVER, default=None)
    list_total_minor: Mapped[int] = field(BigInteger, policy=DERIVED, default=0)
    net_total_minor: Mapped[int] = field(BigInteger, policy=DERIVED, default=0)
    tax_total_minor: Mapped[int] = field(BigInteger, policy=DERIVED, default=0)
    gross_total_minor: Mapped[int] = field(BigInteger, policy=DERIVED, default=0)
    looks: Mapped[str | None] = field(Text, policy=DERIVED, reach=Reach.OFFICE, default=None)


class OrderLine(Replicated):
    """One product of an order: what, how many, when, where (R-082).

    Captions and the pack's factor stand as they were when the line was written. ``unit_price_minor`` is per unit of
    the line before ``discount_bp``; ``list_price_minor`` what the price list alone says. ``wanted_on`` and
    ``delivery_place`` override those of the order. ``price_certificate`` says where the price comes from
    (`crm.orders.pricing`).
    """

    __tablename__ = "order_line"
    scope: ClassVar[Scope] = Part(via="order_id")
    right: ClassVar[str] = WRITE
    document: ClassVar[str | None] = "order_id"

    order_id: Mapped[bytes] = reference("sales_order", policy=APPEND, index=True)
    line_no: Mapped[int] = field(BigInteger, policy=DOCUMENT)
    product_id: Mapped[bytes] = reference("product", policy=DOCUMENT)
    product_code: Mapped[str] = field(String(40), policy=DOCUMENT)
    product_name: Mapped[str] = field(String(200), policy=DOCUMENT)
    product_unit_id: Mapped[bytes | None] = reference("product_unit", policy=DOCUMENT, default=None)
    unit_name: Mapped[str] = field(String(20), policy=DOCUMENT)
    unit_factor_milli: Mapped[int] = field(BigInteger, policy=DOCUMENT, default=1000)
    quantity_milli: Mapped[int] = field(BigInteger, policy=DOCUMENT)
    list_price_minor: Mapped[int] = field(BigInteger, policy=DOCUMENT, default=0)
    unit_price_minor: Mapped[int] = field(BigInteger, policy=DOCUMENT, default=0)
    discount_bp: Mapped[int] = field(BigInteger, policy=DOCUMENT, default=0)
    tax_rate_bp: Mapped[int] = field(BigInteger, policy=DOCUMENT, default=0)
    wanted_on: Mapped[date | None] = field(Day, policy=DOCUMENT, default=None)
    delivery_place: Mapped[str] = field(String(500), policy=DOCUMENT, default="")
    note: Mapped[str] = field(Text, policy=DOCUMENT, default="")
    price_certificate: Mapped[str] = field(Text, policy=DOCUMENT, default="")
    net_minor: Mapped[int] = field(BigInteger, policy=DERIVED, default=0)
    tax_minor: Mapped[int] = field(BigInteger, policy=DERIVED, default=0)
    gross_minor: Mapped[int] = field(BigInteger, policy=DERIVED, default=0)


class OrderSeal(Replicated):
    """The document as it was submitted, byte for byte. It never changes and never merges.

    ``content`` are the canonical bytes (`crm.orders.seal`), ``hash`` their SHA-256. A revision can have more than one
    seal when an earlier submit ended as a conflict; the one the order's ``seal_hash`` names stands.
    """

    __tablename__ = "order_seal"
    scope: ClassVar[Scope] = Part(via="order_id")
    right: ClassVar[str] = WRITE

    order_id: Mapped[bytes] = reference("sales_order", policy=APPEND, index=True)
    revision: Mapped[int] = field(BigInteger, policy=APPEND)
    content: Mapped[bytes] = field(LargeBinary(MAX_SEAL_BYTES), policy=APPEND)
    hash: Mapped[bytes] = field(LargeBinary(32), policy=APPEND)
