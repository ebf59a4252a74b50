"""Two laptops of one rep and a real server: either side is killed in the middle, and nothing is lost or doubled.

Every blow falls at a chosen moment of a chosen exchange (`Gate`), by SIGKILL on a real process (`Nursery`). What died is
started again, both laptops sync, and then everything is recounted from both databases.
"""

from __future__ import annotations

import itertools
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import keyring
import pytest
from keyring.backends import fail

from crm.changes.work import Work
from crm.contacts.actions import create_contact, edit_contact
from crm.orders.actions import add_line, create_order, submit_order
from crm.people.queries import actor_for as local_actor_for
from crm.schema import RULEBOOK, SCHEMA
from demo.company import Company, build_company
from demo.recount import recount
from desktop.bootstrap import CLOCK, EnrolmentOrder, Laptop, enrol_folder, open_laptop
from desktop.dump import write_dump
from desktop.settings import Settings
from desktop.store.status import faults
from sync_server.accounts.actors import actor_for
from sync_server.accounts.devices import issue_code
from sync_server.store.database import Database
from sync_server.store.migrations import upgrade
from sync_server.sync.check import check
from sync_server.sync.office import Office
from tests.e2e.gate import Gate, Moment, Trap
from tests.e2e.nursery import PAGE_ROWS, PASSPHRASE, WAIT_S, Nursery, derive_quickly

T = TypeVar("T")

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL"),
    pytest.mark.allow_log("desktop", "crm", "sync_server"),
]

VICTIMS = ("server", "laptop")
KILLED = -9
LOOK_S = 0.01


class World:
    """An office with a year behind it, its server behind the gate, and laptops."""

    def __init__(self, folder: Path, nursery: Nursery, gate: Gate) -> None:
        self.folder = folder
        self.nursery = nursery
        self.gate = gate
        self.url = f"sqlite:///{folder / 'office.db'}"
        self.database = Database(self.url, SCHEMA)
        upgrade(self.database)
        office = Office(
            self.database,
            RULEBOOK,
            lambda connection, person, is_office: actor_for(
                self.database, connection, person, office=is_office
            ),
        )
        self.company: Company = build_company(
            office, seed=5, clock=CLOCK, customers=16, products=12, reps=1, orders_per_customer=2
        )
        self.rep = self.company.reps[0]
        self.server = 0
        self._names = itertools.count()

    # -- the server

    def start_server(self) -> None:
        """Start it and wait until it listens."""
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        self.server = self.nursery.start(run="server", url=self.url, ready=str(ready))
        deadline = time.monotonic() + WAIT_S
        while not ready.exists():
            assert time.monotonic() < deadline, "the server does not get ready"
            time.sleep(LOOK_S)
        parts = urlsplit(ready.read_text().split()[-1])
        assert parts.hostname is not None
        assert parts.port is not None
        self.gate.target = parts.hostname, parts.port

    def kill_server(self) -> None:
        """SIGKILL."""
        self.gate.target = None
        self.nursery.kill(self.server)

    # -- laptops

    def new_laptop(self) -> Device:
        """A laptop of the rep, enrolled, empty."""
        code = issue_code(self.database, self.rep, issued_by=self.company.system_admin)
        device = Device(self, Settings(self.folder / f"laptop-{next(self._names)}"))
        order = EnrolmentOrder(self.gate.url, code, "laptop")
        enrol_folder(device.settings, order, passphrase=lambda: PASSPHRASE)
        return device

    def die(self, device: Device, victim: str, path: str, moment: Moment, *, nth: int = 1) -> None:
        """Let ``device`` sync in a process of its own, and kill the victim at that moment. Both run again after."""
        laptop: list[int] = []
        is_known = threading.Event()

        def strike() -> None:
            if victim == "server":
                self.kill_server()
            else:
                assert is_known.wait(WAIT_S)
                self.nursery.kill(laptop[0])

        trap = self.gate.set(Trap(path, moment, strike, nth))
        laptop.append(device.start())
        is_known.set()
        assert trap.struck.wait(WAIT_S), f"{path} was not asked {nth} times"
        code = self.nursery.wait(laptop[0])
        if victim == "server":
            assert code in (0, 1), code
            assert self.nursery.wait(self.server) == KILLED
            self.start_server()
        else:
            assert code == KILLED
        assert self.gate.errors == []

    # -- what must hold

    def must_agree(self, *devices: Device) -> list[Any]:
        """After everybody has synced: office and laptops hold the same, each thing once. Gives the dumps."""
        for device in (*devices, *devices[:-1]):
            device.must_sync()
        dumps = [device.dump() for device in devices]
        for dump in dumps:
            counted = recount(self.folder / "office.db", dump)
            assert (counted.lost, counted.doubled, counted.unlike, counted.waiting) == (0, 0, 0, 0), counted
            assert dump["tables"] == dumps[0]["tables"]
            assert {entry["outcome"] for entry in dump["journal"]} <= {"applied", "merged", "conflict"}
        assert list(check(self.database)) == []
        return dumps


@dataclass
class Device:
    """One laptop."""

    world: World
    settings: Settings
    orders: int = 0

    def start(self) -> int:
        """A sync round in a process of its own."""
        self._report.unlink(missing_ok=True)
        return self.world.nursery.start(run="laptop", folder=str(self.settings.folder), out=str(self._report))

    def sync(self) -> dict[str, Any]:
        """A whole round; its report."""
        self.world.nursery.wait(self.start())
        found: dict[str, Any] = json.loads(self._report.read_text(encoding="utf-8"))
        return found

    def must_sync(self) -> None:
        """A round that comes to its end."""
        report = self.sync()
        assert (report["code"], report["mismatches"], report["held_back"]) == (0, 0, 0), report

    @property
    def _report(self) -> Path:
        return self.settings.folder.with_suffix(".report")

    def open(self, use: Callable[[Laptop], T]) -> T:
        """Do something with the laptop, without a network."""
        with open_laptop(self.settings, passphrase=lambda: PASSPHRASE) as laptop:
            return use(laptop)

    def work(self, *, number: int) -> None:
        """What a rep does in a day: an order taken, a number corrected that the other laptop corrects too, somebody
        new met."""
        company, rep = self.world.company, self.world.rep
        customer = company.customers[rep][number % len(company.customers[rep])]
        contact = company.contacts[customer][0]

        def day(laptop: Laptop) -> None:
            with laptop.store.session() as session:
                actor = local_actor_for(session, rep, office=False)

            def act(intent: str, action: Callable[[Work], T]) -> T:
                with laptop.store.unit_of_work(intent, actor) as work:
                    return action(work)

            order_id = act("order.create", lambda work: _order(work, customer, company.products))
            act("order.submit", lambda work: submit_order(work, order_id))
            mobile = f"139 0000 {int(self.settings.folder.name[-1])}{number:03d}"
            act("contact.edit", lambda work: edit_contact(work, contact, mobile=mobile))
            act("contact.create", lambda work: create_contact(work, customer, name=f"Guest {number}"))

        self.open(day)
        self.orders += 1

    def dump(self) -> Any:
        """Everything the copy holds, which must not contradict itself."""
        path = self.settings.folder.with_suffix(".dump")

        def write(laptop: Laptop) -> None:
            assert faults(laptop.store) == []
            with path.open("wb") as file:
                write_dump(laptop.store, laptop.enrolment, file)

        self.open(write)
        return json.loads(path.read_bytes())


def _order(work: Work, customer: bytes, products: tuple[bytes, ...]) -> bytes:
    order = create_order(work, customer, wanted_on=work.business_date + timedelta(days=14))
    for product in products[:3]:
        add_line(work, order.id, product, quantity_milli=2000)
    return order.id


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The office, served."""
    monkeypatch.setattr("desktop.vault.passphrase.hash_secret_raw", derive_quickly)
    # The machine's own key store is never touched, neither here nor in the processes.
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr(keyring.core, "_keyring_backend", fail.Keyring())
    with Nursery(tmp_path / "processes.log") as nursery, Gate() as gate:
        made = World(tmp_path, nursery, gate)
        made.start_server()
        yield made
        made.database.close()


def numbers_of(dump: Any, device_code: str) -> list[str]:
    """The numbers of the orders that one laptop gave."""
    return sorted(
        row["number"] for row in dump["tables"]["sales_order"] if row["number"].startswith(f"{device_code}-")
    )


def test_either_side_killed_in_the_middle_of_a_push(world: World) -> None:
    first, second = world.new_laptop(), world.new_laptop()
    world.must_agree(first, second)

    for number, (victim, moment) in enumerate(itertools.product(VICTIMS, Moment)):
        first.work(number=number)
        if number % 2:
            second.work(number=number)
        world.die(first, victim, "/v1/push", moment)
        second.must_sync()
        first.must_sync()

    dumps = world.must_agree(first, second)
    for device, dump in zip((first, second), dumps, strict=True):
        numbers = numbers_of(dumps[0], dump["device"]["device_code"])
        assert len(numbers) == len(set(numbers)) == device.orders > 0
    assert dumps[0]["tables"]["conflict"] != []  # both corrected the same number, every time


def test_either_side_killed_in_the_middle_of_a_pull(world: World) -> None:
    first, second = world.new_laptop(), world.new_laptop()
    world.must_agree(first, second)

    for number, (victim, moment) in enumerate(itertools.product(VICTIMS, Moment)):
        first.work(number=number)
        first.must_sync()
        if number % 2:
            # The first laptop's day falls on the second one's own, which is answered and not confirmed yet.
            second.work(number=number)
        world.die(second, victim, "/v1/pull", moment)
        second.must_sync()

    dumps = world.must_agree(first, second)
    assert [len(numbers_of(dumps[0], dump["device"]["device_code"])) for dump in dumps] == [10, 5]


def test_either_side_killed_in_the_middle_of_a_first_copy(world: World) -> None:
    settled = world.new_laptop()
    (whole,) = world.must_agree(settled)
    rows = sum(len(table) for table in whole["tables"].values())
    assert rows > 3 * PAGE_ROWS

    fresh = []
    for victim, nth, moment in (
        ("server", 1, Moment.ANSWER_HALF),
        ("laptop", 1, Moment.ANSWER_WHOLE),
        ("server", 2, Moment.REQUEST_WHOLE),
        ("laptop", 2, Moment.ANSWER_HALF),
        ("server", 3, Moment.ANSWER_BEGUN),
        ("laptop", 3, Moment.ANSWER_WHOLE),
    ):
        fresh.append(world.new_laptop())
        world.die(fresh[-1], victim, "/v1/pull", moment, nth=nth)
        settled.work(number=nth)  # the office moves on meanwhile
        settled.must_sync()
        fresh[-1].must_sync()

    last = world.new_laptop()
    for victim in ("laptop", "server", "laptop"):
        world.die(last, victim, "/v1/pull", Moment.ANSWER_WHOLE, nth=2)
    last.must_sync()
    last.work(number=1)
    for victim in VICTIMS:
        world.die(last, victim, "/v1/push", Moment.ANSWER_HALF)

    dumps = world.must_agree(last, *fresh, settled)
    assert len(numbers_of(dumps[-1], dumps[0]["device"]["device_code"])) == 1
