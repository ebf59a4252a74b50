"""What a laptop knows of a record's past: its own changes, and those that came from the office."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crm.contacts import actions as contacts
from crm.customers import actions as customers
from crm.rights import Role, actor_of
from desktop.store.reads.history import Change, History, history
from desktop.store.reads.timeline import What, timeline
from tests.local_copy import LocalCopy
from tests.unit.sync_server.sync.firm import Firm, prepare


@dataclass
class Time:
    """The clock of a laptop: the office's."""

    firm: Firm

    def now_ms(self) -> int:
        self.firm.clock.ms += 1000
        return self.firm.clock.ms


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("firm") / "office.db"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture
def firm(template: Path, tmp_path: Path) -> Iterator[Firm]:
    path = tmp_path / "office.db"
    path.write_bytes(template.read_bytes())
    firm = Firm(f"sqlite:///{path}")
    yield firm
    firm.close()


def laptop(firm: Firm, name: str) -> LocalCopy:
    actor = actor_of(firm.anna, division_id=firm.north, roles=[Role.SALES_REP])
    path = Path(firm.url.removeprefix("sqlite:///")).with_name(f"{name}.db")
    return LocalCopy(firm.office, firm.database, actor, path, Time(firm), rep_code="ANN")


@pytest.fixture
def first(firm: Firm) -> Iterator[LocalCopy]:
    copy = laptop(firm, "first")
    copy.round()
    yield copy
    copy.close()


@pytest.fixture
def second(firm: Firm) -> Iterator[LocalCopy]:
    copy = laptop(firm, "second")
    yield copy
    copy.close()


@pytest.fixture
def harbour(first: LocalCopy, second: LocalCopy) -> bytes:
    """A customer that was entered on the first laptop and is on both."""
    made = first.act(lambda work: customers.create_customer(work, name="Harbour Hotel", phone="1").id)
    first.round()
    second.round()
    return made


def past(copy: LocalCopy, row_id: bytes, table: str = "customer") -> History:
    with copy.store.reading() as connection:
        return history(connection, table=table, row_id=row_id)


def told(found: History) -> list[tuple[str, str, object]]:
    """(where from, field, old → new) of every change, the newest first."""
    return [
        ("here" if change.is_from_here else "office", name, pair)
        for change in found.changes
        if not change.born
        for name, pair in change.fields.items()
    ]


def phone(copy: LocalCopy, row_id: bytes, number: str) -> None:
    copy.act(lambda work: customers.edit_customer(work, row_id, phone=number))


def test_own_change_is_told_while_it_waits(first: LocalCopy, harbour: bytes) -> None:
    phone(first, harbour, "2")
    [change, born] = past(first, harbour).changes
    assert change.fields["phone"] == ("1", "2")
    assert change.is_waiting
    assert born.born
    assert born.fields["name"] == (None, "Harbour Hotel")


def test_own_change_is_told_once_when_the_office_sends_it_back(first: LocalCopy, harbour: bytes) -> None:
    phone(first, harbour, "2")
    first.round()
    first.round()
    assert told(past(first, harbour)) == [("here", "phone", ("1", "2"))]
    assert not past(first, harbour).changes[0].is_waiting


def test_change_of_another_laptop_is_told_with_old_and_new(
    first: LocalCopy, second: LocalCopy, harbour: bytes, firm: Firm
) -> None:
    phone(first, harbour, "2")
    first.round()
    second.round()
    found = past(second, harbour)
    assert told(found) == [("office", "phone", ("1", "2"))]
    assert found.changes[0].by == firm.anna
    assert found.captions["app_user", firm.anna].title == firm.row("app_user", firm.anna)["name"]
    assert found.changes[-1].born


def test_page_that_comes_twice_leaves_one_trace(first: LocalCopy, second: LocalCopy, harbour: bytes) -> None:
    phone(first, harbour, "2")
    first.round()
    second.round()
    second.round()
    assert len(told(past(second, harbour))) == 1


def test_change_that_meets_one_of_ours_is_told_against_what_the_office_had(
    first: LocalCopy, second: LocalCopy, harbour: bytes
) -> None:
    second.act(lambda work: customers.edit_customer(work, harbour, region="South"))
    phone(first, harbour, "2")
    first.round()
    second.round()
    assert sorted(told(past(second, harbour))) == [
        ("here", "region", ("", "South")),
        ("office", "phone", ("1", "2")),
    ]


def test_change_that_was_taken_back_is_not_told(first: LocalCopy, harbour: bytes) -> None:
    phone(first, harbour, "2")
    change_id = past(first, harbour).changes[0].change_id
    assert change_id is not None
    first.store.take_back(change_id)
    assert told(past(first, harbour)) == []


def test_history_of_a_unit_that_left_is_gone(
    first: LocalCopy, second: LocalCopy, harbour: bytes, firm: Firm
) -> None:
    phone(first, harbour, "2")
    first.round()
    second.round()
    firm.edit("customer", harbour, owner_id=firm.ben)
    second.round()
    with second.store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM trace").scalar_one() == 0


def test_timeline_tells_of_contacts_and_of_the_beginning(first: LocalCopy, harbour: bytes) -> None:
    made = first.act(lambda work: contacts.create_contact(work, harbour, name="Li Na").id)
    with first.store.reading() as connection:
        found = timeline(connection, customer_id=harbour)
    changes = [moment.change for moment in found.moments if moment.what is What.CHANGED]
    assert [
        (change.table, change.row_id, change.born) for change in changes if isinstance(change, Change)
    ] == [
        ("contact", made, True),
        ("customer", harbour, True),
    ]
    assert found.captions["contact", made].title == "Li Na"
