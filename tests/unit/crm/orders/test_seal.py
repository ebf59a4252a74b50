"""The sealed document: the same bytes for ever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.changes.entity import Row
from crm.changes.policies import Rule
from crm.errors import Code, InvalidInput
from crm.orders.amounts import order_amounts
from crm.orders.completeness import line_figures
from crm.orders.seal import (
    HEADER_1,
    LINE_1,
    canonical,
    differences,
    in_document_order,
    open_seal,
    seal_hash,
)
from crm.schema import SCHEMA

ORDER: Row = {
    "id": bytes.fromhex("0195842fd40070008000000000000001"),
    "number": "ND-2-00042-K7QD",
    "revision": 1,
    "rep_id": bytes.fromhex("0195842fd40070008000000000000002"),
    "customer_id": bytes.fromhex("0195842fd40070008000000000000003"),
    "customer_name": "海口椰风置业有限公司",
    "contact_id": None,
    "order_date": "2025-03-11",
    "wanted_on": "2025-04-01",
    "ship_to_address_id": None,
    "delivery_place": "海口 滨海大道 1 号",
    "payment_terms_id": None,
    "payment_terms_name": "30 days net",
    "currency": "CNY",
    "price_list_id": bytes.fromhex("0195842fd40070008000000000000004"),
    "is_net": 1,
    "discount_bp": 0,
    "discount_reason": "",
    "reference_no": "",
    "note": "",
    "submitted_at": 1_741_680_000_000,
}


def _line(number: int, price: int, quantity: int, **values: int | str | bytes | None) -> Row:
    return {
        "id": bytes.fromhex(f"0195842fd4007000800000000000010{number}"),
        "line_no": number,
        "product_id": bytes.fromhex(f"0195842fd4007000800000000000020{number}"),
        "product_code": f"P-{number}",
        "product_name": "单立柱",
        "product_unit_id": None,
        "unit_name": "面·月",
        "unit_factor_milli": 1000,
        "quantity_milli": quantity,
        "list_price_minor": price,
        "unit_price_minor": price,
        "discount_bp": 0,
        "tax_rate_bp": 600,
        "wanted_on": None,
        "delivery_place": "",
        "note": "",
        "price_certificate": "{}",
        **values,
    }


LINES = [_line(1, 3_610_000, 6_000), _line(2, 2_600_000, 2_000)]


def _sealed(order: Row, lines: list[Row]) -> bytes:
    ordered = in_document_order(lines)
    amounts = order_amounts([line_figures(line) for line in ordered], 0, is_net=True)
    return canonical(order, ordered, amounts)


def test_document_is_the_golden_one() -> None:
    """Whoever changes these bytes breaks every seal that was ever made: make a new format instead."""
    content = _sealed(ORDER, LINES)
    assert len(content) == 438
    assert seal_hash(content).hex() == "14444ab2e0f24a188cdcb8b9a2b2ccaa42bad9d69727450d867073ab06f96503"


def test_order_of_rows_and_of_keys_does_not_matter() -> None:
    shuffled = [dict(reversed(line.items())) for line in reversed(LINES)]
    assert _sealed(dict(reversed(ORDER.items())), shuffled) == _sealed(ORDER, LINES)


def test_whatever_else_is_on_the_rows_does_not_matter() -> None:
    lines = [{**line, "version": 7, "net_minor": 1} for line in LINES]
    assert _sealed({**ORDER, "state": "submitted", "looks": "[]"}, lines) == _sealed(ORDER, LINES)


@given(st.sampled_from(HEADER_1), st.integers(2, 9))
def test_every_field_of_the_head_is_in_the_document(name: str, value: int) -> None:
    assert _sealed({**ORDER, name: value}, LINES) != _sealed(ORDER, LINES)


@given(st.sampled_from(LINE_1), st.integers(3, 9))
def test_every_field_of_a_line_is_in_the_document(name: str, value: int) -> None:
    assert _sealed(ORDER, [LINES[0], {**LINES[1], name: value}]) != _sealed(ORDER, LINES)


def test_whatever_merges_with_the_document_is_sealed() -> None:
    """A field that belongs to the document and is in no seal could change unseen."""
    for table, names in (("sales_order", HEADER_1), ("order_line", LINE_1)):
        document = {item.name for item in SCHEMA[table].fields.values() if item.policy.group == "document"}
        assert document - {"seal_hash"} <= set(names)


def test_derived_and_office_fields_are_not_sealed() -> None:
    for table, names in (("sales_order", HEADER_1), ("order_line", LINE_1)):
        for name in set(names) - {"id"}:
            assert SCHEMA[table].fields[name].policy.rule in (Rule.GROUP, Rule.APPEND)


def test_document_is_opened_again() -> None:
    document = open_seal(_sealed(ORDER, LINES))
    assert document.header == ORDER
    assert [{name: line[name] for name in LINE_1} for line in document.lines] == LINES
    assert document.lines[0]["net_minor"] == 21_660_000
    assert document.net_total_minor == 26_860_000


@pytest.mark.parametrize("content", [b"", b"\x90", b"\x94\x02\x90\x90\x94\x00\x00\x00\x00", bytes(50)])
def test_what_is_no_document_is_not_opened(content: bytes) -> None:
    with pytest.raises(InvalidInput) as error:
        open_seal(content)
    assert error.value.code == Code.MALFORMED


@given(st.binary(max_size=200))
def test_bytes_never_break_the_reader(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        open_seal(content)


def test_second_revision_shows_what_differs() -> None:
    """AS-02, step 4."""
    first = open_seal(_sealed(ORDER, LINES))
    changed = [{**LINES[0], "delivery_place": "K12"}, _line(3, 100, 1_000)]
    second = open_seal(_sealed({**ORDER, "revision": 2, "submitted_at": 5, "note": "x"}, changed))
    found = differences(first, second)
    assert [(each.field, each.old, each.new) for each in found] == [
        ("note", "", "x"),
        ("delivery_place", "", "K12"),
        (None, "P-2", None),
        (None, None, "P-3"),
    ]
