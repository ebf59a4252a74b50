"""A whole draft at once: written with few changes, and looked ahead to without any."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from crm.errors import NotAllowed, RuleBroken
from crm.orders import actions as orders
from crm.orders.completeness import Gap
from crm.orders.drafting import DraftLine, Quote, quote, write_draft
from crm.orders.entities import OrderLine, SalesOrder
from crm.orders.looks import Look
from crm.orders.queries import lines_of
from tests.unit.crm.orders.shop import MARCH_11, Shop


def begin(shop: Shop) -> bytes:
    with shop.desk.work(shop.rep) as work:
        return orders.create_order(work, shop.customer_id).id


def write(shop: Shop, order_id: bytes, *lines: DraftLine) -> list[bytes]:
    with shop.desk.work(shop.rep) as work:
        return write_draft(work, order_id, lines)


def found(shop: Shop, order_id: bytes) -> list[OrderLine]:
    return list(shop.desk.session.scalars(lines_of(order_id)))


def ahead(shop: Shop, order_id: bytes | None, *lines: DraftLine, discount_bp: int = 0) -> Quote:
    with Session(shop.desk.engine, autoflush=False) as session:
        return quote(
            session,
            order_id,
            lines,
            customer_id=shop.customer_id,
            rep_id=shop.rep_id,
            on=MARCH_11,
            discount_bp=discount_bp,
        )


def test_lines_are_written_as_they_shall_be(shop: Shop) -> None:
    order_id = begin(shop)
    pillar, screen = DraftLine(shop.pillar_id, 2000), DraftLine(shop.screen_id, 1000, discount_bp=500)
    ids = write(shop, order_id, pillar, screen)
    lines = found(shop, order_id)
    assert [line.id for line in lines] == ids
    assert [(line.unit_price_minor, line.quantity_milli) for line in lines] == [
        (3_610_000, 2000),
        (2_600_000, 1000),
    ]
    order = shop.desk.session.get_one(SalesOrder, order_id)
    assert order.net_total_minor == 2 * 3_610_000 + 2_470_000


def test_what_is_there_already_is_not_written_again(shop: Shop) -> None:
    order_id = begin(shop)
    (line_id,) = write(shop, order_id, DraftLine(shop.pillar_id, 2000))
    with shop.desk.work(shop.rep) as work:
        write_draft(work, order_id, [DraftLine(shop.pillar_id, 2000, id=line_id)], note="")
    assert work.ops == ()


def test_only_the_fields_that_differ_are_written(shop: Shop) -> None:
    order_id = begin(shop)
    (line_id,) = write(shop, order_id, DraftLine(shop.pillar_id, 2000))
    with shop.desk.work(shop.rep) as work:
        write_draft(work, order_id, [DraftLine(shop.pillar_id, 2000, id=line_id, note="北门")])
    assert [(op.table, set(op.fields)) for op in work.ops if op.fields] == [("order_line", {"note"})]


def test_line_that_is_not_given_is_taken_off_and_its_number_is_not_given_again(shop: Shop) -> None:
    order_id = begin(shop)
    first, _ = write(shop, order_id, DraftLine(shop.pillar_id, 1000), DraftLine(shop.screen_id, 1000))
    write(shop, order_id, DraftLine(shop.pillar_id, 1000, id=first), DraftLine(shop.screen_id, 3000))
    assert [(line.line_no, line.quantity_milli) for line in found(shop, order_id)] == [(1, 1000), (3, 3000)]


def test_price_typed_by_hand_stays_until_it_is_given_up(shop: Shop) -> None:
    order_id = begin(shop)
    (line_id,) = write(shop, order_id, DraftLine(shop.pillar_id, 1000, price_minor=3_500_000))
    by_hand = DraftLine(shop.pillar_id, 4000, id=line_id, price_minor=3_500_000)
    write(shop, order_id, by_hand)
    assert found(shop, order_id)[0].unit_price_minor == 3_500_000
    write(shop, order_id, replace(by_hand, price_minor=None))
    assert found(shop, order_id)[0].unit_price_minor == 3_610_000


def test_line_of_another_order_is_refused(shop: Shop) -> None:
    one, other = begin(shop), begin(shop)
    (line_id,) = write(shop, one, DraftLine(shop.pillar_id, 1000))
    with pytest.raises(NotAllowed):
        write(shop, other, DraftLine(shop.pillar_id, 1000, id=line_id))


def test_more_lines_than_an_order_can_have_are_refused(shop: Shop) -> None:
    order_id = begin(shop)
    with pytest.raises(RuleBroken):
        write(shop, order_id, *[DraftLine(shop.pillar_id, 1000)] * 301)


# --- looking ahead ----------------------------------------------------------------------------------------------------


def test_quote_comes_to_what_is_written_afterwards(shop: Shop) -> None:
    lines = [DraftLine(shop.pillar_id, 2000, discount_bp=300), DraftLine(shop.screen_id, 1500)]
    told = ahead(shop, None, *lines, discount_bp=125)
    order_id = begin(shop)
    with shop.desk.work(shop.rep) as work:
        write_draft(work, order_id, lines, discount_bp=125)
    order = shop.desk.session.get_one(SalesOrder, order_id)
    assert told.amounts.gross_total_minor == order.gross_total_minor
    assert [line["price_certificate"] for line in told.lines] == [
        line.price_certificate for line in found(shop, order_id)
    ]


def test_quote_of_an_order_that_is_there_writes_nothing(shop: Shop) -> None:
    order_id = begin(shop)
    (line_id,) = write(shop, order_id, DraftLine(shop.pillar_id, 1000))
    told = ahead(shop, order_id, DraftLine(shop.pillar_id, 5000, id=line_id))
    assert told.amounts.net_total_minor == 5 * 3_610_000
    shop.desk.session.expire_all()
    assert found(shop, order_id)[0].quantity_milli == 1000


def test_quote_tells_what_is_missing_by_line(shop: Shop) -> None:
    told = ahead(shop, None, DraftLine(shop.pillar_id, 1500), DraftLine(shop.screen_id, 0))
    assert (Gap.NOT_A_STEP, 1) in told.problems
    assert (Gap.NOT_POSITIVE, 2) in told.problems
    assert (Gap.NO_WANTED_DATE, 1) in told.problems


def test_quote_tells_figures_that_cannot_be(shop: Shop) -> None:
    told = ahead(shop, None, DraftLine(shop.pillar_id, 10**13))
    assert told.problems[0] == (Gap.OUT_OF_RANGE, 1)
    assert told.amounts.gross_total_minor == 0


def test_quote_tells_what_the_office_will_look_at_and_how_much_is_allowed(shop: Shop) -> None:
    told = ahead(shop, None, DraftLine(shop.pillar_id, 1000, discount_bp=2000, wanted_on=date(2025, 4, 1)))
    assert Look.DISCOUNT_BEYOND_RULE in [look.code for look in told.looks]
    assert told.allowed[0] is not None
    assert told.allowed[0].max_bp == 500


def test_quote_of_an_unknown_product_says_so(shop: Shop) -> None:
    assert ahead(shop, None, DraftLine(bytes(15) + b"x", 1000)).problems[0] == (Gap.UNKNOWN_PRODUCT, 1)
