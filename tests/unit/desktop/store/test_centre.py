"""What the sync centre reads: matters and where they are, conflicts and what follows from them, rounds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.conflicts.actions import resolve_conflict, undo_resolution
from crm.conflicts.consequences import Effect
from crm.contacts.actions import edit_contact
from crm.schema import RULEBOOK, SCHEMA
from desktop.store.reads.conflicts import Whole, open_about, open_lines, read_conflict
from desktop.store.reads.outbox import Matter, Outbox, count_needs_you, dropped_with, read_outbox
from desktop.store.reads.rounds import read_rounds
from desktop.store.store import Store
from tests.desktop.copies import StandingClock
from tests.desktop.sync_centre.troubles import NEW_MOBILE, OFFICE_MOBILE, Troubles, trouble


@pytest.fixture(scope="module")
def troubles(tmp_path_factory: pytest.TempPathFactory) -> Troubles:
    """The copy on which everything has happened."""
    return trouble(tmp_path_factory.mktemp("troubles"))


@pytest.fixture
def store(troubles: Troubles, tmp_path: Path) -> Iterator[Store]:
    """The copy, open."""
    store = troubles.prepared.open(tmp_path / "copy.db", StandingClock())
    yield store
    store.close()
    store.engine.dispose()


@pytest.fixture
def outbox(store: Store) -> Outbox:
    """The outbox as it begins."""
    return outbox_of(store)


def outbox_of(store: Store) -> Outbox:
    with store.reading() as connection:
        return read_outbox(connection, store.rows)


def matter(matters: tuple[Matter, ...], row_id: bytes) -> Matter:
    (found,) = [one for one in matters if one.row_id == row_id]
    return found


def conflict(store: Store, conflict_id: bytes) -> Whole:
    with store.reading() as connection:
        found = read_conflict(connection, store.rows, RULEBOOK, conflict_id)
    assert found is not None
    return found


# --- the outbox ------------------------------------------------------------------------------------------------------


def test_order_with_its_lines_is_one_matter_with_its_amount(outbox: Outbox, troubles: Troubles) -> None:
    order = matter(outbox.waiting, troubles.waiting_order)
    assert [step.intent for step in order.steps] == ["order.create", *["order.add_line"] * 10, "order.submit"]
    assert order.within == "海口椰风度假村"
    assert (order.amount_minor, order.currency, order.record_state) == (41_264_240, "CNY", "submitted")


def test_customer_with_its_contacts_is_named_after_the_customer(outbox: Outbox, troubles: Troubles) -> None:
    customer = matter(outbox.waiting, troubles.new_customer)
    assert customer.title == "海口椰风度假村"
    assert [row.title for row in customer.last.rows] == ["海口椰风度假村", "王芳", "陈强"]


def test_change_of_a_field_has_old_and_new(outbox: Outbox, troubles: Troubles) -> None:
    (step,) = matter(outbox.waiting, troubles.edited_contact).steps
    (row,) = step.rows
    assert [(c.name, c.before, c.after) for c in row.changes] == [
        ("mobile", troubles.edited_before, "139 0000 3333")
    ]


def test_what_rests_on_something_refused_waits_for_it(outbox: Outbox, troubles: Troubles) -> None:
    order = matter(outbox.waiting, troubles.refused_order)
    assert order.waits_for == (("customer", troubles.refused_customer, "文昌东郊椰林酒店"),)


def test_only_what_a_person_must_decide_needs_the_person(outbox: Outbox, troubles: Troubles) -> None:
    assert {one.row_id for one in outbox.needs_you} == {
        troubles.refused_customer,
        troubles.set_aside_customer,
    }
    refused = matter(outbox.needs_you, troubles.refused_customer).refused
    assert refused is not None
    assert (refused.outcome, refused.code) == ("rejected", 3111)


def test_count_is_that_of_the_list(store: Store, outbox: Outbox) -> None:
    with store.reading() as connection:
        lines, _ = open_lines(connection, store.rows)
        assert count_needs_you(connection) == len(outbox.needs_you) + len(outbox.set_aside) + len(lines) == 5


def test_dropping_a_customer_drops_its_order(store: Store, outbox: Outbox, troubles: Troubles) -> None:
    customer = matter(outbox.waiting, troubles.new_customer)
    with store.reading() as connection:
        assert len(dropped_with(connection, customer.last.change_id)) == 12
    store.discard(customer.last.change_id)
    rest = outbox_of(store)
    assert [
        one.row_id for one in rest.waiting if one.row_id in {troubles.new_customer, troubles.waiting_order}
    ] == []


def test_dropped_change_is_listed_as_done(store: Store, outbox: Outbox, troubles: Troubles) -> None:
    store.discard(matter(outbox.waiting, troubles.edited_contact).last.change_id)
    done = matter(outbox_of(store).done, troubles.edited_contact)
    assert [step.state for step in done.steps] == ["discarded"]


# --- conflicts -------------------------------------------------------------------------------------------------------


def test_conflict_has_before_mine_and_theirs(store: Store, troubles: Troubles) -> None:
    whole = conflict(store, troubles.phone_conflict)
    (field,) = whole.line.fields
    assert (field.name, field.mine, field.theirs) == ("mobile", NEW_MOBILE, OFFICE_MOBILE)
    assert field.before not in {NEW_MOBILE, OFFICE_MOBILE, ""}
    assert whole.line.mine_by.person == troubles.prepared.actor.id
    assert whole.line.theirs_by.name == "王海涛 Wang Haitao"


def test_value_alone_changes_no_total(store: Store, troubles: Troubles) -> None:
    effects = [one.effect for one in conflict(store, troubles.phone_conflict).consequences]
    assert effects == [Effect.VALUES_ONLY]


def test_conflict_of_an_order_says_what_it_would_come_to(store: Store, troubles: Troubles) -> None:
    whole = conflict(store, troubles.order_conflict)
    (total,) = whole.consequences
    assert total.effect is Effect.TOTAL

    with store.unit_of_work("conflict.resolve", troubles.prepared.actor) as work:
        resolve_conflict(work, SCHEMA, troubles.order_conflict, choose="mine")
    order = whole.line.target
    with store.reading() as connection:
        row = store.rows["sales_order"].get(connection, order)
    assert row is not None
    assert row["gross_total_minor"] == total.after


def test_edit_of_a_removed_record_would_bring_it_back(store: Store, troubles: Troubles) -> None:
    effects = [one.effect for one in conflict(store, troubles.dead_conflict).consequences]
    assert effects == [Effect.REVIVES]


def test_decided_conflict_needs_nobody_until_the_decision_is_taken_back(
    store: Store, troubles: Troubles
) -> None:
    about = [("contact", troubles.contact)]
    actor = troubles.prepared.actor
    with store.unit_of_work("conflict.resolve", actor) as work:
        resolve_conflict(work, SCHEMA, troubles.phone_conflict, choose="mine")
    with store.reading() as connection:
        assert open_about(connection, about) == []
    decided = conflict(store, troubles.phone_conflict)
    assert (decided.is_open, decided.resolution) == (False, "mine")
    with store.unit_of_work("conflict.undo_resolution", actor) as work:
        undo_resolution(work, SCHEMA, troubles.phone_conflict)
    with store.reading() as connection:
        assert open_about(connection, about) == [troubles.phone_conflict]


def test_conflict_is_found_at_its_record_only(store: Store, troubles: Troubles) -> None:
    with store.unit_of_work("contact.edit", troubles.prepared.actor) as work:
        edit_contact(work, troubles.edited_contact, title="主任")
    with store.reading() as connection:
        assert open_about(connection, [("contact", troubles.edited_contact)]) == []
        assert open_about(connection, [("customer", troubles.contact)]) == []


# --- rounds ----------------------------------------------------------------------------------------------------------


def test_log_tells_of_every_round_that_did_anything(store: Store) -> None:
    with store.reading() as connection:
        found = read_rounds(connection)
    assert [(one.sent > 0, one.received > 0, one.is_first_copy) for one in found.rounds] == [
        (True, True, False),
        (True, True, False),
        (False, True, True),
    ]
    assert dict(found.rounds[0].outcomes) == {"conflict": 3, "rejected": 12, "quarantined": 1}
    assert found.checkpoint_ms == found.rounds[0].at_ms
