"""Following pages are fetched by another thread while one is read and one is written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import pytest

from crm.changes.ops import Head, Page, PullRequest, PushAnswer, PushRequest
from crm.errors import Code, LocalFault
from desktop.sync.pull import Pulled, pull
from tests.unit.desktop.store.desk import Desk

WAIT_S = 5


class Road:
    """To the desk's office; ``before`` is called with the number of each pull, from 0."""

    def __init__(self, desk: Desk, before: Callable[[int], None] = lambda _number: None) -> None:
        self._desk = desk
        self._before = before
        self.asked: list[PullRequest] = []
        self.threads: list[str] = []

    def push(self, request: PushRequest) -> PushAnswer:
        return self._desk.office.push(request)

    def pull(self, request: PullRequest) -> Page:
        self.asked.append(request)
        self.threads.append(threading.current_thread().name)
        self._before(len(self.asked) - 1)
        return self._desk.office.pull(request)

    def wake(self, cursor: dict[str, Head], timeout_s: float) -> bool:
        return False


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path, page_rows=4)
    for number in range(8):
        made.office.customer(f"Customer {number}", contacts=2)
    return made


@pytest.fixture
def ahead() -> Iterator[Executor]:
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as executor:
        yield executor


def test_only_the_first_page_is_fetched_by_who_pulls(desk: Desk, ahead: Executor) -> None:
    road, pulled = Road(desk), Pulled()
    pull(desk.store, road, rows=4, pulled=pulled, ahead=ahead)
    assert pulled.complete
    assert pulled.pages == len(road.asked) > 4
    assert not road.threads[0].startswith("ahead")
    assert all(name.startswith("ahead") for name in road.threads[1:])
    desk.assert_in_step()


def test_each_page_is_asked_for_where_the_one_before_ended(desk: Desk, ahead: Executor) -> None:
    road = Road(desk)
    pull(desk.store, road, rows=4, pulled=Pulled(), ahead=ahead)
    positions = [request.position for request in road.asked]
    assert len(set(positions)) == len(positions)
    assert positions[0] == b""
    assert all(positions[1:])


def test_fault_of_the_road_reaches_who_pulls_and_what_was_used_stays(desk: Desk, ahead: Executor) -> None:
    def before(number: int) -> None:
        if number == 3:
            raise LocalFault(Code.UNREACHABLE, "The office cannot be reached.")

    road, pulled = Road(desk, before), Pulled()
    with pytest.raises(LocalFault) as caught:
        pull(desk.store, road, rows=4, pulled=pulled, ahead=ahead)
    assert caught.value.code == Code.UNREACHABLE
    assert len(road.asked) == 4
    assert pulled.pages == 3
    pull(desk.store, Road(desk), rows=4, pulled=Pulled(), ahead=ahead)
    desk.assert_in_step()


def test_who_gives_up_frees_the_thread(desk: Desk, ahead: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = 0
    take_page = desk.store.take_page

    def take(request: PullRequest, page: Page) -> object:
        nonlocal taken
        taken += 1
        if taken == 2:
            raise LocalFault(Code.STORE_CLOSED, "The local copy is closed.")
        return take_page(request, page)

    monkeypatch.setattr(desk.store, "take_page", take)
    road = Road(desk)
    with pytest.raises(LocalFault):
        pull(desk.store, road, rows=4, pulled=Pulled(), ahead=ahead)
    ahead.submit(lambda: None).result(timeout=WAIT_S)
    # One that was read, one that waited, one on its way.
    assert len(road.asked) <= 4


def test_no_more_than_two_pages_wait(desk: Desk, ahead: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the disk is, memory holds few pages."""
    road = Road(desk)
    used = 0
    furthest = 0
    take_page = desk.store.take_page

    def take(request: PullRequest, page: Page) -> object:
        nonlocal used, furthest
        threading.Event().wait(0.02)
        furthest = max(furthest, len(road.asked) - used)
        used += 1
        return take_page(request, page)

    monkeypatch.setattr(desk.store, "take_page", take)
    pull(desk.store, road, rows=4, pulled=Pulled(), ahead=ahead)
    assert furthest <= 4
