"""The language in which lists are filtered, as values: what a filter says once it was read (docs/filters.md).

`query_read.read` makes it of text, `query_write.write` makes text of it in either language, `query_sql.condition` makes
it a condition of a read query. A filter names fields, operators and choices by code; nothing in it depends on a language.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from crm.errors import InvalidInput

BAD_FILTER: Final = 1201
"""A filter cannot be understood. The error says from where to where in it, and why."""


class Operator(StrEnum):
    """How a field is tested."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    LACKS = "lacks"
    BEGINS = "begins"
    IN = "in"
    NOT_IN = "not_in"
    UNDER = "under"
    AT_MOST = "at_most"
    OVER = "over"
    AT_LEAST = "at_least"
    BETWEEN = "between"
    EMPTY = "empty"
    FILLED = "filled"


class Unit(StrEnum):
    """A stretch of the calendar."""

    DAY = "day"
    WEEK = "week"  # begins on Monday
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


# --- values ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Amount:
    """Money in thousandths of its major unit. Without a currency it is compared in the currency of each row."""

    milli: int
    currency: str = ""


@dataclass(frozen=True)
class InMonth:
    """A month of a year."""

    year: int
    month: int


@dataclass(frozen=True)
class InYear:
    """A year."""

    year: int


@dataclass(frozen=True)
class Ago:
    """So many units before today; a negative count is after it."""

    count: int
    unit: Unit


@dataclass(frozen=True)
class This:
    """The unit that holds today, or one so many units from it: this month is 0, last year -1, tomorrow 1."""

    unit: Unit
    distance: int = 0


@dataclass(frozen=True)
class Last:
    """From so many units before today up to today."""

    count: int
    unit: Unit


@dataclass(frozen=True)
class Me:
    """The person who asks."""


When: TypeAlias = date | InMonth | InYear | Ago | This | Last
Value: TypeAlias = str | int | Amount | When | Me


def days_of(when: When, today: date) -> tuple[date, date]:
    """The first and the last day that a value means."""
    match when:
        case InMonth(year, month):
            return date(year, month, 1), _month_end(date(year, month, 1))
        case InYear(year):
            return date(year, 1, 1), date(year, 12, 31)
        case Ago(count, unit):
            day = _moved(today, unit, -count)
            return day, day
        case This(unit, distance):
            first = _begin(_moved(_begin(today, unit), unit, distance), unit)
            return first, _moved(first, unit, 1) - timedelta(days=1)
        case Last(count, unit):
            return _moved(today, unit, -count), today
        case _:
            return when, when


def _begin(day: date, unit: Unit) -> date:
    match unit:
        case Unit.WEEK:
            return day - timedelta(days=day.weekday())
        case Unit.MONTH:
            return day.replace(day=1)
        case Unit.QUARTER:
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        case Unit.YEAR:
            return date(day.year, 1, 1)
        case _:
            return day


def _moved(day: date, unit: Unit, count: int) -> date:
    """A day so many units later; where a month has no such day, its last one. The calendar's ends are not left."""
    try:
        if unit in {Unit.DAY, Unit.WEEK}:
            return day + timedelta(days=count * (7 if unit is Unit.WEEK else 1))
        months = count * {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}[unit] + day.year * 12 + day.month - 1
        year, month = divmod(months, 12)
        return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        return date.max if count > 0 else date.min


def _month_end(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


# --- what a filter says ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Words:
    """Words to be found, in whatever field: each of them."""

    text: str


@dataclass(frozen=True)
class Test:
    """A field is tested. ``field`` is the name of a `QueryField`; ``values`` are as many as the operator takes."""

    field: str
    operator: Operator
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Not:
    """What is inside does not hold."""

    part: Query


@dataclass(frozen=True)
class All:
    """Every part holds. Made by `all_of`."""

    parts: tuple[Query, ...]


@dataclass(frozen=True)
class Either:
    """At least one part holds. Made by `either_of`."""

    parts: tuple[Query, ...]


Query: TypeAlias = Words | Test | Not | All | Either
EVERYTHING: Final = All(())
"""No filter."""


def all_of(parts: Iterable[Query]) -> Query:
    """Parts that all hold, in the one form that they have: flat, and words that stand together as one."""
    found: list[Query] = []
    for part in parts:
        for one in part.parts if isinstance(part, All) else (part,):
            if isinstance(one, Words) and found and isinstance(former := found[-1], Words):
                found[-1] = Words(f"{former.text} {one.text}")
            else:
                found.append(one)
    return found[0] if len(found) == 1 else All(tuple(found))


def either_of(parts: Iterable[Query]) -> Query:
    """Parts of which one holds, flat."""
    found = [one for part in parts for one in (part.parts if isinstance(part, Either) else (part,))]
    return found[0] if len(found) == 1 else Either(tuple(found))


def tests_of(query: Query) -> Iterator[Test]:
    """Every test in a filter."""
    match query:
        case Test():
            yield query
        case Not(part):
            yield from tests_of(part)
        case All(parts) | Either(parts):
            for part in parts:
                yield from tests_of(part)


class Why(StrEnum):
    """Why a filter cannot be understood."""

    CONDITION_MISSING = "condition_missing"
    OPERATOR_UNFIT = "operator_unfit"
    VALUE_MISSING = "value_missing"
    NO_DAY = "no_day"
    NO_AMOUNT = "no_amount"
    NO_COUNT = "no_count"
    NO_CHOICE = "no_choice"
    RANGE_OPEN = "range_open"
    LIST_OPEN = "list_open"
    BRACKET_OPEN = "bracket_open"
    BRACKET_STRAY = "bracket_stray"
    QUOTE_OPEN = "quote_open"
    QUOTES_MISSING = "quotes_missing"
    TOO_LONG = "too_long"
    TOO_DEEP = "too_deep"
    FIELD_UNKNOWN = "field_unknown"


class QueryError(InvalidInput):
    """A filter that cannot be understood: why, and which part of the text it is, from ``start`` to before ``end``.

    ``field`` is the name of the field that it is about, if any. ``is_unfinished``: more text would mend it.
    """

    def __init__(
        self, why: Why, start: int, end: int, *, field: str = "", is_unfinished: bool = False
    ) -> None:
        super().__init__(BAD_FILTER, "The filter cannot be understood.", why=why.value, start=start, end=end)
        self.why = why
        self.start = start
        self.end = end
        self.field = field
        self.is_unfinished = is_unfinished
