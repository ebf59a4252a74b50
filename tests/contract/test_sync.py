"""Push, pull and wake over HTTP."""

from __future__ import annotations

import threading
import time

import pytest

from crm.changes.codec import Form, compress, decode, encode
from crm.changes.ops import PROTOCOL, Page, PushAnswer
from crm.errors import Code
from sync_server.settings import Settings
from tests.contract.world import World


def test_what_one_laptop_hands_in_comes_to_another_of_the_same_person(world: World) -> None:
    first, second = world.device("lin"), world.device("lin")
    answer = first.push(first.changeset(first.new_customer("Golden Lotus Tea House")))
    assert [outcome.kind for outcome in answer.outcomes] == ["applied"]
    second.pull()
    assert [row["name"] for row in second.rows["customer"].values()] == ["Golden Lotus Tea House"]


def test_what_is_not_yours_does_not_come(world: World) -> None:
    lin, ma = world.device("lin"), world.device("ma")
    lin.push(lin.changeset(lin.new_customer()))
    ma.pull()
    assert "customer" not in ma.rows
    assert len(ma.rows["app_user"]) == 6


def test_same_request_again_changes_nothing(world: World) -> None:
    lin = world.device("lin")
    request = lin.sealed(lin.changeset(lin.new_customer()))
    first = decode(PushAnswer, lin.post("/v1/push", request).raw)
    before = world.dump()
    second = decode(PushAnswer, lin.post("/v1/push", request).raw)
    assert second.outcomes == first.outcomes
    assert second.expected_n == first.expected_n == 2
    after = world.dump()
    assert {name: rows for name, rows in after.items() if name != "device"} == {
        name: rows for name, rows in before.items() if name != "device"
    }


def test_idle_pull_brings_nothing_and_changes_nothing(world: World) -> None:
    lin = world.device("lin")
    lin.pull()
    before = world.dump()
    (page,) = lin.pull()
    assert page.blocks == ()
    assert page.complete
    assert world.dump() == before


@pytest.mark.parametrize("form", list(Form))
def test_messages_travel_in_both_forms(world: World, form: Form) -> None:
    lin = world.device("lin")
    op = lin.new_customer("港湾酒店")
    if form is Form.JSON:
        owner = encode_bytes(lin.person)
        op = type(op)(op.table, op.id, op.kind, op.base, {**op.fields, "owner_id": owner})
    reply = lin.post("/v1/push", lin.sealed(lin.changeset(op), form=form), form=form)
    assert reply.headers["Content-Type"] == form.value
    assert [outcome.kind for outcome in decode(PushAnswer, reply.raw, form).outcomes] == ["applied"]
    page = decode(Page, lin.post("/v1/pull", lin.pulling(), form=form).raw, form)
    assert any(block.table == "customer" for block in page.blocks)


def encode_bytes(value: bytes) -> str:
    import base64

    return base64.b64encode(value).decode()


def test_answer_comes_in_the_form_that_is_asked_for(world: World) -> None:
    lin = world.device("lin")
    reply = lin.post("/v1/pull", lin.pulling(), form=Form.MSGPACK, Accept=Form.JSON.value)
    assert reply.headers["Content-Type"] == Form.JSON.value
    assert reply.body["complete"] is True


def test_compressed_bodies_are_understood_and_large_answers_compressed(world: World) -> None:
    lin = world.device("lin")
    request = lin.sealed(*(lin.changeset(lin.new_customer(f"Customer {number}")) for number in range(80)))
    plain = encode(request)
    packed = compress(plain)
    assert len(packed) < len(plain)
    reply = lin.post("/v1/push", packed, Content_Encoding="zstd", Accept_Encoding="zstd")
    assert reply.headers["Content-Encoding"] == "zstd"
    assert len(decode(PushAnswer, reply.raw).outcomes) == 80
    small = lin.post("/v1/push", lin.pushing(), Accept_Encoding="zstd")
    assert "Content-Encoding" not in small.headers
    assert "Content-Encoding" not in lin.post("/v1/pull", lin.pulling()).headers


def test_long_poll_wakes_the_holder_at_once_and_nobody_else(world: World) -> None:
    lin, other, ma = world.device("lin"), world.device("lin"), world.device("ma")
    for device in (lin, other, ma):
        device.pull()
    woken: dict[str, tuple[bool, float]] = {}

    def wait(name: str) -> None:
        device = other if name == "other" else ma
        began = time.monotonic()
        reply = device.post("/v1/wake", waking(device.cursor, 2.0))
        woken[name] = reply.body["news"], time.monotonic() - began

    threads = [threading.Thread(target=wait, args=(name,)) for name in ("other", "ma")]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 5
    while len(world.office.hub._waiters) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    lin.push(lin.changeset(lin.new_customer()))
    for thread in threads:
        thread.join(10)
    assert woken["other"][0]
    assert woken["other"][1] < 1.9
    assert not woken["ma"][0]


def test_news_at_one_server_wakes_those_who_wait_at_another(postgres_url: str) -> None:
    patient = Settings(look_s=20.0)
    here, there = World(postgres_url, settings=patient), World(postgres_url, settings=patient)
    try:
        lin = here.device("lin")
        lin.pull()
        answers: list[tuple[bool, float]] = []

        def wait() -> None:
            began = time.monotonic()
            reply = lin.post("/v1/wake", waking(lin.cursor, 20.0))
            answers.append((reply.body["news"], time.monotonic() - began))

        thread = threading.Thread(target=wait)
        thread.start()
        deadline = time.monotonic() + 5
        while not here.office.hub._waiters and time.monotonic() < deadline:
            time.sleep(0.01)
        there.customer("lin")
        thread.join(30)
        ((news, waited_s),) = answers
        assert news
        assert waited_s < 10
    finally:
        here.close()
        there.close()


def test_long_poll_answers_at_once_when_there_is_news_already(world: World) -> None:
    lin, other = world.device("lin"), world.device("lin")
    lin.pull()
    other.push(other.changeset(other.new_customer()))
    began = time.monotonic()
    assert lin.post("/v1/wake", waking(lin.cursor, 25.0)).body["news"]
    assert time.monotonic() - began < 5


def test_long_poll_ends_when_the_server_stops(world: World) -> None:
    lin = world.device("lin")
    lin.pull()
    answers: list[int] = []
    thread = threading.Thread(
        target=lambda: answers.append(lin.post("/v1/wake", waking(lin.cursor, 25.0)).status)
    )
    thread.start()
    deadline = time.monotonic() + 5
    while not world.office.hub._waiters and time.monotonic() < deadline:
        time.sleep(0.01)
    began = time.monotonic()
    world.server.stop()
    thread.join(15)
    assert answers == [200]
    assert time.monotonic() - began < 5


def waking(cursor: object, timeout_s: float) -> bytes:
    import msgspec

    return msgspec.msgpack.encode({"cursor": cursor, "timeout_s": timeout_s})


def test_person_without_a_device_holds_no_copy(world: World) -> None:
    chen = world.sign_in("chen")
    lin = world.device("lin")
    before = world.dump()
    assert chen.post("/v1/pull", lin.pulling()).code == Code.NO_RIGHT
    assert chen.post("/v1/push", lin.sealed(lin.changeset(lin.new_customer()))).code == Code.NO_RIGHT
    assert world.dump() == before


def test_incarnation_of_another_device_takes_nothing_and_tells_nothing(world: World) -> None:
    lin, ma = world.device("lin"), world.device("ma")
    lin.push(lin.changeset(lin.new_customer()))
    before = world.dump()
    ma.incarnation = lin.incarnation
    reply = ma.post("/v1/push", ma.sealed(ma.changeset(ma.new_customer())))
    assert 400 <= reply.status < 500, reply.body
    receipt = ma.pull()[-1].receipt
    assert receipt is not None
    assert (receipt.n, receipt.outcomes) == (0, ())
    assert world.dump() == before


def test_another_protocol_is_refused_by_number(world: World) -> None:
    lin = world.device("lin")
    request = lin.sealed(lin.changeset(lin.new_customer()))
    message = type(request)(PROTOCOL + 1, request.incarnation, request.now_ms, request.changesets)
    reply = lin.post("/v1/push", message)
    assert (reply.status, reply.code) == (409, Code.SCHEMA_AHEAD)
