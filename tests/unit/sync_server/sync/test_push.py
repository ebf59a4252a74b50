"""Handing in: every changeset has its outcome, once, and none stops those behind it (sync-protocol, 5 and 12)."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from crm.changes.clock import CLAMP_MS, instant_of, stamp_of
from crm.changes.codec import Form, body_hash, encode
from crm.changes.ops import BIRTH, CHANGE, MAX_BATCH, PROTOCOL, Op, PushRequest, Sealed
from crm.changes.safeguards import Safeguards
from crm.changes.view import Change, Finding, Rulebook, View
from crm.customers.rules import CustomerRules
from crm.errors import Code, InvalidInput, NotAllowed, ProtocolFault
from crm.ids import COMPANY, derive_id
from crm.schema import RULEBOOK, SCHEMA_VERSION
from sync_server.accounts.actors import actor_for
from sync_server.sync.batch import Batch
from sync_server.sync.push import Caller, Push
from tests.unit.sync_server.sync.firm import NOON, SECRET, Firm, Laptop, customer_birth


def named(row_id: bytes, owner: bytes, name: str) -> Op:
    return customer_birth(row_id, owner, name=name)


def births(firm: Firm, laptop: Laptop, *names: str) -> list[Sealed]:
    """New customers, one changeset each, sealed and not sent."""
    return [laptop.sealed(laptop.changeset(named(firm.new_id(), laptop.person, name))) for name in names]


def names(firm: Firm) -> list[str]:
    return sorted(str(row["name"]) for row in firm.rows("customer"))


def heads(firm: Firm) -> dict[bytes, int]:
    return {row[0]: row[1] for row in firm.sql("SELECT id, seq FROM feed")}


# --- once, in order ---------------------------------------------------------------------------------------------------


def test_outcomes_come_in_the_order_of_the_request_and_name_the_next_number(firm: Firm, anna: Laptop) -> None:
    sealed = births(firm, anna, "a", "b", "c")
    answer = anna.push(sealed)
    assert [(one.change_id, one.n, one.kind) for one in answer.outcomes] == [
        (one.change_id, one.n, "applied") for one in sealed
    ]
    assert (answer.expected_n, answer.office_ms, answer.fork) == (4, NOON, False)
    assert names(firm) == ["a", "b", "c"]


def test_a_request_without_changes_learns_the_next_number(firm: Firm, anna: Laptop) -> None:
    assert anna.push([]).expected_n == 1
    anna.push(births(firm, anna, "a"))
    assert anna.push([]).expected_n == 2


def test_what_is_sent_again_gets_the_stored_answer_and_has_no_second_effect(firm: Firm, anna: Laptop) -> None:
    sealed = births(firm, anna, "a", "b")
    bad = anna.sealed(anna.changeset(Op("customer", firm.new_id(), CHANGE, 1, {"name": ["x", "y"]})))
    first = anna.push([*sealed, bad])
    before, seqs = firm.everything(), heads(firm)
    for again in ([*sealed, bad], sealed, [sealed[1]], [bad]):
        answer = anna.push(again)
        assert [one for one in first.outcomes if one in answer.outcomes] == list(answer.outcomes)
        assert (len(answer.outcomes), answer.expected_n, answer.fork) == (len(again), 4, False)
    assert (firm.everything(), heads(firm)) == (before, seqs)


def test_an_answer_that_was_lost_in_the_middle_of_a_queue_is_given_again(firm: Firm, anna: Laptop) -> None:
    sealed = births(firm, anna, "a", "b", "c")
    anna.push(sealed[:2])
    answer = anna.push(sealed)
    assert [one.kind for one in answer.outcomes] == ["applied"] * 3
    assert names(firm) == ["a", "b", "c"]


def test_a_known_change_has_its_stored_outcome_under_whatever_device_and_number_it_comes(
    firm: Firm, anna: Laptop
) -> None:
    sealed = births(firm, anna, "a", "b")
    anna.push(sealed)
    seqs = heads(firm)
    clone = firm.laptop(firm.anna)
    moved = [msgspec.structs.replace(one, n=place) for place, one in enumerate(reversed(sealed), 1)]
    answer = clone.push(moved)
    assert [(one.change_id, one.n, one.kind) for one in answer.outcomes] == [
        (sealed[1].change_id, 1, "applied"),
        (sealed[0].change_id, 2, "applied"),
    ]
    assert answer.expected_n == 3
    assert (names(firm), heads(firm)) == (["a", "b"], seqs)
    clone.n = 2
    assert clone.hand_in(named(firm.new_id(), firm.anna, "c")).kind == "applied"


def test_one_change_twice_in_a_request_has_one_effect(firm: Firm, anna: Laptop) -> None:
    [sealed] = births(firm, anna, "a")
    answer = anna.push([sealed, msgspec.structs.replace(sealed, n=2)])
    assert [one.kind for one in answer.outcomes] == ["applied", "applied"]
    assert names(firm) == ["a"]
    assert answer.expected_n == 3


def test_a_gap_is_answered_with_the_number_that_is_expected(firm: Firm, anna: Laptop) -> None:
    sealed = births(firm, anna, "a", "b", "c")
    answer = anna.push(sealed[1:])
    assert (answer.outcomes, answer.expected_n, answer.fork) == ((), 1, False)
    answer = anna.push([sealed[0], sealed[2]])
    assert ([one.n for one in answer.outcomes], answer.expected_n) == ([1], 2)
    assert names(firm) == ["a"]


def test_the_same_number_with_another_change_is_a_fork(firm: Firm, anna: Laptop) -> None:
    anna.push(births(firm, anna, "a", "b"))
    before = firm.everything()
    anna.n = 1
    answer = anna.push(births(firm, anna, "other", "more"))
    assert (answer.fork, answer.outcomes, answer.expected_n) == (True, (), 3)
    assert firm.everything() == before


def test_the_same_number_and_change_with_another_hash_is_a_fork(firm: Firm, anna: Laptop) -> None:
    row_id, change_id = firm.new_id(), firm.new_id()
    anna.push([anna.sealed(anna.changeset(named(row_id, firm.anna, "one"), change_id=change_id))])
    before = firm.everything()
    # A copy of the database, made before the entry was edited for the last time and sent.
    anna.n = 0
    answer = anna.push([anna.sealed(anna.changeset(named(row_id, firm.anna, "other"), change_id=change_id))])
    assert (answer.fork, answer.outcomes) == (True, ())
    assert firm.everything() == before


def test_a_known_change_with_another_body_under_a_new_number_is_refused_and_not_called_applied(
    firm: Firm, anna: Laptop
) -> None:
    row_id, change_id = firm.new_id(), firm.new_id()
    anna.push([anna.sealed(anna.changeset(named(row_id, firm.anna, "one"), change_id=change_id))])
    clone = firm.laptop(firm.anna)
    before = firm.everything()
    other = clone.sealed(clone.changeset(named(row_id, firm.anna, "other"), change_id=change_id))
    [outcome] = clone.push([other]).outcomes
    assert (outcome.kind, outcome.code) == ("rejected", Code.BAD_HASH)
    assert firm.everything() == before
    assert [one.kind for one in clone.push([other]).outcomes] == ["rejected"]
    assert clone.hand_in(named(firm.new_id(), firm.anna, "next")).kind == "applied"


# --- refusals ---------------------------------------------------------------------------------------------------------


def strange(firm: Firm, laptop: Laptop) -> Iterator[tuple[Sealed, int]]:
    """Changesets that can never be taken, each with the number of its refusal."""
    good = laptop.changeset(named(firm.new_id(), laptop.person, "x"))

    def of(body: bytes, *, change_id: bytes = good.change_id, hash_: bytes | None = None) -> Sealed:
        laptop.n += 1
        return Sealed(change_id, laptop.n, hash_ or body_hash(body), body)

    yield of(encode(good), change_id=firm.new_id(), hash_=b"h" * 32), Code.BAD_HASH
    yield of(b"no changeset", change_id=firm.new_id()), Code.MALFORMED
    yield of(encode(good), change_id=firm.new_id()), Code.MALFORMED
    yield of(b"x" * (200 * 1024 + 1), change_id=firm.new_id()), Code.TOO_LARGE
    for wrong in ({"intent": "a\x00b"}, {"business_date": "2026-05\x0029"}, {"intent": "x" * 65}):
        changeset = msgspec.structs.replace(good, change_id=firm.new_id(), **wrong)
        yield of(encode(changeset), change_id=changeset.change_id), Code.MALFORMED
    yield laptop.sealed(laptop.changeset(*good.ops, actor=firm.ben)), Code.NO_RIGHT
    for op, code in (
        (Op("nothing", firm.new_id(), BIRTH, 0, {}), Code.UNKNOWN_TABLE),
        (Op("customer", firm.new_id(), BIRTH, 0, {"nothing": 1}), Code.UNKNOWN_FIELD),
        (Op("customer", firm.new_id(), BIRTH, 0, {"name": 1}), Code.BAD_VALUE),
        (Op("customer", firm.new_id(), BIRTH, 0, {"name": "a\x00b"}), Code.BAD_VALUE),
        (Op("customer", firm.new_id(), CHANGE, 1, {"name": ["a", "b"]}), Code.NOT_FOUND),
        (Op("order_line", firm.new_id(), BIRTH, 0, {"order_id": firm.new_id()}), Code.BAD_VALUE),
        (Op("sales_order", firm.new_id(), BIRTH, 0, {"customer_id": "x" * 16, "rep_id": 7}), Code.BAD_VALUE),
        (Op("sales_order", firm.new_id(), BIRTH, 0, {"customer_id": [[]], "currency": {}}), Code.BAD_VALUE),
        (Op("sales_order", firm.new_id(), BIRTH, 0, {}), Code.BAD_VALUE),
        (customer_birth(firm.new_id(), laptop.person, credit_limit_minor=5), Code.OFFICE_FIELD),
    ):
        yield laptop.sealed(laptop.changeset(op)), code


def test_what_can_never_be_taken_has_a_number_and_blocks_nothing_behind_it(firm: Firm, anna: Laptop) -> None:
    sealed: list[Sealed] = []
    expected: list[tuple[str, int]] = []
    for place, (bad, code) in enumerate(strange(firm, anna)):
        sealed += [bad, *births(firm, anna, f"good {place:02}")]
        expected += [("rejected", code), ("applied", 0)]
    answer = anna.push(sealed)
    assert [(one.kind, one.code) for one in answer.outcomes] == expected
    assert all(one.text for one in answer.outcomes if one.code)
    assert answer.expected_n == len(sealed) + 1
    assert len(names(firm)) == len(sealed) // 2
    assert anna.push(sealed).outcomes == answer.outcomes
    assert firm.faults() == []


def test_nothing_of_a_refused_change_is_stored_but_its_words(firm: Firm, anna: Laptop) -> None:
    firm.customer(anna)
    before, seqs = firm.everything(), heads(firm)
    sealed = anna.sealed(
        anna.changeset(
            named(firm.new_id(), firm.anna, "a"), Op("contact", firm.new_id(), BIRTH, 0, {"name": "x"})
        )
    )
    [outcome] = anna.push([sealed]).outcomes
    assert outcome.kind == "rejected"
    assert (firm.everything(), heads(firm)) == (before, seqs)
    assert firm.sql("SELECT body, kind, n FROM changeset WHERE change_id=?", sealed.change_id) == [
        (sealed.body, "rejected", 2)
    ]


def test_too_many_changes_in_one_request_are_refused_and_as_many_as_are_allowed_taken(
    firm: Firm, anna: Laptop
) -> None:
    sealed = births(firm, anna, *(f"{place:03}" for place in range(MAX_BATCH)))
    with pytest.raises(InvalidInput) as refusal:
        anna.push([*sealed, sealed[0]])
    assert refusal.value.code == Code.TOO_LARGE
    assert names(firm) == []
    assert [one.kind for one in anna.push(sealed).outcomes] == ["applied"] * MAX_BATCH
    assert firm.faults() == []


def test_a_newer_program_is_told_that_the_office_is_older(firm: Firm, anna: Laptop) -> None:
    sealed = anna.sealed(
        anna.changeset(named(firm.new_id(), firm.anna, "a"), schema_version=SCHEMA_VERSION + 1)
    )
    with pytest.raises(ProtocolFault) as refusal:
        anna.push([*births(firm, anna, "b"), sealed])
    assert refusal.value.code == Code.SCHEMA_AHEAD
    with pytest.raises(ProtocolFault):
        firm.office.push(anna.caller, PushRequest(PROTOCOL + 1, anna.incarnation, NOON, ()))
    assert names(firm) == []


def test_only_an_enrolled_device_hands_in(firm: Firm, anna: Laptop) -> None:
    request = PushRequest(PROTOCOL, anna.incarnation, NOON, ())
    with pytest.raises(NotAllowed) as refusal:
        firm.office.push(Caller(firm.anna, None), request)
    assert refusal.value.code == Code.NO_RIGHT


def test_a_life_of_one_device_is_no_life_of_another(firm: Firm, anna: Laptop, ben: Laptop) -> None:
    anna.push(births(firm, anna, "a"))
    before = firm.everything()
    ben.incarnation = anna.incarnation
    ben.n = 1
    with pytest.raises(NotAllowed) as refusal:
        ben.push(births(firm, ben, "b"))
    assert refusal.value.code == Code.NOT_FOUND
    assert firm.everything() == before


def test_who_may_not_work_any_more_hands_in_nothing(firm: Firm, anna: Laptop) -> None:
    firm.edit("app_user", firm.anna, state="frozen")
    with pytest.raises(NotAllowed):
        anna.push(births(firm, anna, "a"))
    assert names(firm) == []


# --- defects ----------------------------------------------------------------------------------------------------------


class Defect(CustomerRules):
    """A bug: it raises on one name."""

    def judge(self, view: View, change: Change) -> Iterator[Finding]:
        if change.after["name"] == "defect":
            raise ZeroDivisionError("a bug")
        yield from super().judge(view, change)


WITH_DEFECT: Rulebook = {**RULEBOOK, "customer": Defect()}


@pytest.mark.allow_log("sync_server.sync.push")
def test_a_rule_that_raises_puts_its_change_aside_and_stops_no_other(firm: Firm, anna: Laptop) -> None:
    sick = Firm(firm.url, WITH_DEFECT, seed=2)
    anna.firm = sick
    sealed = births(sick, anna, "a", "defect", "b")
    answer = anna.push(sealed)
    assert [(one.kind, one.code) for one in answer.outcomes] == [
        ("applied", 0),
        ("quarantined", Code.QUARANTINED),
        ("applied", 0),
    ]
    assert (names(sick), answer.expected_n) == (["a", "b"], 4)
    [row] = sick.rows("quarantine")
    assert row["id"] == derive_id("quarantine", sealed[1].change_id)
    assert (row["person_id"], row["unit"], row["feed_id"]) == (sick.anna,) * 3
    assert (row["change_id"], row["state"], row["device"]) == (sealed[1].change_id, "waiting", anna.device)
    assert sick.sql("SELECT body FROM changeset WHERE change_id=?", sealed[1].change_id) == [
        (sealed[1].body,)
    ]
    assert anna.push(sealed).outcomes == answer.outcomes
    assert sick.faults() == []
    anna.checkpoint()
    assert anna.rows == sick.in_scope(sick.anna)
    sick.close()


def test_without_the_barrier_a_rule_that_raises_stops_everything(firm: Firm, anna: Laptop) -> None:
    sick = Firm(firm.url, WITH_DEFECT, Safeguards(barrier=False), seed=2)
    anna.firm = sick
    with pytest.raises(ZeroDivisionError):
        anna.push(births(sick, anna, "a", "defect", "b"))
    assert names(sick) == []
    sick.close()


# psycopg may warn when it leaves the pipeline that the planted error broke.
@pytest.mark.allow_log("sync_server.sync.push", "psycopg")
def test_an_error_of_the_database_costs_the_change_it_belongs_to_and_no_other(
    firm: Firm, anna: Laptop
) -> None:
    with firm.database.write() as connection:
        connection.exec_driver_sql("CREATE UNIQUE INDEX planted ON customer (name)")
    sealed = births(firm, anna, "a", "b", "a", "c")
    answer = anna.push(sealed)
    assert [one.kind for one in answer.outcomes] == ["applied", "applied", "quarantined", "applied"]
    assert [one.n for one in answer.outcomes] == [1, 2, 3, 4]
    assert (names(firm), answer.expected_n) == (["a", "b", "c"], 5)
    assert [row["change_id"] for row in firm.rows("quarantine")] == [sealed[2].change_id]
    assert anna.push(sealed).outcomes == answer.outcomes
    assert firm.faults() == []


@pytest.mark.allow_log("sync_server.sync.push")
def test_after_an_error_of_the_database_gaps_and_refusals_are_what_they_were(
    firm: Firm, anna: Laptop
) -> None:
    with firm.database.write() as connection:
        connection.exec_driver_sql("CREATE UNIQUE INDEX planted ON customer (name)")
    sealed = births(firm, anna, "a", "a")
    bad = anna.sealed(anna.changeset(Op("nothing", firm.new_id(), BIRTH, 0, {})))
    anna.n += 1
    behind_a_gap = births(firm, anna, "b")
    answer = anna.push([*sealed, bad, *behind_a_gap])
    assert [one.kind for one in answer.outcomes] == ["applied", "quarantined", "rejected"]
    assert answer.expected_n == 4


# --- groups -----------------------------------------------------------------------------------------------------------


def test_a_group_that_takes_too_long_is_cut_and_nothing_is_left_out(firm: Firm, anna: Laptop) -> None:
    ticks = iter(range(10_000))
    told: list[bytes] = []
    push = Push(
        firm.database,
        RULEBOOK,
        lambda connection, person, office: actor_for(firm.database, connection, person, office=office),
        safeguards=Safeguards(),
        random_bytes=firm.chance.randbytes,
        announce=lambda connection, batch: told.append(b"") if connection is None else None,
        monotonic=lambda: float(next(ticks)),
    )
    sealed = births(firm, anna, "a", "b", "c", "d", "e")
    answer = push(anna.caller, PushRequest(PROTOCOL, anna.incarnation, NOON, tuple(sealed)))
    assert [one.kind for one in answer.outcomes] == ["applied"] * 5
    assert (names(firm), answer.expected_n) == (["a", "b", "c", "d", "e"], 6)
    assert len(told) > 1


def test_a_change_stands_on_those_before_it_in_the_same_request(firm: Firm, anna: Laptop) -> None:
    customer, contact = firm.new_id(), firm.new_id()
    sealed = [
        anna.sealed(anna.changeset(named(customer, firm.anna, "a"))),
        anna.sealed(anna.changeset(Op("customer", customer, CHANGE, 0, {"name": ["a", "b"]}))),
        anna.sealed(anna.changeset(Op("contact", contact, BIRTH, 0, {"customer_id": customer, "name": "x"}))),
        anna.sealed(
            anna.changeset(Op("contact", contact, CHANGE, 0, {"phone": ["", "5"], "name": ["x", "y"]}))
        ),
        anna.sealed(anna.changeset(Op("customer", customer, CHANGE, 0, {"name": ["b", "c"]}))),
    ]
    assert [one.kind for one in anna.push(sealed).outcomes] == ["applied"] * 5
    assert names(firm) == ["c"]
    row = firm.row("contact", contact)
    assert (row["name"], row["phone"], row["unit"]) == ("y", "5", customer)
    assert firm.faults() == []


def test_one_at_a_time_and_all_at_once_end_in_the_same_rows(firm: Firm, anna: Laptop, ben: Laptop) -> None:
    def story(laptop: Laptop, seed: bytes) -> list[Sealed]:
        customer, contact = derive_id(seed, "customer"), derive_id(seed, "contact")
        ops: list[Op] = [
            named(customer, laptop.person, "a"),
            Op("contact", contact, BIRTH, 0, {"customer_id": customer, "name": "x"}),
            Op("customer", customer, CHANGE, 0, {"name": ["a", "b"], "note": ["", "n"]}),
            Op("contact", contact, CHANGE, 0, {"deleted": [0, 1]}),
            Op("contact", contact, CHANGE, 0, {"name": ["x", "y"]}),
        ]
        return [laptop.sealed(laptop.changeset(op)) for op in ops]

    together = [one.kind for one in anna.push(story(anna, b"1")).outcomes]
    alone = [outcome.kind for sealed in story(ben, b"2") for outcome in ben.push([sealed]).outcomes]
    assert together == alone

    def shape(seed: bytes) -> list[dict[str, Any]]:
        left_out = {"id", "unit", "code", "code_key", "owner_id", "version", "stamps", "customer_id", "looks"}
        return [
            {
                name: value
                for name, value in firm.row(table, derive_id(seed, table)).items()
                if name not in left_out
            }
            for table in ("customer", "contact")
        ]

    ones, twos = shape(b"1"), shape(b"2")
    for one, two in zip(ones, twos, strict=True):
        one.update(created_by=None, changed_by=None)
        two.update(created_by=None, changed_by=None)
    assert ones == twos
    assert firm.faults() == []


# --- feeds, units, digests --------------------------------------------------------------------------------------------


def test_the_feed_counts_one_for_every_change_and_has_no_hole(firm: Firm, anna: Laptop, ben: Laptop) -> None:
    before = heads(firm).get(firm.north, 0)
    for laptop in (anna, ben, anna):
        laptop.push(births(firm, laptop, "a", "b"))
        laptop.hand_in(Op("nothing", firm.new_id(), BIRTH, 0, {}))
    records = firm.sql("SELECT seq, tag FROM feed_record WHERE feed=? ORDER BY seq", firm.north)
    assert [seq for seq, _ in records] == list(range(1, before + 7))
    assert len({tag for _, tag in records}) == len(records)
    assert firm.sql("SELECT seq, tag FROM feed WHERE id=?", firm.north) == [records[-1]]


def test_a_record_names_the_units_and_tables_it_touched(firm: Firm, anna: Laptop) -> None:
    customer = firm.new_id()
    contact = Op("contact", firm.new_id(), BIRTH, 0, {"customer_id": customer, "name": "x"})
    change = anna.changeset(named(customer, firm.anna, "a"), contact)
    anna.push([anna.sealed(change)])
    [(feed, seq, by, at, rows)] = firm.sql(
        'SELECT feed, seq, "by", at, "rows" FROM feed_record WHERE change_id=?', change.change_id
    )
    assert (feed, by, at, rows) == (firm.north, firm.anna, NOON, 2)
    touched = firm.sql("SELECT unit, tbl FROM feed_touch WHERE feed=? AND seq=? ORDER BY tbl", feed, seq)
    assert touched == [(customer, "contact"), (customer, "customer")]
    assert firm.sql("SELECT head, feed, kind FROM unit WHERE id=?", customer) == [(seq, feed, "customer")]


def test_who_makes_a_unit_holds_it_from_that_change_on(firm: Firm, anna: Laptop) -> None:
    customer = firm.customer(anna)
    version = firm.row("customer", customer)["version"]
    assert firm.sql(
        "SELECT principal, why, access, enter_seq, leave_seq, feed FROM holder WHERE unit=?", customer
    ) == [(firm.anna, "owner", "edit", version, None, firm.north)]


def test_a_unit_changes_hands_with_the_row_that_says_so(firm: Firm, anna: Laptop) -> None:
    head = firm.laptop(firm.head)
    customer = firm.customer(anna)
    first = firm.row("customer", customer)["version"]
    assert head.hand_in(head.edit("customer", customer, owner_id=firm.ben)).kind == "applied"
    second = firm.row("customer", customer)["version"]
    assert head.hand_in(head.edit("customer", customer, owner_id=firm.anna)).kind == "applied"
    third = firm.row("customer", customer)["version"]
    assert firm.sql(
        "SELECT principal, enter_seq, leave_seq FROM holder WHERE unit=? ORDER BY enter_seq", customer
    ) == [(firm.anna, first, second), (firm.ben, second, third), (firm.anna, third, None)]
    assert firm.faults() == []


def test_a_unit_that_changes_hands_twice_in_one_request_ends_where_it_should(
    firm: Firm, anna: Laptop
) -> None:
    head = firm.laptop(firm.head)
    customer = firm.customer(anna)
    base = firm.row("customer", customer)["version"]
    sealed = [
        head.sealed(head.changeset(Op("customer", customer, CHANGE, base, {"owner_id": [old, new]})))  # type: ignore[arg-type]
        for old, new in ((firm.anna, firm.ben), (firm.ben, firm.head))
    ]
    assert [one.kind for one in head.push(sealed).outcomes] == ["applied", "applied"]
    assert firm.sql("SELECT principal FROM holder WHERE unit=? AND leave_seq IS NULL", customer) == [
        (firm.head,)
    ]
    assert firm.faults() == []


def test_the_former_holder_may_not_edit_any_more_and_learns_nothing(firm: Firm, anna: Laptop) -> None:
    head = firm.laptop(firm.head)
    customer = firm.customer(anna, name="mine")
    head.hand_in(head.edit("customer", customer, owner_id=firm.ben, name="now of Ben"))
    outcome = anna.hand_in(Op("customer", customer, CHANGE, 1, {"name": ["mine", "x"]}))
    assert (outcome.kind, outcome.code) == ("rejected", Code.NOT_FOUND)
    assert "Ben" not in repr(outcome)


# --- time -------------------------------------------------------------------------------------------------------------


def test_the_stamp_is_kept_as_hashed_and_used_no_more_than_two_minutes_ahead(
    firm: Firm, anna: Laptop
) -> None:
    ahead = stamp_of(NOON + 3 * 3_600_000)
    row_id = firm.new_id()
    outcome = anna.hand_in(named(row_id, firm.anna, "a"), stamp=ahead)
    assert outcome.kind == "applied"
    [(stamp, effective)] = firm.sql(
        "SELECT stamp, effective_stamp FROM changeset WHERE change_id=?", outcome.change_id
    )
    assert (stamp, effective) == (ahead, stamp_of(NOON + CLAMP_MS))
    assert firm.row("customer", row_id)["created_at"] == instant_of(effective)


def test_the_office_remembers_how_far_a_clock_is_off(firm: Firm, anna: Laptop) -> None:
    firm.office.push(anna.caller, PushRequest(PROTOCOL, anna.incarnation, NOON + 3 * 3_600_000, ()))
    assert firm.sql("SELECT clock_offset_ms, last_contact_at FROM device WHERE id=?", anna.device) == [
        (3 * 3_600_000, NOON)
    ]


# --- conflicts --------------------------------------------------------------------------------------------------------


def test_a_value_that_lost_is_kept_beside_the_row_for_everybody_who_holds_it(
    firm: Firm, anna: Laptop
) -> None:
    head = firm.laptop(firm.head)
    customer = firm.customer(anna, name="a")
    base = firm.row("customer", customer)["version"]
    head.hand_in(head.edit("customer", customer, name="of the head"))
    outcome = anna.hand_in(Op("customer", customer, CHANGE, base, {"name": ["a", "of Anna"]}))  # type: ignore[arg-type]
    assert outcome.kind == "conflict"
    assert firm.row("customer", customer)["name"] == "of the head"
    [row] = firm.rows("conflict")
    assert (row["table_name"], row["row_id"], row["unit"]) == ("customer", customer, customer)
    assert (row["rule"], row["state"], row["field_names"]) == ("review", "open", "name")
    sides = [msgspec.msgpack.decode(row[side]) for side in ("base", "mine", "theirs")]  # type: ignore[arg-type]
    assert sides == [{"name": "a"}, {"name": "of Anna"}, {"name": "of the head"}]
    assert (row["mine_by"], row["theirs_by"]) == (firm.anna, firm.head)
    assert (row["change_id"], row["version"]) == (
        outcome.change_id,
        firm.sql("SELECT head FROM unit WHERE id=?", customer)[0][0],
    )
    assert firm.faults() == []


def test_a_later_value_of_ones_own_joins_the_conflict_that_is_open(firm: Firm, anna: Laptop) -> None:
    head = firm.laptop(firm.head)
    customer = firm.customer(anna, name="a")
    base = firm.row("customer", customer)["version"]
    head.hand_in(head.edit("customer", customer, name="of the head"))
    old = "a"
    for value in ("b", "c", "d"):
        outcome = anna.hand_in(Op("customer", customer, CHANGE, base, {"name": [old, value]}))  # type: ignore[arg-type]
        assert outcome.kind == "conflict"
        old = value
    [row] = firm.rows("conflict")
    assert msgspec.msgpack.decode(row["mine"]) == {"name": "d"}  # type: ignore[arg-type]
    assert msgspec.msgpack.decode(row["base"]) == {"name": "a"}  # type: ignore[arg-type]
    assert firm.faults() == []


def test_conflicts_of_two_people_about_one_field_stand_side_by_side(firm: Firm, anna: Laptop) -> None:
    head, clerk = firm.laptop(firm.head), firm.laptop(firm.person("CLE"))
    customer = firm.customer(anna, name="a")
    base = firm.row("customer", customer)["version"]
    for laptop, value in ((head, "h"), (anna, "n"), (clerk, "c")):
        laptop.hand_in(Op("customer", customer, CHANGE, base, {"name": ["a", value]}))  # type: ignore[arg-type]
    assert sorted(row["mine_by"] for row in firm.rows("conflict")) == sorted([firm.anna, firm.person("CLE")])  # type: ignore[type-var]
    assert firm.faults() == []


def test_an_edit_that_a_deletion_overtook_waits_under_the_name_of_its_author(
    firm: Firm, anna: Laptop
) -> None:
    head = firm.laptop(firm.head)
    customer = firm.customer(anna, name="a")
    base = firm.row("customer", customer)["version"]
    anna.hand_in(Op("customer", customer, CHANGE, base, {"name": ["a", "worked on"]}))  # type: ignore[arg-type]
    outcome = head.hand_in(Op("customer", customer, CHANGE, base, {"deleted": [0, 1]}))  # type: ignore[arg-type]
    assert outcome.kind == "conflict"
    assert firm.row("customer", customer)["deleted"] == 1
    [row] = firm.rows("conflict")
    assert (row["rule"], row["mine_by"], row["theirs_by"]) == ("dead", firm.anna, firm.head)
    assert msgspec.msgpack.decode(row["mine"]) == {"name": "worked on"}  # type: ignore[arg-type]
    assert firm.faults() == []


def test_no_field_of_the_office_is_in_any_conflict(firm: Firm, anna: Laptop) -> None:
    marketing = firm.laptop(firm.person("MAR"))
    product = firm.products[0]
    base = firm.row("product", product)["version"]
    firm.edit("product", product, name="by the office", cost_minor=SECRET + 1)
    outcome = marketing.hand_in(
        Op("product", product, CHANGE, base, {"name": ["Post", "by marketing"]})  # type: ignore[arg-type]
    )
    assert outcome.kind == "conflict"
    [row] = firm.rows("conflict")
    for side in ("base", "mine", "theirs"):
        found = msgspec.msgpack.decode(row[side])  # type: ignore[arg-type]
        assert set(found) == {"name"}
    assert str(SECRET)[:6].encode() not in repr(row).encode()


# --- encodings and callers at once ------------------------------------------------------------------------------------


def test_json_and_messagepack_hand_in_the_same(firm: Firm, anna: Laptop) -> None:
    customer = firm.new_id()
    owner = base64.b64encode(firm.anna).decode()
    op = Op("customer", customer, BIRTH, 0, {"owner_id": owner, "code": "C-1", "name": "a"})
    sealed = anna.sealed(anna.changeset(op), form=Form.JSON)
    [outcome] = anna.push([sealed], form=Form.JSON).outcomes
    assert outcome.kind == "applied"
    assert firm.row("customer", customer)["owner_id"] == firm.anna
    friend = Op("customer", customer, CHANGE, 0, {"owner_id": [owner, "no base64!"]})
    [outcome] = anna.push([anna.sealed(anna.changeset(friend), form=Form.JSON)], form=Form.JSON).outcomes
    assert (outcome.kind, outcome.code) == ("rejected", Code.BAD_VALUE)
    assert firm.faults() == []


def test_one_request_sent_many_times_at_once_has_one_effect(firm: Firm, anna: Laptop) -> None:
    sealed = births(firm, anna, *"abcdef")
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: anna.push(sealed), range(6)))
    assert all(answer.outcomes == answers[0].outcomes for answer in answers)
    assert names(firm) == list("abcdef")
    assert firm.faults() == []


def test_those_who_hold_what_was_touched_are_told_and_nobody_else(
    firm: Firm, anna: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[frozenset[bytes]] = []

    def announce(principals: Iterable[bytes]) -> None:
        told.append(frozenset(principals))

    monkeypatch.setattr(firm.office.hub, "announce", announce)
    customer = firm.customer(anna)
    assert told == [frozenset({firm.anna})]
    head = firm.laptop(firm.head)
    head.hand_in(head.edit("customer", customer, owner_id=firm.ben))
    assert told[1:] == [frozenset({firm.anna, firm.ben})]
    anna.hand_in(Op("nothing", firm.new_id(), BIRTH, 0, {}))
    assert told[2:] == [frozenset()]


def test_only_the_feeds_that_are_touched_are_locked(firm: Firm, anna: Laptop) -> None:
    customer = firm.customer(anna)
    order = firm.new_id()
    ops = (
        Op("contact", firm.new_id(), BIRTH, 0, {"customer_id": customer, "name": "x"}),
        Op("sales_order", order, BIRTH, 0, {"customer_id": customer, "rep_id": firm.anna}),
        Op("order_line", firm.new_id(), BIRTH, 0, {"order_id": order, "product_id": firm.products[0]}),
        customer_birth(firm.new_id(), firm.anna),
        anna.edit("customer", customer, name="x", owner_id=firm.anna),
    )
    locked: dict[str, set[bytes]] = {}
    for name, changed in (("work", ops), ("catalogue", (anna.edit("product", firm.products[0], name="x"),))):
        with firm.database.write() as connection:
            batch = Batch(firm.database, connection, RULEBOOK, firm.chance.randbytes)
            batch.lock([anna.changeset(*changed)], firm.anna)
            locked[name] = {feed for feed in (COMPANY, firm.anna, firm.north) if feed in batch.feeds}
    assert locked == {"work": {firm.anna, firm.north}, "catalogue": {firm.anna, COMPANY}}


def test_a_person_who_never_worked_before_has_a_feed_and_things_of_their_own(
    firm: Firm, anna: Laptop
) -> None:
    anna.push([])
    assert firm.sql("SELECT kind, seq FROM feed WHERE id=?", firm.anna) == [("person", 0)]
    assert firm.sql("SELECT principal, why FROM holder WHERE unit=?", firm.anna) == [(firm.anna, "self")]


def test_rights_are_read_with_the_change_and_not_remembered(firm: Firm, anna: Laptop) -> None:
    customer = firm.customer(anna)
    for row in firm.rows("user_role"):
        if row["user_id"] == firm.anna:
            firm.edit("user_role", row["id"], deleted=True)  # type: ignore[arg-type]
    outcome = anna.hand_in(anna.edit("customer", customer, name="x"))
    assert (outcome.kind, outcome.code) == ("rejected", Code.NO_RIGHT)
