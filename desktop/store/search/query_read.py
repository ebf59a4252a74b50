"""Reading a filter: text in, what it says out; or why it cannot be understood and where; or what might come next.

Written by hand and not with a grammar library: Chinese is written without blanks, so what a word is depends on what stands
before it (a field, an operator, a value of that field), and the same walk tells what could be typed next.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from desktop.store.search.query import (
    EVERYTHING,
    Not,
    Operator,
    Query,
    QueryError,
    Test,
    Value,
    Why,
    Words,
    all_of,
    either_of,
)
from desktop.store.search.query_values import (
    CONNECTIVES,
    MISSING,
    OpenQuote,
    text_at,
    value_at,
    word_end,
)
from desktop.store.search.query_words import (
    AFTER_IT,
    AND,
    BEFORE_IT,
    BETWEEN_THEM,
    DAYS,
    INSIDE_THEM,
    NOT,
    OPERATORS,
    OR,
    RANGE_AND,
    RANGES,
    Kind,
    QueryField,
    longest,
    operator_words,
)

LONGEST: Final = 4000
DEEPEST: Final = 30
_HALVES: Final = str.maketrans(
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0x3001: "、", 0xA0: " "}
)
"""Full width as half, sign by sign, so that places stay."""
_COMMAS: Final = ",、;"
_FREE: Final = frozenset({Operator.EMPTY, Operator.FILLED})
_LISTS: Final = frozenset({Operator.IN, Operator.NOT_IN})


class Part(StrEnum):
    """What may stand at a place."""

    CONDITION = "condition"
    OPERATOR = "operator"
    VALUE = "value"
    RANGE_AND = "range_and"
    CONNECTIVE = "connective"


@dataclass(frozen=True)
class Expected:
    """What may stand at ``at``: a part, and the field and the operator that it is of."""

    at: int
    part: Part
    field: QueryField | None = None
    operator: Operator | None = None


def read(text: str, fields: Sequence[QueryField]) -> Query:
    """What a filter says.

    :raises QueryError: code 1201; it cannot be understood.
    """
    return _Reader(text, fields).all()


def read_values(text: str, field: QueryField, *, is_list: bool = False) -> list[Value]:
    """The value, or with ``is_list`` the values with commas between them, that are the whole of a text.

    :raises QueryError: code 1201; they cannot be understood.
    """
    return _Reader(text, [field]).values(field, is_list=is_list)


def expected(text: str, fields: Sequence[QueryField]) -> list[Expected]:
    """What was looked for while reading ``text``, which may be the beginning of a filter."""
    reader = _Reader(text, fields)
    with contextlib.suppress(QueryError):
        reader.all()
    return reader.expected


def operator_at(text: str, at: int, field: QueryField) -> tuple[Operator, int] | None:
    """The operator of a field that stands at a place, and where it ends; the longest that it may be."""
    best: tuple[Operator, int] | None = None
    for operator in OPERATORS[field.kind]:
        end = longest(text, at, operator_words(field.kind, operator).all)
        if end > 0 and (best is None or end > best[1]):
            best = operator, end
    if best is None and text[at : at + 1] == ":":
        holds = field.kind in {Kind.TEXT, Kind.PHONE, Kind.PERSON}
        best = (Operator.CONTAINS if holds else Operator.IS), at + 1
    return best


def _some_operator(text: str, at: int) -> int:
    """Where an operator ends that some kind of field has; -1: none stands there."""
    return max(
        longest(text, at, operator_words(kind, operator).all)
        for kind, operators in OPERATORS.items()
        for operator in operators
    )


class _Reader:
    def __init__(self, text: str, fields: Sequence[QueryField]) -> None:
        self._text = text.translate(_HALVES)
        self._fields = fields
        self._depth = 0
        self.expected: list[Expected] = []

    def all(self) -> Query:
        if len(self._text) > LONGEST:
            raise QueryError(Why.TOO_LONG, LONGEST, len(self._text))
        at = self._blank(0)
        if at == len(self._text):
            self._expect(at, Part.CONDITION)
            return EVERYTHING
        found, at = self._either(at)
        if at < len(self._text):
            raise QueryError(Why.BRACKET_STRAY, at, at + 1)
        return found

    def values(self, field: QueryField, *, is_list: bool) -> list[Value]:
        operator = Operator.IN if is_list else Operator.IS
        values: list[Value] = []
        at = self._blank(0)
        while True:
            value, end = self._value(at, field, operator)
            values.append(value)
            at = self._blank(end)
            if is_list and at < len(self._text) and self._text[at] in _COMMAS:
                at = self._blank(at + 1)
            elif at < len(self._text):
                raise QueryError(
                    MISSING.get(field.kind, Why.QUOTES_MISSING), 0, len(self._text), field=field.name
                )
            else:
                return values

    # -- either, all, not

    def _either(self, at: int) -> tuple[Query, int]:
        parts = []
        while True:
            part, at = self._every(at)
            parts.append(part)
            end = self._connective(at, OR.all)
            if end < 0:
                return either_of(parts), at
            at = self._blank(end)

    def _every(self, at: int) -> tuple[Query, int]:
        parts = []
        while True:
            part, at = self._one(at)
            parts.append(part)
            at = self._blank(at)
            self._expect(at, Part.CONNECTIVE)
            end = self._connective(at, AND.all)
            if end < 0 and self._text[at : at + 1] in _COMMAS and at < len(self._text):
                end = at + 1
            if end >= 0:
                at = self._blank(end)
            elif at == len(self._text) or self._text[at] in ")]" or self._connective(at, OR.all) >= 0:
                self._expect(at, Part.CONDITION)
                return all_of(parts), at

    def _one(self, at: int) -> tuple[Query, int]:
        self._expect(at, Part.CONDITION)
        self._depth += 1
        if self._depth > DEEPEST:
            raise QueryError(Why.TOO_DEEP, at, len(self._text))
        try:
            if (end := self._not(at)) >= 0:
                part, at = self._one(self._blank(end))
                return Not(part), at
            if self._text[at : at + 1] == "(":
                return self._bracket(at)
            return self._test(at) or self._words(at)
        finally:
            self._depth -= 1

    def _not(self, at: int) -> int:
        """Where the word *not* ends; -1: what stands there is no such word, but perhaps the beginning of a name."""
        if (end := longest(self._text, at, NOT.en)) >= 0:
            return end
        end = longest(self._text, at, NOT.zh)
        if end < 0:
            return -1
        after = self._text[end : end + 1]
        return end if not after or after.isspace() or after == "(" or self._field(end) else -1

    def _bracket(self, at: int) -> tuple[Query, int]:
        found, end = self._either(self._blank(at + 1))
        if self._text[end : end + 1] != ")":
            raise QueryError(Why.BRACKET_OPEN, at, at + 1, is_unfinished=end == len(self._text))
        return found, end + 1

    # -- words

    def _words(self, at: int) -> tuple[Query, int]:
        try:
            found = text_at(self._text, at)
        except OpenQuote:
            raise QueryError(Why.QUOTE_OPEN, at, len(self._text), is_unfinished=True) from None
        if found is None or longest(self._text, at, (*AND.all, *OR.all)) > at:
            end = len(self._text) if at == len(self._text) else at + 1
            raise QueryError(Why.CONDITION_MISSING, at, end, is_unfinished=at == len(self._text))
        word, end = found
        return (Words(" ".join(word.split())) if word.strip() else EVERYTHING), end

    # -- a test of a field

    def _field(self, at: int) -> tuple[QueryField, int] | None:
        """The field that stands at a place with an operator behind it."""
        best: tuple[QueryField, int] | None = None
        for field in self._fields:
            end = longest(self._text, at, (*field.words.all, field.name))
            if end > 0 and (best is None or end > best[1]):
                best = field, end
        if best is None:
            return None
        field, end = best
        after = self._blank(end)
        self._expect(after, Part.OPERATOR, field)
        if operator_at(self._text, after, field) is None and _some_operator(self._text, after) < 0:
            return None
        return field, after

    def _test(self, at: int) -> tuple[Query, int] | None:
        found = self._field(at)
        if found is None:
            return None
        field, begin = found
        chosen = operator_at(self._text, begin, field)
        if chosen is None or chosen[0] not in field.operators:
            end = max(_some_operator(self._text, begin), begin + 1)
            raise QueryError(Why.OPERATOR_UNFIT, begin, end, field=field.name)
        operator, end = chosen
        if operator in _FREE:
            return Test(field.name, operator), end
        at = self._blank(end)
        if operator in _LISTS or (
            self._text[at : at + 1] == "("
            and operator in {Operator.IS, Operator.IS_NOT, Operator.CONTAINS}
            and Operator.IN in field.operators
        ):
            return self._list(
                at, field, Operator.NOT_IN if operator in {Operator.NOT_IN, Operator.IS_NOT} else Operator.IN
            )
        value, end = self._value(at, field, operator)
        if operator is Operator.BETWEEN:
            return self._range(at, end, value, field)
        if field.kind in RANGES:
            return self._behind(end, value, field, operator)
        return Test(field.name, operator, (value,)), end

    def _behind(self, end: int, value: Value, field: QueryField, operator: Operator) -> tuple[Query, int]:
        """Chinese says behind a value what English says before it: 在 … 之前, 在 … 至 … 之间."""
        after = self._blank(end)
        if operator is Operator.IS:
            if field.kind in DAYS and (done := longest(self._text, after, BEFORE_IT)) > 0:
                return Test(field.name, Operator.UNDER, (value,)), done
            if field.kind in DAYS and (done := longest(self._text, after, AFTER_IT)) > 0:
                return Test(field.name, Operator.OVER, (value,)), done
            if (second := longest(self._text, after, RANGE_AND.zh)) > 0:
                try:
                    found = value_at(self._text, self._blank(second), field)
                except OpenQuote:
                    found = None
                if found is not None:
                    done = longest(self._text, self._blank(found[1]), BETWEEN_THEM)
                    return Test(field.name, Operator.BETWEEN, (value, found[0])), max(done, found[1])
        return Test(field.name, operator, (value,)), end

    def _range(self, start: int, end: int, first: Value, field: QueryField) -> tuple[Query, int]:
        at = self._blank(end)
        self._expect(at, Part.RANGE_AND, field)
        word = longest(self._text, at, RANGE_AND.all)
        if word < 0:
            raise QueryError(
                Why.RANGE_OPEN, start, end, field=field.name, is_unfinished=at == len(self._text)
            )
        second, end = self._value(self._blank(word), field, Operator.BETWEEN)
        done = longest(self._text, self._blank(end), BETWEEN_THEM)
        return Test(field.name, Operator.BETWEEN, (first, second)), max(done, end)

    def _list(self, at: int, field: QueryField, operator: Operator) -> tuple[Query, int]:
        """Values in brackets, or without them some with 、 between them."""
        is_open = self._text[at : at + 1] == "("
        opened = at
        separators = ",、;" if is_open else "、"
        at = self._blank(at + 1) if is_open else at
        values: list[Value] = []
        while True:
            value, end = self._value(at, field, operator)
            values.append(value)
            at = self._blank(end)
            if at < len(self._text) and self._text[at] in separators:
                at = self._blank(at + 1)
            elif is_open and (word := longest(self._text, at, (*OR.all, *AND.all))) > 0:
                at = self._blank(word)
            else:
                break
        if is_open:
            if self._text[at : at + 1] != ")":
                raise QueryError(
                    Why.LIST_OPEN,
                    opened,
                    max(end, opened + 1),
                    field=field.name,
                    is_unfinished=at == len(self._text),
                )
            end = at + 1
        inside = longest(self._text, self._blank(end), INSIDE_THEM) if is_open else -1
        return Test(field.name, operator, tuple(dict.fromkeys(values))), max(inside, end)

    def _value(self, at: int, field: QueryField, operator: Operator) -> tuple[Value, int]:
        self._expect(at, Part.VALUE, field, operator)
        try:
            found = value_at(self._text, at, field)
        except OpenQuote:
            raise QueryError(
                Why.QUOTE_OPEN, at, len(self._text), field=field.name, is_unfinished=True
            ) from None
        if found is not None:
            return found
        end = max(word_end(self._text, at), at)
        if end == at:
            why = Why.VALUE_MISSING
            end = min(at + 1, len(self._text))
        else:
            why = MISSING.get(field.kind, Why.VALUE_MISSING)
        is_unfinished = end == len(self._text)
        raise QueryError(why, at, end, field=field.name, is_unfinished=is_unfinished)

    # -- small things

    def _blank(self, at: int) -> int:
        while at < len(self._text) and self._text[at].isspace():
            at += 1
        return at

    def _connective(self, at: int, words: Iterable[str]) -> int:
        at = self._blank(at)
        return longest(self._text, at, words)

    def _expect(
        self, at: int, part: Part, field: QueryField | None = None, operator: Operator | None = None
    ) -> None:
        self.expected.append(Expected(at, part, field, operator))


assert set(CONNECTIVES) == {*AND.zh, *OR.zh}  # a bare word ends where one of them begins
