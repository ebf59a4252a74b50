"""Pages come in any size, again, or from another checkpoint; the copy ends as the office's query for its scope."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from crm.changes.ops import Page
from crm.errors import Code, ProtocolFault
from desktop.store.errors import UnfitPage
from desktop.store.status import status
from desktop.store.tables import JournalState
from tests.unit.desktop.store.desk import Desk
from tests.unit.desktop.store.office import ToyOffice


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, page_rows=4)


def page_by_page(desk: Desk, count: int) -> None:
    for _ in range(count):
        request = desk.store.pull_request(rows=desk.page_rows)
        desk.store.take_page(request, desk.office.pull(request)).result()


def test_units_are_usable_as_soon_as_they_came_whole(desk: Desk) -> None:
    for number in range(4):
        desk.office.customer(f"Customer {number}", contacts=2)
    page_by_page(desk, 1)
    shown = desk.shown()
    assert shown
    units = {row["unit"] for row in shown.values()}
    for key, row in desk.office.rows.items():
        assert (key in shown) == (row["unit"] in units)
    assert not status(desk.store).copied


def test_first_copy_goes_on_after_a_restart(desk: Desk) -> None:
    for number in range(6):
        desk.office.customer(f"Customer {number}", contacts=2)
    page_by_page(desk, 2)
    asked = len(desk.office.pulls)
    desk.restart()
    desk.round()
    assert desk.office.pulls[asked].position
    desk.assert_in_step()


def test_office_that_forgot_the_checkpoint_under_way_is_asked_for_a_new_one(desk: Desk) -> None:
    left = desk.office.customer("Left", contacts=2)
    for number in range(4):
        desk.office.customer(f"Customer {number}", contacts=2)
    page_by_page(desk, 2)
    assert ("toy_customer", left) in desk.shown()

    class Forgetful(ToyOffice):
        def pull(self, request: object) -> Page:
            desk.office.__class__ = ToyOffice
            raise ProtocolFault(Code.REWOUND, "Which checkpoint?")

    # The unit of the abandoned copy left before the new one began: no evict will name it.
    desk.office.take_away(left)
    desk.office.leave.clear()
    desk.office.__class__ = Forgetful
    assert desk.round().code == 0
    desk.assert_in_step()


def test_page_of_another_checkpoint_is_not_used(desk: Desk) -> None:
    desk.office.customer("Acme")
    early = desk.store.pull_request()
    page = desk.office.pull(early)
    desk.round()
    desk.office.customer("Beta")
    desk.round()
    before = desk.shown()
    with pytest.raises(UnfitPage):
        desk.store.take_page(early, page).result()
    assert desk.shown() == before


def test_later_pages_are_folded_together_with_the_last_one(desk: Desk) -> None:
    desk.office.customer("Acme")
    desk.round()
    for number in range(4):
        desk.office.customer(f"Customer {number}", contacts=2)
    before = desk.shown()
    page_by_page(desk, 2)
    assert desk.shown() == before
    desk.round()
    desk.assert_in_step()


def test_change_that_waits_during_a_first_copy_begun_anew_is_not_counted_twice(desk: Desk) -> None:
    acme = desk.office.customer("Acme", contacts=3)
    desk.office.customer("Beta", contacts=6)
    page_by_page(desk, 2)
    desk.visit(acme, 5)
    desk.push_only()
    desk.store.drop_checkpoint()
    while not desk.store.state().copied:
        assert desk.row("toy_customer", acme)["visits"] == 5
        page_by_page(desk, 1)
        desk.assert_whole()
    assert desk.row("toy_customer", acme)["visits"] == 5
    desk.assert_in_step()


@pytest.mark.allow_log("desktop.store")
def test_damaged_unit_is_fetched_again(desk: Desk) -> None:
    acme = desk.office.customer("Acme", contacts=3)
    desk.round()
    contact = next(key for key in desk.shown() if key[0] == "toy_contact")
    # A row was lost here and another one is too many.
    with desk.store.engine.begin() as connection:
        connection.info["roundsman.writes"] = 1
        connection.exec_driver_sql("DELETE FROM toy_contact WHERE id = ?", (contact[1],))
        connection.exec_driver_sql(
            "INSERT INTO toy_contact SELECT x'00112233445566778899aabbccddeeff', unit, 3, deleted, customer_id, name,"
            " phone, created_at, created_by, changed_at, changed_by, feed_id, stamps FROM toy_contact LIMIT 1"
        )
        connection.info["roundsman.writes"] = 0
    desk.office.write(
        "toy_contact", next(key for key in desk.shown() if key[0] == "toy_contact")[1], name="x"
    )
    waiting = desk.rename(acme, "Acme Ltd")

    report = desk.round()
    assert report.mismatches == 1
    assert desk.store.state().refetch == ((acme, "toy_contact"),)
    desk.round()

    assert desk.store.state().refetch == ()
    assert desk.states()[waiting] is JournalState.DONE
    desk.assert_in_step()


@pytest.mark.allow_log("desktop.store")
def test_refetch_that_would_empty_the_copy_is_held_back(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    acme = desk.office.customer("Acme", contacts=300)
    desk.round()

    class Broken(ToyOffice):
        def pull(self, request: object) -> Page:
            page = super().pull(request)  # type: ignore[arg-type]
            return msgspec.structs.replace(
                page, complete=True, refetched=((acme, "toy_contact"),), heads=self._heads(), evicted=()
            )

    desk.office.__class__ = Broken
    report = desk.round()
    assert report.held_back == 1
    assert len(desk.shown()) == 302


def test_evict_removes_what_was_confirmed_below_waiting_changes(desk: Desk) -> None:
    acme = desk.office.customer("Secret Name", contacts=2)
    desk.round()
    desk.visit(acme)
    desk.office.take_away(acme)
    desk.pull_only()
    with desk.store.reading() as connection:
        found = connection.exec_driver_sql("SELECT confirmed FROM overlay").scalars().all()
    assert found == [None]


def test_clock_that_is_wrong_is_told_and_kept(desk: Desk) -> None:
    report = desk.round()
    assert (report.clock_offset_ms, report.is_clock_wrong) == (0, False)

    class Fast(ToyOffice):
        def pull(self, request: object) -> Page:
            page = super().pull(request)  # type: ignore[arg-type]
            return msgspec.structs.replace(page, office_ms=page.office_ms - 3 * 3_600_000)

    desk.office.__class__ = Fast
    report = desk.round()
    assert report.is_clock_wrong
    desk.restart()
    assert desk.store.state().clock_offset_ms == -3 * 3_600_000
