"""Finding: what a person typed becomes questions to the index, from strict to lenient, and the answers are ranked.

Nobody waits for a rank computed over everything: a question takes the first rows that answer it, those whose name
begins so before those that hold it anywhere, and only these are compared with what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection

from desktop.store.driver import fetch, fetch_in
from desktop.store.search import index, near, tokens
from desktop.store.search.sound import is_han, syllables
from desktop.store.search.sources import BY_TABLE, SOURCES, Source, Way

LIMIT: Final = 20
"""Hits of each kind."""
BEGINNING: Final = 40
ANYWHERE: Final = 80
SLIPS: Final = 60
"""Rows of each kind that are looked at, by how they answer."""
MOST_WORDS: Final = 8
LONGEST: Final = 80
"""Of what is typed, more is not looked at."""

SLIPPED: Final = 20
"""The rank of what was found with a slip; whatever was found without one is above."""


@dataclass(frozen=True)
class Hit:
    """Something that was found.

    ``kind`` is its table, ``customer_id`` the customer it belongs to (itself for a customer; None for a product).
    ``field`` is the column that matched and ``shown`` what stands there; ``way`` is how (`Way`), `Way.SOUND` being
    pinyin or initials. ``is_near``: it was found with a slip in what was typed. ``rank``: higher is better.
    """

    kind: str
    id: bytes
    title: str
    subtitle: str
    customer_id: bytes | None
    field: str
    shown: str
    way: Way
    rank: float
    is_near: bool = False


def search(
    connection: Connection, text: str, *, kinds: Collection[str] = tuple(BY_TABLE), limit: int = LIMIT
) -> list[Hit]:
    """What ``text`` finds, best first; at most ``limit`` of each kind (a table of `sources.SOURCES`).

    Every word must be found, in whatever field. Where nothing is, one slip is forgiven. Empty without an index.
    """
    typed = Typed(text)
    if not typed.words or not index.is_made(connection):
        return []
    wanted = [source for source in SOURCES if source.table in kinds]
    found = [hit for source in wanted for hit in _hits(connection, source, typed, limit)]
    if not found and (lenient := typed.with_slips):
        for source in wanted:
            docs = _documents(connection, source, lenient, SLIPS)
            found += _ranked(connection, source, docs, typed, limit, is_near=True)
    return sorted(found, key=lambda hit: (-hit.rank, hit.title, hit.id))


def matching(connection: Connection, text: str, kind: str, *, most: int) -> list[bytes]:
    """The ids of up to ``most`` rows of a kind that ``text`` finds, in no order: for lists that are filtered by it."""
    typed = Typed(text)
    if not typed.words or not index.is_made(connection):
        return []
    source = BY_TABLE[kind]
    docs = _documents(connection, source, typed.anywhere, most)
    if not docs and typed.with_slips:
        hits = _ranked(
            connection,
            source,
            _documents(connection, source, typed.with_slips, SLIPS),
            typed,
            most,
            is_near=True,
        )
        return [hit.id for hit in hits]
    return [
        row_id
        for (row_id,) in fetch_in(connection, "SELECT row_id FROM search_row WHERE doc IN ({in})", docs)
    ]


class Typed:
    """What was typed, as questions in the language of FTS5. Only letters and digits get into them, in quotes."""

    def __init__(self, text: str) -> None:
        self.text = " ".join(tokens.folded(text[:LONGEST]).split())
        self.words = [word for word in self.text.split() if tokens.squeezed(word)][:MOST_WORDS]

    @cached_property
    def asked(self) -> _Asked:
        """All of it, as it is compared."""
        return _Asked.of(self.text, self.number)

    @cached_property
    def asked_words(self) -> list[_Asked]:
        """Each word, as it is compared."""
        return [_Asked.of(word, "") for word in self.words]

    @cached_property
    def is_number(self) -> bool:
        """Whether it is digits and what groups them."""
        return all(character.isdecimal() or character in "+-()/. " for character in self.text)

    @cached_property
    def number(self) -> str:
        """The digits, if it is a number."""
        return tokens.digits(self.text) if self.is_number else ""

    @cached_property
    def anywhere(self) -> str:
        """Finds what holds every word."""
        each = " AND ".join(f"({_question(word)})" for word in self.words)
        if not self.number:
            return each
        found = f'({_digits(self.number)}) OR ("{self.number}" *)'
        return f"{found} OR ({each})" if len(self.words) > 1 else found

    @cached_property
    def beginning(self) -> str:
        """Finds names, codes and sounds that begin so; empty where the other question is as good."""
        runs = list(tokens.runs(self.text))
        if not runs:
            return ""
        run, is_chinese = runs[0]
        rest = f"({self.anywhere}) AND " if len(runs) > 1 else ""
        return f"{rest}({{name code sound}} : ^ {_word(run, is_chinese=is_chinese)})"

    @cached_property
    def with_slips(self) -> str:
        """Finds candidates for what was typed with one slip; empty when it is too short. One word is enough."""
        if self.is_number:
            return _number_slips(self.number)
        runs = list(tokens.runs(self.text))
        found = []
        for at, (run, is_chinese) in enumerate(runs):
            slips = _chinese_slips(run) if is_chinese else _letter_slips(run)
            if slips and not is_chinese and len(runs) > 1:
                # The other words narrow it down: the first letter is enough.
                slips += f' OR "{run[0]}" *'
            others = [f"({_word(*other)})" for place, other in enumerate(runs) if place != at]
            if slips:
                found.append(" AND ".join([f"({slips})", *others]))
        return " OR ".join(f"({one})" for one in found)


# --- questions -------------------------------------------------------------------------------------------------------


def _question(word: str) -> str:
    runs = list(tokens.runs(word))
    each = " AND ".join(_either(run, is_chinese=is_chinese) for run, is_chinese in runs)
    if len(runs) > 1 and not any(is_chinese for _, is_chinese in runs):
        return f'("{tokens.squeezed(word)}" *) OR ({each})'
    return each


def _either(run: str, *, is_chinese: bool) -> str:
    """A run as a word, or as the sound of several characters."""
    if run.isdecimal() and len(run) >= tokens.SHORTEST_NUMBER:
        return f'("{run}" * OR ({_digits(run)}))'
    if is_chinese or not run.isalpha():
        return _word(run, is_chinese=is_chinese)
    return _letters(run)


def _letters(run: str) -> str:
    """Letters from the beginning of a word or of a syllable on. Of long sounds the index keeps the beginning from each
    syllable on, and one begins in every six letters.
    """
    size = tokens.LONGEST_SOUND
    word = f'"{run}" *'
    if len(run) <= size:
        return word
    parts = [f'"{run[:size]}"']
    for start in range(1, len(run) - size, size):
        pieces = [run[at : at + size] for at in range(start, start + size)]
        parts.append(f"({' OR '.join(_piece(piece) for piece in pieces if piece)})")
    return f"({word} OR ({' AND '.join(parts)}))"


def _piece(piece: str) -> str:
    return f'"{piece}"' if len(piece) == tokens.LONGEST_SOUND else f'"{piece}" *'


def _digits(number: str) -> str:
    """Digits in the middle of a number: of long ones the index keeps six from each digit on."""
    size = tokens.LONGEST_NUMBER
    if len(number) < size:
        return f'"{tokens.NUMBER}{number}" *'
    places = dict.fromkeys([*range(0, len(number) - size, size), len(number) - size])
    return " AND ".join(f'"{tokens.NUMBER}{number[at : at + size]}"' for at in places)


def _word(run: str, is_chinese: bool) -> str:
    if is_chinese and len(run) > 1:
        return f'"{" ".join(run[at : at + 2] for at in range(len(run) - 1))}"'
    return f'"{run}" *'


def _chinese_slips(run: str) -> str:
    if len(run) < near.SHORTEST_CHINESE:
        return ""
    found = []
    for at in range(len(run)):
        for after in (at + 1, at):
            parts = [part for part in (run[:at], run[after:]) if part]
            found.append(" AND ".join(_word(part, is_chinese=True) for part in parts))
    swapped = [run[:at] + run[at + 1] + run[at] + run[at + 2 :] for at in range(len(run) - 1)]
    found += [_word(other, is_chinese=True) for other in swapped]
    return " OR ".join(f"({one})" for one in found)


def _letter_slips(run: str) -> str:
    if len(run) < near.SHORTEST_LETTERS:
        return ""
    found = []
    half = len(run) // 2
    for beginning, ends in near.around_slips(run):
        parts = []
        if beginning:
            parts.append(_letters(beginning))
        if ends:
            parts.append(f"({' OR '.join(map(_letters, ends))})")
        elif len(beginning) < half:
            continue
        found.append(" AND ".join(parts))
        # The slip stands in a word without parts, after its beginning.
        if len(beginning) > max(half, 2):
            found.append(_letters(beginning))
    return " OR ".join(f"({one})" for one in found)


def _number_slips(number: str) -> str:
    if len(number) < 6:
        return ""
    found = []
    for at in range(len(number)):
        parts = [part for part in (number[:at], number[at + 1 :]) if len(part) >= tokens.SHORTEST_NUMBER]
        found.append(" AND ".join(map(_digits, parts)))
    return " OR ".join(f"({one})" for one in found)


def _documents(connection: Connection, source: Source, question: str, most: int) -> list[int]:
    """The first documents of a source that answer."""
    lowest, end = index.documents(source)
    found = fetch(
        connection,
        "SELECT rowid FROM search_text WHERE search_text MATCH ? AND rowid > ? AND rowid < ? LIMIT ?",
        (question, lowest, end, most),
    )
    return [doc for (doc,) in found]


# --- ranking -----------------------------------------------------------------------------------------------------------


def _hits(connection: Connection, source: Source, typed: Typed, limit: int) -> Iterable[Hit]:
    docs = dict.fromkeys(
        _documents(connection, source, typed.beginning, BEGINNING) if typed.beginning else []
    )
    if len(docs) < BEGINNING:
        docs.update(dict.fromkeys(_documents(connection, source, typed.anywhere, ANYWHERE)))
    return _ranked(connection, source, docs, typed, limit, is_near=False)


def _ranked(
    connection: Connection, source: Source, docs: Iterable[int], typed: Typed, limit: int, *, is_near: bool
) -> list[Hit]:
    found = []
    for row in _rows(connection, source, docs):
        best = _slip_match(source, row, typed) if is_near else _match(source, row, typed)
        if best is not None:
            rank, name, way = best
            found.append(
                Hit(
                    kind=source.table,
                    id=row["id"],
                    title=row[source.names[0]] or "",
                    subtitle=row.get(source.subtitle) or "",
                    customer_id=row.get(source.owner),
                    field=name,
                    shown=row[name],
                    way=way,
                    rank=rank - min(len(str(row[source.names[0]])), 100) / 200,
                    is_near=is_near,
                )
            )
    found.sort(key=lambda hit: -hit.rank)
    return found[:limit]


def _rows(connection: Connection, source: Source, docs: Iterable[int]) -> Iterator[dict[str, Any]]:
    columns = dict.fromkeys(("id", *source.names, *filter(None, (source.owner, source.subtitle))))
    chosen = ", ".join(f"s.{name}" for name in columns)
    found = fetch_in(
        connection,
        f"SELECT {chosen} FROM search_row r JOIN {source.table} s ON s.id = r.row_id WHERE r.doc IN ({{in}})",
        docs,
    )
    return (dict(zip(columns, values, strict=True)) for values in found)


Match = tuple[float, str, Way]


@dataclass(frozen=True)
class _Asked:
    """A text that was typed, in every form in which it is compared."""

    text: str
    squeezed: str
    number: str
    letters: str

    @staticmethod
    def of(text: str, number: str) -> _Asked:
        squeezed = tokens.squeezed(text)
        letters = squeezed if text.isascii() and squeezed.isalpha() else ""
        return _Asked(text, squeezed, number or (tokens.digits(text) if text.isdecimal() else ""), letters)


_Compared = tuple[float, str, Way, str]
"""A column of a row: what its place costs, its name, how it is found, and its text in the form that is compared."""


def _match(source: Source, row: dict[str, Any], typed: Typed) -> Match | None:
    """How well a row answers: as its worst word does, or better where all of it stands in one field. The field is that
    of the best word.
    """
    columns = [
        (place / 2, name, way, _FORMS[way](str(row[name])))
        for place, (name, way) in enumerate(source.columns)
        if row[name]
    ]
    whole = _best(columns, typed.asked)
    if len(typed.words) == 1:
        return whole
    each = [_best(columns, word) for word in typed.asked_words]
    if all(one is not None for one in each):
        ranks = [one for one in each if one is not None]
        best = max(ranks)
        together = (min(ranks)[0] - 1, best[1], best[2])
        return max(whole, together) if whole else together
    return whole


_FORMS: Final[dict[Way, Callable[[str], str]]] = {
    Way.NUMBER: tokens.digits,
    Way.CODE: tokens.squeezed,
    Way.TEXT: tokens.folded,
    Way.NAME: tokens.folded,
}


def _best(columns: Iterable[_Compared], asked: _Asked) -> Match | None:
    found: list[Match] = []
    for cost, name, way, plain in columns:
        rank, how = _rank(plain, way, asked)
        if rank:
            found.append((rank - cost, name, how))
    return max(found) if found else None


def _rank(plain: str, way: Way, asked: _Asked) -> tuple[float, Way]:
    if way is Way.NUMBER:
        return _standing(plain, asked.number, 94, 76, 72), way
    if way is Way.CODE:
        return _standing(plain, asked.squeezed, 98, 86, 70), way
    if way is Way.TEXT:
        return _standing(plain, asked.text, 66, 64, 60), way
    rank = _standing(plain, asked.text, 100, 90, 80)
    if not rank and asked.letters and not plain.isascii():
        spoken = syllables("".join(run for run, is_chinese in tokens.runs(plain) if is_chinese))
        initials = "".join(syllable[0] for syllable in spoken)
        heard = max(_standing(initials, asked.letters, 78, 74, 62), _pinyin(spoken, asked.letters))
        return heard, Way.SOUND
    return rank, way


def _standing(value: str, text: str, equal: float, begins: float, holds: float) -> float:
    if not text:
        return 0
    if value == text:
        return equal
    if value.startswith(text):
        return begins
    return holds if text in value else 0


def _pinyin(spoken: list[str], letters: str) -> float:
    """Pinyin counts from the beginning of a syllable on."""
    for at in range(len(spoken)):
        heard = "".join(spoken[at:])
        if heard.startswith(letters):
            return 61 if at else (77 if heard == letters else 73)
    return 0


def _slip_match(source: Source, row: dict[str, Any], typed: Typed) -> Match | None:
    text = typed.number or tokens.squeezed(typed.text)
    for place, (name, way) in enumerate(source.columns):
        value = str(row[name] or "")
        if not value or (way is Way.NUMBER) != bool(typed.number):
            continue
        if near.is_near(text, tokens.digits(value) if typed.number else tokens.squeezed(value)):
            return SLIPPED - place / 2, name, way
        if way is Way.NAME and text.isascii():
            spoken = syllables("".join(c for c in tokens.folded(value) if is_han(c)))
            if near.is_near(text, "".join(spoken)) or near.is_near(text, "".join(s[0] for s in spoken)):
                return SLIPPED - 5 - place / 2, name, Way.SOUND
    return None
