"""Fetching: what a laptop holds after a checkpoint is what it may hold, row for row (sync-protocol, 7, 10, 11)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.changes.digest import digest
from crm.changes.ops import BIRTH, CHANGE, PROTOCOL, Head, Op, Page, PullRequest
from crm.errors import Code, InvalidInput, NotAllowed, ProtocolFault, RoundsmanError
from crm.ids import CATALOGUE, COMPANY, DIRECTORY
from crm.schema import SCHEMA
from sync_server.store.database import Database
from sync_server.sync import pull as pull_module
from sync_server.sync.push import Caller
from tests.contract.backends import Backend
from tests.unit.sync_server.sync.firm import SECRET, Firm, Laptop


def contacts(firm: Firm, laptop: Laptop, customer: bytes, count: int) -> None:
    ops = [
        Op("contact", firm.new_id(), BIRTH, 0, {"customer_id": customer, "name": f"c{number}"})
        for number in range(count)
    ]
    assert laptop.hand_in(*ops).kind == "applied"


def assign(firm: Firm, customer: bytes, person: bytes) -> None:
    firm.edit("customer", customer, owner_id=person)


def sent(pages: list[Page]) -> list[tuple[str, bytes]]:
    """(table, unit) of every row of these pages."""
    found = []
    for page in pages:
        for block in page.blocks:
            place = block.columns.index("unit")
            found += [(block.table, row[place]) for row in block.rows]
    return found


# --- the first copy ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 10_000])
def test_the_first_copy_is_the_persons_scope_whatever_the_size_of_its_pages(
    firm: Firm, anna: Laptop, chen: Laptop, rows: int
) -> None:
    for laptop in (anna, chen):
        for count in (0, 1, 5):
            contacts(firm, laptop, firm.customer(laptop), count) if count else firm.customer(laptop)
    fresh = firm.laptop(firm.anna)
    pages = fresh.checkpoint(rows=rows)
    assert fresh.rows == firm.in_scope(firm.anna)
    assert {unit for page in pages for unit in page.entering} == firm.scope_of(firm.anna)
    assert pages[-1].done == pages[-1].total == len(sent(pages))
    assert [page.complete for page in pages] == [False] * (len(pages) - 1) + [True]
    if rows <= 3:
        assert max(len(sent([page])) for page in pages) <= rows


def test_the_catalogue_and_ones_own_things_come_before_customers(firm: Firm, anna: Laptop) -> None:
    customer = firm.customer(anna)
    fresh = firm.laptop(firm.anna)
    entering = [unit for page in fresh.checkpoint(rows=1) for unit in page.entering]
    assert set(entering[:2]) == {CATALOGUE, DIRECTORY}
    assert entering[-1] == customer


def test_a_unit_too_large_for_a_page_enters_with_its_last_part(firm: Firm, anna: Laptop) -> None:
    customer = firm.customer(anna)
    contacts(firm, anna, customer, 10)
    fresh = firm.laptop(firm.anna)
    seen = 0
    for page in fresh.checkpoint(rows=4):
        seen += len([unit for _, unit in sent([page]) if unit == customer])
        assert (customer in page.entering) == (seen == 11 and customer in page.entering)
        if customer in page.entering:
            assert seen == 11
    assert seen == 11


def test_every_unit_comes_with_the_digest_of_its_rows(firm: Firm, anna: Laptop) -> None:
    for count in (1, 3, 12):
        contacts(firm, anna, firm.customer(anna), count)
    fresh = firm.laptop(firm.anna)
    told = {(one.unit, one.table): one for page in fresh.checkpoint(rows=4) for one in page.digests}
    held: dict[tuple[bytes, str], list[tuple[bytes, int]]] = {}
    for (table, row_id), row in fresh.rows.items():
        held.setdefault((row["unit"], table), []).append((row_id, row["version"]))  # type: ignore[arg-type]
    assert {key: (one.digest, one.rows) for key, one in told.items()} == {
        key: (digest(rows), len(rows)) for key, rows in held.items()
    }


def test_nothing_of_the_office_alone_is_in_any_page(firm: Firm, anna: Laptop) -> None:
    customer = firm.customer(anna)
    firm.edit("customer", customer, credit_note_office="for the office alone")
    anna.checkpoint()
    for page in anna.pages:
        raw = msgspec.msgpack.encode(page)
        assert b"for the office alone" not in raw
        assert SECRET.to_bytes(8, "big") not in raw
        assert b"credit_note_office" not in raw
        assert b"cost_minor" not in raw
        for block in page.blocks:
            assert {*block.columns, *block.same} == set(SCHEMA[block.table].wire_columns)


def test_a_first_copy_goes_on_after_the_office_was_started_again(firm: Firm, anna: Laptop) -> None:
    contacts(firm, anna, firm.customer(anna), 9)
    fresh = firm.laptop(firm.anna)
    fresh.fetch(rows=3)
    again = Firm(firm.url, seed=7)
    fresh.firm = again
    fresh.checkpoint(rows=3)
    assert fresh.rows == firm.in_scope(firm.anna)
    again.close()


# --- from checkpoint to checkpoint ------------------------------------------------------------------------------------


def test_an_idle_checkpoint_carries_nothing(firm: Firm, anna: Laptop) -> None:
    firm.customer(anna)
    anna.checkpoint()
    before = dict(anna.rows), dict(anna.cursor)
    [page] = anna.checkpoint()
    assert (page.blocks, page.entering, page.evicted, page.digests) == ((), (), (), ())
    assert page.complete
    assert (anna.rows, anna.cursor) == before


def test_a_change_brings_the_rows_that_changed_and_no_others(firm: Firm, anna: Laptop) -> None:
    customer = firm.customer(anna)
    contacts(firm, anna, customer, 5)
    anna.checkpoint()
    anna.hand_in(anna.edit("customer", customer, name="new"))
    pages = anna.checkpoint()
    assert sent(pages) == [("customer", customer)]
    assert pages[-1].entering == ()
    assert anna.rows == firm.in_scope(firm.anna)


def test_what_happens_elsewhere_is_not_sent(firm: Firm, anna: Laptop, ben: Laptop, chen: Laptop) -> None:
    anna.checkpoint()
    for laptop in (ben, chen):
        contacts(firm, laptop, firm.customer(laptop), 2)
    assert sent(anna.checkpoint()) == []
    assert anna.rows == firm.in_scope(firm.anna)


def test_a_unit_that_changes_hands_leaves_the_one_and_enters_at_the_other(
    firm: Firm, anna: Laptop, ben: Laptop
) -> None:
    customer = firm.customer(anna)
    contacts(firm, anna, customer, 3)
    anna.checkpoint()
    ben.checkpoint()
    assign(firm, customer, firm.ben)
    [leaves] = anna.checkpoint()
    assert (leaves.evicted, sent([leaves])) == ((customer,), [])
    assert not any(row["unit"] == customer for row in anna.rows.values())
    [enters] = ben.checkpoint()
    assert (enters.entering, enters.evicted) == ((customer,), ())
    for laptop in (anna, ben):
        assert laptop.rows == firm.in_scope(laptop.person)


def test_a_unit_that_left_and_came_back_stays_and_brings_what_changed(firm: Firm, anna: Laptop) -> None:
    customer = firm.customer(anna)
    contacts(firm, anna, customer, 3)
    anna.checkpoint()
    assign(firm, customer, firm.ben)
    firm.edit("customer", customer, note="while away")
    assign(firm, customer, firm.anna)
    pages = anna.checkpoint()
    assert [page.evicted for page in pages] == [()] * len(pages)
    assert anna.rows == firm.in_scope(firm.anna)


def test_a_unit_that_came_and_went_between_two_checkpoints_sends_no_row(
    firm: Firm, anna: Laptop, ben: Laptop
) -> None:
    customer = firm.customer(anna)
    ben.checkpoint()
    assign(firm, customer, firm.ben)
    assign(firm, customer, firm.anna)
    assert sent(ben.checkpoint()) == []
    assert ben.rows == firm.in_scope(firm.ben)


def test_a_deleted_unit_stays_with_its_holder_as_deleted(firm: Firm, anna: Laptop) -> None:
    customer = firm.customer(anna)
    anna.checkpoint()
    anna.hand_in(Op("customer", customer, CHANGE, 0, {"deleted": [0, 1]}))
    [page] = anna.checkpoint()
    assert page.evicted == ()
    assert anna.rows["customer", customer]["deleted"] == 1


# --- while a checkpoint is under way ----------------------------------------------------------------------------------


def test_a_unit_that_leaves_while_it_is_copied_is_not_held_at_the_end(firm: Firm, anna: Laptop) -> None:
    whole, partly, later = (firm.customer(anna) for _ in range(3))
    for customer in (whole, partly, later):
        contacts(firm, anna, customer, 6)
    fresh = firm.laptop(firm.anna)
    while partly not in {row["unit"] for row in fresh.staged.values()}:
        fresh.fetch(rows=3)
    assert partly not in {unit for page in fresh.pages for unit in page.entering}
    for customer in (whole, partly, later):
        assign(firm, customer, firm.ben)
    already = len(fresh.pages)
    fresh.checkpoint(rows=3)
    assert not {whole, partly, later} & {unit for _, unit in sent(fresh.pages[already:])}
    assert {whole, partly} <= set(fresh.pages[-1].evicted)
    assert fresh.rows == firm.in_scope(firm.anna)


def test_a_unit_that_enters_while_others_are_copied_is_there_at_the_end(
    firm: Firm, anna: Laptop, ben: Laptop
) -> None:
    contacts(firm, anna, firm.customer(anna), 9)
    later = firm.customer(ben)
    fresh = firm.laptop(firm.anna)
    fresh.fetch(rows=3)
    assign(firm, later, firm.anna)
    fresh.checkpoint(rows=3)
    assert later in {unit for page in fresh.pages for unit in page.entering}
    assert fresh.rows == firm.in_scope(firm.anna)


def test_a_row_that_changes_after_it_was_sent_comes_again(firm: Firm, anna: Laptop) -> None:
    customer = firm.customer(anna)
    contacts(firm, anna, customer, 9)
    fresh = firm.laptop(firm.anna)
    while ("customer", customer) not in fresh.staged:
        fresh.fetch(rows=3)
    anna.hand_in(anna.edit("customer", customer, name="changed meanwhile"))
    contacts(firm, anna, customer, 4)
    pages = fresh.checkpoint(rows=3)
    assert fresh.rows == firm.in_scope(firm.anna)
    told = {(one.unit, one.table): one for page in fresh.pages for one in page.digests}
    rows = [(key[1], row["version"]) for key, row in fresh.rows.items() if key[0] == "contact"]
    assert told[customer, "contact"].digest == digest(rows)  # type: ignore[arg-type]
    assert pages[-1].complete


def test_a_feed_that_begins_while_a_checkpoint_is_under_way_is_not_forgotten(firm: Firm) -> None:
    chen, head = firm.laptop(firm.chen), firm.laptop(firm.chen)
    chen.fetch(rows=1)
    customer = firm.customer(head)  # the first of the southern division
    chen.checkpoint(rows=1)
    assert ("customer", customer) in chen.rows
    assert chen.rows == firm.in_scope(firm.chen)


def test_more_records_than_are_looked_at_in_one_go_are_all_looked_at(
    firm: Firm, anna: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull_module, "TOUCHES", 3)
    monkeypatch.setattr(pull_module, "UNITS", 2)
    anna.checkpoint()
    for _ in range(4):
        customer = firm.customer(anna)
        contacts(firm, anna, customer, 3)
        place = firm.new_id()
        anna.hand_in(
            Op("ship_to_address", place, BIRTH, 0, {"customer_id": customer, "label": "x"}),
            Op("contact", firm.new_id(), BIRTH, 0, {"customer_id": customer, "name": "x"}),
            anna.edit("customer", customer, name="x"),
        )
    anna.checkpoint(rows=5)
    assert anna.rows == firm.in_scope(firm.anna)
    other = firm.laptop(firm.anna)
    other.checkpoint(rows=5)
    assert other.rows == anna.rows


# --- news -------------------------------------------------------------------------------------------------------------


def test_there_is_news_exactly_when_something_in_scope_changed(
    firm: Firm, anna: Laptop, ben: Laptop, chen: Laptop
) -> None:
    mine, of_ben = firm.customer(anna), firm.customer(ben)
    assert anna.has_news()
    for change, is_news in (
        (lambda: None, False),
        (lambda: anna.hand_in(anna.edit("customer", mine, name="x")), True),
        (lambda: ben.hand_in(ben.edit("customer", of_ben, name="x")), False),
        (lambda: firm.customer(chen), False),
        (lambda: contacts(firm, ben, of_ben, 2), False),
        (lambda: contacts(firm, anna, mine, 2), True),
        (lambda: firm.edit("product", firm.products[0], name="x"), True),
        (lambda: assign(firm, of_ben, firm.head), False),
        (lambda: assign(firm, of_ben, firm.anna), True),
        (lambda: assign(firm, mine, firm.ben), True),
        (lambda: anna.hand_in(Op("nothing", firm.new_id(), BIRTH, 0, {})), False),
        (lambda: firm.edit("app_user", firm.chen, phone="1"), True),
    ):
        anna.checkpoint()
        assert not anna.has_news()
        change()
        assert anna.has_news() == is_news, change
        anna.checkpoint()
        assert anna.rows == firm.in_scope(firm.anna)


def test_a_cursor_that_does_not_fit_is_news_so_that_the_pull_finds_it(firm: Firm, anna: Laptop) -> None:
    firm.customer(anna)
    anna.checkpoint()
    north = firm.north.hex()
    head = anna.cursor[north]
    for wrong in (
        msgspec.structs.replace(head, tag=b"otherone"),
        msgspec.structs.replace(head, epoch=head.epoch + 1),
        msgspec.structs.replace(head, seq=head.seq + 5),
    ):
        anna.cursor[north] = wrong
        assert anna.has_news()


# --- the receipt ------------------------------------------------------------------------------------------------------


def test_the_receipt_names_the_highest_number_and_the_outcomes_since(firm: Firm, anna: Laptop) -> None:
    customer = firm.customer(anna)
    bad = anna.hand_in(Op("nothing", firm.new_id(), BIRTH, 0, {}))
    [page] = anna.checkpoint()
    receipt = page.receipt
    assert receipt is not None
    assert (receipt.n, [one.n for one in receipt.outcomes]) == (2, [1, 2])
    assert receipt.outcomes[1] == bad
    anna.hand_in(anna.edit("customer", customer, name="x"))
    [page] = anna.checkpoint()
    assert page.receipt is not None
    assert (page.receipt.n, [one.n for one in page.receipt.outcomes]) == (3, [3])
    [page] = anna.checkpoint()
    assert page.receipt is not None
    assert (page.receipt.n, page.receipt.outcomes) == (3, ())


def test_a_receipt_comes_only_with_the_page_that_completes(firm: Firm, anna: Laptop) -> None:
    contacts(firm, anna, firm.customer(anna), 9)
    pages = anna.checkpoint(rows=3)
    assert [page.receipt is not None for page in pages] == [page.complete for page in pages]
    assert all((page.heads == {}) == (not page.complete) for page in pages)


def test_a_long_receipt_is_told_in_parts(firm: Firm, anna: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pull_module, "RECEIPT_LIMIT", 2)
    for _ in range(5):
        firm.customer(anna)
    told = []
    for _ in range(4):
        anna.checkpoint()
        assert anna.receipt is not None
        told.append((anna.receipt.n, [one.n for one in anna.receipt.outcomes]))
    assert told == [(2, [1, 2]), (4, [3, 4]), (5, [5]), (5, [])]


def test_a_life_nobody_knows_has_an_empty_receipt_and_no_life_sees_anothers(
    firm: Firm, anna: Laptop, ben: Laptop
) -> None:
    firm.customer(anna)
    ben.incarnation = anna.incarnation
    ben.checkpoint()
    assert ben.receipt is not None
    assert (ben.receipt.n, ben.receipt.outcomes) == (0, ())
    fresh = firm.laptop(firm.anna)
    fresh.checkpoint()
    assert fresh.receipt is not None
    assert fresh.receipt.n == 0


def test_the_durable_mark_travels_with_the_receipt(firm: Firm, anna: Laptop) -> None:
    firm.customer(anna)
    firm.plant("UPDATE incarnation SET durable_n=1 WHERE id=?", anna.incarnation)
    anna.checkpoint()
    assert anna.receipt is not None
    assert anna.receipt.durable_n == 1


# --- going back in time -----------------------------------------------------------------------------------------------


def test_a_cursor_that_the_office_never_was_at_is_found(firm: Firm, anna: Laptop) -> None:
    firm.customer(anna)
    anna.checkpoint()
    firm.customer(anna)
    good = dict(anna.cursor)
    north = firm.north.hex()
    head = good[north]
    for wrong in (
        msgspec.structs.replace(head, tag=b"otherone"),
        msgspec.structs.replace(head, epoch=head.epoch + 1),
        msgspec.structs.replace(head, epoch=0),
        msgspec.structs.replace(head, seq=head.seq + 1),
        msgspec.structs.replace(head, seq=head.seq - 1),
        msgspec.structs.replace(head, seq=1 << 62),
        msgspec.structs.replace(head, seq=0),
        Head(head.epoch, head.seq + 1, head.tag),
    ):
        anna.cursor = {**good, north: wrong}
        with pytest.raises(ProtocolFault) as found:
            anna.fetch()
        assert found.value.code == Code.REWOUND
    anna.cursor = good
    anna.checkpoint()
    assert anna.rows == firm.in_scope(firm.anna)


def test_an_office_that_was_set_back_is_found_at_the_next_page(firm: Firm, anna: Laptop) -> None:
    firm.customer(anna)
    anna.checkpoint()
    firm.plant("UPDATE feed SET epoch=epoch+1, seq=seq+4294967296")
    assert anna.has_news()
    with pytest.raises(ProtocolFault) as found:
        anna.fetch()
    assert found.value.code == Code.REWOUND


def test_a_cursor_may_name_feeds_that_are_none_of_ones_business(
    firm: Firm, anna: Laptop, chen: Laptop
) -> None:
    firm.customer(chen)
    chen.checkpoint()
    anna.cursor = {**chen.cursor, firm.new_id().hex(): Head(1, 5, b"x" * 8)}
    del anna.cursor[COMPANY.hex()]
    anna.checkpoint()
    assert anna.rows == firm.in_scope(firm.anna)
    assert set(anna.cursor) == {COMPANY.hex()}


# --- repair -----------------------------------------------------------------------------------------------------------


def test_a_unit_and_table_can_be_fetched_anew(firm: Firm, anna: Laptop, ben: Laptop) -> None:
    customer, foreign = firm.customer(anna), firm.customer(ben)
    contacts(firm, anna, customer, 4)
    anna.checkpoint()
    page = anna.fetch(
        refetch=(
            (customer, "contact"),
            (foreign, "customer"),
            (customer, "nothing"),
            (firm.new_id(), "contact"),
        )
    )
    assert page.refetched == ((customer, "contact"),)
    assert sent([page]) == [("contact", customer)] * 4
    [told] = page.digests
    rows = [(key[1], row["version"]) for key, row in anna.rows.items() if key[0] == "contact"]
    assert (told.unit, told.table, told.digest) == (customer, "contact", digest(rows))  # type: ignore[arg-type]
    assert page.complete


# --- who may ask, and what ---------------------------------------------------------------------------------------------


def test_only_an_enrolled_device_holds_a_copy(firm: Firm, anna: Laptop) -> None:
    with pytest.raises(NotAllowed) as refusal:
        firm.office.pull(Caller(firm.anna, None), PullRequest(PROTOCOL, 1, anna.incarnation, {}))
    assert refusal.value.code == Code.NO_RIGHT
    with pytest.raises(ProtocolFault):
        firm.office.pull(anna.caller, PullRequest(PROTOCOL + 1, 1, anna.incarnation, {}))


@pytest.mark.parametrize("feed", ["x", "0", "zz" * 16])
def test_a_cursor_names_feeds(firm: Firm, anna: Laptop, feed: str) -> None:
    anna.cursor = {feed: Head(1, 0, bytes(8))}
    with pytest.raises(InvalidInput) as refusal:
        anna.fetch()
    assert refusal.value.code == Code.BAD_ID


def test_a_position_of_one_person_shows_another_nothing(firm: Firm, anna: Laptop, chen: Laptop) -> None:
    contacts(firm, anna, firm.customer(anna), 12)
    fresh = firm.laptop(firm.anna)
    while not fresh.staged or "contact" not in {table for table, _ in fresh.staged}:
        fresh.fetch(rows=3)
    chen.position = fresh.position
    pages = chen.checkpoint(rows=3)
    assert {unit for _, unit in sent(pages)} <= firm.scope_of(firm.chen)
    assert {one.unit for page in pages for one in page.digests} <= firm.scope_of(firm.chen)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.binary(max_size=20)
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.binary(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def watched(firms: Backend) -> Any:
    """A firm with things of three people, for questions that change nothing."""
    with firms.office() as url:
        firm = Firm(url)
        laptops = [firm.laptop(person) for person in (firm.anna, firm.ben, firm.chen)]
        for laptop in laptops:
            contacts(firm, laptop, firm.customer(laptop), 6)
        yield firm, laptops
        firm.close()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_forged_position_shows_nothing_foreign_and_breaks_nothing(
    watched: Any, data: st.DataObject
) -> None:
    firm, (anna, *_others) = watched
    foreign = firm.sql("SELECT id FROM customer WHERE owner_id=?", firm.ben)[0][0]
    own = firm.sql("SELECT id FROM customer WHERE owner_id=?", firm.anna)[0][0]
    units = st.sampled_from([foreign, own, CATALOGUE, firm.ben, b"", b"x"])
    feeds = st.sampled_from([firm.north, firm.division("SOU"), COMPANY, firm.ben, firm.anna, b"?"])
    places = st.integers(-1, 40) | st.sampled_from([1 << 62, 1 << 40])
    position = st.one_of(
        st.binary(max_size=60),
        values.map(msgspec.msgpack.encode),
        st.tuples(
            st.dictionaries(feeds, places, max_size=3),
            st.dictionaries(feeds, st.tuples(places, units), max_size=3),
            st.tuples(units, st.integers(0, 30) | st.just(1 << 62), st.binary(max_size=17)),
            st.lists(units, max_size=3),
            st.dictionaries(feeds, places, max_size=3),
            places,
            places,
        ).map(msgspec.msgpack.encode),
    )
    request = PullRequest(
        PROTOCOL,
        1,
        anna.incarnation,
        {},
        data.draw(position),
        data.draw(places.filter(lambda place: place >= 0)),
        3,
    )
    try:
        page = firm.office.pull(anna.caller, request)
    except RoundsmanError as refusal:
        assert refusal.code < 9000  # noqa: PT017 - any refusal will do, and none need come
        return
    scope = firm.scope_of(firm.anna)
    assert {unit for _, unit in sent([page])} <= scope
    assert set(page.entering) <= scope
    assert {one.unit for one in page.digests} <= scope
    assert foreign not in page.evicted


def test_a_forged_end_of_a_checkpoint_tells_no_digest_of_a_foreign_unit(
    firm: Firm, anna: Laptop, ben: Laptop
) -> None:
    foreign, own = firm.customer(ben), firm.customer(anna)
    places = dict(firm.sql("SELECT id, seq FROM feed"))
    ends = dict.fromkeys(places, (1 << 40, b""))
    anna.position = msgspec.msgpack.encode((places, ends, (b"", 0, b""), [foreign, own], places, 0, 0))
    page = anna.fetch()
    assert page.complete
    assert {one.unit for one in page.digests} == {own}


def test_a_page_is_one_moment_of_the_office(
    firm: Firm, anna: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = firm.customer(anna, name="before")
    fresh = firm.laptop(firm.anna)
    rows_in = Database.rows_in
    late: list[str] = []

    def slowly(self: Database, connection: Any, statement: str, *more: Any, **options: Any) -> Any:
        if 'FROM "customer"' in statement and not late:
            late.append("changed between two reads of one page")
            monkeypatch.undo()
            assert anna.hand_in(anna.edit("customer", customer, name="after")).kind == "applied"
        return rows_in(self, connection, statement, *more, **options)

    monkeypatch.setattr(Database, "rows_in", slowly)
    page = fresh.fetch()
    assert late
    assert fresh.rows["customer", customer]["name"] == "before"
    assert page.receipt is not None
    fresh.checkpoint()
    assert fresh.rows == firm.in_scope(firm.anna)
