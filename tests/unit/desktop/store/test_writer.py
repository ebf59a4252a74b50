"""Turns at writing: one at a time, a person before sync, nobody forgotten."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from crm.errors import Code, LocalFault
from desktop.store.writer import InlineWriter, Priority, ThreadWriter, Writer, at_once

PATIENCE_S = 10


@pytest.fixture
def writer() -> Iterator[ThreadWriter]:
    made = ThreadWriter()
    yield made
    made.close()


def test_a_person_goes_before_sync_and_within_a_priority_the_first_goes_first(writer: ThreadWriter) -> None:
    order: list[str] = []
    with writer.turn(Priority.SYNC):
        waiting = [
            writer.submit(lambda: order.append("background"), Priority.BACKGROUND),
            writer.submit(lambda: order.append("sync 1"), Priority.SYNC),
            writer.submit(lambda: order.append("sync 2"), Priority.SYNC),
            writer.submit(lambda: order.append("person"), Priority.PERSON),
        ]
        assert order == []
    for one in waiting:
        one.result(PATIENCE_S)
    assert order == ["person", "sync 1", "sync 2", "background"]


def test_turns_of_many_threads_never_overlap(writer: ThreadWriter) -> None:
    inside, seen = 0, []

    def work() -> None:
        nonlocal inside
        inside += 1
        seen.append(inside)
        inside -= 1

    def take_turns() -> None:
        for number in range(50):
            if number % 2:
                at_once(writer, work, Priority.SYNC).result()
            else:
                writer.submit(work, Priority.BACKGROUND).result(PATIENCE_S)

    threads = [threading.Thread(target=take_turns) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert seen == [1] * 200


@pytest.mark.parametrize("kind", [InlineWriter, ThreadWriter])
def test_a_turn_within_a_turn_is_refused_and_the_outer_one_goes_on(kind: type[Writer]) -> None:
    writer = kind()
    with writer.turn(Priority.PERSON):
        with pytest.raises(LocalFault) as refused, writer.turn(Priority.PERSON):
            pass
        assert refused.value.code == Code.UNCAPTURED_WRITE
    assert writer.submit(lambda: 1, Priority.SYNC).result(PATIENCE_S) == 1
    writer.close()


def test_work_that_fails_tells_its_future_and_the_next_goes_on(writer: ThreadWriter) -> None:
    def fail() -> None:
        raise ValueError("of the work")

    with pytest.raises(ValueError, match="of the work"):
        writer.submit(fail, Priority.SYNC).result(PATIENCE_S)
    with pytest.raises(ValueError, match="of the work"):
        at_once(writer, fail, Priority.SYNC).result(PATIENCE_S)
    assert writer.submit(lambda: 1, Priority.SYNC).result(PATIENCE_S) == 1


def test_closing_finishes_what_was_submitted_and_refuses_the_rest() -> None:
    writer = ThreadWriter()
    done: list[int] = []
    with writer.turn(Priority.SYNC):
        for number in range(3):
            writer.submit(lambda number=number: done.append(number), Priority.BACKGROUND)  # type: ignore[misc]
        closing = threading.Thread(target=writer.close)
        closing.start()
    closing.join(PATIENCE_S)
    assert done == [0, 1, 2]
    with pytest.raises(LocalFault) as refused:
        writer.submit(lambda: None, Priority.PERSON)
    assert refused.value.code == Code.STORE_CLOSED
    writer.close()
