"""Reading lists page by page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.store.driver import fetch
from desktop.store.reads.customers import CUSTOMERS
from desktop.store.reads.listing import PAGE, Condition, Reading, place
from desktop.store.reads.orders import ORDERS
from desktop.store.store import Store
from tests.unit.desktop.store.search.copies import customer, make_copy, put, row_id

DIGITS = "零一二三四五六"
COUNT = 2 * PAGE + 50


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Two and a quarter pages of customers, many with the same name, some deleted."""
    store = make_copy(Path(tmp_path_factory.mktemp("copy")) / "copy.db")
    rows = [
        customer(
            f"c{number}",
            f"店{DIGITS[number % 7]}",
            code=f"C-{number:04}",
            address_city="海口" if number % 2 else "三亚",
        )
        for number in range(COUNT)
    ]
    put(store, "customer", *rows, customer("gone", "店零", deleted=1))
    yield store
    store.close()
    store.engine.dispose()


@pytest.mark.parametrize("is_descending", [False, True])
@pytest.mark.parametrize("sort", ["name", "code", "address_city"])
def test_pages_forward_and_backward_give_every_row_once_in_order(
    store: Store, sort: str, *, is_descending: bool
) -> None:
    reading = Reading(CUSTOMERS, sort, is_descending)
    with store.reading() as connection:
        whole = list(reading.everything(connection))
        back: list[bytes] = []
        before = None
        while rows := reading.backward(connection, before):
            back = [row["id"] for row in rows] + back
            before = place(rows[0])
    assert [place(row) for row in whole] == sorted((place(row) for row in whole), reverse=is_descending)
    assert len(whole) == COUNT
    assert back == [row["id"] for row in whole]


def test_posts_lead_to_every_page(store: Store) -> None:
    reading = Reading(CUSTOMERS, "name")
    with store.reading() as connection:
        whole = list(reading.everything(connection))
        posts = reading.posts(connection)
        assert [reading.forward(connection, post)[0]["id"] for post in posts] == [
            whole[PAGE]["id"],
            whole[2 * PAGE]["id"],
        ]


def test_the_place_of_a_row_is_where_it_stands(store: Store) -> None:
    reading = Reading(CUSTOMERS, "name", is_descending=True)
    with store.reading() as connection:
        whole = list(reading.everything(connection))
        assert reading.place_of(connection, whole[321]["id"]) == 321
        assert reading.place_of(connection, row_id("gone")) is None


def test_a_condition_narrows_pages_and_count_alike(store: Store) -> None:
    reading = Reading(CUSTOMERS, condition=Condition("t.address_city = ?", ("海口",)))
    with store.reading() as connection:
        found = list(reading.everything(connection))
        assert reading.count(connection) == len(found) == COUNT // 2


def test_text_narrows_a_list_before_and_after_the_search_index_is_there(store: Store) -> None:
    reading = Reading(CUSTOMERS, text="店三")
    with store.reading() as connection:
        before = [row["id"] for row in reading.everything(connection)]
    store.build_search()
    with store.reading() as connection:
        after = [row["id"] for row in reading.everything(connection)]
        by_code = [row["code"] for row in Reading(CUSTOMERS, text="c-0007").everything(connection)]
    assert before == after
    assert len(after) > 1
    assert by_code == ["C-0007"]


@pytest.mark.parametrize("listing", [CUSTOMERS, ORDERS])
def test_every_order_of_a_list_is_read_from_an_index(store: Store, listing: object) -> None:
    assert listing in (CUSTOMERS, ORDERS)
    chosen = CUSTOMERS if listing is CUSTOMERS else ORDERS
    with store.reading() as connection:
        for column in chosen.columns:
            if column.is_sortable:
                plan = fetch(
                    connection,
                    f"EXPLAIN QUERY PLAN SELECT t.id FROM {chosen.table} t WHERE t.deleted = 0 "
                    f"AND ({column.sql}, t.id) > (?, ?) ORDER BY {column.sql}, t.id LIMIT 200",
                    ("", b""),
                )
                told = " ".join(str(step[3]) for step in plan)
                assert f"list_{chosen.table}_" in told, column.name
                assert "TEMP B-TREE" not in told, column.name
