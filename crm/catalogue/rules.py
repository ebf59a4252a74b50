"""Prices, discounts, taxes and quantities: pure decisions over `crm.catalogue.facts` (R-096, R-102 to R-104).

The same question has the same answer in every channel (BR-20): laptop and office call these functions. A ``day`` is
the business date as ISO text. Amounts are minor units, rates basis points, quantities thousandths.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple, Protocol, TypeVar

from crm.catalogue.facts import (
    CategoryFact,
    CustomerPriceFact,
    DiscountFact,
    ListEntryFact,
    PriceListFact,
    ProductFact,
    TaxRateFact,
    UnitFact,
)
from crm.customers.entities import TaxCategory
from crm.money import BASIS_POINTS, MILLI, round_half_up


class Dated(Protocol):
    """Something that holds for a period, both days included; None is open."""

    @property
    def id(self) -> bytes: ...
    @property
    def valid_from(self) -> str | None: ...
    @property
    def valid_to(self) -> str | None: ...


class Scaled(Protocol):
    """A price from a quantity upwards, of a pack or (None) of the base unit."""

    @property
    def id(self) -> bytes: ...
    @property
    def product_unit_id(self) -> bytes | None: ...
    @property
    def min_quantity_milli(self) -> int: ...
    @property
    def price_minor(self) -> int: ...


D = TypeVar("D", bound=Dated)
S = TypeVar("S", bound=Scaled)


def holds_on(dated: Dated, day: str) -> bool:
    """Whether the period covers ``day``."""
    return (dated.valid_from is None or dated.valid_from <= day) and (
        dated.valid_to is None or day <= dated.valid_to
    )


def latest_on(candidates: Iterable[D], day: str) -> D | None:
    """Of those that hold on ``day`` the one that began last; an open beginning counts as the earliest.

    Two that began on one day: the one with the greater id, which was written later.
    """
    holding = [dated for dated in candidates if holds_on(dated, day)]
    return max(holding, key=lambda dated: (dated.valid_from or "", dated.id), default=None)


# --- categories -----------------------------------------------------------------------------------------------------


class TreeProblem(StrEnum):
    """Why a category cannot stand where it shall."""

    UNKNOWN_PARENT = "unknown_parent"
    OWN_PARENT = "own_parent"
    TOO_DEEP = "too_deep"  # the parent has a parent itself
    HAS_CHILDREN = "has_children"  # it would move below another with children of its own


def tree_problem(
    category_id: bytes, parent_id: bytes | None, categories: Mapping[bytes, CategoryFact]
) -> TreeProblem | None:
    """What speaks against ``parent_id`` above ``category_id``: the tree has exactly two levels (R-096, BR-12)."""
    if parent_id is None:
        return None
    if parent_id == category_id:
        return TreeProblem.OWN_PARENT
    parent = categories.get(parent_id)
    if parent is None:
        return TreeProblem.UNKNOWN_PARENT
    if parent.parent_id is not None:
        return TreeProblem.TOO_DEEP
    if any(other.parent_id == category_id for other in categories.values()):
        return TreeProblem.HAS_CHILDREN
    return None


# --- quantities -----------------------------------------------------------------------------------------------------


class QuantityProblem(StrEnum):
    """Why a quantity cannot be ordered."""

    NOT_POSITIVE = "not_positive"
    BELOW_MINIMUM = "below_minimum"
    NOT_A_STEP = "not_a_step"


def quantity_problem(
    product: ProductFact, quantity_milli: int, factor_milli: int = MILLI
) -> QuantityProblem | None:
    """What speaks against ordering so many packs of ``factor_milli``. Minimum and step are in base units, exact."""
    if quantity_milli <= 0:
        return QuantityProblem.NOT_POSITIVE
    base = quantity_milli * factor_milli  # in millionths of the base unit: nothing is rounded
    if base < product.min_quantity_milli * MILLI:
        return QuantityProblem.BELOW_MINIMUM
    if product.step_quantity_milli > 0 and base % (product.step_quantity_milli * MILLI):
        return QuantityProblem.NOT_A_STEP
    return None


# --- prices ---------------------------------------------------------------------------------------------------------


class PriceRule(StrEnum):
    """Which rule gave a price."""

    CUSTOMER = "customer_price"
    LIST = "price_list"
    MANUAL = "manual"
    NONE = "none"


class FoundPrice(NamedTuple):
    """A price per unit of the line, in the currency and tax manner that was asked for.

    ``source_id`` is the entry or customer price that gave it, ``min_quantity_milli`` its scale. ``list_price_minor``
    is what the list alone says (the price itself when the list says nothing).
    """

    price_minor: int
    rule: PriceRule
    source_id: bytes
    min_quantity_milli: int
    list_price_minor: int


def price_list_on(
    lists: Iterable[PriceListFact], chosen: PriceListFact | None, day: str
) -> PriceListFact | None:
    """The version that holds on ``day`` of the list of which ``chosen`` is one version."""
    if chosen is None:
        return None
    return latest_on((each for each in lists if each.code == chosen.code), day)


def restated(price_minor: int, *, from_net: bool, to_net: bool, rate_bp: int) -> int:
    """A unit price with its tax taken off or put on, rounded half up to the minor unit."""
    if from_net == to_net or not rate_bp:
        return price_minor
    if to_net:
        return round_half_up(price_minor * BASIS_POINTS, BASIS_POINTS + rate_bp)
    return round_half_up(price_minor * (BASIS_POINTS + rate_bp), BASIS_POINTS)


def _scale(
    entries: Iterable[S], unit: UnitFact | None, quantity_milli: int, began: Callable[[S], str]
) -> tuple[S, int] | None:
    """The entry that fits and its price per unit of the line.

    Entries of the very pack come before those of the base unit, whose price is multiplied by the pack's factor and
    rounded half up. Of several the greatest scale within the quantity wins, then the one that began last, then the
    one written last.
    """
    exact: list[S] = []
    base: list[S] = []
    for entry in entries:
        if unit is not None and entry.product_unit_id == unit.id:
            if entry.min_quantity_milli <= quantity_milli:
                exact.append(entry)
        elif entry.product_unit_id is None:
            factor = unit.factor_milli if unit is not None else MILLI
            if entry.min_quantity_milli * MILLI <= quantity_milli * factor:
                base.append(entry)
    found = exact or base
    if not found:
        return None
    best = max(found, key=lambda entry: (entry.min_quantity_milli, began(entry), entry.id))
    if exact or unit is None:
        return best, best.price_minor
    return best, round_half_up(best.price_minor * unit.factor_milli, MILLI)


def _of_list(_entry: ListEntryFact) -> str:
    return ""  # the list's version was chosen by date already


def _since(price: CustomerPriceFact) -> str:
    return price.valid_from or ""


def find_price(
    *,
    unit: UnitFact | None,
    quantity_milli: int,
    day: str,
    currency: str,
    is_net: bool,
    rate_bp: int,
    price_list: PriceListFact | None,
    entries: Iterable[ListEntryFact],
    customer_prices: Iterable[CustomerPriceFact],
) -> FoundPrice | None:
    """The price of one product for one customer, or None when nobody has set one (R-102, R-103).

    ``entries`` and ``customer_prices`` are those of the product (and the customer); the latter win over the list.
    ``price_list`` is the version that holds (`price_list_on`). Prices in another currency are no prices; prices
    with tax are restated for an order without, and the reverse, at ``rate_bp``. ``unit`` None is the base unit.
    """
    listed: tuple[ListEntryFact, int] | None = None
    list_price: int | None = None
    if price_list is not None and price_list.currency == currency:
        of_list = (entry for entry in entries if entry.price_list_id == price_list.id)
        listed = _scale(of_list, unit, quantity_milli, _of_list)
        if listed is not None:
            list_price = restated(listed[1], from_net=bool(price_list.is_net), to_net=is_net, rate_bp=rate_bp)
    of_customer = (price for price in customer_prices if price.currency == currency and holds_on(price, day))
    agreed = _scale(of_customer, unit, quantity_milli, _since)
    if agreed is not None:
        price = restated(agreed[1], from_net=bool(agreed[0].is_net), to_net=is_net, rate_bp=rate_bp)
        return FoundPrice(
            price,
            PriceRule.CUSTOMER,
            agreed[0].id,
            agreed[0].min_quantity_milli,
            list_price if list_price is not None else price,
        )
    if listed is None or list_price is None:
        return None
    return FoundPrice(list_price, PriceRule.LIST, listed[0].id, listed[0].min_quantity_milli, list_price)


# --- discounts ------------------------------------------------------------------------------------------------------


class AllowedDiscount(NamedTuple):
    """How much discount somebody may give, and the rule that says so (None: no rule, hence nothing)."""

    max_bp: int
    rule_id: bytes | None


NO_DISCOUNT: Final = AllowedDiscount(0, None)


def allowed_discount(
    rules: Iterable[DiscountFact],
    *,
    roles: Collection[str],
    grade: str | None,
    product_id: bytes,
    categories: Sequence[bytes],
    list_amount_minor: int,
    currency: str,
    day: str,
) -> AllowedDiscount:
    """The greatest discount a person with ``roles`` may give a customer of ``grade`` on a product (R-104).

    ``categories`` are the product's own and the one above it, in that order. Rules about the product hide those about
    its category, these hide those about the upper category, these the general ones; among rules of one such level
    that fit, the most generous counts. ``list_amount_minor`` is the whole order at list prices. No rule: 0.
    """
    best: dict[int, AllowedDiscount] = {}
    for rule in rules:
        if rule.product_id is not None:
            if rule.product_id != product_id:
                continue
            level = 0
        elif rule.category_id is not None:
            if rule.category_id not in categories:
                continue
            level = 1 + categories.index(rule.category_id)
        else:
            level = 9
        if (
            (rule.role is not None and rule.role not in roles)
            or (rule.grade is not None and rule.grade != grade)
            or (rule.currency is not None and rule.currency != currency)
            or rule.min_amount_minor > list_amount_minor
            or not holds_on(rule, day)
        ):
            continue
        known = best.get(level)
        if known is None or rule.max_discount_bp > known.max_bp:
            best[level] = AllowedDiscount(rule.max_discount_bp, rule.id)
    return best[min(best)] if best else NO_DISCOUNT


def lowest_amount(amount_minor: int, max_bp: int) -> int:
    """The smallest amount that ``amount_minor`` may be brought down to with a discount of ``max_bp``."""
    return round_half_up(amount_minor * (BASIS_POINTS - max_bp), BASIS_POINTS)


# --- taxes ----------------------------------------------------------------------------------------------------------


def tax_rate(
    rates: Iterable[TaxRateFact], *, tax_class_id: bytes, tax_category: str, region: str, day: str
) -> TaxRateFact | None:
    """The rate of a tax class for a customer on ``day``; None when none is set.

    A rate for the customer's tax category and region comes before one for the category, then one for the region,
    then the general one; of two alike the one that began last.
    """
    best: tuple[tuple[bool, bool, str, bytes], TaxRateFact] | None = None
    for rate in rates:
        if (
            rate.tax_class_id == tax_class_id
            and (rate.tax_category is None or rate.tax_category == tax_category)
            and (rate.region is None or rate.region == region)
            and holds_on(rate, day)
        ):
            rank = (
                rate.tax_category is not None,
                rate.region is not None,
                rate.valid_from or "",
                rate.id,
            )
            if best is None or rank > best[0]:
                best = rank, rate
    return best[1] if best is not None else None


def tax_rate_bp(
    rates: Iterable[TaxRateFact], *, tax_class_id: bytes | None, tax_category: str, region: str, day: str
) -> int | None:
    """The rate in basis points: 0 for exempt customers and products without a tax class; None when none is set."""
    if tax_category == TaxCategory.EXEMPT or tax_class_id is None:
        return 0
    found = tax_rate(rates, tax_class_id=tax_class_id, tax_category=tax_category, region=region, day=day)
    return None if found is None else found.rate_bp
