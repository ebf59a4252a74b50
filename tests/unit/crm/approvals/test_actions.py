"""What an approver can do; what the rep reads of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crm.approvals import actions as approvals
from crm.approvals import queries as approval_queries
from crm.approvals.entities import ApprovalDecision
from crm.errors import Code, InvalidInput, NotAllowed, RuleBroken
from crm.orders import actions as orders
from crm.orders.entities import SalesOrder
from crm.orders.states import OrderState
from tests.unit.crm.orders.shop import Shop


def _seal(order: SalesOrder) -> bytes:
    assert order.seal_hash is not None
    return order.seal_hash


def _decisions(shop: Shop, order: SalesOrder) -> list[ApprovalDecision]:
    return list(shop.desk.session.scalars(approval_queries.decisions_of(order.id)))


def test_approved_order_names_the_sealed_document(shop: Shop) -> None:
    order = shop.submitted()
    with shop.sent(shop.clerk) as work:
        approvals.approve_order(work, order.id, _seal(order), "discount is within the rule")
    decision = _decisions(shop, order)[0]
    assert (decision.seal_hash, decision.revision, decision.decision) == (order.seal_hash, 1, "approved")
    assert shop.row("sales_order", order.id)["state"] == OrderState.APPROVED


def test_deciding_touches_no_field_of_the_document(shop: Shop) -> None:
    order = shop.submitted()
    with shop.sent(shop.clerk) as work:
        approvals.return_order(work, order.id, _seal(order), "no place on line 2")
    head = next(op for op in work.ops if op.table == "sales_order")
    assert set(head.fields) == {"state", "return_reason"}


def test_approval_is_written_once_even_if_pressed_twice(shop: Shop) -> None:
    order = shop.submitted()
    with shop.sent(shop.clerk) as work:
        approvals.approve_order(work, order.id, _seal(order))
    with pytest.raises(RuleBroken) as error, shop.desk.work(shop.clerk) as work:
        approvals.approve_order(work, order.id, _seal(order))
    assert error.value.code == Code.ILLEGAL_MOVE
    assert len(_decisions(shop, order)) == 1


def test_nobody_approves_what_they_did_not_see(shop: Shop) -> None:
    order = shop.submitted()
    read = _seal(order)
    with shop.sent() as work:
        orders.withdraw_order(work, order.id)
    with shop.sent() as work:
        orders.revise_order(work, order.id)
    with shop.sent() as work:
        orders.submit_order(work, order.id)
    with pytest.raises(RuleBroken) as error, shop.desk.work(shop.clerk) as work:
        approvals.approve_order(work, order.id, read)
    assert error.value.code == Code.SEAL_OTHER
    assert order.state == OrderState.SUBMITTED


def test_returned_order_returns_to_the_rep_with_the_reason_and_goes_again(shop: Shop) -> None:
    order = shop.submitted()
    with shop.sent(shop.clerk) as work:
        approvals.return_order(work, order.id, _seal(order), " no delivery place on line 2 ")
    assert shop.row("sales_order", order.id)["return_reason"] == "no delivery place on line 2"
    with shop.sent() as work:
        orders.revise_order(work, order.id)
    with shop.sent() as work:
        orders.change_order(work, order.id, delivery_place="K12")
    with shop.sent() as work:
        orders.submit_order(work, order.id)
    with shop.sent(shop.clerk) as work:
        approvals.approve_order(work, order.id, _seal(order))
    assert [(each.revision, each.decision) for each in _decisions(shop, order)] == [
        (1, "returned"),
        (2, "approved"),
    ]


def test_rejected_order_is_over(shop: Shop) -> None:
    order = shop.submitted()
    with shop.sent(shop.clerk) as work:
        approvals.reject_order(work, order.id, _seal(order), "the customer is insolvent")
    with pytest.raises(RuleBroken), shop.desk.work(shop.rep) as work:
        orders.revise_order(work, order.id)


@pytest.mark.parametrize("step", [approvals.return_order, approvals.reject_order])
def test_giving_back_needs_a_reason(shop: Shop, step: Callable[..., ApprovalDecision]) -> None:
    order = shop.submitted()
    with pytest.raises(InvalidInput) as error, shop.desk.work(shop.clerk) as work:
        step(work, order.id, _seal(order), "  ")
    assert error.value.code == Code.BAD_VALUE


def test_order_under_review_can_be_decided_and_withdrawn(shop: Shop) -> None:
    order = shop.submitted()
    with shop.sent(shop.clerk) as work:
        approvals.take_into_approval(work, order.id)
    assert shop.row("sales_order", order.id)["state"] == OrderState.IN_APPROVAL
    with shop.sent() as work:
        orders.withdraw_order(work, order.id)
    assert shop.row("sales_order", order.id)["state"] == OrderState.WITHDRAWN


def test_rep_approves_nothing(shop: Shop) -> None:
    order = shop.submitted()
    with pytest.raises(NotAllowed) as error, shop.desk.work(shop.rep) as work:
        approvals.approve_order(work, order.id, _seal(order))
    assert error.value.code == Code.NO_RIGHT


def test_draft_is_not_decided(shop: Shop) -> None:
    order = shop.draft()
    with pytest.raises(RuleBroken) as error, shop.desk.work(shop.clerk) as work:
        approvals.approve_order(work, order.id, bytes(32))
    assert error.value.code == Code.ILLEGAL_MOVE


def test_legal_number_is_given_at_the_office_beside_the_number(shop: Shop) -> None:
    order = shop.submitted()
    number = order.number
    with shop.sent(shop.clerk) as work:
        approvals.approve_order(work, order.id, _seal(order), legal_number="2025-000001")
    row = shop.row("sales_order", order.id)
    assert (row["number"], row["legal_number"]) == (number, "2025-000001")


def test_legal_number_is_not_given_on_a_laptop(shop: Shop) -> None:
    order = shop.submitted()
    clerk = shop.desk.actor(shop.clerk_id)
    with pytest.raises(RuleBroken) as error, shop.desk.work(clerk) as work:
        approvals.approve_order(work, order.id, _seal(order), legal_number="1")
    assert error.value.code == Code.OFFICE_FIELD


def test_queue_lists_what_waits_the_oldest_first(shop: Shop) -> None:
    first, second = shop.submitted(), shop.submitted()
    shop.draft()
    with shop.sent(shop.clerk) as work:
        approvals.take_into_approval(work, second.id)
    third = shop.submitted()
    with shop.sent(shop.clerk) as work:
        approvals.approve_order(work, third.id, _seal(third))
    waiting = shop.desk.session.scalars(approval_queries.waiting_orders()).all()
    assert [order.id for order in waiting] == [first.id, second.id]
