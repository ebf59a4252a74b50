"""Values of the query language, read where they stand: days, amounts, counts, choices, texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Final

from crm.money import EXPONENTS
from desktop.store.search.query import Ago, Amount, InMonth, InYear, Last, Me, This, Unit, Value, When, Why
from desktop.store.search.query_words import AND as AND_WORDS
from desktop.store.search.query_words import (
    DAYS,
    ME,
    MULTIPLES,
    NAMED_DAYS,
    OR,
    SYMBOLS,
    UNITS,
    Kind,
    QueryField,
    longest,
    pattern,
)

QUOTES: Final[Mapping[str, str]] = {'"': '"', "“": "”", "「": "」", "『": "』"}
"""What a quoted text begins with, and what ends it. Doubled, the end stands for itself."""
ENDS_WORD: Final = frozenset('()[]（）,，、;；"“”「」『』')
"""What no bare word holds, besides blanks."""
CONNECTIVES: Final = tuple(word for word in (*AND_WORDS.zh, *OR.zh))
"""Chinese words that end a bare word, because Chinese is written without blanks."""
LONGEST_COUNT: Final = 10**15

_BARE: Final = re.compile(rf"(?:(?!{'|'.join(CONNECTIVES)})[^\s{re.escape(''.join(sorted(ENDS_WORD)))}])+")
_END: Final = r"(?![0-9A-Za-z])"
_ISO: Final = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})(?:[-/.](\d{{1,2}}))?{_END}")
_CHINESE_DAY: Final = re.compile(r"(\d{4})\s*年\s*(?:(\d{1,2})\s*月\s*(?:(\d{1,2})\s*[日号])?)?")
_YEAR: Final = re.compile(rf"(\d{{4}}){_END}(?!\s*[天日周个月年季星])")
_NUMBER: Final = r"(-?\d{1,3}(?:,\d{3})+(?!\d)|-?\d+)"
_COUNT: Final = re.compile(_NUMBER + r"(?![0-9A-Za-z.])")
_PHONE: Final = re.compile(r"\+?\d[\d \-]*")
_CODES: Final = "|".join(sorted(EXPONENTS))
_SIGNS: Final = "|".join(re.escape(sign) for sign in SYMBOLS)
_AMOUNT: Final = re.compile(
    rf"(?:({_CODES}|{_SIGNS})\s*)?{_NUMBER}(?:\.(\d+))?\s*({'|'.join(MULTIPLES)})?\s*元?\s*(?:({_CODES})(?![A-Za-z]))?{_END}",
    re.IGNORECASE,
)

MISSING: Final[Mapping[Kind, Why]] = {
    Kind.DAY: Why.NO_DAY,
    Kind.INSTANT: Why.NO_DAY,
    Kind.MONEY: Why.NO_AMOUNT,
    Kind.COUNT: Why.NO_COUNT,
    Kind.CHOICE: Why.NO_CHOICE,
}
"""Why what stands there is no value of a field."""

Found = tuple[Value, int] | None
"""A value and where it ends."""


class OpenQuote(Exception):
    """A quote that nothing ends."""


def value_at(text: str, at: int, field: QueryField) -> Found:
    """The value of a field that stands at a place.

    :raises OpenQuote: it begins with a quote that nothing ends.
    """
    if field.kind in DAYS:
        return day_at(text, at)
    if field.kind is Kind.MONEY:
        return _amount_at(text, at)
    if field.kind is Kind.COUNT:
        return _count_at(text, at)
    if field.kind is Kind.CHOICE:
        chosen = _choice_at(text, at, field)
        if not field.is_open or (chosen is not None and word_end(text, at) <= chosen[1]):
            return chosen
    if field.kind is Kind.PHONE and (found := _PHONE.match(text, at)):
        return found[0].rstrip(" -"), at + len(found[0].rstrip(" -"))
    if field.kind is Kind.PERSON and (end := longest(text, at, ME.all)) > 0 and word_end(text, at) <= end:
        return Me(), end
    return text_at(text, at)


def text_at(text: str, at: int) -> tuple[str, int] | None:
    """A quoted text or a bare word.

    :raises OpenQuote: see `value_at`.
    """
    if text[at : at + 1] in QUOTES and at < len(text):
        return _quoted(text, at)
    end = word_end(text, at)
    return (text[at:end], end) if end > at else None


def word_end(text: str, at: int) -> int:
    """Where the bare word that stands at a place ends; the place itself when there is none."""
    found = _BARE.match(text, at)
    return found.end() if found else at


def _quoted(text: str, at: int) -> tuple[str, int]:
    close = QUOTES[text[at]]
    parts: list[str] = []
    start = at + 1
    while (end := text.find(close, start)) >= 0:
        parts.append(text[start:end])
        if text[end + 1 : end + 2] != close:
            return close.join(parts), end + 1
        start = end + 2
    raise OpenQuote


def _choice_at(text: str, at: int, field: QueryField) -> Found:
    start = at + 1 if text[at : at + 1] == '"' else at
    best: Found = None
    for choice in field.choices:
        end = longest(text, start, (*choice.words.all, choice.value))
        if end > 0 and (best is None or end > best[1]):
            best = choice.value, end
    if best is not None and start > at:
        return (best[0], best[1] + 1) if text[best[1] : best[1] + 1] == '"' else None
    return best


def _count_at(text: str, at: int) -> Found:
    found = _COUNT.match(text, at)
    if found is None:
        return None
    count = int(found[1].replace(",", ""))
    return (count, found.end()) if abs(count) < LONGEST_COUNT else None


def _amount_at(text: str, at: int) -> Found:
    found = _AMOUNT.match(text, at)
    if found is None:
        return None
    before, whole, rest, multiple, after = found.groups()
    factor = MULTIPLES[multiple.lower()] if multiple else 1
    digits = (rest or "").rstrip("0")
    scaled = int(whole.replace(",", "") + digits) * factor * 1000
    if scaled % 10 ** len(digits) or abs(scaled) >= LONGEST_COUNT:
        return None
    if whole.startswith("-") and before and after:
        return None
    currency = SYMBOLS.get(before or "", (before or after or "").upper())
    return Amount(scaled // 10 ** len(digits), currency), found.end()


def day_at(text: str, at: int) -> tuple[When, int] | None:
    """A day, a month, a year, or a day told from today."""
    for named, words in NAMED_DAYS.items():
        if (end := longest(text, at, words.all)) > 0:
            return This(*named), end
    for expression in (_ISO, _CHINESE_DAY):
        if found := expression.match(text, at):
            year, month, day = (int(part) if part else None for part in found.groups())
            assert year is not None
            return _on(year, month, day, found.end())
    if relative := _relative_at(text, at):
        return relative
    if found := _YEAR.match(text, at):
        return _on(int(found[1]), None, None, found.end())
    return None


def _on(year: int, month: int | None, day: int | None, end: int) -> tuple[When, int] | None:
    try:
        made = date(year, month or 1, day or 1)
    except ValueError:
        return None
    if month is None:
        return InYear(year), end
    return (InMonth(year, month), end) if day is None else (made, end)


@cache
def _relatives() -> list[tuple[re.Pattern[str], str]]:
    units = "|".join(
        sorted((re.escape(word) for words in UNITS.values() for word in words.all), key=len, reverse=True)
    )
    one = rf"(?P<count>\d{{1,4}})\s*(?P<unit>{units})"
    return [
        (re.compile(rf"{one}\s+ago{_END}", re.IGNORECASE), "before"),
        (re.compile(rf"{one}\s*(?:以前|之前|前)"), "before"),
        (re.compile(rf"{one}\s+from\s+now{_END}", re.IGNORECASE), "after"),
        (re.compile(rf"in\s+{one}{_END}", re.IGNORECASE), "after"),
        (re.compile(rf"{one}\s*(?:以后|之后|后)"), "after"),
        (re.compile(rf"(?:the\s+)?(?:last|past)\s+{one}{_END}", re.IGNORECASE), "last"),
        (re.compile(rf"(?:最近|过去|近)\s*{one}"), "last"),
    ]


def _relative_at(text: str, at: int) -> tuple[When, int] | None:
    for expression, way in _relatives():
        found = expression.match(text, at)
        if found is None:
            continue
        count, unit = int(found["count"]), unit_of(found["unit"])
        if not count:
            return None
        if way == "last":
            return Last(count, unit), found.end()
        return Ago(count if way == "before" else -count, unit), found.end()
    return None


def unit_of(word: str) -> Unit:
    """The unit that a word names.

    :raises StopIteration: none.
    """
    return next(
        unit for unit, words in UNITS.items() if any(pattern(one).fullmatch(word) for one in words.all)
    )
