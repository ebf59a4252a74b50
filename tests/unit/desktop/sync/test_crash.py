"""The program may die between any two statements: after a restart nothing is lost, doubled or half there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crm.changes.entity import Row
from crm.changes.safeguards import ALL, Safeguards
from crm.changes.view import Key
from desktop.store.tables import JournalState
from tests.unit.desktop.store.desk import Desk
from tests.unit.desktop.store.toys import Crasher, CrashError


def crash_everywhere(
    folder: Path,
    prepare: Callable[[Desk], None],
    act: Callable[[Desk], None],
    *,
    safeguards: Safeguards = ALL,
) -> None:
    """Run ``act`` again and again after ``prepare``, dying at its first, second, … statement; after each death start
    the program again, act again, sync, and look.
    """
    prepared = Desk(folder, page_rows=4, safeguards=safeguards)
    prepare(prepared)
    prepared.close()
    at = 0
    while True:
        at += 1
        place = folder / str(at)
        place.mkdir()
        desk = prepared.copy_to(place)
        crasher = Crasher(desk.store.engine, at)
        try:
            act(desk)
        except CrashError:
            pass
        else:
            assert at > 5
            desk.close()
            return
        finally:
            assert crasher.count
        desk.store.engine.dispose()
        desk.open()
        desk.assert_whole()
        act(desk)
        desk.assert_whole()
        desk.round()
        desk.round()
        desk.assert_in_step()
        assert set(desk.states().values()) <= {JournalState.DONE, JournalState.DISCARDED}
        assert len(desk.office.applied) == len(set(desk.office.applied))
        desk.close()


def round_until_through(desk: Desk) -> None:
    report = desk.round()
    assert report.code == 0


def test_first_copy_survives_a_crash_at_every_statement(tmp_path: Path) -> None:
    def prepare(desk: Desk) -> None:
        for number in range(3):
            desk.office.customer(f"Customer {number}", contacts=3)

    crash_everywhere(tmp_path, prepare, round_until_through)


def test_push_and_fold_survive_a_crash_at_every_statement(tmp_path: Path) -> None:
    def prepare(desk: Desk) -> None:
        acme = desk.office.customer("Acme", contacts=1)
        left = desk.office.customer("Left", contacts=1)
        desk.round()
        desk.visit(acme, 3)
        order, _ = desk.new_order(acme, 10, 20)
        desk.move(order, "submitted")
        desk.rename(acme, "Acme Ltd")
        desk.office.write("toy_customer", acme, phone="1", visits=7)
        desk.office.take_away(left)
        desk.office.customer("New", contacts=5)

    crash_everywhere(tmp_path, prepare, round_until_through)


def test_unit_of_work_survives_a_crash_at_every_statement(tmp_path: Path) -> None:
    rows: list[dict[Key, Row]] = []

    def prepare(desk: Desk) -> None:
        desk.office.customer("Acme")
        desk.round()

    def act(desk: Desk) -> None:
        desk.new_order(next(iter(key[1] for key in desk.shown() if key[0] == "toy_customer")), 10, 20)
        rows.append(desk.shown())

    crash_everywhere(tmp_path, prepare, act)


def test_discard_survives_a_crash_at_every_statement(tmp_path: Path) -> None:
    def prepare(desk: Desk) -> None:
        acme = desk.office.customer("Acme")
        desk.round()
        desk.rename(acme, "Acme Ltd")
        desk.visit(acme)

    def act(desk: Desk) -> None:
        waiting = [change for change, state in desk.states().items() if state is JournalState.WAITING]
        if waiting:
            desk.store.discard(waiting[0])

    crash_everywhere(tmp_path, prepare, act)


@pytest.mark.parametrize("lost", ["before", "after"])
def test_crash_while_the_office_works_doubles_nothing(tmp_path: Path, lost: str) -> None:
    desk = Desk(tmp_path)
    acme = desk.office.customer("Acme")
    desk.round()
    desk.visit(acme, 2)
    desk.office.lose = [lost]
    desk.round()
    desk.restart()
    desk.round()
    assert desk.row("toy_customer", acme)["visits"] == 2
    desk.assert_in_step()
