"""Codes, the staff tree, and the office's judgement of the directory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.changes.entity import Row
from crm.changes.view import View
from crm.ids import DIRECTORY
from crm.people import rules
from crm.people.entities import DIVISION, PERSON, data_grant_id, user_role_id
from crm.rules import PlainRules
from tests.unit.crm.desk import ADMIN, MemoryView, change_of

people = st.integers(0, 12).map(lambda number: number.to_bytes(16, "big"))
trees = st.dictionaries(people, st.none() | people)

ANNA, BEN, CHEN = b"a" * 16, b"b" * 16, b"c" * 16
NORTH = b"N" * 16


@pytest.mark.parametrize("code", ["ND", "A1", "9Z9Z", "XY7"])
def test_two_to_four_capitals_or_digits_are_a_rep_code(code: str) -> None:
    assert rules.is_rep_code(code)


@pytest.mark.parametrize("code", ["", "N", "nd", "ABCDE", "12", "N-D", "ND ", "ＮＤ", "张三", "ND\n"])
def test_anything_else_is_none(code: str) -> None:
    assert not rules.is_rep_code(code)


def test_who_stands_above_cannot_come_to_stand_below() -> None:
    superiors = {BEN: ANNA, CHEN: BEN, ANNA: None}
    assert rules.closes_a_ring(superiors, ANNA, CHEN)
    assert rules.closes_a_ring(superiors, ANNA, ANNA)
    assert not rules.closes_a_ring(superiors, CHEN, ANNA)
    assert not rules.closes_a_ring(superiors, ANNA, None)


@given(trees, people, people)
def test_a_superior_that_closes_no_ring_leaves_nobody_below_themselves(
    superiors: dict[bytes, bytes | None], person: bytes, superior: bytes
) -> None:
    closes = rules.closes_a_ring(superiors, person, superior)
    moved = {**superiors, person: superior}
    above, seen = moved.get(person), set()
    while above is not None and above not in seen and above != person:
        seen.add(above)
        above = moved.get(above)
    assert closes == (above == person)


@given(trees, people)
def test_everyone_below_has_a_superior_at_or_below_the_person(
    superiors: dict[bytes, bytes | None], person: bytes
) -> None:
    below = rules.people_below(superiors, person)
    assert person not in below
    assert all(superiors[who] in {person, *below} for who in below)
    assert all(who in below for who, above in superiors.items() if above == person and who != person)


def test_grants_add_a_person_or_everybody_of_a_division() -> None:
    divisions = {ANNA: NORTH, BEN: NORTH, CHEN: None}
    assert rules.data_seen({}, divisions, [(PERSON, CHEN)], ANNA) == {CHEN}
    assert rules.data_seen({}, divisions, [(DIVISION, NORTH)], ANNA) == {BEN}
    assert rules.data_seen({CHEN: ANNA}, divisions, [("team", BEN)], ANNA) == {CHEN}


# --- the office's judgement -----------------------------------------------------------------------------------------


@pytest.fixture
def view() -> MemoryView:
    view = MemoryView()
    view.add("app_user", id=ANNA, unit=DIRECTORY, name="安娜", rep_code="AN")
    view.add("app_user", id=BEN, unit=DIRECTORY, name="Ben", rep_code="BE", superior_id=ANNA, deleted=1)
    return view


def codes(rule: PlainRules, view: View, table: str, before: Row | None, after: Row) -> list[int | str]:
    return [finding.code for finding in rule.judge(view, change_of(table, before, after, ADMIN))]


def test_a_code_of_somebody_who_left_is_refused(view: MemoryView) -> None:
    row = view.add("app_user", id=CHEN, unit=DIRECTORY, name="陈", rep_code="BE")
    assert codes(rules.UserRules(), view, "app_user", None, row) == [rules.REP_CODE_TAKEN]


def test_a_new_code_of_the_right_form_passes(view: MemoryView) -> None:
    row = view.add("app_user", id=CHEN, unit=DIRECTORY, name="陈", rep_code="CH")
    assert codes(rules.UserRules(), view, "app_user", None, row) == []


def test_a_person_without_name_or_code_is_refused(view: MemoryView) -> None:
    row = view.add("app_user", id=CHEN, unit=DIRECTORY, name=" ", rep_code="c")
    assert codes(rules.UserRules(), view, "app_user", None, row) == [rules.NAME_MISSING, rules.BAD_REP_CODE]


def test_a_ring_in_the_staff_tree_is_refused(view: MemoryView) -> None:
    view.add("app_user", id=CHEN, unit=DIRECTORY, name="陈", rep_code="CH", superior_id=ANNA)
    before = view.rows["app_user"][ANNA]
    after = view.add("app_user", **{**before, "superior_id": CHEN})
    assert codes(rules.UserRules(), view, "app_user", before, after) == [rules.STAFF_RING]


def test_the_whole_directory_is_wanted_once_for_people() -> None:
    row = MemoryView().add("app_user", id=ANNA)
    (want,) = rules.UserRules().wants(MemoryView(), [row])
    assert (want.table, want.column, want.values) == ("app_user", "unit", frozenset({DIRECTORY}))
    assert list(rules.UserRules().wants(MemoryView(), [])) == []


def test_two_divisions_cannot_have_one_code() -> None:
    view = MemoryView()
    view.add("division", id=NORTH, unit=DIRECTORY, code="N", name="北方")
    row = view.add("division", id=ANNA, unit=DIRECTORY, code="N", name="南方")
    assert codes(rules.DivisionRules(), view, "division", None, row) == [rules.DIVISION_CODE_TAKEN]


def test_only_known_roles_are_given_under_the_id_that_follows_from_them() -> None:
    view = MemoryView()
    good = view.add("user_role", id=user_role_id(ANNA, "sales_rep"), user_id=ANNA, role="sales_rep")
    unknown = view.add("user_role", id=user_role_id(ANNA, "wizard"), user_id=ANNA, role="wizard")
    forged = view.add("user_role", id=CHEN, user_id=ANNA, role="approver")
    judge = rules.UserRoleRules()
    assert codes(judge, view, "user_role", None, good) == []
    assert codes(judge, view, "user_role", None, unknown) == [rules.NO_SUCH_ROLE]
    assert codes(judge, view, "user_role", None, forged) == [rules.BAD_LINK]


def test_a_grant_names_a_person_or_division_that_is_there(view: MemoryView) -> None:
    def grant(kind: str, principal: bytes) -> list[int | str]:
        row = view.add(
            "data_grant",
            id=data_grant_id(CHEN, principal),
            user_id=CHEN,
            principal_kind=kind,
            principal_id=principal,
        )
        (want,) = rules.DataGrantRules().wants(view, [row])
        assert want.values == {principal}
        return codes(rules.DataGrantRules(), view, "data_grant", None, row)

    assert grant(PERSON, ANNA) == []
    assert grant(DIVISION, ANNA) == [rules.BAD_LINK]
    assert grant("planet", ANNA) == [rules.BAD_LINK]
