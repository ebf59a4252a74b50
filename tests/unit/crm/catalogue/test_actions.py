"""What the back office can do with the catalogue, and what is refused there and at the office's door."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from crm.catalogue import actions as catalogue
from crm.catalogue import queries
from crm.catalogue.checks import BAD_FIELD, BAD_TREE, CODE_TAKEN
from crm.catalogue.entities import PriceList, PriceListEntry, ProductCategory
from crm.catalogue.facts import PriceListFact, ProductFact, fact
from crm.catalogue.states import ProductState
from crm.changes.view import Finding
from crm.customers import actions as customers
from crm.errors import Code, InvalidInput, NotAllowed, RuleBroken
from crm.ids import CATALOGUE
from crm.rights import Role
from crm.rules import row_of
from crm.schema import RULEBOOK, SCHEMA
from tests.unit.crm.desk import ADMIN, Desk, MemoryView, change_of


def _category(desk: Desk, name: str, parent_id: bytes | None = None) -> ProductCategory:
    with desk.work() as work:
        return catalogue.create_category(work, name=name, parent_id=parent_id)


def _product(desk: Desk, code: str = "P-1", **fields: Any) -> bytes:
    with desk.work() as work:
        return catalogue.create_product(work, code=code, name=code, base_unit="piece", **fields).id


def _price_list(desk: Desk, code: str = "STD", **fields: Any) -> bytes:
    with desk.work() as work:
        return catalogue.create_price_list(work, code=code, name=code, currency="CNY", **fields).id


# --- categories -----------------------------------------------------------------------------------------------------


def test_category_gets_its_code_by_itself(desk: Desk) -> None:
    top = _category(desk, " 户外媒体 ")
    below = _category(desk, "单立柱", top.id)
    assert (top.name, top.code, below.code) == ("户外媒体", "C-ND-1-0001", "C-ND-1-0002")


def test_third_level_is_refused(desk: Desk) -> None:
    below = _category(desk, "单立柱", _category(desk, "户外媒体").id)
    with pytest.raises(RuleBroken) as error, desk.work() as work:
        catalogue.create_category(work, name="大", parent_id=below.id)
    assert (error.value.code, error.value.details["problem"]) == (BAD_TREE, "too_deep")


def test_category_with_children_stays_on_top(desk: Desk) -> None:
    top, other = _category(desk, "户外媒体"), _category(desk, "网络")
    _category(desk, "单立柱", top.id)
    with pytest.raises(RuleBroken), desk.work() as work:
        catalogue.edit_category(work, top.id, parent_id=other.id)
    with pytest.raises(RuleBroken), desk.work() as work:
        catalogue.delete_category(work, top.id)


def test_deleted_category_is_marked_and_not_listed(desk: Desk) -> None:
    top = _category(desk, "户外媒体")
    with desk.work() as work:
        catalogue.delete_category(work, top.id)
    assert desk.session.scalars(queries.categories()).all() == []
    assert desk.session.get(ProductCategory, top.id) is not None


# --- products -------------------------------------------------------------------------------------------------------


def test_retired_product_stays_readable_and_can_come_back(desk: Desk) -> None:
    product_id = _product(desk)
    with desk.work() as work:
        assert catalogue.retire_product(work, product_id).state == ProductState.RETIRED
    assert desk.session.scalars(queries.products()).all() == []
    assert len(desk.session.scalars(queries.products(retired=True)).all()) == 1
    with pytest.raises(RuleBroken) as error, desk.work() as work:
        catalogue.retire_product(work, product_id)
    assert error.value.code == Code.ILLEGAL_MOVE
    with desk.work() as work:
        assert catalogue.reinstate_product(work, product_id).state == ProductState.ACTIVE


def test_product_code_is_its_own_for_ever(desk: Desk) -> None:
    _product(desk, "P-1")
    other = _product(desk, "P-2")
    with pytest.raises(RuleBroken) as error, desk.work() as work:
        catalogue.create_product(work, code=" P-1 ", name="x", base_unit="piece")
    assert error.value.code == CODE_TAKEN
    with pytest.raises(RuleBroken), desk.work() as work:
        catalogue.edit_product(work, other, code="P-1")


@pytest.mark.parametrize(
    ("fields", "bad"),
    [
        ({"cost_minor": 5}, "cost_currency"),
        ({"service_fee_minor": 5, "service_fee_currency": "XXX"}, "service_fee_currency"),
        ({"min_quantity_milli": -1}, "min_quantity_milli"),
        ({"floor_price_minor": -1, "cost_currency": "CNY"}, "floor_price_minor"),
    ],
)
def test_product_with_a_bad_field_is_refused(desk: Desk, fields: dict[str, Any], bad: str) -> None:
    with pytest.raises(RuleBroken) as error, desk.work() as work:
        catalogue.create_product(work, code="P", name="P", base_unit="piece", **fields)
    assert (error.value.code, error.value.details["field"]) == (BAD_FIELD, bad)


def test_base_unit_never_changes(desk: Desk) -> None:
    product_id = _product(desk)
    with pytest.raises(InvalidInput) as error, desk.work() as work:
        catalogue.edit_product(work, product_id, base_unit="case")  # type: ignore[call-arg]
    assert error.value.code == Code.UNKNOWN_FIELD


def test_category_and_tax_class_of_a_product_exist(desk: Desk) -> None:
    for name in ("category_id", "tax_class_id"):
        with pytest.raises(NotAllowed), desk.work() as work:
            catalogue.create_product(work, code="P", name="P", base_unit="piece", **{name: bytes(16)})  # type: ignore[arg-type]


def test_products_are_found_by_any_part_of_code_and_name(desk: Desk) -> None:
    _product(desk, "P-0007")
    _product(desk, "LED_1")
    found = [
        [row.code for row in desk.session.scalars(queries.products_like(words))]
        for words in ("007", "led_", "%")
    ]
    assert found == [["P-0007"], ["LED_1"], []]


def test_one_pack_is_the_default(desk: Desk) -> None:
    product_id = _product(desk)
    with desk.work() as work:
        case = catalogue.add_unit(work, product_id, name="case", factor_milli=12_000, is_default=True)
        pallet = catalogue.add_unit(work, product_id, name="pallet", factor_milli=480_000, is_default=True)
    assert (case.is_default, pallet.is_default) == (False, True)
    with desk.work() as work:
        catalogue.edit_unit(work, case.id, is_default=True)
    assert [unit.name for unit in desk.session.scalars(queries.units_of(product_id))] == ["case", "pallet"]
    assert not pallet.is_default


def test_pack_that_holds_nothing_is_refused(desk: Desk) -> None:
    product_id = _product(desk)
    with pytest.raises(RuleBroken), desk.work() as work:
        catalogue.add_unit(work, product_id, name="air", factor_milli=0)


# --- taxes, prices, discounts ---------------------------------------------------------------------------------------


def test_tax_rate_ends_and_the_next_begins(desk: Desk) -> None:
    with desk.work() as work:
        tax_class = catalogue.create_tax_class(work, code="ADV", name="advertising")
        old = catalogue.add_tax_rate(work, tax_class.id, rate_bp=600, valid_from=date(2020, 1, 1))
        catalogue.add_tax_rate(work, tax_class.id, rate_bp=900, valid_from=date(2026, 1, 1))
        catalogue.end_tax_rate(work, old.id, valid_to=date(2025, 12, 31))
    rates = desk.session.scalars(queries.tax_rates(tax_class.id)).all()
    assert [(rate.rate_bp, rate.valid_to) for rate in rates] == [(600, date(2025, 12, 31)), (900, None)]
    with pytest.raises(RuleBroken), desk.work() as work:
        catalogue.end_tax_rate(work, old.id, valid_to=date(2019, 12, 31))
    with pytest.raises(RuleBroken) as error, desk.work() as work:
        catalogue.create_tax_class(work, code="ADV", name="again")
    assert error.value.code == CODE_TAKEN


def test_price_of_one_scale_is_replaced_and_not_doubled(desk: Desk) -> None:
    product_id, price_list_id = _product(desk), _price_list(desk)
    with desk.work() as work:
        first = catalogue.set_list_price(work, price_list_id, product_id, price_minor=100)
        again = catalogue.set_list_price(work, price_list_id, product_id, price_minor=110)
        scaled = catalogue.set_list_price(
            work, price_list_id, product_id, price_minor=90, min_quantity_milli=10_000
        )
    assert (first.id == again.id, first.price_minor) == (True, 110)
    with desk.work() as work:
        catalogue.remove_list_price(work, scaled.id)
    assert [entry.id for entry in desk.session.scalars(queries.entries_of(price_list_id))] == [first.id]
    assert len(desk.session.scalars(select(PriceListEntry)).all()) == 2


def test_pack_of_another_product_has_no_price_here(desk: Desk) -> None:
    product_id, other_id, price_list_id = _product(desk), _product(desk, "P-2"), _price_list(desk)
    with desk.work() as work:
        case = catalogue.add_unit(work, other_id, name="case", factor_milli=12_000)
    with pytest.raises(NotAllowed), desk.work() as work:
        catalogue.set_list_price(work, price_list_id, product_id, price_minor=1, product_unit_id=case.id)


def test_lists_of_the_day_are_listed_the_latest_version_first(desk: Desk) -> None:
    always = _price_list(desk)
    newer = _price_list(desk, valid_from=date(2026, 1, 1))
    _price_list(desk, valid_from=date(2027, 1, 1))
    other = _price_list(desk, "VIP", valid_to=date(2026, 12, 31))
    found = desk.session.scalars(queries.price_lists_on(date(2026, 5, 1))).all()
    assert [each.id for each in found] == [newer, always, other]
    with desk.work() as work:
        catalogue.edit_price_list(work, always, valid_to=date(2025, 12, 31))
    assert len(desk.session.scalars(queries.price_lists_on(date(2026, 5, 1))).all()) == 2


def test_price_is_agreed_by_the_customers_division(desk: Desk) -> None:
    division = desk.division("HN")
    rep = desk.actor(desk.person("林晓东", division_id=division))
    head = desk.actor(desk.person("王海涛", division_id=division, roles=[Role.DIVISION_HEAD]), office=True)
    product_id = _product(desk)
    with desk.work(rep) as work:
        customer_id = customers.create_customer(work, name="椰风").id
    with desk.work(head) as work:
        price = catalogue.agree_price(work, customer_id, product_id, price_minor=95, currency="CNY")
        catalogue.edit_agreed_price(work, price.id, price_minor=90, valid_to=date(2026, 12, 31))
    assert [each.price_minor for each in desk.session.scalars(queries.customer_prices(customer_id))] == [90]
    with pytest.raises(NotAllowed) as error, desk.work(rep) as work:
        catalogue.agree_price(work, customer_id, product_id, price_minor=1, currency="CNY")
    assert error.value.code == Code.NO_RIGHT
    with pytest.raises(NotAllowed), desk.work(head) as work:
        catalogue.create_price_list(work, code="X", name="X", currency="CNY")


@pytest.mark.parametrize(
    "fields",
    [
        {"max_discount_bp": 10_001},
        {"max_discount_bp": 100, "min_amount_minor": 5},
        {"max_discount_bp": 100, "product_id": bytes(16), "category_id": bytes(16)},
        {"max_discount_bp": 100, "valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)},
    ],
)
def test_discount_rule_that_makes_no_sense_is_refused(desk: Desk, fields: dict[str, Any]) -> None:
    with pytest.raises(RuleBroken) as error, desk.work() as work:
        catalogue.create_discount_rule(work, **fields)
    assert error.value.code == BAD_FIELD


def test_discount_rule_is_edited(desk: Desk) -> None:
    with desk.work() as work:
        rule = catalogue.create_discount_rule(work, max_discount_bp=500, grade="major")
        catalogue.edit_discount_rule(work, rule.id, max_discount_bp=400)
    assert [each.max_discount_bp for each in desk.session.scalars(queries.discount_rules())] == [400]


def test_rep_changes_nothing_in_the_catalogue(desk: Desk) -> None:
    rep = desk.actor(desk.person("林晓东", division_id=desk.division("HN")))
    with pytest.raises(NotAllowed), desk.work(rep) as work:
        catalogue.create_category(work, name="mine")
    with pytest.raises(NotAllowed), desk.work(rep) as work:
        catalogue.create_discount_rule(work, max_discount_bp=9_000)


# --- at the office's door -------------------------------------------------------------------------------------------


def _judge(view: MemoryView, table: str, **values: object) -> list[Finding]:
    row = view.add(table, id=values.pop("id", b"n" * 16), unit=bytes(CATALOGUE), **values)
    return list(RULEBOOK[table].judge(view, change_of(table, None, row, ADMIN)))


def test_office_refuses_a_third_level_and_a_taken_code() -> None:
    view = MemoryView()
    for row_id, parent in ((b"a" * 16, None), (b"b" * 16, b"a" * 16)):
        view.add(
            "product_category",
            id=row_id,
            unit=bytes(CATALOGUE),
            code=row_id.decode(),
            name="x",
            parent_id=parent,
        )
    found = _judge(view, "product_category", code="n", name="n", parent_id=b"b" * 16)
    assert [each.code for each in found] == [BAD_TREE]
    assert [each.code for each in _judge(view, "product_category", code="a" * 16, name="n")] == [CODE_TAKEN]
    assert _judge(view, "product_category", code="n", name="n", parent_id=b"a" * 16) == []


def test_office_refuses_what_the_actions_refuse() -> None:
    view = MemoryView()
    assert [each.details["field"] for each in _judge(view, "tax_rate", rate_bp=-1)] == ["rate_bp"]
    assert [each.details["field"] for each in _judge(view, "product_unit", name="x", factor_milli=0)] == [
        "factor_milli"
    ]
    assert [
        each.details["field"] for each in _judge(view, "price_list", code="x", name="x", currency="XXX")
    ] == ["currency"]
    assert [each.details["field"] for each in _judge(view, "price_list_entry", price_minor=-1)] == [
        "price_minor"
    ]
    assert _judge(view, "customer_price", price_minor=1, currency="CNY") == []


def test_rules_read_rows_and_objects_alike(desk: Desk) -> None:
    price_list_id = _price_list(desk, valid_from=date(2026, 1, 1))
    with desk.work() as work:
        product = catalogue.create_product(
            work, code="P", name="P", base_unit="piece", step_quantity_milli=500
        )
    price_list = queries.find(desk.session, PriceList, price_list_id)
    assert fact(PriceListFact, price_list) == fact(PriceListFact, row_of(price_list))
    assert fact(PriceListFact, price_list).valid_from == "2026-01-01"
    assert fact(ProductFact, product) == fact(ProductFact, row_of(product))
    assert SCHEMA["product"].fields["step_quantity_milli"].kind == "int"
