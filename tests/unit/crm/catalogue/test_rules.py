"""Prices, discounts, taxes and quantities: one answer to one question."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

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
from crm.catalogue.rules import (
    NO_DISCOUNT,
    FoundPrice,
    PriceRule,
    QuantityProblem,
    TreeProblem,
    allowed_discount,
    find_price,
    holds_on,
    latest_on,
    lowest_amount,
    price_list_on,
    quantity_problem,
    restated,
    tax_rate_bp,
    tree_problem,
)

DAY = "2025-03-11"
PRODUCT = b"p" * 16
CATEGORY = b"c" * 16
TOP = b"t" * 16
LIST = PriceListFact(b"l" * 16, "STD", "2025-1", "CNY", 1, "2025-01-01", None)
CASE = UnitFact(b"u" * 16, PRODUCT, "case", 12_000)
SOLD = ProductFact(PRODUCT, "P", "P", CATEGORY, "piece", None, 0, 0, "active", None, None)


def _id(number: int) -> bytes:
    return number.to_bytes(16, "big")


def _entry(number: int, price: int, *, unit: bytes | None = None, least: int = 0) -> ListEntryFact:
    return ListEntryFact(_id(number), LIST.id, PRODUCT, unit, least, price)


def _agreed(
    number: int,
    price: int,
    *,
    unit: bytes | None = None,
    least: int = 0,
    begin: str | None = None,
    end: str | None = None,
    currency: str = "CNY",
    is_net: int = 1,
) -> CustomerPriceFact:
    return CustomerPriceFact(
        _id(number), b"k" * 16, PRODUCT, unit, least, price, currency, is_net, begin, end
    )


def _find(
    entries: list[ListEntryFact],
    agreed: list[CustomerPriceFact],
    *,
    unit: UnitFact | None = None,
    quantity: int = 1_000,
    is_net: bool = True,
    rate_bp: int = 0,
) -> FoundPrice | None:
    return find_price(
        unit=unit,
        quantity_milli=quantity,
        day=DAY,
        currency="CNY",
        is_net=is_net,
        rate_bp=rate_bp,
        price_list=LIST,
        entries=entries,
        customer_prices=agreed,
    )


def _price(*args: object, **options: object) -> int | None:
    found = _find(*args, **options)  # type: ignore[arg-type]
    return None if found is None else found.price_minor


# --- periods --------------------------------------------------------------------------------------------------------


def test_both_ends_of_a_period_belong_to_it() -> None:
    price = _agreed(1, 1, begin="2025-03-11", end="2025-03-12")
    assert [holds_on(price, day) for day in ("2025-03-10", "2025-03-11", "2025-03-12", "2025-03-13")] == [
        False,
        True,
        True,
        False,
    ]


def test_open_period_holds_always() -> None:
    assert holds_on(_agreed(1, 1), "0001-01-01")
    assert holds_on(_agreed(1, 1), "9999-12-31")


def test_version_of_a_list_that_began_last_holds() -> None:
    newer = LIST._replace(id=b"m" * 16, valid_from="2025-03-01")
    future = LIST._replace(id=b"n" * 16, valid_from="2025-04-01")
    other = LIST._replace(id=b"o" * 16, code="VIP", valid_from="2025-03-05")
    lists = [LIST, newer, future, other]
    assert price_list_on(lists, LIST, DAY) == newer
    assert price_list_on(lists, newer, "2025-02-01") == LIST
    assert price_list_on(lists, LIST, "2024-12-31") is None
    assert price_list_on(lists, None, DAY) is None


def test_of_two_that_began_on_one_day_the_later_written_holds() -> None:
    assert latest_on([_agreed(2, 20), _agreed(1, 10)], DAY) == _agreed(2, 20)


# --- prices ---------------------------------------------------------------------------------------------------------


def test_agreed_price_stands_above_the_list_and_remembers_it() -> None:
    found = _find([_entry(1, 3_800_000)], [_agreed(2, 3_610_000)])
    assert found == (3_610_000, PriceRule.CUSTOMER, _id(2), 0, 3_800_000)


def test_without_an_agreed_price_the_list_counts() -> None:
    assert _find([_entry(1, 3_800_000)], []) == (3_800_000, PriceRule.LIST, _id(1), 0, 3_800_000)


def test_nobody_set_a_price() -> None:
    assert _find([], []) is None


def test_agreed_price_outside_its_period_or_currency_is_none() -> None:
    assert _price([_entry(1, 100)], [_agreed(2, 90, end="2025-03-10")]) == 100
    assert _price([_entry(1, 100)], [_agreed(2, 90, begin="2025-03-12")]) == 100
    assert _price([_entry(1, 100)], [_agreed(2, 90, currency="EUR")]) == 100


def test_later_agreement_replaces_the_earlier() -> None:
    agreed = [_agreed(3, 90, begin="2025-01-01"), _agreed(2, 80, begin="2025-03-01"), _agreed(9, 95)]
    assert _price([], agreed) == 80


def test_scale_within_the_quantity_counts() -> None:
    entries = [_entry(1, 100), _entry(2, 90, least=10_000), _entry(3, 80, least=100_000)]
    assert [_price(entries, [], quantity=q) for q in (9_999, 10_000, 99_999, 100_000)] == [100, 90, 90, 80]


def test_pack_has_its_own_price_or_that_of_its_contents() -> None:
    assert _price([_entry(1, 100)], [], unit=CASE) == 1_200
    assert _price([_entry(1, 100), _entry(2, 1_100, unit=CASE.id)], [], unit=CASE) == 1_100
    assert _price([_entry(2, 1_100, unit=CASE.id)], []) is None


def test_scale_of_the_base_unit_counts_what_the_packs_hold() -> None:
    entries = [_entry(1, 100), _entry(2, 90, least=24_000)]
    assert _price(entries, [], unit=CASE, quantity=1_000) == 1_200
    assert _price(entries, [], unit=CASE, quantity=2_000) == 1_080


def test_price_with_tax_is_restated_for_an_order_without() -> None:
    assert _price([], [_agreed(1, 10_600, is_net=0)], rate_bp=600) == 10_000
    assert _price([_entry(1, 10_000)], [], is_net=False, rate_bp=600) == 10_600


@given(st.integers(0, 10**9), st.sampled_from([0, 300, 600, 1300, 1900]))
def test_restating_there_and_back_is_the_price_again(price: int, rate_bp: int) -> None:
    gross = restated(price, from_net=True, to_net=False, rate_bp=rate_bp)
    assert restated(gross, from_net=False, to_net=True, rate_bp=rate_bp) == price


# --- discounts ------------------------------------------------------------------------------------------------------


def _rule(number: int, max_bp: int, **values: Any) -> DiscountFact:
    rule = DiscountFact(_id(number), None, None, None, None, 0, None, max_bp, None, None)
    return rule._replace(**values)


def _allowed(*rules: DiscountFact, grade: str | None = "major", amount: int = 1_000) -> int:
    return allowed_discount(
        rules,
        roles={"sales_rep"},
        grade=grade,
        product_id=PRODUCT,
        categories=(CATEGORY, TOP),
        list_amount_minor=amount,
        currency="CNY",
        day=DAY,
    ).max_bp


def test_without_a_rule_nothing_is_allowed() -> None:
    assert (
        allowed_discount(
            [],
            roles=(),
            grade=None,
            product_id=PRODUCT,
            categories=(),
            list_amount_minor=0,
            currency="CNY",
            day=DAY,
        )
        == NO_DISCOUNT
    )
    assert NO_DISCOUNT == (0, None)


def test_rule_counts_for_its_role_and_grade() -> None:
    """AS-02: 5 % for major, 3 % for ordinary customers."""
    rules = _rule(1, 500, grade="major"), _rule(2, 300, grade="ordinary"), _rule(3, 900, role="division_head")
    assert _allowed(*rules) == 500
    assert _allowed(*rules, grade="ordinary") == 300
    assert _allowed(*rules, grade=None) == 0


def test_most_generous_of_alike_rules_counts() -> None:
    assert _allowed(_rule(1, 100), _rule(2, 500, grade="major"), _rule(3, 300, role="sales_rep")) == 500


def test_narrower_rules_hide_wider_ones() -> None:
    general = _rule(1, 900)
    top = _rule(2, 700, category_id=TOP)
    category = _rule(3, 500, category_id=CATEGORY)
    product = _rule(4, 100, product_id=PRODUCT)
    assert _allowed(general) == 900
    assert _allowed(general, top) == 700
    assert _allowed(general, top, category) == 500
    assert _allowed(general, top, category, product) == 100
    assert _allowed(general, _rule(5, 50, product_id=b"q" * 16), _rule(6, 60, category_id=b"d" * 16)) == 900


def test_rule_holds_from_its_amount_in_its_period_and_currency() -> None:
    assert _allowed(_rule(1, 500, min_amount_minor=1_001, currency="CNY")) == 0
    assert _allowed(_rule(1, 500, min_amount_minor=1_000, currency="CNY")) == 500
    assert _allowed(_rule(1, 500, currency="EUR")) == 0
    assert _allowed(_rule(1, 500, valid_to="2025-03-10")) == 0


def test_lowest_amount_is_rounded_half_up() -> None:
    assert lowest_amount(3_800_000, 500) == 3_610_000
    assert lowest_amount(1, 5_000) == 1


# --- taxes ----------------------------------------------------------------------------------------------------------


def _rate(number: int, rate_bp: int, **values: Any) -> TaxRateFact:
    return TaxRateFact(_id(number), CATEGORY, rate_bp, None, None, None, None)._replace(**values)


def _tax(*rates: TaxRateFact, category: str = "taxable", region: str = "海南", day: str = DAY) -> int | None:
    return tax_rate_bp(rates, tax_class_id=CATEGORY, tax_category=category, region=region, day=day)


def test_exempt_customers_pay_no_tax() -> None:
    assert _tax(_rate(1, 600), category="exempt") == 0


def test_product_without_a_tax_class_is_not_taxed() -> None:
    assert tax_rate_bp([_rate(1, 600)], tax_class_id=None, tax_category="taxable", region="", day=DAY) == 0


def test_rate_that_nobody_set_is_not_nought() -> None:
    assert _tax() is None
    assert _tax(_rate(1, 600, tax_class_id=TOP)) is None
    assert _tax(_rate(1, 600, valid_from="2025-03-12")) is None


def test_rate_changes_with_the_day() -> None:
    rates = _rate(1, 600, valid_to="2025-03-31"), _rate(2, 900, valid_from="2025-04-01")
    assert (_tax(*rates), _tax(*rates, day="2025-04-01")) == (600, 900)


def test_narrowest_rate_counts() -> None:
    rates = [_rate(1, 1300), _rate(2, 900, region="海南"), _rate(3, 600, tax_category="taxable")]
    assert _tax(*rates) == 600
    assert _tax(*rates, category="reduced") == 900
    assert _tax(*rates, category="reduced", region="北京") == 1300
    assert _tax(*rates, _rate(4, 100, tax_category="taxable", region="海南")) == 100


# --- quantities and categories --------------------------------------------------------------------------------------


def test_quantity_is_counted_in_base_units() -> None:
    sold = SOLD._replace(min_quantity_milli=24_000, step_quantity_milli=6_000)
    assert quantity_problem(sold, 0) is QuantityProblem.NOT_POSITIVE
    assert quantity_problem(sold, 18_000) is QuantityProblem.BELOW_MINIMUM
    assert quantity_problem(sold, 25_000) is QuantityProblem.NOT_A_STEP
    assert quantity_problem(sold, 30_000) is None
    assert quantity_problem(sold, 2_000, CASE.factor_milli) is None
    assert quantity_problem(sold, 1_000, CASE.factor_milli) is QuantityProblem.BELOW_MINIMUM
    assert quantity_problem(SOLD, 1) is None


def test_tree_has_exactly_two_levels() -> None:
    top, below, alone = (CategoryFact(TOP, None), CategoryFact(CATEGORY, TOP), CategoryFact(_id(1), None))
    tree = {each.id: each for each in (top, below, alone)}
    assert tree_problem(_id(9), None, tree) is None
    assert tree_problem(_id(9), TOP, tree) is None
    assert tree_problem(_id(9), CATEGORY, tree) is TreeProblem.TOO_DEEP
    assert tree_problem(TOP, alone.id, tree) is TreeProblem.HAS_CHILDREN
    assert tree_problem(TOP, TOP, tree) is TreeProblem.OWN_PARENT
    assert tree_problem(alone.id, _id(7), tree) is TreeProblem.UNKNOWN_PARENT
