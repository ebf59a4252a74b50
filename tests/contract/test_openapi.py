"""The OpenAPI document: it describes every operation, and no input that fits it or does not makes the server fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from crm.changes.codec import Form
from sync_server.accounts import attempts
from sync_server.api.openapi import document
from sync_server.api.routes import OPERATIONS
from sync_server.settings import Settings
from tests.contract.backends import Backend
from tests.contract.world import Caller, World

CASES = 100


@pytest.fixture(scope="module")
def world(sqlite_backend: Backend) -> Iterator[World]:
    """An office that lets everybody try as often as they like, and where nobody waits long."""
    patch = pytest.MonkeyPatch()
    for name in ("PER_ADDRESS", "PER_LOGIN", "PER_LOGIN_AND_ADDRESS"):
        patch.setattr(attempts, name, 10**9)
    with sqlite_backend.office() as url:
        served = World(url, settings=Settings(wake_s=0.01, look_s=0.01))
        served.submitted_order("lin")
        yield served
        served.close()
    patch.undo()


@pytest.fixture(scope="module")
def rep(world: World) -> Caller:
    """A signed-in rep with a laptop."""
    return world.device("lin")


def described() -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document(OPERATIONS, "1")))
    return found


def test_document_is_served_and_describes_every_route(world: World) -> None:
    served = Caller(world.base, None).get("/v1/openapi.json").body
    assert {name: served[name] for name in ("paths", "components")} == {
        name: described()[name] for name in ("paths", "components")
    }
    routes = {route.path.replace(":str}", "}") for route in world.app.routes}
    assert routes == set(served["paths"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_operation_declares_body_answers_and_guard(operation: Any) -> None:
    said = described()["paths"][operation.path][operation.method.lower()]
    schemas = described()["components"]["schemas"]
    if operation.request is not None:
        content = said["requestBody"]["content"]
        assert set(content) == {form.value for form in Form}
        for media in content.values():
            assert media["schema"]["$ref"].rsplit("/", 1)[1] in schemas
    assert "200" in said["responses"]
    refusals = {status: answer for status, answer in said["responses"].items() if status != "200"}
    assert {"500", "503"} <= set(refusals)
    assert ("401" in refusals) >= (not operation.is_open)
    for answer in refusals.values():
        assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/ErrorBody")
    assert said["security"] == ([] if operation.is_open else [{"bearer": []}])


def as_msgpack(value: object) -> bytes:
    """The value as MessagePack, and a broken body for what MessagePack cannot hold."""
    try:
        return msgspec.msgpack.encode(value, enc_hook=str)
    except (OverflowError, UnicodeEncodeError, TypeError, ValueError, RecursionError):
        return b"\xc1"


def as_json(value: object) -> bytes:
    """The value as JSON, and a broken body for what JSON cannot hold."""
    try:
        return msgspec.json.encode(value)
    except (UnicodeEncodeError, TypeError, ValueError, RecursionError):
        return b'{"broken": '


@schemathesis.serializer(Form.MSGPACK.value)
def _msgpack_body(_context: object, value: object) -> bytes:
    return as_msgpack(value)


def read(body: bytes) -> Any:
    """An answer in either form."""
    return msgspec.json.decode(body) if body[:1] == b"{" else msgspec.msgpack.decode(body)


API = schemathesis.openapi.from_dict(described())
HAS_INPUT = [each.name for each in OPERATIONS if each.request or each.query or each.path_parts]


@pytest.mark.parametrize("name", [operation.name for operation in OPERATIONS])
def test_nothing_that_fits_or_does_not_fit_the_document_makes_the_server_fail(
    world: World, rep: Caller, name: str
) -> None:
    operation = API.find_operation_by_id(name)
    strategies = [operation.as_strategy(generation_mode=GenerationMode.POSITIVE)]
    if name in HAS_INPUT:
        strategies.append(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    tried: Counter[int] = Counter()

    @settings(max_examples=CASES, suppress_health_check=list(HealthCheck), deadline=None)
    @given(case=st.one_of(strategies))
    def send(case: Any) -> None:
        token = world.sign_in("lin").token if name == "sign-out" else rep.token
        answer = case.call(base_url=world.base, headers={"Authorization": f"Bearer {token}"})
        tried[answer.status_code] += 1
        assert answer.status_code < 500, answer.content
        if answer.status_code != 200:
            assert set(read(answer.content)) == {"code", "message", "details"}

    send()
    assert name not in HAS_INPUT or sum(tried.values()) >= CASES, tried


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("name", [operation.name for operation in OPERATIONS])
def test_noise_sent_to_any_operation_is_refused_by_number(world: World, rep: Caller, name: str) -> None:
    (operation,) = (each for each in OPERATIONS if each.name == name)
    path = operation.path.replace("{order_id}", "0" * 32)
    session = requests.Session()

    @settings(max_examples=CASES, suppress_health_check=list(HealthCheck), deadline=None)
    @given(
        noise=st.binary(max_size=60) | anything,
        form=st.sampled_from(list(Form)),
        accept=st.sampled_from(["*/*", Form.JSON.value, Form.MSGPACK.value, "text/html", ""]),
        query=st.sampled_from(["", "?", "?a=1", "?limit=%00", "?=&&=", "?after=%ff"]),
    )
    def send(noise: object, form: Form, accept: str, query: str) -> None:
        body = (
            noise
            if isinstance(noise, bytes)
            else (as_msgpack(noise) if form is Form.MSGPACK else as_json(noise))
        )
        token = world.sign_in("lin").token if name == "sign-out" else rep.token
        headers = {"Content-Type": form.value, "Accept": accept, "Authorization": f"Bearer {token}"}
        answer = session.request(
            operation.method, world.base + path + query, data=body, headers=headers, timeout=30
        )
        assert answer.status_code < 500, answer.content

    send()
