"""Signing in, tokens, enrolment over HTTP (sync-protocol, 15)."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from crm.changes.ops import PROTOCOL
from crm.errors import Code
from sync_server.accounts import attempts
from sync_server.accounts.devices import devices_of, set_device_state
from sync_server.accounts.standing import DeviceState
from sync_server.accounts.tokens import ACCESS_S, REFRESH_S
from tests.contract.world import Device, Reply, World, enrolment, password_of

MINUTE = 60
DAY = 24 * 60 * MINUTE


def enrol(world: World, code: str, device: bytes, incarnation: bytes) -> Reply:
    return world.caller().post("/v1/enrol", enrolment(code, device, incarnation))


def refresh(world: World, token: str) -> Reply:
    return world.caller().post("/v1/refresh", {"refresh_token": token})


def works(world: World, device: Device, token: str) -> bool:
    status = world.caller(token).post("/v1/pull", device.pulling()).status
    assert status in (200, 401)
    return status == 200


def test_answer_of_enrolment_says_all_that_a_laptop_needs(world: World) -> None:
    device = world.new_id()
    body = enrol(world, world.enrolment_code("lin"), device, world.new_id()).body
    assert body["name"] == "Lin Xiao"
    assert body["rep_code"] == "LN"
    assert body["login"] == "lin"
    assert body["ordinal"] == 1
    assert body["expires_in_s"] == ACCESS_S
    assert body["zone"] == "Asia/Shanghai"
    assert body["protocol"] == PROTOCOL
    assert abs(body["office_ms"] - world.clock()) < 60_000
    assert len(body["access_token"]) >= 43


def test_code_is_used_once(world: World) -> None:
    code = world.enrolment_code("lin")
    assert enrol(world, code, world.new_id(), world.new_id()).status == 200
    again = enrol(world, code, world.new_id(), world.new_id())
    assert (again.status, again.code) == (403, Code.BAD_ENROLMENT)


def test_code_may_be_typed_as_people_type(world: World) -> None:
    code = world.enrolment_code("lin").lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert enrol(world, f" {code} ", world.new_id(), world.new_id()).status == 200


def test_code_that_is_over_is_refused(world: World) -> None:
    code = world.enrolment_code("lin", days=7)
    world.clock.pass_s(7 * DAY + 1)
    assert enrol(world, code, world.new_id(), world.new_id()).code == Code.BAD_ENROLMENT


def test_same_device_may_ask_again_after_a_lost_answer(world: World) -> None:
    code, device, incarnation = world.enrolment_code("lin"), world.new_id(), world.new_id()
    lost = enrol(world, code, device, incarnation)
    again = enrol(world, code, device, incarnation)
    assert again.body["ordinal"] == lost.body["ordinal"] == 1
    assert again.body["access_token"] != lost.body["access_token"]
    assert refresh(world, lost.body["refresh_token"]).status == 401
    assert refresh(world, again.body["refresh_token"]).status == 200
    world.clock.pass_s(16 * MINUTE)
    assert enrol(world, code, device, incarnation).code == Code.BAD_ENROLMENT


def test_devices_of_a_person_are_counted_and_never_counted_again(world: World) -> None:
    ordinals = [
        enrol(world, world.enrolment_code("lin"), world.new_id(), world.new_id()).body["ordinal"]
        for _ in range(3)
    ]
    assert ordinals == [1, 2, 3]
    with world.database.snapshot() as connection:
        known = devices_of(world.database, connection, world.person("lin"))
    set_device_state(world.database, known[2].id, DeviceState.CLOSED)
    assert enrol(world, world.enrolment_code("lin"), world.new_id(), world.new_id()).body["ordinal"] == 4
    assert enrol(world, world.enrolment_code("ma"), world.new_id(), world.new_id()).body["ordinal"] == 1


def test_two_laptops_enrolled_at_once_get_different_numbers(world: World) -> None:
    codes = [world.enrolment_code("lin") for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        replies = list(threads.map(lambda code: enrol(world, code, world.new_id(), world.new_id()), codes))
    assert sorted(reply.body["ordinal"] for reply in replies) == [1, 2, 3, 4, 5, 6]


def test_one_code_shown_at_once_by_many_enrols_one(world: World) -> None:
    code = world.enrolment_code("lin")
    with ThreadPoolExecutor(6) as threads:
        replies = list(threads.map(lambda _: enrol(world, code, world.new_id(), world.new_id()), range(6)))
    assert sorted(reply.status for reply in replies) == [200, 403, 403, 403, 403, 403]


def test_device_of_another_person_cannot_be_taken_over(world: World) -> None:
    lin = world.device("lin")
    code = world.enrolment_code("ma")
    assert enrol(world, code, lin.id, world.new_id()).code == Code.BAD_ENROLMENT
    assert enrol(world, code, world.new_id(), lin.incarnation).code == Code.BAD_ENROLMENT
    assert works(world, lin, lin.token or "")
    assert enrol(world, code, world.new_id(), world.new_id()).status == 200, "the code is not used up"


def test_access_token_ends_after_a_quarter_of_an_hour(world: World) -> None:
    lin = world.device("lin")
    world.clock.pass_s(ACCESS_S - 30)
    assert works(world, lin, lin.token or "")
    world.clock.pass_s(31)
    assert not works(world, lin, lin.token or "")
    new = refresh(world, lin.refresh_token)
    assert works(world, lin, new.body["access_token"])


def test_refresh_token_ends_after_ninety_days_without_use(world: World) -> None:
    lin = world.device("lin")
    world.clock.pass_s(REFRESH_S - 60)
    token = refresh(world, lin.refresh_token).body["refresh_token"]
    world.clock.pass_s(REFRESH_S + 1)
    assert refresh(world, token).code == Code.NOT_SIGNED_IN


def test_lost_answer_to_a_refresh_locks_nobody_out(world: World) -> None:
    lin = world.device("lin")
    refresh(world, lin.refresh_token)  # the answer got lost
    refresh(world, lin.refresh_token)  # and once more
    third = refresh(world, lin.refresh_token)
    assert third.status == 200
    assert works(world, lin, third.body["access_token"])
    assert refresh(world, third.body["refresh_token"]).status == 200


@pytest.mark.parametrize("arrived", [0, 1])
def test_doubled_refresh_goes_on_with_whichever_answer_arrived(world: World, arrived: int) -> None:
    lin = world.device("lin")
    with ThreadPoolExecutor(2) as threads:
        replies = list(threads.map(lambda _: refresh(world, lin.refresh_token), range(2)))
    assert [reply.status for reply in replies] == [200, 200]
    assert refresh(world, replies[arrived].body["refresh_token"]).status == 200


def test_former_token_shown_after_its_successor_was_used_ends_the_family(world: World) -> None:
    lin = world.device("lin")
    second = refresh(world, lin.refresh_token).body
    third = refresh(world, second["refresh_token"]).body
    assert works(world, lin, third["access_token"])
    stolen = refresh(world, lin.refresh_token)
    assert (stolen.status, stolen.code) == (401, Code.NOT_SIGNED_IN)
    assert not works(world, lin, third["access_token"])
    assert refresh(world, third["refresh_token"]).status == 401


def test_thief_and_owner_with_two_successors_are_both_thrown_out(world: World) -> None:
    lin = world.device("lin")
    owner, thief = refresh(world, lin.refresh_token).body, refresh(world, lin.refresh_token).body
    owner_next = refresh(world, owner["refresh_token"]).body
    assert refresh(world, thief["refresh_token"]).status == 401
    assert not works(world, lin, owner_next["access_token"])


def test_one_device_thrown_out_leaves_the_others(world: World) -> None:
    lin, other = world.device("lin"), world.device("lin")
    assert world.caller(lin.token).post("/v1/sign-out").status == 200
    assert not works(world, lin, lin.token or "")
    assert refresh(world, lin.refresh_token).status == 401
    assert works(world, other, other.token or "")


def test_frozen_account_is_stopped_at_once_and_says_so(world: World) -> None:
    lin = world.device("lin")
    chen = world.sign_in("chen")
    world.set_up.freeze("lin")
    assert world.caller(lin.token).post("/v1/pull", lin.pulling()).status == 401
    reply = world.caller().post("/v1/sign-in", {"login": "lin", "password": password_of("lin")})
    assert (reply.status, reply.code, reply.body["details"]["state"]) == (403, Code.DEVICE_STATE, "frozen")
    assert chen.get("/v1/orders").status == 200
    world.set_up.thaw("lin")
    assert world.sign_in("lin").token


def test_account_frozen_in_the_directory_alone_is_stopped_too(world: World) -> None:
    from crm.people.actions import freeze_account

    lin = world.device("lin")
    person = world.person("lin")
    world.set_up.act("account.freeze", lambda work: freeze_account(work, person).state)
    reply = world.caller(lin.token).post("/v1/pull", lin.pulling())
    assert (reply.status, reply.code) == (403, Code.DEVICE_STATE)
    assert refresh(world, lin.refresh_token).code == Code.DEVICE_STATE
    code = Code.DEVICE_STATE
    assert enrol_after(world, "lin") == code


def enrol_after(world: World, login: str) -> int:
    from crm.errors import NotAllowed

    try:
        world.enrolment_code(login)
    except NotAllowed as error:
        return error.code
    return 0


def test_device_that_is_to_be_wiped_is_told_so(world: World) -> None:
    lin = world.device("lin")
    set_device_state(world.database, lin.id, DeviceState.WIPE)
    reply = lin.post("/v1/pull", lin.pulling())
    assert (reply.status, reply.code, reply.body["details"]) == (403, Code.DEVICE_STATE, {"state": "wipe"})


def test_wrong_name_and_wrong_password_are_answered_alike(world: World) -> None:
    wrong = world.caller().post("/v1/sign-in", {"login": "lin", "password": "not it at all"})
    unknown = world.caller().post("/v1/sign-in", {"login": "nobody", "password": "not it at all"})
    odd = world.caller().post("/v1/sign-in", {"login": "no\x00body", "password": "not it at all"})
    assert wrong.status == 403
    assert wrong.code == Code.BAD_CREDENTIALS
    assert wrong.body == unknown.body == odd.body


def test_own_code_enrols_a_device_of_the_one_who_knows_the_password(world: World) -> None:
    said = {"login": "Lin", "password": password_of("lin")}
    code = world.caller().post("/v1/enrolment-code", said).body["code"]
    reply = enrol(world, code, world.new_id(), world.new_id())
    assert (reply.status, reply.body["login"]) == (200, "lin")
    assert enrol(world, code, world.new_id(), world.new_id()).code == Code.BAD_ENROLMENT, "once only"


def test_own_code_is_kept_from_those_who_guess(world: World) -> None:
    for _ in range(attempts.PER_LOGIN_AND_ADDRESS):
        wrong = world.caller().post("/v1/enrolment-code", {"login": "lin", "password": "guess guess"})
        assert wrong.code == Code.BAD_CREDENTIALS
    stopped = world.caller().post("/v1/enrolment-code", {"login": "lin", "password": password_of("lin")})
    assert stopped.code == Code.TOO_MANY_TRIES


def test_too_many_tries_are_stopped_and_let_go_again(world: World) -> None:
    for _ in range(attempts.PER_LOGIN_AND_ADDRESS):
        world.caller().post("/v1/sign-in", {"login": "lin", "password": "guess guess"})
    stopped = world.caller().post("/v1/sign-in", {"login": "lin", "password": password_of("lin")})
    assert (stopped.status, stopped.code) == (429, Code.TOO_MANY_TRIES)
    assert 0 < int(stopped.headers["Retry-After"]) <= 15 * MINUTE + 1
    assert world.sign_in("ma").token, "others come in"
    world.clock.pass_s(15 * MINUTE)
    assert world.sign_in("lin").token


def test_right_password_takes_the_earlier_tries_back(world: World) -> None:
    for _ in range(3):
        for _ in range(attempts.PER_LOGIN_AND_ADDRESS - 1):
            world.caller().post("/v1/sign-in", {"login": "lin", "password": "guess guess"})
        assert world.sign_in("lin").token


def test_guessing_enrolment_codes_is_stopped(world: World) -> None:
    device, incarnation = world.new_id(), world.new_id()
    with ThreadPoolExecutor(4) as threads:
        codes = list(
            threads.map(
                lambda _: enrol(world, os.urandom(6).hex(), device, incarnation).code,
                range(attempts.PER_ADDRESS + 8),
            )
        )
    assert codes.count(Code.BAD_ENROLMENT) == attempts.PER_ADDRESS
    assert codes.count(Code.TOO_MANY_TRIES) == 8
    assert enrol(world, world.enrolment_code("lin"), device, incarnation).code == Code.TOO_MANY_TRIES


def test_new_password_ends_what_the_old_one_opened_but_not_the_devices(world: World) -> None:
    lin = world.device("lin")
    session = world.sign_in("lin")
    assert session.get("/v1/orders").status == 403
    change = {"login": "lin", "password": password_of("lin"), "new_password": "another long one"}
    assert world.caller().post("/v1/password", change | {"password": "wrong"}).code == Code.BAD_CREDENTIALS
    assert world.caller().post("/v1/password", change | {"new_password": "short"}).code == Code.BAD_VALUE
    assert world.caller().post("/v1/password", change).status == 200
    assert session.get("/v1/orders").status == 401
    assert works(world, lin, lin.token or "")
    old = world.caller().post("/v1/sign-in", {"login": "lin", "password": password_of("lin")})
    assert old.code == Code.BAD_CREDENTIALS
    new = world.caller().post("/v1/sign-in", {"login": "LIN ", "password": "another long one"})
    assert new.status == 200


def test_no_secret_lies_in_the_database_as_it_is(world: World) -> None:
    code = world.enrolment_code("ma")
    lin = world.device("lin")
    world.caller().post("/v1/sign-in", {"login": "lin", "password": password_of("lin")})
    with world.database.snapshot() as connection:
        rows = repr(
            [
                world.database.rows(connection, f"SELECT * FROM {table}")
                for table in ("token", "account", "enrolment_code", "attempt", "device")
            ]
        )
    secrets = [
        lin.token or "",
        lin.refresh_token,
        password_of("lin"),
        code,
        code.replace("-", ""),
        "127.0.0.1",
    ]
    assert not [secret for secret in secrets if secret in rows]
