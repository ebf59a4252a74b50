"""What a rep can do with an order, at a real database; what the office makes of it."""

from __future__ import annotations

from datetime import date

import pytest

from crm.approvals import actions as approvals
from crm.catalogue import actions as catalogue
from crm.errors import Code, InvalidInput, NotAllowed, RoundsmanError, RuleBroken
from crm.orders import actions as orders
from crm.orders import queries
from crm.orders.entities import OrderLine, SalesOrder
from crm.orders.number import parse_number
from crm.orders.seal import open_seal, seal_hash
from crm.orders.states import OrderState
from tests.unit.crm.orders.shop import Shop


def _lines(shop: Shop, order: SalesOrder) -> list[OrderLine]:
    return list(shop.desk.session.scalars(queries.lines_of(order.id)))


def test_order_of_the_first_scenario_comes_to_268600(shop: Shop) -> None:
    order = shop.draft()
    pillar, screen = _lines(shop, order)
    assert (pillar.unit_price_minor, pillar.list_price_minor) == (3_610_000, 3_800_000)
    assert (pillar.net_minor, screen.net_minor) == (21_660_000, 5_200_000)
    assert order.net_total_minor == 26_860_000
    assert order.tax_total_minor == 1_611_600
    assert order.gross_total_minor == 28_471_600
    assert order.list_total_minor == 6 * 3_800_000 + 2 * 2_600_000


def test_number_is_given_offline_and_carries_the_rows_check_characters(shop: Shop) -> None:
    order = shop.draft()
    number = parse_number(order.number)
    assert (number.device_code, number.counter) == ("ND-1", 1)
    assert number.belongs_to(order.id)


def test_order_begins_with_the_customers_place_terms_and_the_list_of_the_day(shop: Shop) -> None:
    order = shop.draft()
    assert order.delivery_place == "海口 滨海大道 1 号"
    assert (order.price_list_id, order.currency, order.order_date) == (
        shop.price_list_id,
        "CNY",
        date(2025, 3, 11),
    )


def test_office_derives_the_same_totals(shop: Shop) -> None:
    with shop.sent() as work:
        order = shop.take(work)
    row = shop.row("sales_order", order.id)
    for name in ("list_total_minor", "net_total_minor", "tax_total_minor", "gross_total_minor"):
        assert row[name] == getattr(order, name)


def test_derived_fields_are_in_no_changeset(shop: Shop) -> None:
    shop.draft()
    named = {name for op in shop.ops for name in op.fields}
    assert not named & {"net_minor", "gross_total_minor", "looks", "legal_number", "return_reason"}


def test_submitting_seals_the_document_that_stands(shop: Shop) -> None:
    order = shop.submitted()
    seal = queries.standing_seal(shop.desk.session, order)
    assert seal is not None
    assert seal.hash == seal_hash(seal.content) == order.seal_hash
    document = open_seal(seal.content)
    assert document.header["number"] == order.number
    assert (document.net_total_minor, len(document.lines)) == (26_860_000, 2)
    assert shop.row("sales_order", order.id)["state"] == OrderState.SUBMITTED


def test_submitted_order_is_not_edited(shop: Shop) -> None:
    order = shop.submitted()
    line = _lines(shop, order)[0]
    steps = (
        lambda work: orders.change_order(work, order.id, note="sooner"),
        lambda work: orders.change_line(work, line.id, quantity_milli=7_000),
        lambda work: orders.remove_line(work, line.id),
        lambda work: orders.add_line(work, order.id, shop.screen_id, quantity_milli=1_000),
        lambda work: orders.price_order(work, order.id),
    )
    for step in steps:
        with pytest.raises(RuleBroken) as error, shop.desk.work(shop.rep) as work:
            step(work)
        assert error.value.code == Code.LOCKED


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"wanted_on": None}, "no_wanted_date"),
        ({"wanted_on": date(2025, 3, 1)}, "wanted_before_order"),
        ({"delivery_place": ""}, "no_delivery_place"),
    ],
)
def test_order_with_a_gap_is_not_submitted(shop: Shop, change: dict[str, object], gap: str) -> None:
    order = shop.draft()
    with shop.desk.work(shop.rep) as work:
        orders.change_order(work, order.id, **change)  # type: ignore[arg-type]
    with pytest.raises(RuleBroken) as error, shop.desk.work(shop.rep) as work:
        orders.submit_order(work, order.id)
    assert error.value.code == Code.NOT_SUBMITTABLE
    assert error.value.details["problems"] == gap
    assert order.state == OrderState.DRAFT


def test_order_without_lines_is_not_submitted(shop: Shop) -> None:
    order = shop.draft()
    with shop.desk.work(shop.rep) as work:
        for line in _lines(shop, order):
            orders.remove_line(work, line.id)
    assert [problem.gap for problem in queries.problems_of(shop.desk.session, order.id)] == ["no_lines"]


def test_part_of_a_step_is_not_submitted(shop: Shop) -> None:
    order = shop.draft()
    with shop.desk.work(shop.rep) as work:
        orders.change_line(work, _lines(shop, order)[0].id, quantity_milli=6_500)
    problems = queries.problems_of(shop.desk.session, order.id)
    assert problems == [("not_a_step", 1)]


def test_price_typed_by_hand_stays_until_it_is_given_up(shop: Shop) -> None:
    order = shop.draft()
    line = _lines(shop, order)[0]
    with shop.desk.work(shop.rep) as work:
        orders.change_line(work, line.id, unit_price_minor=3_500_000)
        orders.change_line(work, line.id, quantity_milli=9_000)
        orders.price_order(work, order.id)
    assert line.unit_price_minor == 3_500_000
    with shop.desk.work(shop.rep) as work:
        orders.change_line(work, line.id, unit_price_minor=None)
    assert line.unit_price_minor == 3_610_000


def test_pack_is_priced_by_its_factor(shop: Shop) -> None:
    with shop.desk.work() as work:
        quarter = catalogue.add_unit(work, shop.screen_id, name="季", factor_milli=3_000)
    order = shop.draft()
    with shop.desk.work(shop.rep) as work:
        line = orders.add_line(
            work, order.id, shop.screen_id, quantity_milli=2_000, product_unit_id=quarter.id
        )
    assert (line.unit_name, line.unit_price_minor, line.net_minor) == ("季", 7_800_000, 15_600_000)


def test_pack_of_another_product_is_not_taken(shop: Shop) -> None:
    with shop.desk.work() as work:
        quarter = catalogue.add_unit(work, shop.screen_id, name="季", factor_milli=3_000)
    order = shop.draft()
    with pytest.raises(NotAllowed), shop.desk.work(shop.rep) as work:
        orders.add_line(work, order.id, shop.pillar_id, quantity_milli=1_000, product_unit_id=quarter.id)


def test_retired_product_is_not_sold(shop: Shop) -> None:
    with shop.desk.work() as work:
        catalogue.retire_product(work, shop.screen_id)
    with shop.desk.work(shop.rep) as work:
        order = orders.create_order(work, shop.customer_id)
    with pytest.raises(RuleBroken), shop.desk.work(shop.rep) as work:
        orders.add_line(work, order.id, shop.screen_id, quantity_milli=1_000)


def test_new_date_prices_the_lines_again(shop: Shop) -> None:
    with shop.desk.work() as work:
        newer = catalogue.create_price_list(
            work,
            code="STD",
            name="标准价",
            currency="CNY",
            version_label="2025-2",
            valid_from=date(2025, 7, 1),
        )
        catalogue.set_list_price(work, newer.id, shop.screen_id, price_minor=2_800_000)
    order = shop.draft()
    with shop.desk.work(shop.rep) as work:
        orders.change_order(work, order.id, order_date=date(2025, 7, 2))
    assert _lines(shop, order)[1].unit_price_minor == 2_800_000


def test_withdrawn_order_becomes_a_draft_of_the_next_revision(shop: Shop) -> None:
    order = shop.submitted()
    first = order.seal_hash
    with shop.sent() as work:
        orders.withdraw_order(work, order.id)
    with shop.sent() as work:
        orders.revise_order(work, order.id)
    assert (order.state, order.revision, order.seal_hash) == (OrderState.DRAFT, 2, None)
    with shop.sent() as work:
        orders.change_line(work, _lines(shop, order)[0].id, quantity_milli=3_000)
    with shop.sent() as work:
        orders.submit_order(work, order.id)
    assert order.seal_hash != first
    seals = shop.desk.session.scalars(queries.seals_of(order.id)).all()
    assert [seal.revision for seal in seals] == [1, 2]


def test_withdrawing_changes_the_state_alone(shop: Shop) -> None:
    order = shop.submitted()
    with shop.sent() as work:
        orders.withdraw_order(work, order.id)
    assert [(op.table, set(op.fields)) for op in work.ops] == [("sales_order", {"state"})]


def test_approved_order_is_not_withdrawn_and_not_cancelled(shop: Shop) -> None:
    order = shop.submitted()
    with shop.sent(shop.clerk) as work:
        approvals.approve_order(work, order.id, order.seal_hash or b"")
    for step in (orders.withdraw_order, orders.cancel_order, orders.revise_order, orders.submit_order):
        with pytest.raises(RuleBroken) as error, shop.desk.work(shop.rep) as work:
            step(work, order.id)
        assert error.value.code == Code.ILLEGAL_MOVE


def test_order_is_executed_step_by_step_by_the_office(shop: Shop) -> None:
    order = shop.submitted()
    with shop.sent(shop.clerk) as work:
        approvals.approve_order(work, order.id, order.seal_hash or b"")
    for state in (OrderState.EXECUTING, OrderState.DELIVERED, OrderState.SETTLED, OrderState.CLOSED):
        with shop.sent(shop.clerk) as work:
            orders.advance_order(work, order.id, state)
    assert shop.row("sales_order", order.id)["state"] == OrderState.CLOSED
    with pytest.raises(RuleBroken), shop.desk.work(shop.clerk) as work:
        orders.advance_order(work, order.id, OrderState.EXECUTING)


def test_rep_does_not_execute(shop: Shop) -> None:
    order = shop.submitted()
    with shop.sent(shop.clerk) as work:
        approvals.approve_order(work, order.id, order.seal_hash or b"")
    with pytest.raises(NotAllowed), shop.desk.work(shop.rep) as work:
        orders.advance_order(work, order.id, OrderState.EXECUTING)


def test_decisions_are_not_made_by_advancing(shop: Shop) -> None:
    order = shop.submitted()
    with pytest.raises(RoundsmanError), shop.desk.work(shop.clerk) as work:
        orders.advance_order(work, order.id, OrderState.APPROVED)
    assert order.state == OrderState.SUBMITTED


def test_another_rep_cannot_touch_the_order(shop: Shop) -> None:
    order = shop.draft()
    other = shop.desk.actor(shop.desk.person("周婷", division_id=shop.division_id))
    with pytest.raises(NotAllowed) as error, shop.desk.work(other) as work:
        orders.change_order(work, order.id, note="mine")
    assert error.value.code == Code.NOT_FOUND


def test_rep_writes_no_order_in_anothers_name(shop: Shop) -> None:
    with pytest.raises(NotAllowed), shop.desk.work(shop.rep) as work:
        orders.create_order(work, shop.customer_id, rep_id=shop.clerk_id)


@pytest.mark.parametrize(
    "figures", [{"discount_bp": 10_001}, {"unit_price_minor": -1}, {"quantity_milli": -1}]
)
def test_impossible_figures_are_refused(shop: Shop, figures: dict[str, int]) -> None:
    order = shop.draft()
    with pytest.raises(InvalidInput) as error, shop.desk.work(shop.rep) as work:
        orders.change_line(work, _lines(shop, order)[0].id, **figures)  # type: ignore[arg-type]
    assert error.value.code == Code.BAD_VALUE


def test_unknown_field_is_refused(shop: Shop) -> None:
    order = shop.draft()
    with pytest.raises(InvalidInput) as error, shop.desk.work(shop.rep) as work:
        orders.change_order(work, order.id, number="X")  # type: ignore[call-arg]
    assert error.value.code == Code.UNKNOWN_FIELD


def test_discount_on_the_whole_order_is_shared_out_to_the_cent(shop: Shop) -> None:
    order = shop.draft()
    with shop.desk.work(shop.rep) as work:
        orders.change_order(work, order.id, discount_bp=333, discount_reason="yearly contract")
    lines = _lines(shop, order)
    assert order.net_total_minor == sum(line.net_minor for line in lines) == 25_965_562
