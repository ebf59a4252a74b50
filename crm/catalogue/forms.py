"""What may be typed of each part of the catalogue: the fields that its actions take.

Of most parts there are two: the details a row may begin with, and the fields that may be edited later.
"""

from __future__ import annotations

from datetime import date
from typing import TypedDict


class CategoryFields(TypedDict, total=False):
    """What may be edited of a category."""

    name: str
    parent_id: bytes | None
    note: str | None


class ProductDetails(TypedDict, total=False):
    """What a product may begin with beside code, name and base unit. See `Product` for units."""

    category_id: bytes | None
    supplier_id: bytes | None
    description: str | None
    spec: str | None
    barcode: str | None
    service_fee_minor: int | None
    service_fee_currency: str | None
    tax_class_id: bytes | None
    min_quantity_milli: int
    step_quantity_milli: int
    cost_minor: int | None
    floor_price_minor: int | None
    cost_currency: str | None


class ProductFields(ProductDetails, total=False):
    """What may be edited of a product. The base unit never changes: quantities on old orders are counted in it."""

    code: str
    name: str


class UnitFields(TypedDict, total=False):
    """What may be edited of a pack. What it holds never changes; a pack of another size is another pack."""

    name: str
    barcode: str | None
    is_default: bool


class PriceListDetails(TypedDict, total=False):
    """What a price list may begin with beside code, name and currency."""

    version_label: str
    is_net: bool
    valid_from: date | None
    valid_to: date | None


class PriceListFields(TypedDict, total=False):
    """What may be edited of a price list. Another currency or tax manner is another list."""

    name: str
    version_label: str
    valid_from: date | None
    valid_to: date | None


class CustomerPriceDetails(TypedDict, total=False):
    """What an agreed price may begin with beside customer, product, price and currency."""

    product_unit_id: bytes | None
    min_quantity_milli: int
    is_net: bool
    valid_from: date | None
    valid_to: date | None
    note: str | None


class CustomerPriceFields(CustomerPriceDetails, total=False):
    """What may be edited of an agreed price."""

    price_minor: int


class DiscountDetails(TypedDict, total=False):
    """What a discount rule may begin with beside the discount; what is left out fits any."""

    name: str
    role: str | None
    grade: str | None
    category_id: bytes | None
    product_id: bytes | None
    min_amount_minor: int
    currency: str | None
    valid_from: date | None
    valid_to: date | None


class DiscountFields(DiscountDetails, total=False):
    """What may be edited of a discount rule."""

    max_discount_bp: int


class TaxRateDetails(TypedDict, total=False):
    """What a tax rate may begin with beside class and rate; what is left out fits any."""

    tax_category: str | None
    region: str | None
    valid_from: date | None
    valid_to: date | None
