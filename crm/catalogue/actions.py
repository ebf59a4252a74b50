"""What the back office can do with the catalogue (R-096, R-097, R-102 to R-104).

Every action happens inside a `Work` and leaves its rows in the session, flushed; whoever owns the work commits it.
Categories, products and units need *catalogue.edit*, prices and discount rules *price.edit*; the catalogue belongs to
no division, so only a right over all divisions reaches it. Errors common to all: `NotAllowed` 2002 nothing there,
2003 no right; `InvalidInput` 1004 a field that cannot be edited; `RuleBroken` 3150 to 3152 (`crm.catalogue.checks`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, TypeVar, Unpack

from sqlalchemy import Select

from crm.catalogue import queries
from crm.catalogue.checks import (
    BAD_TREE,
    CODE_TAKEN,
    Findings,
    category_findings,
    customer_price_findings,
    discount_findings,
    entry_findings,
    has_children,
    price_list_findings,
    product_findings,
    tax_class_findings,
    tax_rate_findings,
    tree_findings,
    unit_findings,
)
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
from crm.catalogue.forms import (
    CategoryFields,
    CustomerPriceDetails,
    CustomerPriceFields,
    DiscountDetails,
    DiscountFields,
    PriceListDetails,
    PriceListFields,
    ProductDetails,
    ProductFields,
    TaxRateDetails,
    UnitFields,
)
from crm.catalogue.states import PRODUCT_MACHINE, ProductState
from crm.changes.actor import Standing
from crm.changes.entity import Replicated
from crm.changes.work import Work
from crm.customers.queries import find_customer, standing_of_customer
from crm.errors import Code, InvalidInput, NotAllowed, RuleBroken
from crm.ids import COMPANY
from crm.rights import Right, demand, demand_move
from crm.rules import enforce, row_of
from crm.suppliers.queries import find_supplier

R = TypeVar("R", bound=Replicated)

CATEGORY_SERIES: Final = "product_category"
"""The counter that category codes are taken from."""
_STANDING: Final = Standing(COMPANY, frozenset())
_CHECKS: Final[Mapping[type[Replicated], Findings]] = {
    ProductCategory: category_findings,
    TaxClass: tax_class_findings,
    TaxRate: tax_rate_findings,
    Product: product_findings,
    ProductUnit: unit_findings,
    PriceList: price_list_findings,
    PriceListEntry: entry_findings,
    CustomerPrice: customer_price_findings,
    DiscountRule: discount_findings,
}


# --- categories and products ----------------------------------------------------------------------------------------


def create_category(
    work: Work, *, name: str, parent_id: bytes | None = None, note: str | None = None
) -> ProductCategory:
    """A new category on one of the two levels; its code is given here (R-096)."""
    demand(work.actor, Right.CATALOGUE_EDIT, _STANDING)
    code = f"C-{work.device_code}-{work.next_number(CATEGORY_SERIES):04d}"
    row = ProductCategory(id=work.new_id(), code=code, name=name.strip(), parent_id=parent_id, note=note)
    return _hang(work, _checked(row))


def edit_category(work: Work, category_id: bytes, **fields: Unpack[CategoryFields]) -> ProductCategory:
    """Change a category with the fields of the form it was entered with (BR-12)."""
    demand(work.actor, Right.CATALOGUE_EDIT, _STANDING)
    row = queries.find(work.session, ProductCategory, category_id)
    _take_over(row, fields, CategoryFields)
    return _hang(work, _checked(row))


def delete_category(work: Work, category_id: bytes) -> None:
    """Mark a category as deleted (R-096). Products keep naming it.

    :raises RuleBroken: 3152 while living categories hang below it.
    """
    demand(work.actor, Right.CATALOGUE_EDIT, _STANDING)
    row = queries.find(work.session, ProductCategory, category_id)
    rows = [row_of(each) for each in work.session.scalars(queries.all_categories())]
    if has_children(row.id, rows):
        raise RuleBroken(BAD_TREE, "The category still has categories below it.", problem="has_children")
    row.deleted = True
    work.session.flush()


def create_product(
    work: Work, *, code: str, name: str, base_unit: str, **fields: Unpack[ProductDetails]
) -> Product:
    """A new product, on sale (R-097). Its code is its own for ever."""
    demand(work.actor, Right.CATALOGUE_EDIT, _STANDING)
    row = Product(id=work.new_id(), code=code.strip(), name=name.strip(), base_unit=base_unit.strip())
    _take_over(row, fields, ProductDetails)
    _references(work, row)
    _code_free(work, queries.with_product_code(row.code), row.id)
    return _add(work, _checked(row))


def edit_product(work: Work, product_id: bytes, **fields: Unpack[ProductFields]) -> Product:
    """Change what is known of a product. Orders keep the captions they were written with."""
    demand(work.actor, Right.CATALOGUE_EDIT, _STANDING)
    row = queries.find(work.session, Product, product_id)
    _take_over(row, fields, ProductFields)
    _references(work, row)
    _code_free(work, queries.with_product_code(row.code), row.id)
    return _add(work, _checked(row))


def retire_product(work: Work, product_id: bytes) -> Product:
    """Sell the product no more; it stays readable for ever.

    :raises RuleBroken: 3001 it is retired already.
    """
    return _move_product(work, product_id, ProductState.RETIRED)


def reinstate_product(work: Work, product_id: bytes) -> Product:
    """Sell a retired product again.

    :raises RuleBroken: 3001 it is on sale.
    """
    return _move_product(work, product_id, ProductState.ACTIVE)


def add_unit(
    work: Work,
    product_id: bytes,
    *,
    name: str,
    factor_milli: int,
    barcode: str | None = None,
    is_default: bool = False,
) -> ProductUnit:
    """A new pack of a product, holding ``factor_milli`` thousandths of its base unit."""
    demand(work.actor, Right.CATALOGUE_EDIT, _STANDING)
    product = queries.find(work.session, Product, product_id)
    row = ProductUnit(
        id=work.new_id(),
        product_id=product.id,
        name=name.strip(),
        factor_milli=factor_milli,
        barcode=barcode,
        is_default=is_default,
    )
    _only_default(work, row)
    return _add(work, _checked(row))


def edit_unit(work: Work, unit_id: bytes, **fields: Unpack[UnitFields]) -> ProductUnit:
    """Rename a pack or make it the default one."""
    demand(work.actor, Right.CATALOGUE_EDIT, _STANDING)
    row = queries.find(work.session, ProductUnit, unit_id)
    _take_over(row, fields, UnitFields)
    _only_default(work, row)
    return _add(work, _checked(row))


# --- taxes ----------------------------------------------------------------------------------------------------------


def create_tax_class(work: Work, *, code: str, name: str) -> TaxClass:
    """A new tax class."""
    demand(work.actor, Right.CATALOGUE_EDIT, _STANDING)
    row = TaxClass(id=work.new_id(), code=code.strip(), name=name.strip())
    _code_free(work, queries.with_tax_class_code(row.code), row.id)
    return _add(work, _checked(row))


def add_tax_rate(
    work: Work, tax_class_id: bytes, *, rate_bp: int, **fields: Unpack[TaxRateDetails]
) -> TaxRate:
    """A new rate of a tax class in basis points. A rate is never edited: it ends, and the next one begins."""
    demand(work.actor, Right.CATALOGUE_EDIT, _STANDING)
    tax_class = queries.find(work.session, TaxClass, tax_class_id)
    row = TaxRate(id=work.new_id(), tax_class_id=tax_class.id, rate_bp=rate_bp)
    _take_over(row, fields, TaxRateDetails)
    return _add(work, _checked(row))


def end_tax_rate(work: Work, rate_id: bytes, *, valid_to: date) -> TaxRate:
    """Let a rate hold up to and including ``valid_to``."""
    demand(work.actor, Right.CATALOGUE_EDIT, _STANDING)
    row = queries.find(work.session, TaxRate, rate_id)
    row.valid_to = valid_to
    return _add(work, _checked(row))


# --- prices and discounts -------------------------------------------------------------------------------------------


def create_price_list(
    work: Work, *, code: str, name: str, currency: str, **fields: Unpack[PriceListDetails]
) -> PriceList:
    """A new price list, or with the code of another a new version of it (R-102)."""
    demand(work.actor, Right.PRICE_EDIT, _STANDING)
    row = PriceList(id=work.new_id(), code=code.strip(), name=name.strip(), currency=currency)
    _take_over(row, fields, PriceListDetails)
    return _add(work, _checked(row))


def edit_price_list(work: Work, price_list_id: bytes, **fields: Unpack[PriceListFields]) -> PriceList:
    """Change name, label or period of a price list."""
    demand(work.actor, Right.PRICE_EDIT, _STANDING)
    row = queries.find(work.session, PriceList, price_list_id)
    _take_over(row, fields, PriceListFields)
    return _add(work, _checked(row))


def set_list_price(
    work: Work,
    price_list_id: bytes,
    product_id: bytes,
    *,
    price_minor: int,
    product_unit_id: bytes | None = None,
    min_quantity_milli: int = 0,
) -> PriceListEntry:
    """The price of a product (or a pack of it) on a list, from a quantity upwards; replaces the one of that scale."""
    demand(work.actor, Right.PRICE_EDIT, _STANDING)
    price_list = queries.find(work.session, PriceList, price_list_id)
    product = queries.find(work.session, Product, product_id)
    _pack_of(work, product.id, product_unit_id)
    for entry in work.session.scalars(queries.entries_of(price_list.id)):
        if (entry.product_id, entry.product_unit_id, entry.min_quantity_milli) == (
            product.id,
            product_unit_id,
            min_quantity_milli,
        ):
            entry.price_minor = price_minor
            return _add(work, _checked(entry))
    entry = PriceListEntry(
        id=work.new_id(),
        price_list_id=price_list.id,
        product_id=product.id,
        product_unit_id=product_unit_id,
        min_quantity_milli=min_quantity_milli,
        price_minor=price_minor,
    )
    return _add(work, _checked(entry))


def remove_list_price(work: Work, entry_id: bytes) -> None:
    """Take a price off a list."""
    demand(work.actor, Right.PRICE_EDIT, _STANDING)
    queries.find(work.session, PriceListEntry, entry_id).deleted = True
    work.session.flush()


def agree_price(
    work: Work,
    customer_id: bytes,
    product_id: bytes,
    *,
    price_minor: int,
    currency: str,
    **fields: Unpack[CustomerPriceDetails],
) -> CustomerPrice:
    """A price agreed with one customer; while it holds it stands above every list (R-103)."""
    _demand_customer_price(work, customer_id)
    product = queries.find(work.session, Product, product_id)
    row = CustomerPrice(
        id=work.new_id(),
        customer_id=customer_id,
        product_id=product.id,
        price_minor=price_minor,
        currency=currency,
    )
    _take_over(row, fields, CustomerPriceDetails)
    _pack_of(work, product.id, row.product_unit_id)
    return _add(work, _checked(row))


def edit_agreed_price(work: Work, price_id: bytes, **fields: Unpack[CustomerPriceFields]) -> CustomerPrice:
    """Change an agreed price; to end it, set ``valid_to``."""
    row = queries.find(work.session, CustomerPrice, price_id)
    _demand_customer_price(work, row.customer_id)
    _take_over(row, fields, CustomerPriceFields)
    _pack_of(work, row.product_id, row.product_unit_id)
    return _add(work, _checked(row))


def create_discount_rule(
    work: Work, *, max_discount_bp: int, **fields: Unpack[DiscountDetails]
) -> DiscountRule:
    """Say which role may give which grade what discount, and on what (R-104, BR-20)."""
    demand(work.actor, Right.PRICE_EDIT, _STANDING)
    row = DiscountRule(id=work.new_id(), max_discount_bp=max_discount_bp)
    _take_over(row, fields, DiscountDetails)
    return _add(work, _checked(row))


def edit_discount_rule(work: Work, rule_id: bytes, **fields: Unpack[DiscountFields]) -> DiscountRule:
    """Change a discount rule; to end it, set ``valid_to``."""
    demand(work.actor, Right.PRICE_EDIT, _STANDING)
    row = queries.find(work.session, DiscountRule, rule_id)
    _take_over(row, fields, DiscountFields)
    return _add(work, _checked(row))


# --- parts ----------------------------------------------------------------------------------------------------------


def _take_over(row: Replicated, fields: Mapping[str, Any], known: type) -> None:
    for name, value in fields.items():
        if name not in known.__annotations__:
            raise InvalidInput(Code.UNKNOWN_FIELD, "That cannot be edited here.", field=name)
        setattr(row, name, value.strip() if isinstance(value, str) else value)


def _checked(row: R) -> R:
    enforce(_CHECKS[type(row)](row_of(row)))
    return row


def _add(work: Work, row: R) -> R:
    work.session.add(row)
    work.session.flush()
    return row


def _hang(work: Work, row: ProductCategory) -> ProductCategory:
    with work.session.no_autoflush:
        others = [row_of(each) for each in work.session.scalars(queries.all_categories())]
    enforce(tree_findings(row_of(row), others))
    return _add(work, row)


def _code_free(work: Work, same_code: Select[Any], row_id: bytes) -> None:
    with work.session.no_autoflush:
        if any(other.id != row_id for other in work.session.scalars(same_code)):
            raise RuleBroken(CODE_TAKEN, "The code is taken.", field="code")


def _references(work: Work, product: Product) -> None:
    with work.session.no_autoflush:
        if product.category_id is not None:
            queries.find(work.session, ProductCategory, product.category_id)
        if product.supplier_id is not None:
            find_supplier(work.session, product.supplier_id)
        if product.tax_class_id is not None:
            queries.find(work.session, TaxClass, product.tax_class_id)


def _pack_of(work: Work, product_id: bytes, unit_id: bytes | None) -> None:
    if unit_id is None:
        return
    with work.session.no_autoflush:
        if queries.find(work.session, ProductUnit, unit_id).product_id != product_id:
            raise NotAllowed(Code.NOT_FOUND, "The product has no such pack.")


def _only_default(work: Work, row: ProductUnit) -> None:
    if not row.is_default:
        return
    with work.session.no_autoflush:
        for other in work.session.scalars(queries.units_of(row.product_id)):
            if other.id != row.id and other.is_default:
                other.is_default = False


def _move_product(work: Work, product_id: bytes, to: ProductState) -> Product:
    row = queries.find(work.session, Product, product_id)
    demand_move(work.actor, PRODUCT_MACHINE, row.state, to.value, standing=_STANDING)
    row.state = to.value
    return _add(work, row)


def _demand_customer_price(work: Work, customer_id: bytes) -> None:
    customer = find_customer(work.session, customer_id)
    demand(work.actor, Right.PRICE_EDIT, standing_of_customer(work.session, customer))
    if customer.deleted:
        raise NotAllowed(Code.NOT_FOUND, "There is no such customer.")
