"""What deserves a look, and that it never stops an order."""

from __future__ import annotations

import json
from datetime import date

from crm.catalogue import actions as catalogue
from crm.customers import actions as customers
from crm.orders import actions as orders
from crm.orders import queries
from crm.orders.entities import SalesOrder
from crm.orders.looks import OFFICE_LOOKS
from tests.unit.crm.orders.shop import Shop


def _looks(shop: Shop, order: SalesOrder, on: date = date(2025, 3, 11)) -> list[tuple[int | str, object]]:
    found = queries.looks_at(shop.desk.session, order.id, on=on)
    return [(each.code, each.details.get("line_no")) for each in found]


def test_order_of_the_first_scenario_needs_no_look(shop: Shop) -> None:
    """AS-02, step 2: 5 % is allowed for grade major, and here it is the agreed price."""
    assert _looks(shop, shop.draft()) == []


def test_discount_of_twelve_percent_is_beyond_the_rule(shop: Shop) -> None:
    """AS-02, step 3."""
    order = shop.draft()
    with shop.desk.work(shop.rep) as work:
        for line in shop.desk.session.scalars(queries.lines_of(order.id)):
            orders.change_line(work, line.id, discount_bp=1_200)
    found = queries.looks_at(shop.desk.session, order.id, on=date(2025, 3, 11))
    assert [(each.code, dict(each.details)) for each in found if each.code != "below_floor"] == [
        ("discount_beyond_rule", {"line_no": 1, "discount_bp": 1_200, "allowed_bp": 500}),
        ("discount_beyond_rule", {"line_no": 2, "discount_bp": 1_200, "allowed_bp": 500}),
    ]


def test_discount_on_the_whole_order_counts_like_one_on_the_lines(shop: Shop) -> None:
    order = shop.draft()
    with shop.desk.work(shop.rep) as work:
        orders.change_order(work, order.id, discount_bp=501)
    assert _looks(shop, order) == [("discount_beyond_rule", 1), ("discount_beyond_rule", 2)]
    with shop.desk.work(shop.rep) as work:
        orders.change_order(work, order.id, discount_bp=500)
    assert _looks(shop, order) == []


def test_price_typed_by_hand_is_judged_as_the_discount_it_is(shop: Shop) -> None:
    order = shop.draft()
    line = shop.desk.session.scalars(queries.lines_of(order.id)).all()[1]
    with shop.desk.work(shop.rep) as work:
        orders.change_line(work, line.id, unit_price_minor=2_470_000)  # 5 % below
    assert _looks(shop, order) == []
    with shop.desk.work(shop.rep) as work:
        orders.change_line(work, line.id, unit_price_minor=2_400_000)
    assert _looks(shop, order) == [("discount_beyond_rule", 2)]


def test_price_of_an_older_list_differs(shop: Shop) -> None:
    order = shop.draft()
    with shop.desk.work() as work:
        catalogue.set_list_price(work, shop.price_list_id, shop.screen_id, price_minor=2_700_000)
    assert _looks(shop, order) == [("price_differs", 2)]


def test_older_tax_rate_differs(shop: Shop) -> None:
    order = shop.draft()
    with shop.desk.work() as work:
        catalogue.end_tax_rate(work, shop.tax_rate_id, valid_to=date(2025, 2, 28))
        catalogue.add_tax_rate(work, shop.tax_class_id, rate_bp=900, valid_from=date(2025, 3, 1))
    assert _looks(shop, order) == [("tax_differs", 1), ("tax_differs", 2)]


def test_customer_over_the_credit_limit_counts_open_orders(shop: Shop) -> None:
    with shop.desk.work(shop.clerk) as work:
        customers.set_credit(work, shop.customer_id, limit_minor=30_000_000, currency="CNY")
    order = shop.draft()
    assert _looks(shop, order) == []
    shop.submitted()
    other = shop.draft()
    found = queries.looks_at(shop.desk.session, other.id, on=date(2025, 3, 11))
    assert [dict(each.details) for each in found if each.code == "over_credit"] == [
        {"limit_minor": 30_000_000, "open_minor": 28_471_600, "order_minor": 28_471_600}
    ]


def test_no_credit_at_all_is_not_the_same_as_no_limit(shop: Shop) -> None:
    with shop.desk.work(shop.clerk) as work:
        customers.set_credit(work, shop.customer_id, limit_minor=0, currency="CNY")
    assert _looks(shop, shop.draft()) == [("over_credit", None)]


def test_line_below_the_floor_is_seen_by_the_office_alone(shop: Shop) -> None:
    order = shop.draft()
    line = shop.desk.session.scalars(queries.lines_of(order.id)).all()[0]
    with shop.desk.work(shop.rep) as work:
        orders.change_line(work, line.id, unit_price_minor=2_999_999)
    assert ("below_floor", 1) in _looks(shop, order)
    assert "below_floor" in OFFICE_LOOKS


def test_same_order_twice_in_a_day_may_be_a_duplicate(shop: Shop) -> None:
    first = shop.submitted()
    second = shop.draft()
    found = queries.looks_at(shop.desk.session, second.id, on=date(2025, 3, 11))
    assert [dict(each.details) for each in found] == [{"other_number": first.number}]
    with shop.desk.work(shop.rep) as work:
        orders.change_order(work, second.id, order_date=date(2025, 3, 13))
    assert _looks(shop, second, on=date(2025, 3, 13)) == []


def test_drafts_are_no_duplicates(shop: Shop) -> None:
    shop.draft()
    assert _looks(shop, shop.draft()) == []


def test_order_priced_long_ago_is_marked(shop: Shop) -> None:
    order = shop.draft()
    assert _looks(shop, order, on=date(2025, 4, 10)) == []
    assert _looks(shop, order, on=date(2025, 4, 11)) == [("old_prices", None)]
    assert _looks(shop, order, on=date(2025, 3, 9)) == [("old_prices", None)]


def test_product_that_was_retired_meanwhile_is_marked(shop: Shop) -> None:
    order = shop.draft()
    with shop.desk.work() as work:
        catalogue.retire_product(work, shop.screen_id)
    assert _looks(shop, order) == [("retired_product", 2)]


def test_older_clients_order_is_taken_and_marked(shop: Shop) -> None:
    """A newer price is no reason to refuse; the approver reads why it differs."""
    with shop.sent() as work:
        order = shop.take(work)
    with shop.desk.work(shop.rep) as work:
        orders.submit_order(work, order.id)
    for entry in shop.office.children("price_list_entry", "product_id", shop.screen_id):
        shop.office.put("price_list_entry", {**entry, "price_minor": 2_700_000})
    decision = shop.hand_in(work)
    assert decision.kind == "applied"
    looks = json.loads(str(shop.row("sales_order", order.id)["looks"]))
    assert [look["code"] for look in looks] == ["price_differs"]
    assert looks[0]["details"]["office_price_minor"] == 2_700_000


def test_looks_are_gone_when_the_order_is_a_draft_again(shop: Shop) -> None:
    order = shop.submitted()
    shop.office.put("sales_order", {**shop.row("sales_order", order.id), "looks": "[]"})
    with shop.sent() as work:
        orders.withdraw_order(work, order.id)
    with shop.sent() as work:
        orders.revise_order(work, order.id)
    assert shop.row("sales_order", order.id)["looks"] is None
