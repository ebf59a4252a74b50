"""Which records mean the same firm, codes, and the office's judgement of customers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.changes.actor import Actor, Standing
from crm.changes.entity import Row
from crm.changes.policies import Reach
from crm.changes.view import Finding
from crm.customers import rules
from crm.customers.states import LIBRARY, Library
from crm.errors import Code
from crm.ids import DIRECTORY
from crm.rights import Role, actor_of
from crm.schema import SCHEMA
from tests.unit.crm.desk import MemoryView, change_of

NORTH, SOUTH = b"N" * 16, b"S" * 16
ANNA, BEN, CHEN = b"a" * 16, b"b" * 16, b"c" * 16
FIRM, TWIN = b"1" * 16, b"2" * 16

REP = actor_of(ANNA, division_id=NORTH, roles=[Role.SALES_REP])
HEAD = actor_of(CHEN, division_id=NORTH, roles=[Role.DIVISION_HEAD], office=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bright Media Co., Ltd.", "ＢＲＩＧＨＴ  media"),
        ("晨光广告有限公司", "晨光广告"),
        ("晨光广告股份有限公司", " 晨光 广告 "),
        ("蓝天（北京）传媒有限责任公司", "蓝天(北京)传媒"),
        ("O'Neill & Sons Inc", "ONeill Sons"),
    ],
)
def test_spellings_of_one_firm_have_one_plain_name(one: str, other: str) -> None:
    assert rules.plain_name(one) == rules.plain_name(other) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("晨光广告", "晨光传媒"), ("Limited", "Company"), ("公司", "有限公司")]
)
def test_different_firms_stay_different(one: str, other: str) -> None:
    assert rules.plain_name(one) != rules.plain_name(other)


@pytest.mark.parametrize(
    "spelling",
    [
        "010-6555 1234",
        "+86 10 65551234",
        "(010) 65551234 转 802",
        "0086-10-65551234",
        "０１０－６５５５１２３４",
    ],
)
def test_spellings_of_one_number_have_the_same_digits(spelling: str) -> None:
    assert rules.plain_phone(spelling) == "1065551234"


@pytest.mark.parametrize("spelling", ["13800138000", "+8613800138000", "8613800138000", "138 0013 8000x12"])
def test_a_mobile_number_is_one_with_and_without_its_country(spelling: str) -> None:
    assert rules.plain_phone(spelling) == "13800138000"


def test_an_inside_number_tells_nothing() -> None:
    assert rules.plain_phone("802") == rules.plain_phone("") == ""


@given(st.text(max_size=60))
def test_a_plain_name_is_its_own_plain_name_in_any_case_and_width(name: str) -> None:
    plain = rules.plain_name(name)
    assert not set(plain) & set(" -.,()（）\t")
    assert rules.plain_name(f"  {name} ") == plain


@given(st.text(max_size=40))
def test_a_plain_number_is_long_enough_or_empty(text: str) -> None:
    plain = rules.plain_phone(text)
    assert plain == "" or (len(plain) >= 7 and plain.isdecimal() and not plain.startswith("0"))


@given(st.binary(min_size=16, max_size=16), st.integers(1, 99_999))
def test_a_code_names_device_counter_and_row(row_id: bytes, number: int) -> None:
    code = rules.customer_code("ND-2", number, row_id)
    assert code.startswith(f"C-ND-2-{number:05d}-")
    assert len(code) <= (SCHEMA["customer"].fields["code"].max_length or 0)
    assert code == rules.customer_code("ND-2", number, row_id)


def test_two_copies_of_a_laptop_give_different_codes() -> None:
    assert rules.customer_code("ND-2", 7, FIRM) != rules.customer_code("ND-2", 7, TWIN)


# --- the table of moves (SM-01) -------------------------------------------------------------------------------------


def test_trading_customers_never_return_to_the_pool() -> None:
    from_trading = {after for before, after in LIBRARY.moves if before == Library.TRADING}
    assert from_trading == {Library.MERGED}


def test_nothing_comes_back_from_a_merge() -> None:
    assert not [move for move in LIBRARY.moves if move[0] == Library.MERGED]
    assert LIBRARY.states == set(Library)


def test_the_credit_remark_never_leaves_the_office() -> None:
    customer = SCHEMA["customer"]
    assert customer.fields["credit_note_office"].reach is Reach.OFFICE
    assert "credit_note_office" not in customer.wire_columns


# --- the office's judgement -----------------------------------------------------------------------------------------


@pytest.fixture
def view() -> MemoryView:
    view = MemoryView({FIRM: Standing(NORTH, frozenset({ANNA}))})
    for person, division, state in [(ANNA, NORTH, "active"), (BEN, NORTH, "active"), (CHEN, SOUTH, "active")]:
        view.add("app_user", id=person, unit=DIRECTORY, division_id=division, state=state)
    return view


def firm(view: MemoryView, row_id: bytes = FIRM, **values: Any) -> Row:
    row = view.add(
        "customer",
        **{
            "id": row_id,
            "unit": row_id,
            "feed_id": NORTH,
            "owner_id": ANNA,
            "code": f"C-{row_id[0]}",
            "name": f"晨光{row_id[0]}",
            **values,
        },
    )
    row.update(rules.keys_of(row))
    return row


def findings(view: MemoryView, before: Row | None, after: Row, actor: Actor = REP) -> list[Finding]:
    return list(rules.CustomerRules().judge(view, change_of("customer", before, after, actor)))


def codes(view: MemoryView, before: Row | None, after: Row, actor: Actor = REP) -> list[int | str]:
    return [finding.code for finding in findings(view, before, after, actor)]


def test_a_plain_customer_of_ones_own_passes(view: MemoryView) -> None:
    assert codes(view, None, firm(view)) == []


def test_keys_are_derived_from_the_merged_row(view: MemoryView) -> None:
    row = firm(view, phone="010-6555 1234", tax_registration_no="91-11 0105")
    ((key, derived),) = rules.CustomerRules().derive(view, row).items()
    assert key == ("customer", FIRM)
    assert derived == {**rules.keys_of(row), "looks": ""}
    assert None not in derived.values()


def test_a_likely_duplicate_gets_one_look_that_gives_nothing_away(view: MemoryView) -> None:
    firm(view, TWIN, name="晨光广告有限公司", phone="010-65551234", owner_id=BEN)
    row = firm(view, name="晨光广告", phone="+86 10 6555 1234")
    (look,) = findings(view, None, row)
    assert (look.kind, look.code) == ("look", rules.DUPLICATE)
    assert look.details == {"records": 1, "by": "name,phone"}
    assert "晨光" not in look.text


@pytest.mark.parametrize("away", [{"deleted": 1}, {"library": "merged"}, {"feed_id": SOUTH}])
def test_the_dead_the_merged_and_other_divisions_are_no_duplicates(
    view: MemoryView, away: dict[str, Any]
) -> None:
    firm(view, TWIN, name="晨光", **away)
    assert codes(view, None, firm(view, name="晨光")) == []


def test_a_code_that_another_customer_has_is_refused(view: MemoryView) -> None:
    firm(view, TWIN, code="C-7", deleted=1)
    assert codes(view, None, firm(view, code="c-7")) == [rules.CODE_TAKEN]


@pytest.mark.parametrize(
    "values",
    [
        {"name": "  "},
        {"code": ""},
        {"tax_category": "maybe"},
        {"deal_type": "barter"},
        {"credit_currency": "yuan"},
        {"address_country": "CHN"},
        {"credit_limit_minor": -1},
    ],
)
def test_a_field_that_holds_what_it_cannot_is_named(view: MemoryView, values: dict[str, Any]) -> None:
    row = firm(view, **values)
    named = [finding.details["field"] for finding in rules.customer_findings(row)]
    assert named == list(values)


def test_invalid_needs_a_reason(view: MemoryView) -> None:
    before = firm(view)
    assert codes(view, before, firm(view, library="invalid")) == [rules.REASON_MISSING]
    assert codes(view, before, firm(view, library="invalid", invalid_reason="停业")) == []


def test_a_rep_cannot_give_a_customer_away_nor_enter_one_for_somebody_else(view: MemoryView) -> None:
    assert codes(view, firm(view), firm(view, owner_id=BEN)) == [Code.NO_RIGHT]
    assert codes(view, None, firm(view, owner_id=BEN)) == [Code.NO_RIGHT]


def test_a_head_gives_a_customer_to_somebody_of_the_same_division(view: MemoryView) -> None:
    assert codes(view, firm(view), firm(view, owner_id=BEN), HEAD) == []


def test_a_customer_never_crosses_divisions(view: MemoryView) -> None:
    assert codes(view, firm(view), firm(view, owner_id=CHEN), HEAD) == [rules.OTHER_DIVISION]
    assert codes(view, firm(view), firm(view, owner_id=TWIN), HEAD) == [rules.OTHER_DIVISION]


def test_a_customer_is_not_given_to_a_stopped_account(view: MemoryView) -> None:
    view.rows["app_user"][BEN]["state"] = "frozen"
    assert codes(view, firm(view), firm(view, owner_id=BEN), HEAD) == [rules.OWNER_AWAY]


def test_the_credit_limit_needs_its_own_right(view: MemoryView) -> None:
    clerk = actor_of(BEN, division_id=NORTH, roles=[Role.SERVICE], office=True)
    assert codes(view, firm(view), firm(view, credit_limit_minor=100), clerk) == [Code.NO_RIGHT]
    assert codes(view, firm(view), firm(view, credit_limit_minor=100), HEAD) == []


def test_everything_the_judgement_reads_is_wanted(view: MemoryView) -> None:
    row = firm(view, phone="010-65551234")
    wanted = {(want.table, want.column): want.values for want in rules.CustomerRules().wants(view, [row])}
    assert wanted["app_user", "id"] == {ANNA}
    assert wanted["customer", "name_key"] == {row["name_key"]}
    assert ("customer", "registry_key") not in wanted
    assert {column for table, column in wanted if table == "customer"} == {
        "name_key",
        "phone_key",
        "code_key",
    }
