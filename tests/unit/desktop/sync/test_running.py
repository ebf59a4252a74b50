"""With a thread that writes and a thread that syncs, as in the program."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.changes.ops import Head
from crm.errors import Code, LocalFault
from desktop.store.store import Changed
from desktop.store.tables import JournalState
from desktop.store.writer import Priority, ThreadWriter
from tests.unit.desktop.store.desk import Desk
from tests.unit.desktop.store.office import ToyOffice


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, writer=ThreadWriter(), page_rows=3)
    yield desk
    desk.close()


def test_round_works_with_a_writer_thread(desk: Desk) -> None:
    for number in range(5):
        desk.office.customer(f"Customer {number}", contacts=3)
    customer = desk.office.customer("Acme")
    assert desk.round().code == 0
    order, _ = desk.new_order(customer, 1, 2)
    desk.move(order, "submitted")
    assert desk.round().pushed == 2
    desk.assert_in_step()


def test_action_of_a_person_goes_before_the_next_slice(tmp_path: Path) -> None:
    writer = ThreadWriter()
    done: list[str] = []
    begun, go = threading.Event(), threading.Event()

    def first() -> None:
        begun.set()
        go.wait()
        done.append("first slice")

    futures = [writer.submit(first, Priority.SYNC)]
    begun.wait()
    futures.append(writer.submit(lambda: done.append("next slice"), Priority.SYNC))
    futures.append(writer.submit(lambda: done.append("person"), Priority.PERSON))
    go.set()
    for future in futures:
        future.result()
    writer.close()
    assert done == ["first slice", "person", "next slice"]


def test_closed_writer_takes_nothing_more() -> None:
    writer = ThreadWriter()
    writer.close()
    with pytest.raises(LocalFault) as caught:
        writer.submit(lambda: None, Priority.PERSON)
    assert caught.value.code == Code.STORE_CLOSED


class Road(ToyOffice):
    """Its long poll ends when the test says so."""

    def prepare(self) -> None:
        self.news = threading.Event()
        self.polled = threading.Semaphore(0)

    def wake(self, cursor: dict[str, Head], timeout_s: float) -> bool:
        self.polled.release()
        self.news.wait(timeout_s)
        self.news.clear()
        return super().wake(cursor, timeout_s)


@pytest.fixture
def running(desk: Desk) -> Iterator[tuple[Desk, Road, threading.Event]]:
    """A laptop that syncs in a thread; the event is set after each change that the office brought."""
    desk.customer = desk.office.customer("Acme")
    road = desk.office
    road.__class__ = Road
    assert isinstance(road, Road)
    road.prepare()
    heard = threading.Event()

    def listen(changed: Changed) -> None:
        if changed.by == "office":
            heard.set()

    desk.store.listeners.append(listen)
    stop = threading.Event()
    thread = threading.Thread(
        target=desk.sync.run_forever, args=(stop,), kwargs={"uniform": lambda low, high: low, "wake_s": 60}
    )
    thread.start()
    road.polled.acquire()
    heard.clear()
    yield desk, road, heard
    stop.set()
    road.news.set()
    thread.join()


def test_change_of_a_person_is_sent_while_the_long_poll_waits(
    running: tuple[Desk, Road, threading.Event],
) -> None:
    desk, _, heard = running
    change = desk.visit(desk.customer)
    assert heard.wait(30)
    assert desk.states()[change] is JournalState.DONE


def test_news_of_the_office_ends_the_rest(running: tuple[Desk, Road, threading.Event]) -> None:
    desk, road, heard = running
    road.write("toy_customer", desk.customer, name="Beta")
    road.news.set()
    assert heard.wait(30)
    assert desk.row("toy_customer", desk.customer)["name"] == "Beta"


def test_sync_goes_on_after_the_road_was_cut(running: tuple[Desk, Road, threading.Event]) -> None:
    desk, road, heard = running
    road.lose = ["before", "after", "before"]
    change = desk.visit(desk.customer)
    assert heard.wait(30)
    assert desk.states()[change] is JournalState.DONE
    assert road.applied == [change]


def test_person_who_asks_gets_a_round_although_the_office_is_silent(
    running: tuple[Desk, Road, threading.Event],
) -> None:
    desk, road, heard = running
    road.write("toy_customer", desk.customer, name="Beta")
    desk.sync.ring()
    assert heard.wait(30)
    assert desk.row("toy_customer", desk.customer)["name"] == "Beta"
