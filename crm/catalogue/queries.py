"""What rules, actions and screens read of the catalogue."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from crm.catalogue.entities import (
    CustomerPrice,
    DiscountRule,
    PriceList,
    PriceListEntry,
    Product,
    ProductCategory,
    ProductUnit,
    TaxClass,
    TaxRate,
)
from crm.catalogue.states import ProductState
from crm.changes.entity import Replicated
from crm.errors import Code, NotAllowed

R = TypeVar("R", bound=Replicated)


def categories() -> Select[ProductCategory]:
    """Every category that is not deleted, top ones first, by name (R-096)."""
    return (
        select(ProductCategory)
        .where(ProductCategory.deleted.is_(False))
        .order_by(ProductCategory.parent_id.is_not(None), ProductCategory.name, ProductCategory.id)
    )


def all_categories() -> Select[ProductCategory]:
    """Every category, deleted ones too."""
    return select(ProductCategory)


def products(*, retired: bool = False) -> Select[Product]:
    """The products on sale, or with ``retired`` every one, in order of code (R-097)."""
    query = select(Product).where(Product.deleted.is_(False)).order_by(Product.code, Product.id)
    return query if retired else query.where(Product.state == ProductState.ACTIVE.value)


def products_like(words: str) -> Select[Product]:
    """The products on sale whose code, name or barcode contains the words, in order of code (R-097, BR-13)."""
    pattern = "%" + words.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return products().where(
        or_(
            Product.code.ilike(pattern, escape="\\"),
            Product.name.ilike(pattern, escape="\\"),
            Product.barcode.ilike(pattern, escape="\\"),
        )
    )


def with_product_code(code: str) -> Select[Product]:
    """Whichever product has the code, deleted ones too."""
    return select(Product).where(Product.code == code)


def with_tax_class_code(code: str) -> Select[TaxClass]:
    """Whichever tax class has the code, deleted ones too."""
    return select(TaxClass).where(TaxClass.code == code)


def units_of(product_id: bytes) -> Select[ProductUnit]:
    """The packs of a product, the default one first."""
    return (
        select(ProductUnit)
        .where(ProductUnit.product_id == product_id, ProductUnit.deleted.is_(False))
        .order_by(ProductUnit.is_default.desc(), ProductUnit.factor_milli, ProductUnit.id)
    )


def price_lists_on(day: date) -> Select[PriceList]:
    """The price lists that hold on ``day``, by code, of each the latest first (R-102)."""
    begins = or_(PriceList.valid_from.is_(None), PriceList.valid_from <= day)
    ends = or_(PriceList.valid_to.is_(None), PriceList.valid_to >= day)
    return (
        select(PriceList)
        .where(PriceList.deleted.is_(False), begins, ends)
        .order_by(PriceList.code, PriceList.valid_from.desc().nulls_last(), PriceList.id.desc())
    )


def entries_of(price_list_id: bytes) -> Select[PriceListEntry]:
    """The prices of one list."""
    return (
        select(PriceListEntry)
        .where(PriceListEntry.price_list_id == price_list_id, PriceListEntry.deleted.is_(False))
        .order_by(PriceListEntry.product_id, PriceListEntry.min_quantity_milli, PriceListEntry.id)
    )


def customer_prices(customer_id: bytes) -> Select[CustomerPrice]:
    """The prices agreed with a customer, past and future ones too (R-103)."""
    return (
        select(CustomerPrice)
        .where(CustomerPrice.customer_id == customer_id, CustomerPrice.deleted.is_(False))
        .order_by(CustomerPrice.product_id, CustomerPrice.valid_from.nulls_first(), CustomerPrice.id)
    )


def discount_rules() -> Select[DiscountRule]:
    """Every discount rule that is not deleted (R-104)."""
    return select(DiscountRule).where(DiscountRule.deleted.is_(False)).order_by(DiscountRule.id)


def tax_rates(tax_class_id: bytes) -> Select[TaxRate]:
    """The rates of a tax class, past and future ones too."""
    return (
        select(TaxRate)
        .where(TaxRate.tax_class_id == tax_class_id, TaxRate.deleted.is_(False))
        .order_by(TaxRate.valid_from.nulls_first(), TaxRate.id)
    )


def find(session: Session, cls: type[R], row_id: bytes) -> R:
    """The row of the catalogue.

    :raises NotAllowed: code 2002 when there is none, or it was deleted.
    """
    row = session.get(cls, row_id)
    if row is None or row.deleted:
        raise NotAllowed(Code.NOT_FOUND, "There is nothing like that in the catalogue.")
    return row
