"""What the office makes of decisions: the rules, and two people who decide one thing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.changes.actor import Actor, Standing
from crm.changes.clock import stamp_of
from crm.changes.decision import Decision, Sender, settle
from crm.changes.entity import Row, Wire
from crm.changes.merge import decide
from crm.changes.ops import CHANGE, Changeset, Op
from crm.changes.view import Overlay
from crm.conflicts import rules
from crm.conflicts.states import CONFLICT, QUARANTINE, ConflictState, QuarantineState
from crm.errors import Code, InvalidInput
from crm.ids import DIRECTORY
from crm.rights import Role, actor_of
from crm.schema import SCHEMA
from tests.unit.crm.desk import NOON, MemoryView, change_of

NORTH = b"N" * 16
ANNA, BEN = b"a" * 16, b"b" * 16
FIRM, CONTACT, PHONE, ASIDE = b"1" * 16, b"2" * 16, b"3" * 16, b"4" * 16

values = st.none() | st.integers(-(1 << 60), 1 << 60) | st.text(max_size=20) | st.binary(max_size=20)


@given(st.dictionaries(st.text(max_size=20), values))
def test_a_side_is_read_as_it_was_kept(side: dict[str, Wire]) -> None:
    assert rules.unpack(rules.pack(side)) == side


def test_no_side_is_an_empty_one() -> None:
    assert rules.unpack(None) == {}
    assert rules.unpack_written(None) == []


def test_what_was_written_is_read_as_it_was_kept() -> None:
    written = [
        rules.Written("contact", CONTACT, False, {"phone": ("1", "2"), "deleted": (0, 1)}),
        rules.Written("contact", FIRM, True, {}),
    ]
    assert rules.unpack_written(rules.pack_written(written)) == written


def test_a_consequence_is_a_word_and_numbers() -> None:
    text = rules.consequence_text("total", {"from_minor": 100, "to_minor": 250})
    assert text == '{"code":"total","from_minor":100,"to_minor":250}'


def test_every_state_can_be_reached_and_nothing_waits_for_ever() -> None:
    assert CONFLICT.states == set(ConflictState)
    assert QUARANTINE.states == set(QuarantineState)
    for machine, ends in [(CONFLICT, {"resolved"}), (QUARANTINE, {"resent", "discarded"})]:
        for state in machine.states - ends:
            reached, waiting = {state}, [state]
            while waiting:
                here = waiting.pop()
                for before, after in machine.moves:
                    if before == here and after not in reached:
                        reached.add(after)
                        waiting.append(after)
            assert reached & ends


def test_a_table_of_a_newer_version_is_not_guessed_at() -> None:
    matter = rules.Matter("hologram", FIRM, ("x",), "review", {"x": 1}, {"x": 2})
    with pytest.raises(InvalidInput) as refused:
        rules.steps_of(SCHEMA, matter, "mine")
    assert refused.value.code == Code.UNKNOWN_TABLE


# --- judged ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "codes"),
    [
        ({"state": "resolved", "resolution": "mine", "resolved_by": ANNA}, []),
        ({"state": "resolved", "resolution": ""}, [rules.BAD_RESOLUTION]),
        ({"state": "resolved", "resolution": "perhaps", "resolved_by": ANNA}, [rules.BAD_RESOLUTION]),
        ({"state": "open", "resolution": "mine"}, [rules.BAD_RESOLUTION]),
        ({"state": "resolved", "resolution": "mine", "resolved_by": BEN}, [rules.BAD_RESOLUTION]),
        ({"note": "看过"}, []),
    ],
)
def test_a_decision_fits_its_state_and_its_maker(after: dict[str, Any], codes: list[int]) -> None:
    view = MemoryView()
    before = view.add("conflict", id=PHONE, unit=FIRM)
    row: Row = {**before, **after}
    anna = actor_of(ANNA, division_id=NORTH, roles=[Role.SALES_REP])
    found = rules.ConflictRules().judge(view, change_of("conflict", before, row, anna))
    assert [finding.code for finding in found] == codes


@pytest.mark.parametrize(
    ("before", "after", "codes"),
    [
        ({}, {"state": "taken", "taker_id": ANNA}, []),
        ({}, {"state": "taken", "taker_id": BEN}, [rules.BAD_RESOLUTION]),
        ({}, {"state": "taken"}, [rules.BAD_RESOLUTION]),
        ({"state": "taken", "taker_id": ANNA}, {"state": "discarded"}, []),
        ({"state": "taken", "taker_id": ANNA}, {"state": "waiting", "taker_id": None}, []),
        ({"state": "taken", "taker_id": BEN}, {"state": "discarded"}, [rules.TAKEN]),
    ],
)
def test_a_change_put_aside_has_one_taker(
    before: dict[str, Any], after: dict[str, Any], codes: list[int]
) -> None:
    view = MemoryView()
    row = view.add("quarantine", id=ASIDE, unit=ANNA, person_id=ANNA, **before)
    anna = actor_of(ANNA, division_id=NORTH, roles=[Role.SALES_REP])
    change = change_of("quarantine", row, {**row, **after}, anna)
    assert [finding.code for finding in rules.QuarantineRules().judge(view, change)] == codes


# --- two people, one thing: through the merge -------------------------------------------------------------------------------


class Office:
    """The merge over rows in memory."""

    def __init__(self) -> None:
        view = MemoryView(
            {
                FIRM: Standing(NORTH, frozenset({ANNA})),
                ANNA: Standing(NORTH, frozenset({ANNA})),
            }
        )
        for person in (ANNA, BEN):
            view.add("app_user", id=person, unit=DIRECTORY, division_id=NORTH, state="active")
        view.add("customer", id=FIRM, unit=FIRM, feed_id=NORTH, owner_id=ANNA, code="C", name="晨光")
        common = {"feed_id": NORTH, "version": 5}
        view.add("contact", id=CONTACT, unit=FIRM, customer_id=FIRM, name="吴", phone="2", **common)
        view.add(
            "conflict",
            id=PHONE,
            unit=FIRM,
            table_name="contact",
            row_id=CONTACT,
            field_names="phone",
            mine=rules.pack({"phone": "3"}),
            theirs=rules.pack({"phone": "2"}),
            **common,
        )
        view.add("quarantine", id=ASIDE, unit=ANNA, person_id=ANNA, change_id=FIRM, **common)
        self.view = Overlay(view)
        self.seq = 5

    def send(self, actor: Actor, *ops: Op) -> Decision:
        changeset = Changeset(bytes([self.seq]) * 16, stamp_of(NOON), "2026-05-29", 1, "test", actor.id, ops)
        sender = Sender(actor, b"i" + actor.id[1:], stamp_of(NOON + self.seq), NOON)
        decision = decide(SCHEMA, rules.RULES, self.view, changeset, sender)
        self.seq += 1
        settle(decision, {NORTH: self.seq}, sender)
        return decision

    def value(self, table: str, row_id: bytes, name: str) -> Wire:
        row = self.view.get(table, row_id)
        assert row is not None
        return row[name]


REP = actor_of(ANNA, division_id=NORTH, roles=[Role.SALES_REP])
CLERK = actor_of(BEN, division_id=NORTH, roles=[Role.APPROVER])


def resolution(actor: Actor, word: str) -> Op:
    return Op(
        "conflict",
        PHONE,
        CHANGE,
        5,
        {
            "state": ["open", "resolved"],
            "resolution": ["", word],
            "resolved_at": [0, NOON],
            "resolved_by": [None, actor.id],
            "previous": [None, rules.pack_written([])],
        },
    )


PHONE_3 = Op("contact", CONTACT, CHANGE, 5, {"phone": ["2", "3"]})


def test_of_two_decisions_the_first_stands_whole_and_the_second_waits_whole() -> None:
    office = Office()
    assert office.send(CLERK, resolution(CLERK, "theirs")).kind == "applied"
    second = office.send(REP, PHONE_3, resolution(REP, "mine"))
    assert second.kind == "conflict"
    assert office.value("contact", CONTACT, "phone") == "2"
    assert office.value("conflict", PHONE, "resolution") == "theirs"
    (lost,) = second.lost
    assert (lost.table, lost.row_id, lost.open) == ("conflict", PHONE, True)
    assert len(rules.ops_of(lost.mine)) == 2


def test_two_people_who_decide_alike_are_no_conflict() -> None:
    office = Office()
    assert office.send(CLERK, resolution(CLERK, "theirs")).kind == "applied"
    assert office.send(REP, resolution(REP, "theirs")).kind != "conflict"
    assert office.value("conflict", PHONE, "resolution") == "theirs"


def test_the_second_taker_of_a_change_put_aside_waits() -> None:
    def take(actor: Actor) -> Op:
        fields = {"state": ["waiting", "taken"], "taker_id": [None, actor.id], "taken_at": [0, NOON]}
        return Op("quarantine", ASIDE, CHANGE, 5, fields)

    office = Office()
    assert office.send(CLERK, take(CLERK)).kind == "applied"
    second = office.send(REP, take(REP))
    assert (second.kind, second.code) == ("conflict", Code.STALE)
    assert second.lost[0].theirs_by == BEN
    assert office.value("quarantine", ASIDE, "taker_id") == BEN


def test_a_device_writes_no_side_of_a_conflict() -> None:
    office = Office()
    forged = Op("conflict", PHONE, CHANGE, 5, {"mine": [None, b"x"]})
    assert office.send(REP, forged).code == Code.OFFICE_FIELD
