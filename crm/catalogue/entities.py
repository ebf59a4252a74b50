"""The catalogue every laptop carries whole: categories, products, units, prices, discount rules, taxes.

R-096 categories, R-097 products, R-102 price lists, R-103 customer prices, R-104 discount rules. Amounts are minor
units of the currency beside them, rates and discounts basis points, quantities thousandths. A period runs from
``valid_from`` to ``valid_to``, both days included; empty means open.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped

from crm.catalogue.states import PRODUCT_MACHINE, ProductState
from crm.changes.entity import Day, Fixed, Flag, Part, Replicated, Scope, field, reference
from crm.changes.policies import APPEND, LATEST, Reach, group, state
from crm.ids import CATALOGUE
from crm.rights import Right

_PRICE = group("price")
_VALIDITY = group("validity")


class ProductCategory(Replicated):
    """A category of products. The tree has exactly two levels: top, and below it (R-096, BR-12).

    ``code`` is given automatically and never changes.
    """

    __tablename__ = "product_category"
    scope: ClassVar[Scope] = Fixed(CATALOGUE)
    right: ClassVar[str] = Right.CATALOGUE_EDIT.value

    code: Mapped[str] = field(String(20), policy=APPEND)
    name: Mapped[str] = field(String(120))
    parent_id: Mapped[bytes | None] = reference("product_category", default=None)
    note: Mapped[str | None] = field(Text, policy=LATEST, default=None)


class TaxClass(Replicated):
    """How a product is taxed; the rates are in `TaxRate`."""

    __tablename__ = "tax_class"
    scope: ClassVar[Scope] = Fixed(CATALOGUE)
    right: ClassVar[str] = Right.CATALOGUE_EDIT.value

    code: Mapped[str] = field(String(20))
    name: Mapped[str] = field(String(120))


class TaxRate(Replicated):
    """The rate of a tax class in a period. ``tax_category`` and ``region`` narrow it to customers; empty: all.

    The narrowest rate that fits wins (see `crm.catalogue.rules.tax_rate`).
    """

    __tablename__ = "tax_rate"
    scope: ClassVar[Scope] = Fixed(CATALOGUE)
    right: ClassVar[str] = Right.CATALOGUE_EDIT.value

    tax_class_id: Mapped[bytes] = reference("tax_class")
    rate_bp: Mapped[int] = field(BigInteger)
    tax_category: Mapped[str | None] = field(String(40), default=None)
    region: Mapped[str | None] = field(String(80), default=None)
    valid_from: Mapped[date | None] = field(Day, policy=_VALIDITY, default=None)
    valid_to: Mapped[date | None] = field(Day, policy=_VALIDITY, default=None)


class Product(Replicated):
    """Something that is sold (R-097). Retired products stay readable for ever.

    ``base_unit`` names the unit in which quantities are counted; `ProductUnit` adds packs. ``min_quantity_milli``
    and ``step_quantity_milli`` are in base units; 0 means no minimum and any amount. Cost and floor price (per
    base unit, without tax, in ``cost_currency``) never leave the office.
    """

    __tablename__ = "product"
    scope: ClassVar[Scope] = Fixed(CATALOGUE)
    right: ClassVar[str] = Right.CATALOGUE_EDIT.value

    code: Mapped[str] = field(String(40), index=True)
    name: Mapped[str] = field(String(200))
    category_id: Mapped[bytes | None] = reference("product_category", default=None)
    supplier_id: Mapped[bytes | None] = reference("supplier", default=None)
    base_unit: Mapped[str] = field(String(20))
    description: Mapped[str | None] = field(Text, policy=LATEST, default=None)
    spec: Mapped[str | None] = field(String(200), default=None)
    barcode: Mapped[str | None] = field(String(40), default=None)
    service_fee_minor: Mapped[int | None] = field(BigInteger, policy=group("service_fee"), default=None)
    service_fee_currency: Mapped[str | None] = field(String(3), policy=group("service_fee"), default=None)
    tax_class_id: Mapped[bytes | None] = reference("tax_class", default=None)
    min_quantity_milli: Mapped[int] = field(BigInteger, default=0)
    step_quantity_milli: Mapped[int] = field(BigInteger, default=0)
    state: Mapped[str] = field(String(16), policy=state(PRODUCT_MACHINE), default=ProductState.ACTIVE.value)
    cost_minor: Mapped[int | None] = field(BigInteger, policy=group("cost"), reach=Reach.OFFICE, default=None)
    floor_price_minor: Mapped[int | None] = field(
        BigInteger, policy=group("cost"), reach=Reach.OFFICE, default=None
    )
    cost_currency: Mapped[str | None] = field(
        String(3), policy=group("cost"), reach=Reach.OFFICE, default=None
    )


class ProductUnit(Replicated):
    """A pack in which a product is sold. ``factor_milli``: how many base units it holds, in thousandths."""

    __tablename__ = "product_unit"
    scope: ClassVar[Scope] = Fixed(CATALOGUE)
    right: ClassVar[str] = Right.CATALOGUE_EDIT.value

    product_id: Mapped[bytes] = reference("product", index=True)
    name: Mapped[str] = field(String(20))
    factor_milli: Mapped[int] = field(BigInteger)
    barcode: Mapped[str | None] = field(String(40), default=None)
    is_default: Mapped[bool] = field(Flag, default=False)


class PriceList(Replicated):
    """A dated price list (R-102). Rows with one ``code`` are versions of one list; the latest valid one holds.

    ``is_net``: prices are without tax.
    """

    __tablename__ = "price_list"
    scope: ClassVar[Scope] = Fixed(CATALOGUE)
    right: ClassVar[str] = Right.PRICE_EDIT.value

    code: Mapped[str] = field(String(20))
    name: Mapped[str] = field(String(120))
    version_label: Mapped[str] = field(String(40), default="")
    currency: Mapped[str] = field(String(3), policy=_PRICE)
    is_net: Mapped[bool] = field(Flag, policy=_PRICE, default=True)
    valid_from: Mapped[date | None] = field(Day, policy=_VALIDITY, default=None)
    valid_to: Mapped[date | None] = field(Day, policy=_VALIDITY, default=None)


class PriceListEntry(Replicated):
    """The price of a product on a list, from a quantity upwards.

    Without ``product_unit_id`` the price is per base unit. ``min_quantity_milli`` is counted in the entry's unit.
    """

    __tablename__ = "price_list_entry"
    scope: ClassVar[Scope] = Fixed(CATALOGUE)
    right: ClassVar[str] = Right.PRICE_EDIT.value

    price_list_id: Mapped[bytes] = reference("price_list", index=True)
    product_id: Mapped[bytes] = reference("product", index=True)
    product_unit_id: Mapped[bytes | None] = reference("product_unit", default=None)
    min_quantity_milli: Mapped[int] = field(BigInteger, policy=_PRICE, default=0)
    price_minor: Mapped[int] = field(BigInteger, policy=_PRICE)


class CustomerPrice(Replicated):
    """A price agreed with one customer; it overrides the list (R-103). Per base unit unless a pack is named."""

    __tablename__ = "customer_price"
    scope: ClassVar[Scope] = Part(via="customer_id")
    right: ClassVar[str] = Right.PRICE_EDIT.value

    customer_id: Mapped[bytes] = reference("customer", policy=APPEND, index=True)
    product_id: Mapped[bytes] = reference("product", index=True)
    product_unit_id: Mapped[bytes | None] = reference("product_unit", default=None)
    min_quantity_milli: Mapped[int] = field(BigInteger, policy=_PRICE, default=0)
    price_minor: Mapped[int] = field(BigInteger, policy=_PRICE)
    currency: Mapped[str] = field(String(3), policy=_PRICE)
    is_net: Mapped[bool] = field(Flag, policy=_PRICE, default=True)
    valid_from: Mapped[date | None] = field(Day, policy=_VALIDITY, default=None)
    valid_to: Mapped[date | None] = field(Day, policy=_VALIDITY, default=None)
    note: Mapped[str | None] = field(Text, policy=LATEST, default=None)


class DiscountRule(Replicated):
    """Which customer may get which discount in which case, by role and grade (R-104, BR-20). Empty: any.

    ``min_amount_minor`` is the order's amount at list prices from which the rule holds, in ``currency``.
    """

    __tablename__ = "discount_rule"
    scope: ClassVar[Scope] = Fixed(CATALOGUE)
    right: ClassVar[str] = Right.PRICE_EDIT.value

    name: Mapped[str] = field(String(120), default="")
    role: Mapped[str | None] = field(String(40), default=None)
    grade: Mapped[str | None] = field(String(40), default=None)
    category_id: Mapped[bytes | None] = reference("product_category", default=None)
    product_id: Mapped[bytes | None] = reference("product", default=None)
    min_amount_minor: Mapped[int] = field(BigInteger, policy=group("amount"), default=0)
    currency: Mapped[str | None] = field(String(3), policy=group("amount"), default=None)
    max_discount_bp: Mapped[int] = field(BigInteger)
    valid_from: Mapped[date | None] = field(Day, policy=_VALIDITY, default=None)
    valid_to: Mapped[date | None] = field(Day, policy=_VALIDITY, default=None)
