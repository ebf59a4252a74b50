"""Writing a filter: what it says as text, in English or Chinese. Read again, it says the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from desktop.store.search.query import (
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
    Test,
    This,
    Unit,
    Value,
    Words,
)
from desktop.store.search.query_read import operator_at
from desktop.store.search.query_values import ENDS_WORD, OpenQuote, value_at, word_end
from desktop.store.search.query_words import (
    AND,
    ME,
    NAMED_DAYS,
    NOT,
    OR,
    RANGE_AND,
    UNITS,
    QueryField,
    operator_words,
)

_LISTS = frozenset({Operator.IN, Operator.NOT_IN})


def write(query: Query, fields: Sequence[QueryField], language: str = "en") -> str:
    """A filter as text. In English it is the form that is kept.

    :raises KeyError: it tests a field that is none of ``fields``.
    """
    return _Writer(fields, language).query(query)


def write_test(test: Test, field: QueryField, language: str = "en") -> str:
    """One test as text."""
    return _Writer([field], language).query(test)


def write_value(value: Value, field: QueryField, language: str = "en") -> str:
    """A value of a field as it is typed, without quotes."""
    return _Writer([field], language).plain(value, field)


class _Writer:
    def __init__(self, fields: Sequence[QueryField], language: str) -> None:
        self._fields = {field.name: field for field in fields}
        self._language = language
        named = [*AND.all, *OR.all, *NOT.all]
        for field in fields:
            named += [*field.words.all, field.name]
        # Of a name of several words, the first may stand before it.
        self._taken = tuple({said.casefold().replace("_", " ").split()[0] for said in named})

    def query(self, query: Query) -> str:
        match query:
            case Words(text):
                return " ".join(self._word(word) for word in text.split()) or '""'
            case Test():
                return self._test(query)
            case Not(part):
                return f"{NOT.written(self._language)} ({self.query(part)})"
            case All(parts):
                return self._joined(parts, AND.written(self._language), bracketed=Either)
            case Either(parts):
                return self._joined(parts, OR.written(self._language), bracketed=Either)

    def _joined(self, parts: Sequence[Query], word: str, *, bracketed: type) -> str:
        told = [
            f"({self.query(part)})"
            if isinstance(part, bracketed) or (part == All(()) and len(parts) > 1)
            else self.query(part)
            for part in parts
        ]
        return f" {word} ".join(told) or '""'

    def _word(self, word: str) -> str:
        """A word, in quotes where it could be read as something else: it holds what ends a word, or begins as a name of
        a field, a connective or *not* do.
        """
        folded = word.casefold()
        is_plain = word_end(word, 0) == len(word) and not folded.startswith(self._taken)
        return word if is_plain else _quoted(word)

    def _test(self, test: Test) -> str:
        field = self._fields[test.field]
        words = operator_words(field.kind, test.operator).written(self._language)
        begin = f"{field.words.written(self._language)} {words}"
        if not test.values:
            return begin
        if test.operator in _LISTS:
            return f"{begin} ({', '.join(self._value(value, field, '(', test.operator) for value in test.values)})"
        told = [self._value(value, field, words, test.operator) for value in test.values]
        return f"{begin} {f' {RANGE_AND.written(self._language)} '.join(told)}"

    def _value(self, value: Value, field: QueryField, before: str, operator: Operator) -> str:
        plain = self.plain(value, field)
        if not isinstance(value, str) or any(choice.value == value for choice in field.choices):
            return plain
        return plain if _stands(plain, value, field, before, operator) else _quoted(plain)

    def plain(self, value: Value, field: QueryField) -> str:
        is_chinese = self._language == "zh_CN"
        match value:
            case Me():
                return ME.written(self._language)
            case Amount(milli, currency):
                whole, rest = divmod(abs(milli), 1000)
                digits = f"{rest:03}".rstrip("0")
                figures = f"{'-' if milli < 0 else ''}{whole}{'.' if digits else ''}{digits}"
                return f"{currency} {figures}" if currency else figures
            case InMonth(year, month):
                return f"{year:04}年{month}月" if is_chinese else f"{year:04}-{month:02}"
            case InYear(year):
                return f"{year:04}年" if is_chinese else f"{year:04}"
            case Ago(count, unit):
                told = self._count(abs(count), unit)
                if is_chinese:
                    return f"{told}{'前' if count > 0 else '后'}"
                return f"{told} ago" if count > 0 else f"{told} from now"
            case Last(count, unit):
                return f"{'最近' if is_chinese else 'last '}{self._count(count, unit)}"
            case This(unit, distance):
                return NAMED_DAYS[unit, distance].written(self._language)
            case date():
                return value.isoformat()
            case _ if any(choice.value == value for choice in field.choices):
                return next(
                    choice.words.written(self._language) for choice in field.choices if choice.value == value
                )
            case _:
                return str(value)

    def _count(self, count: int, unit: Unit) -> str:
        words = UNITS[unit]
        if self._language == "zh_CN":
            return f"{count}{words.zh[0]}"
        return f"{count} {words.en[1] if count == 1 else words.en[0]}"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _stands(plain: str, value: str, field: QueryField, before: str, operator: Operator) -> bool:
    """Whether a text can be written bare behind its operator: it is one word, and no part of a longer operator."""
    if not plain or ENDS_WORD & set(plain):
        return False
    try:
        if value_at(plain, 0, field) != (value, len(plain)):
            return False
    except OpenQuote:
        return False
    found = None if before == "(" else operator_at(f"{before} {plain}", 0, field)
    return found is None or found == (operator, len(before))
