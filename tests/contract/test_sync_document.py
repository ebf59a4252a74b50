"""The device of `other_device`, written from docs/sync.md alone, against a real server process: the page is enough."""

from __future__ import annotations

import ast
import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests

from tests.contract.other_device import (
    BIRTH,
    CHANGE,
    HEADER,
    Device,
    Refusal,
    Row,
    amounts_of,
    derived_id,
    new_id,
    order_number,
    sealed_document,
)

# --- a real office ----------------------------------------------------------------------------------------------------


class Office:
    """A server process over a new database, its command line, and a device for each of its people."""

    def __init__(self, folder: Path) -> None:
        self._database = f"sqlite:///{folder / 'office.db'}"
        self._log = (folder / "server.log").open("w")
        self.run("init", "--division", "OUT:Outdoor")
        command = self._command("serve", "--port", "0")
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("listening on "), line
        self.base = line.split()[-1]
        self.enrolled: dict[str, tuple[Device, str]] = {}

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "sync_server", *arguments, "--database", self._database]

    def run(self, *arguments: str) -> Row:
        """One command, and what it says in JSON."""
        done = subprocess.run(
            [*self._command(*arguments), "--json"], capture_output=True, text=True, check=True, timeout=100
        )
        found: Row = json.loads(done.stdout)
        return found

    def add(self, login: str, rep_code: str, *roles: str) -> None:
        """A person of the division with an enrolled device."""
        given = [word for role in roles for word in ("--role", role)]
        who = ("--name", login.title(), "--rep-code", rep_code, "--division", "OUT", *given)
        self.enrol(login, self.run("user", "add", login, *who, "--enrol")["enrolment_code"])

    def enrol(self, login: str, code: str) -> None:
        """A device for a person, by a code."""
        device = Device(self.base)
        device.enrol(code)
        self.enrolled[login] = device, code

    def device(self, login: str) -> Device:
        """The person's device with an empty database."""
        return self.enrolled[login][0].reborn()

    def close(self) -> None:
        """End the server; no invariant of the database is broken."""
        self._process.terminate()
        assert self._process.stdout is not None
        self._process.stdout.close()
        assert self._process.wait(60) == 0
        self._log.close()
        done = subprocess.run(
            self._command("check"), capture_output=True, text=True, check=False, timeout=100
        )
        assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    served = Office(tmp_path_factory.mktemp("office"))
    try:
        served.add("nina", "ND", "sales_rep")
        served.add("ma", "ML", "sales_rep", "division_head")
        served.enrol("admin", served.run("user", "enrol-code", "admin")["enrolment_code"])
        yield served
    finally:
        served.close()


def test_device_knows_nothing_of_the_code() -> None:
    ours = {"crm", "desktop", "sync_server", "demo", "bench", "tools", "tests"}
    tree = ast.parse(Path(__file__).with_name("other_device.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name.split(".")[0] for name in imported} & ours


def test_enrolment_is_repeated_and_tokens_renew_themselves_by_one_device_only(office: Office) -> None:
    device, code = office.enrolled["ma"]
    first = dict(device.tokens)
    again = device.enrol(code.lower().replace("-", " "))
    assert (again["ordinal"], again["person"]) == (first["ordinal"], first["person"]) == (1, device.person)
    assert again["access_token"] != first["access_token"]
    with pytest.raises(Refusal, match="403: 2005"):
        Device(office.base).enrol(code)

    former = device.tokens["refresh_token"]
    device.refresh()
    device.refresh(former)  # as if the answer had been lost
    device.refresh()
    assert device.pull() == []
    with pytest.raises(Refusal, match="401: 2001"):
        device.refresh(former)
    with pytest.raises(Refusal, match="401: 2001"):
        device.refresh()
    device.enrol(code)
    headers = {"Authorization": f"Bearer {device.tokens['access_token']}"}
    ended = requests.post(f"{device.base}/v1/sign-out", headers=headers, timeout=40)
    assert (ended.status_code, ended.json()) == (200, {"done": True})
    with pytest.raises(Refusal, match="401: 2001"):
        device.pull()
    device.enrol(code)  # for whoever comes after
    assert device.reborn().pull() == []


def test_office_says_who_it_is_and_refuses_in_one_form(office: Office) -> None:
    hello = requests.get(f"{office.base}/v1/hello", timeout=40).json()
    assert set(hello) == {"product", "product_version", "protocol", "schema_version", "office_ms", "zone"}
    assert (hello["product"], hello["protocol"], hello["schema_version"]) == ("Roundsman", 1, 2)
    refused = requests.post(f"{office.base}/v1/pull", data=b"x", headers={"Content-Type": "x/y"}, timeout=40)
    assert refused.status_code == 415
    assert set(refused.json()) == {"code", "message", "details"}
    assert refused.json()["code"] == 1008


def test_customer_and_contact_go_to_the_office_once_and_come_back(office: Office) -> None:
    device = office.device("nina")
    assert device.pull(rows=1) == []
    assert device.pages > 3
    assert next(device.rows("app_user", id=device.person))["rep_code"] == "ND"

    customer, contact = device.new_customer("晨光广告"), new_id()
    born = {"customer_id": customer, "name": "林晓", "mobile": "138 0000 0000"}
    device.act("contact.create", ["contact", contact, BIRTH, 0, born])
    assert device.shown()["contact", contact]["name"] == "林晓"
    assert ("contact", contact) not in device.confirmed

    first = device.push()
    assert [outcome[2] for outcome in first["outcomes"]] == ["applied", "applied"]
    assert first["expected_n"] == 3
    again = device.send(*(entry["sealed"] for entry in device.journal))
    assert again["outcomes"] == first["outcomes"]
    assert [entry["state"] for entry in device.journal] == ["answered", "answered"]

    assert device.pull() == []
    assert [entry["state"] for entry in device.journal] == ["done", "done"]
    row = device.confirmed["contact", contact]
    assert (row["name"], row["unit"], row["created_by"]) == ("林晓", customer, device.person)
    assert device.shown() == device.confirmed

    device.act("contact.edit", device.edit("contact", contact, mobile="139 1111 1111"))
    device.push()
    assert device.pull() == []
    assert device.confirmed["contact", contact]["mobile"] == "139 1111 1111"
    assert device.confirmed["contact", contact]["version"] > row["version"]

    cursor = device.cursor
    assert device.pull() == []
    assert (device.pages, device.cursor) == (1, cursor)


def test_what_does_not_fit_its_digest_comes_again(office: Office) -> None:
    device = office.device("nina")
    customer = device.new_customer("Harbour Hotel")
    device.push()
    device.pull()
    del device.confirmed["customer", customer]
    invented = {**next(device.rows("customer"), {}), "id": new_id(), "unit": customer, "version": 1 << 40}
    device.confirmed["customer", invented["id"]] = invented
    assert device.pull(refetch=((customer, "customer"),)) == []
    assert [row["id"] for row in device.rows("customer", unit=customer)] == [customer]


def test_numbers_show_a_gap_and_a_fork(office: Office) -> None:
    device = office.device("nina")
    for name in ("One", "Two", "Three"):
        device.new_customer(name)
    sealed = [entry["sealed"] for entry in device.journal]
    answer = device.send(sealed[0], sealed[2])
    assert ([outcome[1] for outcome in answer["outcomes"]], answer["expected_n"]) == ([1], 2)
    assert device.push()["expected_n"] == 4

    clone = device.reborn()
    clone.incarnation = device.incarnation
    clone.new_customer("From a clone")
    assert clone.push()["fork"] is True
    clone.incarnation = new_id()
    assert [outcome[2] for outcome in clone.push()["outcomes"]] == ["applied"]
    assert clone.send()["expected_n"] == 2
    stranger = office.device("ma")
    stranger.incarnation = clone.incarnation
    with pytest.raises(Refusal, match="404: 2002"):
        stranger.send()


def test_refused_changeset_uses_up_its_number_and_is_parked(office: Office) -> None:
    device = office.device("nina")
    bad = device.act("customer.create", ["customer", new_id(), BIRTH, 0, {"name": "no code, no owner"}])
    good = device.new_customer("After it")
    device.push()
    assert device.entry(bad)["outcome"][2:4] == ["rejected", 1005]
    assert device.entry(bad)["state"] == "parked"
    assert device.pull() == []
    assert ("customer", good) in device.confirmed
    assert device.entry(bad)["state"] == "parked"


def test_two_devices_that_changed_one_field_leave_a_conflict_that_one_resolves(office: Office) -> None:
    mine, other = office.device("nina"), office.device("nina")
    customer = mine.new_customer("Golden Lotus")
    mine.push()
    mine.pull()
    other.pull()
    other.act("customer.edit", other.edit("customer", customer, phone="021-1"))
    other.push()
    late = mine.act(
        "customer.edit", mine.edit("customer", customer, phone="021-2", email="lotus@example.com")
    )
    mine.push()
    assert mine.kind(late) == "conflict"
    assert mine.shown()["customer", customer]["phone"] == "021-2"

    assert mine.pull() == []
    row = mine.confirmed["customer", customer]
    assert (row["phone"], row["email"]) == ("021-1", "lotus@example.com")
    conflict = mine.confirmed["conflict", derived_id("conflict", late, customer, "phone")]
    assert (conflict["state"], conflict["rule"], conflict["unit"]) == ("open", "review", customer)
    sides = [msgspec.msgpack.decode(conflict[side]) for side in ("base", "mine", "theirs")]
    assert sides == [{"phone": ""}, {"phone": "021-2"}, {"phone": "021-1"}]

    decided = {"state": "resolved", "resolution": "mine", "resolved_by": mine.person, "resolved_at": 1}
    resolved = mine.act(
        "conflict.resolve",
        mine.edit("customer", customer, phone="021-2"),
        mine.edit("conflict", conflict["id"], **decided),
    )
    mine.push()
    assert mine.kind(resolved) == "applied"
    assert other.pull() == []
    assert other.confirmed["customer", customer]["phone"] == "021-2"
    assert other.confirmed["conflict", conflict["id"]]["state"] == "resolved"


@pytest.fixture(scope="module")
def product(office: Office) -> Row:
    """Something to sell, made by the administrator's device."""
    admin = office.device("admin")
    row_id = new_id()
    values = {"code": "LB-6", "name": "Light box", "base_unit": "piece"}
    made = admin.act("product.create", ["product", row_id, BIRTH, 0, values])
    admin.push()
    assert admin.kind(made) == "applied"
    admin.pull()
    return admin.confirmed["product", row_id]


def test_order_is_submitted_with_the_seal_that_the_page_describes(office: Office, product: Row) -> None:
    rep = office.device("nina")
    order, lines = an_order(rep, rep.new_customer("Jade Palace"), product)
    draft = rep.act("order.create", *born(order, lines))
    order["submitted_at"] = rep.stamp() >> 16
    seal = seal_of(order, lines)
    submitted = rep.act(
        "order.submit",
        rep.edit(
            "sales_order",
            order["id"],
            state="submitted",
            submitted_at=order["submitted_at"],
            seal_hash=seal["hash"],
        ),
        ["order_seal", new_id(), BIRTH, 0, seal],
    )
    rep.push()
    assert [rep.kind(draft), rep.kind(submitted)] == ["applied", "applied"]

    assert rep.pull() == []
    row = rep.confirmed["sales_order", order["id"]]
    _, totals = amounts_of(order, lines)
    names = ("list_total_minor", "net_total_minor", "tax_total_minor", "gross_total_minor")
    assert [row[name] for name in names] == totals
    assert (row["state"], row["seal_hash"]) == ("submitted", seal["hash"])

    late = rep.act("order.edit", rep.edit("sales_order", order["id"], note="one more thing"))
    rep.push()
    assert rep.entry(late)["outcome"][2:4] == ["rejected", 3008]


def test_order_may_be_born_submitted_and_is_approved_returned_revised_and_withdrawn(
    office: Office, product: Row
) -> None:
    rep = office.device("ma")
    order, lines = an_order(rep, rep.new_customer("River Palace"), product)
    order |= {"state": "submitted", "submitted_at": rep.stamp() >> 16}
    seal = seal_of(order, lines)
    order["seal_hash"] = seal["hash"]
    sent = rep.act("order.submit", *born(order, lines), ["order_seal", new_id(), BIRTH, 0, seal])
    back = rep.act(
        "order.return", *decision(rep, order["id"], "returned", seal["hash"], "Say where it goes.")
    )
    revised = rep.act(
        "order.revise",
        rep.edit("sales_order", order["id"], state="draft", revision=2, seal_hash=None, submitted_at=None),
    )
    order |= {"revision": 2, "submitted_at": rep.stamp() >> 16}
    second = seal_of(order, lines)
    changed = {"state": "submitted", "submitted_at": order["submitted_at"], "seal_hash": second["hash"]}
    again = rep.act(
        "order.submit",
        rep.edit("sales_order", order["id"], **changed),
        ["order_seal", new_id(), BIRTH, 0, second],
    )
    wrong = rep.act("order.approve", *decision(rep, order["id"], "approved", seal["hash"], ""))
    withdrawn = rep.act("order.withdraw", rep.edit("sales_order", order["id"], state="withdrawn"))
    rep.push()
    assert [rep.kind(each) for each in (sent, back, revised, again)] == ["applied"] * 4
    assert rep.entry(wrong)["outcome"][2:4] == ["rejected", 3005]
    # Made on top of the approval that did not come about; judged from where the office stands.
    assert rep.kind(withdrawn) == "applied"
    assert rep.pull() == []
    assert rep.confirmed["sales_order", order["id"]]["state"] == "withdrawn"


def test_lines_edited_on_two_devices_leave_the_document_as_the_first_one_made_it(
    office: Office, product: Row
) -> None:
    mine, other = office.device("nina"), office.device("nina")
    order, lines = an_order(mine, mine.new_customer("Two desks"), product)
    mine.act("order.create", *born(order, lines))
    mine.push()
    mine.pull()
    other.pull()
    first = edit_line(other, lines[0], quantity_milli=9000)
    second = edit_line(mine, lines[1], quantity_milli=8000)
    assert (other.kind(first), mine.kind(second)) == ("applied", "conflict")
    assert mine.pull() == []
    assert mine.confirmed["order_line", lines[0]["id"]]["quantity_milli"] == 9000
    assert mine.confirmed["order_line", lines[1]["id"]]["quantity_milli"] == 1000
    conflict = mine.confirmed["conflict", derived_id("conflict", second, order["id"], "@document")]
    kept = msgspec.msgpack.decode(conflict["mine"])
    assert [op[:3] for op in kept["ops"]] == [
        ["sales_order", order["id"], CHANGE],
        ["order_line", lines[1]["id"], CHANGE],
    ]


def edit_line(device: Device, line: Row, **new: Any) -> bytes:
    """Change a line together with its document, and hand it in."""
    root = device.edit("sales_order", line["order_id"])
    change = device.act("order.edit", root, device.edit("order_line", line["id"], **new))
    device.push()
    return change


def born(order: Row, lines: list[Row]) -> list[list[Any]]:
    """The births of an order and its lines."""
    header = {name: value for name, value in order.items() if name != "id" and value is not None}
    return [
        ["sales_order", order["id"], BIRTH, 0, header],
        *(
            ["order_line", line["id"], BIRTH, 0, {name: line[name] for name in line if name != "id"}]
            for line in lines
        ),
    ]


def seal_of(order: Row, lines: list[Row]) -> Row:
    """The fields of the seal of an order as it stands."""
    content = sealed_document(order, lines)
    hashed = sha256(content).digest()
    return {"order_id": order["id"], "revision": order["revision"], "content": content, "hash": hashed}


def decision(rep: Device, order_id: bytes, word: str, seal_hash: bytes, note: str) -> list[list[Any]]:
    """The operations of a decision about an order."""
    revision = rep.shown()["sales_order", order_id]["revision"]
    values = {"revision": revision, "seal_hash": seal_hash, "decision": word, "note": note, "decided_at": 1}
    return [
        rep.edit("sales_order", order_id, state=word),
        ["approval_decision", new_id(), BIRTH, 0, {"order_id": order_id, **values}],
    ]


def an_order(rep: Device, customer: bytes, product: Row) -> tuple[Row, list[Row]]:
    """Header and lines with everything that a seal holds."""
    order: Row = dict.fromkeys(HEADER) | dict.fromkeys(
        ("delivery_place", "payment_terms_name", "discount_reason", "reference_no", "note"), ""
    )
    row_id = new_id()
    order |= {
        "id": row_id,
        "number": order_number(rep.device_code, 1, row_id),
        "revision": 1,
        "state": "draft",
        "rep_id": rep.person,
        "customer_id": customer,
        "customer_name": "Jade Palace",
        "order_date": "2026-11-20",
        "currency": "CNY",
        "is_net": 1,
        "discount_bp": 333,
    }
    lines = []
    for number, (quantity, price) in enumerate([(2500, 199_999), (1000, 5), (3000, 1_000_001)], 1):
        lines.append(
            {
                "id": new_id(),
                "order_id": row_id,
                "line_no": number,
                "product_id": product["id"],
                "product_code": product["code"],
                "product_name": product["name"],
                "product_unit_id": None,
                "unit_name": product["base_unit"],
                "unit_factor_milli": 1000,
                "quantity_milli": quantity,
                "list_price_minor": price,
                "unit_price_minor": price,
                "discount_bp": 100 * number,
                "tax_rate_bp": 1300,
                "wanted_on": None,
                "delivery_place": "",
                "note": "",
                "price_certificate": '{"rule":"manual","v":1}',
            }
        )
    return order, lines


def test_unit_leaves_one_device_and_enters_another_when_its_owner_changes(office: Office) -> None:
    nina, ma = office.device("nina"), office.device("ma")
    customer = nina.new_customer("To be given away")
    nina.push()
    nina.pull()
    ma.pull()
    base = nina.confirmed["customer", customer]["version"]
    given = ma.act(
        "customer.assign", ["customer", customer, CHANGE, base, {"owner_id": [nina.person, ma.person]}]
    )
    ma.push()
    assert ma.kind(given) == "applied"
    assert nina.pull() == []
    assert ma.pull() == []
    assert ("customer", customer) not in nina.confirmed
    assert ma.confirmed["customer", customer]["owner_id"] == ma.person


def test_wake_tells_of_news_and_json_says_the_same(office: Office) -> None:
    device, other = office.device("nina"), office.device("nina")
    device.pull()
    assert device.call("/v1/wake", {"cursor": device.cursor, "timeout_s": 0}) == {"news": False}
    customer = other.new_customer("News")
    other.push()
    assert device.call("/v1/wake", {"cursor": device.cursor, "timeout_s": 20}) == {"news": True}

    text = {feed: [epoch, seq, encoded(tag)] for feed, (epoch, seq, tag) in device.cursor.items()}
    request = {
        "protocol": 1,
        "schema_version": 1,
        "incarnation": encoded(device.incarnation),
        "cursor": text,
    }
    headers = {"Authorization": f"Bearer {device.tokens['access_token']}"}
    answer = requests.post(f"{device.base}/v1/pull", json=request, headers=headers, timeout=40).json()
    (block,) = answer["blocks"]
    columns = [*block[1], *block[3]]
    assert block[0] == "customer"
    assert {"id", "unit", "version", "owner_id"} <= set(block[1])
    assert encoded(customer) in block[2][0]
    assert "name" in columns


def encoded(value: bytes) -> str:
    """Bytes as JSON has them."""
    return base64.b64encode(value).decode()
