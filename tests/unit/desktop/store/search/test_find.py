"""What finds what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.changes.capture import writing
from crm.ids import CATALOGUE
from desktop.store.search import index
from desktop.store.search.find import Hit, Typed, search
from desktop.store.search.near import is_near
from desktop.store.search.sources import Way
from desktop.store.store import Store
from tests.unit.desktop.store.search.copies import COCONUT, customer, evict, put, row, row_id


def found(store: Store, text: str) -> list[Hit]:
    with store.reading() as connection:
        return search(connection, text)


@pytest.mark.parametrize(
    ("typed", "field", "way"),
    [
        ("海口椰风", "name", Way.NAME),
        ("海口", "name", Way.NAME),
        ("椰风", "name", Way.NAME),
        ("椰", "name", Way.NAME),
        ("风", "name", Way.NAME),
        ("hkyf", "name", Way.SOUND),
        ("HKYF", "name", Way.SOUND),
        ("yf", "name", Way.SOUND),
        ("haikouyefeng", "name", Way.SOUND),
        ("haikouye", "name", Way.SOUND),
        ("yefeng", "name", Way.SOUND),
        ("138 0000", "phone", Way.NUMBER),
        ("1380000", "phone", Way.NUMBER),
        ("13800001234", "phone", Way.NUMBER),
        ("+86 138-0000-1234", "phone", Way.NUMBER),
        ("1234", "phone", Way.NUMBER),
        ("ND-2-0017", "code", Way.CODE),
        ("nd20017", "code", Way.CODE),
        ("0017", "code", Way.CODE),
    ],
)
def test_what_is_typed_finds_the_customer_first_and_says_where(
    store: Store, typed: str, field: str, way: Way
) -> None:
    first = found(store, typed)[0]
    assert (first.title, first.field, first.way, first.is_near) == ("海口椰风", field, way, False)


@pytest.mark.parametrize(
    "typed",
    ["海口椰凤", "海口野风", "海椰风", "海口大椰风", "海椰口风", "hkyg", "hjyf", "kkyf", "haikuoyefeng", "haikouyefen9",
     "haikoyefeng", "haikouyyefeng", "aikouyefeng", "138 0000 1235", "1380000 2234", "1380001234"],
)  # fmt: skip
def test_one_slip_is_forgiven(store: Store, typed: str) -> None:
    hits = found(store, typed)
    assert hits
    assert (hits[0].title, hits[0].is_near) == ("海口椰风", True)


@pytest.mark.parametrize("typed", ["cocnut", "cocomut", "oconut palm", "coconut plam"])
def test_one_slip_in_a_word_of_letters_is_forgiven(store: Store, typed: str) -> None:
    assert [hit.title for hit in found(store, typed)] == ["Coconut Palm Ltd"]


@pytest.mark.parametrize(
    "typed", ["", " ", "-", "北京", "hkyz9", "海口三亚", "5555", '"', "a OR b", "name:x", "*", "^"]
)
def test_what_is_not_there_is_not_found(store: Store, typed: str) -> None:
    assert found(store, typed) == []


def test_every_word_must_be_found_in_whatever_field(store: Store) -> None:
    assert [hit.title for hit in found(store, "海口 1234")] == ["海口椰风"]
    assert found(store, "海口 2222") == []


def test_a_name_that_begins_so_comes_before_one_that_holds_it(store: Store) -> None:
    put(store, "customer", customer("a", "大海口"), customer("b", "海口湾"))
    assert [hit.title for hit in found(store, "海口")] == ["海口湾", "海口椰风", "大海口"]


def test_contacts_orders_products_and_places_are_found(store: Store) -> None:
    put(
        store,
        "contact",
        row("contact", "wang", unit=row_id(COCONUT), customer_id=row_id(COCONUT), name="王小明"),
    )
    put(
        store,
        "sales_order",
        row("sales_order", "one", unit=row_id(COCONUT), customer_id=row_id(COCONUT), number="ND-2-O-31",
            customer_name="海口椰风", rep_id=b"r" * 16, order_date="2025-09-01", currency="CNY"),
    )  # fmt: skip
    put(
        store,
        "product",
        row("product", "juice", unit=CATALOGUE, code="YZ-250", name="椰汁 250ml", base_unit="箱"),
    )
    place = row("ship_to_address", "gate", unit=row_id(COCONUT), customer_id=row_id(COCONUT), label="北门")
    put(store, "ship_to_address", place)
    kinds = {typed: [hit.kind for hit in found(store, typed)] for typed in ("wxm", "o31", "yz-250", "北门")}
    assert kinds == {
        "wxm": ["contact"],
        "o31": ["sales_order"],
        "yz-250": ["product"],
        "北门": ["ship_to_address"],
    }
    assert [hit.customer_id for hit in found(store, "nd-2-o-31")] == [row_id(COCONUT)]


# --- kept in step ----------------------------------------------------------------------------------------------------


def test_a_row_is_found_by_its_new_name_when_the_transaction_has_ended(store: Store) -> None:
    put(store, "customer", customer(COCONUT, "海口清风"))
    assert [hit.title for hit in found(store, "hkqf")] == ["海口清风"]
    assert not [hit for hit in found(store, "椰风") if not hit.is_near]


def test_what_is_rolled_back_is_not_found(store: Store) -> None:
    with store.engine.begin() as connection, writing(connection):
        store.rows["customer"].put(connection, [customer("new", "琼海鱼港")])
        connection.rollback()
    assert found(store, "琼海") == []


def test_a_deleted_row_is_not_found(store: Store) -> None:
    put(store, "customer", customer(COCONUT, "海口椰风", deleted=1, version=2))
    assert found(store, "海口椰风") == []


def test_nothing_of_a_unit_that_left_stays_in_the_index(store: Store) -> None:
    evict(store, row_id(COCONUT))
    assert found(store, "hkyf") == []
    with store.reading() as connection:
        kept = b"".join(
            block for (block,) in connection.exec_driver_sql("SELECT block FROM search_text_data") if block
        )
        texts = str(connection.exec_driver_sql("SELECT * FROM search_text").all())
        rows = connection.exec_driver_sql("SELECT count(*) FROM search_row").scalar_one()
    assert "椰风".encode() not in kept
    assert b"hkyf" not in kept
    assert "椰风" not in texts
    assert rows == 2


def test_what_is_too_much_for_one_commit_is_indexed_in_slices(store: Store) -> None:
    many = [customer(f"many-{number}", f"文昌第{number}店") for number in range(index.SETTLED_AT_ONCE + 50)]
    put(store, "customer", *many)
    with store.reading() as connection:
        assert not index.is_complete(connection)
    store._is_searchable = False
    store.build_search()
    with store.reading() as connection:
        assert index.is_complete(connection)
        assert connection.exec_driver_sql("SELECT count(*) FROM search_row").scalar_one() == len(many) + 3


def test_an_index_of_another_version_is_made_anew(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "VERSION", index.VERSION + 1)
    assert found(store, "hkyf") == []
    store._is_searchable = False
    store.build_search()
    assert [hit.title for hit in found(store, "hkyf")] == ["海口椰风"]


# --- the parts ---------------------------------------------------------------------------------------------------------


@given(st.text(max_size=30))
def test_nothing_that_can_be_typed_breaks_the_question(text: str) -> None:
    typed = Typed(text)
    for question in (typed.beginning, typed.anywhere, typed.with_slips):
        assert question.count('"') % 2 == 0


letters = st.text("abc", min_size=1, max_size=8)


@given(letters, letters, st.data())
def test_a_slip_anywhere_is_near(before: str, after: str, data: st.DataObject) -> None:
    word = before + after
    at = data.draw(st.integers(0, len(word) - 1))
    swapped = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    for slipped in (
        word[:at] + word[at + 1 :],
        word[:at] + "x" + word[at:],
        word[:at] + "x" + word[at + 1 :],
        swapped,
    ):
        assert is_near(slipped, f"zz{word}zz")


def test_two_slips_are_not_near() -> None:
    assert not is_near("haixxu", "haikou")
