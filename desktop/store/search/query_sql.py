"""A filter as a condition of a read query: expressions over the list's table ``t`` with ``?`` for every value.

Whatever a filter holds is bound as a value, and every expression comes from the program. Two values only: what is not
known is not equal to anything, and *not* turns that around.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from crm.money import EXPONENTS
from desktop.store.search.query import (
    All,
    Amount,
    Either,
    Me,
    Not,
    Operator,
    Query,
    Test,
    Value,
    Words,
    days_of,
)
from desktop.store.search.query_words import DAYS, Kind, QueryField

Sql = tuple[str, tuple[Any, ...]]
"""An expression and what is bound to it."""
NOTHING: Final[Sql] = ("0", ())
EVERYTHING: Final[Sql] = ("1", ())
_DAY_MS: Final = 86_400_000


@dataclass(frozen=True)
class Viewpoint:
    """From where a filter looks: which day today is, in which zone (IANA name), and who *me* is."""

    today: date
    zone: str = "UTC"
    person: bytes = b""


NOWHERE: Final = Viewpoint(date(1970, 1, 1))
"""For filters that say nothing of today or me."""


def condition(
    query: Query, fields: Sequence[QueryField], viewpoint: Viewpoint, words: Callable[[str], Sql]
) -> Sql:
    """The condition of a filter. ``words`` gives that of words to be found.

    :raises KeyError: it tests a field that is none of ``fields``.
    """
    return _Compiler({field.name: field for field in fields}, viewpoint, words).query(query)


class _Compiler:
    def __init__(
        self, fields: dict[str, QueryField], viewpoint: Viewpoint, words: Callable[[str], Sql]
    ) -> None:
        self._fields = fields
        self._viewpoint = viewpoint
        self._words = words

    def query(self, query: Query) -> Sql:
        match query:
            case Words(text):
                return self._words(text)
            case Test():
                return self._test(self._fields[query.field], query)
            case Not(part):
                return _turned(self.query(part))
            case All(parts):
                return _joined([self.query(part) for part in parts], "AND", EVERYTHING)
            case Either(parts):
                return _joined([self.query(part) for part in parts], "OR", NOTHING)

    def _test(self, field: QueryField, test: Test) -> Sql:
        values = test.values
        match test.operator:
            case Operator.EMPTY:
                return f"ifnull({field.sql}, '') = ''", ()
            case Operator.FILLED:
                return f"ifnull({field.sql}, '') <> ''", ()
            case Operator.IS_NOT:
                return _turned(self._is(field, values[0]))
            case Operator.IN:
                return self._among(field, values)
            case Operator.NOT_IN:
                return _turned(self._among(field, values))
            case Operator.CONTAINS:
                return self._holds(field, values[0], "instr({text}, lower(?)) > 0")
            case Operator.LACKS:
                return _turned(self._holds(field, values[0], "instr({text}, lower(?)) > 0"))
            case Operator.BEGINS:
                return self._holds(field, values[0], "instr({text}, lower(?)) = 1")
            case Operator.IS:
                return self._is(field, values[0])
            case Operator.BETWEEN:
                first, second = (self._bounds(field, value) for value in _of_one_currency(values))
                low, high = min(first[0], second[0]), max(first[1], second[1])
                return self._compared(field, "BETWEEN ? AND", low, high)
            case Operator.UNDER:
                return self._compared(field, "<", self._bounds(field, values[0])[0])
            case Operator.AT_MOST:
                return self._compared(field, "<=", self._bounds(field, values[0])[1])
            case Operator.OVER:
                return self._compared(field, ">", self._bounds(field, values[0])[1])
            case Operator.AT_LEAST:
                return self._compared(field, ">=", self._bounds(field, values[0])[0])

    # -- equal

    def _is(self, field: QueryField, value: Value) -> Sql:
        if isinstance(value, Me):
            return f"{field.person} = ?", (self._viewpoint.person,)
        if field.kind is Kind.PHONE:
            return f"{_digits(field.sql)} = ?", (_dialled(str(value)),)
        if field.kind in {Kind.TEXT, Kind.PERSON}:
            text = str(value)
            # Only letters have two cases, and without them an index can be used.
            case = " COLLATE NOCASE" if any(sign.isalpha() and sign.isascii() for sign in text) else ""
            if field.endings:
                bare = next((text.removesuffix(one) for one in field.endings if text.endswith(one)), text)
                names = (bare, *(bare + one for one in field.endings))
                return f"{field.sql}{case} IN ({', '.join('?' * len(names))})", names
            return f"{field.sql} = ?{case}", (text,)
        if field.kind is Kind.CHOICE:
            case = " COLLATE NOCASE" if field.is_open else ""
            return f"{field.sql} = ?{case}", (value,)
        low, high = self._bounds(field, value)
        return (
            self._compared(field, "=", low)
            if low == high
            else self._compared(field, "BETWEEN ? AND", low, high)
        )

    def _among(self, field: QueryField, values: Sequence[Value]) -> Sql:
        return _joined([self._is(field, value) for value in values], "OR", NOTHING)

    def _holds(self, field: QueryField, value: Value, form: str) -> Sql:
        if isinstance(value, Me):
            return self._is(field, value)
        if field.kind is Kind.PHONE:
            return form.format(text=_digits(field.sql)), (_dialled(str(value)),)
        return form.format(text=f"lower({field.sql})"), (str(value),)

    # -- more and less

    def _bounds(self, field: QueryField, value: Any) -> tuple[Any, Any]:
        """The least and the greatest value that a value stands for, as the table keeps it."""
        if field.kind in DAYS:
            first, last = days_of(value, self._viewpoint.today)
            if field.kind is Kind.DAY:
                return first.isoformat(), last.isoformat()
            return self._begin_ms(first), self._begin_ms(last, days_later=1) - 1
        if isinstance(value, Amount):
            return (value.milli, value.currency), (value.milli, value.currency)
        return value, value

    def _begin_ms(self, day: date, days_later: int = 0) -> int:
        """When a day begins, in UTC milliseconds."""
        try:
            begin = datetime.combine(day + timedelta(days=days_later), time(), ZoneInfo(self._viewpoint.zone))
            return int(begin.astimezone(UTC).timestamp()) * 1000
        except OverflowError:
            return (day.toordinal() - date(1970, 1, 1).toordinal() + days_later) * _DAY_MS

    def _compared(self, field: QueryField, sign: str, *bounds: Any) -> Sql:
        if field.kind is Kind.DAY:
            return f"nullif({field.sql}, '') {sign} ?", bounds
        if field.kind is not Kind.MONEY:
            return f"{field.sql} {sign} ?", bounds
        amounts = tuple(milli for milli, _ in bounds)
        currency = bounds[0][1]
        if currency:
            factor = 10 ** (3 - EXPONENTS[currency])
            return f"{field.currency} = ? AND {field.sql} * {factor} {sign} ?", (currency, *amounts)
        return f"{field.sql} * {_scale(field.currency)} {sign} ?", amounts


def _of_one_currency(values: Sequence[Value]) -> Sequence[Value]:
    """Two amounts of which one says its currency are both in it."""
    said = next((value.currency for value in values if isinstance(value, Amount) and value.currency), "")
    return [
        Amount(value.milli, value.currency or said) if isinstance(value, Amount) else value
        for value in values
    ]


def _scale(currency: str) -> str:
    """By what a minor unit is multiplied to be thousandths of the major one: for most currencies 10."""
    cases = " ".join(
        f"WHEN '{code}' THEN {10 ** (3 - digits)}" for code, digits in EXPONENTS.items() if digits != 2
    )
    return f"CASE {currency} {cases} ELSE 10 END"


def _digits(sql: str) -> str:
    for sign in (" ", "-", "(", ")", "+"):
        sql = f"replace({sql}, '{sign}', '')"
    return sql


def _dialled(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal()) or text


def _turned(sql: Sql) -> Sql:
    return f"NOT ifnull({sql[0]}, 0)", sql[1]


def _joined(parts: Sequence[Sql], word: str, nothing: Sql) -> Sql:
    if not parts:
        return nothing
    values = tuple(value for _, bound in parts for value in bound)
    return f" {word} ".join(f"({sql})" for sql, _ in parts), values
