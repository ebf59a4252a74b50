"""What could be typed next in a filter: fields, operators, choices, days, connectives; in the language that was begun."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from desktop.store.search.query_read import Expected, Part, expected
from desktop.store.search.query_values import QUOTES, word_end
from desktop.store.search.query_words import (
    AND,
    DAYS,
    ME,
    NAMED_DAYS,
    OR,
    RANGE_AND,
    Kind,
    QueryField,
    Spoken,
    operator_words,
)

MOST: Final = 12
_EXAMPLES: Final = (Spoken(("30 days ago",), ("30天前",)), Spoken(("last 30 days",), ("最近30天",)))


@dataclass(frozen=True)
class Offer:
    """A text that could stand from ``start`` on, in place of what begins there. ``part`` says what it is."""

    start: int
    text: str
    part: Part


@dataclass(frozen=True)
class Wanted:
    """The values of a field are worth offering from ``start`` on, those that begin with ``begun``."""

    start: int
    field: QueryField
    begun: str


def offers(text: str, fields: Sequence[QueryField], language: str) -> list[Offer]:
    """What could come where ``text`` ends, the likeliest first. Nothing where nothing was begun."""
    if not text.strip():
        return []
    found: dict[str, Offer] = {}
    places = list(_places(text, fields))
    # Behind a field stands an operator: only who types another word wants something else.
    begins_operator = any(place.part is Part.OPERATOR and place.at == len(text) for place in places)
    for place in places:
        if begins_operator and place.at == len(text) and place.part is not Part.OPERATOR:
            continue
        for spoken in _words(place, fields):
            begun = text[place.at :]
            word = _matching(spoken, begun, language)
            if word is not None and word.casefold() != begun.casefold():
                found.setdefault(word, Offer(place.at, word, place.part))
    return list(found.values())[:MOST]


def wanted(text: str, fields: Sequence[QueryField]) -> Wanted | None:
    """The field whose values are worth offering where ``text`` ends, if any."""
    for place in _places(text, fields):
        if place.part is Part.VALUE and place.field is not None and place.field.is_listed:
            return Wanted(place.at, place.field, text[place.at :].lstrip('"“'))
    return None


def as_typed(value: str) -> str:
    """A text as a value is typed: in quotes where it is not one bare word."""
    return value if value and word_end(value, 0) == len(value) else '"' + value.replace('"', '""') + '"'


def value_words(field: QueryField, language: str) -> list[str]:
    """What can be typed as a value of a field, as far as that is known beforehand."""
    return [words.written(language) for words in _values(field)]


def everything_to_begin_with(fields: Sequence[QueryField], language: str) -> list[Offer]:
    """What a filter can begin with, for whoever asks while nothing is typed."""
    return [Offer(0, field.words.written(language), Part.CONDITION) for field in fields][:MOST]


def _places(text: str, fields: Sequence[QueryField]) -> Iterator[Expected]:
    """What was looked for up to the end of the text, the longest beginning first."""
    seen: set[Expected] = set()
    is_between = text[-1].isspace() or text[-1] in "(,、，（:"
    for place in sorted(expected(text, fields), key=lambda place: place.at):
        begun = text[place.at :]
        if place.part is Part.VALUE and place.field is not None and place.field.kind not in DAYS:
            may_come = begun[:1] in QUOTES or _takes_blanks(place.field) or not any(map(str.isspace, begun))
        else:
            may_come = bool(begun) or is_between or place.part is Part.VALUE
        if may_come and place not in seen:
            seen.add(place)
            yield place


def _takes_blanks(field: QueryField) -> bool:
    """Whether a value may have blanks in it without quotes."""
    return field.kind in {Kind.CHOICE, Kind.MONEY, Kind.PHONE}


def _words(place: Expected, fields: Sequence[QueryField]) -> Iterable[Spoken]:
    match place:
        case Expected(_, Part.CONDITION):
            return [field.words for field in fields]
        case Expected(_, Part.OPERATOR, QueryField() as field):
            return [operator_words(field.kind, operator) for operator in field.operators]
        case Expected(_, Part.RANGE_AND):
            return [RANGE_AND]
        case Expected(_, Part.CONNECTIVE):
            return [AND, OR]
        case Expected(_, Part.VALUE, QueryField() as field):
            return _values(field)
    return []


def _values(field: QueryField) -> list[Spoken]:
    if field.kind is Kind.CHOICE:
        return [choice.words for choice in field.choices]
    if field.kind in DAYS:
        past = [words for (_, distance), words in NAMED_DAYS.items() if distance <= 0]
        return [*past[:1], *_EXAMPLES, *past[1:]]
    return [ME] if field.kind is Kind.PERSON else []


def _matching(spoken: Spoken, begun: str, language: str) -> str | None:
    """The word to offer for what was begun: that of the language in which it was, or of the window's."""
    if not begun.strip():
        return spoken.written(language)
    folded = begun.casefold()
    sides = [("en", spoken.en), ("zh_CN", spoken.zh)]
    for code, words in sorted(sides, key=lambda side: side[0] != language):
        for number, word in enumerate(words):
            # One letter means what is written, not what else is understood.
            if word.casefold().startswith(folded) and (not number or len(begun) > 1 or code == "zh_CN"):
                return spoken.written(code)
    return None
