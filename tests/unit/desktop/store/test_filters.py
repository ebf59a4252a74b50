"""Filters over an encrypted copy: which rows they let through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import pytest

from crm.changes.entity import Row
from crm.ids import derive_id
from desktop.store.reads.customers import CUSTOMERS
from desktop.store.reads.listing import Listing, Reading, values_of
from desktop.store.reads.orders import ORDERS
from desktop.store.saved_filters import SavedFilter, forget_filter, keep_filter, saved_filters
from desktop.store.search.query import QueryError
from desktop.store.search.query_sql import Viewpoint
from desktop.store.store import Store
from tests.unit.desktop.store.search.copies import OWNER, customer, make_copy, put, row, row_id

VIEW: Final = Viewpoint(date(2026, 11, 3), "Asia/Shanghai", OWNER)
MIDNIGHT_MS: Final = 1_793_635_200_000
"""3 November 2026 begins in Shanghai."""
OTHER: Final = derive_id("person", "bob")


def order(name: str, whose: str, day: str, state: str = "approved", **values: Any) -> Row:
    return row(
        "sales_order",
        name,
        unit=row_id(whose),
        customer_id=row_id(whose),
        customer_name=whose,
        rep_id=OWNER,
        order_date=day,
        state=state,
        number=name,
        **{"currency": "CNY", **values},
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Four customers and some orders."""
    store = make_copy(tmp_path_factory.mktemp("copy") / "copy.db")
    put(
        store,
        "app_user",
        {
            **row("app_user", "ann", name="Ann", unit=OWNER, rep_code="AN", division_id=OWNER, email=""),
            "id": OWNER,
        },
    )
    put(
        store,
        "customer",
        customer(
            "a", "海口椰风", address_city="海口市", grade="vip", phone="0898-138 0000", credit_limit_minor=5_000_000,
            library="trading", created_at=MIDNIGHT_MS - 1,
        ),
        customer(
            "b", "三亚凤凰", address_city="三亚", grade="major", credit_limit_minor=500_000, credit_currency="JPY",
            library="potential", created_at=MIDNIGHT_MS,
        ),
        customer("c", "Coconut 100%_Co", address_city="Haikou", grade="Platinum", credit_limit_minor=0, library="trading"),
        {**customer("d", "无名", library="public"), "owner_id": OTHER},
    )  # fmt: skip
    put(
        store,
        "sales_order",
        order("o1", "a", "2025-08-31"),
        order("o2", "a", "2025-07-01", gross_total_minor=12_345),
        order("o3", "b", "2026-11-03", "submitted", gross_total_minor=12_345, currency="JPY"),
        order("o4", "c", "2026-11-02", "draft"),
        order("o5", "c", "2024-11-02", "returned"),
    )
    store.build_search()
    yield store
    store.close()
    store.engine.dispose()


def found(store: Store, text: str, listing: Listing = CUSTOMERS, title: str = "name") -> str:
    """The rows that a filter lets through, by the first sign of their names."""
    reading = Reading(listing, "name" if title == "name" else "number", text=text, viewpoint=VIEW)
    with store.reading() as connection:
        rows = list(reading.everything(connection))
        assert reading.count(connection) == len(rows)
    return " ".join(sorted(row[title] for row in rows))


A, B, C, D = "海口椰风", "三亚凤凰", "Coconut 100%_Co", "无名"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", [A, B, C, D]),
        ("tier is VIP and last order before 2025-09-01 and city in (海口, 三亚)", [A]),
        ("城市是海口", [A]),
        ("city is 三亚市", [B]),
        ("city is haikou", [C]),
        ("city is not 海口", [B, C, D]),
        ("city is empty", [D]),
        ("tier is platinum", [C]),
        ("tier not in (VIP, Major)", [C, D]),
        ("tier is empty", [D]),
        ("status in (Trading, 潜在客户)", [A, B, C]),
        ("last order is empty", [C, D]),
        ("last order is today", [B]),
        ("not (last order is today)", [A, C, D]),
        ("last order in 2025", [A]),
        ("orders at least 2", [A]),
        ("orders is 0", [C, D]),
        ("credit limit over 40000", [A, B]),
        ("credit limit is 500000", [B]),
        ("credit limit over CNY 1", [A]),
        ("credit limit between JPY 1 and 1,000,000", [B]),
        ("credit limit is empty", [D]),
        ("credit limit is not 0", [A, B, D]),
        ("phone contains 1380000", [A]),
        ("phone begins with 0898", [A]),
        ("owner is me", [A, B, C]),
        ("owner is ann", [A, B, C]),
        ("rep is not me", [D]),
        ("created is yesterday", [A]),
        ("created is today", [B]),
        ('name contains "100%_"', [C]),
        ("name contains _", [C]),
        ("name begins with coco", [C]),
        ("name does not contain 海", [B, C, D]),
        ("椰风", [A]),
        ("hkyf", [A]),
        ("haikouyefeng", [A]),
        ("haikouyefemg", [A]),
        ("椰风 or 凤凰", [A, B]),
        ("not 椰风 status is trading", [C]),
        ('name is "\'; DROP TABLE customer; --"', []),
    ],
)
def test_a_filter_lets_through_what_it_says(store: Store, text: str, names: list[str]) -> None:
    assert found(store, text) == " ".join(sorted(names))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("status is (Approved, Submitted)", "o1 o2 o3"),
        ("状态是草稿", "o4"),
        ("date since 2026-11", "o3 o4"),
        ("total is 123.45", "o2"),
        ("total is 12345", "o3"),
        ("total > 100", "o2 o3"),
        ("customer is a", "o1 o2"),
        ("city is 海口", "o1 o2"),
        ("客户城市是海口 且 总计 = 0", "o1"),
        ("o3", "o3"),
        ("rep is me and not (tier is VIP)", "o3 o4 o5"),
    ],
)
def test_orders_are_filtered_too(store: Store, text: str, numbers: str) -> None:
    assert found(store, text, ORDERS, "number") == numbers


@pytest.mark.parametrize("listing", [CUSTOMERS, ORDERS])
def test_every_field_can_be_asked_in_every_way(store: Store, listing: Listing) -> None:
    samples = {
        "text": "x", "phone": "1", "person": "me", "day": "today", "instant": "today", "money": "CNY 1", "count": "1",
    }  # fmt: skip
    from desktop.store.search.query_words import operator_words

    for field in listing.fields:
        value = field.choices[0].words.en[0] if field.choices else samples[field.kind]
        for operator in field.operators:
            behind = {
                "empty": "", "filled": "", "between": f"{value} and {value}", "in": f"({value})", "not_in": f"({value})",
            }.get(operator, value)  # fmt: skip
            text = f"{field.words.en[0]} {operator_words(field.kind, operator).en[0]} {behind}"
            with store.reading() as connection:
                both = Reading(listing, text=text, viewpoint=VIEW).count(connection)
                other = Reading(listing, text=f"not ({text})", viewpoint=VIEW).count(connection)
                assert both + other == Reading(listing).count(connection), text


def test_a_filter_that_cannot_be_understood_is_refused(store: Store) -> None:
    with store.reading() as connection, pytest.raises(QueryError):
        Reading(CUSTOMERS, text="tier is").count(connection)


def test_values_to_be_offered_come_the_most_frequent_first(store: Store) -> None:
    library = next(field for field in CUSTOMERS.fields if field.name == "library")
    grade = next(field for field in CUSTOMERS.fields if field.name == "grade")
    with store.reading() as connection:
        assert values_of(connection, CUSTOMERS, library)[0] == "trading"
        assert set(values_of(connection, CUSTOMERS, grade)) == {"vip", "major", "Platinum"}


# --- saved filters -----------------------------------------------------------------------------------------------------


def test_saved_filters_are_the_persons_own_and_stay_on_the_laptop(store: Store) -> None:
    kept = SavedFilter(b"1" * 16, "VIP", "tier is VIP", "name", is_descending=True, is_first=True)
    other = SavedFilter(b"2" * 16, "Asleep", "last order before 90 days ago", is_pinned=False, is_first=True)
    store.keep(lambda connection: keep_filter(connection, OWNER, "customers", kept)).result()
    store.keep(lambda connection: keep_filter(connection, OTHER, "customers", other)).result()
    store.keep(lambda connection: keep_filter(connection, OWNER, "orders", other)).result()
    with store.reading() as connection:
        assert saved_filters(connection, OWNER, "customers") == [kept]
        assert not store.state().next_n - 1
    store.keep(lambda connection: keep_filter(connection, OWNER, "customers", other)).result()
    with store.reading() as connection:
        told = [(one.title, one.is_first) for one in saved_filters(connection, OWNER, "customers")]
    assert told == [("VIP", False), ("Asleep", True)]
    store.keep(lambda connection: forget_filter(connection, kept.id)).result()
    with store.reading() as connection:
        assert [one.title for one in saved_filters(connection, OWNER, "customers")] == ["Asleep"]
