"""Forms that were begun stay on this laptop, and leave it with their record."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from desktop.store import drafts
from desktop.store.drafts import Draft
from tests.unit.desktop.store.desk import Desk

TYPED: dict[str, drafts.Typed] = {
    "name": "海口椰风",
    "tags": ["a", None],
    "limit": 12_000_00,
    "is_default": True,
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    desk.round()
    yield desk
    desk.close()


def put(desk: Desk, *some: Draft) -> None:
    schema = desk.store.schema
    for draft in some:
        desk.store.keep(partial(drafts.put, schema=schema, draft=draft)).result()


def every(desk: Desk) -> list[Draft]:
    with desk.store.reading() as connection:
        return drafts.every(connection)


def test_draft_comes_back_as_it_was_typed_after_a_restart(desk: Desk) -> None:
    draft = Draft("customer.edit", b"c" * 16, TYPED, {"63" * 16: 7}, 5)
    put(desk, draft)
    desk.restart()
    with desk.store.reading() as connection:
        assert drafts.get(connection, "customer.edit", b"c" * 16) == draft
        assert drafts.get(connection, "customer.edit") is None


def test_newer_draft_takes_the_place_of_the_older(desk: Desk) -> None:
    put(
        desk,
        Draft("customer.new", values={"name": "A"}, at_ms=1),
        Draft("customer.new", values=TYPED, at_ms=2),
    )
    assert [(draft.values, draft.at_ms) for draft in every(desk)] == [(TYPED, 2)]


def test_newest_draft_comes_first(desk: Desk) -> None:
    put(desk, Draft("a", at_ms=1), Draft("b", at_ms=3), Draft("c", at_ms=2))
    assert [draft.kind for draft in every(desk)] == ["b", "c", "a"]


def test_draft_that_was_finished_is_gone(desk: Desk) -> None:
    put(desk, Draft("customer.new"), Draft("contact.new"))
    desk.store.keep(lambda connection: drafts.drop(connection, "customer.new")).result()
    assert [draft.kind for draft in every(desk)] == ["contact.new"]


def test_nothing_of_a_draft_is_sent(desk: Desk) -> None:
    put(desk, Draft("customer.new", values=TYPED))
    assert desk.round().pushed == 0
    assert len(every(desk)) == 1


def test_draft_leaves_with_its_record(desk: Desk) -> None:
    acme = desk.office.customer("Acme", contacts=1)
    other = desk.office.customer("Other")
    desk.round()
    put(desk, Draft("customer.edit", acme), Draft("customer.edit", other), Draft("customer.new"))
    desk.office.take_away(acme)
    desk.pull_only()
    assert {draft.record for draft in every(desk)} == {other, b""}


def test_draft_of_a_part_leaves_with_the_whole(desk: Desk) -> None:
    acme = desk.office.customer("Acme")
    desk.round()
    contact, _ = desk.new_contact(acme, "Ann")
    put(desk, Draft("contact.edit", contact))
    desk.office.take_away(acme)
    desk.pull_only()
    assert every(desk) == []
