"""The language in which lists are filtered."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.kit.words import CHOICES, STATES
from desktop.store.reads.filter_fields import (
    CUSTOMER_FIELDS,
    DEAL_WORDS,
    GRADE_WORDS,
    LIBRARY_WORDS,
    ORDER_FIELDS,
    STATE_WORDS,
)
from desktop.store.search.query import (
    EVERYTHING,
    Ago,
    All,
    Amount,
    Either,
    InMonth,
    InYear,
    Last,
    Me,
    Not,
    Operator,
    Query,
    QueryError,
    This,
    Unit,
    Value,
    Why,
    Words,
    all_of,
    days_of,
    either_of,
)
from desktop.store.search.query import Test as Compared
from desktop.store.search.query_offer import offers, wanted
from desktop.store.search.query_read import read, read_values
from desktop.store.search.query_words import DAYS, LANGUAGES, NAMED_DAYS, Kind, QueryField
from desktop.store.search.query_write import write

FIELDS = CUSTOMER_FIELDS
BY_NAME = {field.name: field for field in FIELDS}
TODAY = date(2026, 11, 3)


def grade(value: str) -> Compared:
    return Compared("grade", Operator.IS, (value,))


# --- reading -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", EVERYTHING),
        ("海口 椰风", Words("海口 椰风")),
        ("tier is VIP", grade("vip")),
        ("等级是VIP", grade("vip")),
        ("GRADE = vip", grade("vip")),
        ("tier: 主要", grade("major")),
        ("tier is Platinum", grade("Platinum")),
        ("城市:海口", Compared("city", Operator.CONTAINS, ("海口",))),
        ("city in (海口, 三亚)", Compared("city", Operator.IN, ("海口", "三亚"))),
        ("城市在（海口、三亚）内", Compared("city", Operator.IN, ("海口", "三亚"))),
        ("城市在海口、三亚", Compared("city", Operator.IN, ("海口", "三亚"))),
        ("city is (海口 or 三亚)", Compared("city", Operator.IN, ("海口", "三亚"))),
        ("city not in (海口)", Compared("city", Operator.NOT_IN, ("海口",))),
        ("last order before 2025-09-01", Compared("last_order", Operator.UNDER, (date(2025, 9, 1),))),
        ("最近订单在2025年9月1日之前", Compared("last_order", Operator.UNDER, (date(2025, 9, 1),))),
        ("last_order < 30 days ago", Compared("last_order", Operator.UNDER, (Ago(30, Unit.DAY),))),
        ("最近订单早于30天前", Compared("last_order", Operator.UNDER, (Ago(30, Unit.DAY),))),
        ("last order is this month", Compared("last_order", Operator.IS, (This(Unit.MONTH),))),
        ("最近订单是最近3个月", Compared("last_order", Operator.IS, (Last(3, Unit.MONTH),))),
        ("created in 2025", Compared("created", Operator.IS, (InYear(2025),))),
        ("created since 2025-09", Compared("created", Operator.AT_LEAST, (InMonth(2025, 9),))),
        (
            "创建日期介于2025年1月和2025年3月",
            Compared("created", Operator.BETWEEN, (InMonth(2025, 1), InMonth(2025, 3))),
        ),
        (
            "created between 2025 and today",
            Compared("created", Operator.BETWEEN, (InYear(2025), This(Unit.DAY))),
        ),
        ("credit over ¥5,000.50", Compared("credit", Operator.OVER, (Amount(5_000_500, "CNY"),))),
        ("信用额度超过5万", Compared("credit", Operator.OVER, (Amount(50_000_000),))),
        ("credit at most 99.5 usd", Compared("credit", Operator.AT_MOST, (Amount(99_500, "USD"),))),
        ("orders >= 1,200", Compared("orders", Operator.AT_LEAST, (1200,))),
        ("phone contains 138 0000", Compared("phone", Operator.CONTAINS, ("138 0000",))),
        ("owner is me", Compared("owner", Operator.IS, (Me(),))),
        ("负责人是我", Compared("owner", Operator.IS, (Me(),))),
        ("负责人是我们", Compared("owner", Operator.IS, ("我们",))),
        ("城市为空", Compared("city", Operator.EMPTY)),
        ("city is not empty", Compared("city", Operator.FILLED)),
        ('name contains "coconut ""milk"""', Compared("name", Operator.CONTAINS, ('coconut "milk"',))),
        ("status is (Trading, 潜在客户)", Compared("library", Operator.IN, ("trading", "potential"))),
        ("not (tier is VIP)", Not(grade("vip"))),
        ("非 等级是VIP", Not(grade("vip"))),
        (
            "等级是VIP且城市是海口或a",
            Either((All((grade("vip"), Compared("city", Operator.IS, ("海口",)))), Words("a"))),
        ),
        ("a or b c", Either((Words("a"), Words("b c")))),
        ("(a or b) c", All((Either((Words("a"), Words("b"))), Words("c")))),
        ("海口，等级是VIP", All((Words("海口"), grade("vip")))),
    ],
)
def test_a_filter_says_what_a_person_means(text: str, said: Query) -> None:
    assert read(text, FIELDS) == said


@pytest.mark.parametrize(
    "text", ["城市花园酒店", "phone", "非凡公司", "Status Coffee", "grade A", '"tier is VIP"']
)
def test_the_name_of_a_field_without_an_operator_is_a_word_to_be_found(text: str) -> None:
    assert read(text, FIELDS) == Words(text.strip('"'))


@pytest.mark.parametrize(
    ("text", "why", "part"),
    [
        ("tier is", Why.VALUE_MISSING, ""),
        ("city before 2025", Why.OPERATOR_UNFIT, "before"),
        ("a and last order before soon", Why.NO_DAY, "soon"),
        ("last order before 2025-13-01", Why.NO_DAY, "2025-13-01"),
        ("status is foo", Why.NO_CHOICE, "foo"),
        ("credit over x", Why.NO_AMOUNT, "x"),
        ("orders over 1.5", Why.NO_COUNT, "1.5"),
        ("last order between 2025", Why.RANGE_OPEN, "2025"),
        ("city in (海口", Why.LIST_OPEN, "(海口"),
        ("(a or b", Why.BRACKET_OPEN, "("),
        ("a) b", Why.BRACKET_STRAY, ")"),
        ('name is "x', Why.QUOTE_OPEN, '"x'),
        ("a and", Why.CONDITION_MISSING, ""),
        ("or b", Why.CONDITION_MISSING, "o"),
        ("name is empty", Why.OPERATOR_UNFIT, "is empty"),
        ("(" * 40 + "a" + ")" * 40, Why.TOO_DEEP, None),
        ("a " * 3000, Why.TOO_LONG, None),
    ],
)
def test_what_cannot_be_understood_is_told_with_its_place(text: str, why: Why, part: str | None) -> None:
    with pytest.raises(QueryError) as caught:
        read(text, FIELDS)
    assert (caught.value.why, caught.value.code) == (why, 1201)
    if part is not None:
        assert text[caught.value.start : caught.value.end] == part


@given(
    st.text(
        alphabet=st.sampled_from('城市是在不为空或且非()（），、"“” aio的2025年09-月1日前tier isnotVIPand'),
        max_size=40,
    )
)
@settings(max_examples=300)
def test_whatever_is_typed_is_read_or_told_to_be_wrong_within_itself(text: str) -> None:
    wrong = (0, 0)
    try:
        read(text, FIELDS)
    except QueryError as error:
        wrong = error.start, error.end
    assert 0 <= wrong[0] <= wrong[1] <= len(text)


# --- writing, and reading again ----------------------------------------------------------------------------------------

texts = st.text(
    alphabet=st.one_of(st.characters(codec="utf-8", exclude_categories=("C", "Z")), st.sampled_from("海口椰风 '\"AbИ在是且或非空(),、")),
    min_size=1,
    max_size=12,
).map(lambda text: " ".join(read_as_typed(text).split())).filter(bool)  # fmt: skip
words_known = [word for field in FIELDS for word in field.words.all]


def read_as_typed(text: str) -> str:
    """A text as it is kept: full width as half."""
    return "".join(chr(ord(sign) - 0xFEE0) if "\uff01" <= sign <= "\uff5e" else sign for sign in text)


texts = texts | st.sampled_from(
    [*words_known, "and", "或者", "is empty", "not in", "me", "before", "30 days ago"]
)
days = st.dates(min_value=date(1000, 1, 1))
counts = st.integers(1, 999)
whens: st.SearchStrategy[Value] = st.one_of(
    days,
    days.map(lambda day: InMonth(day.year, day.month)),
    days.map(lambda day: InYear(day.year)),
    st.builds(Ago, counts | counts.map(lambda count: -count), st.sampled_from(Unit)),
    st.builds(Last, counts, st.sampled_from(Unit)),
    st.sampled_from(sorted(NAMED_DAYS)).map(lambda named: This(*named)),
)
amounts: st.SearchStrategy[Value] = st.builds(
    Amount, st.integers(-(10**12), 10**12), st.sampled_from(["", "CNY", "JPY", "KWD"])
)


def values(field: QueryField) -> st.SearchStrategy[Value]:
    if field.kind in DAYS:
        return whens
    if field.kind is Kind.MONEY:
        return amounts
    if field.kind is Kind.COUNT:
        return st.integers(-(10**9), 10**9)
    if field.kind is Kind.PHONE:
        return st.from_regex(r"\+?[0-9]([0-9 -]{0,9}[0-9])?", fullmatch=True)
    if field.kind is Kind.CHOICE:
        known: st.SearchStrategy[Value] = st.sampled_from([choice.value for choice in field.choices])
        return known
    return texts | st.just(Me()) if field.kind is Kind.PERSON else texts


@st.composite
def comparisons(draw: st.DrawFn) -> Query:
    field = draw(st.sampled_from(FIELDS))
    operator = draw(st.sampled_from(field.operators))
    count = {Operator.EMPTY: 0, Operator.FILLED: 0, Operator.BETWEEN: 2}.get(operator, 1)
    if operator in {Operator.IN, Operator.NOT_IN}:
        return Compared(
            field.name, operator, tuple(draw(st.lists(values(field), min_size=1, max_size=3, unique=True)))
        )
    return Compared(field.name, operator, tuple(draw(values(field)) for _ in range(count)))


queries: st.SearchStrategy[Query] = st.recursive(
    st.one_of(comparisons(), texts.map(Words)),
    lambda parts: st.one_of(
        parts.map(Not),
        st.lists(parts, min_size=2, max_size=3).map(all_of),
        st.lists(parts, min_size=2, max_size=3).map(either_of),
    ),
    max_leaves=6,
)


@given(queries, st.sampled_from(LANGUAGES))
@settings(max_examples=400)
def test_what_is_written_says_the_same_when_it_is_read_again(query: Query, language: str) -> None:
    assert read(write(query, FIELDS, language), FIELDS) == query


@given(comparisons())
def test_values_alone_are_read_as_in_a_filter(query: Query) -> None:
    assert isinstance(query, Compared)
    field = BY_NAME[query.field]
    if query.operator is Operator.IN:
        inside = write(query, FIELDS).partition("(")[2].removesuffix(")")
        assert read_values(inside, field, is_list=True) == list(query.values)


def test_the_kept_form_is_english_and_chinese_is_shown() -> None:
    query = read("tier is VIP and last order before 2025-09-01 and city in (海口, 三亚)", FIELDS)
    assert write(query, FIELDS) == "tier is VIP and last order before 2025-09-01 and city in (海口, 三亚)"
    assert (
        write(query, FIELDS, "zh_CN") == "等级 是 VIP 并且 最近订单 早于 2025-09-01 并且 城市 在 (海口, 三亚)"
    )


# --- days --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", TODAY, TODAY),
        ("30 days ago", date(2026, 10, 4), date(2026, 10, 4)),
        ("in 2 weeks", date(2026, 11, 17), date(2026, 11, 17)),
        ("this week", date(2026, 11, 2), date(2026, 11, 8)),
        ("上月", date(2026, 10, 1), date(2026, 10, 31)),
        ("last quarter", date(2026, 7, 1), date(2026, 9, 30)),
        ("去年", date(2025, 1, 1), date(2025, 12, 31)),
        ("last 30 days", date(2026, 10, 4), TODAY),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("9999 years ago", date.min, date.min),
    ],
)
def test_days_are_told_from_today(text: str, first: date, last: date) -> None:
    (when,) = read_values(text, BY_NAME["last_order"])
    assert isinstance(when, date | InMonth | InYear | Ago | This | Last)
    assert days_of(when, TODAY) == (first, last)


def test_a_month_ago_is_the_last_day_of_a_shorter_month() -> None:
    assert days_of(Ago(1, Unit.MONTH), date(2026, 3, 31))[0] == date(2026, 2, 28)


@given(whens, st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1)))
def test_whatever_a_day_is_it_does_not_end_before_it_begins(when: Value, today: date) -> None:
    first, last = days_of(when, today)  # type: ignore[arg-type]
    assert first <= last + timedelta(days=0)


# --- what could come next ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("ti", ["tier"]),
        ("last or", ["last order", "orders"]),
        ("tier is VIP a", ["and"]),
        ("status is tr", ["Trading"]),
        ("last order before th", ["this week", "this month", "this quarter", "this year"]),
        ("城", ["城市"]),
        ("客户库是潜", ["潜在客户"]),
        ("", []),
        ("海口", []),
    ],
)
def test_what_was_begun_is_offered_whole(text: str, offered: list[str]) -> None:
    assert [offer.text for offer in offers(text, FIELDS, "en")] == offered


def test_behind_a_field_its_operators_are_offered_in_the_language_of_the_window() -> None:
    assert [offer.text for offer in offers("客户库 ", FIELDS, "zh_CN")] == ["是", "不是", "在", "不在"]
    assert "under" in [offer.text for offer in offers("credit ", FIELDS, "en")]


def test_values_of_the_list_are_wanted_where_one_stands() -> None:
    place = wanted('city in (海口, "三', FIELDS)
    assert place is not None
    assert (place.field.name, place.begun, place.start) == ("city", "三", len("city in (海口, "))
    assert wanted("city is 海口 and ", FIELDS) is None


# --- words -------------------------------------------------------------------------------------------------------------


def test_choices_are_called_as_in_the_window() -> None:
    for known in (LIBRARY_WORDS, STATE_WORDS):
        assert {value.value: words.en[0] for value, words in known.items()} == {
            value.value: STATES[value.value] for value in known
        }
    for name, values_known in (("deal_type", DEAL_WORDS), ("grade", GRADE_WORDS)):
        for value, words in values_known.items():
            assert CHOICES[f"{name}.{value}"] == words.en[0]


@pytest.mark.parametrize("fields", [CUSTOMER_FIELDS, ORDER_FIELDS])
def test_no_word_stands_for_two_fields(fields: tuple[QueryField, ...]) -> None:
    said = [word.casefold() for field in fields for word in {*field.words.all, field.name.replace("_", " ")}]
    assert sorted(said) == sorted(set(said))
