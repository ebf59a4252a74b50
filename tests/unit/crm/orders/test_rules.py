"""What the office refuses of an order, whoever sends it, and what it only marks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm.approvals import actions as approvals
from crm.changes.ops import BIRTH, CHANGE, Op
from crm.errors import Code
from crm.ids import CATALOGUE
from crm.orders import actions as orders
from crm.orders import queries
from crm.orders.entities import SalesOrder
from crm.orders.looks import looks_of
from crm.orders.rules import OrderRules, document_of
from crm.orders.seal import seal_hash
from crm.orders.states import OrderState
from tests.unit.crm.desk import DeskWork
from tests.unit.crm.orders.shop import Shop


def _edited(work: DeskWork, table: str, change: Callable[[dict[str, Any]], None]) -> tuple[Op, ...]:
    """The work's operations as a client that cheats would send them."""
    found = []
    for op in work.ops:
        fields = dict(op.fields)
        if op.table == table:
            change(fields)
        found.append(Op(op.table, op.id, op.kind, op.base, fields))
    return tuple(found)


def _submission(shop: Shop) -> tuple[SalesOrder, DeskWork]:
    with shop.sent() as work:
        order = shop.take(work)
    with shop.desk.work(shop.rep) as work:
        orders.submit_order(work, order.id)
    return order, work


def _set(**values: object) -> Callable[[dict[str, Any]], None]:
    return lambda fields: fields.update(values)


# --- the seal -------------------------------------------------------------------------------------------------------


def test_submission_with_its_seal_is_taken(shop: Shop) -> None:
    order, work = _submission(shop)
    assert shop.hand_in(work).kind == "applied"
    assert shop.row("sales_order", order.id)["state"] == OrderState.SUBMITTED


@pytest.mark.parametrize(
    "cheat",
    [
        _set(hash=bytes(32)),
        _set(revision=2),
        _set(content=b"something else"),
        _set(content=b"something else", hash=seal_hash(b"something else")),
    ],
)
def test_broken_seal_leaves_a_conflict_and_a_draft(
    shop: Shop, cheat: Callable[[dict[str, Any]], None]
) -> None:
    order, work = _submission(shop)
    decision = shop.hand_in(work, ops=_edited(work, "order_seal", cheat))
    assert (decision.kind, decision.code) == ("conflict", Code.SEAL_BROKEN)
    assert shop.row("sales_order", order.id)["state"] == OrderState.DRAFT
    assert not shop.office.children("order_seal", "order_id", order.id)


def test_submission_without_a_seal_leaves_a_conflict(shop: Shop) -> None:
    _order, work = _submission(shop)
    decision = shop.hand_in(work, ops=tuple(op for op in work.ops if op.table != "order_seal"))
    assert (decision.kind, decision.code) == ("conflict", Code.SEAL_BROKEN)


def test_rows_that_differ_from_the_seal_leave_a_conflict(shop: Shop) -> None:
    """Somebody else changed the draft meanwhile: what was sealed is not what stands."""
    order, work = _submission(shop)
    line = shop.office.children("order_line", "order_id", order.id)[0]
    shop.office.put("order_line", {**line, "quantity_milli": 1_000})
    decision = shop.hand_in(work)
    assert (decision.kind, decision.code) == ("conflict", Code.SEAL_BROKEN)


def test_without_the_safeguard_a_broken_seal_passes(shop: Shop) -> None:
    """The simulation must notice what happens then."""
    shop.switch_off(seal=False)
    order, work = _submission(shop)
    decision = shop.hand_in(work, ops=_edited(work, "order_seal", _set(content=b"x")))
    assert decision.kind == "applied"
    assert shop.row("sales_order", order.id)["state"] == OrderState.SUBMITTED


def test_seal_comes_only_with_its_submission(shop: Shop) -> None:
    order = shop.submitted()
    seal = queries.standing_seal(shop.desk.session, order)
    assert seal is not None
    stray = Op(
        "order_seal",
        shop.desk.new_id(),
        BIRTH,
        0,
        {"order_id": order.id, "revision": 1, "content": seal.content, "hash": seal.hash},
    )
    with shop.desk.work(shop.rep) as work:
        pass
    decision = shop.hand_in(work, ops=(stray,))
    assert (decision.kind, decision.code) == ("rejected", Code.SEAL_BROKEN)


@pytest.mark.parametrize(("field", "value"), [("content", b"x"), ("hash", bytes(32)), ("revision", 2)])
def test_sealed_row_never_changes(shop: Shop, field: str, value: object) -> None:
    order = shop.submitted()
    seal = queries.standing_seal(shop.desk.session, order)
    assert seal is not None
    with shop.desk.work(shop.rep) as work:
        pass
    change = Op("order_seal", seal.id, CHANGE, 0, {field: [getattr(seal, field), value]})
    assert shop.hand_in(work, ops=(change,)).kind == "rejected"
    removal = Op("order_seal", seal.id, CHANGE, 0, {"deleted": [0, 1]})
    assert shop.hand_in(work, ops=(removal,)).kind == "rejected"
    assert shop.row("order_seal", seal.id)["content"] == seal.content


# --- locks, moves, births -------------------------------------------------------------------------------------------


def _change(shop: Shop, table: str, row_id: bytes, **fields: list[object]) -> tuple[str, int]:
    with shop.desk.work(shop.rep) as work:
        pass
    ops = [Op(table, row_id, CHANGE, 0, dict(fields))]
    if table == "order_line":
        ops.append(Op("sales_order", bytes(shop.row(table, row_id)["order_id"]), CHANGE, 0, {}))  # type: ignore[arg-type]
    decision = shop.hand_in(work, ops=tuple(ops))
    return decision.kind, decision.code


def test_submitted_document_is_locked(shop: Shop) -> None:
    order = shop.submitted()
    line = shop.office.children("order_line", "order_id", order.id)[0]
    locked = ("rejected", Code.LOCKED)
    assert _change(shop, "sales_order", order.id, note=["", "x"]) == locked
    assert _change(shop, "sales_order", order.id, deleted=[0, 1]) == locked
    assert _change(shop, "order_line", bytes(line["id"]), quantity_milli=[6_000, 1_000]) == locked  # type: ignore[arg-type]
    assert _change(shop, "order_line", bytes(line["id"]), deleted=[0, 1]) == locked  # type: ignore[arg-type]


def test_new_line_on_a_submitted_order_is_refused(shop: Shop) -> None:
    order = shop.submitted()
    line = shop.office.children("order_line", "order_id", order.id)[0]
    names = ("order_id", "product_id", "product_code", "product_name", "unit_name", "quantity_milli")
    fields = {name: line[name] for name in names} | {"line_no": 9}
    with shop.desk.work(shop.rep) as work:
        pass
    ops = (
        Op("sales_order", order.id, CHANGE, 0, {}),
        Op("order_line", shop.desk.new_id(), BIRTH, 0, fields),
    )
    decision = shop.hand_in(work, ops=ops)
    assert (decision.kind, decision.code) == ("rejected", Code.LOCKED)


def test_what_the_office_sets_is_not_set_by_a_device(shop: Shop) -> None:
    order = shop.submitted()
    refused = ("rejected", Code.OFFICE_FIELD)
    assert _change(shop, "sales_order", order.id, legal_number=[None, "1"]) == refused
    assert _change(shop, "sales_order", order.id, return_reason=[None, "x"]) == refused
    assert _change(shop, "sales_order", order.id, origin=["", "northwind"]) == refused
    assert _change(shop, "sales_order", order.id, gross_total_minor=[0, 1]) == refused


def test_rep_does_not_decide(shop: Shop) -> None:
    order = shop.submitted()
    kind, _code = _change(shop, "sales_order", order.id, state=["submitted", "approved"])
    assert kind == "rejected"
    assert shop.row("sales_order", order.id)["state"] == OrderState.SUBMITTED


def test_revision_grows_by_one_and_only_when_taken_up_again(shop: Shop) -> None:
    order = shop.submitted()
    with shop.sent() as work:
        orders.withdraw_order(work, order.id)
    skipped = {"state": ["withdrawn", "draft"], "revision": [1, 3]}
    assert _change(shop, "sales_order", order.id, **skipped) == ("rejected", Code.ILLEGAL_MOVE)  # type: ignore[arg-type]
    same = {"state": ["withdrawn", "draft"]}
    assert _change(shop, "sales_order", order.id, **same) == ("rejected", Code.ILLEGAL_MOVE)  # type: ignore[arg-type]
    with shop.sent() as work:
        orders.revise_order(work, order.id)
    grown = _change(shop, "sales_order", order.id, revision=[2, 3])
    assert grown == ("rejected", Code.ILLEGAL_MOVE)


@pytest.mark.parametrize(
    ("cheat", "code"),
    [
        (_set(number="ND-1-00001-0000"), Code.BAD_VALUE),
        (_set(number="SO-1"), Code.BAD_VALUE),
        (_set(revision=5), Code.ILLEGAL_MOVE),
        (_set(discount_bp=10_001), Code.BAD_VALUE),
        (_set(state="cancelled"), Code.ILLEGAL_MOVE),
    ],
)
def test_new_order_that_is_not_sound_is_refused(
    shop: Shop, cheat: Callable[[dict[str, Any]], None], code: int
) -> None:
    with shop.desk.work(shop.rep) as work:
        order = shop.take(work)
    decision = shop.hand_in(work, ops=_edited(work, "sales_order", cheat))
    assert (decision.kind, decision.code) == ("rejected", code)
    assert shop.office.get("sales_order", order.id) is None


def test_order_in_anothers_name_is_refused(shop: Shop) -> None:
    with shop.desk.work(shop.rep) as work:
        shop.take(work)
    decision = shop.hand_in(work, ops=_edited(work, "sales_order", _set(rep_id=shop.clerk_id)))
    assert (decision.kind, decision.code) == ("rejected", Code.NO_RIGHT)


@pytest.mark.parametrize(
    "cheat",
    [
        _set(quantity_milli=1 << 60),
        _set(unit_price_minor=1 << 60),
        _set(quantity_milli=-1),
        _set(discount_bp=-1),
        _set(tax_rate_bp=1 << 40),
    ],
)
def test_impossible_figures_are_refused_and_never_computed_with(
    shop: Shop, cheat: Callable[[dict[str, Any]], None]
) -> None:
    with shop.desk.work(shop.rep) as work:
        shop.take(work)
    decision = shop.hand_in(work, ops=_edited(work, "order_line", cheat))
    assert (decision.kind, decision.code) == ("rejected", Code.BAD_VALUE)


def test_empty_order_cannot_be_submitted_even_sealed(shop: Shop) -> None:
    order, work = _submission(shop)
    for line in shop.office.children("order_line", "order_id", order.id):
        shop.office.put("order_line", {**line, "deleted": 1})
    decision = shop.hand_in(work)
    assert (decision.kind, decision.code) == ("rejected", Code.NOT_SUBMITTABLE)


# --- decisions ------------------------------------------------------------------------------------------------------


def _decided(shop: Shop) -> tuple[SalesOrder, DeskWork]:
    order = shop.submitted()
    with shop.desk.work(shop.clerk) as work:
        approvals.approve_order(work, order.id, order.seal_hash or b"")
    return order, work


def test_decision_about_another_document_is_refused(shop: Shop) -> None:
    order, work = _decided(shop)
    decision = shop.hand_in(work, ops=_edited(work, "approval_decision", _set(seal_hash=bytes(32))))
    assert (decision.kind, decision.code) == ("rejected", Code.SEAL_OTHER)
    assert shop.row("sales_order", order.id)["state"] == OrderState.SUBMITTED


def test_decision_about_an_earlier_revision_is_refused(shop: Shop) -> None:
    """The order was withdrawn, changed and submitted again while the approver read the first document."""
    _order, work = _decided(shop)
    row = shop.row("sales_order", _order.id)
    shop.office.put("sales_order", {**row, "revision": 2, "seal_hash": b"n" * 32})
    decision = shop.hand_in(work)
    assert (decision.kind, decision.code) == ("rejected", Code.SEAL_OTHER)


def test_move_without_a_decision_is_refused(shop: Shop) -> None:
    _order, work = _decided(shop)
    decision = shop.hand_in(work, ops=tuple(op for op in work.ops if op.table == "sales_order"))
    assert (decision.kind, decision.code) == ("rejected", Code.SEAL_OTHER)


def test_decision_without_its_move_is_refused(shop: Shop) -> None:
    _order, work = _decided(shop)
    decision = shop.hand_in(work, ops=tuple(op for op in work.ops if op.table == "approval_decision"))
    assert (decision.kind, decision.code) == ("rejected", Code.ILLEGAL_MOVE)


def test_second_of_two_approvers_is_refused(shop: Shop) -> None:
    order, first = _decided(shop)
    shop.desk.session.expire_all()
    other = tuple(
        Op(op.table, shop.desk.new_id(), op.kind, op.base, op.fields)
        if op.table == "approval_decision"
        else op
        for op in first.ops
    )
    assert shop.hand_in(first).kind == "applied"
    decision = shop.hand_in(first, ops=other)
    assert (decision.kind, decision.code) == ("rejected", Code.ILLEGAL_MOVE)
    assert len(shop.office.children("approval_decision", "order_id", order.id)) == 1


def test_returning_without_a_reason_is_refused(shop: Shop) -> None:
    order = shop.submitted()
    with shop.desk.work(shop.clerk) as work:
        approvals.return_order(work, order.id, order.seal_hash or b"", "no place")
    decision = shop.hand_in(work, ops=_edited(work, "approval_decision", _set(note=" ")))
    assert (decision.kind, decision.code) == ("rejected", Code.BAD_VALUE)


# --- what is read and derived ---------------------------------------------------------------------------------------


def test_everything_that_is_read_was_wanted(shop: Shop) -> None:
    """The office reads ahead what the rules want; what they ask for beyond that costs a query each."""
    order, _work = _submission(shop)
    wanted: set[tuple[str, str, bytes]] = set()
    asked: set[tuple[str, str, bytes]] = set()

    class Watched:
        def get(self, table: str, row_id: bytes) -> Any:
            asked.add((table, "id", row_id))
            return shop.office.get(table, row_id)

        def children(self, table: str, column: str, value: bytes, only: tuple[str, ...] = ()) -> Any:
            asked.add((table, column, value))
            return shop.office.children(table, column, value, only)

        def standing(self, unit: bytes) -> Any:
            return shop.office.standing(unit)

    shop.submitted()  # another order of the day, which may be a twin
    rules = OrderRules()
    draft = shop.row("sales_order", order.id)
    for _level in range(3):
        for want in rules.wants(shop.office, [draft]):
            wanted |= {(want.table, want.column, value) for value in want.values}
    watched = Watched()
    lines, amounts = document_of(watched, draft)
    rules.derive(watched, draft)
    assert [look.code for look in looks_of(watched, draft, lines, amounts, on="2025-03-11")] == [
        "possible_duplicate"
    ]
    whole = {table for table, column, value in wanted if (column, value) == ("unit", CATALOGUE)}
    assert {ask for ask in asked if ask not in wanted and ask[0] not in whole} == set()


def test_orders_past_submission_want_no_prices(shop: Shop) -> None:
    order = shop.submitted()
    tables = {want.table for want in OrderRules().wants(shop.office, [shop.row("sales_order", order.id)])}
    assert tables == {"order_line", "order_seal", "approval_decision"}


def test_no_orders_want_nothing(shop: Shop) -> None:
    assert list(OrderRules().wants(shop.office, [])) == []


def test_deriving_again_changes_nothing(shop: Shop) -> None:
    order = shop.submitted()
    for (table, row_id), values in (
        OrderRules().derive(shop.office, shop.row("sales_order", order.id)).items()
    ):
        row = shop.row(table, row_id)
        assert {name: row[name] for name in values} == dict(values)
