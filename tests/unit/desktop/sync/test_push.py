"""What is handed in goes once, in order, in batches that the office takes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from crm.changes.ops import PushAnswer, PushRequest
from crm.errors import Code, InvalidInput, LocalFault, ProtocolFault
from desktop.store.tables import JournalState
from desktop.sync import push as push_module
from desktop.sync.engine import SyncEngine
from tests.unit.desktop.store.desk import Desk
from tests.unit.desktop.store.office import ToyOffice
from tests.unit.desktop.store.toys import INCARNATION


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.customer = desk.office.customer("Acme")
    desk.round()
    return desk


def visits(desk: Desk, count: int) -> list[bytes]:
    return [desk.visit(desk.customer) for _ in range(count)]


class SmallOffice(ToyOffice):
    """Takes ``most`` changesets in one request."""

    most = 3

    def push(self, request: PushRequest) -> PushAnswer:
        if len(request.changesets) > self.most:
            raise InvalidInput(Code.TOO_LARGE, "Too large.")
        return super().push(request)


class SlowOffice(ToyOffice):
    """Answers the first two changesets of a request and leaves the others for the next one."""

    def push(self, request: PushRequest) -> PushAnswer:
        return super().push(msgspec.structs.replace(request, changesets=request.changesets[:2]))


def become(desk: Desk, kind: type[ToyOffice]) -> None:
    desk.office.__class__ = kind


def test_batch_is_halved_until_the_office_takes_it(desk: Desk) -> None:
    changes = visits(desk, 10)
    become(desk, SmallOffice)
    assert desk.round().pushed == 10
    assert desk.office.applied == changes
    desk.assert_in_step()


def test_one_change_that_the_office_finds_too_large_ends_the_round_and_stays(desk: Desk) -> None:
    [change] = visits(desk, 1)
    become(desk, SmallOffice)
    desk.office.most = 0  # type: ignore[attr-defined]
    assert desk.round().code == Code.TOO_LARGE
    assert desk.states()[change] is JournalState.SENDING
    desk.assert_whole()


def test_unanswered_rest_of_a_batch_goes_again(desk: Desk) -> None:
    changes = visits(desk, 5)
    become(desk, SlowOffice)
    desk.round()
    assert desk.office.applied == changes
    desk.assert_in_step()


def test_office_that_lost_changes_gets_the_kept_ones_again(desk: Desk) -> None:
    changes = visits(desk, 3)
    desk.round()
    assert set(desk.states().values()) == {JournalState.DONE}
    # The office lost its memory of the last two.
    for change in changes[1:]:
        del desk.office.outcomes[change]
    desk.office.last_n[INCARNATION] = 1
    desk.office.applied.clear()
    desk.office.write("toy_customer", desk.customer, visits=1)
    fourth = visits(desk, 1)

    desk.round()

    assert desk.office.applied == [*changes[1:], *fourth]
    assert desk.office.rows["toy_customer", desk.customer]["visits"] == 4
    desk.assert_in_step()


def test_office_that_asks_for_what_is_no_longer_kept_is_told_so(desk: Desk) -> None:
    visits(desk, 3)
    desk.round()
    desk.office.durable_n = 3
    desk.office.write("toy_customer", desk.customer, phone="1")
    desk.round()
    assert desk.states() == {}
    desk.office.outcomes.clear()
    desk.office.last_n[INCARNATION] = 1
    [change] = visits(desk, 1)
    with pytest.raises(ProtocolFault) as caught:
        desk.push_only()
    assert caught.value.code == Code.GAP
    assert desk.states()[change] is JournalState.SENDING


def test_fork_is_reported_and_nothing_is_lost(desk: Desk) -> None:
    [change] = visits(desk, 1)
    desk.office.last_n[INCARNATION] = 5
    report = desk.round()
    assert report.code == Code.FORK
    assert desk.states()[change] is JournalState.SENDING
    desk.assert_whole()


def test_finished_changes_are_forgotten_once_the_backup_holds_them(desk: Desk) -> None:
    changes = visits(desk, 3)
    desk.office.durable_n = 2
    desk.round()
    assert list(desk.states()) == changes[2:]
    desk.assert_in_step()


def test_answer_that_comes_again_changes_nothing(desk: Desk) -> None:
    visits(desk, 2)
    _, batch = desk.store.outgoing(max_changesets=10, max_bytes=10_000)
    answer = desk.office.push(PushRequest(1, INCARNATION, desk.clock.now_ms(), tuple(batch)))
    desk.store.take_answer(answer.outcomes)
    states, shown = desk.states(), desk.shown()
    assert desk.store.take_answer(answer.outcomes).outcomes == []
    assert (desk.states(), desk.shown()) == (states, shown)


# -- while the next batch is on its way


def in_batches_of(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_module, "MAX_BATCH", count)


def two_roads(desk: Desk, before: Callable[[PushRequest], None]) -> SyncEngine:
    """An engine that has a thread for requests; ``before`` is called in it with each push."""

    class Watched(ToyOffice):
        def push(self, request: PushRequest) -> PushAnswer:
            before(request)
            return super().push(request)

    become(desk, Watched)
    return SyncEngine(desk.store, desk.office, desk.clock, ahead=ThreadPoolExecutor(1))


def test_answer_is_written_while_the_next_batch_is_on_its_way(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_batches_of(2, monkeypatch)
    changes = visits(desk, 6)
    written = threading.Event()
    take_answer = desk.store.take_answer
    waited = []

    def take(outcomes: object) -> object:
        taken = take_answer(outcomes)  # type: ignore[arg-type]
        written.set()
        return taken

    def before(request: PushRequest) -> None:
        if request.changesets[0].n > 2:
            waited.append(written.wait(5))
            written.clear()

    monkeypatch.setattr(desk.store, "take_answer", take)
    report = two_roads(desk, before).round()
    assert report.pushed == 6
    assert waited == [True, True]
    assert desk.office.applied == changes
    desk.assert_in_step()


def test_what_depends_on_a_refused_change_is_not_in_the_next_batch(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_batches_of(1, monkeypatch)
    customer, create = desk.new_customer("forbidden")
    _, contact = desk.new_contact(customer, "Bob")
    [visit] = visits(desk, 1)
    sent: list[bytes] = []
    report = two_roads(desk, lambda request: sent.extend(one.change_id for one in request.changesets)).round()
    assert report.outcomes["rejected"] == 1
    assert sent == [create, visit]
    assert desk.states()[create] is desk.states()[contact] is JournalState.PARKED
    desk.assert_whole()


def test_answer_written_stays_when_the_next_batch_is_cut_off(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_batches_of(2, monkeypatch)
    changes = visits(desk, 4)

    def before(request: PushRequest) -> None:
        if request.changesets[0].n > 2:
            raise LocalFault(Code.UNREACHABLE, "The office cannot be reached.")

    report = two_roads(desk, before).round()
    assert (report.code, report.pushed) == (Code.UNREACHABLE, 2)
    assert [desk.states()[change] for change in changes] == [
        *[JournalState.ANSWERED] * 2,
        *[JournalState.SENDING] * 2,
    ]
    become(desk, ToyOffice)
    desk.round()
    assert desk.office.applied == changes
    desk.assert_in_step()


def test_answer_that_could_not_be_written_is_asked_for_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_batches_of(2, monkeypatch)
    changes = visits(desk, 6)
    with monkeypatch.context() as patch:

        def take(outcomes: object) -> object:
            raise LocalFault(Code.STORE_CLOSED, "The disk is full.")

        patch.setattr(desk.store, "take_answer", take)
        assert two_roads(desk, lambda _request: None).round().code == Code.STORE_CLOSED
    assert desk.office.applied == changes[:4]
    assert {desk.states()[change] for change in changes[:4]} == {JournalState.SENDING}
    become(desk, ToyOffice)
    assert desk.round().pushed == 6
    assert desk.office.applied == changes
    desk.assert_in_step()
