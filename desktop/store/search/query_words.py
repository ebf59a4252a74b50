"""The words of the query language, in English and Chinese. Both are always understood; one of each is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from desktop.store.search.query import Operator, Unit

LANGUAGES: Final = ("en", "zh_CN")


class Kind(StrEnum):
    """What a field holds, and so how it is tested."""

    TEXT = "text"
    PHONE = "phone"  # digits; what groups them does not count
    PERSON = "person"  # somebody by name, or me
    CHOICE = "choice"
    DAY = "day"
    INSTANT = "instant"  # UTC milliseconds, tested by day
    MONEY = "money"
    COUNT = "count"


@dataclass(frozen=True)
class Spoken:
    """Words for one thing: in each language all that are understood, the one that is written first."""

    en: tuple[str, ...]
    zh: tuple[str, ...]

    def written(self, language: str) -> str:
        """The word that is written."""
        return (self.zh if language == "zh_CN" else self.en)[0]

    @property
    def all(self) -> tuple[str, ...]:
        """Every word that is understood."""
        return self.en + self.zh


@dataclass(frozen=True)
class Choice:
    """One value of a field that has few, and its words."""

    value: str
    words: Spoken


@dataclass(frozen=True)
class QueryField:
    """A field by which a list is filtered.

    ``sql`` is an expression over the list's table ``t``: text, whole number, ISO day or UTC milliseconds, by kind.
    ``is_open``: a choice can also be something else than those. ``currency`` is the expression of the currency of an amount, ``person`` that of the id of a person; ``choices`` are
    those of a choice. ``may_be_empty``: asking whether it is makes sense. ``is_listed``: its values are worth offering.
    """

    name: str
    kind: Kind
    sql: str
    words: Spoken
    choices: tuple[Choice, ...] = ()
    currency: str = ""
    person: str = ""
    may_be_empty: bool = True
    is_listed: bool = False
    is_open: bool = False
    endings: tuple[str, ...] = ()
    """What a name may end in or not, for those who leave it out: 海口 is 海口市."""

    @property
    def operators(self) -> tuple[Operator, ...]:
        """How it can be tested."""
        of_kind = OPERATORS[self.kind]
        if self.may_be_empty:
            return of_kind
        return tuple(one for one in of_kind if one not in {Operator.EMPTY, Operator.FILLED})


_O = Operator
_TEXT: Final = (
    _O.IS, _O.IS_NOT, _O.CONTAINS, _O.LACKS, _O.BEGINS, _O.IN, _O.NOT_IN, _O.EMPTY, _O.FILLED,
)  # fmt: skip
_RANGE: Final = (
    _O.IS, _O.IS_NOT, _O.UNDER, _O.AT_MOST, _O.OVER, _O.AT_LEAST, _O.BETWEEN, _O.EMPTY, _O.FILLED,
)  # fmt: skip
OPERATORS: Final[Mapping[Kind, tuple[Operator, ...]]] = {
    Kind.TEXT: _TEXT,
    Kind.PHONE: _TEXT,
    Kind.PERSON: _TEXT,
    Kind.CHOICE: (_O.IS, _O.IS_NOT, _O.IN, _O.NOT_IN, _O.EMPTY, _O.FILLED),
    Kind.DAY: _RANGE,
    Kind.INSTANT: _RANGE,
    Kind.MONEY: _RANGE,
    Kind.COUNT: _RANGE,
}
RANGES: Final = frozenset({Kind.DAY, Kind.INSTANT, Kind.MONEY, Kind.COUNT})
DAYS: Final = frozenset({Kind.DAY, Kind.INSTANT})

_WORDS: Final[Mapping[Operator, Spoken]] = {
    _O.IS: Spoken(("is", "=", "==", "equals"), ("是", "为", "等于")),
    _O.IS_NOT: Spoken(("is not", "isn't", "!=", "<>", "≠", "not"), ("不是", "不为", "不等于")),
    _O.CONTAINS: Spoken(("contains", "~", "has"), ("包含", "含有", "含")),
    _O.LACKS: Spoken(("does not contain", "doesn't contain", "lacks", "!~"), ("不包含", "不含有", "不含")),
    _O.BEGINS: Spoken(("begins with", "starts with", "^="), ("开头是", "开头为", "始于")),
    _O.IN: Spoken(("in", "is in", "is one of", "one of", "is any of"), ("在", "属于", "是以下之一")),
    _O.NOT_IN: Spoken(("not in", "is not in", "is none of", "isn't in"), ("不在", "不属于")),
    _O.EMPTY: Spoken(
        ("is empty", "is not set", "is missing", "is not known"), ("为空", "是空", "未填", "未设置")
    ),
    _O.FILLED: Spoken(("is not empty", "is set", "is known"), ("不为空", "不是空", "非空", "已填", "已设置")),
    _O.BETWEEN: Spoken(("between", "is between"), ("介于",)),
}
_OF_NUMBERS: Final[Mapping[Operator, Spoken]] = {
    _O.UNDER: Spoken(("under", "is under", "below", "is below", "less than", "is less than", "<"),
                     ("低于", "小于", "少于", "不足", "不到")),
    _O.AT_MOST: Spoken(("at most", "is at most", "up to", "<=", "≤"),
                       ("至多", "最多", "不超过", "不高于", "不多于", "小于等于")),
    _O.OVER: Spoken(("over", "is over", "above", "is above", "more than", "is more than", ">"),
                    ("高于", "大于", "多于", "超过")),
    _O.AT_LEAST: Spoken(("at least", "is at least", ">=", "≥"), ("至少", "不低于", "不少于", "大于等于")),
}  # fmt: skip
_OF_DAYS: Final[Mapping[Operator, Spoken]] = {
    _O.UNDER: Spoken(("before", "is before", "<", "earlier than"), ("早于", "先于")),
    _O.AT_MOST: Spoken(("until", "is until", "up to", "on or before", "is on or before", "<=", "≤"),
                       ("不晚于", "截至")),
    _O.OVER: Spoken(("after", "is after", ">", "later than"), ("晚于",)),
    _O.AT_LEAST: Spoken(("since", "is since", "from", "on or after", "is on or after", ">=", "≥"),
                        ("不早于", "自", "自从")),
    # What is before or after the day is said behind it: 在 … 之前.
    _O.IS: Spoken(("is", "=", "==", "on", "is on", "in", "is in"), ("是", "为", "在", "等于")),
}  # fmt: skip

AND: Final = Spoken(("and", "&&", "&"), ("并且", "而且", "且"))
OR: Final = Spoken(("or", "||", "|"), ("或者", "或"))
NOT: Final = Spoken(("not",), ("非", "并非", "不满足"))
RANGE_AND: Final = Spoken(("and", "to", "-", "–"), ("和", "至", "到", "与", "~"))
ME: Final = Spoken(("me", "myself"), ("我", "本人", "我自己"))
BEFORE_IT: Final = ("之前", "以前")
AFTER_IT: Final = ("之后", "以后")
BETWEEN_THEM: Final = ("之间",)
INSIDE_THEM: Final = ("之中", "其中", "之内", "中", "内", "里")

UNITS: Final[Mapping[Unit, Spoken]] = {
    Unit.DAY: Spoken(("days", "day", "d"), ("天", "日")),
    Unit.WEEK: Spoken(("weeks", "week", "w"), ("周", "个星期", "星期", "个礼拜")),
    Unit.MONTH: Spoken(("months", "month"), ("个月", "月")),
    Unit.QUARTER: Spoken(("quarters", "quarter"), ("个季度", "季度")),
    Unit.YEAR: Spoken(("years", "year", "y"), ("年",)),
}
NAMED_DAYS: Final[Mapping[tuple[Unit, int], Spoken]] = {
    (Unit.DAY, 0): Spoken(("today",), ("今天", "今日")),
    (Unit.DAY, -1): Spoken(("yesterday",), ("昨天", "昨日")),
    (Unit.DAY, 1): Spoken(("tomorrow",), ("明天", "明日")),
    (Unit.WEEK, 0): Spoken(("this week",), ("本周", "这周")),
    (Unit.WEEK, -1): Spoken(("last week",), ("上周",)),
    (Unit.WEEK, 1): Spoken(("next week",), ("下周",)),
    (Unit.MONTH, 0): Spoken(("this month",), ("本月", "这个月")),
    (Unit.MONTH, -1): Spoken(("last month",), ("上月", "上个月")),
    (Unit.MONTH, 1): Spoken(("next month",), ("下月", "下个月")),
    (Unit.QUARTER, 0): Spoken(("this quarter",), ("本季度", "这个季度")),
    (Unit.QUARTER, -1): Spoken(("last quarter",), ("上季度", "上个季度")),
    (Unit.QUARTER, 1): Spoken(("next quarter",), ("下季度", "下个季度")),
    (Unit.YEAR, 0): Spoken(("this year",), ("今年", "本年")),
    (Unit.YEAR, -1): Spoken(("last year",), ("去年",)),
    (Unit.YEAR, 1): Spoken(("next year",), ("明年",)),
}
SYMBOLS: Final[Mapping[str, str]] = {
    "¥": "CNY",
    "￥": "CNY",
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "₩": "KRW",
    "₹": "INR",
}
MULTIPLES: Final[Mapping[str, int]] = {
    "千": 1_000,
    "k": 1_000,
    "万": 10_000,
    "m": 1_000_000,
    "亿": 100_000_000,
}


def operator_words(field_kind: Kind, operator: Operator) -> Spoken:
    """The words of an operator, as they are for this kind of field."""
    if field_kind in DAYS and operator in _OF_DAYS:
        return _OF_DAYS[operator]
    return _OF_NUMBERS.get(operator) or _WORDS[operator]


# --- matching ----------------------------------------------------------------------------------------------------------


@cache
def pattern(phrase: str) -> re.Pattern[str]:
    """A phrase at the beginning of a text: in any case, blanks and underscores between its words as they come. A word of
    letters ends where no letter or digit follows.
    """
    parts = [re.escape(part) for part in re.split(r"[\s_]+", phrase)]
    ends_in_letter = phrase[-1].isascii() and phrase[-1].isalnum()
    return re.compile(r"[\s_]*".join(parts) + (r"(?![A-Za-z0-9_])" if ends_in_letter else ""), re.IGNORECASE)


def longest(text: str, at: int, phrases: Iterable[str]) -> int:
    """Where the longest of these phrases that stands at a place ends; -1: none does."""
    ends = (found.end() for phrase in phrases if (found := pattern(phrase).match(text, at)))
    return max(ends, default=-1)
