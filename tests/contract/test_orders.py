"""Deciding about orders over HTTP (R-107)."""

from __future__ import annotations

import pytest

from crm.errors import Code
from crm.ids import id_text
from crm.orders.actions import change_order, revise_order, submit_order, withdraw_order
from crm.orders.states import OrderState
from tests.contract.world import World


def path(order_id: bytes, *action: str) -> str:
    return "/".join(("/v1/orders", id_text(order_id), *action))


def test_approver_reads_what_waits_and_approves_what_was_read(world: World) -> None:
    order_id, seal_hash = world.submitted_order("lin")
    chen = world.sign_in("chen")
    (listed,) = chen.get("/v1/orders").body["orders"]
    assert (listed["id"], listed["state"]) == (id_text(order_id), "submitted")
    assert listed["rep_name"] == "Lin Xiao"
    assert listed["gross_total_minor"] > 0
    read = chen.get(path(order_id)).body
    assert read["seal_hash"] == seal_hash.hex()
    assert [line["quantity_milli"] for line in read["lines"]] == [2000]
    assert read["looks"] == [] or all("code" in look for look in read["looks"])
    decided = chen.post(path(order_id, "approve"), {"seal_hash": read["seal_hash"], "note": "fine"})
    assert decided.body == {"id": id_text(order_id), "state": "approved", "outcome": "applied"}
    assert world.order_state(order_id) == OrderState.APPROVED
    assert chen.get("/v1/orders").body["orders"] == []
    assert [o["id"] for o in chen.get("/v1/orders", state="approved").body["orders"]] == [id_text(order_id)]
    (decision,) = chen.get(path(order_id)).body["decisions"]
    assert (decision["decision"], decision["note"], decision["decided_by"]) == ("approved", "fine", "Chen Yu")


def test_rep_reads_the_approval_with_the_next_pull(world: World) -> None:
    order_id, seal_hash = world.submitted_order("lin")
    lin = world.device("lin")
    lin.pull()
    assert lin.rows["sales_order"][order_id]["state"] == "submitted"
    world.sign_in("chen").post(path(order_id, "approve"), {"seal_hash": seal_hash.hex()})
    lin.pull()
    assert lin.rows["sales_order"][order_id]["state"] == "approved"
    assert [row["decision"] for row in lin.rows["approval_decision"].values()] == ["approved"]


@pytest.mark.parametrize(("action", "state"), [("return", "returned"), ("reject", "rejected")])
def test_refusal_needs_a_reason_which_the_rep_reads(world: World, action: str, state: str) -> None:
    order_id, seal_hash = world.submitted_order("lin")
    chen = world.sign_in("chen")
    before = world.dump()
    for note in ({}, {"note": ""}, {"note": "   "}):
        reply = chen.post(path(order_id, action), {"seal_hash": seal_hash.hex()} | note)
        assert (reply.status, reply.code in (Code.MALFORMED, Code.BAD_VALUE)) == (400, True)
    assert world.dump() == before
    reply = chen.post(path(order_id, action), {"seal_hash": seal_hash.hex(), "note": "价格太低"})
    assert reply.body["state"] == state
    lin = world.device("lin")
    lin.pull()
    assert lin.rows["sales_order"][order_id]["return_reason"] == "价格太低"


def test_nobody_approves_what_they_did_not_see(world: World) -> None:
    order_id, first = world.submitted_order("lin")
    chen = world.sign_in("chen")
    world.act("lin", lambda work: withdraw_order(work, order_id).state)
    world.act("lin", lambda work: revise_order(work, order_id).state)
    world.act("lin", lambda work: change_order(work, order_id, note="another one").state)
    world.act("lin", lambda work: submit_order(work, order_id).state)
    before = world.dump()
    reply = chen.post(path(order_id, "approve"), {"seal_hash": first.hex()})
    assert (reply.status, reply.code) == (409, Code.SEAL_OTHER)
    assert world.dump() == before
    second = chen.get(path(order_id)).body["seal_hash"]
    assert second != first.hex()
    assert chen.post(path(order_id, "approve"), {"seal_hash": second}).status == 200


def test_second_decision_about_an_order_is_an_illegal_move(world: World) -> None:
    order_id, seal_hash = world.submitted_order("lin")
    chen = world.sign_in("chen")
    body = {"seal_hash": seal_hash.hex(), "note": "because"}
    assert chen.post(path(order_id, "approve"), body).status == 200
    before = world.dump()
    for action in ("approve", "return", "reject"):
        reply = chen.post(path(order_id, action), body)
        assert (reply.status, reply.code) == (409, Code.ILLEGAL_MOVE)
    assert world.dump() == before


def test_order_of_another_division_looks_like_none_at_all(world: World) -> None:
    order_id, seal_hash = world.submitted_order("bo")
    chen, hua = world.sign_in("chen"), world.sign_in("hua")
    assert chen.get("/v1/orders").body["orders"] == []
    assert len(hua.get("/v1/orders").body["orders"]) == 1
    absent = chen.get(path(world.new_id()))
    before = world.dump()
    assert (absent.status, absent.code) == (404, Code.NOT_FOUND)
    assert chen.get(path(order_id)).code == Code.NOT_FOUND
    for action in ("approve", "return", "reject"):
        reply = chen.post(path(order_id, action), {"seal_hash": seal_hash.hex(), "note": "x"})
        assert (reply.status, reply.code) == (404, Code.NOT_FOUND)
    assert world.dump() == before


def test_rep_decides_nothing_not_even_about_the_own_order(world: World) -> None:
    order_id, seal_hash = world.submitted_order("lin")
    lin = world.device("lin")
    before = world.dump()
    assert (lin.get("/v1/orders").status, lin.get("/v1/orders").code) == (403, Code.NO_RIGHT)
    assert lin.get(path(order_id)).code == Code.NO_RIGHT
    for action in ("approve", "return", "reject"):
        reply = lin.post(path(order_id, action), {"seal_hash": seal_hash.hex(), "note": "x"})
        assert (reply.status, reply.code) == (403, Code.NO_RIGHT)
    assert world.dump() == before


def test_list_goes_on_where_it_stopped(world: World) -> None:
    customer = world.customer("lin")
    wanted = [world.submitted_order("lin", customer)[0] for _ in range(5)]
    chen = world.sign_in("chen")
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        body = chen.get("/v1/orders", limit="2", **after).body
        seen += [order["id"] for order in body["orders"]]
        if body["next"] is None:
            break
        after = {"after": body["next"]}
    assert seen == [id_text(order_id) for order_id in wanted]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"state": "no such state"}, Code.BAD_VALUE),
        ({"limit": "0"}, Code.BAD_VALUE),
        ({"limit": "1000"}, Code.BAD_VALUE),
        ({"limit": "٣"}, Code.BAD_VALUE),
        ({"limit": "9" * 400}, Code.BAD_VALUE),
        ({"after": "x"}, Code.BAD_VALUE),
        ({"after": "1.x"}, Code.BAD_ID),
        ({"after": "\x00"}, Code.BAD_VALUE),
        ({"after": "9" * 30 + "." + "0" * 32}, Code.BAD_VALUE),
        ({"colour": "red"}, Code.UNKNOWN_FIELD),
    ],
)
def test_list_refuses_what_it_cannot_read(world: World, query: dict[str, str], code: int) -> None:
    reply = world.sign_in("chen").get("/v1/orders", **query)
    assert (reply.status, reply.code) == (400, code)


@pytest.mark.parametrize("bad", ["x", "%00", "..", "%FF%FE", "0" * 5000, "{0}", "1-2-3"])
def test_order_id_that_is_none_is_refused(world: World, bad: str) -> None:
    reply = world.sign_in("chen").get(f"/v1/orders/{bad}")
    assert reply.status in (400, 404)
    assert reply.code in (Code.BAD_ID, Code.NOT_FOUND, Code.MALFORMED)
