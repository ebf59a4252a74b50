"""Pricing the lines of one order from what a `View` holds: the same for the laptop's screen and the office's check.

R-102, R-103: the day that counts is the order's ``order_date``. A line's price certificate is canonical JSON (sorted
keys, no blanks) with ``v`` 1, ``on`` the day, ``rule`` (`PriceRule`), ``price`` and ``list_price`` in minor units of
``currency``, ``net`` 1 or 0, ``list`` and ``version`` of the price list, ``source`` the entry or customer price that
gave it and ``from`` its scale in thousandths, ``tax_bp`` and ``tax`` the rate's row. Ids are hexadecimal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple, cast

import msgspec

from crm.catalogue.facts import (
    CategoryFact,
    CustomerPriceFact,
    DiscountFact,
    ListEntryFact,
    PriceListFact,
    ProductFact,
    TaxRateFact,
    UnitFact,
    fact,
    row_facts,
)
from crm.catalogue.rules import (
    AllowedDiscount,
    FoundPrice,
    PriceRule,
    allowed_discount,
    find_price,
    price_list_on,
    tax_rate,
)
from crm.changes.entity import Row, Wire
from crm.changes.view import View
from crm.customers.entities import TaxCategory
from crm.ids import CATALOGUE

_JSON: Final = msgspec.json.Encoder(order="sorted")


class PricedLine(NamedTuple):
    """What the book says about a product, unit and quantity. ``tax_bp`` None: no rate is set for the day."""

    product: ProductFact
    unit: UnitFact | None
    found: FoundPrice | None
    tax_bp: int | None
    tax_rate_id: bytes | None


class PriceBook:
    """Prices, taxes and discounts as they hold for one order, read from ``view`` when asked for.

    Not for keeping: it remembers what it read.
    """

    def __init__(self, view: View, order: Row) -> None:
        self._view = view
        self._order = order
        self.day = cast(str, order["order_date"])
        self.currency = cast(str, order["currency"])
        self.is_net = bool(order["is_net"])
        self._products: dict[bytes, ProductFact | None] = {}
        self._entries: dict[bytes, Sequence[ListEntryFact]] = {}
        self._taxes: dict[bytes | None, tuple[int | None, bytes | None]] = {}

    @cached_property
    def customer(self) -> Row | None:
        """The order's customer."""
        return self._view.get("customer", cast(bytes, self._order["customer_id"]))

    @cached_property
    def price_list(self) -> PriceListFact | None:
        """The version of the order's price list that holds on the order's date."""
        chosen_id = self._order["price_list_id"]
        if not isinstance(chosen_id, bytes):
            return None
        chosen = self._view.get("price_list", chosen_id)
        if chosen is None:
            return None
        lists = row_facts(PriceListFact, self._view.children("price_list", "unit", CATALOGUE))
        return price_list_on(lists, fact(PriceListFact, chosen), self.day)

    @cached_property
    def _agreed(self) -> Mapping[bytes, Sequence[CustomerPriceFact]]:
        """The prices agreed with the customer, by product."""
        customer_id = cast(bytes, self._order["customer_id"])
        rows = self._view.children("customer_price", "customer_id", customer_id)
        found: dict[bytes, list[CustomerPriceFact]] = {}
        for price in row_facts(CustomerPriceFact, rows):
            found.setdefault(price.product_id, []).append(price)
        return found

    @cached_property
    def _tax_rates(self) -> Sequence[TaxRateFact]:
        return row_facts(TaxRateFact, self._view.children("tax_rate", "unit", CATALOGUE))

    @cached_property
    def _discounts(self) -> Sequence[DiscountFact]:
        return row_facts(DiscountFact, self._view.children("discount_rule", "unit", CATALOGUE))

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles of the order's rep."""
        rows = self._view.children("user_role", "user_id", cast(bytes, self._order["rep_id"]))
        return frozenset(str(row["role"]) for row in rows if not row["deleted"])

    def product(self, product_id: bytes) -> ProductFact | None:
        """The product, retired ones too."""
        if product_id not in self._products:
            row = self._view.get("product", product_id)
            self._products[product_id] = None if row is None else fact(ProductFact, row)
        return self._products[product_id]

    def unit(self, unit_id: bytes) -> UnitFact | None:
        """The pack."""
        row = self._view.get("product_unit", unit_id)
        return None if row is None else fact(UnitFact, row)

    def _entries_of(self, product_id: bytes) -> Sequence[ListEntryFact]:
        if product_id not in self._entries:
            rows = self._view.children("price_list_entry", "product_id", product_id)
            self._entries[product_id] = row_facts(ListEntryFact, rows)
        return self._entries[product_id]

    def _categories(self, product: ProductFact) -> tuple[bytes, ...]:
        if product.category_id is None:
            return ()
        row = self._view.get("product_category", product.category_id)
        above = None if row is None else fact(CategoryFact, row).parent_id
        return (product.category_id,) if above is None else (product.category_id, above)

    def _tax(self, product: ProductFact) -> tuple[int | None, bytes | None]:
        tax_class_id = product.tax_class_id
        if tax_class_id not in self._taxes:
            self._taxes[tax_class_id] = self._tax_of(tax_class_id)
        return self._taxes[tax_class_id]

    def _tax_of(self, tax_class_id: bytes | None) -> tuple[int | None, bytes | None]:
        customer = self.customer
        category = str(customer["tax_category"]) if customer is not None else TaxCategory.TAXABLE.value
        if tax_class_id is None or category == TaxCategory.EXEMPT:
            return 0, None
        rate = tax_rate(
            self._tax_rates,
            tax_class_id=tax_class_id,
            tax_category=category,
            region=str(customer["region"]) if customer is not None else "",
            day=self.day,
        )
        return (None, None) if rate is None else (rate.rate_bp, rate.id)

    def price(self, product_id: bytes, unit_id: bytes | None, quantity_milli: int) -> PricedLine | None:
        """What the book says; None when there is no such product, or the unit is none of its packs."""
        product = self.product(product_id)
        if product is None:
            return None
        unit = None if unit_id is None else self.unit(unit_id)
        if unit_id is not None and (unit is None or unit.product_id != product_id):
            return None
        tax_bp, tax_rate_id = self._tax(product)
        found = find_price(
            unit=unit,
            quantity_milli=quantity_milli,
            day=self.day,
            currency=self.currency,
            is_net=self.is_net,
            rate_bp=tax_bp or 0,
            price_list=self.price_list,
            entries=self._entries_of(product_id),
            customer_prices=self._agreed.get(product_id, ()),
        )
        return PricedLine(product, unit, found, tax_bp, tax_rate_id)

    def allowed_discount(self, product: ProductFact, list_amount_minor: int) -> AllowedDiscount:
        """What the order's rep may give the customer on a product (R-104)."""
        grade = self.customer["grade"] if self.customer is not None else None
        return allowed_discount(
            self._discounts,
            roles=self.roles,
            grade=str(grade) if grade else None,
            product_id=product.id,
            categories=self._categories(product),
            list_amount_minor=list_amount_minor,
            currency=self.currency,
            day=self.day,
        )

    def certificate(self, priced: PricedLine, *, manual_price_minor: int | None = None) -> str:
        """Where a line's price comes from; a price typed by hand is ``manual`` and keeps what the book said."""
        found = priced.found
        price_list = self.price_list
        values: dict[str, Any] = {
            "v": 1,
            "on": self.day,
            "currency": self.currency,
            "net": int(self.is_net),
            "rule": found.rule.value if found is not None else PriceRule.NONE.value,
            "price": found.price_minor if found is not None else None,
            "list_price": found.list_price_minor if found is not None else None,
            "list": price_list.code if price_list is not None else None,
            "version": price_list.version_label if price_list is not None else None,
            "source": found.source_id.hex() if found is not None else None,
            "from": found.min_quantity_milli if found is not None else None,
            "tax_bp": priced.tax_bp,
            "tax": priced.tax_rate_id.hex() if priced.tax_rate_id is not None else None,
        }
        if manual_price_minor is not None:
            values |= {"rule": PriceRule.MANUAL.value, "price": manual_price_minor}
            values["book_price"] = found.price_minor if found is not None else None
        return _JSON.encode(values).decode()


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate that was read; see the module for its fields. ``book_price`` is what the book said where the price
    was typed by hand.
    """

    rule: str
    on: str
    currency: str
    net: int = 1
    price: int | None = None
    list_price: int | None = None
    list: str | None = None
    version: str | None = None
    source: str | None = None
    from_milli: int | None = msgspec.field(default=None, name="from")
    tax_bp: int | None = None
    tax: str | None = None
    book_price: int | None = None


_CERTIFICATE: Final = msgspec.json.Decoder(Certificate)


def read_certificate(certificate: Wire) -> Certificate | None:
    """A line's certificate; None when there is none that can be read."""
    try:
        return _CERTIFICATE.decode(cast(str, certificate))
    except (msgspec.DecodeError, TypeError):
        return None


def price_rule_of(certificate: Wire) -> PriceRule:
    """The rule a line's certificate names; `PriceRule.NONE` when it says nothing that can be read."""
    try:
        return PriceRule(msgspec.json.decode(cast(str, certificate), type=dict[str, Any])["rule"])
    except (msgspec.DecodeError, KeyError, ValueError, TypeError):
        return PriceRule.NONE
